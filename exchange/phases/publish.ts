import { listed } from '../addresses';
import { virtualAddresses } from '../dns-records';
import { idOn, type Phase } from './phase';

const REASON =
  'The load balancer may send users to the server now that it is healthy. Add it there with its own tool.';

/** Servers join the pool behind the virtual address once they are healthy; there is none with round robin. */
export const publish: Phase = ({ site, placements }) => {
  const behind = virtualAddresses(site);
  if (behind === undefined) return [];
  return placements.map(({ server }) => ({
    type: 'pool-member',
    id: idOn(server, 'pool'),
    server: server.name,
    addresses: listed(server.address),
    virtualAddresses: behind,
    dependsOn: [idOn(server, 'health')],
    reason: REASON,
  }));
};
