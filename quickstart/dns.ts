import { readFileSync, writeFileSync } from 'node:fs';
import { startDnsServer, type DnsServer } from '../lab/dns/server';
import { tsigKey } from '../dns/tsig';
import { fileStore } from '../lab/dns/zone-store';

export const ZONE = 'andersonpatricio.info.';
export const KEY_NAME = 'quickstart.';

/** What a later start needs to run the same server: its port and its key. */
interface Settings {
  readonly port: number;
  readonly secret: string;
}

export interface QuickstartDns {
  readonly records: string;
  readonly settings: string;
}

/** Starts the sandbox's DNS server, and saves the settings with which it can be started again. */
export async function startDns(files: QuickstartDns, secret: string, port = 0): Promise<DnsServer> {
  const server = await startDnsServer({
    zones: [{ name: ZONE }],
    keys: [tsigKey(KEY_NAME, 'hmac-sha256', secret)],
    port,
    store: fileStore(files.records),
  });
  const settings: Settings = { port: server.port, secret };
  writeFileSync(files.settings, JSON.stringify(settings), { mode: 0o600 });
  return server;
}

/** The server of an earlier quick start, on its port and with its records. @throws Error where there was none */
export async function restartDns(files: QuickstartDns): Promise<DnsServer> {
  const { port, secret } = JSON.parse(readFileSync(files.settings, 'utf8')) as Settings;
  return startDns(files, secret, port);
}
