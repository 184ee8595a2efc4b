import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Looks again, after longer and longer pauses, until nothing is wrong, the time is over, or the run is stopped.
 *
 * @param seconds after which no further look begins
 * @param look returns what is wrong; undefined where all is well
 * @param lasts whether waiting cannot change the problem. Left out: it always may
 * @returns the problem of the last look
 */
export async function waitUntilWell<Problem>(
  seconds: number,
  signal: AbortSignal,
  look: () => Promise<Problem | undefined>,
  lasts: (problem: Problem) => boolean = () => false,
): Promise<Problem | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const problem = await look();
    if (problem === undefined || lasts(problem)) return problem;
    if (signal.aborted || Date.now() + pause > deadline) return problem;
    await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next look is the last.
  }
}
