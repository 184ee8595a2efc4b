import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import {
  administrativeGroup,
  adObjectId,
  directoryObject,
  domainPart,
  serverDn,
  serverId,
  type DirectoryClass,
  type Properties,
} from '../objects/directory';
import { shown } from '../objects/property';
import { enumeration, localPath, serverVersion, timeSpan } from '../objects/value';
import { mailProtocolName } from '../objects/certificate';
import { takeOverService } from '../settings';
import { installFolder } from '../setup';
import type { ServerState, Settings } from '../state';
import { moveActiveCopies } from './databases';
import { hasUnifiedMessaging } from './health';
import { versionOf } from './virtual-directories';

/** Cmdlets whose objects are servers. Each shows another part of a server's settings. */

const CONFIGURATION = 'Microsoft.Exchange.Data.Directory.SystemConfiguration';
const MANAGEMENT = 'Microsoft.Exchange.Data.Directory.Management';

function serverClass(name: string): DirectoryClass {
  return {
    typeNames: [`${MANAGEMENT}.${name}`, `${MANAGEMENT}.ADPresentationObject`],
    category: 'ms-Exch-Exchange-Server',
    objectClass: ['top', 'server', 'msExchExchangeServer'],
    version: [1, '8.0.535.0'],
  };
}

function showServer(
  call: Call,
  kind: DirectoryClass,
  server: ServerState,
  own: Properties,
): PowerShellObject {
  const dn = serverDn(call.organization, server.name);
  return directoryObject(call.organization, kind, server, server.name, dn, own);
}

function roleNumber(version: ExchangeVersion): readonly [string, number] {
  if (version.isAtLeast(ExchangeVersion.V2016)) return ['Mailbox', 2];
  if (version === ExchangeVersion.V2013) return ['Mailbox, ClientAccess', 16386];
  return ['Mailbox, ClientAccess, HubTransport', 38];
}

function roles(server: ServerState): PowerShellObject {
  const [name, number] = roleNumber(versionOf(server));
  return enumeration('Microsoft.Exchange.Data.Directory.SystemConfiguration.ServerRole', name, number);
}

function siteId(call: Call, server: ServerState): PowerShellObject {
  const { organization } = call;
  const dn = `CN=${server.site},CN=Sites,CN=Configuration,${domainPart(organization)}`;
  const text = `${organization.domain}/Configuration/Sites/${server.site}`;
  return adObjectId(organization, text, dn, '00000000-0000-0000-0000-000000000000');
}

function getExchangeServer(call: Call): void {
  for (const server of call.serversOf('Identity')) {
    const version = versionOf(server);
    const { organization } = call;
    call.write(
      showServer(call, serverClass('ExchangeServer'), server, {
        DataPath: localPath(`${installFolder(server)}\\Mailbox`),
        Domain: organization.domain,
        Edition: enumeration(
          'Microsoft.Exchange.Data.Directory.SystemConfiguration.ServerEditionType',
          'StandardEvaluation',
          2,
        ),
        ExchangeLegacyDN:
          `/o=${organization.name}/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)` +
          `/cn=Configuration/cn=Servers/cn=${server.name}`,
        ExchangeLegacyServerRole: 0,
        Fqdn: server.fqdn,
        CustomerFeedbackEnabled: null,
        InternetWebProxy: null,
        IsHubTransportServer: true,
        IsClientAccessServer: true,
        IsExchange2007OrLater: true,
        IsEdgeServer: false,
        IsMailboxServer: true,
        IsE14OrLater: version.isAtLeast(ExchangeVersion.V2010),
        IsE15OrLater: version.isAtLeast(ExchangeVersion.V2013),
        IsProvisionedServer: false,
        IsUnifiedMessagingServer: hasUnifiedMessaging(version),
        IsFrontendTransportServer: version.isAtLeast(ExchangeVersion.V2013),
        NetworkAddress: [`ncacn_ip_tcp:${server.fqdn}`],
        OrganizationalUnit: `${organization.domain}/${server.name}`,
        AdminDisplayVersion: serverVersion(server.build),
        Site: siteId(call, server),
        ServerRole: roles(server),
        ErrorReportingEnabled: null,
        StaticDomainControllers: [],
        StaticGlobalCatalogs: [],
        StaticConfigDomainController: '',
        StaticExcludedDomainControllers: [],
        MonitoringGroup: '',
        CurrentDomainControllers: call.isSet('Status') ? [organization.domainController] : [],
        CurrentGlobalCatalogs: call.isSet('Status') ? [organization.domainController] : [],
        CurrentConfigDomainController: call.isSet('Status') ? organization.domainController : '',
        ProductID: '',
        IsExchangeTrialEdition: true,
        IsExpiredExchangeTrialEdition: false,
        RemainingTrialPeriod: timeSpan('180.00:00:00'),
      }),
    );
  }
}

