import { isIPv4 } from 'node:net';
import type { Path } from '../../schema';
import type { PlacedGroup } from '../placed-groups';
import type { ExchangeSiteProps, Server } from '../site';
import { isIn, subnetsWith } from '../subnets';
import { MEANINGS } from './dag-addresses';
import type { Finding, Rule } from './rule';

/** https://learn.microsoft.com/exchange/high-availability/manage-ha/create-dags */
export const dagSubnets: Rule = {
  id: 'dag-subnets',
  severity: 'error',
  description:
    'A DAG with addresses has exactly one in each subnet of its members, and none elsewhere, as far as the subnets of their datacentres are declared. The name of the DAG comes online in a subnet only with an address there.',
  check: ({ site, topology: { groups } }) => groups.flatMap((placed) => found(site, placed)),
};

function found(site: ExchangeSiteProps, { group, path: of, members }: PlacedGroup): readonly Finding[] {
  const { addresses = [] } = group;
  // attribute-value refuses what is no IPv4 address, and dag-addresses a special value beside others.
  const isOfCluster = (address: string) => isIPv4(address) && !MEANINGS.has(address);
  if (addresses.length === 0 || !addresses.every(isOfCluster)) return [];
  const at: Path = [...of, { attribute: 'addresses' }];
  // Exchange assigns only IPv4 addresses to a cluster.
  const subnetsOf = (server: Server) => subnetsWith(site, server).filter((subnet) => !subnet.includes(':'));
  const subnets = new Map<string, Server>(
    [...members].reverse().flatMap((server) => subnetsOf(server).map((subnet) => [subnet, server])),
  );
  const inSubnet = (subnet: string) => addresses.filter((address) => isIn(address, subnet));
  // The subnets of a member are known only if its datacentre declares them.
  const isKnown = members.every((server) => subnetsOf(server).length > 0);
  return [
    ...[...subnets].flatMap(([subnet, { name }]): readonly Finding[] => {
      const own = inSubnet(subnet);
      if (own.length === 1) return [];
      return [
        {
          path: at,
          problem:
            own.length === 0
              ? `no address lies in ${subnet}, where ${name} is`
              : `${own.join(' and ')} both lie in ${subnet}`,
          remedy: `give the DAG one free address of ${subnet}`,
        },
      ];
    }),
    ...addresses.flatMap((address, index): readonly Finding[] =>
      !isKnown || [...subnets.keys()].some((subnet) => isIn(address, subnet))
        ? []
        : [
            {
              path: [...at, { index }],
              problem: `'${address}' lies in no subnet that a member is in (${[...subnets.keys()].join(', ')})`,
              remedy: 'take it out, or give an address of one of these subnets',
            },
          ],
    ),
  ];
}
