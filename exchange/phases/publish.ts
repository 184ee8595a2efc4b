import { canonicalAddress, distinctAddresses, listed } from '../addresses';
import { isFor, namesInDns } from '../dns-records';
import { viewsOf } from '../dns-views';
import { healthTests } from '../pool-health';
import { addressesOfName, publishedAs, publishingPlaces } from '../publishing';
import { idOn, type Phase } from './phase';

const REASON =
  'The load balancer may send users to the server now that it is healthy. Add it there with its own tool.';

/** Servers join the pool behind their virtual address once they are healthy. With round robin there is no pool. */
export const publish: Phase = ({ site, placements }) => {
  const views = viewsOf(site);
  const names = namesInDns(site);
  const loadBalancers = new Set(
    publishingPlaces(site)
      .flatMap(({ publish: { virtualIp } }) => listed(virtualIp))
      .map(canonicalAddress),
  );
  return placements.flatMap((placement) => {
    const { server } = placement;
    // Usually the load balancers of both views lead to one pool. There may be only the external one.
    const [first] = views.flatMap((view) => {
      const { loadBalancer, by } = publishedAs(site, server, view);
      return loadBalancer === undefined ? [] : [{ view, loadBalancer, by }];
    });
    if (first === undefined) return [];
    const { view, loadBalancer, by } = first;
    const ofNames = names
      .filter((name) => name.servers.includes(server) && isFor(view, name))
      .flatMap(({ host }) => addressesOfName(site, server, view, host))
      // A server may use a name that resolves to another load balancer, which does not forward to this server.
      .filter((address) => !loadBalancers.has(canonicalAddress(address)));
    return [
      {
        type: 'pool-member' as const,
        id: idOn(server, 'pool'),
        server: server.name,
        addresses: listed(server.address),
        ...(by === undefined ? {} : { pool: by }),
        ...(view.side === 'external' ? { isExternal: true as const } : {}),
        virtualAddresses: distinctAddresses([...listed(loadBalancer.virtualIp), ...ofNames]),
        ...(loadBalancer.layer === undefined ? {} : { layer: loadBalancer.layer }),
        healthTests: loadBalancer.nlb === undefined ? healthTests(site, view, placement) : [],
        dependsOn: [idOn(server, 'health')],
        reason: REASON,
      },
    ];
  });
};
