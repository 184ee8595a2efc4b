import { serviceNamed, type ServiceName } from '../../exchange/services';
import { ExchangeVersion, type Lifespan } from '../../exchange/versions';
import type { DirectoryClass } from './objects/directory';
import type { Settings } from './state';

/** A kind of virtual directory: how Setup creates it, and how its objects look. */
export interface VirtualDirectoryKind {
  /** Noun without `VirtualDirectory`. */
  readonly kind: string;
  readonly lifespan: Lifespan;
  /** The name in IIS, as Setup spells it. */
  readonly path: string;
  readonly directoryClass: DirectoryClass;
  /** The InternalUrl that Setup sets; null where it sets none. */
  readonly internalUrl: (fqdn: string, version: ExchangeVersion) => string | null;
  /** The settings of a new directory in Active Directory. */
  readonly defaults: (version: ExchangeVersion) => Settings;
  /** The settings in IIS, which are shown only where the server itself is asked. */
  readonly iis: (version: ExchangeVersion) => Settings;
}

const CONFIGURATION = 'Microsoft.Exchange.Data.Directory.SystemConfiguration';

function directoryClass(
  type: string,
  parents: readonly string[],
  category: string,
  ldapClass: string,
): DirectoryClass {
  return {
    typeNames: [
      type,
      ...parents,
      'ExchangeVirtualDirectory',
      'ADVirtualDirectory',
      'ADConfigurationObject',
    ].map((name) => `${CONFIGURATION}.${name}`),
    category,
    objectClass: ['top', 'msExchVirtualDirectory', ldapClass],
    version: [10, '14.0.100.0'],
  };
}

const https = (path: string) => (fqdn: string) => `https://${fqdn}/${path}`;

/** Settings of all kinds. The authentication flags come from IIS, so that a read of the directory only shows false. */
const EVERY_KIND: Settings = {
  BasicAuthentication: false,
  DigestAuthentication: false,
  WindowsAuthentication: false,
  ExtendedProtectionTokenChecking: 'None',
  ExtendedProtectionFlags: [],
  ExtendedProtectionSPNList: [],
};

/** The versions and the name with which the table of services says that Setup makes the directory. */
function hostedAs(service: ServiceName): Pick<VirtualDirectoryKind, 'kind' | 'lifespan' | 'path'> {
  const { noun, lifespan, directory } = serviceNamed(service);
  return { kind: noun.replace(/VirtualDirectory$/, ''), lifespan, path: directory };
}

const WEB_SERVICE_METHODS = ['Ntlm', 'WindowsIntegrated', 'WSSecurity'];
const since2013 = (version: ExchangeVersion) => version.isAtLeast(ExchangeVersion.V2013);
/** Adds properties that came with 2013: OAuth, AD FS and new ones of Outlook on the web. */
const of2013 = (version: ExchangeVersion, settings: Settings): Settings =>
  since2013(version) ? settings : {};
const withOAuth = (version: ExchangeVersion, methods: readonly string[]) =>
  since2013(version) ? [...methods, 'OAuth'] : [...methods];

/**
 * Defaults: https://learn.microsoft.com/exchange/clients/default-virtual-directory-settings and the output of an
 * Exchange 2016 server for OWA and EWS. Values of 2007 and 2010 that differ are marked where they are known.
 */
