import { sameUrl } from './resources/equality';
import type { ServiceName } from './services';
import { urlOf } from './namespaces';
import type { Placement } from './topology';
import { ExchangeVersion } from './versions';

/** What a client experiences that asks a newer server for a mailbox on an older one. */
export interface LegacyClient {
  readonly old: ExchangeVersion;
  readonly newer: ExchangeVersion;
  readonly client: string;
  /** The old servers that it applies to, in the order of the rollout. */
  readonly servers: readonly string[];
  readonly sees: string;
  /** Where it is documented. */
  readonly source: string;
}

/** The URLs of a service on an old server. The external one is empty where the server has none. */
interface Urls {
  readonly internal: string;
  readonly external: string;
  /** Whether a newer server has the same external name. */
  readonly isShared: boolean;
}

interface Row {
  readonly client: string;
  readonly source: string;
  /** Undefined where nothing is documented for such URLs. */
  readonly sees: string | { readonly of: ServiceName; readonly by: (urls: Urls) => string | undefined };
}

const { V2007, V2010, V2013 } = ExchangeVersion;

/** Understanding Proxying and Redirection */
const PROXYING =
  'https://learn.microsoft.com/previous-versions/exchange-server/exchange-140/bb310763(v=exchg.140)';
const ACTIVESYNC =
  'https://techcommunity.microsoft.com/t5/exchange-team-blog/upgrading-exchange-activesync-to-exchange-2010/ba-p/596466';
/** At its end: coexistence with Exchange 2007 and 2010 */
const SSL_OFFLOADING =
  'https://learn.microsoft.com/exchange/configuring-ssl-offloading-in-exchange-2013-exchange-2013-help';
const DEPLOYMENT = 'notes of a deployment of Exchange 2010 beside 2007';

/** Undefined where newer servers share the name: a redirect to it would not reach the old server. */
const redirected = ({ external, isShared }: Urls) =>
  external === '' || isShared ? undefined : `is redirected to ${external}`;

/** Contains only what its sources document: a client, or a whole pair of versions, may be missing. */
const TABLE: readonly {
  readonly old: ExchangeVersion;
  readonly newer: ExchangeVersion;
  readonly rows: readonly Row[];
}[] = [
  {
    old: V2007,
    newer: V2010,
    rows: [
      {
        client: 'Outlook on the web',
        source: PROXYING,
        sees: {
          of: 'owa',
          by: (urls) => {
            const to = redirected(urls);
            return to && `${to}, with a second sign-in unless both servers sign in by forms`;
          },
        },
      },
      {
        client: 'Exchange Control Panel',
        source: DEPLOYMENT,
        sees: 'is not in Exchange 2007: a mailbox has it once it has moved',
      },
      {
        client: 'ActiveSync, a device that knows Autodiscover',
        source: ACTIVESYNC,
        sees: {
          of: 'activesync',
          by: ({ internal, external }) =>
            external === '' ? `is proxied to ${internal}/Proxy` : `gets HTTP 451 with ${external}`,
        },
      },
      {
        client: 'ActiveSync, another device',
        source: ACTIVESYNC,
        sees: { of: 'activesync', by: ({ internal }) => `is proxied to ${internal}/Proxy` },
      },
      {
        client: 'Exchange Web Services',
        source: DEPLOYMENT,
        sees: {
          of: 'ews',
          by: ({ internal, external }) =>
            external === ''
              ? `is given ${internal} by Autodiscover`
              : `is given ${external} by Autodiscover; requests to the newer server are not redirected`,
        },
      },
      { client: 'Outlook Anywhere', source: DEPLOYMENT, sees: 'is proxied to the old mailbox server' },
      { client: 'POP and IMAP', source: DEPLOYMENT, sees: 'is proxied' },
      {
        client: 'Outlook inside (MAPI)',
        source: DEPLOYMENT,
        sees: 'connects to the old mailbox server itself',
      },
    ],
  },
  {
    old: V2007,
    newer: V2013,
    rows: [
      { client: 'Outlook on the web', source: SSL_OFFLOADING, sees: { of: 'owa', by: redirected } },
      { client: 'Exchange Web Services', source: SSL_OFFLOADING, sees: { of: 'ews', by: redirected } },
      { client: 'ActiveSync', source: SSL_OFFLOADING, sees: 'is proxied' },
      { client: 'Outlook Anywhere', source: SSL_OFFLOADING, sees: 'is proxied' },
      { client: 'Autodiscover', source: SSL_OFFLOADING, sees: 'is proxied' },
    ],
  },
  {
    old: V2010,
    newer: V2013,
    rows: [
      {
        client: 'Outlook on the web',
        source: SSL_OFFLOADING,
        sees: { of: 'owa', by: (urls) => (urls.external === '' ? 'is proxied' : redirected(urls)) },
      },
    ],
  },
];

/**
 * For each pair of an old and a newer version in the site: what clients of mailboxes on the old servers experience,
 * with the declared names.
 */
export function legacyTable(placements: readonly Placement[]): readonly LegacyClient[] {
  const running = (version: ExchangeVersion) => placements.filter(({ server }) => server.version === version);
  return TABLE.flatMap(({ old, newer, rows }) => {
    const [olds, newers] = [running(old), running(newer)];
    if (newers.length === 0) return [];
    return rows.flatMap(({ client, source, sees }) => {
      const servers = new Map<string, string[]>();
      for (const placement of olds) {
        const seen = typeof sees === 'string' ? sees : sees.by(urlsOf(placement, sees.of, newers));
        if (seen !== undefined) servers.set(seen, [...(servers.get(seen) ?? []), placement.server.name]);
      }
      return [...servers].map(([seen, of]) => ({ old, newer, client, servers: of, sees: seen, source }));
    });
  });
}

function urlsOf(placement: Placement, service: ServiceName, newers: readonly Placement[]): Urls {
  const urlOn = ({ directories }: Placement, side: 'internal' | 'external') =>
    urlOf(service, directories.find(({ row }) => row.service === service)?.hosts?.[side] ?? '');
  const external = urlOn(placement, 'external');
  return {
    internal: urlOn(placement, 'internal'),
    external,
    isShared: external !== '' && newers.some((newer) => sameUrl(urlOn(newer, 'external'), external)),
  };
}
