import type { Path } from '../../schema';
import { path } from '../../schema';
import { sameServer } from '../resources/equality';
import type { Witness } from '../site';
import { membersOf, type Topology } from '../topology';
import type { Finding, Rule } from './rule';

function isMember(topology: Topology, witness: Witness, at: Path): readonly Finding[] {
  const found = membersOf(topology).find(
    ({ name, fqdn }) => sameServer(witness.server, name) || sameServer(witness.server, fqdn),
  );
  if (found === undefined) return [];
  return [
    {
      path: at,
      problem: `the witness '${witness.server}' is the member ${found.name} of the same DAG`,
      remedy: 'name a server that is no member, for example a file server in the same forest',
    },
  ];
}

export const dagWitness: Rule = {
  id: 'dag-witness',
  severity: 'error',
  description:
    'The witness is no member of the same DAG: its vote would be lost with the member. The alternate witness is another server, in the other datacentre.',
  check: ({ site, topology }) => {
    const { dag } = site;
    if (dag === undefined) return [];
    const alternate = dag.alternateWitness;
    return [
      ...isMember(topology, dag.witness, path('dag', 'witness', 'server')),
      ...(alternate === undefined
        ? []
        : [
            ...isMember(topology, alternate, path('dag', 'alternateWitness', 'server')),
            ...(sameServer(alternate.server, dag.witness.server)
              ? [
                  {
                    path: path('dag', 'alternateWitness', 'server'),
                    problem: `'${alternate.server}' is the witness too, and is lost together with it`,
                    remedy: 'name a server in the other datacentre, or leave alternateWitness out',
                  },
                ]
              : []),
          ]),
    ];
  },
};
