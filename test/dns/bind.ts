import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Zone } from '../../lab/dns/zone';
import { clientOf, type DnsRig, type RigKey, type RigOptions } from './rig';

const LOOPBACK = '127.0.0.1';
const STARTS = 3;
const START_MS = 15_000;

const processes = new Set<ChildProcess>();
process.on('exit', () => processes.forEach((child) => child.kill('SIGKILL')));

/** The tools of BIND that are not on this machine; Debian has them in bind9 and bind9-dnsutils. */
export function missingBindTools(): string[] {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
  return ['named', 'dig', 'nsupdate'].filter(
    (tool) => spawnSync(tool, ['-V'], { env: { ...process.env, PATH: path } }).error !== undefined,
  );
}

/**
 * Starts BIND on the loopback address, in a folder of its own, without root.
 *
 * @throws where it does not come up; the message holds its log
 */
export async function startBind(options: RigOptions): Promise<DnsRig> {
  let log = '';
  for (let attempt = 1; attempt <= STARTS; attempt++) {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'bind-'));
    writeFileSync(join(folder, 'named.conf'), configuration(folder, port, options));
    options.zones.forEach((zone, index) =>
      writeFileSync(join(folder, `zone-${index}`), `${Zone.declared(zone).format().join('\n')}\n`),
    );
    const child = spawn('named', ['-g', '-4', '-n', '1', '-c', join(folder, 'named.conf')], {
      env: {
        ...process.env,
        ...options.kerberos?.environment,
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    processes.add(child);
    log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ended = once(child, 'exit');
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopping ??= (async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(timer);
        processes.delete(child);
        rmSync(folder, { recursive: true, force: true });
      })());
    if (await answers(child, port, options.zones[0]?.name ?? '.')) {
      return { kind: 'BIND', address: LOOPBACK, port, stop };
    }
    await stop();
  }
  throw new Error(`BIND did not start:\n${log}`);
}

async function answers(child: ChildProcess, port: number, zone: string): Promise<boolean> {
  const client = clientOf({ address: LOOPBACK, port });
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      if ((await client.query(zone, 'SOA')).answers.length > 0) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** A number that is free for UDP and TCP now. */
async function freePort(): Promise<number> {
  for (;;) {
    const udp = createSocket('udp4');
    udp.bind(0, LOOPBACK);
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = createServer();
    const free = await new Promise<boolean>((resolve) => {
      tcp.once('error', () => resolve(false));
      tcp.listen(port, LOOPBACK, () => tcp.close(() => resolve(true)));
    });
    await new Promise<void>((resolve) => udp.close(resolve));
    if (free) return port;
  }
}

function configuration(folder: string, port: number, options: RigOptions): string {
  const keys = options.keys.map(
    (key: RigKey) => `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`,
  );
  const names = options.keys.map((key) => `key "${key.name}";`).join(' ');
  const { kerberos } = options;
  const allowed =
    kerberos === undefined
      ? `allow-update { ${names === '' ? 'none;' : names} };`
      : `update-policy { grant ${kerberos.principal} zonesub ANY; };`;
  const zones = options.zones.map(
    (zone, index) => `zone "${zone.name}" { type primary; file "zone-${index}"; ${allowed} };`,
  );
  return [
    ...keys,
    'controls { };',
    'options {',
    `  directory "${folder}"; pid-file "${folder}/pid"; session-keyfile "${folder}/session.key";`,
    `  listen-on port ${port} { ${LOOPBACK}; }; listen-on-v6 { none; };`,
    ...(kerberos === undefined ? [] : [`  tkey-gssapi-keytab "${kerberos.keytab}";`]),
    '  recursion no; dnssec-validation no; notify no; allow-transfer { none; }; empty-zones-enable no;',
    '};',
    ...zones,
    '',
  ].join('\n');
}
