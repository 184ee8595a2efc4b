import { formatPath, path, type Path } from '../schema';
import type { DeclaredText } from './declared-text';
import { ofDatacentre, ofServer, placeIn, scopeAndPlace, SITE, type Scope } from './name-place';
import type { PublishedName } from './published-name';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, MailProtocols, Server } from './site';
import { ExchangeVersion, type Lifespan } from './versions';

/** The word for a mail protocol in declarations and resource names. */
export type MailProtocolName = 'pop' | 'imap';

/** POP or IMAP: one row for each protocol. */
export interface MailProtocol {
  readonly protocol: MailProtocolName;
  readonly title: string;
  /** Noun of its cmdlets. */
  readonly noun: string;
  /** Its name in the services of a certificate. */
  readonly service: 'POP' | 'IMAP';
  /** The default ports, for TLS from the first byte and for STARTTLS. */
  readonly ports: { readonly tls: number; readonly startTls: number };
  /** Windows services that read the settings when they start, and the versions that have them; left out: all. */
  readonly windowsServices: readonly { readonly name: string; readonly lifespan?: Lifespan }[];
  /**
   * The versions that have `ExternalConnectionSettings` and `InternalConnectionSettings`, which tell users what to
   * enter in their mail programs.
   */
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

/** A declared mail protocol, with its host name and where that is declared. */
export interface DeclaredProtocol {
  readonly row: MailProtocol;
  readonly host: string;
  readonly path: Path;
  /** See `placeIn`: `mailProtocols.imap`, `datacentres.lisbon.mailProtocols.imap`. */
  readonly place: string;
  /**
   * The servers that it applies to, in the order of the declaration: those without a more specific declaration of the
   * protocol.
   */
  readonly servers: readonly Server[];
}

/** A level that can declare mail protocols: the site, a datacentre or a server. */
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

/** Every declared mail protocol, in the order of the declaration. */
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

/** The property of a scope that holds the names. */
const PLACE = 'mailProtocols';

/** Whether a published name is the name of a mail protocol only. */
export const isMailPlace = (place: string) => scopeAndPlace(place)[1].startsWith(`${PLACE}.`);

/** The declared names of mail protocols. */
export function mailHosts(site: ExchangeSiteProps): readonly DeclaredText[] {
  return declaredProtocols(site).map(({ host, path: at }) => ({ text: host, path: at }));
}

/**
 * The names of mail protocols to publish in DNS. They are published on both sides of the firewall, since people enter
 * them in their mail programs wherever they are.
 */
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

/** The value of `ExternalConnectionSettings`, sorted as Terraform sorts a set. */
export function connectionSettings({ ports }: MailProtocol, host: string): readonly string[] {
  return [`${host}:${ports.startTls}:TLS`, `${host}:${ports.tls}:SSL`];
}
