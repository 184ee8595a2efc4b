import { formatPath } from '../../schema';
import type { ServiceHosts } from '../namespaces';
import { sameName } from '../resources/equality';
import type { ServiceName } from '../services';
import type { Server } from '../site';
import type { Placement, Topology } from '../topology';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, withoutDuplicates, withVersion } from './rule';

const { V2007, V2010 } = ExchangeVersion;

/**
 * Sources: `legacy-table.ts`. To servers of Exchange 2010 and later, newer servers proxy, so that old and new servers
 * may share their names.
 */
export const legacyName: Rule = {
  id: 'legacy-name',
  severity: 'warning',
  description:
    'A server of Exchange 2007 beside newer ones has external names of its own for Outlook on the web and Exchange Web Services, because newer servers send clients there; beside 2010 also for ActiveSync, unless that is proxied. By a name that the newer servers share, nobody reaches the old server.',
  check: ({ topology: { placements } }) => {
    const shared = pairsOf(placements).flatMap(([old, newer]) =>
      sharedHosts(old, newer).map((hosts) => ({ old, newer, hosts })),
    );
    return withoutDuplicates(
      shared.map(({ old, hosts: { external, externalPath: path } }): Finding => {
        const others = shared.filter(
          (one) => one.old === old && formatPath(one.hosts.externalPath) === formatPath(path),
        );
        const versions = [...new Set(others.map(({ newer }) => newer.server.version.toString()))];
        return {
          path,
          problem: `'${external}' is the external name of servers of ${versions.join(' and ')} and of ${withVersion(old.server)}; clients whose mailboxes are still on the old server need another name, to which the newer ones send them`,
          remedy: `give ${old.server.name} a name of its own: namespaces: { client: 'legacy.contoso.com' }`,
        };
      }),
    );
  },
};

/** Whether this rule reports a name of a server. */
export function isSharedName({ placements }: Topology, server: Server, host: string): boolean {
  return pairsOf(placements).some(
    ([old, newer]) =>
      old.server === server && sharedHosts(old, newer).some(({ external }) => sameName(external, host)),
  );
}

/** Each server of 2007 with each newer one. */
function pairsOf(placements: readonly Placement[]): readonly (readonly [old: Placement, newer: Placement])[] {
  const isOld = ({ server }: Placement) => server.version === V2007;
  const newer = placements.filter((placement) => !isOld(placement));
  return placements.filter(isOld).flatMap((old) => newer.map((each) => [old, each] as const));
}

/** The external names that both servers have, of services whose clients the newer server sends to the old one. */
function sharedHosts(old: Placement, newer: Placement): readonly ServiceHosts[] {
  const services: readonly ServiceName[] =
    newer.server.version === V2010 ? ['owa', 'ews', 'activesync'] : ['owa', 'ews'];
  return services.flatMap((service) => {
    const [theirs, ours] = [newer, old].map(
      ({ directories }) => directories.find(({ row }) => row.service === service)?.hosts,
    );
    const isShared =
      ours !== undefined && ours.external !== '' && sameName(theirs?.external ?? '', ours.external);
    return isShared ? [ours] : [];
  });
}
