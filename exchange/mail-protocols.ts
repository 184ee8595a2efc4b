import { path, type Path } from '../schema';
import type { DeclaredText } from './declared-text';
import type { PublishedName } from './namespaces';
import type { ExchangeSiteProps } from './site';
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
  /** Windows services that take the settings when they start; the second, of the back end, is there from 2013 on. */
  readonly windowsServices: readonly string[];
  /** The versions that keep what programs are told, `ExternalConnectionSettings` and the internal ones. */
  readonly connections: Lifespan;
}

const since2010: Lifespan = { since: ExchangeVersion.V2010 };

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
    windowsServices: ['MSExchangePOP3', 'MSExchangePOP3BE'],
    connections: since2010,
  },
  {
    protocol: 'imap',
    title: 'IMAP4',
    noun: 'ImapSettings',
    service: 'IMAP',
    ports: { tls: 993, startTls: 143 },
    windowsServices: ['MSExchangeIMAP4', 'MSExchangeIMAP4BE'],
    connections: since2010,
  },
];

/** A mail protocol that is declared, its name, and where that stands. */
export interface DeclaredProtocol {
  readonly row: MailProtocol;
  readonly host: string;
  readonly path: Path;
}

export function declaredProtocols({ mailProtocols = {} }: ExchangeSiteProps): readonly DeclaredProtocol[] {
  return MAIL_PROTOCOLS.flatMap((row) => {
    const declared = mailProtocols[row.protocol];
    return declared === undefined
      ? []
      : [{ row, host: declared.host, path: path('mailProtocols', row.protocol, 'host') }];
  });
}

const PLACE = 'mailProtocols.';

/** Whether a published name is that of a mail protocol, and of no service besides. */
export const isMailPlace = (place: string) => place.startsWith(PLACE);

/** Their names as they are declared. */
export function mailHosts(site: ExchangeSiteProps): readonly DeclaredText[] {
  return declaredProtocols(site).map(({ host, path: at }) => ({ text: host, path: at }));
}

/** Their names as DNS holds them, on both sides: people type them into their programs wherever they are. */
export function mailNames(site: ExchangeSiteProps): readonly PublishedName[] {
  return declaredProtocols(site).map(({ row, host, path: at }) => ({
    host,
    path: at,
    place: `${PLACE}${row.protocol}`,
    servers: site.servers,
    sides: new Set(['internal', 'external']),
  }));
}

/** What programs are told, as `ExternalConnectionSettings` has it; in the order in which Terraform keeps a set. */
export function connectionSettings({ ports }: MailProtocol, host: string): readonly string[] {
  return [`${host}:${ports.startTls}:TLS`, `${host}:${ports.tls}:SSL`];
}
