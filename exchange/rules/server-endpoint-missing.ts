import { FROM_ENVIRONMENT, needsEndpoint } from '../server-endpoint';
import type { Rule } from './rule';

export const serverEndpointMissing: Rule = {
  id: 'server-endpoint-missing',
  severity: 'error',
  description:
    'A server of Exchange 2007 has an endpoint of its own. It offers no remote PowerShell itself, and its certificate cmdlets act on the server that they run on, so that no session on another server can manage it.',
  check: ({ topology: { placements } }) =>
    placements.flatMap(({ server: { name, fqdn, version, endpoint }, path }) =>
      endpoint !== undefined || !needsEndpoint(version)
        ? []
        : [
            {
              path: [...path, { attribute: 'endpoint' }],
              problem: `no session reaches ${name}: ${version.toString()} is managed in a Windows PowerShell on the server itself`,
              remedy: `give it endpoint: 'https://${fqdn}:5986/wsman' or 'ssh://user@${fqdn}', or '${FROM_ENVIRONMENT}' and say it in EXCHANGE_SERVER_ENDPOINTS`,
            },
          ],
    ),
};