/** The settings of the client access server, which holds the Autodiscover service connection point. */
const CLIENT_ACCESS: Settings = {
  AutoDiscoverServiceCN: null,
  AutoDiscoverServiceClassName: 'ms-Exchange-AutoDiscover-Service',
  AutoDiscoverServiceGuid: '77378f46-2c66-4aa9-a6a6-3e7a48b19596',
  IsOutOfService: false,
  WorkloadManagementPolicy: null,
};

function getClientAccess(call: Call): void {
  warnOfOldName(call);
  for (const server of call.serversOf('Identity')) {
    const { AutoDiscoverServiceInternalUri, AutoDiscoverSiteScope, ...others } =
      server.services['ClientAccessServer'] ?? {};
    call.write(
      showServer(call, serverClass('ClientAccessServer'), server, {
        Fqdn: server.fqdn,
        ClientAccessArray: null,
        ...(CLIENT_ACCESS as Properties),
        OutlookAnywhereEnabled: server.virtualDirectories.some(({ kind }) => kind === 'OutlookAnywhere'),
        ...(others as Properties),
        AutoDiscoverServiceCN: server.name,
        AutoDiscoverServiceInternalUri: (AutoDiscoverServiceInternalUri ?? null) as string | null,
        AutoDiscoverSiteScope: (AutoDiscoverSiteScope ?? []) as string[],
        AlternateServiceAccountConfiguration: null,
      }),
    );
  }
}

