import { isPrivate } from '../addresses';
import { viewsOf } from '../dns-views';
import type { Rule } from './rule';

export const externalAddress: Rule = {
  id: 'external-address',
  severity: 'error',
  description:
    'The external view publishes public addresses only. External clients cannot reach a private address (RFC 1918, RFC 6598, RFC 4193), and it would reveal the internal network.',
  check: ({ site, recordSets }) =>
    viewsOf(site)
      .filter(({ side }) => side === 'external')
      .flatMap(({ path: at }) => {
        const names = new Map<string, string[]>();
        for (const { view, host, addresses } of recordSets) {
          if (view !== 'external') continue;
          for (const address of addresses.filter(isPrivate)) {
            names.set(address, [...(names.get(address) ?? []), host]);
          }
        }
        return [...names].map(([address, hosts]) => ({
          path: at,
          problem: `${hosts.join(', ')} would resolve to '${address}', a private address`,
          remedy: `declare what the names resolve to outside: publish of the server or its datacentre, { external: { virtualIp: '<public address>' } }, or publish of the view, or elsewhere; or leave the name out there with a reason: notPublished`,
        }));
      }),
};
