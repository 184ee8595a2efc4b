import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layProvider } from '../install/mirror';
import { DNS_PROVIDER } from '../lab/dns-provider/address';

const INIT_TIMEOUT_MS = 60_000;

/**
 * Puts the DNS provider into `mirror`, the folder from which the sandbox takes its providers: the real hashicorp/dns where
 * Terraform can get it on this machine, else the lab's stand-in.
 *
 * @returns a sentence for the user that says which of the two
 */
export async function layDnsProvider(mirror: string): Promise<string> {
  if (layReal(mirror))
    return `DNS provider: hashicorp/dns ${DNS_PROVIDER.version}, as Terraform finds it on this machine.`;
  await layProvider(mirror, 'lab/dns-provider/main.ts', {
    source: DNS_PROVIDER.address,
    version: DNS_PROVIDER.version,
  });
  return (
    `DNS provider: a STAND-IN for hashicorp/dns ${DNS_PROVIDER.version}, because Terraform finds the real one on this machine neither ` +
    'in a registry nor in a mirror. The stand-in is used only in this sandbox.'
  );
}

function layReal(mirror: string): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'dns-provider-'));
  try {
    writeFileSync(
      join(probe, 'main.tf.json'),
      JSON.stringify({
        terraform: {
          required_providers: { dns: { source: DNS_PROVIDER.address, version: DNS_PROVIDER.version } },
        },
      }),
    );
    const { status } = spawnSync('terraform', ['init', '-input=false', '-no-color'], {
      cwd: probe,
      timeout: INIT_TIMEOUT_MS,
      env: {
        ...process.env,
        CHECKPOINT_DISABLE: '1',
        TF_REGISTRY_CLIENT_TIMEOUT: '10',
        TF_REGISTRY_DISCOVERY_RETRY: '0',
      },
    });
    const found = join(probe, '.terraform', 'providers', DNS_PROVIDER.address);
    if (status !== 0 || !existsSync(found)) return false;
    mkdirSync(join(mirror, DNS_PROVIDER.address), { recursive: true });
    cpSync(found, join(mirror, DNS_PROVIDER.address), { recursive: true, dereference: true });
    return true;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
