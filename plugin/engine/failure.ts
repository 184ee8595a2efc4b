import type { Diagnostic } from '../../schema';

/** An error diagnostic; of a thrown error, what it says. */
export function failure(summary: string, reason: unknown): Diagnostic {
  const detail = reason instanceof Error ? reason.message : String(reason);
  return { severity: 'error', summary, detail };
}
