import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { App } from 'cdktf';
import { SiteStack } from '../../constructs/site-stack';
import { INTERRUPTS_ATTRIBUTE } from '../../exchange/resources';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import type { JournalEntry } from '../../lab/exchange/journal';
import { SimulatedOrganization } from '../../lab/exchange/organization';
import { CLASSES, OPCODES, TYPES } from '../../dns/codes';
import { decodeMessage, formatWireRecord, type WireRecord, wireRecord } from '../../dns/message';
import { makePfx, type KeyedCertificate } from '../../pki';
import { startProxy, type RecordingProxy } from '../dns/proxy';
import { addressesOf, clientOf, newKey, type DnsRig, type RigKey } from '../dns/rig';
import type { StartDns } from '../dns/servers';
import { effects, writes } from '../lab/exchange/aftermath';
import { FIRST, SECOND, ZONE } from './declared-site';
import type { SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

export const STACK = 'two-node-dag-2013';

/** What a rig is made for: an organization, its first server, and the zone of the names. */
export interface Place {
  readonly stack: string;
  /** Of Active Directory. */
  readonly domain: string;
  readonly zone: string;
  readonly servers: readonly [Server, ...Server[]];
  /**
   * Active Directory site of each server, by its name.
   *
   * @default the one that there is in a new domain
   */
  readonly sites?: { readonly [server: string]: string };
  /** File of the PFX, from the project's folder. */
  readonly pfxFile: string;
}

/** The place of the sample environment. */
export const TWO_NODES: Place = {
  stack: STACK,
  domain: 'apatricio.local',
  zone: ZONE,
  servers: [FIRST, SECOND],
  pfxFile: 'certificates/webmail.pfx',
};

export interface Finished {
  readonly exit: number | null;
  /** Both streams, without the frames that Terraform draws and the line breaks that they bring. */
  readonly said: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a plan says of one object that changes. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Attributes | null;
    readonly after: Attributes | null;
  };
}
export type Attributes = { readonly [name: string]: unknown };

export interface Plan extends Finished {
  /** Without those that stay as they are. */
  readonly changes: readonly PlannedChange[];
}

/** A dynamic update with changes, as it reached the DNS server. */
export interface DnsUpdate {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** One line for each record that comes or goes. */
  readonly changes: readonly string[];
}

export interface PlanOptions extends RunOptions {
  /** Further options of `terraform plan`. */
  readonly args?: readonly string[];
}

export interface RunOptions {
  /** Over the rig's own; undefined takes one away. */
  readonly environment?: { readonly [name: string]: string | undefined };
  /** Called with the process group while it runs. */
  readonly during?: (group: number) => void;
}

export interface RigSettings {
  readonly tools: SiteTools;
  readonly startDns: StartDns;
  /** @default a certificate that has the two names, valid for a year */
  readonly certificate?: KeyedCertificate;
  /** @default that of the sample environment */
  readonly place?: Place;
}

/**
 * A project folder with its declaration and its PFX, a simulated organization with the first server, and a zone on a
 * DNS server: what a user has before the first deploy. Terraform runs where cdktf would run it.
 */
