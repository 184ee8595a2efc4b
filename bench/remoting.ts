import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation } from './conversation';
import { peakOfEmptyNode } from './empty-node';
import { LARGE_CMDLET } from './large-answer';
import { inTurns, median, type Figure, type Target } from './measurement';
import type { Spent } from './remoting-client';
import { RemotingPrograms, type ClientName } from './remoting-programs';
import type { Workshop } from './workshop';

const CMDLET = 'Get-OwaVirtualDirectory';
const CALLS = 100;
const OPENINGS = 25;
const ROUNDS_OF_CALLS = 7;
const STARTS = 7;
const LARGE_ANSWERS = 5;
const SIGNAL_WAIT_MS = 200;
const COSTS_OF_KERBEROS = 15;
const FASTER: Target = { of: 'ratio', atMost: 1 };

/** Our client and pypsrp, over the same transport to the same endpoint. */
interface Rivals {
  readonly label: string;
  readonly ours: 'wsman' | 'sealed';
  readonly theirs: 'pypsrp' | 'pypsrp-sealed';
  /** Requests that sign in when a session opens, beside those that the protocol of shells needs. */
  readonly signIns: number;
  readonly call: Target;
}

const RIVALS: readonly Rivals[] = [
  { label: 'WSMan', ours: 'wsman', theirs: 'pypsrp', signIns: 0, call: FASTER },
  {
    label: 'WSMan over sealed HTTP',
    ours: 'sealed',
    theirs: 'pypsrp-sealed',
    signIns: 1,
    call: { of: 'ratio', atMost: 0.5 },
  },
];

/** Measures sessions and calls over each transport, and over WSMan also those of pypsrp at the same endpoint. */
export async function remoting(workshop: Workshop): Promise<readonly Figure[]> {
  const programs = await RemotingPrograms.start(workshop);
  try {
    const figures = [...(await sessions(programs))];
    const rivals = RIVALS.filter(({ ours }) => programs.names.includes(ours));
    for (const measure of [starts, requests, largeAnswers]) {
      for (const each of rivals) figures.push(...(await measure(programs, each)));
    }
    return [...figures, ...(await costsOfKerberos(programs))];
  } finally {
    await programs.end();
  }
}

/** Values by client; undefined for clients that cannot run here. */
type ByClient<Value> = { readonly [name in ClientName]?: Value };

async function inTurn<Result>(
  programs: RemotingPrograms,
  rounds: number,
  among: readonly ClientName[],
  task: (name: ClientName) => Promise<Result>,
): Promise<ByClient<readonly Result[]>> {
  const names = programs.names.filter((name) => among.includes(name));
  return await inTurns(rounds, Object.fromEntries(names.map((name) => [name, () => task(name)])));
}

function medianOf<Result>(
  results: readonly Result[] | undefined,
  of: (result: Result) => number,
): number | undefined {
  return results === undefined ? undefined : median(results.map(of));
}

/** A figure of our client over WSMan, with that of pypsrp as its peer. */
function compared<Result>(
  { ours, theirs: peer }: Rivals,
  figure: Pick<Figure, 'measured' | 'unit' | 'rounds'>,
  found: ByClient<readonly Result[]>,
  of: (result: Result) => number,
  target?: Target,
): Figure {
  const [value, theirs] = [medianOf(found[ours], of), medianOf(found[peer], of)];
  if (value === undefined) throw new Error('our own client was not measured');
  const line: Figure = { benchmark: 'remoting', ...figure, value };
  if (theirs === undefined) return { ...line, peerMissing: 'pypsrp is not installed' };
  return {
    ...line,
    peer: { measured: 'pypsrp', value: theirs },
    ratio: value / theirs,
    ...(target === undefined ? {} : { target }),
  };
}

