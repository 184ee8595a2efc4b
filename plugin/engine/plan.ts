import { hasErrors, isList, isRecord, path, sameValue, UNKNOWN } from '../../schema';
import type { Block, BlockSchema, Diagnostic, Path, Value, Values } from '../../schema';
import { conform } from '../values/conform';
import type { Change, Creation, Found, ManagedResource, Update } from './definition';
import { differences, equivalent, keepSpelling } from './equality';
import { identityIsKnown, sameDeclaredIdentity } from './identity';
import type { Memo } from './memo';
import { propose } from './proposal';
import { describeSteps, numbered, withoutOpen } from './steps';
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
  if (config === null) {
    if (prior === null) return nothing(null);
    if (walk.finished.has(resource, prior)) return { ...nothing(null), memo: { finished: true } };
    return planDestruction(resource, prior, memo, target, walk);
  }
  if (prior === null) return planCreation(resource, config, memo, target, walk);
  return planUpdate(resource, prior, config, target, walk);
}

function nothing(planned: Values | null): PlanResult {
  return { planned, requiresReplace: [], memo: {}, diagnostics: [] };
}

async function planDestruction<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  { unfinished = false }: Memo,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const change: Change = { kind: 'destroy', prior, planned: null, config: null };
  const perhapsFinished = unfinished && resource.find !== undefined;
  const information = await resource.inform?.(change, target);
  if (walk.returning.has(resource, prior)) return { ...nothing(null), memo: { finished: true } };
  const removal = removalOf(resource, prior, target);
  // A half-made object may stand in the state twice.
  const takesAway = removal.length > 0 && !perhapsFinished;
  if (takesAway) walk.removed.add(resource, prior);
  const diagnostics = [
    ...(information?.diagnostics ?? []),
    ...(takesAway && walk.adopted.has(resource, prior) ? [removedAndMade(resource, removal)] : []),
    ...(takesAway && walk.kept.has(resource, prior) ? [removedAndKept(resource, removal)] : []),
    ...destroyWarning(resource, removal, perhapsFinished),
  ];
  return {
    ...nothing(null),
    memo: { removal, ...(perhapsFinished ? { unfinished, plannedIn: walk.id } : {}) },
    diagnostics: await vetted(resource, change, target, diagnostics),
  };
}

