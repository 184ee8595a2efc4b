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

/** What a server is like before it is drained. */
export interface Service {
  /** What of it is out of service already, in words; empty: it is in service. */
  readonly outOfService: readonly string[];
  readonly isMember: boolean;
  readonly policy: string;
}

/** Undefined where the looks do not tell: what is not told is not known. */
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

/** The call with what was looked at in place. */
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

/** What is still active on a server though another one has a copy of it; undefined where nothing is. */
export function stillActive(server: string, databases: readonly PowerShellObject[]): string | undefined {
  const staying = databases.filter(
    (database) =>
      sameName(serverNameIn(textOf(database, 'Server') ?? ''), server) &&
      (textsOf(database, 'Servers') ?? []).length > 1,
  );
  const names = staying.map((database) => textOf(database, 'Name') ?? '').sort();
  return names.length === 0 ? undefined : `active on ${server}: ${names.join(', ')}`;
}
