import { formatPath, path } from '../../schema';
import { publishedHosts } from '../namespaces';
import type { Rule } from './rule';

export const namespaceIsServer: Rule = {
  id: 'namespace-is-server',
  severity: 'error',
  description:
    'With several servers no namespace is the name of one of them: clients of all of them would be sent to that one.',
  check: ({ site }) =>
    site.servers.length < 2
      ? []
      : publishedHosts(site).flatMap(({ host, path: at }) => {
          const index = site.servers.findIndex(({ fqdn }) => fqdn.toLowerCase() === host.toLowerCase());
          return index === -1
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
