import type { Path } from '../../schema';
import type { PlacedGroup } from '../placed-groups';
import { sameServer } from '../resources/equality';
import { isServer } from '../server-hosts';
import type { Witness } from '../site';
import type { Finding, Rule } from './rule';

function isMember({ members }: PlacedGroup, witness: Witness, at: Path): readonly Finding[] {
  const found = members.find((member) => isServer(witness.server, member));
  if (found === undefined) return [];
  return [
    {
      path: at,
      problem: `the witness '${witness.server}' is the member ${found.name} of the same DAG`,
      remedy: 'name a server that is no member, for example a file server in the same forest',
    },
  ];
}

function ofGroup(placed: PlacedGroup): readonly Finding[] {
  const { group, path } = placed;
  const alternate = group.alternateWitness;
  const serverOf = (witness: string): Path => [...path, { attribute: witness }, { attribute: 'server' }];
  return [
    ...isMember(placed, group.witness, serverOf('witness')),
    ...(alternate === undefined
      ? []
      : [
          ...isMember(placed, alternate, serverOf('alternateWitness')),
          ...(sameServer(alternate.server, group.witness.server)
            ? [
                {
                  path: serverOf('alternateWitness'),
                  problem: `'${alternate.server}' is the witness too, and is lost together with it`,
                  remedy: 'name a server in the other datacentre, or leave alternateWitness out',
                },
              ]
            : []),
        ]),
  ];
}

export const dagWitness: Rule = {
  id: 'dag-witness',
  severity: 'error',
  description:
    'The witness is not a member of the same DAG, because its vote would be lost together with the member. The alternate witness is a different server, in the other datacentre.',
  check: ({ topology: { groups } }) => groups.flatMap(ofGroup),
};
