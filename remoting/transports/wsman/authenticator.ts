import type { SecurityContext } from '../../../kerberos';
import type { WireAnswer } from './answer';
import type { Connection } from './connection';
import type { SealedBy } from './encrypted-message';
import { CONTENT_TYPE } from './names';

export interface SignInOptions {
  readonly signal: AbortSignal;
  /** When a token must be there, on the clock of `performance.now()`. */
  readonly tokenBy: number;
  /** Bytes of the body that is to go over the connection first. */
  readonly firstBodyBytes: number;
  /** Headers for each request to this server. */
  readonly headers: { readonly [name: string]: string };
}

export type SignInOutcome =
  /** Requests may go. `proof`: both ends have proved themselves, and who gets it closes the context. */
  | {
      readonly kind: 'ready';
      readonly proof?: { readonly scheme: SealedBy; readonly context: SecurityContext };
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
  /** Hears that a request was refused (401); true where it pays to send the request again. */
  refused(): boolean;
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
