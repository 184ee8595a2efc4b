import type { CatalogParameter } from '../../../exchange/versions';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import type { Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { administrativeGroup, directoryObject, serverId, type DirectoryClass } from '../objects/directory';
import { shown } from '../objects/property';
import { configurationEnum } from '../objects/value';
import { newObject } from '../new-object';
import { takeOver } from '../settings';
import type { DatabaseAvailabilityGroupState, ServerState, Settings } from '../state';
import { versionOf } from './virtual-directories';

const GROUP_CLASS: DirectoryClass = {
  typeNames: [
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.DatabaseAvailabilityGroup',
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.ADConfigurationObject',
  ],
  category: 'ms-Exch-MDB-Availability-Group',
  objectClass: ['top', 'msExchMDBAvailabilityGroup'],
  version: [10, '14.0.100.0'],
};

/**
 * The longest name of a DAG, since it becomes the name of a computer account:
 * https://learn.microsoft.com/exchange/high-availability
 */
const LONGEST_NAME = 15;
const MOST_MEMBERS = 16;
const REPLICATION_PORT = 64327;

const DEFAULTS: Settings = {
  AlternateWitnessServer: null,
  AlternateWitnessDirectory: null,
  NetworkCompression: 'InterSubnetOnly',
  NetworkEncryption: 'InterSubnetOnly',
  ManualDagNetworkConfiguration: false,
  DatacenterActivationMode: 'Off',
  AllowCrossSiteRpcClientAccess: false,
  ThirdPartyReplication: 'Disabled',
  ReplicationPort: REPLICATION_PORT,
  AutoDagDatabaseCopiesPerDatabase: 1,
  AutoDagDatabaseCopiesPerVolume: 1,
  AutoDagTotalNumberOfDatabases: 0,
  AutoDagTotalNumberOfServers: 0,
  AutoDagAllServersInstalled: false,
  AutoDagAutoReseedEnabled: true,
  AutoDagDiskReclaimerEnabled: true,
  ReplayLagManagerEnabled: false,
};

/** The exceptions in this file are (unverified); the rules are documented. */
const TASK_EXCEPTION = 'DagTaskException';

function find(call: Call, identity: string): DatabaseAvailabilityGroupState | undefined {
  const wanted = identity.toLowerCase();
  return call.organization.databaseAvailabilityGroups.find(
    (group) => group.name.toLowerCase() === wanted || group.guid === wanted,
  );
}

function theGroup(call: Call): DatabaseAvailabilityGroupState {
  const identity = call.text('Identity') ?? '';
  const found = find(call, identity);
  if (found === undefined) throw call.notFound(identity);
  return found;
}

function groupOf(call: Call, server: ServerState): DatabaseAvailabilityGroupState | undefined {
  return call.organization.databaseAvailabilityGroups.find(({ servers }) => servers.includes(server.name));
}

function show(call: Call, group: DatabaseAvailabilityGroupState): PowerShellObject {
  const { organization } = call;
  const members = group.servers.map((name) => call.draft.servers.get(name)!);
  const started = members.filter(({ name }) => !group.stopped.includes(name));
  const withStatus = call.isSet('Status');
  const operational = started.filter(({ running }) => running);
  const settings = { ...DEFAULTS, ...group.settings };
  const ids = (servers: readonly ServerState[]): PowerShellValue =>
    servers.map(({ name }) => serverId(organization, name));
  return directoryObject(
    organization,
    GROUP_CLASS,
    group,
    group.name,
    `CN=${group.name},CN=Database Availability Groups,${administrativeGroup(organization)}`,
    {
      Servers: ids(members),
      ...shown(call.catalog.cmdlet('Set-DatabaseAvailabilityGroup'), settings),
      ThirdPartyReplication: configurationEnum(
        'ThirdPartyReplicationMode',
        settings['ThirdPartyReplication'] as string,
        ['Disabled', 'Enabled'],
      ),
      DatabaseAvailabilityGroupIpv4Addresses: settings['DatabaseAvailabilityGroupIpAddresses'] as string[],
      StartedMailboxServers: started.map(({ fqdn }) => fqdn),
      StoppedMailboxServers: members
        .filter(({ name }) => group.stopped.includes(name))
        .map(({ fqdn }) => fqdn),
      OperationalServers: withStatus ? ids(operational) : null,
      PrimaryActiveManager:
        withStatus && operational[0] !== undefined ? serverId(organization, operational[0].name) : null,
      ServersInMaintenance: withStatus ? [] : null,
      ReplicationPort: withStatus ? (settings['ReplicationPort'] as number) : 0,
      NetworkNames: withStatus ? ['MapiDagNetwork'] : [],
      WitnessShareInUse: withStatus
        ? configurationEnum('WitnessShareInUse', members.length > 0 ? 'Primary' : 'None', [
            'None',
            'Primary',
            'Alternate',
            'InvalidConfiguration',
          ])
        : null,
    },
  );
}

function get(call: Call): void {
  if (call.has('Identity')) {
    call.write(show(call, theGroup(call)));
    return;
  }
  for (const group of call.organization.databaseAvailabilityGroups) call.write(show(call, group));
}

function create(call: Call): void {
  const name = call.text('Name') ?? '';
  if (name.length === 0 || name.length > LONGEST_NAME) {
    throw call.error('DataValidationException', `The name of a DAG has 1 to ${LONGEST_NAME} characters.`);
  }
  if (find(call, name) !== undefined) {
    throw call.error('ADObjectAlreadyExistsException', `There is a DAG '${name}' already.`);
  }
  const fact = call.catalog.cmdlet('New-DatabaseAvailabilityGroup')?.parameter(ADDRESSES);
  refuseAddresses(call, fact);
  refuseSharedDirectory(call, name, {});
  const witness = call.text('WitnessServer') ?? null;
  if (witness === null)
    call.warn(`No witness server was given for '${name}': set one before two servers join.`);
  warnOfUnprepared(call);
  const group: DatabaseAvailabilityGroupState = {
    ...newObject(name, call.now, {
      WitnessServer: witness,
      WitnessDirectory:
        call.text('WitnessDirectory') ?? `C:\\DAGFileShareWitnesses\\${name}.${call.organization.domain}`,
      DatabaseAvailabilityGroupIpAddresses: addressesOf(call, fact),
      ThirdPartyReplication: call.text('ThirdPartyReplication') ?? 'Disabled',
    }),
    servers: [],
    stopped: [],
  };
  call.organization.databaseAvailabilityGroups.push(group);
  call.write(show(call, group));
}

const ADDRESSES = 'DatabaseAvailabilityGroupIpAddresses';

/**
 * The default is DHCP on 2010 (its help, Create a Database Availability Group), and later no administrative access
 * point (the page of New-DatabaseAvailabilityGroup). How 2010 shows DHCP then is not documented: here as if it had been
 * given.
 */
function addressesOf(call: Call, fact: CatalogParameter | undefined): readonly string[] {
  return call.list(ADDRESSES) ?? fact?.whenOmitted ?? [];
}

/** The answer of a version without such clusters is not documented (unverified). */
function refuseAddresses(call: Call, fact: CatalogParameter | undefined): void {
  const wrong = (call.list(ADDRESSES) ?? []).find((address) => fact?.refuses?.includes(address));
  if (wrong === undefined) return;
  throw call.error(TASK_EXCEPTION, `${call.catalog.version.toString()} takes no '${wrong}' as an address.`);
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/new-databaseavailabilitygroup, -WitnessDirectory */
function refuseSharedDirectory(call: Call, name: string, settings: Settings): void {
  const taken = call.organization.databaseAvailabilityGroups.find(
    (group) =>
      !sameText(group.name, name) &&
      ['WitnessServer', 'WitnessDirectory'].every((setting) =>
        sameText(group.settings[setting], call.text(setting) ?? settings[setting]),
      ),
  );
  if (taken === undefined) return;
  throw call.error(TASK_EXCEPTION, `The witness directory of ${name} is that of ${taken.name} already.`);
}

function sameText(left: unknown, right: unknown): boolean {
  return typeof left === 'string' && typeof right === 'string' && left.toLowerCase() === right.toLowerCase();
}

const NEED_QUORUM = ['ReplicationPort', 'NetworkCompression', 'NetworkEncryption'];

function set(call: Call): void {
  const group = theGroup(call);
  refuseAddresses(call, call.catalog.cmdlet('Set-DatabaseAvailabilityGroup')?.parameter(ADDRESSES));
  refuseSharedDirectory(call, group.name, group.settings);
  for (const name of ['WitnessServer', 'AlternateWitnessServer']) refuseMemberAsWitness(call, group, name);
  const running = group.servers.filter((name) => call.draft.servers.get(name)?.running === true);
  const touched = NEED_QUORUM.filter((name) => call.has(name));
  if (touched.length > 0 && running.length * 2 <= group.servers.length) {
    throw call.error(TASK_EXCEPTION, `${touched.join(', ')} cannot be set while the cluster has no quorum.`);
  }
  warnOfUnprepared(call);
  takeOver(call, group, DEFAULTS, group.name);
}

/**
 * Only a warning: "Witness Server Warning Message When Using Certain Database Availability Group Tasks" (Scott
 * Schnoll's blog at TechNet). There a server of 2010 also warns of a prepared witness, which the lab does not. That an
 * alternate witness is checked too is (unverified).
 */
function warnOfUnprepared(call: Call): void {
  for (const parameter of ['WitnessServer', 'AlternateWitnessServer']) {
    const host = call.text(parameter);
    if (host === undefined || call.organization.unpreparedWitnesses?.includes(host) !== true) continue;
    call.warn(
      `The Exchange Trusted Subsystem is not a member of the local Administrators group on specified witness server ${host}.`,
    );
  }
}

function refuseMemberAsWitness(call: Call, group: DatabaseAvailabilityGroupState, parameter: string): void {
  const host = call.text(parameter);
  const server = host === undefined ? undefined : call.findServer(host);
  if (server !== undefined && group.servers.includes(server.name)) {
    throw call.error(
      TASK_EXCEPTION,
      `${server.name} is a member of ${group.name}, so it cannot be its witness.`,
    );
  }
}

/** The server that the call names. It must answer, unless only the configuration is changed. */
function member(call: Call): ServerState {
  const server = call.server(call.text('MailboxServer') ?? '');
  if (!server.running && !call.isSet('ConfigurationOnly')) {
    throw call.error(
      TASK_EXCEPTION,
      `The server ${server.name} cannot be reached: the RPC server is unavailable.`,
    );
  }
  return server;
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/add-databaseavailabilitygroupserver */
function addServer(call: Call): void {
  const group = theGroup(call);
  const server = member(call);
  const current = groupOf(call, server);
  if (current !== undefined) {
    throw call.error(TASK_EXCEPTION, `${server.name} is a member of ${current.name} already.`);
  }
  if (group.servers.length >= MOST_MEMBERS) {
    throw call.error(TASK_EXCEPTION, `${group.name} has ${MOST_MEMBERS} members, the most that it can have.`);
  }
  const other = group.servers.map((name) => call.draft.servers.get(name)!)[0];
  if (other !== undefined && !versionOf(other).goesWith(versionOf(server))) {
    throw call.error(
      TASK_EXCEPTION,
      `${server.name} runs ${versionOf(server).toString()}, the members of ${group.name} ${versionOf(other).toString()}.`,
    );
  }
  for (const setting of ['WitnessServer', 'AlternateWitnessServer']) {
    const witness = group.settings[setting];
    if (typeof witness === 'string' && call.findServer(witness) === server) {
      throw call.error(
        TASK_EXCEPTION,
        `${server.name} is the witness of ${group.name}, so it cannot join it.`,
      );
    }
  }
  group.servers.push(server.name);
  call.touch(group);
  if (group.servers.length > 1 && group.settings['WitnessServer'] === null) {
    call.warn(`${group.name} has no witness server.`);
  }
}

function removeServer(call: Call): void {
  const group = theGroup(call);
  const server = member(call);
  if (!group.servers.includes(server.name)) {
    throw call.error(TASK_EXCEPTION, `${server.name} is no member of ${group.name}.`);
  }
  call.confirm(`Remove ${server.name} from ${group.name}?`);
  const replicated = call.organization.databases.filter(
    ({ copies }) => copies.length > 1 && copies.some((copy) => copy.server === server.name),
  );
  if (replicated.length > 0) {
    const names = replicated.map(({ name }) => name).join(', ');
    throw call.error(TASK_EXCEPTION, `${server.name} holds copies of ${names}: remove them first.`);
  }
  group.servers = group.servers.filter((name) => name !== server.name);
  group.stopped = group.stopped.filter((name) => name !== server.name);
  call.touch(group);
}

function remove(call: Call): void {
  const group = theGroup(call);
  call.confirm(`Remove the DAG ${group.name}?`);
  if (group.servers.length > 0) {
    throw call.error(TASK_EXCEPTION, `${group.name} has members: ${group.servers.join(', ')}.`);
  }
  const { organization } = call;
  organization.databaseAvailabilityGroups = organization.databaseAvailabilityGroups.filter(
    (other) => other !== group,
  );
}

/** The members that a Stop- or Start- cmdlet names, by server or by Active Directory site. */
function chosen(call: Call, group: DatabaseAvailabilityGroupState): readonly string[] {
  const named = call.text('MailboxServer');
  const site = call.text('ActiveDirectorySite')?.toLowerCase();
  if (named === undefined && site === undefined) {
    throw call.error(
      'ArgumentException',
      'MailboxServer or ActiveDirectorySite must be given.',
      'InvalidArgument',
    );
  }
  const wanted = named === undefined ? undefined : call.server(named).name;
  return group.servers.filter(
    (name) => name === wanted || call.draft.servers.get(name)?.site.toLowerCase() === site,
  );
}

/** https://learn.microsoft.com/exchange/high-availability/database-availability-groups/dac-mode */
function requireActivationMode(call: Call, group: DatabaseAvailabilityGroupState): void {
  if (group.settings['DatacenterActivationMode'] !== 'DagOnly') {
    throw call.error(TASK_EXCEPTION, `${group.name} is not in datacenter activation coordination mode.`);
  }
}

function stop(call: Call): void {
  const group = theGroup(call);
  call.confirm(`Stop members of ${group.name}?`);
  requireActivationMode(call, group);
  group.stopped = [...new Set([...group.stopped, ...chosen(call, group)])];
  call.touch(group);
}

function start(call: Call): void {
  const group = theGroup(call);
  requireActivationMode(call, group);
  const names = chosen(call, group);
  group.stopped = group.stopped.filter((name) => !names.includes(name));
  call.touch(group);
}

function restore(call: Call): void {
  const group = theGroup(call);
  call.confirm(`Restore ${group.name}?`);
  requireActivationMode(call, group);
  for (const name of ['AlternateWitnessServer', 'AlternateWitnessDirectory']) {
    const value = call.text(name);
    if (value !== undefined) group.settings[name] = value;
  }
  call.touch(group);
}

export const availabilityGroups: readonly CmdletBehaviour[] = [
  reads('Get-DatabaseAvailabilityGroup', get),
  changes('New-DatabaseAvailabilityGroup', create),
  changes('Set-DatabaseAvailabilityGroup', set),
  changes('Remove-DatabaseAvailabilityGroup', remove),
  changes('Add-DatabaseAvailabilityGroupServer', addServer),
  changes('Remove-DatabaseAvailabilityGroupServer', removeServer),
  changes('Stop-DatabaseAvailabilityGroup', stop),
  changes('Start-DatabaseAvailabilityGroup', start),
  changes('Restore-DatabaseAvailabilityGroup', restore),
];
