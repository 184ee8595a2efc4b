import { HEALTH_SETS_LIFESPAN, OUTLOOK_ANYWHERE_HEALTH_SET, SERVICES } from '../../../exchange/services';
import { existsIn, ExchangeVersion, type Lifespan } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { enumeration } from '../objects/value';
import type { MailService, ServerState } from '../state';
import { versionOf } from './virtual-directories';

/**
 * The health sets of a server and the component that each belongs to: those of the client protocols, and some others. A
 * real server has far more. https://learn.microsoft.com/exchange/high-availability/managed-availability/health-sets
 */
const HEALTH_SETS: readonly (readonly [string, string])[] = [
  ['ActiveSync.Proxy', 'ActiveSyncProxy'],
  ['Autodiscover.Proxy', 'AutoDiscoverProxy'],
  ['ECP.Proxy', 'EcpProxy'],
  ['EWS.Proxy', 'EwsProxy'],
  ['OAB.Proxy', 'OabProxy'],
  ['OWA.Proxy', 'OwaProxy'],
  ['Outlook.Proxy', 'RpcProxy'],
  ['OutlookMapiHttp.Proxy', 'MapiProxy'],
  ['RPS.Proxy', 'RpsProxy'],
  ['ActiveSync', 'None'],
  ['AD', 'None'],
  ['Clustering', 'None'],
  ['DataProtection', 'None'],
  ['ECP', 'None'],
  ['EWS', 'None'],
  ['FrontendTransport', 'FrontendTransport'],
  ['HubTransport', 'HubTransport'],
  ['OWA', 'None'],
  ['Store', 'None'],
];

/**
 * The components of POP and IMAP. Their services stop where the component is inactive, and may have to be started by
 * hand.
 */
const MAIL_COMPONENTS: { readonly [service in MailService]: string } = { POP: 'PopProxy', IMAP: 'ImapProxy' };

const COMPONENTS = [
  'ServerWideOffline',
  ...new Set(HEALTH_SETS.map(([, component]) => component).filter((component) => component !== 'None')),
  ...Object.values(MAIL_COMPONENTS),
];

const COMMON = 'Microsoft.Office.Datacenter.ActiveMonitoring.Management.Common';
const ALERTS = ['Unknown', 'Healthy', 'Degraded', 'Unhealthy', 'Repairing', 'Disabled'];

function alert(server: ServerState, healthSet: string): PowerShellObject {
  const name = server.unhealthy[healthSet] ?? 'Healthy';
  return enumeration(`${COMMON}.MonitorAlertState`, name, ALERTS.indexOf(name));
}

type ComponentState = 'Inactive' | 'Active' | 'Draining';

/**
 * Combines the states that requesters have set: a component is active where no requester set another state, and
 * inactive where any requester set Inactive.
 * https://learn.microsoft.com/exchange/server-component-states-exchange-2013-help (which state wins among several is
 * unverified). A server that is offline as a whole takes every component with it.
 */
function componentState(server: ServerState, component: string): ComponentState {
  const asked = ['ServerWideOffline', component].flatMap((each) =>
    Object.values(server.components[each] ?? {}),
  );
  if (asked.includes('Inactive')) return 'Inactive';
  return asked.includes('Draining') ? 'Draining' : 'Active';
}

/** In the order of Microsoft's page of Set-ServerComponentState; that these are their numbers is (unverified). */
const SERVICE_STATES: readonly ComponentState[] = ['Inactive', 'Active', 'Draining'];

const PAGE = /^\/([^/]+)\/healthcheck\.htm$/i;

/** The folder of the virtual directory of Outlook Anywhere. */
const RPC = 'rpc';

/**
 * Whether the health page of a protocol answers 200; undefined where there is no such page. Which other status it
 * answers with is (unverified). It depends on the component of the protocol, which Managed Availability takes offline
 * where its probe fails:
 * https://oddytee.wordpress.com/2015/03/21/this-page-cant-be-displayed-when-accessing-protocolhealthcheck-htm-in-exchange-2013/
 *
 * @param url path of the page
 */
