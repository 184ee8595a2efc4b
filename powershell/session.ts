import type { Invocation } from './invocation';
import type { Outcome } from './outcome';

/** The seam: whoever can run a call. Below it there is a transport; above it nobody knows which. */
export interface Session {
  /** Never rejects for what the peer did: that is the outcome. Rejects only for a caller's mistake. */
  invoke(call: Invocation, options?: InvokeOptions): Promise<Outcome>;
  /**
   * Several calls in one trip: the server runs them one after the other and answers in their order. Nothing in the
   * answer tells which call an object or an error came from, and `properties` are not asked for. Where one fails, the
   * others may or may not run: for reads alone.
   */
  invokeInTurn(calls: readonly [Invocation, ...Invocation[]], options?: InvokeOptions): Promise<Outcome>;
  /** Closes the pool and the transport. Safe to call twice. */
  close(): Promise<void>;
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
