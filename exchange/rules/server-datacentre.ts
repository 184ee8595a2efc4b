import { path } from '../../schema';
import { datacentreOf } from '../datacentre';
import { nearestName } from '../nearest-name';
import type { Rule } from './rule';

/** Only a warning, because a datacentre needs no entry in `datacentres`: the name may be right. */
export const serverDatacentre: Rule = {
  id: 'server-datacentre',
  severity: 'warning',
  description:
    'Where `datacentres` has entries, it has one for the datacentre of each server. For a mistyped name, none of the settings of the datacentre would apply.',
  check: ({ site }) => {
    const names = Object.keys(site.datacentres ?? {});
    return site.servers.flatMap((server, index) => {
      const { datacentre } = server;
      if (datacentre === undefined || names.length === 0 || datacentreOf(site, server) !== undefined)
        return [];
      const nearest = nearestName(datacentre, names);
      return [
        {
          path: path('servers', index, 'datacentre'),
          problem: `datacentres has no entry for '${datacentre}', so that no settings of a datacentre apply to ${server.name}`,
          remedy: `${nearest === undefined ? `correct it to one of ${names.join(', ')}` : `correct it to '${nearest}'`}; or if the name is right, add an empty entry: datacentres: { '${datacentre}': {} }`,
        },
      ];
    });
  },
};
