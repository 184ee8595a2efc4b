import { maintenanceOf, type Maintenance } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/versions';
import type { Invocation } from '../../powershell/invocation';
import type { PowerShellValue } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import { drained, outOfServiceAlready, type DrainSession } from '../../provider/drain';
import type { Reading } from '../../provider/readings';
import type { StepEnd } from '../../provider/step-end';
import type { Diagnostic } from '../../schema';
import { factsOf } from '../exchange/resources/samples';

const DONE: StepEnd = { kind: 'done', diagnostics: [] };
const error = (summary: string): Diagnostic => ({ severity: 'error', summary, detail: 'the server said so' });
const failing = (summary: string): StepEnd => ({ kind: 'failed', diagnostics: [error(summary)] });

const maintenanceFor = (version: ExchangeVersion, redirectTo?: string): Maintenance =>
  maintenanceOf('EX1', redirectTo === undefined ? {} : { redirectTo }, factsOf(version)) as Maintenance;
const of2013 = maintenanceFor(ExchangeVersion.V2013);
const of2010 = maintenanceFor(ExchangeVersion.V2010);

type Properties = { readonly [name: string]: PowerShellValue };

/** What reads show of EX1, by cmdlet. */
type World = { readonly [cmdlet: string]: readonly Properties[] | Diagnostic };
const states = (whole = 'Active'): readonly Properties[] => [
  { Component: 'HubTransport', State: 'Active' },
  { Component: 'ServerWideOffline', State: whole },
];
const mailboxServer = (dag: string | null): Properties => ({
  DatabaseAvailabilityGroup: dag,
  DatabaseCopyAutoActivationPolicy: 'IntrasiteOnly',
  DatabaseCopyActivationDisabledAndMoveNow: false,
});
const SERVING: World = { 'Get-ServerComponentState': states(), 'Get-MailboxServer': [mailboxServer(null)] };
const MEMBER: World = { ...SERVING, 'Get-MailboxServer': [mailboxServer('DAG01')] };
const activeOn = (Server: string): Properties => ({ Name: 'Sales', Server, Servers: ['EX1', 'EX2'] });

interface Course {
  readonly world: World;
  /** What becomes of a call that changes something, by a part of its text. */
  readonly ends?: { readonly [text: string]: StepEnd };
  readonly wait?: StepEnd;
  readonly step?: () => Promise<StepEnd>;
  /** The run is stopped right after the call with this part in its text; empty: before all of them. */
  readonly stopAfter?: string;
}

/** Drains EX1 for a step. Gives every call that was made, shortened, and how it ended. */
async function drain(maintenance: Maintenance, { world, ends = {}, wait = DONE, step, stopAfter }: Course) {
  const stop = new AbortController();
  if (stopAfter === '') stop.abort();
  const ran: string[] = [];
  const write = ({ invocation }: { readonly invocation: Invocation }): Promise<StepEnd> => {
    const text = renderInvocation(invocation);
    ran.push(
      text
        .replace(/ -Identity 'EX1'| -Server 'EX1'| -Confirm:\$false| -Requester 'Maintenance'/g, '')
        .replaceAll("'", ''),
    );
    if (stopAfter !== undefined && stopAfter !== '' && text.includes(stopAfter)) stop.abort();
    const found = Object.entries(ends).find(([part]) => text.includes(part));
    return Promise.resolve(found?.[1] ?? DONE);
  };
  const session: DrainSession = {
    read: ({ cmdlet }): Promise<Reading> => {
      const shown = world[cmdlet] ?? [];
      return Promise.resolve(
        'summary' in shown
          ? { kind: 'failed', diagnostics: [shown], partial: false, notOffered: false }
          : {
              kind: 'objects',
              outcome: {
                kind: 'objects',
                objects: shown.map((properties) => ({ typeNames: [], properties })),
                warnings: [],
                errors: [],
              },
            },
      );
    },
    write,
    insist: write,
    wait: ({ invocation, until, summary }) => {
      ran.push(`wait ${until.seconds} s for ${invocation.cmdlet}: ${summary}`);
      return Promise.resolve(wait);
    },
  };
  const work = step ?? (() => Promise.resolve(DONE));
  const end = await drained(
    maintenance,
    session,
    () => {
      ran.push('the step');
      return work();
    },
    stop.signal,
  ).catch((thrown: Error) => thrown);
  return { ran, end };
}

