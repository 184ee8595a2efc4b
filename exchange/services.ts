import { ExchangeVersion } from './versions/version';
import type { Lifespan } from './versions/lifespan';

/**
 * The client access services that have a virtual directory, one row each. Bindings, provider schema, declaration, URLs,
 * lab and documents come from this table; a new kind is a new row.
 */
export interface VirtualDirectoryService<Name extends string = string> {
  /** The word for it in declarations and resource names. */
  readonly service: Name;
  readonly title: string;
  /** The versions whose servers have it. */
  readonly lifespan: Lifespan;
  /** A remark on what replaced it, for people who declare it for a version without it. */
  readonly successor?: string;
  /** Noun of its cmdlets. */
  readonly noun: string;
  /** Name of the directory before ` (Default Web Site)`. */
  readonly directory: string;
  /** Path of its URLs. */
  readonly path: string;
  /** Whether its cmdlet takes InternalUrl and ExternalUrl. */
  readonly hasUrls: boolean;
  /** The versions whose cmdlet takes FailbackUrl. Left out: none. */
  readonly failback?: Lifespan;
  /** The IIS authentication switches that its cmdlet accepts, and the parameter of each. */
  readonly authentication: { readonly [attribute: string]: string };
  /** Versions whose cmdlet accepts a switch. Left out: all versions that have the service. */
  readonly switchLifespans?: { readonly [attribute: string]: Lifespan };
  /** Whether its cmdlet has the list parameter IISAuthenticationMethods, which 2013 requires in every call. */
  readonly authenticationMethods: boolean;
  /**
   * Whether its cmdlet has `Force`, which answers its question whether to go on, for example where a host does not
   * resolve yet.
   */
  readonly takesForce: boolean;
  /** What fails for clients without a URL of the service. Left out: nothing. */
  readonly withoutUrl?: string;
  /**
   * The health set whose proxy probe shows that the service answers on the server itself, in versions with health sets.
   * Null where there is none.
   */
  readonly healthSet: string | null;
}

const basic = { basic_authentication: 'BasicAuthentication' };
const windows = { windows_authentication: 'WindowsAuthentication' };
const oauth = { oauth_authentication: 'OAuthAuthentication' };

const since2007: Lifespan = { since: ExchangeVersion.V2007 };
const since2010: Lifespan = { since: ExchangeVersion.V2010 };
const oauthSince2013 = { oauth_authentication: { since: ExchangeVersion.V2013 } };
const oauthSince2019 = { oauth_authentication: { since: ExchangeVersion.V2019 } };

/**
 * Paths and nouns: Microsoft's pages of the `Set-*VirtualDirectory` cmdlets, which name the versions too. Those of 2007:
 * https://learn.microsoft.com/previous-versions/office/exchange-server-2007/
 */
