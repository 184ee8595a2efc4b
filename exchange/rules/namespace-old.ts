import { serversBehind } from '../dns-records';
import { viewsOf } from '../dns-views';
import { scopeAndPlace } from '../name-place';
import { publishedAs } from '../publishing';
import { ExchangeVersion } from '../versions';
import { isSharedName } from './legacy-name';
import type { Rule } from './rule';

/**
 * Where the names lead in a mixed organization:
 * https://techcommunity.microsoft.com/blog/exchange/client-connectivity-in-an-exchange-2016-coexistence-environment-with-exchange-20/603945
 */
export const namespaceOld: Rule = {
  id: 'namespace-old',
  severity: 'warning',
  description:
    'A name of servers of Exchange 2013 or later does not also resolve to an older server. The newer servers answer for both, and pass on requests for mailboxes on older servers.',
  check: ({ site, topology }) =>
    topology.published.flatMap((published) => {
      const { host, path, place } = published;
      const led = viewsOf(site).flatMap((view) => {
        const servers = serversBehind(site, view, published);
        const old = servers.filter(({ version }) => !version.isAtLeast(ExchangeVersion.V2013));
        return old.length === servers.length
          ? []
          : old.filter(
              (server) =>
                publishedAs(site, server, view).loadBalancer === undefined &&
                // The rule legacy-name reports such a name already.
                !isSharedName(topology, server, host),
            );
      });
      const names = [...new Set(led.map(({ name }) => name))];
      return names.length === 0
        ? []
        : [
            {
              path,
              problem: `'${host}' resolves to ${names.join(', ')}, too, beside newer servers that should answer for all`,
              // What an old server hands out as its own Autodiscover name must lead to the newer servers all the same.
              remedy: `${scopeAndPlace(place)[1].split('.')[0] === 'client' ? `give the old servers a name of their own, in each of them and not in the site: namespaces: { client: 'legacy.contoso.com' }; or ` : ''}declare in the DNS view what the name resolves to: elsewhere: { '${host}': '<address of the newer servers>' }`,
            },
          ];
    }),
};
