/** Something that is wrong, and the remedy. Both are parts of a sentence: no capital at the beginning, no full stop. */
export interface Problem {
  readonly problem: string;
  readonly remedy: string;
}

/** Problem and remedy in one line. */
export function formatProblem({ problem, remedy }: Problem): string {
  return `${problem}; ${remedy}`;
}
