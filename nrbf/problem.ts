/**
 * Why a stream is not read; stable, for callers to decide by.
 *
 * - `too-large`: more bytes, records or values than a bound allows
 * - `too-deep`: objects within objects beyond the bound
 * - `truncated`: it ends, or a length leads, past the last byte
 * - `malformed`: it breaks the format
 * - `unsupported`: a part of the format that no object with its types needs
 * - `dangling`: it refers to an object that is not there
 * - `cycle`: an object is within itself
 */
export type NrbfProblem =
  'too-large' | 'too-deep' | 'truncated' | 'malformed' | 'unsupported' | 'dangling' | 'cycle';

/** Ends a reading; never leaves this room. */
export class NrbfFailure extends Error {
  override readonly name = 'NrbfFailure';

  constructor(readonly problem: NrbfProblem) {
    super(problem);
  }
}
