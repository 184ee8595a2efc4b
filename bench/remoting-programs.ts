import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from '../install/bundle';
import { newSshKeyPair } from '../lab/exchange/ssh-key-pair';
import { newOrganization, serversNamed } from './exchange-organization';
import { Conversation } from './conversation';
import type { ClientPeer } from './remoting-client';
import type { LabAddress, LabTraffic } from './remoting-lab';
import type { Workshop } from './workshop';

const USER = 'bench';
const PASSWORD = 'bench';
const SERVER = 'EX001';
const root = resolve(__dirname, '..');

/** Ours by transport, and pypsrp over WSMan. */
export type ClientName = ClientPeer['kind'] | 'pypsrp';

/** The lab with its endpoints, and the clients that speak to it. */
export class RemotingPrograms {
  readonly #peers: { readonly [kind in ClientPeer['kind']]: ClientPeer };

  private constructor(
    readonly workshop: Workshop,
    readonly folder: string,
    readonly lab: Conversation,
    peers: { readonly [kind in ClientPeer['kind']]: ClientPeer },
  ) {
    this.#peers = peers;
  }

  static async start(workshop: Workshop): Promise<RemotingPrograms> {
    const folder = workshop.folder('remoting');
    await Promise.all([
      bundle('bench/remoting-lab.ts', join(folder, 'lab.js')),
      bundle('bench/remoting-client.ts', join(folder, 'client.js')),
    ]);
    const organization = newOrganization(workshop, serversNamed(1));
    const keys = newSshKeyPair();
    const privateKeyFile = join(folder, 'key');
    writeFileSync(privateKeyFile, keys.private, { mode: 0o600 });
    organization.ssh.add(USER, { publicKeys: [keys.public] });
    const lab = new Conversation({
      command: process.execPath,
      args: [join(folder, 'lab.js'), organization.folder, SERVER, USER],
      folder,
      environment: workshop.environment({ BENCH_PASSWORD: PASSWORD }),
    });
    const { url, caFile, sshPort, sshFingerprint } = await lab.answer<LabAddress>();
    return new RemotingPrograms(workshop, folder, lab, {
      wsman: { kind: 'wsman', url, caFile, user: USER, password: PASSWORD },
      ssh: { kind: 'ssh', port: sshPort, fingerprint: sshFingerprint, user: USER, privateKeyFile },
      process: {
        kind: 'process',
        command: process.execPath,
        args: [workshop.labProgram, organization.folder, SERVER],
        env: workshop.environment(),
      },
    });
  }

  /** The clients that there are. */
  get names(): readonly ClientName[] {
    return PYTHON === undefined ? ['wsman', 'ssh', 'process'] : ['wsman', 'pypsrp', 'ssh', 'process'];
  }

  /** Starts a client, which knows then whom to speak to. */
  client(name: ClientName): Conversation {
    const [command, file] =
      name === 'pypsrp'
        ? [PYTHON ?? '', join(__dirname, 'pypsrp_client.py')]
        : [process.execPath, join(this.folder, 'client.js')];
    const { folder } = this;
    const environment = this.workshop.environment();
    const client = new Conversation({ command, args: [file], folder, environment });
    client.tell(this.#peers[name === 'pypsrp' ? 'wsman' : name]);
    return client;
  }

  /** Requests to the WSMan endpoint since this was last asked. */
  async requests(): Promise<number> {
    const traffic = await this.lab.ask<LabTraffic>('traffic');
    return Object.values(traffic).reduce((sum, count) => sum + count, 0);
  }
}

/** The Python of the environment that `docs/powershell-remoting.md` says how to make; left out where it has no pypsrp. */
const PYTHON = ((): string | undefined => {
  const program = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  return spawnSync(program, ['-c', 'import pypsrp']).status === 0 ? program : undefined;
})();
