import type { SignIn } from '../kerberos';
import { DnsError } from './dns-error';
import type { SignatureContext } from './tsig';

/** How updates are signed by Kerberos (GSS-TSIG). */
export interface KerberosSignIn {
  /** Of the server and of the user: `CONTOSO.LOCAL`. */
  readonly realm: string;
  readonly signIn: SignIn;
}

/** Kerberos gives no key: nothing was sent to the server, or it could not prove itself. */
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
 * The end that begins an agreement with a DNS server.
 *
 * @param host name of the server, as its principal in the realm has it: `DNS/dc1.contoso.local`
 */
export async function kerberosContext(
  host: string,
  { realm, signIn }: KerberosSignIn,
): Promise<SignatureContext> {
  // Late, since it loads native code, and most updates are signed otherwise.
  const { initiate, KerberosError } = await import('../kerberos');
  const service = `DNS/${host}@${realm}`;
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KerberosError)) throw error;
      throw new KerberosRefused(`Kerberos and ${service}: ${error.message}`, error.remedy, { cause: error });
    }
  };
  // Windows DNS and nsupdate speak SPNEGO; BIND takes both.
  const context = await told(() => Promise.resolve(initiate({ mechanism: 'spnego', service, signIn })));
  return {
    get complete() {
      return context.complete;
    },
    token: (received) => told(() => context.token(received)),
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
