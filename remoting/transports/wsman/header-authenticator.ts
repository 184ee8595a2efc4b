import { isSoap } from './answer';
import { emptyPost, type Authenticator, type SignInOptions, type SignInOutcome } from './authenticator';
import type { Connection } from './connection';

/**
 * Most bytes of a first body that IIS keeps (`uploadReadAheadSize`) while it renegotiates TLS to ask for a certificate,
 * as Exchange's directory is configured (`SslNegotiateCert`). A longer one is answered with HTTP 413.
 */
const MOST_FIRST_BODY_BYTES = 49_152;

/** Sends the same header with each request: for Basic, or to say that TLS has the client's certificate. */
export class HeaderAuthenticator implements Authenticator {
  readonly #header: string;
  readonly #certificate: boolean;
  #keeps = true;

  constructor(header: string, { certificate }: { readonly certificate: boolean }) {
    this.#header = header;
    this.#certificate = certificate;
  }

  /**
   * Sends an empty request first, where the first body may be too long; with a certificate always, since that is when
   * the server asks for it. Where the server ends the connection after that, this does not help: a body that is too
   * long is then refused with HTTP 413.
   */
  async signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome> {
    const isShort = !this.#certificate && options.firstBodyBytes <= MOST_FIRST_BODY_BYTES;
    if (isShort || !this.#keeps) return { kind: 'ready' };
    const answer = await emptyPost(connection, this.#header, options);
    // The service may refuse a request that is none of WS-Management with a fault, or because it is empty. Any other
    // refusal is one of the sign-in. What IIS answers here is (unverified), docs/lab.md.
    const isOfRequest = answer.status === 400 || isSoap(answer);
    if (answer.status >= 300 && !isOfRequest) return { kind: 'refused', answer, again: false };
    return { kind: 'ready', cookies: answer.cookies };
  }

  authorization(): Promise<string> {
    return Promise.resolve(this.#header);
  }

  forgotten(): void {
    this.#keeps = false;
  }
}
