import { formatPath, hasErrors, isKnown, path, UNKNOWN } from '../../schema';
import type { Diagnostic, Values } from '../../schema';
import { conform } from '../values/conform';
import type { Change, ManagedResource } from './definition';
import { differences, keepSpelling } from './equality';
import { failure } from './failure';
import { sameIdentity } from './identity';
import type { Memo } from './memo';
import { numbered, sameTexts, withoutOpen } from './steps';
import { withoutUnknown, withoutWriteOnly } from './strip';
import type { Walk } from './walk';

/** How long a change may take to show, in steps that get longer: about eight seconds in all. */
const SETTLE_PAUSES_MS = [250, 500, 1000, 2000, 4000];

export interface ApplyRequest {
  readonly prior: Values | null;
  readonly planned: Values | null;
  /** With the write-only values. */
  readonly config: Values | null;
  readonly memo: Memo;
}

export interface ApplyResult {
  readonly state: Values | null;
  readonly memo: Memo;
  readonly diagnostics: readonly Diagnostic[];
}

export async function apply<Target>(
  resource: ManagedResource<Target>,
  request: ApplyRequest,
  target: Target,
  walk: Walk,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { prior, planned, config, memo } = request;
  if (planned === null) {
    if (prior === null) return done(null);
    if (memo.plannedIn === walk.id) return done(null, leftAsItIs(resource, memo));
    return remove(resource, prior, memo, target, signal);
  }
  if (config === null) throw new Error('an object is to be made without a configuration');
  const change: Change =
    prior !== null
      ? { kind: 'update', prior, planned, config }
      : memo.existing !== undefined
        ? { kind: 'update', prior: conform(resource.schema, memo.existing), planned, config }
        : { kind: 'create', prior: null, planned, config };
  return bring(resource, change, prior, target, signal);
}

function done(state: Values | null, diagnostics: readonly Diagnostic[] = []): ApplyResult {
  return { state, memo: {}, diagnostics };
}

/** Creates or updates. `recorded` is what the state holds of the object so far. */
async function bring<Target>(
  resource: ManagedResource<Target>,
  change: Change & { readonly planned: Values },
  recorded: Values | null,
  target: Target,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const steps = resource.steps(withoutOpen(change), target);
  if (steps === UNKNOWN) {
    throw new Error(`${resource.typeName}: the steps are unknown although everything is known at apply`);
  }
  const texts = steps.map((step) => resource.describe(step));
  const refusal = refuseOtherSteps(resource, change.planned, texts);
  if (refusal !== undefined) return done(recorded, [refusal]);

  const run = await runSteps(resource, steps, texts, target, signal);
  const ran = texts.slice(0, run.completed);
  const expected = withoutUnknown({ ...change.planned, ...stepsValue(resource, ran) });
  if (hasErrors(run.diagnostics)) {
    const kept = await keepPartial(resource, change, recorded, expected, run.completed, target);
    return {
      ...kept,
      diagnostics: [...withSight(resource, change, run.diagnostics, kept), ...kept.diagnostics],
    };
  }
  let observed: Values | null;
  try {
    observed = await readSettled(resource, change.planned, expected, target, signal);
  } catch (error) {
    // It was made all the same: without a state Terraform would not know of it.
    const unreadable = failure(`${resource.typeName} could not be read after the apply`, error);
    const memo: Memo = recorded === null ? { unfinished: true } : {};
    return { state: recorded ?? expected, memo, diagnostics: [...run.diagnostics, unreadable] };
  }
  if (observed === null) {
    return done(null, [
      ...run.diagnostics,
      failure(
        `${resource.typeName} is not there after the apply`,
        'Every step succeeded, but the object cannot be read back. It may have been removed by somebody else, or it ' +
          'may not be visible yet; run the plan again.',
      ),
    ]);
  }
  if (resource.legacy) return done({ ...observed, ...knownOf(change.planned) }, run.diagnostics);
  const missed = whatDidNotTake(resource, change.planned, observed);
  const state = { ...keepSpelling(resource.schema, change.planned, observed), ...stepsValue(resource, ran) };
  return {
    state,
    memo: missed.length > 0 && recorded === null ? { unfinished: true } : {},
    diagnostics: [...run.diagnostics, ...missed],
  };
}

function knownOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isKnown(value)));
}

/** What runs is what was shown, or nothing. */
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
    `Nothing was run. Now it would run:\n${numbered(shown)}\nPlan again and review the new steps.`,
  );
}

