import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject } from '../../../powershell/outcome';
import { applied, type Call } from '../call';
import { changes, reads, type CmdletBehaviour } from '../cmdlet';
import { administrativeGroup, directoryObject, serverId, type DirectoryClass } from '../objects/directory';
import { shown } from '../objects/property';
import { enumeration, textual, timeSpan } from '../objects/value';
import { takeOver } from '../settings';
import { newDatabase } from '../setup';
import type { DatabaseCopyState, DatabaseState, ServerState, Settings } from '../state';
import { versionOf } from './virtual-directories';

const DATABASE_CLASS: DirectoryClass = {
  typeNames: [
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.MailboxDatabase',
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.Database',
    'Microsoft.Exchange.Data.Directory.SystemConfiguration.ADConfigurationObject',
  ],
  category: 'ms-Exch-Private-MDB',
  objectClass: ['top', 'msExchMDB', 'msExchPrivateMDB'],
  version: [10, '14.0.100.0'],
};

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxdatabase */
const DEFAULTS: Settings = {
  CircularLoggingEnabled: false,
  DeletedItemRetention: '14.00:00:00',
  IsExcludedFromProvisioning: false,
  IsSuspendedFromProvisioning: false,
  IssueWarningQuota: '1.899 GB (2,039,480,320 bytes)',
  MailboxRetention: '30.00:00:00',
  MountAtStartup: true,
  ProhibitSendQuota: '2 GB (2,147,483,648 bytes)',
  ProhibitSendReceiveQuota: '2.3 GB (2,469,396,480 bytes)',
};

function find(call: Call, identity: string): DatabaseState {
  const wanted = identity.toLowerCase();
  const found = call.organization.databases.find(
    ({ name, guid }) => name.toLowerCase() === wanted || guid === wanted,
  );
  if (found === undefined) throw call.notFound(identity);
  return found;
}

function show(call: Call, database: DatabaseState): PowerShellObject {
  const { organization } = call;
  const copies = [...database.copies].sort(
    (left, right) => left.activationPreference - right.activationPreference,
  );
  const group = organization.databaseAvailabilityGroups.find(({ servers }) =>
    servers.includes(database.server),
  );
  const settings = { ...DEFAULTS, ...database.settings };
  return directoryObject(
    organization,
    DATABASE_CLASS,
    database,
    database.name,
    `CN=${database.name},CN=Databases,${administrativeGroup(organization)}`,
    {
      ...shown(call.catalog.cmdlet('Set-MailboxDatabase'), settings),
      // That this is the server with the active copy is what administrators' scripts rely on; no page of Microsoft says
      // so (unverified).
      Server: serverId(organization, database.server),
      ServerName: database.server,
      MasterServerOrAvailabilityGroup: textual(
        'Microsoft.Exchange.Data.Directory.ADObjectId',
        group?.name ?? database.server,
      ),
      Servers: copies.map(({ server }) => serverId(organization, server)),
      // `[EX1, 1]` is the text of .NET's KeyValuePair. That a session sends this text, and not Key and Value, is
      // (unverified).
      ActivationPreference: copies.map((copy) => `[${copy.server}, ${copy.activationPreference}]`),
      DatabaseCopies: copies.map(({ server }) => `${database.name}\\${server}`),
      Mounted: call.isSet('Status') ? isMounted(call, database) : null,
      MountedOnServer: call.isSet('Status') ? (call.draft.servers.get(database.server)?.fqdn ?? null) : null,
      Recovery: false,
    },
  );
}

function isMounted(call: Call, database: DatabaseState): boolean {
  return database.mounted && call.draft.servers.get(database.server)?.running === true;
}

/**
 * Databases of older servers are shown only on request: the tools of 2013 and later hide those of 2010 and before, the
 * tools of 2010 those of 2007 (https://learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxdatabase).
 * That the databases of a named server are shown without the request is (unverified).
 */
function lists(call: Call, server: ServerState): boolean {
  const { V2013, V2010 } = ExchangeVersion;
  const since = [V2013, V2010].find((version) => call.catalog.version.isAtLeast(version));
  return (
    since === undefined ||
    versionOf(server).isAtLeast(since) ||
    call.has('Server') ||
    call.isSet(`IncludePreExchange${since.label}`)
  );
}

