import { isList, UNKNOWN } from '../../schema';
import type { Unknown, Value, Values } from '../../schema';
import type { Change, ManagedResource } from './definition';

/**
 * The change as a definition's `steps` sees it. `informed` holds what `inform` said: an unknown of its is an input, not
 * something left open.
 */
export function withoutOpen<Of extends Change>(change: Of, informed: Values = {}): Of {
  const { planned, config } = change;
  if (planned === null || config === null) return change;
  const closed = Object.entries(planned).map(([name, value]): [string, Value] => {
    const open = value === UNKNOWN && (config[name] ?? null) === null && !(name in informed);
    return [name, open ? null : value];
  });
  return { ...change, planned: Object.fromEntries(closed) };
}

/** The steps of a change as people read them. */
export function describeSteps(resource: ManagedResource<never>, change: Change): readonly string[] | Unknown {
  const steps = resource.steps(change);
  return steps === UNKNOWN ? UNKNOWN : steps.map((step) => resource.describe(step));
}

export function sameTexts(left: Value, right: readonly string[]): boolean {
  return isList(left) && left.length === right.length && left.every((text, index) => text === right[index]);
}

/** Steps as a numbered list, one a line. */
export function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n');
}
