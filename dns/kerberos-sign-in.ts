import type { SignIn } from '../kerberos';
import { DnsError } from './dns-error';
import type { SignatureContext } from './tsig';

/** How to sign in with Kerberos for updates that are signed with GSS-TSIG. */
export interface KerberosSignIn {
  /** The realm of the server and of the user, for example `CONTOSO.LOCAL`. */
  readonly realm: string;
  readonly signIn: SignIn;
}

/** Kerberos gives no key: there is no ticket, or the server could not prove itself. No update was sent. */
export class KerberosRefused extends DnsError {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The initiator's context for a DNS server.
 *
 * @param host the server's name in its principal: `dc1.contoso.local` for `DNS/dc1.contoso.local`
 */
export async function kerberosContext(
  host: string,
  { realm, signIn }: KerberosSignIn,
): Promise<SignatureContext> {
  // Imported only here, since it loads native code, and most updates need no Kerberos.
  const { initiate, KerberosError } = await import('../kerberos');
  const service = `DNS/${host}@${realm}`;
  const withDnsErrors = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KerberosError)) throw error;
      throw new KerberosRefused(`Kerberos and ${service}: ${error.message}`, error.remedy, { cause: error });
    }
  };
  // Windows DNS and nsupdate use SPNEGO, and BIND takes it as well as plain Kerberos.
  const context = await withDnsErrors(() =>
    Promise.resolve(initiate({ mechanism: 'spnego', service, signIn })),
  );
  return {
    get complete() {
      return context.complete;
    },
    token: (received) => withDnsErrors(() => context.token(received)),
    sign: (message) => context.sign(message),
    isSignatureOf(signature, message) {
      try {
        context.verify(message, signature);
        return true;
      } catch (error) {
        if (error instanceof KerberosError && error.kind === 'message-invalid') return false;
        throw error;
      }
    },
    close: () => context.close(),
  };
}
