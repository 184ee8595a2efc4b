import { path } from '../../schema';
import type { Rule } from './rule';

export const serverMissing: Rule = {
  id: 'server-missing',
  severity: 'error',
  description: 'A site has at least one server. An empty list would remove everything.',
  check: ({ site }) =>
    site.servers.length > 0
      ? []
      : [
          {
            path: path('servers'),
            problem: 'the site has no server, so that a deploy would take everything away',
            remedy: 'name its servers; to give a site up, run cdktf destroy, then remove its file',
          },
        ],
};