function get(call: Call): void {
  const identity = call.text('Identity');
  if (identity !== undefined) {
    call.write(show(call, find(call, identity)));
    return;
  }
  const servers = new Set(
    call.serversOf('Server').flatMap((server) => (lists(call, server) ? [server.name] : [])),
  );
  for (const database of call.organization.databases) {
    if (database.copies.some(({ server }) => servers.has(server))) call.write(show(call, database));
  }
}

function create(call: Call): void {
  const name = call.text('Name') ?? '';
  const server = call.server(call.text('Server') ?? '');
  if (call.organization.databases.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    throw call.error('ADObjectAlreadyExistsException', `There is a database '${name}' already.`);
  }
  const database = newDatabase(name, server, call.organization, call.now);
  for (const place of ['EdbFilePath', 'LogFolderPath']) {
    if (call.has(place)) database.settings[place] = call.text(place) ?? null;
  }
  call.organization.databases.push(database);
  warnOfRestart(call, server);
  call.write(show(call, database));
}

/**
 * From 2013 on the server's memory is divided among its databases when the service starts. The tools of 2013 warn of
 * this from its first cumulative update on (itprotoday.com, Why Exchange 2013 asks you to restart the Information
 * Store). The words are from administrators' output of New-MailboxDatabase. That they are the same for a copy is
 * (unverified).
 */
function warnOfRestart(call: Call, server: ServerState): void {
  if (!versionOf(server).isAtLeast(ExchangeVersion.V2013)) return;
  call.warn(
    `Please restart the Microsoft Exchange Information Store service on server ${server.name} after adding new mailbox databases.`,
  );
}

function copyOn(server: ServerState, activationPreference: number): DatabaseCopyState {
  return { server: server.name, activationPreference, suspended: false, settings: {} };
}

function set(call: Call): void {
  const database = find(call, call.text('Identity') ?? '');
  takeOver(call, database, DEFAULTS, database.name);
}