const TAKEN = ['Set-ServerComponentState -Component HubTransport -State Draining'];
const GIVEN_BACK = 'Set-ServerComponentState -Component HubTransport -State Active';
const OFFLINE = 'Set-ServerComponentState -Component ServerWideOffline -State Inactive';
const ONLINE = 'Set-ServerComponentState -Component ServerWideOffline -State Active';
const MOVED = 'Set-MailboxServer -DatabaseCopyActivationDisabledAndMoveNow:$true';
const BLOCKED = 'Set-MailboxServer -DatabaseCopyAutoActivationPolicy Blocked';
const WAITED = 'wait 900 s for Get-MailboxDatabase: EX1 is not drained';
const STAYING = 'Set-MailboxServer -DatabaseCopyActivationDisabledAndMoveNow:$false';
const UNBLOCKED = 'Set-MailboxServer -DatabaseCopyAutoActivationPolicy IntrasiteOnly';

describe('a server that is drained for a step', () => {
  test('is out of service while the step runs, and back in the reverse order', async () => {
    const { ran, end } = await drain(of2013, { world: SERVING });
    expect(ran).toEqual([...TAKEN, OFFLINE, 'the step', ONLINE, GIVEN_BACK]);
    expect(end).toEqual(DONE);
  });

  test('as a member of a DAG hands its databases over, and gets its own policy back', async () => {
    const { ran } = await drain(of2013, { world: MEMBER });
    expect(ran).toEqual([
      ...TAKEN,
      MOVED,
      BLOCKED,
      WAITED,
      OFFLINE,
      'the step',
      ONLINE,
      UNBLOCKED,
      STAYING,
      GIVEN_BACK,
    ]);
  });

  test('hands its messages to the declared server', async () => {
    const { ran } = await drain(maintenanceFor(ExchangeVersion.V2013, 'EX2'), { world: SERVING });
    expect(ran.slice(0, 2)).toEqual([...TAKEN, 'Redirect-Message -Target EX2']);
  });

  test('of 2010 moves the active databases only where one is active there that has another copy', async () => {
    const move = 'Move-ActiveMailboxDatabase';
    const idle = { ...MEMBER, 'Get-MailboxDatabase': [activeOn('EX2')] };
    expect((await drain(of2010, { world: idle })).ran).toEqual([BLOCKED, WAITED, 'the step', UNBLOCKED]);
    const active = { ...MEMBER, 'Get-MailboxDatabase': [activeOn('EX1')] };
    expect((await drain(of2010, { world: active })).ran).toEqual([
      BLOCKED,
      move,
      WAITED,
      'the step',
      UNBLOCKED,
    ]);
    // Where the read fails, nobody knows, so the move is tried.
    const unread = { ...MEMBER, 'Get-MailboxDatabase': error('no answer') };
    expect((await drain(of2010, { world: unread })).ran).toContain(move);
  });

  test('of 2010 whose databases do not move is told why they did not, and comes back without the step', async () => {
    const { ran, end } = await drain(of2010, {
      world: { ...MEMBER, 'Get-MailboxDatabase': [activeOn('EX1')] },
      ends: { 'Move-ActiveMailboxDatabase': failing('no copy is healthy') },
      wait: failing('EX1 is not drained'),
    });
    expect(ran.slice(-2)).toEqual([WAITED, UNBLOCKED]);
    expect(end).toEqual({
      kind: 'failed',
      diagnostics: [error('EX1 is not drained'), error('no copy is healthy')],
    });
  });

  test('of 2010 whose databases moved although the cmdlet had errors is told nothing of them', async () => {
    const { end } = await drain(of2010, {
      world: { ...MEMBER, 'Get-MailboxDatabase': [activeOn('EX1')] },
      ends: { 'Move-ActiveMailboxDatabase': failing('a database has no other copy') },
    });
    expect(end).toEqual(DONE);
  });

  test('comes back where a call of the drain fails, which may have taken effect all the same', async () => {
    const { ran, end } = await drain(of2013, {
      world: SERVING,
      ends: { Inactive: failing('the component did not change') },
    });
    expect(ran).toEqual([...TAKEN, OFFLINE, ONLINE, GIVEN_BACK]);
    expect(end).toEqual(failing('the component did not change'));
  });

  test('comes back where the step fails, or breaks off with an error that nobody expected', async () => {
    const failed = await drain(of2013, { world: SERVING, step: () => Promise.resolve(failing('it broke')) });
    expect(failed.ran.slice(-3)).toEqual(['the step', ONLINE, GIVEN_BACK]);
    expect(failed.end).toEqual(failing('it broke'));
    const thrown = await drain(of2013, {
      world: SERVING,
      step: () => Promise.reject(new Error('not expected')),
    });
    expect(thrown.ran.slice(-3)).toEqual(['the step', ONLINE, GIVEN_BACK]);
    expect(thrown.end).toEqual(new Error('not expected'));
  });

  const stopped = {
    kind: 'failed',
    diagnostics: [
      {
        severity: 'error',
        summary: 'Stopped on request',
        detail:
          'EX1 was being taken out of service for a step. The step itself did not run, and the provider brings the server back into service; if that fails, an error of its own says so.',
      },
    ],
  };

  test('comes back without the step where the run is stopped meanwhile', async () => {
    const { ran, end } = await drain(of2013, { world: SERVING, stopAfter: 'Draining' });
    expect(ran).toEqual([...TAKEN, GIVEN_BACK]);
    expect(end).toEqual(stopped);
    const before = await drain(of2013, { world: SERVING, stopAfter: '' });
    expect(before).toEqual({ ran: [], end: stopped });
  });

  test('that does not come back is named, with each reason once and the cmdlets to run, all of which were tried', async () => {
    const { ran, end } = await drain(of2013, {
      world: SERVING,
      ends: { "-State 'Active'": failing('no answer') },
    });
    expect(ran.slice(-2)).toEqual([ONLINE, GIVEN_BACK]);
    expect(end).toEqual({
      kind: 'done',
      diagnostics: [
        {
          severity: 'error',
          summary: 'EX1 is still out of service',
          detail: `The deploy took it out of service for a step, and could not bring it back completely.
no answer: the server said so
Bring it back: run these cmdlets in the Exchange Management Shell, in this order:
  Set-ServerComponentState -Identity 'EX1' -Component 'ServerWideOffline' -State 'Active' -Requester 'Maintenance'
  Set-ServerComponentState -Identity 'EX1' -Component 'HubTransport' -State 'Active' -Requester 'Maintenance'`,
        },
      ],
    });
  });
});

