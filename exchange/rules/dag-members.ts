import { path } from '../../schema';
import type { Rule } from './rule';
import { includesName } from '../resources/equality';

export const dagMembers: Rule = {
  id: 'dag-members',
  severity: 'error',
  description: 'Members of a DAG are declared servers, of one Exchange version.',
  check: ({ site }) => {
    if (site.dag === undefined) return [];
    const members = site.dag.members;
    const unknown = (members ?? []).flatMap((name, index) =>
      site.servers.some((server) => server.name.toLowerCase() === name.toLowerCase())
        ? []
        : [
            {
              path: path('dag', 'members', index),
              problem: `'${name}' is none of the declared servers`,
              remedy: `name one of ${site.servers.map((server) => server.name).join(', ')}`,
            },
          ],
    );
    const servers = site.servers.filter(
      (server) => members === undefined || includesName(members, server.name),
    );
    const other = servers.find((server) => server.version !== servers[0]?.version);
    if (other === undefined) return unknown;
    return [
      ...unknown,
      {
        path: path('dag', 'members'),
        problem: `members have different versions: ${servers.map(({ name, version }) => `${name} ${version.label}`).join(', ')}`,
        remedy: 'name in dag.members the servers of one version; another version needs a DAG of its own',
      },
    ];
  },
};
