import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExchangeVersion } from '../exchange/versions';
import { bundle } from '../install/bundle';
import { SimulatedOrganization } from '../lab/exchange/organization';
import { toPem } from '../pki/certificate';
import { makeAuthority } from '../pki/issue';
import { makePfx } from '../pki/write-pfx';
import { KEY_NAME } from './dns';
import { ENTRANCE } from './door';

const root = resolve(__dirname, '..');
const YEAR_MS = 365 * 86_400_000;

export const ENVIRONMENT_NAME = 'two-node-dag-2013';
const SECOND_SERVER = { name: 'BsAEX02', fqdn: 'BsAEX02.apatricio.local', version: ExchangeVersion.V2013 };
const NAMES = ['webmail.andersonpatricio.info', 'autodiscover.andersonpatricio.info'];

export type Variables = { readonly [name: string]: string };

/** The variables as `export` lines for a POSIX shell. */
export function exportLines(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}

/** All files of the quick start, in one folder that may be removed at any time. */
export class Sandbox {
  readonly folder = join(root, '.quickstart');
  /** The folder in which cdktf runs, as a user's own project would be. */
  readonly project = join(this.folder, 'project');
  readonly mirror = join(this.folder, 'mirror');
  readonly organizationFolder = join(this.folder, 'organization');
  readonly dns = {
    records: join(this.folder, 'dns-records.json'),
    settings: join(this.folder, 'dns-server.json'),
  };
  readonly exchange = {
    folder: join(this.folder, 'endpoint'),
    organization: this.organizationFolder,
    authority: join(this.folder, 'authority.pem'),
    names: NAMES,
  };
  readonly dnsKey = randomBytes(32).toString('base64');
  readonly #pfxPassword = randomBytes(18).toString('base64url');
  #organization: SimulatedOrganization | null = null;

  /** Makes the folder again from nothing: project, certificate, and an organization with the first server. */
  async create(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    for (const folder of [
      this.folder,
      join(this.project, 'environments'),
      join(this.project, 'certificates'),
      this.mirror,
    ]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    const app = ['node', '--require', 'tsx/cjs', '../../main.ts'].join(' ');
    const cdktf = { ...(JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as object), app };
    writeFileSync(join(this.project, 'cdktf.json'), `${JSON.stringify(cdktf, null, 2)}\n`);
    this.#makeCertificate();
    this.declare('first server only');
    const organization = SimulatedOrganization.create(this.organizationFolder, { domain: 'apatricio.local' });
    organization.addServer({ ...SECOND_SERVER, name: ENTRANCE, fqdn: `${ENTRANCE}.apatricio.local` });
    this.#organization = organization;
    await bundle('lab/exchange/stdio.ts', this.#labProgram);
    writeFileSync(
      join(this.folder, 'terraform.rc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(this.mirror)}\n  }\n}\n`,
    );
  }

  /** What Exchange Setup does on the second server. */
  installSecondServer(): void {
    this.#organization?.addServer(SECOND_SERVER);
  }

  /** Writes the environment: the project's own file, or the same without the second server. */
  declare(state: 'first server only' | 'both servers'): void {
    const text = readFileSync(join(root, 'environments', `${ENVIRONMENT_NAME}.ts`), 'utf8').replace(
      `'../exchange/site'`,
      `'../../../exchange/site'`,
    );
    const second = /\n {4}\{\n {6}name: 'BsAEX02',\n(?: {6}.*\n)* {4}\},/;
    if (!second.test(text)) throw new Error('the second server was not found in the sample environment');
    writeFileSync(
      join(this.project, 'environments', `${ENVIRONMENT_NAME}.ts`),
      state === 'both servers' ? text : text.replace(second, ''),
    );
  }

  /** Has the provider start a session of the organization as a local process. */
  get processVariables(): Variables {
    return {
      EXCHANGE_ENDPOINT: 'process:',
      EXCHANGE_PROCESS_COMMAND: JSON.stringify([
        process.execPath,
        this.#labProgram,
        this.organizationFolder,
        ENTRANCE,
      ]),
    };
  }

  /**
   * What Terraform, the provider and the DNS provider take from the environment.
   *
   * @param exchange how the provider reaches the organization
   */
  variables(dnsPort: number, exchange: Variables): Variables {
    return {
      TF_CLI_CONFIG_FILE: join(this.folder, 'terraform.rc'),
      TF_VAR_pfx_password: this.#pfxPassword,
      CHECKPOINT_DISABLE: '1',
      ...exchange,
      DNS_UPDATE_SERVER: '127.0.0.1',
      DNS_UPDATE_PORT: String(dnsPort),
      DNS_UPDATE_KEYNAME: KEY_NAME,
      DNS_UPDATE_KEYALGORITHM: 'hmac-sha256',
      DNS_UPDATE_KEYSECRET: this.dnsKey,
    };
  }

  /** Writes a file to load into a shell; after that `cdktf` can be typed in the project folder. */
  writeEnvironment(variables: Variables): string {
    const file = join(this.folder, 'environment');
    writeFileSync(file, exportLines(variables), { mode: 0o600 });
    return file;
  }

  get #labProgram(): string {
    return join(this.folder, 'lab-exchange.js');
  }

  #makeCertificate(): void {
    const notBefore = new Date(Date.now() - 86_400_000);
    const notAfter = new Date(notBefore.getTime() + YEAR_MS);
    const authority = makeAuthority({ commonName: 'Quick start CA', notBefore, notAfter });
    writeFileSync(this.exchange.authority, toPem(authority.certificate));
    const leaf = authority.issue({
      commonName: NAMES[0] ?? '',
      subjectAlternativeNames: NAMES,
      notBefore,
      notAfter,
    });
    const pfx = makePfx(leaf, { password: this.#pfxPassword });
    writeFileSync(join(this.project, 'certificates', 'webmail.pfx'), pfx, { mode: 0o600 });
  }
}
