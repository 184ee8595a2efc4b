import { formatPath, path, type Path } from '../schema';
import type { DeclaredText } from './declared-text';
import { ofDatacentre, ofServer, placeIn, scopeAndPlace, SITE, type Scope } from './name-place';
import type { PublishedName } from './published-name';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, MailProtocols, Server } from './site';
import { ExchangeVersion, type Lifespan } from './versions';

/** The word for a mail protocol in declarations and resource names. */
export type MailProtocolName = 'pop' | 'imap';

/** A protocol by which programs fetch mail, one row each. */
export interface MailProtocol {
  readonly protocol: MailProtocolName;
  readonly title: string;
  /** Noun of its cmdlets. */
  readonly noun: string;
  /** The word for it among the services of a certificate. */
  readonly service: 'POP' | 'IMAP';
  /** Ports on which Setup has it answer: TLS from the start, and STARTTLS. */
  readonly ports: { readonly tls: number; readonly startTls: number };
  /** Windows services that take the settings when they start, and the versions that have them; left out: all. */
  readonly windowsServices: readonly { readonly name: string; readonly lifespan?: Lifespan }[];
  /** The versions that keep what programs are told, `ExternalConnectionSettings` and the internal ones. */
  readonly connections: Lifespan;
}

const since2010: Lifespan = { since: ExchangeVersion.V2010 };
const since2013: Lifespan = { since: ExchangeVersion.V2013 };

/**
 * Ports: the defaults of SSLBindings and UnencryptedOrTLSBindings on the pages of the cmdlets. Services:
 * https://learn.microsoft.com/exchange/clients/pop3-and-imap4/configure-pop3 and configure-imap4
 */
export const MAIL_PROTOCOLS: readonly MailProtocol[] = [
  {
    protocol: 'pop',
    title: 'POP3',
    noun: 'PopSettings',
    service: 'POP',
    ports: { tls: 995, startTls: 110 },
    windowsServices: [{ name: 'MSExchangePOP3' }, { name: 'MSExchangePOP3BE', lifespan: since2013 }],
    connections: since2010,
  },
  {
    protocol: 'imap',
    title: 'IMAP4',
    noun: 'ImapSettings',
    service: 'IMAP',
    ports: { tls: 993, startTls: 143 },
    windowsServices: [{ name: 'MSExchangeIMAP4' }, { name: 'MSExchangeIMAP4BE', lifespan: since2013 }],
    connections: since2010,
  },
];

/** A mail protocol that is declared, its name, and where that stands. */
export interface DeclaredProtocol {
  readonly row: MailProtocol;
  readonly host: string;
  readonly path: Path;
  /** See `placeIn`: `mailProtocols.imap`, `datacentres.lisbon.mailProtocols.imap`. */
  readonly place: string;
  /** Those for which it counts, in the order of the declaration: of a nearer one there is another name for it. */
  readonly servers: readonly Server[];
}

/** Where mail protocols may stand: in the site, a datacentre, a server. */
interface Level {
  readonly scope: Scope;
  readonly path: Path;
  readonly declared: MailProtocols | undefined;
}

/** In the order of the declaration. */
function levelsOf({ mailProtocols, datacentres = {}, servers }: ExchangeSiteProps): readonly Level[] {
  return [
    { scope: SITE, path: path('mailProtocols'), declared: mailProtocols },
    ...Object.entries(datacentres).map(([name, { mailProtocols: declared }]) => ({
      scope: ofDatacentre(name),
      path: path('datacentres', name, 'mailProtocols'),
      declared,
    })),
    ...servers.map(({ name, mailProtocols: declared }, index) => ({
      scope: ofServer(name),
      path: path('servers', index, 'mailProtocols'),
      declared,
    })),
  ];
}

/** Every one that is declared, in the order of the declaration. */
export function declaredProtocols(site: ExchangeSiteProps): readonly DeclaredProtocol[] {
  const counts = (server: Server, protocol: MailProtocolName, at: Path) => {
    const nearest = saidOf(site, server, 'mailProtocols').find(({ value }) => value[protocol] !== undefined);
    return nearest !== undefined && formatPath(nearest.path) === formatPath(at);
  };
  return levelsOf(site).flatMap(({ scope, path: at, declared }) =>
    MAIL_PROTOCOLS.flatMap((row): readonly DeclaredProtocol[] => {
      const options = declared?.[row.protocol];
      if (options === undefined) return [];
      return [
        {
          row,
          host: options.host,
          path: [...at, ...path(row.protocol, 'host')],
          place: placeIn(scope, PLACE, row.protocol),
          servers: site.servers.filter((server) => counts(server, row.protocol, at)),
        },
      ];
    }),
  );
}

/** Where the names stand in a scope. */
const PLACE = 'mailProtocols';

/** Whether a published name is that of a mail protocol, and of no service besides. */
export const isMailPlace = (place: string) => scopeAndPlace(place)[1].startsWith(`${PLACE}.`);

/** Their names as they are declared. */
export function mailHosts(site: ExchangeSiteProps): readonly DeclaredText[] {
  return declaredProtocols(site).map(({ host, path: at }) => ({ text: host, path: at }));
}

/** Their names as DNS holds them, on both sides: people type them into their programs wherever they are. */
export function mailNames(site: ExchangeSiteProps): readonly PublishedName[] {
  return declaredProtocols(site)
    .filter(({ servers }) => servers.length > 0)
    .map(({ host, path: at, place, servers }) => ({
      host,
      path: at,
      place,
      servers,
      sides: new Set(['internal', 'external']),
    }));
}

/** What programs are told, as `ExternalConnectionSettings` has it; in the order in which Terraform keeps a set. */
export function connectionSettings({ ports }: MailProtocol, host: string): readonly string[] {
  return [`${host}:${ports.startTls}:TLS`, `${host}:${ports.tls}:SSL`];
}
