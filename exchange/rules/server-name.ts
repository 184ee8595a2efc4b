import { path } from '../../schema';
import { serverNameProblem } from '../resources/host';
import { PARTS_OF_NO_SERVER } from '../plan/parts';
import type { Rule } from './rule';

export const serverName: Rule = {
  id: 'server-name',
  severity: 'error',
  spelling: true,
  description: 'A server is named by its computer name: at most 15 letters, digits and hyphens.',
  check: ({ site }) =>
    site.servers.flatMap(({ name }, index) => {
      const at = path('servers', index, 'name');
      const found = serverNameProblem(name);
      if (found !== undefined) return [{ path: at, ...found }];
      return PARTS_OF_NO_SERVER.some((part) => part === name.toLowerCase())
        ? [
            {
              path: at,
              problem: `'${name}' is a word that the script of the plan uses for something else`,
              remedy: `a server with one of these names cannot be managed: ${PARTS_OF_NO_SERVER.join(', ')}`,
            },
          ]
        : [];
    }),
};
