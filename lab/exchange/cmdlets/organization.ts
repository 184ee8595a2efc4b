import type { Call } from '../call';
import { applied } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import {
  administrativeGroup,
  directoryObject,
  organizationContainer,
  serverDn,
  serverId,
  type DirectoryClass,
  type Properties,
} from '../objects/directory';
import { shown } from '../objects/property';
import { enumeration } from '../objects/value';
import { takeOver } from '../settings';
import type { DirectoryObject, ServerState, Settings } from '../state';

/** Settings that the organization has only once, and its connectors. */

const CONFIGURATION = 'Microsoft.Exchange.Data.Directory.SystemConfiguration';

const AUTH_CONFIG: DirectoryClass = {
  typeNames: [`${CONFIGURATION}.AuthConfig`, `${CONFIGURATION}.ADConfigurationObject`],
  category: 'ms-Exch-Auth-Auth-Config',
  objectClass: ['top', 'container', 'msExchContainer', 'msExchAuthAuthConfig'],
  version: [20, '15.0.0.0'],
};

function getAuthConfig(call: Call): void {
  const { authConfig } = call.organization;
  const dn = `CN=Auth Configuration,${organizationContainer(call.organization)}`;
  call.write(
    directoryObject(call.organization, AUTH_CONFIG, authConfig, authConfig.name, dn, {
      ...(authConfig.settings as Properties),
      DeploymentId: '',
      IssuerIdentifier: '',
    }),
  );
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-authconfig */
function setAuthConfig(call: Call): void {
  const { settings } = call.organization.authConfig;
  const next = call.text('NewCertificateThumbprint');
  const current = call.text('CertificateThumbprint');
  const holder = [...call.draft.servers.values()];
  for (const thumbprint of [next, current]) {
    if (thumbprint === undefined) continue;
    if (!holder.some(({ certificates }) => certificates.some((one) => one.thumbprint === thumbprint))) {
      throw call.error('ArgumentException', `No server has a certificate ${thumbprint}.`, 'InvalidArgument');
    }
  }
  if (current !== undefined) settings['CurrentCertificateThumbprint'] = current;
  if (next !== undefined) {
    settings['NextCertificateThumbprint'] = next;
    settings['NextCertificateEffectiveDate'] = call.text('NewCertificateEffectiveDate') ?? null;
  }
  if (call.isSet('PublishCertificate') && settings['NextCertificateThumbprint'] !== '') {
    settings['PreviousCertificateThumbprint'] = settings['CurrentCertificateThumbprint'] ?? '';
    settings['CurrentCertificateThumbprint'] = settings['NextCertificateThumbprint'] ?? '';
    settings['NextCertificateThumbprint'] = '';
    settings['NextCertificateEffectiveDate'] = null;
  }
  if (call.isSet('ClearPreviousCertificate')) settings['PreviousCertificateThumbprint'] = '';
  for (const name of ['Realm', 'ServiceName']) {
    const value = call.bound.get(name);
    if (value !== undefined) settings[name] = applied(settings[name], value);
  }
  call.touch(call.organization.authConfig);
}

const ORGANIZATION_CONFIG: DirectoryClass = {
  typeNames: [
    'Microsoft.Exchange.Data.Directory.Management.OrganizationConfig',
    'Microsoft.Exchange.Data.Directory.Management.ADPresentationObject',
  ],
  category: 'ms-Exch-Organization-Container',
  objectClass: ['top', 'container', 'msExchContainer', 'msExchOrganizationContainer'],
  version: [1, '8.0.535.0'],
};

function getOrganizationConfig(call: Call): void {
  const { organization } = call;
  call.write(
    directoryObject(
      organization,
      ORGANIZATION_CONFIG,
      organization.organizationConfig,
      organization.name,
      organizationContainer(organization),
      {
        ObjectVersion: 16222,
        PublicFoldersLockedForMigration: false,
        ActivityBasedAuthenticationTimeoutEnabled: true,
        AppsForOfficeEnabled: true,
        CustomerFeedbackEnabled: null,
        EwsEnabled: null,
        MapiHttpEnabled: true,
        OAuth2ClientProfileEnabled: false,
        ...(organization.organizationConfig.settings as Properties),
      },
    ),
  );
}

const RECEIVE_CONNECTOR: DirectoryClass = {
  typeNames: [`${CONFIGURATION}.ReceiveConnector`, `${CONFIGURATION}.ADConfigurationObject`],
  category: 'ms-Exch-Smtp-Receive-Connector',
  objectClass: ['top', 'msExchSmtpReceiveConnector'],
  version: [1, '8.0.535.0'],
};

export const RECEIVE_DEFAULTS: Settings = {
  AuthMechanism: ['Tls', 'Integrated', 'BasicAuth', 'BasicAuthRequireTLS', 'ExchangeServer'],
  Banner: null,
  Bindings: ['[::]:25', '0.0.0.0:25'],
  ChunkingEnabled: true,
  Comment: '',
  DefaultDomain: null,
  Enabled: true,
  Fqdn: null,
  MaxMessageSize: '36 MB (37,748,736 bytes)',
  PermissionGroups: ['ExchangeUsers', 'ExchangeServers', 'ExchangeLegacyServers'],
  ProtocolLoggingLevel: 'None',
  RemoteIPRanges: ['::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '0.0.0.0-255.255.255.255'],
  RequireTLS: false,
  TlsCertificateName: null,
};

const SEND_CONNECTOR: DirectoryClass = {
  typeNames: [
    'SmtpSendConnectorConfig',
    'MailGateway',
    'SendConnector',
    'ADLegacyVersionableObject',
    'ADConfigurationObject',
  ].map((name) => `${CONFIGURATION}.${name}`),
  category: 'ms-Exch-Routing-SMTP-Connector',
  objectClass: ['top', 'msExchConnector', 'mailGateway', 'msExchRoutingSMTPConnector'],
  version: [1, '8.0.535.0'],
};

const SEND_DEFAULTS: Settings = {
  AddressSpaces: [],
  CloudServicesMailEnabled: false,
  Comment: '',
  DNSRoutingEnabled: true,
  Enabled: true,
  Fqdn: null,
  FrontendProxyEnabled: false,
  IgnoreSTARTTLS: false,
  MaxMessageSize: '35 MB (36,700,160 bytes)',
  Port: 25,
  ProtocolLoggingLevel: 'None',
  RequireTLS: false,
  SmartHosts: [],
  SourceTransportServers: [],
  TlsAuthLevel: null,
  TlsCertificateName: null,
  TlsDomain: null,
};

interface Connector {
  readonly state: DirectoryObject;
  readonly identity: string;
  readonly server?: ServerState;
}

function receiveConnectors(call: Call): readonly Connector[] {
  return call
    .serversOf('Server')
    .flatMap((server) =>
      server.receiveConnectors.map((state) => ({ state, server, identity: `${server.name}\\${state.name}` })),
    );
}

function sendConnectors(call: Call): readonly Connector[] {
  return call.organization.sendConnectors.map((state) => ({ state, identity: state.name }));
}

function matching(all: readonly Connector[], identity: string | undefined): readonly Connector[] {
  const wanted = identity?.toLowerCase();
  return all.filter(
    ({ state, identity: own }) =>
      wanted === undefined || own.toLowerCase() === wanted || state.guid === wanted,
  );
}

function showConnector(call: Call, connector: Connector): void {
  const { organization } = call;
  const { server, state, identity } = connector;
  const setCmdlet = call.catalog.cmdlet(server === undefined ? 'Set-SendConnector' : 'Set-ReceiveConnector');
  const settings = { ...(server === undefined ? SEND_DEFAULTS : RECEIVE_DEFAULTS), ...state.settings };
  const own = shown(setCmdlet, settings);
  if (server === undefined) {
    const routing = 'CN=Connections,CN=Exchange Routing Group (DWBGZMFD01QNBJR),CN=Routing Groups';
    const dn = `CN=${state.name},${routing},${administrativeGroup(organization)}`;
    call.write(directoryObject(organization, SEND_CONNECTOR, state, identity, dn, own));
    return;
  }
  const dn = `CN=${state.name},CN=SMTP Receive Connectors,CN=Protocols,${serverDn(organization, server.name)}`;
  call.write(
    directoryObject(organization, RECEIVE_CONNECTOR, state, identity, dn, {
      ...own,
      Server: serverId(organization, server.name),
      TransportRole: / Frontend /.test(state.name)
        ? enumeration(`${CONFIGURATION}.ServerRole`, 'FrontendTransport', 16384)
        : enumeration(`${CONFIGURATION}.ServerRole`, 'HubTransport', 32),
    }),
  );
}

function getConnectors(list: (call: Call) => readonly Connector[]) {
  return (call: Call) => {
    const identity = call.text('Identity');
    const found = matching(list(call), identity);
    if (identity !== undefined && found.length === 0) throw call.notFound(identity);
    for (const connector of found) showConnector(call, connector);
  };
}

function setConnector(list: (call: Call) => readonly Connector[], defaults: Settings) {
  return (call: Call) => {
    const identity = call.text('Identity') ?? '';
    const [found] = matching(list(call), identity);
    if (found === undefined) throw call.notFound(identity);
    takeOver(call, found.state, defaults, found.identity);
  };
}

export const organizationWide: readonly CmdletBehaviour[] = [
  reads('Get-AuthConfig', getAuthConfig),
  changes('Set-AuthConfig', setAuthConfig),
  reads('Get-OrganizationConfig', getOrganizationConfig),
  reads('Get-ReceiveConnector', getConnectors(receiveConnectors)),
  changes('Set-ReceiveConnector', setConnector(receiveConnectors, RECEIVE_DEFAULTS)),
  reads('Get-SendConnector', getConnectors(sendConnectors)),
  changes('Set-SendConnector', setConnector(sendConnectors, SEND_DEFAULTS)),
];
