import type { Argument, Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import type { Diagnostic, Known, Problem, StateOf } from '../../schema';
import { flag, path, text, textList } from '../../schema';
import { ExchangeVersion } from '../versions';
import { defineResource } from './definition';
import { includesName, sameFolder, sameName } from './equality';
import { serverNameIn, serverNameProblem } from './host';
import { objectWith } from './object-with';
import { flagOf, textOf, textsOf } from './property';
import type { Step } from './step';

/**
 * Exchange keeps 64 characters, and a name is part of identities such as `DB01\EX01`. Letters beyond ASCII are left out: which
 * of them are the same to Exchange is not known.
 */
const NAME = /^[a-z0-9][a-z0-9 ._()&'-]{0,63}$/i;

export function databaseNameProblem(name: string): Problem | undefined {
  return NAME.test(name) && name.trim() === name
    ? undefined
    : {
        problem: `'${name}' is not a name for a mailbox database`,
        remedy: 'use at most 64 letters, digits, spaces and hyphens, such as DAG01-MDB001',
      };
}

/** A part of a path is no way up (`..`), does not end in what Windows drops, and has no letter that does not show. */
const PART = /^(?!.*[ .]$)[^\\/:*?"<>|\p{C}\p{Zl}\p{Zp}\u00a0]+$/u;

function isLocalPath(path: string): boolean {
  const [drive, ...parts] = path.split('\\');
  return /^[a-z]:$/i.test(drive ?? '') && parts.length > 0 && parts.every((part) => PART.test(part));
}

function fileProblem(value: Known): Problem | undefined {
  const file = value as string;
  return isLocalPath(file) && /\.edb$/i.test(file)
    ? undefined
    : { problem: `'${file}' is not the path of a database file`, remedy: 'write it as E:\\DAG01\\DB01.edb' };
}

function folderProblem(value: Known): Problem | undefined {
  return isLocalPath((value as string).replace(/\\$/, ''))
    ? undefined
    : { problem: `'${value as string}' is not a local folder`, remedy: 'write it as F:\\DAG01\\DB01' };
}

function copiesProblem(value: Known): Problem | undefined {
  const servers = value as readonly string[];
  if (servers.length === 0) {
    return { problem: 'a database without a server', remedy: 'name the server that it is made on first' };
  }
  const twice = servers.find((name, index) => includesName(servers.slice(0, index), name));
  if (twice !== undefined) {
    return {
      problem: `'${twice}' stands twice`,
      remedy: 'a server has one copy of a database: name it once',
    };
  }
  return servers.map(serverNameProblem).find((problem) => problem !== undefined);
}

/** The one call that shows all databases with their copies. Only with their status it shows which are mounted. */
export const DATABASES: Invocation = {
  cmdlet: 'Get-MailboxDatabase',
  parameters: { Status: true },
  properties: [
    'Name',
    'Server',
    'Servers',
    'ActivationPreference',
    'EdbFilePath',
    'LogFolderPath',
    'CircularLoggingEnabled',
    'RpcClientAccessServer',
    'Mounted',
  ],
};

const attributes = {
  name: text('required', 'Name, unique in the organization.', {
    identity: true,
    equals: sameName,
    problem: (value) => databaseNameProblem(value as string),
  }),
  copies: textList(
    'required',
    'Servers that hold it, in the order in which they are to take it over (activation preference). It is made on the first; where it is active later is not compared.',
    { equals: sameInOrder, problem: copiesProblem },
  ),
  edb_file: text(
    'optional-computed',
    'Path of the database file on each of the servers. It is decided when the database is made. Left out: what Exchange chooses.',
    { equals: sameFolder, problem: fileProblem },
  ),
  log_folder: text(
    'optional-computed',
    'Folder of its transaction logs on each of the servers. It is decided when the database is made. Left out: what Exchange chooses.',
    { equals: sameFolder, problem: folderProblem },
  ),
  circular_logging: flag(
    'optional-computed',
    'Whether transaction logs are deleted as soon as their content is in the database and in its copies. Left out: as it is.',
  ),
  rpc_client_access_server: text(
    'optional-computed',
    'Name under which Outlook inside reaches its mailboxes: the FQDN of the client access array, Exchange 2010 only. Left out: as it is.',
    { equals: sameName },
  ),
  mounted: flag('computed', 'Whether it is mounted: an apply mounts one that is not.'),
  active_on: text('computed', 'Server on which it is active.'),
} as const;

type State = StateOf<typeof attributes>;

/** A mailbox database with its copies: one object, so that they are made and removed in the order that Exchange wants. */
export const mailboxDatabase = defineResource({
  typeName: 'exchange_mailbox_database',
  kind: 'mailbox-database',
  lifecycle: 'owned',
  lifespan: { since: ExchangeVersion.V2010 },
  description:
    'A mailbox database of a DAG with its copies. Exchange refuses to remove one that holds mailboxes; its files stay on the servers.',
  attributes,
  importId: ['name'],
  declaredExisting: ({ name }) =>
    `dag: { …, databases: { '${name ?? ''}': { copies: […], existing: true } } }`,
  computed: () => ({ mounted: true }),
  steady: ['active_on'],
  steps: ({ prior, planned }) => {
    if (planned === null) return prior === null ? [] : removed(prior);
    return prior === null ? made(planned) : changed(prior, planned);
  },
  observe: () => DATABASES,
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.name ?? '' });
    if (found === undefined) return null;
    return {
      ...state,
      copies: copiesIn(found, state.copies ?? []),
      edb_file: textOf(found, 'EdbFilePath'),
      log_folder: textOf(found, 'LogFolderPath'),
      circular_logging: flagOf(found, 'CircularLoggingEnabled'),
      rpc_client_access_server: (textOf(found, 'RpcClientAccessServer') ?? '') || null,
      // Of a server that is down nobody knows.
      mounted: flagOf(found, 'Mounted') ?? state.mounted,
      active_on: activeOn(found),
    };
  },
  foresee: (objects, { prior, planned }) => {
    const found = objectWith(objects, { Name: planned?.name ?? prior?.name ?? '' });
    const active_on = found === undefined ? (planned?.copies?.[0] ?? null) : activeOn(found);
    return {
      values: { active_on },
      diagnostics:
        found === undefined || planned === null ? [] : refusals(found, planned, copiesIn(found, [])),
    };
  },
});

