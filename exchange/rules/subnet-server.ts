import { addressesOf } from '../declared-names';
import { isIn, subnetsOf } from '../subnets';
import type { Rule } from './rule';

export const subnetServer: Rule = {
  id: 'subnet-server',
  severity: 'warning',
  description: 'The addresses of a server are in the subnets of its datacentre, where these are declared.',
  check: ({ site }) =>
    site.servers.flatMap((server, index) => {
      const subnets = subnetsOf(site, server);
      if (subnets.length === 0) return [];
      return addressesOf(site, index)
        .filter(({ text }) => !subnets.some((subnet) => isIn(text, subnet)))
        .map(({ text, path }) => ({
          path,
          problem: `'${text}' of ${server.name} lies in no subnet of ${server.datacentre ?? ''} (${subnets.join(', ')})`,
          remedy: `correct the address or the datacentre of the server, or add its subnet to the datacentre`,
        }));
    }),
};
