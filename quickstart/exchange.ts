import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimulatedOrganization } from '../lab/exchange/organization';
import { basicDoor } from './basic-door';
import type { Door, DoorFiles, OpenedDoor } from './door';
import { kerberosDoor } from './kerberos-door';
import type { Way } from './way';

/** The ways that need an endpoint: HTTPS with a password, or Kerberos over HTTP, as a server has it by default. */
type EndpointWay = Exclude<Way, 'process'>;

const DOORS: { readonly [way in EndpointWay]: Door } = { wsman: basicDoor, kerberos: kerberosDoor };

export interface QuickstartExchange extends DoorFiles {
  /** Folder of the simulated organization, which exists already. */
  readonly organization: string;
}

/** What a later start needs to run the same endpoint. */
interface Settings {
  readonly way: EndpointWay;
  readonly port: number;
}

/** Starts the sandbox's PowerShell endpoint with a new account, and saves the settings with which it can be started again. */
export async function startExchange(files: QuickstartExchange, way: EndpointWay): Promise<OpenedDoor> {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile(files), `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  const endpoint = await start(files, { way, port: 0 });
  const settings: Settings = { way, port: Number(new URL(endpoint.url).port) };
  writeFileSync(settingsFile(files), JSON.stringify(settings));
  return endpoint;
}

/** The endpoint of an earlier quick start, on its port and with its account. @throws Error where there was none */
export async function restartExchange(files: QuickstartExchange): Promise<OpenedDoor> {
  return start(files, JSON.parse(readFileSync(settingsFile(files), 'utf8')) as Settings);
}

async function start(files: QuickstartExchange, { way, port }: Settings): Promise<OpenedDoor> {
  const opened = await DOORS[way]({
    files,
    organization: SimulatedOrganization.open(files.organization),
    password: readFileSync(passwordFile(files), 'utf8').trim(),
    port,
  });
  return {
    ...opened,
    variables: {
      EXCHANGE_ENDPOINT: opened.url,
      ...opened.variables,
      EXCHANGE_PASSWORD_FILE: passwordFile(files),
    },
  };
}

function passwordFile({ folder }: QuickstartExchange): string {
  return join(folder, 'password');
}

function settingsFile({ folder }: QuickstartExchange): string {
  return join(folder, 'endpoint.json');
}
