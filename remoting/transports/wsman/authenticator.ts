import type { SecurityContext } from '../../../kerberos';
import type { WireAnswer } from './answer';
import type { Connection } from './connection';
import type { SealedBy } from './encrypted-message';
import { CONTENT_TYPE } from './names';

export interface SignInOptions {
  readonly signal: AbortSignal;
  /** When a token must be there, by `performance.now()`. */
  readonly tokenBy: number;
  /** Bytes of the body that is to go over the connection first. */
  readonly firstBodyBytes: number;
  /** Headers for each request to this server. */
  readonly headers: { readonly [name: string]: string };
}

/** Both ends have proved themselves. Whoever gets it closes the context. */
export interface Proof {
  readonly scheme: SealedBy;
  readonly context: SecurityContext;
}

export type SignInOutcome =
  /** Requests may go. */
  | {
      readonly kind: 'ready';
      readonly proof?: Proof;
      /** What was set by the answer (Set-Cookie). */
      readonly cookies?: readonly string[];
    }
  /** `again`: with what the answer offers it may go well on a new connection. */
  | { readonly kind: 'refused'; readonly answer: WireAnswer; readonly again: boolean };

/** Proves to one server who we are. Credentials leave it only towards that server. */
export interface Authenticator {
  /** Signs a new connection in, before any body goes over it. */
  signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome>;
  /** Value of the Authorization header of a request with a body; `undefined`: none is needed. */
  authorization(connection: Connection, options: SignInOptions): Promise<string | undefined>;
  /**
   * Hears that the server does not remember whom a connection is for: it refused a request without an Authorization header
   * over one that was signed in (401), or ended one after the sign-in. Each request is to do without a sign-in from then on.
   */
  forgotten(): void;
}

/** The request that signs in: no body, so that nothing is lost where it is refused. */
export function emptyPost(
  connection: Connection,
  authorization: string,
  { signal, headers }: SignInOptions,
): Promise<WireAnswer> {
  return connection.exchange({
    headers: { 'Content-Type': CONTENT_TYPE, ...headers, Authorization: authorization },
    body: Buffer.alloc(0),
    signal,
  });
}
