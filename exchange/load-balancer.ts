import { listed } from './addresses';
import type { ExchangeSiteProps } from './site';

/**
 * A server in the pool behind the virtual address. The load balancer itself is not configured from here: the
 * pool is described, so that a plan shows who joins and who leaves, and other tools can read it.
 */
export interface PoolMember {
  readonly server: string;
  readonly addresses: readonly string[];
  readonly virtualAddresses: readonly string[];
}

/** In the order of the servers; none with round robin. */
export function poolMembers(site: ExchangeSiteProps): readonly PoolMember[] {
  const publish = site.dns.publish ?? 'round-robin';
  if (publish === 'round-robin') return [];
  return site.servers.map(({ name, address }) => ({
    server: name,
    addresses: listed(address),
    virtualAddresses: listed(publish.virtualIp),
  }));
}
