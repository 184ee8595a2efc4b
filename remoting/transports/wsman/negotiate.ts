import type { TLSSocket } from 'node:tls';
import type { KerberosErrorKind, SignIn } from '../../../kerberos';
import { RemotingError, type RemotingErrorKind } from '../../remoting-error';
import type { Authenticator, Channel } from './authentication';

/**
 * Negotiate (RFC 4559) with Kerberos. Its first token is enough, so it goes with the first request of a connection.
 * Whether a server remembers a connection is its setting (`authPersistNonNTLM` in IIS): where it asks again, every
 * request carries a token of its own from then on.
 */
export class NegotiateAuthenticator implements Authenticator {
  readonly #service: string;
  readonly #signIn: SignIn | undefined;
  #each = false;

  /** @param service `HTTP@host` */
  constructor(service: string, signIn: SignIn | undefined) {
    this.#service = service;
    this.#signIn = signIn;
  }

  async authorize(
    connection: 'new' | 'used',
    { socket, signal, timeoutMs }: Channel,
  ): Promise<string | undefined> {
    if (connection === 'used' && !this.#each) return undefined;
    // Late, since it loads native code, and most endpoints are reached without.
    const { initiate, KerberosError, tlsServerEndPoint } = await import('../../../kerberos');
    const service = this.#service;
    try {
      const bindings = tlsServerEndPoint(certificateOf(socket));
      const context = initiate({
        mechanism: 'spnego',
        service,
        ...(this.#signIn === undefined ? {} : { signIn: this.#signIn }),
        ...(bindings === undefined ? {} : { bindings }),
      });
      try {
        const token = await context.token(undefined, { signal, timeoutMs });
        return `Negotiate ${token?.toString('base64') ?? ''}`;
      } finally {
        context.close();
      }
    } catch (error) {
      if (!(error instanceof KerberosError)) throw error;
      const message = `Kerberos gives no ticket for ${service}: ${error.message}. ${error.remedy}`;
      throw new RemotingError(kindOf(error.kind), message, { noEffect: true }, { cause: error });
    }
  }

  refused(connection: 'new' | 'used'): boolean {
    if (connection === 'new' || this.#each) return false;
    this.#each = true;
    return true;
  }
}

/** The server's certificate in DER, which was looked at before. */
function certificateOf(socket: TLSSocket): Buffer {
  return socket.getPeerCertificate().raw;
}

function kindOf(kind: KerberosErrorKind): RemotingErrorKind {
  return kind === 'library-missing' || kind === 'usage' ? 'usage' : 'authentication-refused';
}