function setClientAccess(call: Call): void {
  warnOfOldName(call);
  const server = call.server(call.text('Identity') ?? '');
  const uri = call.text('AutoDiscoverServiceInternalUri');
  if (uri !== undefined && !/^https?:\/\//i.test(uri)) {
    throw call.error('DataValidationException', `The address '${uri}' isn't an absolute one.`);
  }
  takeOverService(call, server, 'ClientAccessServer', {});
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-clientaccessserver */
function warnOfOldName(call: Call): void {
  const [verb, noun] = call.cmdlet.name.split('-');
  if (noun !== 'ClientAccessServer' || !call.catalog.version.isAtLeast(ExchangeVersion.V2016)) return;
  call.warn(
    `The ${call.cmdlet.name} cmdlet will be removed in a future version of Exchange. Use the ` +
      `${verb}-ClientAccessService cmdlet instead.`,
  );
}

const MAILBOX_SERVER: Settings = {
  CalendarRepairMissingItemFixDisabled: false,
  CalendarRepairLogEnabled: true,
  CalendarRepairLogSubjectLoggingEnabled: true,
  CalendarRepairIntervalEndWindow: 7,
  MAPIEncryptionRequired: false,
  ForceGroupMetricsGeneration: false,
  IsPhoneticSupportEnabled: false,
  DatabaseCopyActivationDisabledAndMoveNow: false,
  AutoDagServerConfigured: false,
  IsExcludedFromProvisioning: false,
  MaximumActiveDatabases: null,
  MaximumPreferredActiveDatabases: null,
};

function getMailboxServer(call: Call): void {
  for (const server of call.serversOf('Identity')) {
    const { organization } = call;
    const group = organization.databaseAvailabilityGroups.find((dag) => dag.servers.includes(server.name));
    const settings = { ...MAILBOX_SERVER, ...server.services['MailboxServer'] };
    const { AutoDatabaseMountDial, DatabaseCopyAutoActivationPolicy, ...plain } = settings;
    call.write(
      showServer(call, serverClass('MailboxServer'), server, {
        DataPath: localPath(`${installFolder(server)}\\Mailbox`),
        ...(plain as Properties),
        AutoDatabaseMountDial: mountDial((AutoDatabaseMountDial ?? 'GoodAvailability') as string),
        DatabaseAvailabilityGroup:
          group === undefined
            ? null
            : adObjectId(
                organization,
                group.name,
                `CN=${group.name},CN=Database Availability Groups,${administrativeGroup(organization)}`,
                group.guid,
              ),
        DatabaseCopyAutoActivationPolicy: activationPolicy(
          (DatabaseCopyAutoActivationPolicy ?? 'Unrestricted') as string,
        ),
        AdminDisplayVersion: serverVersion(server.build),
        ServerRole: roles(server),
        ExchangeLegacyServerRole: 0,
      }),
    );
  }
}

const MOUNT_DIALS: { readonly [name: string]: number } = {
  Lossless: 0,
  GoodAvailability: 6,
  BestAvailability: 12,
};
const ACTIVATION_POLICIES = ['Unrestricted', 'IntrasiteOnly', 'Blocked'];

function mountDial(name: string): PowerShellObject {
  return enumeration('Microsoft.Exchange.Data.Directory.AutoDatabaseMountDial', name, MOUNT_DIALS[name] ?? 6);
}

function activationPolicy(name: string): PowerShellObject {
  return enumeration(
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.DatabaseCopyAutoActivationPolicyType',
    name,
    ACTIVATION_POLICIES.indexOf(name),
  );
}

function setMailboxServer(call: Call): void {
  const server = call.server(call.text('Identity') ?? '');
  takeOverService(call, server, 'MailboxServer', MAILBOX_SERVER);
  if (call.isSet('DatabaseCopyActivationDisabledAndMoveNow')) moveActiveCopies(call, server);
}

/** The transport service as Setup leaves it; the class is that of `Get-TransportServer` (unverified). */
const TRANSPORT: Settings = {
  AntispamAgentsEnabled: false,
  ConnectivityLogEnabled: true,
  ExternalDNSAdapterEnabled: true,
  InternalDNSAdapterEnabled: true,
  MaxConcurrentMailboxDeliveries: 20,
  MaxConcurrentMailboxSubmissions: 20,
  MaxOutboundConnections: '1000',
  MaxPerDomainOutboundConnections: '20',
  MessageTrackingLogEnabled: true,
  PickupDirectoryMaxRecipientsPerMessage: 100,
  PoisonThreshold: 2,
  TransientFailureRetryCount: 6,
  UseDowngradedExchangeServerAuth: false,
};

/** https://learn.microsoft.com/powershell/module/exchangepowershell/get-transportservice */
function getTransport(call: Call): void {
  for (const server of call.serversOf('Identity')) {
    call.write(
      showServer(call, serverClass('TransportServer'), server, {
        ...(TRANSPORT as Properties),
        InternalTransportCertificateThumbprint:
          server.certificates.find(({ internalTransport }) => internalTransport)?.thumbprint ?? null,
      }),
    );
  }
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings */
const MAIL_PROTOCOL: Settings = {
  X509CertificateName: null,
  LoginType: 'SecureLogin',
  ExternalConnectionSettings: [],
  InternalConnectionSettings: [],
  Banner: '',
};

const MAIL_PROTOCOLS = { PopSettings: ['Pop3', 110, 995], ImapSettings: ['Imap4', 143, 993] } as const;

function getMailProtocol(noun: keyof typeof MAIL_PROTOCOLS) {
  const [name, port, securePort] = MAIL_PROTOCOLS[noun];
  return (call: Call) => {
    const server = call.has('Server') ? call.server(call.text('Server') ?? '') : call.session;
    const settings = {
      ...MAIL_PROTOCOL,
      X509CertificateName: mailProtocolName(server, noun),
      UnencryptedOrTLSBindings: [`[::]:${port}`, `0.0.0.0:${port}`],
      SSLBindings: [`[::]:${securePort}`, `0.0.0.0:${securePort}`],
      ...server.services[noun],
    };
    const type: DirectoryClass = {
      typeNames: [`${CONFIGURATION}.${name}AdConfiguration`, `${CONFIGURATION}.PopImapAdConfiguration`],
      category: `ms-Exch-Protocol-Cfg-${name.slice(0, -1).toUpperCase()}-Server`,
      objectClass: ['top', 'protocolCfg'],
      version: [1, '8.0.535.0'],
    };
    const dn = `CN=1,CN=${name.slice(0, -1).toUpperCase()},CN=Protocols,${serverDn(call.organization, server.name)}`;
    const state = { ...server, name: '1' };
    call.write(
      directoryObject(call.organization, type, state, `${server.name}\\1`, dn, {
        ProtocolName: name.toUpperCase(),
        ...shown(call.catalog.cmdlet(`Set-${noun}`), settings),
        Server: serverId(call.organization, server.name),
      }),
    );
  };
}

function setMailProtocol(noun: keyof typeof MAIL_PROTOCOLS) {
  return (call: Call) => {
    const server = call.has('Server') ? call.server(call.text('Server') ?? '') : call.session;
    takeOverService(call, server, noun, MAIL_PROTOCOL);
    call.warn('The changes take effect when the service has been restarted.');
  };
}

export const servers: readonly CmdletBehaviour[] = [
  reads('Get-ExchangeServer', getExchangeServer),
  reads('Get-ClientAccessServer', getClientAccess),
  reads('Get-ClientAccessService', getClientAccess),
  changes('Set-ClientAccessServer', setClientAccess),
  changes('Set-ClientAccessService', setClientAccess),
  reads('Get-MailboxServer', getMailboxServer),
  changes('Set-MailboxServer', setMailboxServer),
  reads('Get-TransportServer', getTransport),
  reads('Get-TransportService', getTransport),
  reads('Get-PopSettings', getMailProtocol('PopSettings')),
  changes('Set-PopSettings', setMailProtocol('PopSettings')),
  reads('Get-ImapSettings', getMailProtocol('ImapSettings')),
  changes('Set-ImapSettings', setMailProtocol('ImapSettings')),
];
