import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformProvider } from 'cdktf';
import type { TerraformStack } from 'cdktf';

/**
 * The dependency lock file for the folder of the stack: the one that the project keeps beside the environment, or one
 * that only names the providers, for which `terraform init` records the checksums that it finds. Without a lock file
 * cdktf runs `terraform providers lock`, which asks the registry of each provider, and this provider is in no public
 * one.
 */
export function lockFile(stack: TerraformStack, projectFolder: string): string {
  const kept = join(projectFolder, 'environments', `${stack.node.id}.terraform.lock.hcl`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const providers = new Map<string, string>();
  for (const construct of stack.node.findAll()) {
    if (!TerraformProvider.isTerraformProvider(construct)) continue;
    const source = construct.terraformProviderSource ?? '';
    const version = construct.terraformGeneratorMetadata?.providerVersion ?? '';
    providers.set(fullSource(source), version);
  }
  return [...providers]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([source, version]) =>
        `provider "${source}" {\n  version     = "${version}"\n  constraints = "${version}"\n}\n`,
    )
    .join('\n');
}

/** Adds Terraform's defaults for the parts that a source address leaves out. */
function fullSource(source: string): string {
  const defaults = ['registry.terraform.io', 'hashicorp'];
  const parts = source.split('/');
  return [...defaults.slice(0, 3 - parts.length), ...parts].join('/');
}
