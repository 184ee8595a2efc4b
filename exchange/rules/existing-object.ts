import { path } from '../../schema';
import { isOnServer } from '../declared-certificates';
import type { Rule } from './rule';
import { includesName } from '../resources/equality';

export const existingObject: Rule = {
  id: 'existing-object',
  severity: 'error',
  description:
    'A server in `existingMembers` is a declared member of the DAG, and a server in `existingOn` a declared server of the certificate.',
  check: ({ site, topology, certificates }) => {
    const lists = [
      ...certificates.map((certificate) => ({
        names: certificate.declared.existingOn,
        at: [...certificate.path, ...path('existingOn')],
        servers: site.servers.filter((server) => isOnServer(certificate, server)).map(({ name }) => name),
      })),
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
