import type { SecurityContext } from '../../kerberos';
import type { SealedBy } from '../../remoting/transports/wsman/encrypted-message';
import { CERTIFICATE_PROFILE } from '../../remoting/transports/wsman/names';
import type { Connection } from './connection';
import { Sealing } from './sealing';

/** How a server takes Kerberos tickets. */
export interface KerberosSignIn {
  /**
   * The offered schemes: Kerberos' own tokens, those of SPNEGO, or both in this order.
   *
   * @default ['Kerberos'], as the module `kerbauth` of Exchange's directory
   */
  readonly schemes?: readonly SealedBy[];
  /**
   * Extended Protection, over TLS: whether a ticket must be bound to the certificate. `Allow` refuses one that is bound
   * to another certificate, `Require` also one that is bound to none.
   *
   * @default 'None', as of Exchange's front-end directory `PowerShell`
   */
  readonly extendedProtection?: 'None' | 'Allow' | 'Require';
  /** Makes the accepting end of a security context for a token of the scheme. */
  readonly accept: (scheme: SealedBy, bindings: Buffer | undefined) => SecurityContext;
}

/** The ways to sign in; those that are left out are not offered. */
export interface SignInOptions {
  readonly basic?: (user: string, password: string) => boolean;
  readonly kerberos?: KerberosSignIn;
  /** Whether a client certificate, which TLS has verified, is accepted. */
  readonly certificate?: (commonName: string) => boolean;
}

export interface SignedIn {
  readonly user: string;
  /** The token that authenticates the server, for the header `WWW-Authenticate`. */
  readonly proof?: string;
}

/** Authenticates the sender of a request, and stores the result in the connection. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #schemes: readonly SealedBy[];

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#schemes = options.kerberos === undefined ? [] : (options.kerberos.schemes ?? ['Kerberos']);
  }

  /** The challenges for a client that has not signed in, one header each. */
  offered({ encrypted }: Connection): readonly string[] {
    const { basic } = this.#options;
    return [...this.#schemes, ...(basic === undefined || !encrypted ? [] : ['Basic realm="lab"'])];
  }

  /** @param header `Authorization` of the request; empty where there is none */
  async of(connection: Connection, header: string): Promise<SignedIn | undefined> {
    if (header === '') return connection.user === undefined ? undefined : { user: connection.user };
    if (header === CERTIFICATE_PROFILE) return this.#byCertificate(connection);
    const [, scheme = '', token = ''] = /^(\w+) +([A-Za-z0-9+/=]+)$/.exec(header) ?? [];
    if (scheme.toLowerCase() === 'basic') return this.#byPassword(connection, header, token);
    const taken = this.#schemes.find((known) => known.toLowerCase() === scheme.toLowerCase());
    return taken && this.#byTicket(connection, taken, token);
  }

  #byCertificate({ certified }: Connection): SignedIn | undefined {
    if (certified === undefined || this.#options.certificate?.(certified) !== true) return undefined;
    return { user: certified };
  }

  #byPassword(connection: Connection, header: string, token: string): SignedIn | undefined {
    if (!connection.encrypted) return undefined;
    if (connection.basic?.header === header) return { user: connection.basic.user };
    const [, user = '', password = ''] =
      /^([^:]*):([^]*)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
    if (this.#options.basic?.(user, password) !== true) return undefined;
    connection.basic = { header, user };
    return { user };
  }

  async #byTicket(connection: Connection, scheme: SealedBy, token: string): Promise<SignedIn | undefined> {
    const { kerberos } = this.#options;
    if (kerberos === undefined) return undefined;
    const protection = connection.encrypted ? (kerberos.extendedProtection ?? 'None') : 'None';
    const context = kerberos.accept(scheme, protection === 'None' ? undefined : connection.bindings);
    try {
      const answer = await context.token(Buffer.from(token, 'base64'));
      // The Kerberos library also accepts a ticket that is not bound, and reports that it is not.
      if (!context.complete || (protection === 'Require' && !context.bound)) throw new Error('not enough');
      connection.signIn(context.peer, new Sealing(scheme, context));
      return { user: context.peer, proof: `${scheme} ${answer?.toString('base64') ?? ''}`.trim() };
    } catch {
      context.close();
      return undefined;
    }
  }
}
