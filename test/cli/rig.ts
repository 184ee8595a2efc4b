import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Report } from '../../cli/doctor/report';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { startSshServer, type RunningSshServer } from '../../lab/exchange/ssh-server';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { startEndpoint, type RunningEndpoint } from '../../lab/wsman/endpoint';
import type { Environment } from '../../provider/environment';
import { removeFolders, twoServers } from '../lab/exchange/session';

export const USER = 'contoso\\admin';
/** Nothing that is printed may hold it. */
export const CANARY = 'canary-9c41';

/** An organization that is reached through SSH and through https, and what a good environment is for each. */
export interface Rig {
  readonly organization: SimulatedOrganization;
  readonly folder: string;
  readonly endpoint: RunningEndpoint;
  readonly ssh: Environment;
  readonly https: Environment;
  close(): Promise<void>;
}

/** One for all tests of a file. */
export function useRig(): () => Rig {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => {
    await rig.close();
    removeFolders();
  });
  return () => rig;
}

async function startRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const organization = twoServers();
  organization.ssh.add(USER, { password: CANARY });
  const sshd: RunningSshServer = await startSshServer(organization, { server: 'BSAEX01' });
  const certificate = endpointCertificate(folder, ['localhost']);
  const endpoint = await startEndpoint({
    host: (client) => organization.host('BSAEX01', client),
    authentication: { basic: (user, password) => organization.ssh.allowsPassword(user, password) },
    tls: { cert: certificate.cert, key: certificate.key },
  });
  return {
    organization,
    folder,
    endpoint,
    ssh: {
      EXCHANGE_ENDPOINT: `ssh://${encodeURIComponent(USER)}@127.0.0.1:${sshd.port}`,
      EXCHANGE_SSH_PASSWORD: CANARY,
      EXCHANGE_SSH_HOST_KEY: organization.ssh.hostFingerprint(),
    },
    https: {
      EXCHANGE_ENDPOINT: `https://localhost:${endpoint.port}/PowerShell/`,
      EXCHANGE_USER: USER,
      EXCHANGE_PASSWORD: CANARY,
      EXCHANGE_CA_FILE: certificate.caFile,
    },
    async close() {
      await endpoint.close();
      await sshd.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of this machine where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Something that listens and is no server of ours; `answer` is called with each connection. */
export async function stranger(
  answer: (socket: Socket) => void,
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // Clients that look and go away are what it is there for.
    socket.on('error', () => sockets.delete(socket));
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** `name ok, tcp failed, …` of an endpoint, the first unless another is wanted. */
export function states(report: Report, index = 0): string {
  return (report.endpoints[index]?.checks ?? []).map(({ check, state }) => `${check} ${state}`).join(', ');
}

/** Any text with this in it, where a text is compared. */
export function containing(text: string): string {
  return expect.stringContaining(text) as string;
}

/** The only finding that failed. */
export function failure(report: Report): Extract<Finding, { readonly state: 'failed' }> {
  const findings = [...report.settings, ...report.endpoints.flatMap(({ checks }) => checks)];
  const failures = findings.filter((finding) => finding.state === 'failed');
  expect(failures).toHaveLength(1);
  expect(report.ok).toBe(false);
  return failures[0]!;
}
