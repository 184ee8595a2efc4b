/**
 * Why a stream cannot be read. Callers decide by it, so these names are stable.
 *
 * - `too-large`: more bytes, records or values than a bound allows
 * - `too-deep`: objects are nested deeper than the bound allows
 * - `truncated`: the stream ends early, or a length leads past its last byte
 * - `malformed`: the stream violates the format
 * - `unsupported`: a part of the format that is not needed for objects written with their types
 * - `dangling`: a reference to an object that is not there
 * - `cycle`: an object contains itself
 */
export type NrbfProblem =
  'too-large' | 'too-deep' | 'truncated' | 'malformed' | 'unsupported' | 'dangling' | 'cycle';

/** Ends the reading. Never thrown outside of this room. */
export class NrbfFailure extends Error {
  override readonly name = 'NrbfFailure';

  constructor(readonly problem: NrbfProblem) {
    super(problem);
  }
}
