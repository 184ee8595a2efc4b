import { spawnSync } from 'node:child_process';

/** The first version with write-only attributes. */
const OLDEST_TERRAFORM = [1, 11];

export type Terraform =
  | { readonly kind: 'there'; readonly version: string }
  | { readonly kind: 'missing'; readonly remedy: string };

/** Looks for Terraform. Where it is missing or too old, `remedy` says in one line what to do. */
export function findTerraform(): Terraform {
  const result = spawnSync('terraform', ['version', '-json'], {
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' },
  });
  if (result.error !== undefined || result.status !== 0) {
    return {
      kind: 'missing',
      remedy:
        'Terraform is not on the PATH: install Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install) and run this again.',
    };
  }
  const version = (JSON.parse(result.stdout) as { readonly terraform_version: string }).terraform_version;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_TERRAFORM;
  const tooOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  return tooOld
    ? {
        kind: 'missing',
        remedy: `Terraform ${version} is too old: install 1.11 or later, which knows write-only attributes.`,
      }
    : { kind: 'there', version };
}
