import { accept } from '../../kerberos';
import type { KerberosSignIn } from './sign-in';

export interface KerberosOptions extends Omit<KerberosSignIn, 'accept'> {
  /**
   * File with the key of the service.
   *
   * @default the one in `KRB5_KTNAME`
   */
  readonly keytab?: string;
}

/** Takes tickets for a service, for example `HTTP@localhost`. */
export function kerberosSignIn(service: string, options: KerberosOptions = {}): KerberosSignIn {
  const { keytab, ...offered } = options;
  return {
    ...offered,
    accept: (scheme, bindings) =>
      accept({
        mechanism: scheme === 'Negotiate' ? 'spnego' : 'kerberos',
        service,
        ...(keytab === undefined ? {} : { keytab }),
        ...(bindings === undefined ? {} : { bindings }),
      }),
  };
}

/** What keeps the Kerberos library of this machine from being used, and the remedy; `undefined` where nothing does. */
export function missingKerberosLibrary(): string | undefined {
  try {
    accept().close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
