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
const SIGNALLED_MS = 200;
const OVER_WSMAN: readonly ClientName[] = ['wsman', 'pypsrp'];
const FASTER: Target = { of: 'ratio', atMost: 1 };

/** Sessions and calls over each transport; over WSMan beside pypsrp, which speaks to the same endpoint. */
export async function remoting(workshop: Workshop): Promise<readonly Figure[]> {
  const programs = await RemotingPrograms.start(workshop);
  try {
    return [
      ...(await sessions(programs)),
      ...(await starts(programs)),
      ...(await requests(programs)),
      ...(await largeAnswers(programs)),
    ];
  } finally {
    await programs.lab.end();
  }
}

/** Values by client; undefined where there is none such. */
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

/** A figure of ours over WSMan, beside pypsrp's. */
function compared<Result>(
  figure: Pick<Figure, 'measured' | 'unit' | 'rounds'>,
  found: ByClient<readonly Result[]>,
  of: (result: Result) => number,
  target?: Target,
): Figure {
  const [value, theirs] = [medianOf(found.wsman, of), medianOf(found.pypsrp, of)];
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

/** Sessions one after another in processes that run already. */
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
    ...withCpuTime(`WSMan: ${what}`, rounds, found),
    ...(['ssh', 'process'] as const).map((name): Figure => {
      const value = must(medianOf(found[name], ({ milliseconds }) => milliseconds));
      return { benchmark: 'remoting', measured: `${LABELS[name]}: ${what}`, value, unit: 'ms', rounds };
    }),
  ]);
}

const LABELS = { ssh: 'SSH', process: 'a local process' } as const;

function withCpuTime(measured: string, rounds: number, found: ByClient<readonly Spent[]>): readonly Figure[] {
  const ofClient = { measured: `${measured}, CPU time of the client`, unit: 'ms', rounds } as const;
  return [
    compared({ measured, unit: 'ms', rounds }, found, ({ milliseconds }) => milliseconds, FASTER),
    compared(ofClient, found, ({ cpuMilliseconds }) => cpuMilliseconds),
  ];
}

/** The first session of a client's process. */
async function starts(programs: RemotingPrograms): Promise<readonly Figure[]> {
  const found = await inTurn(programs, STARTS, OVER_WSMAN, async (name) => {
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
      figure('WSMan: from the start of a process to its first session'),
      found,
      ({ whole }) => whole,
      FASTER,
    ),
    compared(figure('WSMan: of that, opening the session'), found, ({ opening }) => opening),
  ];
}

/** Counted at the endpoint. The targets are the least that the protocol allows (docs/benchmarks.md). */
async function requests(programs: RemotingPrograms): Promise<readonly Figure[]> {
  const found = await inTurn(programs, 1, OVER_WSMAN, async (name) => {
    const client = programs.client(name);
    const after = async (request: object): Promise<number> => {
      await programs.requests();
      await client.ask(request);
      // The signal that lets go of the last command is on its way.
      await sleep(SIGNALLED_MS);
      return await programs.requests();
    };
    const open = await after({ do: 'open' });
    const call = (await after({ do: 'call', cmdlet: CMDLET, times: CALLS })) / CALLS;
    const close = await after({ do: 'close' });
    await client.end();
    return { open, call, close };
  });
  const figure = (measured: string, of: 'open' | 'call' | 'close', atMost: number): Figure => {
    const line = { measured: `WSMan: requests ${measured}`, unit: 'requests' as const, rounds: 1 };
    return { ...compared(line, found, (counts) => counts[of]), target: { of: 'value', atMost } };
  };
  return [
    figure('to open a session', 'open', 2),
    figure('for a call', 'call', 3),
    figure('to close a session', 'close', 1),
  ];
}

/** Each in a process of its own, whose memory it shows. */
async function largeAnswers(programs: RemotingPrograms): Promise<readonly Figure[]> {
  const found = await inTurn(programs, LARGE_ANSWERS, OVER_WSMAN, async (name) => {
    const client = programs.client(name);
    await client.ask({ do: 'open' });
    const spent = await client.ask<Spent>({ do: 'call', cmdlet: LARGE_CMDLET, times: 1 });
    const peak = await client.ask<number | null>({ do: 'peak' });
    await leave(client);
    return { ...spent, peak };
  });
  const measured = 'WSMan: an answer of 10 MB';
  const timed = withCpuTime(measured, LARGE_ANSWERS, found);
  if (found.wsman?.some(({ peak }) => peak === null) !== false) {
    process.stderr.write('remoting: memory is not measured, since this system has no /proc\n');
    return timed;
  }
  const line = {
    measured: `${measured}, peak memory of the client`,
    unit: 'MB',
    rounds: LARGE_ANSWERS,
  } as const;
  const peak = compared(line, found, ({ peak }) => must(peak ?? undefined));
  const { folder, workshop } = programs;
  const node = await peakOfEmptyNode({ folder, environment: workshop.environment() });
  const { value } = peak;
  const empty = { measured: 'an empty Node', value: node };
  return [...timed, peak, { benchmark: 'remoting', ...line, value, peer: empty, ratio: value / node }];
}

async function leave(client: Conversation): Promise<void> {
  await client.ask({ do: 'close' });
  await client.end();
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a client was not measured');
  return value;
}
