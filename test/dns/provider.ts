import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { layProvider, terraformPlatform } from '../../install/mirror';
import { DNS_PROVIDER } from '../../lab/dns-provider/address';

/** The provider `dns` that the tests run with. */
export interface DnsProvider {
  readonly kind: 'real' | 'stand-in';
  /** Folder for `filesystem_mirror`. */
  readonly mirror: string;
  /** One line for the reader of the run. */
  readonly said: string;
  remove(): void;
}

/**
 * The real provider where Terraform finds it on this machine, else the stand-in, bundled for this run.
 *
 * It is looked for in the mirror that EXCHANGE_DNS_PROVIDER_MIRROR names, and in the folders that Terraform
 * takes for mirrors by itself.
 */
export async function dnsProvider(): Promise<DnsProvider> {
  const real = realMirror();
  if (real !== undefined) {
    return {
      kind: 'real',
      mirror: real,
      said: `DNS provider: the real hashicorp/dns ${DNS_PROVIDER.version} from ${real}`,
      remove: () => undefined,
    };
  }
  const mirror = mkdtempSync(join(tmpdir(), 'dns-stand-in-'));
  await layProvider(mirror, 'lab/dns-provider/main.ts', {
    source: DNS_PROVIDER.address,
    version: DNS_PROVIDER.version,
  });
  return {
    kind: 'stand-in',
    mirror,
    said:
      `DNS provider: the lab's STAND-IN for hashicorp/dns ${DNS_PROVIDER.version} (the real one is in no local ` +
      'mirror; EXCHANGE_DNS_PROVIDER_MIRROR can name one)',
    remove: () => rmSync(mirror, { recursive: true, force: true }),
  };
}

function realMirror(): string | undefined {
  const named = process.env['EXCHANGE_DNS_PROVIDER_MIRROR'];
  if (named !== undefined && named !== '') {
    if (holdsProvider(named)) return named;
    throw new Error(`EXCHANGE_DNS_PROVIDER_MIRROR names ${named}, which has no ${DNS_PROVIDER.address}`);
  }
  // https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
  const data = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  const shared = (process.env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(':');
  const implied =
    process.platform === 'win32'
      ? [join(process.env['APPDATA'] ?? homedir(), 'terraform.d', 'plugins')]
      : [
          join(homedir(), '.terraform.d', 'plugins'),
          ...[data, ...shared].map((folder) => join(folder, 'terraform', 'plugins')),
        ];
  return implied.find(holdsProvider);
}

function holdsProvider(mirror: string): boolean {
  const folder = join(mirror, ...DNS_PROVIDER.address.split('/'));
  const { version } = DNS_PROVIDER;
  if (existsSync(join(folder, version, terraformPlatform()))) return true;
  return (
    existsSync(folder) &&
    readdirSync(folder).includes(`terraform-provider-dns_${version}_${terraformPlatform()}.zip`)
  );
}
