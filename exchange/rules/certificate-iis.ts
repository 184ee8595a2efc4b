import { formatPath, path } from '../../schema';
import { isForWeb } from '../declared-certificates';
import type { Rule } from './rule';

export const certificateIis: Rule = {
  id: 'certificate-iis',
  severity: 'warning',
  description:
    'One certificate of each server has the service IIS, which answers for the namespaces. Without it, clients are shown the self-signed certificate that Setup made.',
  check: ({ topology }) => {
    const without = topology.placements.filter(({ certificates }) => !certificates.some(isForWeb));
    const places = new Map(
      without.flatMap(({ certificates: [first] }) =>
        first === undefined ? [] : [[formatPath(first.path), first] as const],
      ),
    );
    return [...places.values()].map((first) => {
      const servers = without.filter(({ certificates }) => certificates[0]?.path === first.path);
      const whose =
        first.name === null
          ? 'the services'
          : `the services of the certificates of ${servers.map(({ server }) => server.name).join(', ')}`;
      return {
        path: [...first.path, ...path('services')],
        problem: `IIS is not among ${whose}, so that clients are shown the self-signed certificate and warn of it`,
        remedy: `add 'IIS', unless something in front of the servers ends TLS`,
      };
    });
  },
};
