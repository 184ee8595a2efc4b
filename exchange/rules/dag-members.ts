import { formatPath } from '../../schema';
import type { PlacedGroup } from '../placed-groups';
import { includesName } from '../resources/equality';
import type { Finding, Rule } from './rule';

function unknownMembers({ group, path }: PlacedGroup, declared: readonly string[]): readonly Finding[] {
  return (group.members ?? []).flatMap((name, index) =>
    includesName(declared, name)
      ? []
      : [
          {
            path: [...path, { attribute: 'members' }, { index }],
            problem: `'${name}' is none of the declared servers`,
            remedy: `correct the name to one of ${declared.join(', ')}, or declare the server among the servers`,
          },
        ],
  );
}

function withoutMembers({ group, path }: PlacedGroup): readonly Finding[] {
  return group.members === undefined
    ? [
        {
          path,
          problem: 'the site has several DAGs, and this one does not say which servers are its members',
          remedy:
            "name them: members: ['EX01', 'EX02']; left out, they are all servers of the site from Exchange 2010 on",
        },
      ]
    : [];
}

function mixedVersions({ path, members }: PlacedGroup): readonly Finding[] {
  const [first] = members;
  if (first === undefined || members.every(({ version }) => first.version.goesWith(version))) return [];
  const at = [...path, { attribute: 'members' }];
  return [
    {
      path: at,
      problem: `members have different versions: ${members.map(({ name, version }) => `${name} ${version.label}`).join(', ')}`,
      // The remedy warns of leaving the server out of `members`, because this would remove it from its DAG.
      remedy: `if a server runs another version than the declared one, correct its version; a server that is still to join needs a DAG of its own version. Keep every server in ${formatPath(at)} that is a member already`,
    },
  ];
}

export const dagMembers: Rule = {
  id: 'dag-members',
  severity: 'error',
  description:
    'Members of a DAG are declared servers of the same Exchange version, or of 2019 and the Subscription Edition while servers are updated. Where a site has several DAGs, each names its members.',
  check: ({ site, topology: { groups } }) => {
    const declared = site.servers.map(({ name }) => name);
    return groups.flatMap((group) => [
      ...(groups.length > 1 ? withoutMembers(group) : []),
      ...unknownMembers(group, declared),
      ...mixedVersions(group),
    ]);
  },
};
