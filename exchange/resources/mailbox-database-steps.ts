import type { Argument } from '../../powershell/invocation';
import { includesName, sameName } from './equality';
import { FILES, SETTINGS, type State } from './mailbox-database-attributes';
import type { Step } from './step';

/** The steps that create a database with its copies. */
export function made(planned: State): readonly Step[] {
  const { name, copies } = planned;
  const [first, ...others] = copies ?? [];
  const files = Object.entries(FILES).flatMap(([attribute, parameter]): [string, Argument][] => {
    const value = planned[attribute as keyof typeof FILES];
    return value === null ? [] : [[parameter, value]];
  });
  const set = settings(planned, { circular_logging: null, rpc_client_access_server: null });
  return [
    step(
      'New-MailboxDatabase',
      { Name: name, Server: first ?? null, ...Object.fromEntries(files) },
      'Mailboxes need the database.',
    ),
    // For a database without copies, circular logging takes effect when it is mounted next.
    ...(others.length === 0 ? set : []),
    mounting(name),
    ...others.map((server, index) => adding(name, server, index + 2)),
    ...(others.length === 0 ? [] : set),
  ];
}

export function changed(prior: State, planned: State): readonly Step[] {
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
  // While circular logging is on, the last passive copy cannot be removed and a second copy cannot be added
  // (Microsoft's pages of Remove-MailboxDatabaseCopy and Add-MailboxDatabaseCopy). It is therefore turned off before,
  // and on again afterwards.
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

/**
 * Sets the activation preferences in order, from the first on. Each copy moves to its place, and Exchange shifts the
 * copies behind it.
 */
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

export function removed({ name, copies, active_on, circular_logging }: State): readonly Step[] {
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
