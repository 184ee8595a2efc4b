import { formatPath, hasErrors, isKnown, path, sameValue, UNKNOWN } from '../../schema';
import type { Diagnostic, Path, Value, Values } from '../../schema';
import { conform } from '../values/conform';
import type { Change, Creation, Destruction, Found, ManagedResource, ReadResult, Update } from './definition';
import { differences, equivalent, keepSpelling } from './equality';
import { identityChanges, identityIsKnown, titleOf } from './identity';
import type { Memo } from './memo';
import { propose } from './proposal';
import { shownValue } from './shown-value';
import { refreshed } from './refresh';
import { counted, describeSteps, numbered, removalOf, sameTexts, withPlace, withUnsetAsNull } from './steps';
import { withoutWriteOnly } from './strip';
import type { GraphWalk } from './graph-walk';

export interface PlanRequest {
  /** Null where the object is to be created. */
  readonly prior: Values | null;
  /** With its write-only values. Null where the object is to be destroyed. */
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
  walk: GraphWalk,
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
  walk: GraphWalk,
): Promise<PlanResult> {
  // During an apply Terraform plans one kind of removal only: that of a deposed object, which a replacement left over.
  if (resource.find !== undefined && walk.isApplying) return { ...NOTHING, memo: { plannedIn: walk.id } };

  // Where a resource left the declaration, Terraform 1.11 plans its removal first and refreshes afterwards (seen with
  // 1.11.4), so that the state may be that of an earlier removal that broke off. From 1.12.0 on it refreshes first
  // (hashicorp/terraform#36394). A removal that runs nothing needs no refresh.
  const needsRefresh = resource.find !== undefined && removalOf(resource, prior, target).length > 0;
  const refresh: ReadResult = needsRefresh ? await refreshed(resource, prior, target) : { state: prior };
  const change: Destruction = {
    kind: 'destroy',
    prior: refresh.state ?? prior,
    planned: null,
    config: null,
  };
  const information = await resource.inform?.(change, target);
  const current = { ...change.prior, ...information?.values };
  const removal = removalOf(resource, current, target);
  const isThere = refresh.state !== null;
  if (removal.length > 0 && isThere) walk.recordRemoval(resource, prior);
  const diagnostics = [
    ...(refresh.diagnostics ?? []),
    ...(information?.diagnostics ?? []),
    ...contradiction(resource, prior, removal, walk),
    // Where the object is gone already, Terraform's refresh drops the removal from the plan.
    ...(isThere ? destroyNote(resource, prior, removal) : []),
  ];
  const changedValues = changedSince(prior, current);
  return {
    ...NOTHING,
    memo: {
      removal,
      plannedIn: walk.id,
      ...(Object.keys(changedValues).length === 0 ? {} : { changedValues }),
    },
    diagnostics: await vetted(resource, { ...change, prior: current }, target, diagnostics),
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
  walk: GraphWalk,
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
  walk.recordWanted(resource, prior, 'in-state');

  const diagnostics = [...(information?.diagnostics ?? []), ...contradiction(resource, prior, removal, walk)];
  return {
    planned: isChanged ? withSteps(resource, update, information?.values, target) : planned,
    requiresReplace: resource.requiresReplace?.(prior, planned) ?? [],
    // On `-replace`, Terraform also plans a creation, and hands it this memo.
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
  walk: GraphWalk,
): Promise<PlanResult> {
  const refusal = refusedReplacement(resource, memo);
  if (refusal.length > 0) return { ...NOTHING, diagnostics: refusal };

  const proposed = propose(resource.schema, null, config);
  const found = await find(resource, proposed, target, config);
  const existing = found?.existing ?? null;
  const change = creation(resource, proposed, existing, config);
  const information = await resource.inform?.(change, target);
  const informed = { ...change, planned: { ...change.planned, ...information?.values } };
  if (existing !== null) walk.recordWanted(resource, existing, 'found');

  const diagnostics = [
    ...(found?.diagnostics ?? []),
    ...(information?.diagnostics ?? []),
    ...(existing === null
      ? []
      : [
          ...contradiction(resource, existing, removalOf(resource, existing, target), walk),
          // Where the reading failed, nobody knows whether the object is there.
          ...(hasErrors(found?.diagnostics ?? [])
            ? []
            : foundNote(resource, existing, informed.planned, target)),
        ]),
  ];
  // The steps depend on whether the object is there already, which can be looked up only once its identity is known. They
  // stay unknown until then, as computed attributes of a creation are.
  const isUnseen = resource.find !== undefined && found === undefined;
  return {
    planned: isUnseen ? informed.planned : withSteps(resource, informed, information?.values, target),
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
  return existing && kept(resource, existing);
}

/** A creation from nothing; or an update, where the object is there already. */
function creation(
  resource: ManagedResource<never>,
  proposed: Values,
  existing: Values | null,
  config: Values,
): Creation | Update {
  if (existing === null) return { kind: 'create', prior: null, planned: proposed, config };
  // For Terraform there is no prior object, so it takes no other spelling than the declared one.
  const planned = keepSpelling(resource.schema, config, propose(resource.schema, existing, config));
  return { kind: 'update', prior: existing, planned, config };
}

/** Keeps the prior spelling of each value that means the same, so that it is no change. */
function inPriorSpelling(resource: ManagedResource<never>, prior: Values, planned: Values): Values {
  return Object.fromEntries(
    Object.entries(planned).map(([name, value]): [string, Value] => {
      const attribute = resource.schema.attributes[name];
      const before = prior[name] ?? null;
      return [name, attribute !== undefined && equivalent(attribute, before, value) ? before : value];
    }),
  );
}

/** Adds what `vet` has against the steps. It is asked only where there is no error yet. */
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
 * Terraform shows no changed attributes for a destroy, so this warning lists its steps. Of several warnings with the
 * same summary Terraform shows only the first, so the summary names the object; that of a destroy that runs nothing is
 * the same for all objects of a type, and is shown once.
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

/** One object has two addresses: it would be removed under the one and is wanted under the other. */
function contradiction(
  resource: ManagedResource<never>,
  state: Values,
  removal: readonly string[],
  walk: GraphWalk,
): readonly Diagnostic[] {
  // Asked first, since a plan removes few objects and wants many.
  if (!walk.removes(resource, state)) return [];
  const wanted = walk.wants(resource, state);
  if (wanted === undefined) return [];
  const detail = `It is one and the same object. This plan would remove it at the end, although it is declared:\n${numbered(removal)}\n`;
  return [
    wanted === 'in-state'
      ? {
          severity: 'error',
          summary: `${titleOf(resource, state)} is in the state twice, and would be removed`,
          detail:
            `${detail}The most frequent cause is that it was marked by hand (terraform taint) and the next deploy failed. Let ` +
            'Terraform forget it (terraform state rm <address>) and deploy: the deploy finds the object again. If it is ' +
            'in the state under two addresses, forget the address that left the declaration.',
        }
      : {
          severity: 'error',
          summary: `${titleOf(resource, state)} would be removed under one address and created under another`,
          detail:
            `${detail}The most frequent cause is a name in the declaration that is now spelled differently, or in other letter ` +
            'case: write it as before. If you want the new address, move the state to it: terraform state mv <old address> <new address>.',
        },
  ];
}

/** Refuses `-replace`: there, Terraform hands the memo of an update to the plan of a creation. */
function refusedReplacement(resource: ManagedResource<never>, { removal }: Memo): readonly Diagnostic[] {
  if (resource.find === undefined || removal === undefined) return [];
  const anew =
    removal.length === 0
      ? 'Nor does taking it out of the declaration remove it.'
      : 'To have the object created anew, take it out of the declaration and apply, then declare it again and apply.';
  return [
    {
      severity: 'error',
      summary: `${resource.typeName} is not replaced`,
      detail: resource.isCheck
        ? 'It is a check and stands for no object, so that there is nothing to replace. Plan without -replace.'
        : `This provider changes objects in place and replaces none. Plan without -replace to see what differs from the declaration. ${anew}`,
    },
  ];
}

/** For Terraform the object is new, so that its plan shows none of the present values. This warning shows them. */
function foundNote<Target>(
  resource: ManagedResource<Target>,
  existing: Values,
  planned: Values,
  target: Target,
): readonly Diagnostic[] {
  if (resource.foundNote === undefined) return [];
  const changed = differences(resource.schema, existing, planned).filter(
    (name) => resource.schema.attributes[name]?.mode !== 'computed',
  );
  const known = changed.filter((name) => isKnown(planned[name] ?? null));
  const values = known.map(
    (name) =>
      `\n  ${formatPath(path(name))}: ${shownValue(resource, name, existing)} -> ${shownValue(resource, name, planned)}`,
  );
  const removal = removalOf(resource, existing, target);
  return [
    {
      severity: 'warning',
      summary: `${titleOf(resource, existing)} exists already`,
      detail: `${
        changed.length === 0
          ? 'It is as declared. A deploy only adds it to the Terraform state.'
          : `A deploy changes it in place where it differs from the declaration${known.length === 0 ? '.' : `:${values.join('')}`}`
      }\n${resource.foundNote(existing)}${
        removal.length === 0
          ? ''
          : `\nFrom then on Terraform manages it. Taking it out of the declaration will run\n${numbered(removal)}`
      }`,
    },
  ];
}

/** An object that was looked up, as the memo keeps it: without write-only values. */
function kept(resource: ManagedResource<never>, object: Values): Values {
  return withoutWriteOnly(resource.schema, conform(resource.schema, object));
}

/** `undefined` where the object cannot be looked up yet, since its identity is not known. */
async function find<Target>(
  resource: ManagedResource<Target>,
  planned: Values,
  target: Target,
  config: Values,
): Promise<Found | undefined> {
  if (!identityIsKnown(resource, planned)) return undefined;
  const found = await resource.find?.(planned, target, config);
  return found && { ...found, existing: found.existing && kept(resource, found.existing) };
}

/** Adds the steps of the change. The removal is unknown where the change alters it, too. */
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
  if (effects !== undefined) {
    const steps = resource.steps(closed, target);
    planned[effects.attribute] = steps === UNKNOWN ? UNKNOWN : effects.of(steps);
  }
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
