import { path } from '../../schema';
import { dagNameProblem } from '../resources/database-availability-group';
import type { Rule } from './rule';

export const dagName: Rule = {
  id: 'dag-name',
  severity: 'error',
  spelling: true,
  description:
    'The name of a DAG has at most 15 characters and is not that of a server: it becomes a computer account.',
  check: ({ site }) => {
    const name = site.dag?.name;
    if (name === undefined) return [];
    const at = path('dag', 'name');
    const found = dagNameProblem(name);
    if (found !== undefined) return [{ path: at, ...found }];
    const witnesses = [site.dag?.witness.server, site.dag?.alternateWitness?.server].map(
      (server) => server?.split('.')[0],
    );
    return [...site.servers.map((server) => server.name), ...witnesses].some(
      (other) => other?.toLowerCase() === name.toLowerCase(),
    )
      ? [
          {
            path: at,
            problem: `'${name}' is the name of a server`,
            remedy: 'a DAG needs a computer name of its own; choose another',
          },
        ]
      : [];
  },
};