/** Of a destroy Terraform shows no attributes, so that a warning is the only place to say what it runs. */
function destroyWarning(
  resource: ManagedResource<never>,
  removal: readonly string[],
  perhapsFinished: boolean,
): readonly Diagnostic[] {
  if (resource.quiet) return [];
  if (removal.length > 0 && perhapsFinished) {
    return [
      {
        severity: 'warning',
        summary: `Destroying ${resource.typeName}, which was only partly made, runs: ${inShort(removal)}, or nothing`,
        detail: `${numbered(removal)}\nNothing runs where Terraform calls it a deposed object: a later deploy finished it.`,
      },
    ];
  }
  if (removal.length > 0) {
    return [
      {
        severity: 'warning',
        summary: `Destroying ${resource.typeName} runs: ${inShort(removal)}`,
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

async function planUpdate<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  config: Values,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const proposed = propose(resource.schema, prior, config);
  const information = await resource.inform?.({ kind: 'update', prior, planned: proposed, config }, target);
  const informed = { ...proposed, ...information?.values };
  // A fact that only changed its spelling is no change either.
  const planned = Object.fromEntries(
    Object.entries(informed).map(([name, value]): [string, Value] => {
      const attribute = resource.schema.attributes[name];
      const before = prior[name] ?? null;
      return [name, attribute !== undefined && equivalent(attribute, before, value) ? before : value];
    }),
  );
  const changed = !sameValue(planned, prior);
  const requiresReplace = [
    ...replacements(resource.schema, prior, planned),
    ...(information?.requiresReplace ?? []),
  ];
  const replaced = requiresReplace.length > 0;
  const removal = removalOf(resource, prior, target);
  const update: Update = { kind: 'update', prior, planned, config };
  const diagnostics = [
    ...(information?.diagnostics ?? []),
    ...(replaced
      ? [...replaceWarning(resource, removal), ...comingBack(resource, prior, planned, target, walk)]
      : keeping(resource, prior, removal, walk)),
  ];
  // The other half of a replacement, its creation, is planned by a call of its own.
  const runs: Change = replaced
    ? { kind: 'destroy', prior, planned: null, config: null }
    : withoutOpen(update, information?.values);
  return {
    planned: changed ? withSteps(resource, update, information?.values, target) : planned,
    requiresReplace,
    // Terraform may ask for a replacement without telling (-replace): it then plans a creation with this memo.
    memo: { removal, ...(replaced ? { announced: true } : {}) },
    diagnostics: changed || replaced ? await vetted(resource, runs, target, diagnostics) : diagnostics,
  };
}

async function planCreation<Target>(
  resource: ManagedResource<Target>,
  config: Values,
  memo: Memo,
  target: Target,
  walk: Walk,
): Promise<PlanResult> {
  const proposed = propose(resource.schema, null, config);
  const found = await find(resource, proposed, target, config);
  const existing = found?.existing ?? null;
  // To Terraform there is no prior object, so that only the declared spelling may be planned.
  const base =
    existing === null
      ? proposed
      : keepSpelling(resource.schema, config, propose(resource.schema, existing, config));
  const change: Creation | Update =
    existing === null
      ? { kind: 'create', prior: null, planned: base, config }
      : { kind: 'update', prior: existing, planned: base, config };
  const information = await resource.inform?.(change, target);
  const informed = { ...change, planned: { ...base, ...information?.values } };
  const unseen = resource.find !== undefined && found === undefined;
  const diagnostics = [
    ...(found?.diagnostics ?? []),
    ...(information?.diagnostics ?? []),
    ...hiddenRemoval(resource, memo),
    ...adoption(resource, existing, target, walk),
  ];
  return {
    planned: unseen
      ? { ...informed.planned, ...unknownSteps(resource) }
      : withSteps(resource, informed, information?.values, target),
    requiresReplace: [],
    memo: {
      planned: proposed,
      ...(memo.removal === undefined ? {} : { removal: memo.removal }),
      ...(existing === null ? {} : { existing }),
    },
    diagnostics: unseen
      ? diagnostics
      : await vetted(resource, withoutOpen(informed, information?.values), target, diagnostics),
  };
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
 * The creation's steps do not show what the other half of a replacement runs, before or after it: a warning does.
 * Terraform shows warnings of the first of the two plans only.
 */
function replaceWarning(resource: ManagedResource<never>, removal: readonly string[]): readonly Diagnostic[] {
  if (removal.length === 0 || resource.quiet) return [];
  return [
    {
      severity: 'warning',
      summary: `Replacing ${resource.typeName} also runs: ${inShort(removal)}`,
      detail: numbered(removal),
    },
  ];
}

/** Of warnings with one summary Terraform shows the first alone: each object's must be its own. */
function inShort([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

/** Looks whether another address of the same plan removes what a creation goes on from. */
function adoption<Target>(
  resource: ManagedResource<Target>,
  existing: Values | null,
  target: Target,
  walk: Walk,
): readonly Diagnostic[] {
  if (existing === null) return [];
  const back = comingBack(resource, walk.halfMadeLike(resource, existing), existing, target, walk);
  if (walk.returning.has(resource, existing)) return back;
  walk.adopted.add(resource, existing);
  return walk.removed.has(resource, existing)
    ? [removedAndMade(resource, removalOf(resource, existing, target))]
    : [];
}

/**
 * The declaration wants back what Terraform is still to remove, since the deploy that replaced it failed half-way: the
 * old certificate of a server. The apply makes first and removes then, and knows by then what it has found. Only where
 * what the declaration says is the same on both sides: a list that moved up by one looks alike otherwise.
 */
function comingBack<Target>(
  resource: ManagedResource<Target>,
  replaced: Values | undefined,
  wanted: Values,
  target: Target,
  walk: Walk,
): readonly Diagnostic[] {
  if (replaced === undefined || !sameDeclaredIdentity(resource, replaced, wanted)) return [];
  walk.returning.add(resource, wanted);
  if (!walk.removed.has(resource, wanted) || resource.quiet) return [];
  const removal = removalOf(resource, wanted, target);
  return [
    {
      severity: 'warning',
      summary: `This does not run after all: ${inShort(removal)}`,
      detail: `The declaration wants this ${resource.typeName} again, which an earlier deploy was to replace. It stays.`,
    },
  ];
}

/** Looks whether the same plan removes the same object from another place in the state. */
function keeping(
  resource: ManagedResource<never>,
  prior: Values,
  removal: readonly string[],
  walk: Walk,
): readonly Diagnostic[] {
  walk.kept.add(resource, prior);
  return walk.removed.has(resource, prior) ? [removedAndKept(resource, removal)] : [];
}

/** In the apply nothing tells the removal that the object is wanted: Terraform does not ask for what stays as it is. */
function removedAndKept(resource: ManagedResource<never>, removal: readonly string[]): Diagnostic {
  return {
    severity: 'error',
    summary: `One ${resource.typeName} stands in the state twice, and would be removed once`,
    detail:
      `Both are the same object, and at the end it would be gone:\n${numbered(removal)}\n` +
      'Most often it was marked by hand (terraform taint), and the deploy after that failed. Let Terraform forget it ' +
      '(terraform state rm <address>) and deploy: what is there is found again. Where two addresses stand for it, ' +
      'forget the one that left the declaration.',
  };
}

/** Terraform knows objects by address alone, and carries the two out in either order. */
function removedAndMade(resource: ManagedResource<never>, removal: readonly string[]): Diagnostic {
  return {
    severity: 'error',
    summary: `One ${resource.typeName} would be removed under one address and made under another`,
    detail:
      `Both are the same object, and at the end it would be gone:\n${numbered(removal)}\n` +
      'Most often a name in the declaration is spelled in another way, letter case included: write it as it was. If ' +
      'the new address is meant, move the state to it: terraform state mv <old address> <new address>.',
  };
}

/** Told to replace from outside (-replace), Terraform shows nothing of what the removal runs. */
function hiddenRemoval(
  resource: ManagedResource<never>,
  { removal = [], announced = false }: Memo,
): readonly Diagnostic[] {
  if (removal.length === 0 || announced || resource.quiet) return [];
  return [
    {
      severity: 'error',
      summary: `${resource.typeName} cannot be replaced on request`,
      detail:
        `The plan has no place to show what its removal runs:\n${numbered(removal)}\n` +
        'Take it out of the declaration and apply, then declare it again and apply.',
    },
  ];
}

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

function withSteps<Target>(
  resource: ManagedResource<Target>,
  change: Creation | Update,
  informed: Values | undefined,
  target: Target,
): Values {
  const { planned } = change;
  if (resource.stepsAttribute === undefined) return planned;
  const steps = describeSteps(resource, withoutOpen(change, informed), target);
  return { ...planned, [resource.stepsAttribute]: steps };
}

/** Whether the object is there can be looked up only once its identity is known, and the steps depend on it. */
function unknownSteps(resource: ManagedResource<never>): Values {
  return resource.stepsAttribute === undefined ? {} : { [resource.stepsAttribute]: UNKNOWN };
}

function removalOf<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  target: Target,
): readonly string[] {
  const steps = describeSteps(resource, { kind: 'destroy', prior, planned: null, config: null }, target);
  if (steps === UNKNOWN) throw new Error(`${resource.typeName}: the steps of a destroy cannot be unknown`);
  return steps;
}

/** Where an attribute that cannot change in place does; within a set of blocks, the set as a whole. */
function replacements(schema: BlockSchema, prior: Values, planned: Values, at: Path = []): Path[] {
  const changed = differences(schema, prior, planned);
  const attributes = changed
    .filter((name) => schema.attributes[name]?.requiresReplace)
    .map((name) => [...at, ...path(name)]);
  const blocks = changed.flatMap((name) => {
    const block = schema.blocks?.[name];
    const here = [...at, ...path(name)];
    return block === undefined
      ? []
      : blockReplacements(block, prior[name] ?? null, planned[name] ?? null, here);
  });
  return [...attributes, ...blocks];
}

function blockReplacements(block: Block, prior: Value, planned: Value, at: Path): Path[] {
  if (isRecord(prior) && isRecord(planned)) return replacements(block.schema, prior, planned, at);
  if (block.nesting === 'list' && isList(prior) && isList(planned) && prior.length === planned.length) {
    return planned.flatMap((item, index) => {
      const before = prior[index] ?? null;
      return isRecord(before) && isRecord(item)
        ? replacements(block.schema, before, item, [...at, { index }])
        : [];
    });
  }
  return Object.values(block.schema.attributes).some(({ requiresReplace }) => requiresReplace) ? [at] : [];
}
