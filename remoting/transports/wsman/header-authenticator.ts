import { isSoap } from './answer';
import { emptyPost, type Authenticator, type SignInOptions, type SignInOutcome } from './authenticator';
import type { Connection } from './connection';

/**
 * Bytes of the first body of a connection that IIS keeps (`uploadReadAheadSize`) while it begins TLS anew to ask for a
 * certificate, as Exchange's directory has it (`SslNegotiateCert`); a longer one is answered with HTTP 413.
 */
const MOST_FIRST_BODY_BYTES = 49_152;

/** The same header with each request: Basic, or that TLS has the client's certificate. */
export class HeaderAuthenticator implements Authenticator {
  readonly #header: string;
  readonly #certificate: boolean;
  #keeps = true;

  constructor(header: string, { certificate }: { readonly certificate: boolean }) {
    this.#header = header;
    this.#certificate = certificate;
  }

  /**
   * With an empty request where the first body may be too long; for a certificate always, since that is asked for then. Of
   * no use where the server ends a connection after that: a body that is too long for it is refused with HTTP 413 then.
   */
  async signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome> {
    const isShort = !this.#certificate && options.firstBodyBytes <= MOST_FIRST_BODY_BYTES;
    if (isShort || !this.#keeps) return { kind: 'ready' };
    const answer = await emptyPost(connection, this.#header, options);
    // What is no request of WS-Management its service may refuse with a fault, or for being empty; all else is said of the
    // sign-in. What IIS answers here is (unverified), docs/lab.md.
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
