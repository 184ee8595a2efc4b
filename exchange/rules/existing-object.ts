import { path } from '../../schema';
import type { Rule } from './rule';
import { includesName } from '../resources/equality';

export const existingObject: Rule = {
  id: 'existing-object',
  severity: 'error',
  description: 'A membership or a certificate to import is that of a server for which the site declares one.',
  check: ({ site, topology, objects }) => {
    const declared = (kind: string) =>
      objects.flatMap(({ definition, server }) =>
        definition.kind === kind && server !== null ? [server] : [],
      );
    const lists = [
      {
        names: site.certificate.existingOn,
        at: path('certificate', 'existingOn'),
        servers: declared('certificate-import'),
      },
      ...topology.groups.map(({ group, path: at, members }) => ({
        names: group.existingMembers,
        at: [...at, { attribute: 'existingMembers' }],
        servers: members.map(({ name }) => name),
      })),
    ];
    return lists.flatMap(({ names = [], at, servers }) =>
      names.flatMap((name, index) =>
        includesName(servers, name)
          ? []
          : [
              {
                path: [...at, { index }],
                problem: `'${name}' is none of ${servers.join(', ') || 'the servers'}, so that there is nothing to import for it`,
                remedy: 'correct the name, or leave it out',
              },
            ],
      ),
    );
  },
};
