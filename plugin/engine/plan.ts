import { formatPath, hasErrors, isKnown, path, sameValue, UNKNOWN } from '../../schema';
import type { Diagnostic, Path, Value, Values } from '../../schema';
import { conform } from '../values/conform';
import type { Change, Creation, Destruction, Found, ManagedResource, ReadResult, Update } from './definition';
import { differences, equivalent, keepSpelling } from './equality';
import { identityChanges, identityIsKnown, titleOf } from './identity';
import type { Memo } from './memo';
import { propose } from './proposal';
import { shownValue } from './shown-value';
import { seenNow } from './sight';
import {
  counted,
  describeSteps,
  effectsOf,
  numbered,
  removalOf,
  sameTexts,
  withPlace,
  withUnsetAsNull,
} from './steps';
import type { Walk } from './walk';

export interface PlanRequest {
  /** Null where the object is to be created. */
  readonly prior: Values | null;
  /** With the write-only values; null where the object is to be destroyed. */
  readonly config: Values | null;
  readonly memo: Memo;
}

export interface PlanResult {
  readonly planned: Values | null;
  readonly requiresReplace: readonly Path[];
  readonly memo: Memo;
  readonly diagnostics: readonly Diagnostic[];
}

export async function plan<Target>(
  resource: ManagedResource<Target>,
  request: PlanRequest,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const { prior, config, memo } = request;
  if (config === null) return prior === null ? NOTHING : planDestruction(resource, prior, target, walk);
  if (prior === null) return planCreation(resource, config, memo, target, walk);
  return planUpdate(resource, prior, config, target, walk);
}

const NOTHING: PlanResult = { planned: null, requiresReplace: [], memo: {}, diagnostics: [] };

async function planDestruction<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  // Only what a replacement left over (a deposed object) does Terraform plan to remove while it applies.
  if (resource.find !== undefined && walk.isApplying) return { ...NOTHING, memo: { plannedIn: walk.id } };

  // Of one that left the declaration Terraform 1.11 plans the removal first, from the state that a broken-off removal may
  // have left behind, and refreshes it afterwards (seen with 1.11.4); from 1.12.0 it refreshes first
  // (hashicorp/terraform#36394). What runs nothing has nothing to look for.
  const isLookedFor = resource.find !== undefined && removalOf(resource, prior, target).length > 0;
  const sight: ReadResult = isLookedFor ? await seenNow(resource, prior, target) : { state: prior };
  const change: Destruction = {
    kind: 'destroy',
    prior: sight.state ?? prior,
    planned: null,
    config: null,
  };
  const information = await resource.inform?.(change, target);
  const judged = { ...change.prior, ...information?.values };
  const removal = removalOf(resource, judged, target);
  const isThere = sight.state !== null;
  if (removal.length > 0 && isThere) walk.recordRemoval(resource, prior);
  const diagnostics = [
    ...(sight.diagnostics ?? []),
    ...(information?.diagnostics ?? []),
    ...contradiction(resource, prior, removal, walk),
    // Of what is gone already the refresh takes the removal out of the plan.
    ...(isThere ? destroyNote(resource, prior, removal) : []),
  ];
  const judgement = changedSince(prior, judged);
  return {
    ...NOTHING,
    memo: {
      removal,
      plannedIn: walk.id,
      ...(Object.keys(judgement).length === 0 ? {} : { judged: judgement }),
    },
    diagnostics: await vetted(resource, { ...change, prior: judged }, target, diagnostics),
  };
}

function changedSince(before: Values, now: Values): Values {
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => !sameValue(before[name] ?? null, value)),
  );
}

async function planUpdate<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  config: Values,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const proposed = propose(resource.schema, prior, config);
  const renamed = identityChanges(resource, prior, proposed);
  if (renamed.length > 0) return { ...NOTHING, planned: prior, diagnostics: renamed };

  const information = await resource.inform?.({ kind: 'update', prior, planned: proposed, config }, target);
  const planned = inPriorSpelling(resource, prior, { ...proposed, ...information?.values });
  const isChanged = !sameValue(planned, prior);
  const declared: Update = { kind: 'update', prior, planned, config };
  const existing = isChanged ? await resumed(resource, declared, target) : null;
  const update: Update = { ...declared, prior: existing ?? prior };
  const removal = removalOf(resource, prior, target);
  walk.recordWanted(resource, prior, 'kept');

  const diagnostics = [...(information?.diagnostics ?? []), ...contradiction(resource, prior, removal, walk)];
  return {
    planned: isChanged ? withSteps(resource, update, information?.values, target) : planned,
    requiresReplace: resource.requiresReplace?.(prior, planned) ?? [],
    // Told to replace (-replace), Terraform plans a creation beside it, and hands this memo to that.
    memo: { removal, ...(existing === null ? {} : { existing }) },
    diagnostics: isChanged
      ? await vetted(resource, withUnsetAsNull(update, information?.values), target, diagnostics)
      : diagnostics,
  };
}

