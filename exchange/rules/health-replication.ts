import { path } from '../../schema';
import type { Rule } from './rule';

export const healthReplication: Rule = {
  id: 'health-replication',
  severity: 'error',
  description:
    'Replication is checked only where servers are members of a DAG.',
  check: ({ site: { health }, topology: { placements } }) =>
    health?.replication !== true || placements.length === 0 || placements.some(({ dag }) => dag !== undefined)
      ? []
      : [
          {
            path: path('health', 'replication'),
            problem: 'no server is a member of a declared DAG, so that none replicates',
            remedy: 'declare the DAG with its members (dag), or take this out',
          },
        ],
};
