import { path } from '../../schema';
import { nlbClusters } from '../nlb';
import { ExchangeVersion, parseBuild } from '../versions';
import type { Rule } from './rule';

export const nlbServicePack: Rule = {
  id: 'nlb-service-pack',
  severity: 'warning',
  description:
    'Servers of Exchange 2007 in a cluster of Windows Network Load Balancing have Service Pack 1. Before it, client access and Hub Transport on one server are not supported there.',
  check: ({ site }) =>
    nlbClusters(site).flatMap(({ path: at, hosts }) => {
      const old = hosts.filter(
        ({ server: { version, build } }) =>
          version === ExchangeVersion.V2007 && build !== undefined && parseBuild(build)?.minor === 0,
      );
      if (old.length === 0) return [];
      return [
        {
          path: [...at, ...path('nlb')],
          problem: `${old.map(({ server }) => server.name).join(', ')} without a service pack: client access and Hub Transport on one server are supported behind Network Load Balancing from Exchange Server 2007 SP1 on`,
          remedy: 'install Service Pack 1 or later on them, and declare the build',
        },
      ];
    }),
};
