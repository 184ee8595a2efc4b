import type { Problem } from '../../schema';

/** What DNS says of a value has no remedy of its own. */
export function invalidValue(problem: string | undefined): Problem | undefined {
  return problem === undefined ? undefined : { problem, remedy: 'correct the value' };
}
