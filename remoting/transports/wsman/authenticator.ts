import type { SecurityContext } from '../../../kerberos';
import type { WireAnswer } from './answer';
import type { Connection } from './connection';
import type { SealedBy } from './encrypted-message';
import { CONTENT_TYPE } from './names';

export interface SignInOptions {
  readonly signal: AbortSignal;
  /** When a token must be there, on the clock of `performance.now()`. */
  readonly tokenBy: number;
  /** Bytes of the first request body that the connection will carry. */
  readonly firstBodyBytes: number;
  /** Headers that go with each request to this server. */
  readonly headers: { readonly [name: string]: string };
}

/** Both ends have proved themselves. The receiver of the context closes it. */
export interface Proof {
  readonly scheme: SealedBy;
  readonly context: SecurityContext;
}

export type SignInOutcome =
  /** The connection can carry requests. */
  | {
      readonly kind: 'ready';
      readonly proof?: Proof;
      /** The Set-Cookie headers of the answer. */
      readonly cookies?: readonly string[];
    }
  /** `again`: what the answer offers may succeed on a new connection. */
  | { readonly kind: 'refused'; readonly answer: WireAnswer; readonly again: boolean };

/** Signs in to one server. The credentials are sent to no other. */
export interface Authenticator {
  /** Signs a new connection in, before any request body is sent. */
  signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome>;
  /** The Authorization header of a request with a body; `undefined` where it needs none. */
  authorization(connection: Connection, options: SignInOptions): Promise<string | undefined>;
  /**
   * Called where the server does not remember who signed a connection in: it answered a request without an
   * Authorization header with 401, or ended the connection after the sign-in. From then on every request carries its
   * own proof.
   */
  forgotten(): void;
}

/** The request that signs a connection in. It has no body, so nothing is lost where it is refused. */
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
