import { isList, UNKNOWN } from '../../schema';
import type { Unknown, Value } from '../../schema';
import type { Change, ManagedResource } from './definition';

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
