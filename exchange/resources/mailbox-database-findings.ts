import type { PowerShellObject } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import type { Diagnostic } from '../../schema';
import { path } from '../../schema';
import { activeOn } from './database-copies';
import { includesName, sameFolder } from './equality';
import { FILES, type State } from './mailbox-database-attributes';
import { flagOf, textOf } from './property';

/**
 * Diagnostics of a plan: what Exchange would refuse half-way through, what cannot be changed on an existing database,
 * and what takes effect only later.
 */
export function findings(
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
  const moved = Object.entries(FILES).flatMap(([attribute, property]) => {
    const [value, there] = [planned[attribute as keyof typeof FILES], textOf(found, property)];
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
  const isAlone = present.length === 1 && copies.length === 1;
  return [
    ...(isAlone && planned.circular_logging !== null && planned.circular_logging !== isOn
      ? [
          {
            severity: 'warning' as const,
            summary: `Circular logging of ${name} changes only once the database is mounted again`,
            detail:
              'In a database without copies, the change has an effect only from the next mount on. This deploy does not dismount the database: run Dismount-Database and Mount-Database when few people work.',
            path: path('circular_logging'),
          },
        ]
      : []),
    ...moved,
    ...(isLeft
      ? [
          error(
            'copies',
            `The database ${name} is active on ${active}, which is to lose its copy`,
            wayToMove(name, active, stays[0]),
          ),
        ]
      : []),
    ...(isOn && isSecond
      ? [
          error(
            'copies',
            `The database ${name} cannot get a second copy while circular logging is on`,
            `Declare circularLogging: false for it and deploy that. Then dismount and mount the database, so that the change takes effect, and add the copy. Circular logging may be turned on again once the copy is there.`,
          ),
        ]
      : []),
    ...(isOn && isLast && planned.circular_logging !== false
      ? [
          error(
            'copies',
            `The database ${name} cannot lose its last passive copy while circular logging is on`,
            'Declare circularLogging: false for it: the deploy then turns it off before it removes the copy.',
          ),
        ]
      : []),
  ];
}

/** How to free a server of the active copy. Only a server that has a copy can take it. */
function wayToMove(name: string, active: string, taker: string | undefined): string {
  if (taker === undefined) {
    return `None of the declared servers has a copy that could become active. Declare ${active} as well until another server has its copy; then move the database there, and take ${active} out.`;
  }
  const call = {
    cmdlet: 'Move-ActiveMailboxDatabase',
    parameters: { Identity: name, ActivateOnServer: taker },
  };
  return `Move it to another server first, then plan again:\n  ${renderInvocation(call)}`;
}