function made(planned: State): readonly Step[] {
  const { name, copies, edb_file, log_folder } = planned;
  const [first, ...others] = copies ?? [];
  return [
    step(
      'New-MailboxDatabase',
      {
        Name: name,
        Server: first ?? null,
        ...(edb_file === null ? {} : { EdbFilePath: edb_file }),
        ...(log_folder === null ? {} : { LogFolderPath: log_folder }),
      },
      'Mailboxes need the database.',
    ),
    mounting(name),
    ...others.map((server, index) => adding(name, server, index + 2)),
    ...settings(planned, { circular_logging: null, rpc_client_access_server: null }),
  ];
}

function changed(prior: State, planned: State): readonly Step[] {
  const { name } = planned;
  const [before, after] = [prior.copies ?? [], planned.copies ?? []];
  const order = [...before];
  const joining = after.flatMap((server, index) => {
    if (includesName(before, server)) return [];
    const preference = Math.min(index, order.length) + 1;
    order.splice(preference - 1, 0, server);
    return [adding(name, server, preference)];
  });
  const leaving = before.filter((server) => !includesName(after, server));
  // The last passive copy cannot be removed while circular logging is on, nor the second one added (Microsoft's pages of
  // Remove-MailboxDatabaseCopy and Add-MailboxDatabaseCopy): it goes off before, and on after.
  const isOff = planned.circular_logging === false;
  const set = settings(planned, prior);
  return [
    ...(prior.mounted === false ? [mounting(name)] : []),
    ...(isOff ? set : []),
    ...joining,
    ...leaving.map((server) => parting(name, server, `The declaration no longer names a copy on ${server}.`)),
    ...preferences(
      name,
      order.filter((server) => includesName(after, server)),
      after,
    ),
    ...(isOff ? [] : set),
  ];
}

/** One after another from the first on: each goes to its place, and those behind it close up. */
function preferences(
  name: string | null,
  before: readonly string[],
  after: readonly string[],
): readonly Step[] {
  const order = [...before];
  return after.flatMap((server, index) => {
    if (sameName(order[index] ?? '', server)) return [];
    order.splice(
      order.findIndex((other) => sameName(other, server)),
      1,
    );
    order.splice(index, 0, server);
    return [
      step(
        'Set-MailboxDatabaseCopy',
        { Identity: copyOf(name, server), ActivationPreference: index + 1 },
        'The copies must take the database over in the declared order.',
      ),
    ];
  });
}

function removed({ name, copies, active_on, circular_logging }: State): readonly Step[] {
  const active = active_on ?? copies?.[0] ?? '';
  const passive = (copies ?? []).filter((server) => !sameName(server, active));
  const reason = 'The declaration no longer names the database.';
  return [
    ...(circular_logging === true && passive.length > 0
      ? [
          step(
            'Set-MailboxDatabase',
            { Identity: name, CircularLoggingEnabled: false },
            'Exchange removes the last passive copy only while circular logging is off.',
          ),
        ]
      : []),
    ...passive.map((server) => parting(name, server, reason)),
    step('Remove-MailboxDatabase', { Identity: name, Confirm: false }, reason),
  ];
}

const SETTINGS = {
  circular_logging: 'CircularLoggingEnabled',
  rpc_client_access_server: 'RpcClientAccessServer',
} as const;

/** After the copies: Exchange takes the second one only while circular logging is off. */
function settings(planned: State, prior: Pick<State, keyof typeof SETTINGS>): readonly Step[] {
  const changes = Object.entries(SETTINGS).flatMap(([attribute, parameter]): [string, Argument][] => {
    const [value, before] = [
      planned[attribute as keyof typeof SETTINGS],
      prior[attribute as keyof typeof SETTINGS],
    ];
    const isSame =
      typeof value === 'string' && typeof before === 'string' ? sameName(value, before) : value === before;
    return value === null || isSame ? [] : [[parameter, value]];
  });
  return changes.length === 0
    ? []
    : [
        step(
          'Set-MailboxDatabase',
          { Identity: planned.name, ...Object.fromEntries(changes) },
          'The database must have the declared settings, once its copies are there.',
        ),
      ];
}

