import { formatPath, hasErrors, isKnown, path, UNKNOWN } from '../../schema';
import type { Diagnostic, Values } from '../../schema';
import { conform } from '../values/conform';
import type { Change, Creation, ManagedResource, Update } from './definition';
import { differences, keepSpelling } from './equality';
import { failure } from './failure';
import type { Memo } from './memo';
import { shownValue } from './shown-value';
import {
  isShownSteps,
  numbered,
  removalOf,
  sameTexts,
  withShownSteps,
  withUnsetAsNull,
  type Work,
} from './steps';
import { withoutUnknown, withoutWriteOnly } from './strip';
import type { GraphWalk } from './graph-walk';

/** Pauses between attempts to read a change back, which add up to about eight seconds. */
const SETTLE_PAUSES_MS = [250, 500, 1000, 2000, 4000];

export interface ApplyRequest {
  readonly prior: Values | null;
  readonly planned: Values | null;
  /** With its write-only values. */
  readonly config: Values | null;
  readonly memo: Memo;
}

export interface ApplyResult {
  readonly state: Values | null;
  readonly diagnostics: readonly Diagnostic[];
}

export async function apply<Target>(
  resource: ManagedResource<Target>,
  request: ApplyRequest,
  target: Target,
  walk: GraphWalk,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { prior, planned, config, memo } = request;
  if (planned === null) {
    if (prior === null) return done(null);
    return isPartOfReplacement(resource, memo, walk)
      ? done(null, keptNote(resource, prior, target))
      : remove(resource, prior, memo, target, signal);
  }
  if (config === null) throw new Error('an object is to be made without a configuration');
  const existing = memo.existing === undefined ? null : conform(resource.schema, memo.existing);
  const before = existing ?? prior;
  const change: Creation | Update =
    before === null
      ? { kind: 'create', prior: null, planned, config }
      : { kind: 'update', prior: before, planned, config };
  return createOrUpdate(resource, change, prior, target, signal);
}

function done(state: Values | null, diagnostics: readonly Diagnostic[] = []): ApplyResult {
  return { state, diagnostics };
}

/**
 * Where an object is to be replaced (`terraform taint`; the plan refuses `-replace`), Terraform asks for a removal beside
 * a creation, and the creation finds the object. The removal comes with the memo of that creation, which has no
 * `removal`; or it is that of a deposed object, which Terraform plans in the walk that applies. If it was planned before that
 * walk applied anything, its memo has a `removal`, and `plannedIn` tells.
 */
function isPartOfReplacement(resource: ManagedResource<never>, memo: Memo, walk: GraphWalk): boolean {
  if (resource.find === undefined) return false;
  return memo.removal === undefined || memo.plannedIn === walk.id;
}

/** The creation changes the object that it finds in place. Removing that object would undo the deploy. */
function keptNote<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  target: Target,
): readonly Diagnostic[] {
  const removal = removalOf(resource, prior, target);
  if (removal.length === 0) return [];
  return [
    {
      severity: 'warning',
      summary: `${resource.typeName} was not removed`,
      detail:
        'Terraform planned to remove the object and to create it again. Both are the same object, which is in use: nothing ' +
        `was run for the removal, and the creation changes it in place. Only if another object is declared in its place by now, remove this one by hand:\n${numbered(removal)}`,
    },
  ];
}

interface End extends ApplyResult {
  /** The object as it was read back after a failure; null where it is not there. Left out where nothing was read. */
  readonly seen?: Values | null;
  /** The object as it may be, where steps began and it could not be read afterwards. */
  readonly unread?: Values;
}

