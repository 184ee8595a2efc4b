/** What can be wrong with what is read; stable, for callers to decide by. */
export type PkiProblem =
  | 'not-a-certificate'
  | 'not-a-pfx'
  | 'wrong-password'
  | 'no-private-key'
  | 'no-certificate'
  | 'key-mismatch'
  | 'too-many-iterations'
  | 'unsupported';

export class PkiError extends Error {
  override readonly name = 'PkiError';

  constructor(
    readonly problem: PkiProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
