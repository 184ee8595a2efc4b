import type { IncomingMessage } from 'node:http';
import { CertificateQuestion, type Asked, type WindowsServer } from './certificate-question';
import type { Connection } from './connection';
import { SignIn, type SignInOptions } from './sign-in';

export interface GateOptions {
  readonly authentication: SignInOptions;
  /** @default '/powershell' */
  readonly path?: string;
  /**
   * The version of Windows Server that asks for a client certificate in the middle of an HTTPS connection
   * (`certificate-question.ts`); 2019 has at most TLS 1.2.
   *
   * @default no client certificate is asked for, as by Windows' own WSMan
   */
  readonly windows?: WindowsServer;
}

/** Whether a request reaches the service, or how the web server answers it before that. */
export type Admission =
  /** `proof`: the token that authenticates the server to the client, for the header `WWW-Authenticate`. */
  | { readonly kind: 'in'; readonly user: string; readonly proof?: string }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly headers?: { readonly [name: string]: string | readonly string[] };
    }
  | { readonly kind: 'reset' };

const REFUSALS: { readonly [asked in Exclude<Asked, 'passed'>]: Admission } = {
  reset: { kind: 'reset' },
  // 0x80070032 stands in the server's log, and on a page that only its own browser shows: other clients see no details
  // (`httpErrors` of IIS).
  'not-supported': { kind: 'refused', status: 500 },
  // IIS also ends the connection:
  // https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2003/cc737382(v=ws.10)
  'too-large': { kind: 'refused', status: 413, headers: { Connection: 'close' } },
};

/** The checks before the service: the address, the request for a client certificate, the sign-in. */
export class Gate {
  readonly #path: string;
  readonly #question: CertificateQuestion | undefined;
  readonly #signIn: SignIn;

  constructor({ authentication, path = '/powershell', windows }: GateOptions) {
    this.#path = path;
    this.#question = windows === undefined ? undefined : new CertificateQuestion(windows);
    this.#signIn = new SignIn(authentication);
  }

  async admit(connection: Connection, request: IncomingMessage, bodyBytes: number): Promise<Admission> {
    if (!this.#isHere(request)) return { kind: 'refused', status: 404 };
    const asked = this.#question === undefined ? 'passed' : await connection.asked(this.#question, bodyBytes);
    if (asked !== 'passed') return REFUSALS[asked];
    const signedIn = await this.#signIn.of(connection, request.headers.authorization ?? '');
    if (signedIn !== undefined) return { kind: 'in', ...signedIn };
    const challenges = this.#signIn.offered(connection);
    return { kind: 'refused', status: 401, headers: { 'WWW-Authenticate': challenges } };
  }

  #isHere(request: IncomingMessage): boolean {
    const path = (request.url ?? '').replace(/[?#].*$/, '').replace(/\/$/, '');
    return request.method === 'POST' && path.toLowerCase() === this.#path;
  }
}
