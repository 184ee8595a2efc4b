import { build } from 'esbuild';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the stand-in stands in for: the provider that @cdktf/provider-dns 9.0.1 names. */
export const DNS_PROVIDER = { address: 'registry.terraform.io/hashicorp/dns', version: '3.4.3' } as const;

/** The machine as Terraform names it, for example `linux_amd64`. */
export function platform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const processors: { readonly [name: string]: string } = { x64: 'amd64', ia32: '386' };
  return `${system}_${processors[process.arch] ?? process.arch}`;
}

/**
 * Bundles the stand-in for hashicorp/dns into a folder for `filesystem_mirror`: one file, run by the `node` on
 * the PATH. Only for a mirror of the quick start's or the tests' own, never where other projects look.
 *
 * @returns path of the file
 */
export async function layStandIn(mirror: string): Promise<string> {
  const folder = join(mirror, ...DNS_PROVIDER.address.split('/'), DNS_PROVIDER.version, platform());
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `terraform-provider-dns_v${DNS_PROVIDER.version}`);
  await build({
    entryPoints: [join(__dirname, 'main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'silent',
  });
  chmodSync(file, 0o755);
  return file;
}
