import type { SecurityContext } from '../../kerberos';
import type { SealedBy } from '../../remoting/transports/wsman/encrypted-message';
import { CERTIFICATE_PROFILE } from '../../remoting/transports/wsman/names';
import type { Connection } from './connection';
import { Sealing } from './sealing';

/** Tickets of Kerberos, as a server takes them. */
export interface KerberosSignIn {
  /**
   * What is offered: Kerberos' own tokens, SPNEGO's, or both in this order.
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
  /** A new accepting end of a context, for a token of the scheme. */
  readonly accept: (scheme: SealedBy, bindings: Buffer | undefined) => SecurityContext;
}

/** Who may come in; what is left out is not offered. */
export interface SignInOptions {
  readonly basic?: (user: string, password: string) => boolean;
  readonly kerberos?: KerberosSignIn;
  /** Takes a client certificate that TLS has verified. */
  readonly certificate?: (commonName: string) => boolean;
}

export interface SignedIn {
  readonly user: string;
  /** What proves the server; for the header `WWW-Authenticate`. */
  readonly proof?: string;
}

/** Finds out who sends a request, and has the connection remember it. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #schemes: readonly SealedBy[];

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#schemes = options.kerberos === undefined ? [] : (options.kerberos.schemes ?? ['Kerberos']);
  }

  /** The challenges for whoever has not signed in, one header each. */
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
      // A library takes a ticket that is bound to nothing as well, and says so.
      if (!context.complete || (protection === 'Require' && !context.bound)) throw new Error('not enough');
      connection.signIn(context.peer, new Sealing(scheme, context));
      return { user: context.peer, proof: `${scheme} ${answer?.toString('base64') ?? ''}`.trim() };
    } catch {
      context.close();
      return undefined;
    }
  }
}
