import { isPrivate } from '../addresses';
import { viewsOf } from '../dns-views';
import type { Rule } from './rule';

export const externalAddress: Rule = {
  id: 'external-address',
  severity: 'error',
  description:
    'What the external view answers is an address of the internet: clients outside reach no private one (RFC 1918, RFC 6598, RFC 4193), and it tells them of the network inside.',
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
          problem: `${hosts.join(', ')} would stand for '${address}', a private address`,
          remedy: `say what the names stand for outside: publish of the server or its datacentre, { external: { virtualIp: '<public address>' } }, or publish of the view, or elsewhere; or leave the name out there with a reason: notPublished`,
        }));
      }),
};
