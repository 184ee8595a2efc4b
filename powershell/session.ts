import type { Invocation } from './invocation';
import type { FailedOutcome, ObjectsOutcome, Outcome, UnknownOutcome } from './outcome';

/** The seam: whoever can run a call. Below it there is a transport; above it nobody knows which. */
export interface Session {
  /** Never rejects for what the peer did: that is the outcome. Rejects only for a caller's mistake. */
  invoke(call: Invocation, options?: InvokeOptions): Promise<Outcome>;
  /**
   * Several calls in one trip: the server runs them one after the other and answers in their order, and nothing in the
   * answer tells which call an object or an error came from. For cmdlets that only look (`Get-…`): any other is
   * refused as the caller's mistake. `properties` are asked for as `invoke` does; where the server does not select,
   * the objects have all that they have, and `$null` is left out always.
   */
  invokeInTurn(calls: readonly [Invocation, ...Invocation[]], options?: InvokeOptions): Promise<TripOutcome>;
  /** Closes the pool and the transport. Safe to call twice. */
  close(): Promise<void>;
}

/** How a trip of several calls ended. `failed`: some of them may have run before. */
export type TripOutcome = Trip | FailedOutcome | UnknownOutcome;

/**
 * The server says that the trip is at its end, which is not to say that every call ran: a terminating error of the
 * first is a record like any other, the second runs, and the server drops the others without a word (measured with
 * PowerShell 7.6.9). Who needs to know sends calls whose objects tell that they ran.
 */
export interface Trip extends Pick<ObjectsOutcome, 'objects' | 'warnings' | 'errors'> {
  readonly kind: 'trip';
  /** True where every call ran, which is so where no error came; false where that is not known. */
  readonly ranAll: boolean;
}

export interface InvokeOptions {
  /** Stops the call (a running pipeline is stopped on the server). */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds after which the call is stopped and its outcome is unknown.
   *
   * @default the session's
   */
  readonly timeoutMs?: number;
}
