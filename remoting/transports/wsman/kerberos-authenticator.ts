import { isIP } from 'node:net';
import type { KerberosErrorKind, SecurityContext, SignIn } from '../../../kerberos';
import { RemotingError, type RemotingErrorKind } from '../../remoting-error';
import { tokenOf, type WireAnswer } from './answer';
import { emptyPost, type Authenticator, type SignInOptions, type SignInOutcome } from './authenticator';
import type { Connection } from './connection';
import type { SealedBy } from './encrypted-message';
import { NAME_FOR_ADDRESS } from './server-principal';

/** Errors that a service unknown to the realm leads to. */
const ABOUT_SERVICE: ReadonlySet<KerberosErrorKind> = new Set(['service-unknown', 'realm-unknown']);

/**
 * Kerberos, by its own tokens or within SPNEGO (RFC 4559), as the server's challenge says: Exchange's endpoint offers
 * `Kerberos`, IIS `Negotiate`, and Windows' own service both. A connection signs in with an empty request, and both
 * ends prove themselves. The server's configuration decides whether it remembers a connection (`authPersistNonNTLM` in
 * IIS). Where it does not, every request carries its own token from then on.
 */
export class KerberosAuthenticator implements Authenticator {
  readonly #service: string;
  readonly #signIn: SignIn | undefined;
  #scheme: SealedBy = 'Kerberos';
  #each = false;

  /** @param service `HTTP@host` */
  constructor(service: string, signIn: SignIn | undefined) {
    this.#service = service;
    this.#signIn = signIn;
  }

  async signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome> {
    if (this.#each) return { kind: 'ready' };
    const scheme = this.#scheme;
    const context = await this.#context(connection, scheme);
    let isHandedOn = false;
    try {
      const answer = await emptyPost(connection, await this.#header(scheme, context, options), options);
      await this.#take(scheme, context, answer, options);
      if (context.complete) {
        isHandedOn = true;
        return { kind: 'ready', proof: { scheme, context }, cookies: answer.cookies };
      }
      const other = otherScheme(scheme, answer);
      if (other !== undefined) this.#scheme = other;
      return { kind: 'refused', answer, again: other !== undefined };
    } finally {
      if (!isHandedOn) context.close();
    }
  }

  async authorization(connection: Connection, options: SignInOptions): Promise<string | undefined> {
    if (!this.#each) return undefined;
    const context = await this.#context(connection, this.#scheme);
    try {
      return await this.#header(this.#scheme, context, options);
    } finally {
      context.close();
    }
  }

  forgotten(): void {
    this.#each = true;
  }

  async #context({ certificate }: Connection, scheme: SealedBy): Promise<SecurityContext> {
    // Imported only here, since it loads native code, and most endpoints need no Kerberos.
    const { initiate, tlsServerEndPoint } = await import('../../../kerberos');
    const bindings = certificate === undefined ? undefined : tlsServerEndPoint(certificate);
    return this.#withRemotingErrors('Kerberos gives no ticket for', () =>
      Promise.resolve(
        initiate({
          mechanism: scheme === 'Kerberos' ? 'kerberos' : 'spnego',
          service: this.#service,
          ...(this.#signIn === undefined ? {} : { signIn: this.#signIn }),
          ...(bindings === undefined ? {} : { bindings }),
        }),
      ),
    );
  }

  #header(scheme: SealedBy, context: SecurityContext, { signal, tokenBy }: SignInOptions): Promise<string> {
    return this.#withRemotingErrors('Kerberos gives no ticket for', async () => {
      const token = await context.token(undefined, { signal, timeoutMs: left(tokenBy) });
      return `${scheme} ${token?.toString('base64') ?? ''}`;
    });
  }

  /** Takes the server's proof, or the reason of its refusal. */
  #take(
    scheme: SealedBy,
    context: SecurityContext,
    answer: WireAnswer,
    { signal, tokenBy }: SignInOptions,
  ): Promise<void> {
    const token = tokenOf(answer, scheme);
    if (token === undefined) return Promise.resolve();
    return this.#withRemotingErrors('Kerberos does not prove the server to be', async () => {
      await context.token(token, { signal, timeoutMs: left(tokenBy) });
    });
  }

  async #withRemotingErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
    const { KerberosError } = await import('../../../kerberos');
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KerberosError)) throw error;
      const message = `${what} ${this.#service}: ${error.message}`;
      const isAddress = isIP(this.#service.slice(this.#service.indexOf('@') + 1)) !== 0;
      const remedy = isAddress && ABOUT_SERVICE.has(error.kind) ? NAME_FOR_ADDRESS : error.remedy;
      const facts = { noEffect: true, remedy };
      throw new RemotingError(kindOf(error.kind), message, facts, { cause: error });
    }
  }
}

/** Milliseconds until `by`. Connecting and loading the library have taken a part of the time. */
function left(by: number): number {
  return Math.max(by - performance.now(), 1);
}

/** The other scheme, where the server offers it and not the present one. The ticket is the same under both. */
function otherScheme(scheme: SealedBy, { status, methods }: WireAnswer): SealedBy | undefined {
  const isOffered = (name: SealedBy): boolean =>
    methods.some((method) => method.toLowerCase() === name.toLowerCase());
  const other = scheme === 'Kerberos' ? 'Negotiate' : 'Kerberos';
  return status === 401 && !isOffered(scheme) && isOffered(other) ? other : undefined;
}

function kindOf(kind: KerberosErrorKind): RemotingErrorKind {
  return kind === 'library-missing' || kind === 'usage' ? 'usage' : 'authentication-refused';
}
