import { path } from '../../schema';
import type { Rule } from './rule';
import { includesName } from '../resources/equality';

export const existingObject: Rule = {
  id: 'existing-object',
  severity: 'error',
  description: 'A membership or a certificate to import is that of a server for which the site declares one.',
  check: ({ site, objects }) => {
    const declared = (kind: string) =>
      objects.flatMap(({ definition, server }) =>
        definition.kind === kind && server !== null ? [server] : [],
      );
    const lists = [
      { names: site.certificate.existingOn, at: ['certificate', 'existingOn'], kind: 'certificate-import' },
      { names: site.dag?.existingMembers, at: ['dag', 'existingMembers'], kind: 'dag-member' },
    ] as const;
    return lists.flatMap(({ names = [], at, kind }) => {
      const servers = declared(kind);
      return names.flatMap((name, index) =>
        includesName(servers, name)
          ? []
          : [
              {
                path: path(...at, index),
                problem: `'${name}' is none of ${servers.join(', ') || 'the servers'}, so that there is nothing to import for it`,
                remedy: 'correct the name, or leave it out',
              },
            ],
      );
    });
  },
};
