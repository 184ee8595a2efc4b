import { path } from '../../schema';
import { includesName } from '../resources/equality';
import { membersOf } from '../topology';
import type { Rule } from './rule';

export const dagMembers: Rule = {
  id: 'dag-members',
  severity: 'error',
  description: 'Members of a DAG are declared servers, of one Exchange version.',
  check: ({ site, topology }) => {
    const declared = site.servers.map(({ name }) => name);
    const unknown = (site.dag?.members ?? []).flatMap((name, index) =>
      includesName(declared, name)
        ? []
        : [
            {
              path: path('dag', 'members', index),
              problem: `'${name}' is none of the declared servers`,
              remedy: `name one of ${declared.join(', ')}`,
            },
          ],
    );
    const members = membersOf(topology);
    if (members.every(({ version }) => version === members[0]?.version)) return unknown;
    return [
      ...unknown,
      {
        path: path('dag', 'members'),
        problem: `members have different versions: ${members.map(({ name, version }) => `${name} ${version.label}`).join(', ')}`,
        remedy: 'name in dag.members the servers of one version; another version needs a DAG of its own',
      },
    ];
  },
};
