import { formatPath, path } from '../../schema';
import { canonicalAddress, distinctAddresses } from '../addresses';
import { viewsOf } from '../dns-views';
import { healthTests } from '../pool-health';
import { publishedAs } from '../publishing';
import { sameName } from '../resources/equality';
import { type Finding, type Rule, withoutDuplicates } from './rule';

export const loadBalancerLayer: Rule = {
  id: 'load-balancer-layer',
  severity: 'warning',
  description:
    'A load balancer at layer 4 has a separate address for each name of servers of Exchange 2013 and later. It cannot tell services behind one address apart: if one service fails, it either takes the server out for all of them or for none.',
  check: ({ site, topology }) =>
    withoutDuplicates(
      topology.placements.flatMap((placement) =>
        viewsOf(site).flatMap((view): readonly Finding[] => {
          const { loadBalancer, path: at } = publishedAs(site, placement.server, view);
          if (loadBalancer?.layer !== 4) return [];
          const tests = healthTests(site, view, placement);
          return distinctAddresses(tests.flatMap(({ virtualAddresses }) => virtualAddresses)).flatMap(
            (address) => {
              const names = tests
                .filter(({ virtualAddresses }) =>
                  virtualAddresses.some((one) => canonicalAddress(one) === canonicalAddress(address)),
                )
                .map(({ host }) => host)
                .filter((host, index, all) => all.findIndex((other) => sameName(other, host)) === index);
              if (names.length < 2) return [];
              const own = [...at, ...path('virtualIps')];
              return [
                {
                  path: [...at, ...path('layer')],
                  problem: `${names.join(', ')} resolve to the one address ${address}, behind which a load balancer at layer 4 cannot tell services apart`,
                  remedy: `give each name an address: ${formatPath(own)}, or declare layer: 7 if the load balancer looks into HTTPS`,
                },
              ];
            },
          );
        }),
      ),
    ),
};
