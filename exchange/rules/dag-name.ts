import { formatPath, path } from '../../schema';
import { declaredGroups } from '../declared-groups';
import { dagNameProblem } from '../resources/database-availability-group';
import { sameName } from '../resources/equality';
import { serverNameIn } from '../resources/host';
import type { Rule } from './rule';

export const dagName: Rule = {
  id: 'dag-name',
  severity: 'error',
  spelling: true,
  description:
    'The name of a DAG has at most 15 characters and is not the name of a server, because it becomes a computer account.',
  check: ({ site }) => {
    const groups = declaredGroups(site);
    const servers = [
      ...site.servers.map(({ name }, index) => ({ name, path: path('servers', index, 'name') })),
      ...groups.flatMap(({ group, path: of }) =>
        (['witness', 'alternateWitness'] as const).flatMap((which) => {
          const { server } = group[which] ?? {};
          if (server === undefined) return [];
          return [{ name: serverNameIn(server), path: [...of, ...path(which, 'server')] }];
        }),
      ),
    ];
    return groups.flatMap(({ group: { name }, path: of }) => {
      const at = [...of, { attribute: 'name' }];
      const found = dagNameProblem(name);
      if (found !== undefined) return [{ path: at, ...found }];
      const server = servers.find((other) => sameName(other.name, name));
      if (server === undefined) return [];
      return [
        {
          path: at,
          problem: `'${name}' is the name of the server at ${formatPath(server.path)}`,
          remedy: 'a DAG needs a computer name of its own: choose another one of at most 15 characters',
        },
      ];
    });
  },
};
