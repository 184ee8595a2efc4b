import { canonicalAddress, listed } from '../addresses';
import { virtualAddresses } from '../publishing';
import type { Rule } from './rule';

export const virtualAddress: Rule = {
  id: 'virtual-address',
  severity: 'error',
  description: 'The virtual address of a load balancer is not that of a server.',
  check: ({ site }) => {
    const virtual = virtualAddresses(site);
    return site.servers.flatMap(({ name, address }) =>
      listed(address).flatMap((own) =>
        virtual
          .filter(({ text }) => canonicalAddress(text) === canonicalAddress(own))
          .map(({ path }) => ({
            path,
            problem: `'${own}' is the address of the server ${name}`,
            remedy: 'give the address of the load balancer, or publish the servers by round-robin',
          })),
      ),
    );
  },
};
