import { join } from 'node:path';
import { bundle } from './bundle';

export interface ProviderAddress {
  /** `host/namespace/type`. */
  readonly source: string;
  readonly version: string;
}

/** Terraform's name of this platform, for example `linux_amd64`. */
export function terraformPlatform(): string {
  const systems: { readonly [name: string]: string } = { win32: 'windows' };
  const architectures: { readonly [name: string]: string } = { x64: 'amd64', ia32: '386' };
  return `${systems[process.platform] ?? process.platform}_${architectures[process.arch] ?? process.arch}`;
}

/**
 * Bundles a provider into a mirror, in the unpacked layout that Terraform documents for filesystem mirrors
 * (https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror). Returns the file.
 */
export async function layProvider(mirror: string, entry: string, address: ProviderAddress): Promise<string> {
  const type = address.source.split('/').at(-1) ?? '';
  const file = join(
    mirror,
    address.source,
    address.version,
    terraformPlatform(),
    `terraform-provider-${type}_v${address.version}`,
  );
  await bundle(entry, file);
  return file;
}