/** What Exchange would refuse half-way, or what would be claimed and not done. */
function refusals(
  found: PowerShellObject,
  planned: State,
  present: readonly string[],
): readonly Diagnostic[] {
  const name = planned.name ?? '';
  const copies = planned.copies ?? [];
  const isOn = flagOf(found, 'CircularLoggingEnabled') === true;
  const error = (attribute: string, summary: string, detail: string): Diagnostic => ({
    severity: 'error',
    summary,
    detail,
    path: path(attribute),
  });
  const moved = (['edb_file', 'log_folder'] as const).flatMap((attribute) => {
    const [value, there] = [
      planned[attribute],
      textOf(found, attribute === 'edb_file' ? 'EdbFilePath' : 'LogFolderPath'),
    ];
    return value === null || there === null || sameFolder(value, there)
      ? []
      : [
          error(
            attribute,
            `The files of the database ${name} are elsewhere`,
            `${attribute} is '${there}', not '${value}'. Files are not moved from here, since a move takes the database off line: declare where they are, or move them first (Move-DatabasePath; of a database with copies by Microsoft's procedure).`,
          ),
        ];
  });
  const active = activeOn(found);
  const isLeft = active !== null && !includesName(copies, active);
  const stays = present.filter((server) => includesName(copies, server));
  const isSecond = present.length === 1 && copies.length > 1;
  const isLast = present.length > 1 && stays.length === 1 && copies.length === 1;
  return [
    ...moved,
    ...(isLeft
      ? [
          error(
            'copies',
            `The database ${name} is active on ${active}, which is to lose its copy`,
            `Move it to another server first: Move-ActiveMailboxDatabase '${name}' -ActivateOnServer '${stays[0] ?? copies[0] ?? ''}'. Then plan again.`,
          ),
        ]
      : []),
    ...(isOn && isSecond
      ? [
          error(
            'copies',
            `The database ${name} cannot get a second copy while circular logging is on`,
            `Declare circularLogging: false for it and deploy that, dismount and mount it so that this counts, then add the copy; circular logging may be on again once the copy is there.`,
          ),
        ]
      : []),
    ...(isOn && isLast && planned.circular_logging !== false
      ? [
          error(
            'copies',
            `The database ${name} cannot lose its last passive copy while circular logging is on`,
            'Declare circularLogging: false for it, which is done before the copy is removed.',
          ),
        ]
      : []),
  ];
}

function activeOn(found: PowerShellObject): string | null {
  const server = textOf(found, 'Server');
  return server === null ? null : serverNameIn(server);
}

/**
 * Servers that hold it, by activation preference: each shows as `[EX01, 1]`, the text of a pair of .NET. Where one does not,
 * the order is unknown: as declared.
 */
function copiesIn(found: PowerShellObject, declared: readonly string[]): readonly string[] {
  const pairs = (textsOf(found, 'ActivationPreference') ?? []).map((pair) => /^\[(.+), (\d+)\]$/.exec(pair));
  const servers = (textsOf(found, 'Servers') ?? []).map(serverNameIn);
  if (pairs.length > 0 && pairs.every((pair) => pair !== null)) {
    return pairs
      .map((pair): [string, number] => [serverNameIn(pair[1]!), Number(pair[2])])
      .sort(([, left], [, right]) => left - right)
      .map(([server]) => server);
  }
  return [
    ...declared.filter((server) => includesName(servers, server)),
    ...servers.filter((server) => !includesName(declared, server)),
  ];
}

function sameInOrder(left: Known, right: Known): boolean {
  const [one, other] = [left as readonly string[], right as readonly string[]];
  return one.length === other.length && one.every((name, index) => sameName(name, other[index] ?? ''));
}

function copyOf(name: string | null, server: string): string {
  return `${name ?? ''}\\${server}`;
}

function mounting(name: string | null): Step {
  return step('Mount-Database', { Identity: name }, 'A database serves nobody until it is mounted.');
}

function adding(name: string | null, server: string, preference: number): Step {
  return step(
    'Add-MailboxDatabaseCopy',
    { Identity: name, MailboxServer: server, ActivationPreference: preference },
    `The database goes on from ${server} when it is lost elsewhere. A large one takes long to be copied there.`,
  );
}

function parting(name: string | null, server: string, reason: string): Step {
  return step('Remove-MailboxDatabaseCopy', { Identity: copyOf(name, server), Confirm: false }, reason);
}

function step(cmdlet: string, parameters: { readonly [name: string]: Argument }, reason: string): Step {
  return {
    kind: 'mailbox-database',
    server: null,
    reason,
    invocation: { cmdlet, parameters },
  };
}
