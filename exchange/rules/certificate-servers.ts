import { path } from '../../schema';
import { includesName, sameName } from '../resources/equality';
import type { Rule } from './rule';

export const certificateServers: Rule = {
  id: 'certificate-servers',
  severity: 'error',
  description: 'The servers of a certificate are servers of the site, each named once.',
  check: ({ site, certificates }) => {
    const known = site.servers.map(({ name }) => name);
    return certificates.flatMap(({ declared: { servers = [] }, path: at }) =>
      servers.flatMap((name, index) => {
        const isTwice = servers.slice(0, index).some((other) => sameName(other, name));
        if (includesName(known, name) && !isTwice) return [];
        return [
          {
            path: [...at, ...path('servers', index)],
            problem: isTwice
              ? `'${name}' is named twice`
              : `'${name}' is none of ${known.join(', ') || 'the servers, since there are none'}`,
            remedy: isTwice ? 'leave one of them out' : 'correct the name, or leave it out',
          },
        ];
      }),
    );
  },
};
