import { zoneOf } from '../dns-records';
import { publishedHosts } from '../namespaces';
import type { Rule } from './rule';

export const namespaceZone: Rule = {
  id: 'namespace-zone',
  severity: 'error',
  description: 'Every namespace lies in a declared zone, or nothing would ever resolve it.',
  check: ({ site }) =>
    publishedHosts(site).flatMap(({ host, path }) =>
      zoneOf(site, host) !== undefined
        ? []
        : [
            {
              path,
              problem: `'${host}' lies in none of the declared zones (${site.dns.zones.map(({ name }) => name).join(', ') || 'there are none'})`,
              remedy: `add its zone to dns.zones, for example { name: '${host.split('.').slice(1).join('.')}' }, or correct the name`,
            },
          ],
    ),
};
