import type { Path } from './path';

/**
 * Something that a person must know: what is wrong, where in the declaration, and what to do about it. An error stops
 * the run. A warning is shown in the plan.
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** One line: what is wrong. */
  readonly summary: string;
  /** Why, and the remedy. */
  readonly detail: string;
  /** The attribute at fault. Left out where the whole declaration is meant. */
  readonly path?: Path;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
