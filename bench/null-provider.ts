import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ProviderAddress, terraformPlatform } from '../install/mirror';

/** Variable with the folder of a Terraform filesystem mirror that has the providers to compare with. */
export const PEERS_MIRROR = 'EXCHANGE_DNS_PROVIDER_MIRROR';

const SOURCE = 'registry.terraform.io/hashicorp/null';

/**
 * Copies hashicorp/null, a Go provider on HashiCorp's own framework that does nothing, into another mirror.
 *
 * @returns its address; `undefined` where the mirror of peers does not have it
 */
export function layNullProvider(mirror: string): ProviderAddress | undefined {
  const peers = process.env[PEERS_MIRROR];
  if (peers === undefined) return undefined;
  const folder = join(peers, SOURCE);
  const version = existsSync(folder)
    ? readdirSync(folder).find((name) => existsSync(join(folder, name, terraformPlatform())))
    : undefined;
  if (version === undefined) return undefined;
  cpSync(join(folder, version), join(mirror, SOURCE, version), { recursive: true, dereference: true });
  return { source: SOURCE, version };
}
