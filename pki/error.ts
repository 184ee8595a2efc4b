/** What is wrong with the bytes that were read. Callers decide by it, so these names are stable. */
export type PkiProblem =
  | 'not-a-certificate'
  | 'not-a-pfx'
  | 'text'
  | 'wrong-password'
  | 'needless-password'
  | 'protected-to-principals'
  | 'no-private-key'
  | 'no-certificate'
  | 'key-mismatch'
  | 'several-keys'
  | 'too-many-iterations'
  | 'unsupported';

export interface PkiErrorOptions extends ErrorOptions {
  readonly remedy?: string;
}

export class PkiError extends Error {
  override readonly name = 'PkiError';
  /** What to do about it, in sentences. Left out where the problem says it already. */
  readonly remedy?: string;

  /** @param message without a capital and a full stop, so that a sentence can hold it */
  constructor(
    readonly problem: PkiProblem,
    message: string,
    { remedy, ...options }: PkiErrorOptions = {},
  ) {
    super(message, options);
    if (remedy !== undefined) this.remedy = remedy;
  }
}