/** Opens sessions one after another in client processes that run already. */
async function sessions(programs: RemotingPrograms): Promise<readonly Figure[]> {
  const clients = new Map(programs.names.map((name) => [name, programs.client(name)]));
  const openings = await inTurn(programs, OPENINGS, programs.names, async (name) => {
    const client = must(clients.get(name));
    const spent = await client.ask<Spent>({ do: 'open' });
    await client.ask({ do: 'close' });
    return spent;
  });
  await Promise.all([...clients.values()].map((client) => client.ask({ do: 'open' })));
  const calls = await inTurn(programs, ROUNDS_OF_CALLS, programs.names, async (name) => {
    const { milliseconds, cpuMilliseconds } = await must(clients.get(name)).ask<Spent>({
      do: 'call',
      cmdlet: CMDLET,
      times: CALLS,
    });
    return { milliseconds: milliseconds / CALLS, cpuMilliseconds: cpuMilliseconds / CALLS };
  });
  await Promise.all([...clients.values()].map(leave));
  const opening = { what: 'opening a session', rounds: OPENINGS, found: openings };
  const calling = { what: `each of ${CALLS} calls`, rounds: ROUNDS_OF_CALLS, found: calls };
  return [opening, calling].flatMap(({ what, rounds, found }): Figure[] => [
    ...RIVALS.filter(({ ours }) => found[ours] !== undefined).flatMap((rivals) =>
      withCpuTime(rivals, what, rounds, found, what === calling.what ? rivals.call : FASTER),
    ),
    ...(['ssh', 'process'] as const).map((name): Figure => {
      const value = must(medianOf(found[name], ({ milliseconds }) => milliseconds));
      return { benchmark: 'remoting', measured: `${LABELS[name]}: ${what}`, value, unit: 'ms', rounds };
    }),
  ]);
}

const LABELS = { ssh: 'SSH', process: 'a local process' } as const;

function withCpuTime(
  rivals: Rivals,
  what: string,
  rounds: number,
  found: ByClient<readonly Spent[]>,
  target: Target = FASTER,
): readonly Figure[] {
  const measured = `${rivals.label}: ${what}`;
  const ofClient = { measured: `${measured}, CPU time of the client`, unit: 'ms', rounds } as const;
  return [
    compared(rivals, { measured, unit: 'ms', rounds }, found, ({ milliseconds }) => milliseconds, target),
    compared(rivals, ofClient, found, ({ cpuMilliseconds }) => cpuMilliseconds),
  ];
}

/** Measures a client from the start of its process to its first session. */
async function starts(programs: RemotingPrograms, rivals: Rivals): Promise<readonly Figure[]> {
  const found = await inTurn(programs, STARTS, [rivals.ours, rivals.theirs], async (name) => {
    const begin = performance.now();
    const client = programs.client(name);
    const { milliseconds: opening } = await client.ask<Spent>({ do: 'open' });
    const whole = performance.now() - begin;
    await leave(client);
    return { whole, opening };
  });
  const figure = (measured: string) => ({ measured, unit: 'ms' as const, rounds: STARTS });
  return [
    compared(
      rivals,
      figure(`${rivals.label}: from the start of a process to its first session`),
      found,
      ({ whole }) => whole,
      FASTER,
    ),
    compared(
      rivals,
      figure(`${rivals.label}: of that, opening the session`),
      found,
      ({ opening }) => opening,
    ),
  ];
}

/** Counts requests at the endpoint. The targets are the least that the protocol allows (docs/benchmarks.md). */
async function requests(programs: RemotingPrograms, rivals: Rivals): Promise<readonly Figure[]> {
  const found = await inTurn(programs, 1, [rivals.ours, rivals.theirs], async (name) => {
    const client = programs.client(name);
    const after = async (request: object): Promise<number> => {
      await programs.requests();
      await client.ask(request);
      // Waits for the signal that has the server release the last command: it is sent after the answer.
      await sleep(SIGNAL_WAIT_MS);
      return await programs.requests();
    };
    const open = await after({ do: 'open' });
    // The first calls open the connection for such signals and sign it in; this must not count.
    await client.ask({ do: 'call', cmdlet: CMDLET, times: 5 });
    await sleep(SIGNAL_WAIT_MS);
    const call = (await after({ do: 'call', cmdlet: CMDLET, times: CALLS })) / CALLS;
    const close = await after({ do: 'close' });
    await client.end();
    return { open, call, close };
  });
  const figure = (measured: string, of: 'open' | 'call' | 'close', atMost: number): Figure => {
    const line = { measured: `${rivals.label}: requests ${measured}`, unit: 'requests' as const, rounds: 1 };
    return { ...compared(rivals, line, found, (counts) => counts[of]), target: { of: 'value', atMost } };
  };
  return [
    figure('to open a session', 'open', 2 + rivals.signIns),
    figure('for a call', 'call', 3),
    figure('to close a session', 'close', 1),
  ];
}