/** Creates or updates. `recorded` is what the state holds of the object so far. */
async function createOrUpdate<Target>(
  resource: ManagedResource<Target>,
  change: Creation | Update,
  recorded: Values | null,
  target: Target,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const steps = resource.steps(withUnsetAsNull(change), target);
  if (steps === UNKNOWN) {
    throw new Error(`${resource.typeName}: the steps are unknown although everything is known at apply`);
  }
  const texts = textsOf(resource, steps);
  const refusal = refuseOtherSteps(resource, change.planned, texts.flat());
  if (refusal !== undefined) return done(recorded, [refusal]);

  const run = await runSteps(resource, steps, texts, target, signal);
  const end: End = hasErrors(run.diagnostics)
    ? await stateAfterFailure(resource, change, recorded, run, target)
    : await stateAfterSuccess(resource, change, recorded, run.work, target, signal);
  const diagnostics = [...withReadBack(resource, change, run.diagnostics, end), ...end.diagnostics];
  const isUnfinished = recorded === null && hasErrors(diagnostics);
  // An unfinished object is not kept in the state: Terraform would mark it as tainted and plan its replacement. The
  // next plan finds it.
  return isUnfinished && resource.find !== undefined
    ? done(null, [...diagnostics, ...leftoverNote(resource, change, end, target)])
    : done(end.state, diagnostics);
}

async function stateAfterSuccess<Target>(
  resource: ManagedResource<Target>,
  { planned }: Creation | Update,
  recorded: Values | null,
  work: Work,
  target: Target,
  signal: AbortSignal,
): Promise<End> {
  let observed: Values | null;
  try {
    observed = await readSettled(resource, planned, target, signal);
  } catch (error) {
    if (resource.legacy) throw error; // Older providers keep nothing of what they cannot read back.
    // It was made all the same. Of a creation with `find` the state still keeps nothing: the next plan looks for it.
    const made = withShownSteps(resource, withoutUnknown(planned), work, target);
    const diagnostics = [failure(`${resource.typeName} could not be read after the apply`, error)];
    return { ...done(recorded ?? made, diagnostics), unread: made };
  }
  if (observed === null) {
    return done(null, [
      failure(
        `${resource.typeName} is not there after the apply`,
        'No step failed, but reading back does not find the object. Somebody else may have removed it, or it may ' +
          'not be visible yet. Plan again.',
      ),
    ]);
  }
  if (resource.legacy) return done({ ...observed, ...knownOf(planned) });
  return done(
    withShownSteps(resource, keepSpelling(resource.schema, planned, observed), work, target),
    valuesNotTaken(resource, planned, observed),
  );
}

function knownOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isKnown(value)));
}

/** The object as it can be read after a step failed. */
async function stateAfterFailure<Target>(
  resource: ManagedResource<Target>,
  change: Change,
  recorded: Values | null,
  { work, hasBegun }: Run,
  target: Target,
): Promise<End> {
  if (resource.isCheck || (resource.atomicSteps && work.ran.length === 0)) return done(recorded);
  const expected = change.planned && withoutUnknown(change.planned);
  // Where an attribute cannot be read, its former value stays, so that the next plan still shows the difference.
  const before = recorded ?? change.prior ?? expected ?? {};
  try {
    const observed = await readBack(resource, before, target);
    const state =
      observed && withShownSteps(resource, keepSpelling(resource.schema, before, observed), work, target);
    // `read` may look up only what its state names, so it is also asked about the object as it was to become.
    const seen = expected === null ? observed : await readBack(resource, expected, target);
    return { ...done(state), seen };
  } catch (error) {
    const unseen =
      recorded ??
      (expected !== null && work.ran.length > 0 ? withShownSteps(resource, expected, work, target) : null);
    const diagnostics = [failure(`${resource.typeName} could not be read after the failure`, error)];
    return { ...done(unseen, diagnostics), ...(hasBegun && expected !== null ? { unread: expected } : {}) };
  }
}

/**
 * Adds to each error what was read back of the object afterwards: the failed step may have had an effect, whole or in
 * part. Nothing is added for a resource without `find`, although the object was read back for its state.
 */
function withReadBack(
  resource: ManagedResource<never>,
  { planned }: Change,
  diagnostics: readonly Diagnostic[],
  { seen }: End,
): readonly Diagnostic[] {
  if (resource.find === undefined || seen === undefined) return diagnostics;
  const text = `The object was read back after the error: ${readBackText(resource, planned, seen)}`;
  return diagnostics.map((diagnostic) =>
    diagnostic.severity === 'error' ? { ...diagnostic, detail: `${diagnostic.detail}\n${text}` } : diagnostic,
  );
}

