/**
 * The client access services that have a virtual directory, one row each. Bindings, provider schema, URLs, lab and
 * documents come from this table; a new kind is a new row.
 */
export interface VirtualDirectoryService {
  /** The word for it in declarations and resource names. */
  readonly service: ServiceName;
  readonly title: string;
  /** Noun of its cmdlets. */
  readonly noun: string;
  /** Name of the directory before ` (Default Web Site)`. */
  readonly directory: string;
  /** Path of its URLs. */
  readonly path: string;
  /** Whether its cmdlet takes InternalUrl and ExternalUrl, in versions from 2013 on. */
  readonly hasUrls: boolean;
  /** Switches of IIS authentication that its cmdlet takes, and the parameter of each. */
  readonly authentication: { readonly [attribute: string]: string };
  /** Whether its cmdlet takes a list IISAuthenticationMethods, which 2013 wants in every call. */
  readonly authenticationMethods: boolean;
  /** Its cmdlet may ask whether to go on, for example where a host does not resolve yet; `Force` answers. */
  readonly takesForce: boolean;
  /** The health set whose proxy probe shows that the service answers on the server itself; null: none. */
  readonly healthSet: string | null;
}

export type ServiceName =
  'owa' | 'ecp' | 'activesync' | 'ews' | 'oab' | 'mapi' | 'powershell' | 'autodiscover';

const basic = { basic_authentication: 'BasicAuthentication' };
const windows = { windows_authentication: 'WindowsAuthentication' };

/** Paths and nouns: Microsoft's pages of the `Set-*VirtualDirectory` cmdlets. */
export const SERVICES: readonly VirtualDirectoryService[] = [
  {
    service: 'owa',
    title: 'Outlook on the web',
    noun: 'OwaVirtualDirectory',
    directory: 'owa',
    path: '/owa',
    hasUrls: true,
    authentication: { forms_authentication: 'FormsAuthentication', ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'OWA.Proxy',
  },
  {
    service: 'ecp',
    title: 'Exchange admin center',
    noun: 'EcpVirtualDirectory',
    directory: 'ecp',
    path: '/ecp',
    hasUrls: true,
    authentication: { forms_authentication: 'FormsAuthentication', ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'ECP.Proxy',
  },
  {
    service: 'activesync',
    title: 'Exchange ActiveSync',
    noun: 'ActiveSyncVirtualDirectory',
    directory: 'Microsoft-Server-ActiveSync',
    path: '/Microsoft-Server-ActiveSync',
    hasUrls: true,
    authentication: {},
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'ActiveSync.Proxy',
  },
  {
    service: 'ews',
    title: 'Exchange Web Services',
    noun: 'WebServicesVirtualDirectory',
    directory: 'EWS',
    path: '/EWS/Exchange.asmx',
    hasUrls: true,
    authentication: { ...basic, ...windows },
    authenticationMethods: false,
    takesForce: true,
    healthSet: 'EWS.Proxy',
  },
  {
    service: 'oab',
    title: 'Offline address book',
    noun: 'OabVirtualDirectory',
    directory: 'OAB',
    path: '/OAB',
    hasUrls: true,
    authentication: { ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'OAB.Proxy',
  },
  {
    service: 'mapi',
    title: 'MAPI over HTTP',
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
    service: 'powershell',
    title: 'Exchange PowerShell',
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
    noun: 'AutodiscoverVirtualDirectory',
    directory: 'Autodiscover',
    path: '/Autodiscover/Autodiscover.xml',
    hasUrls: false,
    authentication: { ...basic, ...windows },
    authenticationMethods: false,
    takesForce: false,
    healthSet: 'Autodiscover.Proxy',
  },
];

/** Outlook Anywhere has no URL and no row above, but a health set of its own. */
export const OUTLOOK_ANYWHERE_HEALTH_SET = 'Outlook.Proxy';

export function serviceNamed(name: ServiceName): VirtualDirectoryService {
  const found = SERVICES.find((row) => row.service === name);
  if (found === undefined) throw new TypeError(`There is no client access service '${name}'.`);
  return found;
}
