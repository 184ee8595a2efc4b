import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { sameName } from './equality';
import { serverNameIn } from './host';
import {
  FormerPolicy,
  MOVE_NOW,
  POLICY,
  SERVER,
  STATES,
  TRANSPORT,
  WHOLE,
  type Maintenance,
} from './maintenance';
import { flagOf, textOf, textsOf } from './property';
import type { Answers } from './step';

/** The state of a server before its maintenance. */
export interface Service {
  /** What is out of service already, in words; empty where the server is in service. */
  readonly outOfService: readonly string[];
  readonly isMember: boolean;
  readonly policy: string;
}

/** Undefined where the reads do not determine it. */
export function serviceIn({ looks }: Maintenance, answers: Answers): Service | undefined {
  const [server] = answers.get(SERVER) ?? [];
  const policy = server === undefined ? null : textOf(server, POLICY);
  if (server === undefined || policy === null || policy === '') return undefined;
  const isMember = (textOf(server, 'DatabaseAvailabilityGroup') ?? '') !== '';
  if (!looks.some(({ cmdlet }) => cmdlet === STATES)) {
    return {
      outOfService: isMember && sameName(policy, 'Blocked') ? [`${POLICY} is Blocked`] : [],
      isMember,
      policy,
    };
  }
  const states = [TRANSPORT, WHOLE].map((component) => stateOf(answers.get(STATES) ?? [], component));
  const movesNow = flagOf(server, MOVE_NOW);
  if (states.includes(null) || movesNow === null) return undefined;
  return {
    outOfService: [
      ...[TRANSPORT, WHOLE].flatMap((component, index) =>
        sameName(states[index] ?? '', 'Active') ? [] : [`${component} is ${states[index] ?? ''}`],
      ),
      ...(isMember && movesNow ? [`${MOVE_NOW} is true`] : []),
    ],
    isMember,
    policy,
  };
}

function stateOf(objects: readonly PowerShellObject[], component: string): string | null {
  const found = objects.find((object) => sameName(textOf(object, 'Component') ?? '', component));
  return found === undefined ? null : textOf(found, 'State') || null;
}

/** The reverse call, with the value that was read before in place of the reference. */
export function givenBack(back: Invocation, { policy }: Service): Invocation {
  return {
    ...back,
    parameters: Object.fromEntries(
      Object.entries(back.parameters).map(([name, value]) => [
        name,
        value instanceof FormerPolicy ? policy : value,
      ]),
    ),
  };
}

/**
 * The databases that are still active on a server although another server has a copy; undefined where there are none.
 */
export function stillActive(server: string, databases: readonly PowerShellObject[]): string | undefined {
  const staying = databases.filter(
    (database) =>
      sameName(serverNameIn(textOf(database, 'Server') ?? ''), server) &&
      (textsOf(database, 'Servers') ?? []).length > 1,
  );
  const names = staying.map((database) => textOf(database, 'Name') ?? '').sort();
  return names.length === 0 ? undefined : `active on ${server}: ${names.join(', ')}`;
}
