import { isList, UNKNOWN } from '../../schema';
import type { Unknown, Value, Values } from '../../schema';
import type { Change, Creation, ManagedResource, Update } from './definition';

/**
 * The change as a definition's `steps` gets it. An attribute that the declaration leaves to the provider, and that is
 * not known yet, is null.
 *
 * @param informed what `inform` gave to a plan: an unknown value of these is an input of the steps, so it stays unknown.
 *   Left out in an apply, where each value that is still unknown is null.
 */
export function withUnsetAsNull<Of extends Creation | Update>(change: Of, informed: Values = {}): Of {
  const { planned, config } = change;
  const closed = Object.entries(planned).map(([name, value]): [string, Value] => {
    const isUnset = value === UNKNOWN && (config[name] ?? null) === null && !(name in informed);
    return [name, isUnset ? null : value];
  });
  return { ...change, planned: Object.fromEntries(closed) };
}

/** The steps of a change as people read them. */
export function describeSteps<Target>(
  resource: ManagedResource<Target>,
  change: Change,
  target: Target,
): readonly string[] | Unknown {
  const steps = resource.steps(change, target);
  return steps === UNKNOWN ? UNKNOWN : steps.flatMap((step) => resource.describe(step));
}

/** The steps that remove the object, as people read them. */
export function removalOf<Target>(
  resource: ManagedResource<Target>,
  prior: Values,
  target: Target,
): readonly string[] {
  const steps = describeSteps(resource, { kind: 'destroy', prior, planned: null, config: null }, target);
  if (steps === UNKNOWN) throw new Error(`${resource.typeName}: the steps of a destroy cannot be unknown`);
  return steps;
}

/** The steps of a change that completed or were left out with a warning, as people read them. */
export interface Work {
  /** In order, with those that were left out with a warning. */
  readonly ran: readonly string[];
  /** What those steps did to others. */
  readonly effectTexts: readonly string[];
}

export const NO_WORK: Work = { ran: [], effectTexts: [] };

/**
 * An object with the attributes that only inform people: the steps that ran, their effects, the steps that would remove
 * it, and its place among all removals.
 */
export function withShownSteps<Target>(
  resource: ManagedResource<Target>,
  object: Values,
  { ran, effectTexts }: Work,
  target: Target,
): Values {
  const { stepsAttribute, effects, removalAttribute } = resource;
  return {
    ...withPlace(resource, object, target),
    ...(stepsAttribute === undefined ? {} : { [stepsAttribute]: ran }),
    ...(effects === undefined ? {} : { [effects.attribute]: effectTexts }),
    ...(removalAttribute === undefined ? {} : { [removalAttribute]: removalOf(resource, object, target) }),
  };
}

/**
 * An object with its place in the order of removals.
 *
 * @param isAnew true: the place that the target gives now replaces the one in the state; false: the one in the state
 * stays
 */
export function withPlace<Target>(
  { removalPlace }: ManagedResource<Target>,
  object: Values,
  target: Target,
  isAnew = false,
): Values {
  if (removalPlace === undefined) return object;
  const { attribute } = removalPlace;
  const kept = object[attribute] ?? null;
  const now = removalPlace.of(object, target);
  return { ...object, [attribute]: isAnew ? (now ?? kept) : (kept ?? now) };
}

/** True for an attribute that only informs people (`withShownSteps`): reading the object does not give it. */
export function isShownSteps(resource: ManagedResource<never>, name: string): boolean {
  const { stepsAttribute, effects, removalAttribute, removalPlace } = resource;
  return [stepsAttribute, effects?.attribute, removalAttribute, removalPlace?.attribute].includes(name);
}

export function sameTexts(left: Value, right: readonly string[]): boolean {
  return isList(left) && left.length === right.length && left.every((text, index) => text === right[index]);
}

/** Steps as a numbered list, one on each line. */
export function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n');
}

export function counted(steps: readonly string[]): string {
  return steps.length === 1 ? 'one step' : `${steps.length} steps`;
}