export function takesClients(server: ServerState, url: string): boolean | undefined {
  const folder = PAGE.exec(url)?.[1]?.toLowerCase();
  const row = SERVICES.find(({ directory }) => directory.toLowerCase() === folder);
  const healthSet = folder === RPC ? OUTLOOK_ANYWHERE_HEALTH_SET : (row?.healthSet ?? null);
  if (healthSet === null || !existsIn(HEALTH_SETS_LIFESPAN, versionOf(server))) return undefined;
  const component = HEALTH_SETS.find(([name]) => name === healthSet)?.[1] ?? 'None';
  return componentState(server, component) === 'Active' && !(healthSet in server.unhealthy);
}

const STATES = [
  'NotApplicable',
  'Online',
  'PartiallyOnline',
  'Offline',
  'Sidelined',
  'Functional',
  'Unavailable',
];

function setState(server: ServerState, component: string): PowerShellObject {
  const online = componentState(server, component) === 'Active' ? 'Online' : 'Offline';
  const name = component === 'None' ? 'NotApplicable' : online;
  return enumeration(`${COMMON}.MonitorServerComponentState`, name, STATES.indexOf(name));
}

/** The server that the call names. It must answer; the error of a real health service is (unverified). */
export function answering(call: Call, parameter: string): ServerState {
  const named = call.text(parameter);
  const server = named === undefined ? call.session : call.server(named);
  if (!server.running) {
    throw call.error('InvalidOperationException', `The server ${server.name} cannot be reached: it is down.`);
  }
  return server;
}

function setsOf(call: Call): readonly (readonly [string, string])[] {
  const wanted = call.text('HealthSet')?.toLowerCase();
  return HEALTH_SETS.filter(([name]) => wanted === undefined || name.toLowerCase() === wanted);
}

const CONFIGURABLE = ['Microsoft.Exchange.Data.ConfigurableObject', 'System.Object'];

function getHealthReport(call: Call): void {
  const server = answering(call, 'Identity');
  for (const [healthSet, component] of setsOf(call)) {
    call.write({
      typeNames: [`${COMMON}.ConsolidatedHealth`, ...CONFIGURABLE],
      text: healthSet,
      properties: {
        Server: server.name,
        State: setState(server, component),
        HealthSet: healthSet,
        HealthGroup: component === 'None' ? 'Service Components' : 'Customer Touch Points',
        AlertValue: alert(server, healthSet),
        LastTransitionTime: new Date(server.changed),
        MonitorCount: 1,
        HaImpactingMonitorCount: 0,
        IsValid: true,
      },
    });
  }
}

function getServerHealth(call: Call): void {
  const server = answering(call, 'Identity');
  for (const [healthSet, component] of setsOf(call)) {
    call.write({
      typeNames: [`${COMMON}.MonitorHealthEntry`, ...CONFIGURABLE],
      text: healthSet,
      properties: {
        Server: server.name,
        CurrentHealthSetState: setState(server, component),
        Name: `${healthSet.replace('.', '')}TestMonitor`,
        TargetResource: '',
        HealthSetName: healthSet,
        HealthGroupName: component === 'None' ? 'Service Components' : 'Customer Touch Points',
        AlertValue: alert(server, healthSet),
        FirstAlertObservedTime: new Date(server.changed),
        IsHaImpacting: false,
        ServerComponentName: component,
        LastTransitionTime: new Date(server.changed),
        LastExecutionTime: call.now,
        IsValid: true,
      },
    });
  }
}

