import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Server } from '../exchange/site';
import { makeAuthority, makePfx } from '../pki';
import { cdktfProgram } from '../quickstart/cdktf';
import { DOMAIN, serversNamed } from './exchange-organization';
import { run } from './measurement';
import type { Workshop } from './workshop';

const root = resolve(__dirname, '..');
const NAMES = [`mail.${DOMAIN}`, `autodiscover.${DOMAIN}`];
/** Exchange takes no more into one group. */
const MOST_MEMBERS = 16;
const DAY_MS = 86_400_000;

/** A project folder with the declaration of one site, as a user writes it. */
export class SiteProject {
  readonly folder: string;
  readonly #servers: readonly Server[];
  readonly #environment: { readonly [name: string]: string };

  constructor(workshop: Workshop, serverCount: number) {
    this.folder = workshop.folder('project');
    this.#environment = workshop.environment();
    mkdirSync(join(this.folder, 'environments'));
    this.#servers = serversNamed(serverCount);
    writeFileSync(join(this.folder, 'environments', 'site.ts'), declaration(this.#servers, this.dagMembers));
    this.#writePfx();
  }

  /** What cdktf runs to synthesize, with this program or the project's own. Returns milliseconds. */
  async synth(program = join(root, 'main.ts')): Promise<number> {
    const tsx = createRequire(__filename).resolve('tsx/cjs');
    const { milliseconds } = await run({
      command: process.execPath,
      args: ['--require', tsx, program],
      folder: this.folder,
      environment: this.#environment,
    });
    return milliseconds;
  }

  /** `cdktf synth` as people type it, with this program or the project's own. Returns milliseconds. */
  async cdktfSynth(program = join(root, 'main.ts')): Promise<number> {
    const tsx = createRequire(__filename).resolve('tsx/cjs');
    const app = `"${process.execPath}" --require "${tsx}" "${program}"`;
    writeFileSync(
      join(this.folder, 'cdktf.json'),
      JSON.stringify({ language: 'typescript', app, sendCrashReports: 'false' }),
    );
    const { milliseconds } = await run({
      command: process.execPath,
      args: [cdktfProgram(), 'synth'],
      folder: this.folder,
      environment: { ...this.#environment, CI: '1', CHECKPOINT_DISABLE: '1' },
    });
    return milliseconds;
  }

  /** The configuration of the stack, after `synth`. */
  configuration(): SynthesizedStack {
    const file = join(this.folder, 'cdktf.out', 'stacks', 'site', 'cdk.tf.json');
    return JSON.parse(readFileSync(file, 'utf8')) as SynthesizedStack;
  }

  /** Names of the servers that are declared as members of the DAG. */
  get dagMembers(): readonly string[] {
    return this.#servers.slice(0, MOST_MEMBERS).map(({ name }) => name);
  }

  /** A new folder for Terraform, as far from the project's as cdktf has it. */
  stackFolder(name: string): string {
    const folder = join(this.folder, 'deployed', 'stacks', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  #writePfx(): void {
    const validity = {
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + 365 * DAY_MS),
    };
    const authority = makeAuthority({ commonName: 'Bench CA', ...validity });
    const certificate = authority.issue({
      commonName: NAMES[0] ?? '',
      subjectAlternativeNames: NAMES,
      ...validity,
    });
    writeFileSync(join(this.folder, 'site.pfx'), makePfx(certificate, { password: '' }), { mode: 0o600 });
  }
}

/** What is of interest in a `cdk.tf.json`. */
export interface SynthesizedStack {
  readonly variable: { readonly [name: string]: unknown };
  readonly provider: { readonly exchange: readonly object[] };
  readonly terraform: { readonly required_providers: { readonly [name: string]: unknown } };
  readonly resource: { readonly [type: string]: { readonly [name: string]: SynthesizedResource } };
}

export interface SynthesizedResource {
  readonly depends_on?: readonly string[];
  /** Of a health gate. */
  readonly triggers?: { readonly [name: string]: string };
}

function declaration(servers: readonly Server[], dagMembers: readonly string[]): string {
  const lines = servers.map(
    ({ name, fqdn, address }) =>
      `    { name: '${name}', fqdn: '${fqdn}', address: '${String(address)}', version: ExchangeVersion.V2019 },`,
  );
  return `import { defineSite, ExchangeVersion } from ${JSON.stringify(join(root, 'exchange', 'site'))};

export const site = defineSite({
  servers: [
${lines.join('\n')}
  ],
  namespaces: { client: '${NAMES[0]}', autodiscover: '${NAMES[1]}' },
  certificate: { pfxFile: 'site.pfx', names: [${NAMES.map((name) => `'${name}'`).join(', ')}], services: ['IIS', 'SMTP'] },
  dag: {
    name: 'DAG01',
    witness: { server: 'files.${DOMAIN}', directory: 'C:\\\\DAGFileShareWitnesses\\\\DAG01' },
    members: [${dagMembers.map((name) => `'${name}'`).join(', ')}],
  },
  dns: { zones: [{ name: '${DOMAIN}' }], publish: { virtualIp: '10.0.200.1' } },
  rollout: 'parallel',
});
`;
}