async function planCreation<Target>(
  resource: ManagedResource<Target>,
  config: Values,
  memo: Memo,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const refusal = replacedOnRequest(resource, memo);
  if (refusal.length > 0) return { ...NOTHING, diagnostics: refusal };

  const proposed = propose(resource.schema, null, config);
  const found = await find(resource, proposed, target, config);
  const existing = found?.existing ?? null;
  const change = creation(resource, proposed, existing, config);
  const information = await resource.inform?.(change, target);
  const informed = { ...change, planned: { ...change.planned, ...information?.values } };
  if (existing !== null) walk.recordWanted(resource, existing, 'made');

  const diagnostics = [
    ...(found?.diagnostics ?? []),
    ...(information?.diagnostics ?? []),
    ...(existing === null
      ? []
      : [
          ...contradiction(resource, existing, removalOf(resource, existing, target), walk),
          // Of what could not be read nobody knows whether it is there.
          ...(hasErrors(found?.diagnostics ?? [])
            ? []
            : foundNote(resource, existing, informed.planned, target)),
        ]),
  ];
  // Whether the object is there can be looked up only once its identity is known, and the steps depend on it.
  const isUnseen = resource.find !== undefined && found === undefined;
  return {
    planned: isUnseen
      ? { ...informed.planned, ...unknownSteps(resource) }
      : withSteps(resource, informed, information?.values, target),
    requiresReplace: [],
    memo: {
      ...(memo.removal === undefined ? {} : { removal: memo.removal }),
      ...(existing === null ? {} : { existing }),
    },
    diagnostics: isUnseen
      ? diagnostics
      : await vetted(resource, withUnsetAsNull(informed, information?.values), target, diagnostics),
  };
}

async function resumed<Target>(
  resource: ManagedResource<Target>,
  update: Update,
  target: Target,
): Promise<Values | null> {
  const existing = (await resource.resume?.(update, target)) ?? null;
  return existing && conform(resource.schema, existing);
}

/** A creation from nothing, or from the object that is there already. */
function creation(
  resource: ManagedResource<never>,
  proposed: Values,
  existing: Values | null,
  config: Values,
): Creation | Update {
  if (existing === null) return { kind: 'create', prior: null, planned: proposed, config };
  // To Terraform there is no prior object, so that only the declared spelling may be planned.
  const planned = keepSpelling(resource.schema, config, propose(resource.schema, existing, config));
  return { kind: 'update', prior: existing, planned, config };
}

/** A fact that only changed its spelling is no change. */
function inPriorSpelling(resource: ManagedResource<never>, prior: Values, planned: Values): Values {
  return Object.fromEntries(
    Object.entries(planned).map(([name, value]): [string, Value] => {
      const attribute = resource.schema.attributes[name];
      const before = prior[name] ?? null;
      return [name, attribute !== undefined && equivalent(attribute, before, value) ? before : value];
    }),
  );
}

/** With what stands against the steps of the change; what is wrong already comes first. */
async function vetted<Target>(
  resource: ManagedResource<Target>,
  change: Change,
  target: Target,
  diagnostics: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  if (resource.vet === undefined || hasErrors(diagnostics)) return diagnostics;
  const steps = resource.steps(change, target);
  if (steps === UNKNOWN || steps.length === 0) return diagnostics;
  return [...diagnostics, ...(await resource.vet(steps, target))];
}

/**
 * Of a destroy Terraform shows no attributes that change, so that a warning says what it runs. Of warnings with one
 * summary Terraform shows the first only: the object's name makes each its own.
 */
function destroyNote(
  resource: ManagedResource<never>,
  prior: Values,
  removal: readonly string[],
): readonly Diagnostic[] {
  if (resource.stepsAttribute === undefined) return [];
  if (removal.length > 0) {
    return [
      {
        severity: 'warning',
        summary: `Destroying ${titleOf(resource, prior)} runs ${counted(removal)}`,
        detail: numbered(removal),
      },
    ];
  }
  if (resource.destroyNote === undefined) return [];
  return [
    {
      severity: 'warning',
      summary: `Destroying ${resource.typeName} runs nothing`,
      detail: resource.destroyNote,
    },
  ];
}