export class SiteRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'site-'));
  readonly project = join(this.folder, 'project');
  readonly updates: DnsUpdate[] = [];
  /** The signatures of updates with changes get broken on the way. */
  spoilsUpdates = false;
  readonly key: RigKey = newKey();
  readonly pfxPassword = `pfx-${newKey().secret}`;
  organization: SimulatedOrganization;
  #dns: DnsRig | undefined;
  #proxy: RecordingProxy | undefined;

  private constructor(
    private readonly tools: SiteTools,
    private readonly place: Place,
  ) {
    mkdirSync(join(this.project, 'certificates'), { recursive: true });
    const mirror = JSON.stringify(tools.mirror);
    writeFileSync(
      join(this.folder, 'cli.tfrc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`,
    );
    this.organization = SimulatedOrganization.create(this.organizationFolder, { domain: place.domain });
    this.install(place.servers[0].name);
  }

  static async create({
    tools,
    startDns,
    certificate = validCertificate(),
    place = TWO_NODES,
  }: RigSettings): Promise<SiteRig> {
    const rig = new SiteRig(tools, place);
    rig.writePfx(certificate);
    rig.#dns = await startDns({ zones: [{ name: `${place.zone}.` }], keys: [rig.key] });
    rig.#proxy = await startProxy(rig.#dns, (request) => {
      const { message } = decodeMessage(request);
      if (message.opcode !== OPCODES.UPDATE || message.authorities.length === 0) return undefined;
      rig.updates.push({ time: Date.now(), changes: message.authorities.map(formatWireRecord) });
      return rig.spoilsUpdates ? spoiled(request) : undefined;
    });
    return rig;
  }

  async remove(): Promise<void> {
    await this.#proxy?.close();
    await this.#dns?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get organizationFolder(): string {
    return join(this.folder, 'organization');
  }

  get stateFile(): string {
    return join(this.project, `terraform.${this.place.stack}.tfstate`);
  }

  get pfxFile(): string {
    return join(this.project, this.place.pfxFile);
  }

  get stackFolder(): string {
    return join(this.project, 'cdktf.out', 'stacks', this.place.stack);
  }

  /** What Exchange Setup does on one of the declared servers. */
  install(name: string): void {
    const server = this.place.servers.find((candidate) => candidate.name === name);
    if (server === undefined) throw new Error(`${name} is no server of the site`);
    const { fqdn, version } = server;
    const site = this.place.sites?.[name];
    this.organization.addServer({ name, fqdn, version, ...(site === undefined ? {} : { site }) });
  }

  writePfx(certificate: KeyedCertificate): void {
    writeFileSync(this.pfxFile, makePfx(certificate, { password: this.pfxPassword }), { mode: 0o600 });
  }

  /** Synthesizes a declaration into the project folder. @throws where it has errors, with all of them */
  synth(site: ExchangeSiteProps): void {
    const app = new App({ outdir: join(this.project, 'cdktf.out'), stackTraces: false });
    new SiteStack(app, this.place.stack, { site }, this.project);
    app.synth();
  }

  /** Synthesizes and lets Terraform find its providers. */
  async declare(site: ExchangeSiteProps): Promise<void> {
    this.synth(site);
    const { exit, said } = await this.terraform(['init', '-input=false', '-no-color']);
    if (exit !== 0) throw new Error(said);
  }

  /** What Terraform, the providers and the lab take from the environment. */
  environment(): { readonly [name: string]: string } {
    const { port } = this.#proxy ?? { port: 0 };
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      TF_CLI_CONFIG_FILE: join(this.folder, 'cli.tfrc'),
      TF_VAR_pfx_password: this.pfxPassword,
      EXCHANGE_ENDPOINT: 'process:',
      EXCHANGE_PROCESS_COMMAND: JSON.stringify([
        process.execPath,
        this.tools.labProgram,
        this.organizationFolder,
        this.place.servers[0].name,
      ]),
      DNS_UPDATE_SERVER: '127.0.0.1',
      DNS_UPDATE_PORT: String(port),
      DNS_UPDATE_KEYNAME: this.key.name,
      DNS_UPDATE_KEYALGORITHM: this.key.algorithm,
      DNS_UPDATE_KEYSECRET: this.key.secret,
    };
  }

  /** Runs a program in the stack's folder. */
  run(program: string, args: readonly string[], folder: string, options: RunOptions = {}): Promise<Finished> {
    const env = { ...this.environment(), ...options.environment };
    const child = spawn(program, args, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const watch =
      options.during === undefined || child.pid === undefined
        ? undefined
        : setInterval(options.during, 15, child.pid);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit) => {
        clearInterval(watch);
        const [out, error] = [Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString()];
        resolve({ exit, stdout: out, stderr: error, said: unframed(out + error) });
      });
    });
  }

  terraform(args: readonly string[], options?: RunOptions): Promise<Finished> {
    return this.run('terraform', args, this.stackFolder, options);
  }

  /** Plans into the file `plan`. Exit code 0: nothing to do; 2: changes; 1: an error. */
  async plan({ args: more = [], ...options }: PlanOptions = {}): Promise<Plan> {
    const args = ['plan', '-input=false', '-no-color', '-detailed-exitcode', '-out=plan', ...more];
    const planned = await this.terraform(args, options);
    if (planned.exit !== 2) return { ...planned, changes: [] };
    const { stdout } = await this.terraform(['show', '-json', 'plan']);
    const shown = JSON.parse(stdout) as { readonly resource_changes?: readonly PlannedChange[] };
    const changes = (shown.resource_changes ?? []).filter(({ change }) => change.actions.join() !== 'no-op');
    return { ...planned, changes };
  }

  /** Applies what `plan` left. */
  applyPlan(options?: RunOptions): Promise<Finished> {
    return this.terraform(['apply', '-input=false', '-no-color', 'plan'], options);
  }

  apply(options?: RunOptions): Promise<Finished> {
    return this.terraform(['apply', '-input=false', '-no-color', '-auto-approve'], options);
  }

  /** Declares, applies, and throws with what was said where that fails. */
  async deploy(site: ExchangeSiteProps): Promise<void> {
    await this.declare(site);
    const { exit, said } = await this.apply();
    if (exit !== 0) throw new Error(said);
  }

  /** Calls that change something, or try to, since the journal was cleared. */
  writes(): readonly JournalEntry[] {
    return writes(this.organization.journal());
  }

  /** How often each cmdlet had an effect, since the journal was cleared. */
  effects(): { readonly [cmdlet: string]: number } {
    return effects(this.organization.journal());
  }

  /** Forgets which calls and updates there were. */
  forget(): void {
    this.organization.clearJournal();
    this.updates.length = 0;
  }

  /** Addresses that the DNS server gives for a name, sorted. */
  addresses(name: string): Promise<readonly string[]> {
    return addressesOf(this.#server, name);
  }

  /** Makes a name stand for these addresses, as somebody with an editor does. */
  async setAddresses(name: string, addresses: readonly string[], ttl = 300): Promise<void> {
    const removal = { name: `${name}.`, type: TYPES.A, class: CLASSES.ANY, ttl: 0, data: undefined };
    const records = addresses.map((address) =>
      wireRecord({ name: `${name}.`, ttl, data: { type: 'A', address } }),
    );
    await this.changeZone([removal, ...records]);
  }

  /** Changes the zone as somebody with an editor does. */
  async changeZone(changes: readonly WireRecord[]): Promise<void> {
    const { rcode } = await clientOf(this.#server, this.key).update(`${this.place.zone}.`, changes);
    if (rcode !== 0) throw new Error(`the DNS server refused the update: ${rcode}`);
  }

  /** Addresses of the objects in the state. */
  stateAddresses(): readonly string[] {
    return Object.keys(this.stateValues()).sort();
  }

  /** Values of the objects in the state, by address; without what tells of the last change alone. */
  stateValues(): { readonly [address: string]: Attributes } {
    if (!existsSync(this.stateFile)) return {};
    const { resources } = JSON.parse(readFileSync(this.stateFile, 'utf8')) as {
      readonly resources: readonly {
        readonly type: string;
        readonly name: string;
        readonly instances: readonly { readonly attributes: Attributes }[];
      }[];
    };
    return Object.fromEntries(
      resources.flatMap(({ type, name, instances }) =>
        instances.map(({ attributes }) => [
          `${type}.${name}`,
          { ...attributes, cmdlets: undefined, [INTERRUPTS_ATTRIBUTE]: undefined },
        ]),
      ),
    );
  }

  /** Terraform knows of nothing any more. */
  forgetState(): void {
    rmSync(this.stateFile);
  }

  /** Keeps the organization and the state; DNS is not in it. */
  save(name: string): void {
    cpSync(this.organizationFolder, join(this.folder, 'saved', name, 'organization'), { recursive: true });
    cpSync(this.stateFile, join(this.folder, 'saved', name, 'state'));
  }

  /** Goes back to what was kept. */
  restore(name: string): void {
    rmSync(this.organizationFolder, { recursive: true });
    cpSync(join(this.folder, 'saved', name, 'organization'), this.organizationFolder, { recursive: true });
    cpSync(join(this.folder, 'saved', name, 'state'), this.stateFile);
    this.organization = SimulatedOrganization.open(this.organizationFolder);
  }

  /** Every file of the project, by its path. */
  files(): ReadonlyMap<string, Buffer> {
    const entries = readdirSync(this.project, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path)]),
    );
  }

  get #server(): DnsRig {
    if (this.#dns === undefined) throw new Error('the rig has no DNS server');
    return this.#dns;
  }
}

/** The message ends with its signature: the MAC, then six bytes and no more. */
function spoiled(request: Buffer): Buffer {
  const bytes = Buffer.from(request);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 7) ^ 1, bytes.length - 7);
  return bytes;
}

/** Terraform draws a bar at the left of a diagnostic and breaks its lines; under cdktf it takes colours too. */
function unframed(text: string): string {
  return stripVTControlCharacters(text).replace(/[╷│╵]/g, '').replace(/\s+/g, ' ');
}
