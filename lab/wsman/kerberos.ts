import { accept } from '../../kerberos';
import type { KerberosSignIn } from './sign-in';

export interface KerberosOptions extends Omit<KerberosSignIn, 'accept'> {
  /**
   * The keytab file with the key of the service.
   *
   * @default the one in `KRB5_KTNAME`
   */
  readonly keytab?: string;
}

/** Accepts tickets for a service, for example `HTTP@localhost`. */
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

/** Why the Kerberos library of this machine cannot be used, and the remedy; `undefined` where it can. */
export function missingKerberosLibrary(): string | undefined {
  try {
    accept().close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
