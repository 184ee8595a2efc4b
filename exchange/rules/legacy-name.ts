import { sameName } from '../resources/equality';
import type { ServiceName } from '../services';
import type { Placement } from '../topology';
import { ExchangeVersion } from '../versions';
import { type Finding, type Rule, saidOnce } from './rule';

const { V2007, V2010 } = ExchangeVersion;

/** Sources: `legacy-table.ts`. From Exchange 2010 on, newer servers proxy, so that old and new ones share their names. */
export const legacyName: Rule = {
  id: 'legacy-name',
  severity: 'warning',
  description:
    'A server of Exchange 2007 beside newer ones gives names of its own outside for Outlook on the web and Exchange Web Services, and for ActiveSync beside 2010 unless that is proxied: newer servers send clients there. By a name that these have themselves nobody gets to the old one.',
  check: ({ topology: { placements } }) =>
    saidOnce(
      placements
        .filter(({ server }) => server.version === V2007)
        .flatMap((old) =>
          placements.filter(({ server }) => server.version !== V2007).flatMap((newer) => shared(old, newer)),
        ),
    ),
};

function shared(old: Placement, newer: Placement): readonly Finding[] {
  const services: readonly ServiceName[] =
    newer.server.version === V2010 ? ['owa', 'ews', 'activesync'] : ['owa', 'ews'];
  return services.flatMap((service) => {
    const [theirs, ours] = [newer, old].map(
      ({ directories }) => directories.find(({ row }) => row.service === service)?.hosts,
    );
    return ours === undefined || ours.external === '' || !sameName(theirs?.external ?? '', ours.external)
      ? []
      : [
          {
            path: ours.externalPath,
            problem: `'${ours.external}' is given outside by servers of ${newer.server.version.toString()} and by ${old.server.name} (${old.server.version.toString()}), to which they send clients whose mailboxes are there still`,
            remedy: `give ${old.server.name} a name of its own: namespaces: { client: 'legacy.contoso.com' }`,
          },
        ];
  });
}
