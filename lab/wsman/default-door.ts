import type { EndpointOptions } from './endpoint';
import { kerberosSignIn, type KerberosOptions } from './kerberos';

export interface DefaultDoorOptions extends KerberosOptions {
  /** For example `HTTP@localhost`. */
  readonly service: string;
  /** @default one that is free */
  readonly httpPort?: number;
}

/**
 * The directory `PowerShell` as Exchange's Setup leaves it (CSS-Exchange's test data, `GetApplicationHostConfig.config`): every
 * authentication of IIS is off and the module `kerbauth` signs in, and TLS is not required. So Kerberos is the only way in, over
 * HTTP with sealed bodies or over HTTPS.
 */
export function defaultDoor({
  service,
  httpPort = 0,
  ...kerberos
}: DefaultDoorOptions): Pick<EndpointOptions, 'authentication' | 'http'> {
  return {
    authentication: { kerberos: kerberosSignIn(service, kerberos) },
    http: { port: httpPort },
  };
}
