import { Reference, type Invocation } from '../../powershell/invocation';
import type { Facts, MaintenanceFacts } from './facts';
import type { FileCall } from './laid-file';

/**
 * The calls that put a server into maintenance before a step, and take it out afterwards even if the step fails. Their
 * order and cmdlets: https://learn.microsoft.com/exchange/high-availability/manage-ha/manage-dags (2013 and later), and
 * for 2010 https://learn.microsoft.com/previous-versions/office/exchange-server-2010/dd298065(v=exchg.141).
 */
export interface Maintenance {
  readonly server: string;
  /** Reads of the server's state at first: a server that is out of service already stays so. */
  readonly looks: readonly Invocation[];
  /** The actions that drain the server, in order. Each can have a reverse call; these run in the reverse order. */
  readonly drains: readonly Drain[];
}

export interface Drain {
  readonly invocation: Invocation;
  /** Whether it applies only to members of a DAG. */
  readonly ofMember: boolean;
  /** The reverse call. Left out: nothing is to be reversed. */
  readonly back?: Invocation;
  /**
   * Set for the call that moves active databases. It runs only where the server has an active database with a copy on
   * another server. Its errors are ignored (unverified: what 2010 reports for databases without another copy): the wait
   * after it checks what has moved.
   */
  readonly movesActive?: true;
  /**
   * Set for the wait: it only reads, and is repeated until no database with a copy on another server is active on the
   * server.
   */
  readonly isWait?: true;
}

/** The value that `DatabaseCopyAutoActivationPolicy` had before anything was changed. */
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

/** Shows where databases are active, and which servers have copies. */
const ACTIVE_DATABASES: Invocation = {
  cmdlet: 'Get-MailboxDatabase',
  parameters: {},
  properties: ['Name', 'Server', 'Servers'],
};

/** Seconds after which databases must have moved. */
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

/** Undefined for 2007, which has no cmdlets for maintenance. */
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
      // In 2010, a database could move back between the two calls.
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

/** The maintenance with each call replaced by the result of a function. */
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

/** All calls of a maintenance, including reads. */
export function callsOfMaintenance({ looks, drains }: Maintenance): readonly Invocation[] {
  return [...looks, ...drains.flatMap(({ invocation, back }) => [invocation, ...(back ? [back] : [])])];
}

/** The calls before the step, with their conditions in words. */
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

/** The calls after the step, even if it failed. */
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

/** Every cmdlet that maintenance may use, in any version. */
export const MAINTENANCE_CMDLETS: readonly string[] = [
  'Get-MailboxDatabase',
  SERVER,
  STATES,
  'Move-ActiveMailboxDatabase',
  'Redirect-Message',
  'Set-MailboxServer',
  'Set-ServerComponentState',
];

/** The cmdlets that read the state of a server before these drain it. */
export function looksOfMaintenance(drains: readonly string[]): readonly string[] {
  return [SERVER, ...(drains.includes('Set-ServerComponentState') ? [STATES] : [])];
}
