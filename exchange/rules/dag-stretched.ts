import { formatPath } from '../../schema';
import type { Rule } from './rule';

export const dagStretched: Rule = {
  id: 'dag-stretched',
  severity: 'warning',
  description:
    'A DAG over several datacentres has an alternate witness. Without it, no witness is available after a switchover to the other datacentre.',
  check: ({ topology: { groups } }) =>
    groups.flatMap(({ group, path, members }) => {
      if (group.alternateWitness !== undefined) return [];
      const datacentres = new Set(members.map(({ datacentre = '' }) => datacentre.toLowerCase()));
      return datacentres.size < 2
        ? []
        : [
            {
              path,
              problem: 'the members are in several datacentres, and there is no alternate witness',
              remedy: `declare ${formatPath(path)}.alternateWitness with a server in the other datacentre`,
            },
          ];
    }),
};
