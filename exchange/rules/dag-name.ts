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
      ...site.servers.map(({ name }) => name),
      ...groups.flatMap(({ group: { witness, alternateWitness } }) =>
        [witness, ...(alternateWitness === undefined ? [] : [alternateWitness])].map(({ server }) =>
          serverNameIn(server),
        ),
      ),
    ];
    return groups.flatMap(({ group: { name }, path }) => {
      const at = [...path, { attribute: 'name' }];
      const found = dagNameProblem(name);
      if (found !== undefined) return [{ path: at, ...found }];
      return servers.some((other) => sameName(other, name))
        ? [
            {
              path: at,
              problem: `'${name}' is the name of a server`,
              remedy: 'a DAG needs a computer name of its own; choose another',
            },
          ]
        : [];
    });
  },
};