interface Run {
  readonly completed: number;
  readonly diagnostics: readonly Diagnostic[];
}

async function runSteps<Target>(
  resource: ManagedResource<Target>,
  steps: readonly unknown[],
  texts: readonly string[],
  target: Target,
  signal: AbortSignal,
): Promise<Run> {
  const diagnostics: Diagnostic[] = [];
  for (const [index, step] of steps.entries()) {
    const place = `Step ${index + 1} of ${steps.length}: ${texts[index]}`;
    if (signal.aborted) {
      diagnostics.push(
        failure('Stopped on request', `${place}\nIt and what follows did not run; apply again to go on.`),
      );
      return { completed: index, diagnostics };
    }
    const found = await executed(resource, step, target, signal);
    const note = `${place}\nThe steps before it are done; what follows did not run. Apply again to go on.`;
    diagnostics.push(
      ...found.map((diagnostic) =>
        diagnostic.severity === 'error'
          ? { ...diagnostic, detail: `${diagnostic.detail}\n\n${note}` }
          : diagnostic,
      ),
    );
    if (hasErrors(found)) return { completed: index, diagnostics };
  }
  return { completed: steps.length, diagnostics };
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

interface Kept extends ApplyResult {
  /** The object as it was read back: null where it is not there. Left out where nothing was read. */
  readonly seen?: Values | null;
}

/**
 * What the state keeps of an apply that failed half-way: the object as it can be read. A creation that made nothing
 * keeps nothing, so that the next plan is a plain creation.
 */
async function keepPartial<Target>(
  resource: ManagedResource<Target>,
  change: Change,
  recorded: Values | null,
  expected: Values,
  completed: number,
  target: Target,
): Promise<Kept> {
  if (resource.atomicSteps && completed === 0) return done(recorded);
  const memo: Memo = recorded === null ? { unfinished: true } : {};
  // What cannot be read stays as it was, so that the next plan still shows it as a difference.
  const before = recorded ?? change.prior ?? expected;
  let observed: Values | null;
  try {
    observed = await readBack(resource, before, target);
  } catch (error) {
    const unreadable = failure(`${resource.typeName} could not be read after the failure`, error);
    const state = recorded ?? (completed > 0 ? expected : null);
    return { state, memo: state === null ? {} : memo, diagnostics: [unreadable] };
  }
  if (observed === null) return { ...done(null), seen: null };
  if (recorded === null && completed === 0 && change.prior !== null) {
    const untouched = differences(resource.schema, change.prior, {
      ...observed,
      ...stepsOf(resource, change.prior),
    });
    if (untouched.length === 0) return { ...done(null), seen: observed };
  }
  const state = { ...keepSpelling(resource.schema, before, observed), ...stepsOf(resource, expected) };
  return { state, memo, diagnostics: [], seen: observed };
}

/**
 * The failure with what was seen of the object after it: a step that failed may have done its work all the same, or a
 * part of it. Of a resource that is never looked for there is nothing to see.
 */
function withSight(
  resource: ManagedResource<never>,
  { planned }: Change,
  diagnostics: readonly Diagnostic[],
  { seen }: Kept,
): readonly Diagnostic[] {
  if (resource.find === undefined || seen === undefined) return diagnostics;
  const sight = `Read back afterwards, ${sightOf(resource, planned, seen)}`;
  return diagnostics.map((diagnostic) =>
    diagnostic.severity === 'error'
      ? { ...diagnostic, detail: `${diagnostic.detail}\n${sight}` }
      : diagnostic,
  );
}

function sightOf(resource: ManagedResource<never>, planned: Values | null, seen: Values | null): string {
  if (seen === null) return 'it is not there.';
  if (planned === null) return 'it is still there.';
  const missed = missedOf(resource, planned, seen).map(
    (name) =>
      `\n  ${formatPath(path(name))} is ${shown(resource, name, seen)}, not ${shown(resource, name, planned)}`,
  );
  return missed.length === 0
    ? 'all that can be read is as declared.'
    : `it is not as declared:${missed.join('')}`;
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
 * Reads back, more than once where the change does not show yet: what was written in one place may be read in another
 * that hears of it later.
 */
async function readSettled<Target>(
  resource: ManagedResource<Target>,
  planned: Values,
  expected: Values,
  target: Target,
  signal: AbortSignal,
): Promise<Values | null> {
  let observed = await readBack(resource, expected, target);
  for (const pause of resource.settle === undefined ? [] : SETTLE_PAUSES_MS) {
    const shows = observed !== null && whatDidNotTake(resource, planned, observed).length === 0;
    if (shows || signal.aborted) break;
    await new Promise((resume) => setTimeout(resume, pause));
    resource.settle?.(target);
    observed = await readBack(resource, expected, target);
  }
  return observed;
}

/** Terraform holds the provider to every value that the plan knew; a person wants to know which one, and why. */
function whatDidNotTake(
  resource: ManagedResource<never>,
  planned: Values,
  observed: Values,
): readonly Diagnostic[] {
  return missedOf(resource, planned, observed).map((name) => ({
    ...failure(
      `${formatPath(path(name))} did not take`,
      `Every step succeeded, but reading it back shows ${shown(resource, name, observed)} where ` +
        `${shown(resource, name, planned)} was set. Another program may have changed it, or the change is not ` +
        'visible yet; plan again.',
    ),
    path: path(name),
  }));
}

/** Names of what was planned and is not seen. */
function missedOf(resource: ManagedResource<never>, planned: Values, observed: Values): readonly string[] {
  return differences(resource.schema, planned, observed).filter(
    (name) => name !== resource.stepsAttribute && isKnown(planned[name] ?? null),
  );
}

function shown(resource: ManagedResource<never>, name: string, values: Values): string {
  return resource.schema.attributes[name]?.sensitive
    ? 'a sensitive value'
    : JSON.stringify(values[name] ?? null);
}

async function remove<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  memo: Memo,
  target: Target,
  signal: AbortSignal,
): Promise<ApplyResult> {
  if (isResumption(resource, prior, memo)) return done(null);
  const steps = resource.steps({ kind: 'destroy', prior, planned: null, config: null }, target);
  if (steps === UNKNOWN) throw new Error(`${resource.typeName}: the steps of a destroy cannot be unknown`);
  const texts = steps.map((step) => resource.describe(step));
  if (memo.removal !== undefined && !sameTexts(memo.removal, texts)) {
    return done(prior, [
      failure(
        `Destroying ${resource.typeName} would now run other steps than the plan showed`,
        `Nothing was run. Now it would run:\n${numbered(texts)}\nPlan again and review the new steps.`,
      ),
    ]);
  }
  const run = await runSteps(resource, steps, texts, target, signal);
  if (hasErrors(run.diagnostics)) {
    const change: Change = { kind: 'destroy', prior, planned: null, config: null };
    const kept = await keepPartial(resource, change, prior, prior, run.completed, target);
    return {
      ...kept,
      memo: kept.state !== null && memo.unfinished ? { unfinished: true } : {},
      diagnostics: [...withSight(resource, change, run.diagnostics, kept), ...kept.diagnostics],
    };
  }
  return done(null, run.diagnostics);
}

/**
 * A half-made object that a replacement left over is not removed: the deploy that replaced it went on from what was
 * there, so that it is most likely the finished object, which only the state holds twice.
 */
function leftAsItIs(resource: ManagedResource<never>, { removal = [] }: Memo): readonly Diagnostic[] {
  if (removal.length === 0 || resource.quiet) return [];
  return [
    {
      severity: 'warning',
      summary: `A ${resource.typeName} that was only partly made is left as it is`,
      detail: `A later deploy has finished it, unless another one is declared in its place by now. Only in that case remove it by hand:\n${numbered(removal)}`,
    },
  ];
}

/**
 * Terraform marks an object whose creation failed half-way as tainted and replaces it: it asks for a removal and then
 * for a creation. Where `find` lets the creation go on from what is there, there is nothing to remove; only an object
 * that is another one by now (a changed name, say) goes.
 */
function isResumption(resource: ManagedResource<never>, prior: Values, memo: Memo): boolean {
  if (memo.finished) return true;
  const { planned } = memo;
  if (resource.find === undefined || memo.removal !== undefined || planned === undefined) return false;
  return sameIdentity(resource, prior, planned);
}

function stepsValue(resource: ManagedResource<never>, steps: readonly string[]): Values {
  return resource.stepsAttribute === undefined ? {} : { [resource.stepsAttribute]: steps };
}

function stepsOf(resource: ManagedResource<never>, values: Values): Values {
  const { stepsAttribute } = resource;
  return stepsAttribute === undefined ? {} : { [stepsAttribute]: values[stepsAttribute] ?? null };
}