function remove(call: Call): void {
  const database = find(call, call.text('Identity') ?? '');
  call.confirm(`Remove the mailbox database ${database.name}?`);
  if (database.copies.length > 1) {
    throw call.error('InvalidOperationException', `${database.name} has copies: remove them first.`);
  }
  call.organization.databases = call.organization.databases.filter((other) => other !== database);
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/add-mailboxdatabasecopy */
function addCopy(call: Call): void {
  const database = find(call, call.text('Identity') ?? '');
  const server = call.server(call.text('MailboxServer') ?? '');
  const group = call.organization.databaseAvailabilityGroups.find(({ servers }) =>
    servers.includes(database.server),
  );
  if (group === undefined || !group.servers.includes(server.name)) {
    throw call.error(
      'InvalidOperationException',
      `${server.name} and ${database.server} are in no DAG together.`,
    );
  }
  if (database.copies.some((copy) => copy.server === server.name)) {
    throw call.error('InvalidOperationException', `${server.name} has a copy of ${database.name} already.`);
  }
  // Refused only for the second copy: further copies keep the circular logging of replicated databases.
  if (database.settings['CircularLoggingEnabled'] === true && database.copies.length === 1) {
    throw call.error(
      'InvalidOperationException',
      `${database.name} uses circular logging: turn it off first.`,
    );
  }
  const preference = call.bound.get('ActivationPreference');
  const copy = copyOn(server, database.copies.length + 1);
  for (const name of ['ReplayLagTime', 'TruncationLagTime']) {
    if (call.has(name)) copy.settings[name] = call.text(name) ?? null;
  }
  database.copies.push(copy);
  if (typeof preference === 'number') prefer(database, copy, preference);
  call.touch(database);
  warnOfRestart(call, server);
}

/**
 * The other copies move up, so that the preferences stay 1 to n without repetition
 * (https://practical365.com/get-mailboxdatabasecopystatus-displays-incorrect-activation-preference-value/). That the
 * others keep their order is (unverified).
 */
function prefer(database: DatabaseState, copy: DatabaseCopyState, preference: number): void {
  const others = database.copies
    .filter((other) => other !== copy)
    .sort((left, right) => left.activationPreference - right.activationPreference);
  others.splice(preference - 1, 0, copy);
  others.forEach((other, index) => {
    other.activationPreference = index + 1;
  });
}

/** Finds the copy that `DATABASE\SERVER` names. */
function findCopy(call: Call): { readonly database: DatabaseState; readonly copy: DatabaseCopyState } {
  const identity = call.text('Identity') ?? '';
  const slash = identity.indexOf('\\');
  const database = find(call, identity.slice(0, Math.max(slash, 0)));
  const server = identity.slice(slash + 1).toLowerCase();
  const copy = database.copies.find((candidate) => candidate.server.toLowerCase() === server);
  if (copy === undefined) throw call.notFound(identity);
  return { database, copy };
}

function removeCopy(call: Call): void {
  const { database, copy } = findCopy(call);
  call.confirm(`Remove the copy of ${database.name} on ${copy.server}?`);
  if (copy.server === database.server) {
    throw call.error(
      'InvalidOperationException',
      `The copy of ${database.name} on ${copy.server} is active.`,
    );
  }
  // https://learn.microsoft.com/powershell/module/exchangepowershell/remove-mailboxdatabasecopy
  if (database.copies.length === 2 && database.settings['CircularLoggingEnabled'] === true) {
    throw call.error(
      'InvalidOperationException',
      `${database.name} uses circular logging: turn it off before its last passive copy is removed.`,
    );
  }
  database.copies = database.copies.filter((other) => other !== copy);
  const first = database.copies[0];
  if (first !== undefined) prefer(database, first, first.activationPreference);
  call.touch(database);
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxdatabasecopy */
function setCopy(call: Call): void {
  const { database, copy } = findCopy(call);
  const preference = call.bound.get('ActivationPreference');
  if (typeof preference === 'number') {
    if (preference < 1 || preference > database.copies.length) {
      throw call.error('ArgumentException', `ActivationPreference is 1 to ${database.copies.length}.`);
    }
    prefer(database, copy, preference);
  }
  for (const name of ['ReplayLagTime', 'TruncationLagTime', 'DatabaseCopyAutoActivationPolicy']) {
    const value = call.bound.get(name);
    if (value !== undefined) copy.settings[name] = applied(copy.settings[name], value);
  }
  call.touch(database);
}

const STATUSES = ['Unknown', 'Initializing', 'Failed', 'Suspended', 'Mounted', 'Healthy', 'ServiceDown'];

function copyStatus(call: Call): void {
  const identity = call.text('Identity');
  const slash = identity?.indexOf('\\') ?? -1;
  const wanted =
    call.text('Server')?.toLowerCase() ?? (slash < 0 ? undefined : identity?.slice(slash + 1).toLowerCase());
  const name = identity === undefined || slash < 0 ? identity : identity.slice(0, slash);
  const databases = name === undefined ? call.organization.databases : [find(call, name)];
  for (const database of databases) {
    for (const copy of database.copies) {
      if (wanted !== undefined && copy.server.toLowerCase() !== wanted) continue;
      const status = statusOf(call, database, copy);
      call.write({
        typeNames: [
          'Microsoft.Exchange.Management.SystemConfigurationTasks.DatabaseCopyStatusEntry',
          'Microsoft.Exchange.Data.ConfigurableObject',
          'System.Object',
        ],
        text: `${database.name}\\${copy.server}`,
        properties: {
          Identity: `${database.name}\\${copy.server}`,
          Name: `${database.name}\\${copy.server}`,
          DatabaseName: database.name,
          Status: enumeration(
            'Microsoft.Exchange.Management.SystemConfigurationTasks.CopyStatus',
            status,
            STATUSES.indexOf(status),
          ),
          MailboxServer: copy.server,
          ActiveDatabaseCopy: database.server,
          ActivationPreference: copy.activationPreference,
          CopyQueueLength: 0,
          ReplayQueueLength: 0,
          ReplayLagStatus: null,
          ReplayLagTime: timeSpan((copy.settings['ReplayLagTime'] ?? '00:00:00') as string),
          ContentIndexState: 'Healthy',
          IsValid: true,
        },
      });
    }
  }
}

function statusOf(call: Call, database: DatabaseState, copy: DatabaseCopyState): string {
  if (call.draft.servers.get(copy.server)?.running !== true) return 'ServiceDown';
  if (copy.server === database.server) return database.mounted ? 'Mounted' : 'Suspended';
  return copy.suspended ? 'Suspended' : 'Healthy';
}

function suspend(suspended: boolean) {
  return (call: Call) => {
    const { database, copy } = findCopy(call);
    if (suspended) call.confirm(`Suspend the copy of ${database.name} on ${copy.server}?`);
    copy.suspended = suspended;
    call.touch(database);
  };
}

function mount(mounted: boolean) {
  return (call: Call) => {
    const database = find(call, call.text('Identity') ?? '');
    if (!mounted) call.confirm(`Dismount ${database.name}?`);
    if (call.draft.servers.get(database.server)?.running !== true) {
      throw call.error(
        'InvalidOperationException',
        `The server ${database.server} cannot be reached: it is down.`,
      );
    }
    database.mounted = mounted;
    call.touch(database);
  };
}

/**
 * Whether a server may activate its copy automatically:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailboxserver
 */
function takesOver({ services, running, site }: ServerState, from: ServerState): boolean {
  const { DatabaseCopyAutoActivationPolicy: policy, DatabaseCopyActivationDisabledAndMoveNow: disabled } =
    services['MailboxServer'] ?? {};
  if (!running || disabled === true) return false;
  return policy === 'IntrasiteOnly' ? site === from.site : policy !== 'Blocked';
}

/**
 * Moves every database that is active on a server to another copy; a database without a copy that may take over stays
 * (the page of Set-MailboxServer). The copy with the lowest preference number takes it at once. A real server compares how
 * far each copy is, and needs a while (unverified: how long).
 */
export function moveActiveCopies(call: Call, from: ServerState): readonly DatabaseState[] {
  const active = call.organization.databases.filter(({ server }) => server === from.name);
  return active.filter((database) => {
    const best = [...database.copies]
      .sort((left, right) => left.activationPreference - right.activationPreference)
      .find((copy) => {
        const server = call.draft.servers.get(copy.server);
        return server !== undefined && server !== from && !copy.suspended && takesOver(server, from);
      });
    if (best === undefined) return false;
    database.server = best.server;
    call.touch(database);
    return true;
  });
}

/**
 * Moves the active databases of a whole server. A database without another copy is reported beside the others
 * (unverified).
 */
function moveFrom(call: Call, from: ServerState): void {
  call.confirm(`Move all active databases of ${from.name}?`);
  const active = call.organization.databases.filter(({ server }) => server === from.name);
  const moved = moveActiveCopies(call, from);
  for (const database of active.filter((each) => !moved.includes(each))) {
    call.report(
      call.error(
        'InvalidOperationException',
        `There is no other copy of ${database.name} that may be activated.`,
      ),
    );
  }
}

/** Moves the active copy to a server with a healthy copy. */
function moveActive(call: Call): void {
  const from = call.text('Server');
  if (from !== undefined) {
    moveFrom(call, call.server(from));
    return;
  }
  const database = find(call, call.text('Identity') ?? '');
  const server = call.server(call.text('ActivateOnServer') ?? '');
  call.confirm(`Activate ${database.name} on ${server.name}?`);
  const copy = database.copies.find((candidate) => candidate.server === server.name);
  if (copy === undefined || !server.running || copy.suspended) {
    throw call.error('InvalidOperationException', `${server.name} has no healthy copy of ${database.name}.`);
  }
  database.server = server.name;
  call.touch(database);
}

export const databases: readonly CmdletBehaviour[] = [
  reads('Get-MailboxDatabase', get),
  changes('New-MailboxDatabase', create),
  changes('Set-MailboxDatabase', set),
  changes('Remove-MailboxDatabase', remove),
  changes('Add-MailboxDatabaseCopy', addCopy),
  changes('Remove-MailboxDatabaseCopy', removeCopy),
  changes('Set-MailboxDatabaseCopy', setCopy),
  reads('Get-MailboxDatabaseCopyStatus', copyStatus),
  changes('Mount-Database', mount(true)),
  changes('Dismount-Database', mount(false)),
  changes('Move-ActiveMailboxDatabase', moveActive),
  changes('Suspend-MailboxDatabaseCopy', suspend(true)),
  changes('Resume-MailboxDatabaseCopy', suspend(false)),
];