describe('a server of which it is not known whether it is in service', () => {
  test.each<readonly [string, World, Diagnostic]>([
    ['since a read fails', { ...SERVING, 'Get-MailboxServer': error('no answer') }, error('no answer')],
    [
      'since an answer lacks it',
      { ...SERVING, 'Get-ServerComponentState': [] },
      {
        severity: 'error',
        summary: 'It is not known whether EX1 is in service',
        detail:
          'The answers of Get-ServerComponentState and Get-MailboxServer lack the values that show it. Without them the server could not be brought back to the state that it has now, so it was not taken out of service, and the step was not run. What was done before stays done, and the next plan takes it into account; deploy again to run the rest.',
      },
    ],
  ])('%s, is not touched', async (_why, world, problem) => {
    const { ran, end } = await drain(of2013, { world });
    expect(ran).toEqual([]);
    expect(end).toMatchObject({ kind: 'failed', diagnostics: [{ summary: problem.summary }] });
    expect((end as StepEnd).diagnostics[0]?.detail).toBe(problem.detail);
  });
});

describe('a server that is out of service before the deploy', () => {
  const world = { ...SERVING, 'Get-ServerComponentState': states('Inactive') };
  const BACK = `If nobody works on it, bring it back in the Exchange Management Shell. The value that a setting had before is not known any more; Unrestricted is the value that Setup gives:`;

  test('stays so, and the step runs', async () => {
    const { ran, end } = await drain(of2013, { world, step: () => Promise.resolve(failing('it broke')) });
    expect(ran).toEqual(['the step']);
    const [own, left] = (end as StepEnd).diagnostics;
    expect(own).toEqual(error('it broke'));
    expect(left?.summary).toBe('EX1 was out of service before the deploy, and still is');
    expect(left?.detail).toContain('without draining it, and brings back into service only a server that');
    expect(left?.detail).toContain(BACK);
  });

  test('is told of by the plan, with the cmdlets that bring it back', () => {
    const service = { outOfService: ['ServerWideOffline is Inactive'], isMember: true, policy: 'Blocked' };
    const { severity, summary, detail } = outOfServiceAlready(of2013, service);
    expect([severity, summary]).toEqual(['warning', 'EX1 is out of service']);
    expect(detail).toMatch(
      /^ServerWideOffline is Inactive\. Either somebody works on it, or a deploy was broken off/,
    );
    expect(detail.split('\n').slice(1)).toEqual([
      "  Set-ServerComponentState -Identity 'EX1' -Component 'ServerWideOffline' -State 'Active' -Requester 'Maintenance'",
      "  Set-MailboxServer -Identity 'EX1' -DatabaseCopyAutoActivationPolicy <the policy that it had before>",
      "  Set-MailboxServer -Identity 'EX1' -DatabaseCopyActivationDisabledAndMoveNow:$false",
      "  Set-ServerComponentState -Identity 'EX1' -Component 'HubTransport' -State 'Active' -Requester 'Maintenance'",
    ]);
  });
});
