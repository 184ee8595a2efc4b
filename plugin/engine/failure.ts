import type { Diagnostic } from '../../schema';

/** An error diagnostic. `reason` is its detail: a text, or an error whose message is taken. */
export function failure(summary: string, reason: unknown): Diagnostic {
  const detail = reason instanceof Error ? reason.message : String(reason);
  return { severity: 'error', summary, detail };
}
