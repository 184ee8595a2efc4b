/**
 * Why a stream cannot be read; for tests, and for people who look for the cause. The reader of certificates takes all alike.
 *
 * - `too-large`: more bytes, records or values than a bound allows
 * - `too-deep`: objects are nested deeper than the bound allows
 * - `truncated`: the stream ends early, or a length leads past its last byte
 * - `malformed`: the stream violates the format
 * - `unsupported`: what Exchange's objects do not need: another version of the format, another kind of record or array, or
 *   a root that is no object
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
