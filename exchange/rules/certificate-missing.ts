import type { Rule } from './rule';

export const certificateMissing: Rule = {
  id: 'certificate-missing',
  severity: 'error',
  description:
    'Every server has a declared certificate. Clients of a server without one are shown the self-signed certificate that Setup made, and warn of it.',
  check: ({ topology }) =>
    topology.placements.flatMap(({ server, path, certificates: own }) =>
      own.length > 0
        ? []
        : [
            {
              path,
              problem: `no certificate is declared for ${server.name}`,
              remedy: `add '${server.name}' to the servers of one, or leave its servers out, which means all servers`,
            },
          ],
    ),
};
