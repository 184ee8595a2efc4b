/** Something that is wrong, and what to do about it. Each goes on from where it is: no capital, no full stop. */
export interface Problem {
  readonly problem: string;
  readonly remedy: string;
}

/** Both in one line. */
export function formatProblem({ problem, remedy }: Problem): string {
  return `${problem}; ${remedy}`;
}
