import { path } from '../../schema';
import type { Rule } from './rule';

export const dagStretched: Rule = {
  id: 'dag-stretched',
  severity: 'warning',
  description:
    'A DAG over several datacentres has an alternate witness: without it a switchover to the other datacentre has no witness to turn to.',
  check: ({ site }) => {
    const { dag } = site;
    if (dag === undefined || dag.alternateWitness !== undefined) return [];
    const members = dag.members?.map((name) => name.toLowerCase());
    const places = new Set(
      site.servers
        .filter(({ name }) => members === undefined || members.includes(name.toLowerCase()))
        .map(({ datacentre }) => datacentre ?? ''),
    );
    return places.size < 2
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