function readBackText(resource: ManagedResource<never>, planned: Values | null, seen: Values | null): string {
  if (seen === null) return 'it does not exist.';
  if (planned === null) return 'it still exists.';
  const wrong = namesNotTaken(resource, planned, seen).map(
    (name) =>
      `\n  ${formatPath(path(name))} is ${shownValue(resource, name, seen)}, not ${shownValue(resource, name, planned)}`,
  );
  return wrong.length === 0
    ? 'everything that can be read is as declared.'
    : `it is not as declared:${wrong.join('')}`;
}

/**
 * The note on a creation that did not end well: what exists now, or may exist, although the state does not hold it, and
 * what can be done.
 */
function leftoverNote<Target>(
  resource: ManagedResource<Target>,
  change: Creation | Update,
  { state, unread }: End,
  target: Target,
): readonly Diagnostic[] {
  const object = unread ?? state;
  if (object === null) return [];
  const { kind, prior } = change;
  const isUnchanged =
    prior !== null &&
    differences(resource.schema, prior, object).every((name) => isShownSteps(resource, name));
  if (isUnchanged) return [];
  const removal = kind === 'create' ? removalOf(resource, object, target) : [];
  const [what, found] =
    unread !== undefined && kind === 'create'
      ? ['The object may exist', 'if it exists, the plan finds it']
      : ['The object exists', 'the plan finds it'];
  const ways =
    removal.length === 0
      ? ''
      : ` If you do not want the object any more, remove it by hand:\n${numbered(removal)}`;
  return [
    {
      severity: 'warning',
      summary: `${resource.typeName} ${unread === undefined ? 'is' : 'may be'} only partly ${kind === 'create' ? 'created' : 'changed'}`,
      detail: `${what}, but is not in the Terraform state. Plan again: ${found} and shows the steps that are left.${ways}`,
    },
  ];
}

/** An apply runs the steps that the plan showed, or none. Where the plan left the steps unknown, it promised none. */
function refuseOtherSteps(
  resource: ManagedResource<never>,
  planned: Values,
  shown: readonly string[],
): Diagnostic | undefined {
  const { stepsAttribute } = resource;
  if (stepsAttribute === undefined) return undefined;
  const promised = planned[stepsAttribute] ?? null;
  if (!isKnown(promised) || sameTexts(promised, shown)) return undefined;
  return failure(
    `${resource.typeName} would now run other steps than the plan showed`,
    `Nothing was run for this object. Now these steps would run:\n${numbered(shown)}\nPlan again and review the new steps.`,
  );
}

/** A step as people read it, with one text for each of its calls. */
type StepTexts = readonly string[];

function textsOf(resource: ManagedResource<never>, steps: readonly unknown[]): readonly StepTexts[] {
  return steps.map((step) => [resource.describe(step)].flat());
}