/** One object under two addresses, removed under the one and wanted under the other: at the end it would be gone. */
function contradiction(
  resource: ManagedResource<never>,
  state: Values,
  removal: readonly string[],
  walk: Walk,
): readonly Diagnostic[] {
  const wanted = walk.wants(resource, state);
  if (wanted === undefined || !walk.removes(resource, state)) return [];
  const detail = `Both are the same object, and at the end it would be gone:\n${numbered(removal)}\n`;
  return [
    wanted === 'kept'
      ? {
          severity: 'error',
          summary: `One ${resource.typeName} stands in the state twice, and would be removed once`,
          detail:
            `${detail}Most often it was marked by hand (terraform taint), and the deploy after that failed. Let Terraform ` +
            'forget it (terraform state rm <address>) and deploy: what is there is found again. Where two addresses ' +
            'stand for it, forget the one that left the declaration.',
        }
      : {
          severity: 'error',
          summary: `One ${resource.typeName} would be removed under one address and made under another`,
          detail:
            `${detail}Most often a name in the declaration is spelled in another way, letter case included: write it as ` +
            'it was. If the new address is meant, move the state to it: terraform state mv <old address> <new address>.',
        },
  ];
}

/** Told to replace from outside (-replace), Terraform hands the memo of an update to the plan of a creation. */
function replacedOnRequest(resource: ManagedResource<never>, { removal }: Memo): readonly Diagnostic[] {
  if (resource.find === undefined || removal === undefined) return [];
  return [
    {
      severity: 'error',
      summary: `${resource.typeName} is not replaced`,
      detail:
        'It is changed in place: a plan without -replace shows what differs from the declaration. To have it made ' +
        'anew, take it out of the declaration and apply, then declare it again and apply.',
    },
  ];
}

/** To Terraform the object is new, so that the plan shows nothing of what it is now. */
function foundNote<Target>(
  resource: ManagedResource<Target>,
  existing: Values,
  planned: Values,
  target: Target,
): readonly Diagnostic[] {
  if (resource.foundNote === undefined) return [];
  const changed = differences(resource.schema, existing, planned).filter(
    (name) => resource.schema.attributes[name]?.mode !== 'computed' && isKnown(planned[name] ?? null),
  );
  const values = changed.map(
    (name) =>
      `\n  ${formatPath(path(name))}: ${shownValue(resource, name, existing)} -> ${shownValue(resource, name, planned)}`,
  );
  const removal = removalOf(resource, existing, target);
  return [
    {
      severity: 'warning',
      summary: `${titleOf(resource, existing)} is there already`,
      detail: `${
        values.length === 0
          ? 'It is as declared, and is only taken into the state.'
          : `It is changed in place where it differs from the declaration:${values.join('')}`
      }\n${resource.foundNote(existing)}${
        removal.length === 0
          ? ''
          : `\nFrom then on it is one of the declared objects: to take it out runs\n${numbered(removal)}`
      }`,
    },
  ];
}

/** Undefined where nobody can look yet. */
async function find<Target>(
  resource: ManagedResource<Target>,
  planned: Values,
  target: Target,
  config: Values,
): Promise<Found | undefined> {
  if (!identityIsKnown(resource, planned)) return undefined;
  const found = await resource.find?.(planned, target, config);
  return found && { ...found, existing: found.existing && conform(resource.schema, found.existing) };
}

/** With the steps, and with the removal left open where the change is one of it, too. */
function withSteps<Target>(
  resource: ManagedResource<Target>,
  change: Creation | Update,
  informed: Values | undefined,
  target: Target,
): Values {
  const { stepsAttribute, effects, removalAttribute, removalPlace } = resource;
  const closed = withUnsetAsNull(change, informed);
  const planned = { ...change.planned };
  if (stepsAttribute !== undefined) planned[stepsAttribute] = describeSteps(resource, closed, target);
  if (effects !== undefined) planned[effects.attribute] = effectsOf(resource, closed, target);
  if (removalAttribute !== undefined) {
    const before = change.prior?.[removalAttribute] ?? null;
    const isSame = isKnown(closed.planned) && sameTexts(before, removalOf(resource, closed.planned, target));
    planned[removalAttribute] = isSame ? before : UNKNOWN;
  }
  if (removalPlace !== undefined) {
    planned[removalPlace.attribute] =
      withPlace(resource, closed.planned, target)[removalPlace.attribute] ?? null;
  }
  return planned;
}

function unknownSteps({ stepsAttribute, effects }: ManagedResource<never>): Values {
  return {
    ...(stepsAttribute === undefined ? {} : { [stepsAttribute]: UNKNOWN }),
    ...(effects === undefined ? {} : { [effects.attribute]: UNKNOWN }),
  };
}