/** The services by role, as an Exchange 2016 server lists them. */
const ROLE_SERVICES: readonly (readonly [string, readonly string[]])[] = [
  [
    'Mailbox Server Role',
    ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeDelivery', 'MSExchangeIS', 'W3Svc'],
  ],
  ['Client Access Server Role', ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeRPC', 'W3Svc']],
  ['Unified Messaging Server Role', ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeUM', 'W3Svc']],
  ['Hub Transport Server Role', ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeTransport', 'W3Svc']],
];

/** The roles of a server of 2010 in the lab, and their services as in administrators' posts (unverified). */
const ROLE_SERVICES_2010: readonly (readonly [string, readonly string[]])[] = [
  [
    'Mailbox Server Role',
    ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeIS', 'MSExchangeRepl', 'MSExchangeRPC', 'W3Svc'],
  ],
  [
    'Client Access Server Role',
    ['IISAdmin', 'MSExchangeAB', 'MSExchangeADTopology', 'MSExchangeFDS', 'MSExchangeRPC', 'W3Svc'],
  ],
  [
    'Hub Transport Server Role',
    ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeEdgeSync', 'MSExchangeTransport', 'W3Svc'],
  ],
];

/**
 * The same for 2007, which has neither the address book service nor that for MAPI on client access servers: both came
 * with 2010 (unverified).
 */
const ROLE_SERVICES_2007: readonly (readonly [string, readonly string[]])[] = [
  ['Mailbox Server Role', ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeIS', 'MSExchangeRepl', 'W3Svc']],
  ['Client Access Server Role', ['IISAdmin', 'MSExchangeADTopology', 'MSExchangeFDS', 'W3Svc']],
  ['Hub Transport Server Role', ['MSExchangeADTopology', 'MSExchangeEdgeSync', 'MSExchangeTransport']],
];

function roleServices(version: ExchangeVersion): readonly (readonly [string, readonly string[]])[] {
  if (version.isAtLeast(ExchangeVersion.V2013)) return ROLE_SERVICES;
  return version.isAtLeast(ExchangeVersion.V2010) ? ROLE_SERVICES_2010 : ROLE_SERVICES_2007;
}

/**
 * Whether servers of a version have Unified Messaging: every mailbox server of 2013 and 2016 does; in earlier versions
 * it was a role that few servers had, and 2019 dropped it.
 */
export function hasUnifiedMessaging(version: ExchangeVersion): boolean {
  return version.isAtLeast(ExchangeVersion.V2013) && !version.isAtLeast(ExchangeVersion.V2019);
}

/** The health sets whose failure means that a service does not run. */
const SERVICE_OF: { readonly [healthSet: string]: string } = {
  Store: 'MSExchangeIS',
  HubTransport: 'MSExchangeTransport',
};

function testServiceHealth(call: Call): void {
  const server = answering(call, 'Server');
  const failed = new Set(Object.keys(server.unhealthy).flatMap((name) => SERVICE_OF[name] ?? []));
  const version = versionOf(server);
  for (const [role, services] of roleServices(version)) {
    if (role.startsWith('Unified') && !hasUnifiedMessaging(version)) continue;
    const stopped = services.filter((service) => failed.has(service));
    call.write({
      typeNames: ['Microsoft.Exchange.Monitoring.ExchangeServicesStatus', ...CONFIGURABLE],
      text: 'Microsoft.Exchange.Monitoring.ExchangeServicesStatus',
      properties: {
        Role: role,
        RequiredServicesRunning: stopped.length === 0,
        ServicesNotRunning: stopped,
        ServicesRunning: services.filter((service) => !failed.has(service)),
        Identity: null,
        IsValid: true,
        ObjectState: enumeration('Microsoft.Exchange.Data.ObjectState', 'New', 0),
      },
    });
  }
}

/**
 * The checks of Test-ReplicationHealth, in the order of Microsoft's table, and the versions that have them: those that
 * the help of 2010 and of 2013 name (https://learn.microsoft.com/exchange/high-availability/manage-ha/monitor-dags).
 * That a server in no DAG has only the first three is (unverified).
 */
const REPLICATION_CHECKS: readonly (readonly [check: string, lifespan: Lifespan])[] = [
  ['ClusterService', { since: ExchangeVersion.V2010 }],
  ['ReplayService', { since: ExchangeVersion.V2010 }],
  ['ActiveManager', { since: ExchangeVersion.V2010 }],
  ['TasksRpcListener', { since: ExchangeVersion.V2010 }],
  ['TcpListener', { since: ExchangeVersion.V2010 }],
  ['ServerLocatorService', { since: ExchangeVersion.V2013 }],
  ['DagMembersUp', { since: ExchangeVersion.V2010 }],
  ['ClusterNetwork', { since: ExchangeVersion.V2010 }],
  ['QuorumGroup', { since: ExchangeVersion.V2010 }],
  ['FileShareQuorum', { since: ExchangeVersion.V2010 }],
  ['DatabaseRedundancy', { since: ExchangeVersion.V2013 }],
  ['DatabaseAvailability', { since: ExchangeVersion.V2013 }],
  ['DBCopySuspended', { since: ExchangeVersion.V2010 }],
  ['DBCopyFailed', { since: ExchangeVersion.V2010 }],
  ['DBInitializing', { since: ExchangeVersion.V2010 }],
  ['DBDisconnected', { since: ExchangeVersion.V2010 }],
  ['DBLogCopyKeepingUp', { since: ExchangeVersion.V2010 }],
  ['DBLogReplayKeepingUp', { since: ExchangeVersion.V2010 }],
];
const OF_ANY_SERVER: ReadonlySet<string> = new Set(['ReplayService', 'ActiveManager', 'TasksRpcListener']);
const OF_CLUSTER: ReadonlySet<string> = new Set(['ClusterService', 'ClusterNetwork', 'QuorumGroup']);

/** Why a check fails; undefined where it passes. The words are made up. */
function replicationError(call: Call, server: ServerState, check: string): string | undefined {
  const { databaseAvailabilityGroups, databases } = call.organization;
  const group = databaseAvailabilityGroups.find(({ servers }) => servers.includes(server.name));
  const isOut = group?.stopped.includes(server.name) === true || 'Clustering' in server.unhealthy;
  const held = databases.filter(({ copies }) => copies.some((copy) => copy.server === server.name));
  if (OF_CLUSTER.has(check)) return isOut ? `${server.name} does not take part in the cluster.` : undefined;
  switch (check) {
    case 'DagMembersUp': {
      const down = (group?.servers ?? []).filter((name) => !call.server(name).running);
      return down.length === 0 ? undefined : `These members are down: ${down.join(', ')}.`;
    }
    case 'DatabaseRedundancy':
    case 'DatabaseAvailability': {
      // This is so on every server with the database that Setup made there, until somebody adds a copy.
      const alone = held.filter(({ copies }) => copies.length < 2).map(({ name }) => name);
      return alone.length === 0
        ? undefined
        : `There were database checks that failed:\n\n${alone.join(', ')} has one copy.`;
    }
    case 'DBCopySuspended': {
      const suspended = held.filter(({ copies }) =>
        copies.some((copy) => copy.server === server.name && copy.suspended),
      );
      return suspended.length === 0
        ? undefined
        : `Suspended: ${suspended.map(({ name }) => `${name}\\${server.name}`).join(', ')}.`;
    }
    default:
      return check in server.unhealthy ? `${check} is ill.` : undefined;
  }
}

function testReplicationHealth(call: Call): void {
  const server = answering(call, 'Identity');
  const group = call.organization.databaseAvailabilityGroups.find(({ servers }) =>
    servers.includes(server.name),
  );
  for (const [check, lifespan] of REPLICATION_CHECKS) {
    if (!existsIn(lifespan, versionOf(server))) continue;
    if (group === undefined && !OF_ANY_SERVER.has(check)) continue;
    const error = replicationError(call, server, check);
    // The texts of the table in administrators' posts.
    const result = error === undefined ? 'Passed' : '*FAILED*';
    call.write({
      typeNames: ['Microsoft.Exchange.Monitoring.ReplicationCheckOutcome', ...CONFIGURABLE],
      text: check,
      properties: {
        Server: server.name,
        Check: check,
        CheckDescription: check,
        Result: enumeration(
          'Microsoft.Exchange.Monitoring.ReplicationCheckResultEnum',
          result,
          result === 'Passed' ? 1 : 2,
        ),
        Error: error ?? null,
        Identity: '',
        IsValid: true,
      },
    });
  }
}

function getComponentState(call: Call): void {
  const server = call.server(call.text('Identity') ?? '');
  const wanted = call.text('Component')?.toLowerCase();
  for (const component of COMPONENTS) {
    if (wanted !== undefined && component.toLowerCase() !== wanted) continue;
    const state = componentState(server, component);
    call.write({
      typeNames: [
        'Microsoft.Exchange.Management.SystemConfigurationTasks.ServerComponentStatePresentationObject',
        ...CONFIGURABLE,
      ],
      text: `${server.name}\\${component}`,
      properties: {
        Identity: `${server.name}\\${component}`,
        ServerFqdn: server.fqdn,
        Component: component,
        State: enumeration(
          'Microsoft.Exchange.Data.Directory.SystemConfiguration.ServiceState',
          state,
          SERVICE_STATES.indexOf(state),
        ),
        // Here texts, without states that are active again; a session may show objects, and all states (unverified).
        LocalStates: statesBy(server, component),
        RemoteStates: statesBy(server, component),
        IsValid: true,
      },
    });
  }
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-servercomponentstate */
function setComponentState(call: Call): void {
  const server = call.server(call.text('Identity') ?? '');
  const named = call.text('Component') ?? '';
  const component = COMPONENTS.find((name) => name.toLowerCase() === named.toLowerCase());
  if (component === undefined) {
    throw call.error('ArgumentException', `There is no component '${named}'.`, 'InvalidArgument');
  }
  const state = (call.text('State') ?? 'Active') as ComponentState;
  const requester = call.text('Requester') ?? '';
  const others = Object.fromEntries(
    Object.entries(server.components[component] ?? {}).filter(([name]) => name !== requester),
  );
  server.components[component] = state === 'Active' ? others : { ...others, [requester]: state };
  if (Object.keys(server.components[component]).length === 0) delete server.components[component];
  server.mailServices = (server.mailServices ?? []).filter(
    (service) => componentState(server, MAIL_COMPONENTS[service]) !== 'Inactive',
  );
  call.touch(server);
}

function statesBy(server: ServerState, component: string): readonly string[] {
  return Object.entries(server.components[component] ?? {}).map(
    ([requester, state]) => `${requester}:${state}`,
  );
}

/**
 * https://learn.microsoft.com/powershell/module/exchangepowershell/redirect-message. That it asks for confirmation is
 * shown in administrators' posts; that it refuses the server itself, and one that is down, is (unverified).
 */
function redirectMessage(call: Call): void {
  const server = answering(call, 'Server');
  const [named] = call.list('Target') ?? [call.text('Target')];
  const target = call.server(named ?? '');
  call.confirm(`Redirect the messages of ${server.name} to ${target.name}?`);
  if (target === server || !target.running) {
    throw call.error('InvalidOperationException', `${named ?? ''} takes no messages of ${server.name}.`);
  }
}

export const health: readonly CmdletBehaviour[] = [
  reads('Get-HealthReport', getHealthReport),
  reads('Get-ServerHealth', getServerHealth),
  reads('Test-ServiceHealth', testServiceHealth),
  reads('Test-ReplicationHealth', testReplicationHealth),
  reads('Get-ServerComponentState', getComponentState),
  changes('Set-ServerComponentState', setComponentState),
  changes('Redirect-Message', redirectMessage),
];
