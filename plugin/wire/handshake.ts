import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Terraform's published mark, by which a provider can tell that Terraform started it. It is no secret. */
const COOKIE_NAME = 'TF_PLUGIN_MAGIC_COOKIE';
const COOKIE_VALUE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
const PROTOCOL_VERSION = 6;

/** What Terraform says in the environment of a provider that it starts. */
export interface Launch {
  /** PEM of the certificate that Terraform shows when it connects. */
  readonly clientCertificate: string;
  /** The range of TCP ports to choose from, where one is needed. `undefined`: any. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
}

type Environment = { readonly [name: string]: string | undefined };

/** Reads the environment. Gives a sentence for people where Terraform did not start this program properly. */
export function readLaunch(environment: Environment): Launch | string {
  if (environment[COOKIE_NAME] !== COOKIE_VALUE) {
    return 'This program is a Terraform provider. Terraform starts it; it is not meant to be run by hand.';
  }
  const versions = (environment.PLUGIN_PROTOCOL_VERSIONS ?? '').split(',');
  if (!versions.includes(String(PROTOCOL_VERSION))) {
    return `Terraform offers plugin protocols ${versions.join(', ')}; this provider speaks ${PROTOCOL_VERSION}. Use Terraform 1.0 or later.`;
  }
  const clientCertificate = environment.PLUGIN_CLIENT_CERT;
  if (!clientCertificate) {
    return 'Terraform sent no client certificate (PLUGIN_CLIENT_CERT); this provider accepts no connection without.';
  }
  const from = portOf(environment.PLUGIN_MIN_PORT);
  const to = portOf(environment.PLUGIN_MAX_PORT);
  return {
    clientCertificate,
    ports: from !== undefined && to !== undefined && from <= to ? { from, to } : undefined,
  };
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return text && Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

/** Where the provider listens. */
export interface Listener {
  /** `unix|/path` or `tcp|127.0.0.1:port`, as the handshake line has it. */
  readonly address: string;
  /** Stops listening and removes the socket. Safe to call twice. */
  close(): void;
}

/**
 * Listens on a Unix socket in a private folder. On Windows, where Node has no such sockets, listens on a loopback port.
 */
export async function listen(server: Server, launch: Launch, platform: NodeJS.Platform): Promise<Listener> {
  return platform === 'win32' ? listenOnPort(server, launch) : listenOnSocket(server);
}

async function listenOnSocket(server: Server): Promise<Listener> {
  // mkdtemp makes the folder with mode 0700, so that nobody else can reach the socket in it.
  const folder = mkdtempSync(join(tmpdir(), 'terraform-provider-'));
  const socket = join(folder, 'plugin.sock');
  await listening(server, { path: socket });
  return {
    address: `unix|${socket}`,
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listenOnPort(server: Server, launch: Launch): Promise<Listener> {
  const { from, to } = launch.ports ?? { from: 0, to: 0 };
  for (let port = from; port <= to; port += 1) {
    try {
      await listening(server, { host: '127.0.0.1', port });
    } catch (error) {
      const taken = ['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (taken && port < to) continue;
      throw error;
    }
    const address = server.address();
    const chosen = typeof address === 'object' && address !== null ? address.port : port;
    return { address: `tcp|127.0.0.1:${chosen}`, close: () => void server.close() };
  }
  throw new Error(`no port from ${from} to ${to} is free`);
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The one line on stdout by which Terraform finds the provider. Nothing else may ever be written to stdout. */
export function handshakeLine(address: string, certificate: Buffer): string {
  // Terraform decodes base64 only without padding.
  const leaf = certificate.toString('base64').replace(/=+$/, '');
  return `1|${PROTOCOL_VERSION}|${address}|grpc|${leaf}\n`;
}

export function announce(address: string, certificate: Buffer): void {
  writeSync(1, handshakeLine(address, certificate));
}
