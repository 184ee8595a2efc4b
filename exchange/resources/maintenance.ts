import { Reference, type Invocation } from '../../powershell/invocation';
import type { Facts, MaintenanceFacts } from './facts';
import type { FileCall } from './laid-file';

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

export const STATES = 'Get-ServerComponentState';
export const SERVER = 'Get-MailboxServer';
export const MOVE_NOW = 'DatabaseCopyActivationDisabledAndMoveNow';
export const POLICY = 'DatabaseCopyAutoActivationPolicy';
export const TRANSPORT = 'HubTransport';
export const WHOLE = 'ServerWideOffline';

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
