import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { terraformPlatform } from '../install/mirror';
import { DNS_PROVIDER } from '../lab/dns-provider/address';
import { createRunCertificate } from '../plugin/wire/certificate';
import { medians, run, type Figure, type Timed } from './measurement';
import { PEERS_MIRROR } from './null-provider';
import type { Workshop } from './workshop';

const ROUNDS = 40;

/** Measures the time from the start of the provider's process to its handshake line, for which Terraform waits. */
export async function start(workshop: Workshop): Promise<readonly Figure[]> {
  const folder = workshop.folder('start');
  const environment = workshop.environment(terraformsEnvironment());
  const dns = dnsProviderFile();
  const node: Timed = async () =>
    (await run({ command: process.execPath, args: ['-e', ''], folder, environment })).milliseconds;
  const provider: Timed = () => handshake(workshop.providerFile, folder, environment);
  const against = (peer: string, found: { readonly provider: number; readonly peer: number }) => ({
    benchmark: 'start',
    measured: 'provider start to handshake',
    value: found.provider,
    unit: 'ms' as const,
    rounds: ROUNDS,
    peer: { measured: peer, value: found.peer },
    ratio: found.provider / found.peer,
  });
  const figures: Figure[] = [
    {
      ...against("`node -e ''`", await medians(ROUNDS, { provider, peer: node })),
      target: { of: 'ratio', atMost: 1.6 },
    },
  ];
  if (dns !== undefined) {
    const peer: Timed = () => handshake(dns, folder, environment);
    figures.push(
      against('hashicorp/dns (Go), start to handshake', await medians(ROUNDS, { provider, peer })),
    );
  }
  return figures;
}

/** The environment variables with which Terraform starts a provider. */
function terraformsEnvironment(): { readonly [name: string]: string } {
  const { der } = createRunCertificate(new Date());
  return {
    TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
    PLUGIN_PROTOCOL_VERSIONS: '5,6',
    PLUGIN_CLIENT_CERT: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

function handshake(
  command: string,
  folder: string,
  environment: { readonly [name: string]: string },
): Promise<number> {
  const begin = performance.now();
  const child = spawn(command, [], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let milliseconds: number | undefined;
  let errorOutput = '';
  child.stderr.on('data', (chunk: Buffer) => (errorOutput += chunk.toString()));
  child.stdout.once('data', () => {
    milliseconds = performance.now() - begin;
    child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      if (milliseconds === undefined)
        reject(new Error(`${command} ended before the handshake: ${errorOutput.slice(-2000)}`));
      else resolve(milliseconds);
    });
  });
}

function dnsProviderFile(): string | undefined {
  const mirror = process.env[PEERS_MIRROR];
  if (mirror === undefined) return undefined;
  const folder = join(mirror, DNS_PROVIDER.address, DNS_PROVIDER.version, terraformPlatform());
  const file = existsSync(folder)
    ? readdirSync(folder).find((name) => name.startsWith('terraform-provider-dns'))
    : undefined;
  if (file === undefined) throw new Error(`${PEERS_MIRROR} names no mirror with ${DNS_PROVIDER.address}`);
  return join(folder, file);
}
