import { Reference, type Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { interruptionOf } from '../interruptions';
import type { Facts } from './definition';
import { sameName } from './equality';
import { serverNameIn } from './host';
import type { FileCall } from './laid-file';
import { flagOf, textOf, textsOf } from './property';
import type { Answers, Step } from './step';

/** Of a server whose maintenance is declared. */
export interface MaintenanceFacts {
  /** FQDN of the server that takes over the messages in its queues; left out: none is known. */
  readonly redirectTo?: string;
}

/**
 * What takes a server out of service before a step and brings it back after it, whatever becomes of the step. The order
 * and the cmdlets: https://learn.microsoft.com/exchange/high-availability/manage-ha/manage-dags (2013 and later), and
 * for 2010 https://learn.microsoft.com/previous-versions/office/exchange-server-2010/dd298065(v=exchg.141).
 */
export interface Maintenance {
  readonly server: string;
  /** What is looked at first: a server that is out of service already stays so. */
  readonly looks: readonly Invocation[];
  /** In their order. Each has its way back, run in the reverse order. */
  readonly drains: readonly Drain[];
}

export interface Drain {
  readonly invocation: Invocation;
  /** It concerns members of a DAG only. */
  readonly ofMember: boolean;
  /** Left out: there is nothing to bring back. */
  readonly back?: Invocation;
  /**
   * It runs only where a database that another server could have is active on the server. What it then says of others counts
   * for nothing (unverified: what 2010 says of databases without another copy): the wait after it tells what has moved.
   */
  readonly movesActive?: true;
  /** It only looks, and is repeated until nothing is active on the server any more that another one could have. */
  readonly isWait?: true;
}

/** The value of `DatabaseCopyAutoActivationPolicy` that is looked at before anything is changed. */
export class FormerPolicy extends Reference {
  constructor() {
    super('the policy that it had before', 'before', 'Policy');
  }
}

const STATES = 'Get-ServerComponentState';
const SERVER = 'Get-MailboxServer';
const MOVE_NOW = 'DatabaseCopyActivationDisabledAndMoveNow';
const POLICY = 'DatabaseCopyAutoActivationPolicy';
const TRANSPORT = 'HubTransport';
const WHOLE = 'ServerWideOffline';

/** Shows where databases are active, and who has a copy. */
const ACTIVE_DATABASES: Invocation = {
  cmdlet: 'Get-MailboxDatabase',
  parameters: {},
  properties: ['Name', 'Server', 'Servers'],
};

/** Seconds until databases must have moved. */
export const DRAIN_SECONDS = 900;

function componentState(server: string, component: string, state: string): Invocation {
  return {
    cmdlet: 'Set-ServerComponentState',
    parameters: { Identity: server, Component: component, State: state, Requester: 'Maintenance' },
  };
}

function mailboxServer(server: string, parameters: Invocation['parameters']): Invocation {
  return { cmdlet: 'Set-MailboxServer', parameters: { Identity: server, ...parameters } };
}

/** Undefined where the version has nothing to drain: 2007. */
export function maintenanceOf(
  server: string,
  { redirectTo }: MaintenanceFacts,
  { has }: Pick<Facts, 'has'>,
): Maintenance | undefined {
  const hasStates = has('Set-ServerComponentState');
  if (!hasStates && !has('Move-ActiveMailboxDatabase')) return undefined;
  const movesNow = has('Set-MailboxServer', MOVE_NOW);
  const [move, block]: readonly [Drain, Drain] = [
    movesNow
      ? {
          invocation: mailboxServer(server, { [MOVE_NOW]: true }),
          ofMember: true,
          back: mailboxServer(server, { [MOVE_NOW]: false }),
        }
      : {
          invocation: {
            cmdlet: 'Move-ActiveMailboxDatabase',
            parameters: { Server: server, Confirm: false },
          },
          ofMember: true,
          movesActive: true,
        },
    {
      invocation: mailboxServer(server, { [POLICY]: 'Blocked' }),
      ofMember: true,
      back: mailboxServer(server, { [POLICY]: new FormerPolicy() }),
    },
  ];
  return {
    server,
    looks: [
      ...(hasStates
        ? [{ cmdlet: STATES, parameters: { Identity: server }, properties: ['Component', 'State'] }]
        : []),
      {
        cmdlet: SERVER,
        parameters: { Identity: server },
        properties: ['DatabaseAvailabilityGroup', POLICY, ...(movesNow ? [MOVE_NOW] : [])],
      },
    ],
    drains: [
      ...(hasStates
        ? [
            {
              invocation: componentState(server, TRANSPORT, 'Draining'),
              ofMember: false,
              back: componentState(server, TRANSPORT, 'Active'),
            },
          ]
        : []),
      ...(hasStates && redirectTo !== undefined
        ? [
            {
              invocation: {
                cmdlet: 'Redirect-Message',
                parameters: { Server: server, Target: redirectTo, Confirm: false },
              },
              ofMember: false,
            },
          ]
        : []),
      // In 2010 a database could come back between the two.
      ...(movesNow ? [move, block] : [block, move]),
      {
        invocation: ACTIVE_DATABASES,
        ofMember: true,
        isWait: true,
      },
      ...(hasStates
        ? [
            {
              invocation: componentState(server, WHOLE, 'Inactive'),
              ofMember: false,
              back: componentState(server, WHOLE, 'Active'),
            },
          ]
        : []),
    ],
  };
}

/** The steps of a change, those that clients could feel with the maintenance of their server around them. */
export function maintained(steps: readonly Step[], facts: Facts): readonly Step[] {
  const { maintenance: declared } = facts;
  if (declared === undefined) return steps;
  return steps.map((step) => {
    if (step.server === null || interruptionOf(step.invocation)?.isDrained !== true) return step;
    const maintenance = maintenanceOf(step.server, declared, facts);
    return maintenance === undefined ? step : { ...step, maintenance };
  });
}

/** With every call as the function makes it. */
export function withCalls(
  { server, looks, drains }: Maintenance,
  make: (invocation: Invocation) => Invocation,
): Maintenance {
  return {
    server,
    looks: looks.map(make),
    drains: drains.map(({ invocation, back, ...rest }) => ({
      ...rest,
      invocation: make(invocation),
      ...(back === undefined ? {} : { back: make(back) }),
    })),
  };
}

/** All of its calls, reads included. */
export function callsOfMaintenance({ looks, drains }: Maintenance): readonly Invocation[] {
  return [...looks, ...drains.flatMap(({ invocation, back }) => [invocation, ...(back ? [back] : [])])];
}

/** What runs before the step, with the words for when. */
export function drainCalls({ server, drains }: Maintenance): readonly FileCall[] {
  return drains.map(({ invocation, ofMember, isWait, movesActive }) => ({
    invocation,
    condition: [
      isWait === true ? `until no database is active on ${server} that has another copy; ` : '',
      `only if ${server} is in service`,
      ofMember ? ' and a member of a DAG' : '',
      movesActive === true ? ', and a database is active there that has another copy' : '',
    ].join(''),
  }));
}

/** What runs after the step, however it ended. */
export function returnCalls({ server, drains }: Maintenance): readonly FileCall[] {
  return drains.toReversed().flatMap(({ back, ofMember }) =>
    back === undefined
      ? []
      : [
          {
            invocation: back,
            condition: `only if ${server} was in service${ofMember ? ' and a member of a DAG' : ''}`,
          },
        ],
  );
}

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

/** Every cmdlet that it may run or look with, whichever the version. */
export const MAINTENANCE_CMDLETS: readonly string[] = [
  'Get-MailboxDatabase',
  SERVER,
  STATES,
  'Move-ActiveMailboxDatabase',
  'Redirect-Message',
  'Set-MailboxServer',
  'Set-ServerComponentState',
];

/** Cmdlets that look what a server is like before these drain it. */
export function looksOfMaintenance(drains: readonly string[]): readonly string[] {
  return [SERVER, ...(drains.includes('Set-ServerComponentState') ? [STATES] : [])];
}
