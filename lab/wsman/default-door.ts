import type { EndpointOptions } from './endpoint';
import { kerberosSignIn, type KerberosOptions } from './kerberos';

export interface DefaultDoorOptions extends KerberosOptions {
  /** For example `HTTP@localhost`. */
  readonly service: string;
  /** @default one that is free */
  readonly httpPort?: number;
}

/**
 * The sign-in of the directory `PowerShell` as Exchange's Setup leaves it (CSS-Exchange's test data,
 * `GetApplicationHostConfig.config`): every authentication of IIS is off, the module `kerbauth` signs users in, and TLS
 * is not required. So the only way in is Kerberos, over HTTP with encrypted bodies or over HTTPS.
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
