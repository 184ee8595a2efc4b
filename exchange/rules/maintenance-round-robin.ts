import { formatPath } from '../../schema';
import { hasComponentStates } from '../declared-maintenance';
import { viewsOf } from '../dns-views';
import { publishedAs } from '../publishing';
import type { Rule } from './rule';

export const maintenanceRoundRobin: Rule = {
  id: 'maintenance-round-robin',
  severity: 'warning',
  description:
    'A server with maintenance is behind a load balancer, which notices that it is out of service. DNS round robin does not: clients that are sent to the server fail until they try the next address.',
  check: ({ site, topology }) =>
    viewsOf(site).flatMap((view) => {
      const drained = topology.placements.filter(
        ({ server, maintenance }) =>
          maintenance !== undefined &&
          hasComponentStates(server) &&
          publishedAs(site, server, view).loadBalancer === undefined,
      );
      const [first] = drained;
      if (first?.maintenance === undefined) return [];
      return [
        {
          path: first.maintenance.path,
          problem: `clients of ${drained.map(({ server }) => server.name).join(', ')} are sent by round robin (${formatPath(view.path)}), which goes on sending them to a server that answers nobody while it is drained`,
          remedy:
            'put a load balancer that asks for health before the servers (publish), or leave maintenance out: then they are interrupted by the steps only',
        },
      ];
    }),
};
