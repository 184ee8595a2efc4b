import { path } from '../../schema';
import type { Rule } from './rule';

export const certificateServerName: Rule = {
  id: 'certificate-server-name',
  severity: 'warning',
  description:
    'A public certificate holds only shared names. Names of servers change with every server, reveal the internal network, and public authorities do not issue certificates for internal domains.',
  check: ({ site, topology, certificates }) => {
    const given = new Set(topology.published.map(({ host }) => host.toLowerCase()));
    return certificates.flatMap(({ declared, path: at }) =>
      declared.names.flatMap((name, index) => {
        const own = site.servers.find((server) =>
          [server.name, server.fqdn].some((known) => known.toLowerCase() === name.toLowerCase()),
        );
        const isGiven = given.has(name.toLowerCase());
        return own === undefined || isGiven
          ? []
          : [
              {
                path: [...at, ...path('names', index)],
                problem: `'${name}' is the name of the server ${own.name} itself, which no client is given`,
                remedy:
                  'leave it out of the next certificate: it must be reissued for every server, and tells outsiders your names',
              },
            ];
      }),
    );
  },
};
