import type { Rule } from './rule';

export const dagUpgrade: Rule = {
  id: 'dag-upgrade',
  severity: 'warning',
  description:
    'Members of a DAG have different versions only while they are updated in place, as from 2019 to the Subscription Edition.',
  check: ({ topology: { groups } }) =>
    groups.flatMap(({ path, members }) => {
      const older = members.filter(({ version }) =>
        members.some((member) => version.isUpdatedTo(member.version)),
      );
      const newer = members.find(({ version }) => older[0]?.version.isUpdatedTo(version))?.version;
      return newer === undefined
        ? []
        : [
            {
              path: [...path, { attribute: 'members' }],
              problem: `${older.map(({ name }) => name).join(', ')} of the members ${older.length === 1 ? 'is' : 'are'} not ${newer.toString()} yet`,
              remedy:
                'update the servers one after another, and declare the new version of each; the members stay as they are meanwhile',
            },
          ];
    }),
};
