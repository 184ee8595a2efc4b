import { path } from '../../schema';
import { isHostName } from '../resources/host';
import type { Rule } from './rule';

export const serverFqdn: Rule = {
  id: 'server-fqdn',
  severity: 'error',
  spelling: true,
  description: `A server's FQDN is its computer name with its domain.`,
  check: ({ site }) =>
    site.servers.flatMap(({ name, fqdn }, index) => {
      const at = path('servers', index, 'fqdn');
      if (!isHostName(fqdn) || !fqdn.includes('.')) {
        return [
          {
            path: at,
            problem: `'${fqdn}' is not a name with a domain`,
            remedy: `write it as ${name}.<domain>, for example ${name}.contoso.local`,
          },
        ];
      }
      if (fqdn.split('.')[0]?.toLowerCase() === name.toLowerCase()) return [];
      return [
        {
          path: at,
          problem: `'${fqdn}' does not begin with the server's name '${name}'`,
          remedy: `give the FQDN of ${name}, or correct servers[${index}].name`,
        },
      ];
    }),
};
