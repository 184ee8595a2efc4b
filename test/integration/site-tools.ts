import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../../exchange/provider-address';
import { bundle } from '../../install/bundle';
import { layProvider } from '../../install/mirror';
import { DNS_PROVIDER } from '../../lab/dns-provider/address';
import { dnsProvider } from '../dns/provider';

/** What every site of a test file shares: both providers in one mirror, and the lab as a program. */
export interface SiteTools {
  readonly mirror: string;
  /** A PowerShell remoting server on its standard streams: `<program> <state folder> <server>`. */
  readonly labProgram: string;
  readonly dnsProvider: 'real' | 'stand-in';
  remove(): void;
}

export async function siteTools(): Promise<SiteTools> {
  const folder = mkdtempSync(join(tmpdir(), 'site-tools-'));
  const mirror = join(folder, 'mirror');
  const labProgram = join(folder, 'lab.js');
  const dns = await dnsProvider();
  process.stderr.write(`\n${dns.said}\n`);
  mkdirSync(join(mirror, DNS_PROVIDER.address), { recursive: true });
  cpSync(join(dns.mirror, DNS_PROVIDER.address), join(mirror, DNS_PROVIDER.address), {
    recursive: true,
    dereference: true,
  });
  dns.remove();
  await Promise.all([
    layProvider(mirror, 'provider/main.ts', { source: PROVIDER_SOURCE, version: PROVIDER_VERSION }),
    bundle('lab/exchange/stdio.ts', labProgram),
  ]);
  return {
    mirror,
    labProgram,
    dnsProvider: dns.kind,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
