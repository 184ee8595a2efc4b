import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RemotingError } from '../../remoting-error';
import type { Authenticator } from './authentication';

/** What is used of the package `kerberos`, which is optional. */
interface Kerberos {
  readonly GSS_MECH_OID_SPNEGO: number;
  initializeClient(service: string, options: { readonly mechOID: number }): Promise<KerberosClient>;
}

interface KerberosClient {
  /** Takes the server's token, base64; gives ours. */
  step(challenge: string): Promise<string>;
}

/**
 * Negotiate (RFC 4559) with Kerberos. Its first token is enough, so it goes with the first request of a connection.
 * Whether a server remembers a connection is its setting (`authPersistNonNTLM` in IIS): where it asks again, every
 * request carries a token of its own from then on.
 */
export class NegotiateAuthenticator implements Authenticator {
  readonly #host: string;
  readonly #service: string;
  #each = false;

  constructor(host: string, service: string) {
    this.#host = host;
    this.#service = service;
  }

  async authorize(connection: 'new' | 'used'): Promise<string | undefined> {
    if (connection === 'used' && !this.#each) return undefined;
    const kerberos = loadKerberos();
    // SSPI wants a slash in the name, GSSAPI an at sign.
    const name = `${this.#service}${process.platform === 'win32' ? '/' : '@'}${this.#host}`;
    try {
      const client = await kerberos.initializeClient(name, { mechOID: kerberos.GSS_MECH_OID_SPNEGO });
      return `Negotiate ${await client.step('')}`;
    } catch (error) {
      const message = `Kerberos gives no ticket for ${name}: ${error instanceof Error ? error.message : String(error)}`;
      throw new RemotingError(
        'authentication-refused',
        message,
        { host: this.#host, noEffect: true },
        { cause: error },
      );
    }
  }

  refused(connection: 'new' | 'used'): boolean {
    if (connection === 'new' || this.#each) return false;
    this.#each = true;
    return true;
  }
}

function loadKerberos(): Kerberos {
  // Not by `import`, which a bundler would follow: the package has a native part and is not always there. A bundled
  // program may lie apart from the project that it works for, which is where the package was installed.
  const places = [__filename, join(process.cwd(), 'package.json')];
  const causes: unknown[] = [];
  for (const place of places) {
    try {
      return createRequire(place)('kerberos') as Kerberos;
    } catch (error) {
      causes.push(error);
    }
  }
  const message =
    'Negotiate needs the package kerberos, which is not installed or cannot be loaded: run npm install kerberos in the project (on Linux with libkrb5-dev), or choose another authentication';
  throw new RemotingError('usage', message, { noEffect: true }, { cause: causes[0] });
}
