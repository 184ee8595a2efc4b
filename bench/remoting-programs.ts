import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from '../install/bundle';
import { newSshKeyPair } from '../lab/exchange/ssh-key-pair';
import { newOrganization, serversNamed } from './exchange-organization';
import { Conversation } from './conversation';
import type { CostOfKerberos } from './kerberos-room';
import { run } from './measurement';
import type { ClientPeer } from './remoting-client';
import { Realm } from './realm';
import { ACCOUNT, startLab } from './lab-endpoint';
import type { LabTraffic } from './remoting-lab';
import type { Workshop } from './workshop';

const SERVER = 'EX001';
const root = resolve(__dirname, '..');

/** Our client by its transport; pypsrp over HTTPS, and over HTTP that Kerberos encrypts (`sealed`). */
export type ClientName = ClientPeer['kind'] | 'pypsrp' | 'pypsrp-sealed';

const PYPSRP = { pypsrp: 'wsman', 'pypsrp-sealed': 'sealed' } as const;

/** The lab with its endpoints, and the clients that connect to it. */
export class RemotingPrograms {
  readonly #peers: readonly ClientPeer[];

  private constructor(
    readonly workshop: Workshop,
    readonly folder: string,
    readonly lab: Conversation,
    readonly realm: Realm | undefined,
    peers: readonly ClientPeer[],
  ) {
    this.#peers = peers;
  }

  static async start(workshop: Workshop): Promise<RemotingPrograms> {
    const folder = workshop.folder('remoting');
    await Promise.all([
      bundle('bench/remoting-client.ts', join(folder, 'client.js')),
      bundle('bench/kerberos-room.ts', join(folder, 'kerberos-room.js')),
    ]);
    const realm = await Realm.start(join(folder, 'realm'), ACCOUNT.user, ACCOUNT.password);
    try {
      return await RemotingPrograms.#with(workshop, folder, realm);
    } catch (error) {
      // A running key distribution center would keep this process alive.
      await realm?.stop();
      throw error;
    }
  }

  static async #with(
    workshop: Workshop,
    folder: string,
    realm: Realm | undefined,
  ): Promise<RemotingPrograms> {
    const organization = newOrganization(workshop, serversNamed(1));
    const keys = newSshKeyPair();
    const privateKeyFile = join(folder, 'key');
    writeFileSync(privateKeyFile, keys.private, { mode: 0o600 });
    organization.ssh.add(ACCOUNT.user, { publicKeys: [keys.public] });
    const lab = await startLab(workshop, organization, SERVER, realm?.serviceEnvironment);
    const { url, caFile, sealedUrl, sshPort, sshFingerprint } = lab.address;
    return new RemotingPrograms(workshop, folder, lab.conversation, realm, [
      { kind: 'wsman', url, caFile, ...ACCOUNT },
      ...(sealedUrl === undefined ? [] : [{ kind: 'sealed', url: sealedUrl } as const]),
      { kind: 'ssh', port: sshPort, fingerprint: sshFingerprint, user: ACCOUNT.user, privateKeyFile },
      {
        kind: 'process',
        command: process.execPath,
        args: [workshop.labProgram, organization.folder, SERVER],
        env: workshop.environment(),
      },
    ]);
  }

  /** The clients that can run on this machine. */
  get names(): readonly ClientName[] {
    const ours = this.#peers.map(({ kind }) => kind);
    const theirs = (['pypsrp', 'pypsrp-sealed'] as const).filter((name) => ours.includes(PYPSRP[name]));
    return PYTHON === undefined ? ours : [...ours, ...theirs];
  }

  /** Starts a client and sends it the address of its endpoint. */
  client(name: ClientName): Conversation {
    const kind = name === 'pypsrp' || name === 'pypsrp-sealed' ? PYPSRP[name] : name;
    const [command, file] =
      kind === name
        ? [process.execPath, join(this.folder, 'client.js')]
        : [PYTHON ?? '', join(__dirname, 'pypsrp_client.py')];
    const client = new Conversation({ command, args: [file], folder: root, environment: this.environment });
    client.tell(this.#peers.find((peer) => peer.kind === kind));
    return client;
  }

  /** Runs a process that loads Kerberos and measures what that costs. */
  async costOfKerberos(): Promise<CostOfKerberos> {
    const { stdout } = await run({
      command: process.execPath,
      args: [join(this.folder, 'kerberos-room.js')],
      folder: root,
      environment: this.environment,
    });
    return JSON.parse(stdout) as CostOfKerberos;
  }

  /** The environment variables of every client. */
  get environment(): { readonly [name: string]: string } {
    return this.workshop.environment(this.realm?.clientEnvironment);
  }

  async end(): Promise<void> {
    await this.realm?.stop();
  }

  /** Requests to the WSMan endpoint since the last call of this method. */
  async requests(): Promise<number> {
    const traffic = await this.lab.ask<LabTraffic>('traffic');
    return Object.values(traffic).reduce((sum, count) => sum + count, 0);
  }
}

/** The Python of `.venv` (docs/benchmarks.md shows how to make it); undefined where that has no pypsrp. */
const PYTHON = ((): string | undefined => {
  const program = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  return spawnSync(program, ['-c', 'import pypsrp']).status === 0 ? program : undefined;
})();