interface Run {
  readonly work: Work;
  /** Whether a step was tried, even if none completed. */
  readonly hasBegun: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

async function runSteps<Target>(
  resource: ManagedResource<Target>,
  steps: readonly unknown[],
  texts: readonly StepTexts[],
  target: Target,
  signal: AbortSignal,
): Promise<Run> {
  const diagnostics: Diagnostic[] = [];
  const after = (completed: number, hasBegun = completed > 0): Run => {
    const effectTexts = resource.effects?.of(steps.slice(0, completed)) ?? [];
    return { work: { ran: texts.slice(0, completed).flat(), effectTexts }, hasBegun, diagnostics };
  };
  for (const [index, step] of steps.entries()) {
    const place = `Step ${index + 1} of ${steps.length}: ${texts[index]?.join('\n')}`;
    if (signal.aborted) {
      diagnostics.push(
        failure(
          'Stopped on request',
          `${place}\nThis step and the steps after it were not run. Plan and apply again to run them.`,
        ),
      );
      return after(index);
    }
    const found = await executed(resource, step, target, signal);
    const isAllDone = diagnostics.length === 0;
    const note = `${place}\nThe steps before it are done${isAllDone ? '' : ', or were left out with a warning'}; the steps after it were not run. Plan and apply again to run them.`;
    diagnostics.push(
      ...found.map((diagnostic) =>
        diagnostic.severity === 'error'
          ? { ...diagnostic, detail: `${diagnostic.detail}\n\n${note}` }
          : diagnostic,
      ),
    );
    if (hasErrors(found)) return after(index, true);
  }
  return after(steps.length);
}

async function executed<Target>(
  resource: ManagedResource<Target>,
  step: unknown,
  target: Target,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  try {
    return await resource.execute(step, target, { signal });
  } catch (error) {
    return [failure(`${resource.typeName}: a step failed`, error)];
  }
}

async function readBack<Target>(
  resource: ManagedResource<Target>,
  state: Values,
  target: Target,
): Promise<Values | null> {
  const { state: observed, diagnostics = [] } = await resource.read(state, target);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`${error.summary}: ${error.detail}`);
  return observed && withoutWriteOnly(resource.schema, conform(resource.schema, observed));
}

/**
 * Reads the object back, several times where the change does not show yet: a change that was written to one server (a
 * domain controller, for example) may be read from another that gets it later.
 */
async function readSettled<Target>(
  resource: ManagedResource<Target>,
  planned: Values,
  target: Target,
  signal: AbortSignal,
): Promise<Values | null> {
  const expected = withoutUnknown(planned);
  let observed = await readBack(resource, expected, target);
  for (const pause of resource.settle === undefined ? [] : SETTLE_PAUSES_MS) {
    const shows = observed !== null && valuesNotTaken(resource, planned, observed).length === 0;
    if (shows || signal.aborted) break;
    await new Promise((resume) => setTimeout(resume, pause));
    resource.settle?.(target);
    observed = await readBack(resource, expected, target);
  }
  return observed;
}

/** Names each value that is not as planned. Terraform would only say that the provider's result is inconsistent. */
function valuesNotTaken(
  resource: ManagedResource<never>,
  planned: Values,
  observed: Values,
): readonly Diagnostic[] {
  return namesNotTaken(resource, planned, observed).map((name) => ({
    ...failure(
      `${formatPath(path(name))} did not take`,
      `No step failed, but reading back shows ${shownValue(resource, name, observed)}, not ` +
        `${shownValue(resource, name, planned)} as planned. Somebody may have changed it since the plan, or the change is ` +
        'not visible yet; plan again.',
    ),
    path: path(name),
  }));
}

/** The names of the attributes that were planned and do not read back as planned. */
function namesNotTaken(
  resource: ManagedResource<never>,
  planned: Values,
  observed: Values,
): readonly string[] {
  return differences(resource.schema, planned, observed).filter(
    (name) => !isShownSteps(resource, name) && isKnown(planned[name] ?? null),
  );
}

async function remove<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  memo: Memo,
  target: Target,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const current = { ...prior, ...memo.changedValues };
  const steps = resource.steps({ kind: 'destroy', prior: current, planned: null, config: null }, target);
  if (steps === UNKNOWN) throw new Error(`${resource.typeName}: the steps of a destroy cannot be unknown`);
  const texts = textsOf(resource, steps);
  if (memo.removal !== undefined && !sameTexts(memo.removal, texts.flat())) {
    return done(prior, [
      failure(
        `Destroying ${resource.typeName} would now run other steps than the plan showed`,
        `Nothing was run for this object. Now these steps would run:\n${numbered(texts.flat())}\nPlan again and review the new steps.`,
      ),
    ]);
  }
  const run = await runSteps(resource, steps, texts, target, signal);
  if (!hasErrors(run.diagnostics)) return done(null, run.diagnostics);
  const change: Change = { kind: 'destroy', prior, planned: null, config: null };
  const end = await stateAfterFailure(resource, change, prior, run, target);
  return done(end.state, [...withReadBack(resource, change, run.diagnostics, end), ...end.diagnostics]);
}
