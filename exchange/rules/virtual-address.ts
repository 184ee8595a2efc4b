import { path } from '../../schema';
import { canonicalAddress, listed } from '../addresses';
import type { Rule } from './rule';

export const virtualAddress: Rule = {
  id: 'virtual-address',
  severity: 'error',
  description: 'The virtual address of a load balancer is not that of a server.',
  check: ({ site }) => {
    const { publish } = site.dns;
    if (typeof publish !== 'object') return [];
    const virtual = listed(publish.virtualIp).map(canonicalAddress);
    return site.servers.flatMap(({ name, address }) =>
      listed(address)
        .filter((own) => virtual.includes(canonicalAddress(own)))
        .map((own) => ({
          path: path('dns', 'publish', 'virtualIp'),
          problem: `'${own}' is the address of the server ${name}`,
          remedy: 'give the address of the load balancer, or publish the servers by round-robin',
        })),
    );
  },
};
