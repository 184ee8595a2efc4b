import type { Invocation } from './invocation';
import type { FailedOutcome, ObjectsOutcome, Outcome, UnknownOutcome } from './outcome';

/** Runs calls. The interface between transports, which implement it, and the provider, which does not know them. */
export interface Session {
  /** Runs a call. What the peer does wrong is part of the outcome. Rejects only for a mistake of the caller. */
  invoke(call: Invocation, options?: InvokeOptions): Promise<Outcome>;
  /**
   * Runs several calls in one trip: the server runs one after the other, and answers in their order. Nothing in the
   * answer tells which call an object or an error came from. Takes only cmdlets that read (`Get-…`); any other is a
   * mistake of the caller. Each call's `properties` are selected as `invoke` does, where the server takes
   * Select-Object; where it does not, the objects have all their properties. `$null` is always dropped.
   */
  invokeInTurn(calls: readonly [Invocation, ...Invocation[]], options?: InvokeOptions): Promise<TripOutcome>;
  /** Closes the pool and the transport. Safe to call twice. */
  close(): Promise<void>;
}

/** How a trip of several calls ended. Where it failed, some of the calls may have run. */
export type TripOutcome = Trip | FailedOutcome | UnknownOutcome;

/**
 * The server says that the trip is over. This does not mean that every call ran: after a terminating error of the first
 * call, which comes as a plain error record, the second call runs, and the server drops the others without a word
 * (measured with PowerShell 7.6.9). A caller that must know takes calls whose objects show that they ran.
 */
export interface Trip extends Pick<ObjectsOutcome, 'objects' | 'warnings' | 'errors'> {
  readonly kind: 'trip';
  /** True where every call ran, which is certain where no error came. False where that is not known. */
  readonly ranAll: boolean;
}

export interface InvokeOptions {
  /** Stops the call. A pipeline that runs is stopped on the server. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds after which the call is stopped, with an unknown outcome.
   *
   * @default the session's `callTimeoutMs`
   */
  readonly timeoutMs?: number;
}
