import { formatPath, path } from '../../schema';
import type { Rule } from './rule';

export const namespaceIsServer: Rule = {
  id: 'namespace-is-server',
  severity: 'error',
  description:
    'A namespace that several servers share is not the FQDN of one of them: clients of all servers would be sent to that one.',
  check: ({ site, topology }) =>
    site.servers.length < 2
      ? []
      : topology.published.flatMap(({ host, path: at, servers }) => {
          const index = site.servers.findIndex(({ fqdn }) => fqdn.toLowerCase() === host.toLowerCase());
          const [giver, ...others] = servers;
          return index === -1 || (others.length === 0 && giver === site.servers[index])
            ? []
            : [
                {
                  path: at,
                  problem: `'${host}' is the FQDN of one server, ${formatPath(path('servers', index))}`,
                  remedy: 'give a name that the servers share, such as mail.contoso.com',
                },
              ];
        }),
};
