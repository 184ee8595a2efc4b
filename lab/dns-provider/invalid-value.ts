import type { Problem } from '../../schema';

/** The problem of a value that DNS cannot carry, without a remedy. */
export function invalidValue(problem: string | undefined): Problem | undefined {
  return problem === undefined ? undefined : { problem, remedy: 'correct the value' };
}