/** Measures each large answer in a process of its own, because of the peak memory. */
async function largeAnswers(programs: RemotingPrograms, rivals: Rivals): Promise<readonly Figure[]> {
  const found = await inTurn(programs, LARGE_ANSWERS, [rivals.ours, rivals.theirs], async (name) => {
    const client = programs.client(name);
    await client.ask({ do: 'open' });
    const spent = await client.ask<Spent>({ do: 'call', cmdlet: LARGE_CMDLET, times: 1 });
    const peak = await client.ask<number | null>({ do: 'peak' });
    await leave(client);
    return { ...spent, peak };
  });
  const what = 'an answer of 10 MB';
  const timed = withCpuTime(rivals, what, LARGE_ANSWERS, found);
  if (found[rivals.ours]?.some(({ peak }) => peak === null) !== false) {
    process.stderr.write('remoting: memory is not measured, since this system has no /proc\n');
    return timed;
  }
  const line = {
    measured: `${rivals.label}: ${what}, peak memory of the client`,
    unit: 'MB',
    rounds: LARGE_ANSWERS,
  } as const;
  const peak = compared(rivals, line, found, ({ peak }) => must(peak ?? undefined));
  const { folder, workshop } = programs;
  const node = await peakOfEmptyNode({ folder, environment: workshop.environment() });
  const { value } = peak;
  const empty = { measured: 'an empty Node', value: node };
  return [...timed, peak, { benchmark: 'remoting', ...line, value, peer: empty, ratio: value / node }];
}

/** What Kerberos costs a process that uses it, and whether a process that does not use it has loaded none of it. */
async function costsOfKerberos(programs: RemotingPrograms): Promise<readonly Figure[]> {
  if (programs.realm === undefined) return [];
  const { cost } = await inTurns(COSTS_OF_KERBEROS, { cost: () => programs.costOfKerberos() });
  const client = programs.client('wsman');
  await client.ask({ do: 'open' });
  const libraries = await client.ask<readonly string[]>({ do: 'libraries' });
  await leave(client);
  const line = { benchmark: 'remoting', rounds: COSTS_OF_KERBEROS } as const;
  return [
    {
      ...line,
      measured: 'Kerberos: loading it, with the library of the system',
      value: median(cost.map(({ milliseconds }) => milliseconds)),
      unit: 'ms',
      target: { of: 'value', atMost: 15 },
    },
    {
      ...line,
      measured: 'Kerberos: loading it, CPU time',
      value: median(cost.map(({ cpuMilliseconds }) => cpuMilliseconds)),
      unit: 'ms',
    },
    {
      ...line,
      measured: 'Kerberos: memory that it takes when it is loaded',
      value: median(cost.map(({ megabytes }) => megabytes)),
      unit: 'MB',
      target: { of: 'value', atMost: 6 },
    },
    {
      ...line,
      rounds: 1,
      measured: 'Kerberos: its native libraries in a client that signs in with Basic',
      value: libraries.length,
      unit: 'libraries',
      target: { of: 'value', atMost: 0 },
    },
  ];
}

async function leave(client: Conversation): Promise<void> {
  await client.ask({ do: 'close' });
  await client.end();
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a client was not measured');
  return value;
}