const ROWS = [
  {
    service: 'owa',
    title: 'Outlook on the web',
    lifespan: since2007,
    noun: 'OwaVirtualDirectory',
    directory: 'owa',
    path: '/owa',
    hasUrls: true,
    failback: since2010,
    authentication: { forms_authentication: 'FormsAuthentication', ...basic, ...windows, ...oauth },
    switchLifespans: oauthSince2013,
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'OWA.Proxy',
  },
  {
    service: 'ecp',
    title: 'Exchange admin center',
    lifespan: since2010,
    noun: 'EcpVirtualDirectory',
    directory: 'ecp',
    path: '/ecp',
    hasUrls: true,
    authentication: { forms_authentication: 'FormsAuthentication', ...basic, ...windows, ...oauth },
    switchLifespans: oauthSince2019,
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'ECP.Proxy',
  },
  {
    service: 'activesync',
    title: 'Exchange ActiveSync',
    lifespan: since2007,
    noun: 'ActiveSyncVirtualDirectory',
    directory: 'Microsoft-Server-ActiveSync',
    path: '/Microsoft-Server-ActiveSync',
    hasUrls: true,
    authentication: {
      basic_authentication: 'BasicAuthEnabled',
      windows_authentication: 'WindowsAuthEnabled',
    },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'ActiveSync.Proxy',
  },
  {
    service: 'ews',
    title: 'Exchange Web Services',
    lifespan: since2007,
    noun: 'WebServicesVirtualDirectory',
    directory: 'EWS',
    path: '/EWS/Exchange.asmx',
    hasUrls: true,
    authentication: { ...basic, ...windows, ...oauth },
    switchLifespans: oauthSince2013,
    authenticationMethods: false,
    takesForce: true,
    withoutUrl:
      'Outlook finds neither out-of-office replies nor the availability of others (free/busy times, rooms)',
    healthSet: 'EWS.Proxy',
  },
  {
    service: 'oab',
    title: 'Offline address book',
    lifespan: since2007,
    noun: 'OabVirtualDirectory',
    directory: 'OAB',
    path: '/OAB',
    hasUrls: true,
    authentication: { ...basic, ...windows, ...oauth },
    switchLifespans: oauthSince2013,
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'OAB.Proxy',
  },
  {
    service: 'mapi',
    title: 'MAPI over HTTP',
    lifespan: { since: ExchangeVersion.V2013, sinceUpdate: 'SP1' },
    noun: 'MapiVirtualDirectory',
    directory: 'mapi',
    path: '/mapi',
    hasUrls: true,
    authentication: {},
    authenticationMethods: true,
    takesForce: false,
    healthSet: 'OutlookMapiHttp.Proxy',
  },
  {
    service: 'um',
    title: 'Unified Messaging',
    lifespan: { since: ExchangeVersion.V2007, last: ExchangeVersion.V2007 },
    successor: 'Exchange 2010 moved it into Exchange Web Services (ews)',
    noun: 'UMVirtualDirectory',
    directory: 'UnifiedMessaging',
    path: '/UnifiedMessaging/Service.asmx',
    hasUrls: true,
    authentication: { ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: null,
  },
  {
    service: 'powershell',
    title: 'Exchange PowerShell',
    lifespan: since2010,
    noun: 'PowerShellVirtualDirectory',
    directory: 'PowerShell',
    path: '/PowerShell',
    hasUrls: true,
    authentication: { ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'RPS.Proxy',
  },
  {
    service: 'autodiscover',
    title: 'Autodiscover',
    lifespan: since2007,
    noun: 'AutodiscoverVirtualDirectory',
    directory: 'Autodiscover',
    path: '/Autodiscover/Autodiscover.xml',
    hasUrls: false,
    authentication: { ...basic, ...windows, ...oauth },
    switchLifespans: oauthSince2013,
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'Autodiscover.Proxy',
  },
] as const satisfies readonly VirtualDirectoryService[];

export type ServiceName = (typeof ROWS)[number]['service'];

/** Services that Managed Availability monitors. */
export type WatchedService = Extract<(typeof ROWS)[number], { readonly healthSet: string }>['service'];

type Row<Name extends ServiceName> = Extract<(typeof ROWS)[number], { readonly service: Name }>;

/**
 * Services with authentication switches, except remote PowerShell: a site never changes how administrators sign in to
 * it.
 */
export type AuthenticatedService = Exclude<
  Extract<(typeof ROWS)[number], { readonly authenticationMethods: false }>['service'],
  'powershell'
>;

/** The switches of authentication of a service, in the words of declarations: `basic`, `windows`, `forms`. */
export type SwitchOf<Name extends AuthenticatedService> =
  keyof Row<Name>['authentication'] extends infer Attribute
    ? Attribute extends `${infer Word}_authentication`
      ? Word
      : never
    : never;

/** The services of all versions, in the order in which they are listed and set. */
export const SERVICES: readonly VirtualDirectoryService<ServiceName>[] = ROWS;

/** Outlook Anywhere has no URL and no row above, but a health set of its own. */
export const OUTLOOK_ANYWHERE_HEALTH_SET = 'Outlook.Proxy';

/** Managed availability came with 2013: https://learn.microsoft.com/exchange/high-availability/managed-availability/health-sets */
export const HEALTH_SETS_LIFESPAN: Lifespan = { since: ExchangeVersion.V2013 };

/** The attribute of a switch, by its word in declarations: `basic` is `basic_authentication`. */
export function switchesOf({ authentication }: VirtualDirectoryService): { readonly [word: string]: string } {
  return Object.fromEntries(
    Object.keys(authentication).map((attribute) => [attribute.replace(/_authentication$/, ''), attribute]),
  );
}

/** See the type of the same name. */
export const AUTHENTICATED_SERVICES = SERVICES.filter(
  ({ service, authenticationMethods }) => !authenticationMethods && service !== 'powershell',
);

export function serviceNamed(name: ServiceName): VirtualDirectoryService<ServiceName> {
  const found = SERVICES.find((row) => row.service === name);
  if (found === undefined) throw new TypeError(`There is no client access service '${name}'.`);
  return found;
}
