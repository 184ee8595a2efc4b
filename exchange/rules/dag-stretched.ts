import { path } from '../../schema';
import { membersOf } from '../topology';
import type { Rule } from './rule';

export const dagStretched: Rule = {
  id: 'dag-stretched',
  severity: 'warning',
  description:
    'A DAG over several datacentres has an alternate witness: without it a switchover to the other datacentre has no witness to turn to.',
  check: ({ site, topology }) => {
    if (site.dag === undefined || site.dag.alternateWitness !== undefined) return [];
    const datacentres = new Set(membersOf(topology).map(({ datacentre }) => datacentre ?? ''));
    return datacentres.size < 2
      ? []
      : [
          {
            path: path('dag'),
            problem: 'the members stand in several datacentres, and there is no alternate witness',
            remedy: 'declare dag.alternateWitness with a server in the other datacentre',
          },
        ];
  },
};
