import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimulatedOrganization } from '../lab/exchange/organization';
import { endpointCertificate } from '../lab/wsman/certificate';
import { startExchangeEndpoint } from '../lab/wsman/exchange-endpoint';

/** The server that answers, as a client access server does for the organization. */
export const ENTRANCE = 'BsAEX01';
const USER = 'apatricio\\deploy';
const HOST = 'localhost';

export interface QuickstartExchange {
  /** For the certificates, the password and what a later start needs; made where it is not there. */
  readonly folder: string;
  /** Of the simulated organization, which is there already. */
  readonly organization: string;
  /** PEM file of the authority of the site's certificate, which the endpoint shows once it is deployed. */
  readonly authority: string;
  /** Names of that certificate. */
  readonly names: readonly string[];
}

export interface ExchangeEndpoint {
  readonly url: string;
  /** How the provider reaches it and signs in. */
  readonly variables: { readonly [name: string]: string };
  close(): Promise<void>;
}

/** Starts the sandbox's PowerShell endpoint with a new account, and keeps what it needs to be started again. */
export async function startExchange(files: QuickstartExchange): Promise<ExchangeEndpoint> {
  const password = randomBytes(18).toString('base64url');
  SimulatedOrganization.open(files.organization).ssh.add(USER, { password });
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile(files), `${password}\n`, { mode: 0o600 });
  const endpoint = await start(files, 0);
  writeFileSync(portFile(files), `${new URL(endpoint.url).port}\n`);
  return endpoint;
}

/** The endpoint of an earlier quick start, on its port and with its account. @throws Error where there was none */
export async function restartExchange(files: QuickstartExchange): Promise<ExchangeEndpoint> {
  return start(files, Number(readFileSync(portFile(files), 'utf8')));
}

async function start(files: QuickstartExchange, port: number): Promise<ExchangeEndpoint> {
  const organization = SimulatedOrganization.open(files.organization);
  const { caFile, ...boundByHand } = endpointCertificate(files.folder, [HOST]);
  const running = await startExchangeEndpoint({
    organization: () => organization,
    server: ENTRANCE,
    authentication: { basic: (user, password) => organization.ssh.allowsPassword(user, password) },
    boundByHand,
    port,
  });
  const trusted = join(files.folder, 'trusted.pem');
  writeFileSync(trusted, readFileSync(caFile, 'latin1') + readFileSync(files.authority, 'latin1'));
  const url = `https://${HOST}:${running.port}/PowerShell/`;
  return {
    url,
    variables: {
      EXCHANGE_ENDPOINT: url,
      EXCHANGE_AUTHENTICATION: 'basic',
      EXCHANGE_USER: USER,
      EXCHANGE_PASSWORD_FILE: passwordFile(files),
      EXCHANGE_CA_FILE: trusted,
      // At a server of the site these would count without this; `localhost` stands in for one.
      EXCHANGE_CERTIFICATE_NAMES: files.names.join(),
      NO_PROXY: [process.env['NO_PROXY'] || process.env['no_proxy'] || '', HOST].filter(Boolean).join(','),
    },
    close: () => running.close(),
  };
}

function passwordFile({ folder }: QuickstartExchange): string {
  return join(folder, 'password');
}

function portFile({ folder }: QuickstartExchange): string {
  return join(folder, 'port');
}