export const VIRTUAL_DIRECTORY_KINDS: readonly VirtualDirectoryKind[] = [
  {
    ...hostedAs('owa'),
    directoryClass: directoryClass(
      'ADOwaVirtualDirectory',
      ['ExchangeWebAppVirtualDirectory'],
      'ms-Exch-OWA-Virtual-Directory',
      'msExchOWAVirtualDirectory',
    ),
    internalUrl: https('owa'),
    defaults: (version) => ({
      ...EVERY_KIND,
      FormsAuthentication: false,
      ...of2013(version, { AdfsAuthentication: false, OAuthAuthentication: false }),
      DefaultDomain: '',
      LogonFormat: 'FullDomain',
      GzipLevel: 'Off',
      InternalAuthenticationMethods: ['Basic', 'Fba'],
      ExternalAuthenticationMethods: ['Fba'],
      ...(version.isAtLeast(ExchangeVersion.V2010) ? { FailbackUrl: null } : {}),
      Exchange2003Url: null,
      ...of2013(version, { ExternalDownloadHostName: null, InternalDownloadHostName: null }),
      InstantMessagingEnabled: true,
      InstantMessagingType: 'None',
      LogonPagePublicPrivateSelectionEnabled: false,
      LogonPageLightSelectionEnabled: false,
      ...of2013(version, { SetPhotoURL: '' }),
      WebSite: '',
    }),
    iis: () => ({
      BasicAuthentication: true,
      FormsAuthentication: true,
      GzipLevel: 'High',
      WebSite: 'Default Web Site',
    }),
  },
  {
    ...hostedAs('ecp'),
    directoryClass: directoryClass(
      'ADEcpVirtualDirectory',
      ['ExchangeWebAppVirtualDirectory'],
      'ms-Exch-ECP-Virtual-Directory',
      'msExchECPVirtualDirectory',
    ),
    internalUrl: https('ecp'),
    defaults: (version) => ({
      ...EVERY_KIND,
      FormsAuthentication: false,
      ...of2013(version, { AdfsAuthentication: false }),
      DefaultDomain: '',
      GzipLevel: 'Off',
      InternalAuthenticationMethods: ['Basic', 'Fba'],
      ExternalAuthenticationMethods: ['Fba'],
      AdminEnabled: true,
      OwaOptionsEnabled: true,
      WebSite: '',
    }),
    iis: () => ({
      BasicAuthentication: true,
      FormsAuthentication: true,
      GzipLevel: 'High',
      WebSite: 'Default Web Site',
    }),
  },
  {
    ...hostedAs('activesync'),
    directoryClass: directoryClass(
      'ADMobileVirtualDirectory',
      [],
      'ms-Exch-Mobile-Virtual-Directory',
      'msExchMobileVirtualDirectory',
    ),
    internalUrl: https('Microsoft-Server-ActiveSync'),
    defaults: () => ({
      MobileClientFlags: 'BadItemReportingEnabled, SendWatsonReport',
      MobileClientCertificateProvisioningEnabled: false,
      BadItemReportingEnabled: true,
      SendWatsonReport: true,
      MobileClientCertificateAuthorityURL: null,
      ActiveSyncServer: null,
      RemoteDocumentsActionForUnknownServers: 'Allow',
      RemoteDocumentsAllowedServers: [],
      RemoteDocumentsBlockedServers: [],
      RemoteDocumentsInternalDomainSuffixList: [],
      InternalAuthenticationMethods: [],
      ExternalAuthenticationMethods: [],
      ExtendedProtectionTokenChecking: 'None',
      ExtendedProtectionFlags: [],
      ExtendedProtectionSPNList: [],
      BasicAuthEnabled: false,
      WindowsAuthEnabled: false,
      CompressionEnabled: false,
      ClientCertAuth: 'Ignore',
      WebsiteName: '',
      WebSiteSSLEnabled: false,
      VirtualDirectoryName: 'Microsoft-Server-ActiveSync',
    }),
    iis: () => ({ BasicAuthEnabled: true, WebSiteSSLEnabled: true, WebsiteName: 'Default Web Site' }),
  },
  {
    ...hostedAs('ews'),
    directoryClass: directoryClass(
      'ADWebServicesVirtualDirectory',
      ['ADExchangeServiceVirtualDirectory'],
      'ms-Exch-Web-Services-Virtual-Directory',
      'msExchWebServicesVirtualDirectory',
    ),
    internalUrl: https('EWS/Exchange.asmx'),
    defaults: (version) => ({
      ...EVERY_KIND,
      CertificateAuthentication: null,
      InternalNLBBypassUrl: null,
      GzipLevel: 'Low',
      MRSProxyEnabled: false,
      InternalAuthenticationMethods: withOAuth(version, WEB_SERVICE_METHODS),
      ExternalAuthenticationMethods: withOAuth(version, WEB_SERVICE_METHODS),
      LiveIdNegotiateAuthentication: null,
      WSSecurityAuthentication: true,
      LiveIdBasicAuthentication: false,
      ...of2013(version, { OAuthAuthentication: false, AdfsAuthentication: false }),
    }),
    iis: (version) => ({ WindowsAuthentication: true, ...of2013(version, { OAuthAuthentication: true }) }),
  },
  {
    ...hostedAs('oab'),
    directoryClass: directoryClass(
      'ADOabVirtualDirectory',
      [],
      'ms-Exch-OAB-Virtual-Directory',
      'msExchOABVirtualDirectory',
    ),
    internalUrl: (fqdn, version) => `${since2013(version) ? 'https' : 'http'}://${fqdn}/OAB`,
    defaults: (version) => ({
      ...EVERY_KIND,
      PollInterval: 480,
      OfflineAddressBooks: [],
      RequireSSL: false,
      ...of2013(version, { OAuthAuthentication: false }),
      InternalAuthenticationMethods: withOAuth(version, ['WindowsIntegrated']),
      ExternalAuthenticationMethods: withOAuth(version, ['WindowsIntegrated']),
    }),
    iis: (version) => ({
      WindowsAuthentication: true,
      RequireSSL: since2013(version),
      ...of2013(version, { OAuthAuthentication: true }),
    }),
  },
  {
    ...hostedAs('mapi'),
    directoryClass: directoryClass(
      'ADMapiVirtualDirectory',
      [],
      'ms-Exch-Mapi-Virtual-Directory',
      'msExchMapiVirtualDirectory',
    ),
    internalUrl: https('mapi'),
    defaults: () => ({
      IISAuthenticationMethods: ['Ntlm', 'OAuth', 'Negotiate'],
      InternalAuthenticationMethods: ['Ntlm', 'OAuth', 'Negotiate'],
      ExternalAuthenticationMethods: ['Ntlm', 'OAuth', 'Negotiate'],
      ExtendedProtectionTokenChecking: 'None',
      ExtendedProtectionFlags: [],
      ExtendedProtectionSPNList: [],
    }),
    iis: () => ({}),
  },
  {
    ...hostedAs('um'),
    // Class and methods as for the other web services (unverified).
    directoryClass: directoryClass(
      'ADUMVirtualDirectory',
      [],
      'ms-Exch-UM-Virtual-Directory',
      'msExchUMVirtualDirectory',
    ),
    internalUrl: https('UnifiedMessaging/Service.asmx'),
    defaults: () => ({
      ...EVERY_KIND,
      InternalAuthenticationMethods: ['Ntlm', 'WindowsIntegrated'],
      ExternalAuthenticationMethods: ['Ntlm', 'WindowsIntegrated'],
    }),
    iis: () => ({ WindowsAuthentication: true }),
  },
  {
    ...hostedAs('powershell'),
    directoryClass: directoryClass(
      'ADPowerShellVirtualDirectory',
      ['ADPowerShellCommonVirtualDirectory', 'ADExchangeServiceVirtualDirectory'],
      'ms-Exch-PowerShell-Virtual-Directory',
      'msExchPowerShellVirtualDirectory',
    ),
    internalUrl: (fqdn) => `http://${fqdn}/powershell`,
    defaults: (version) => ({
      ...EVERY_KIND,
      RequireSSL: false,
      CertificateAuthentication: false,
      VirtualDirectoryType: 'PowerShell',
      InternalAuthenticationMethods: [],
      ExternalAuthenticationMethods: [],
      LiveIdNegotiateAuthentication: false,
      WSSecurityAuthentication: false,
      LiveIdBasicAuthentication: false,
      ...of2013(version, { OAuthAuthentication: false, AdfsAuthentication: false }),
    }),
    iis: () => ({ CertificateAuthentication: true }),
  },
  {
    ...hostedAs('autodiscover'),
    directoryClass: directoryClass(
      'ADAutodiscoverVirtualDirectory',
      ['ADExchangeServiceVirtualDirectory'],
      'ms-Exch-Auto-Discover-Virtual-Directory',
      'msExchAutoDiscoverVirtualDirectory',
    ),
    internalUrl: () => null,
    defaults: (version) => ({
      ...EVERY_KIND,
      InternalAuthenticationMethods: withOAuth(version, ['Basic', ...WEB_SERVICE_METHODS]),
      ExternalAuthenticationMethods: withOAuth(version, ['Basic', ...WEB_SERVICE_METHODS]),
      LiveIdNegotiateAuthentication: false,
      WSSecurityAuthentication: false,
      LiveIdBasicAuthentication: false,
      ...of2013(version, { OAuthAuthentication: false, AdfsAuthentication: false }),
    }),
    iis: (version) => ({
      BasicAuthentication: true,
      WindowsAuthentication: true,
      WSSecurityAuthentication: true,
      ...of2013(version, { OAuthAuthentication: true }),
    }),
  },
];

export const OUTLOOK_ANYWHERE_CLASS: DirectoryClass = directoryClass(
  'ADRpcHttpVirtualDirectory',
  [],
  'ms-Exch-Rpc-Http-Virtual-Directory',
  'msExchRpcHttpVirtualDirectory',
);
