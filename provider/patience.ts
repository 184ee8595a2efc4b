import { setTimeout as sleep } from 'node:timers/promises';
import { counted } from './quantity';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Why a wait that did not end well is over. */
export type WaitEnd =
  /** The time is over. */
  | 'time-over'
  /** The run was stopped. */
  | 'stopped'
  /** Waiting cannot change the problem. */
  | 'lasting';

export interface Unwell<Problem> {
  /** Of the last look. */
  readonly problem: Problem;
  readonly end: WaitEnd;
}

/**
 * Looks again, after longer and longer pauses, until nothing is wrong, the time is over, or the run is stopped.
 *
 * @param seconds after which no further look begins; with 0 it looks once
 * @param look returns what is wrong; undefined where all is well
 * @param lasts whether waiting cannot change the problem. Left out: it always may
 * @returns undefined where all is well in the end
 */
export async function waitUntilWell<Problem>(
  seconds: number,
  signal: AbortSignal,
  look: () => Promise<Problem | undefined>,
  lasts: (problem: Problem) => boolean = () => false,
): Promise<Unwell<Problem> | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const problem = await look();
    if (problem === undefined) return undefined;
    if (signal.aborted) return { problem, end: 'stopped' };
    if (lasts(problem)) return { problem, end: 'lasting' };
    if (Date.now() + pause > deadline) return { problem, end: 'time-over' };
    await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next look is the last.
  }
}

export const STOPPED = 'Stopped on request before the check passed.';

/** How the text of what the last look found begins. */
export function foundAfter(seconds: number, end: WaitEnd): string {
  switch (end) {
    case 'time-over':
      return seconds === 0
        ? 'At the only attempt'
        : `Still so at the last look within ${counted(seconds, 'second')}`;
    case 'stopped':
      return `${STOPPED} Last seen`;
    case 'lasting':
      return 'Not tried again';
  }
}
