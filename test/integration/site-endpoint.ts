import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { defaultDoor } from '../../lab/wsman/default-door';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { startExchangeEndpoint, type ExchangeEndpointOptions } from '../../lab/wsman/exchange-endpoint';
import { FIRST, NAMES } from './declared-site';
import { issuerOfValidCertificates } from './valid-certificate';

export interface SiteEndpoint extends RunningEndpoint {
  /** With its path, and without a query. */
  readonly url: string;
  /** How the provider reaches it and signs in. */
  readonly environment: { readonly [name: string]: string };
}

export interface SiteEndpointOptions extends Pick<ExchangeEndpointOptions, 'organization' | 'host'> {
  /** For certificates; one endpoint after another may use it. */
  readonly folder: string;
  readonly user: string;
  readonly password: string;
}

/**
 * The endpoint of the first server under the name localhost, which an administrator bound a certificate for; a deploy gives
 * it the site's, whose issuer and names the environment has as well.
 */
export async function startSiteEndpoint({
  folder,
  user,
  password,
  ...options
}: SiteEndpointOptions): Promise<SiteEndpoint> {
  const { caFile, ...boundByHand } = endpointCertificate(folder, ['localhost']);
  const running = await startExchangeEndpoint({
    server: FIRST.name,
    authentication: { basic: (given, secret) => given === user && secret === password },
    boundByHand,
    ...options,
  });
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(trusted, readFileSync(caFile, 'latin1') + issuerOfValidCertificates());
  const url = `https://localhost:${running.port}/PowerShell/`;
  return {
    ...running,
    url,
    environment: {
      EXCHANGE_ENDPOINT: url,
      EXCHANGE_CA_FILE: trusted,
      EXCHANGE_CERTIFICATE_NAMES: NAMES.join(),
      EXCHANGE_USER: user,
      EXCHANGE_PASSWORD: password,
    },
  };
}

/**
 * The endpoint of the first server under the name localhost, as Exchange's Setup leaves it: it takes tickets only, and
 * bodies that they seal over HTTP. The service's keytab is the one that this process' Kerberos has.
 */
export async function startSealedSiteEndpoint(
  options: Pick<SiteEndpointOptions, 'organization' | 'host'>,
): Promise<SiteEndpoint> {
  const running = await startExchangeEndpoint({
    server: FIRST.name,
    ...defaultDoor({ service: 'HTTP@localhost' }),
    ...options,
  });
  const url = `http://localhost:${running.httpPort}/PowerShell/`;
  return { ...running, url, environment: { EXCHANGE_ENDPOINT: url } };
}
