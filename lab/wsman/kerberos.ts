import { accept } from '../../kerberos';
import type { KerberosSignIn } from './sign-in';

/** Takes tickets for a service, for example `HTTP@localhost`, by the keytab in `KRB5_KTNAME`. */
export function kerberosSignIn(
  service: string,
  options: Omit<KerberosSignIn, 'accept'> = {},
): KerberosSignIn {
  return {
    ...options,
    accept: (scheme, bindings) =>
      accept({
        mechanism: scheme === 'Negotiate' ? 'spnego' : 'kerberos',
        service,
        ...(bindings === undefined ? {} : { bindings }),
      }),
  };
}
