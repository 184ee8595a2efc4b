import { waitUntilWell } from './patience';
import type { Reading } from './readings';
import type { Awaited, StepEnd } from './step-end';
import { checkReadProblem, timeoutProblem } from './step-problem';
import type { TargetReads } from './target-reads';

/** What a look found wrong, or the read that failed. */
type Unwell = string | Extract<Reading, { kind: 'failed' }>;

/** Repeats the read of a step until it shows no problem, or the time of the step is over. */
export async function awaitStep(step: Awaited, reads: TargetReads, signal: AbortSignal): Promise<StepEnd> {
  const { until } = step;
  const problem = await waitUntilWell<Unwell>(
    until.seconds,
    signal,
    async () => {
      const reading = await reads.read(step.invocation, step.server, signal);
      return reading.kind === 'failed' ? reading : until.problem(reading.outcome.objects);
    },
    (unwell) => typeof unwell !== 'string' && unwell.notOffered,
  );
  if (problem === undefined) return { kind: 'done', diagnostics: [] };
  if (typeof problem === 'string') {
    return { kind: 'failed', diagnostics: [timeoutProblem(step, until.seconds, problem, until.told)] };
  }
  const seconds = problem.notOffered ? 0 : until.seconds;
  const diagnostics = problem.diagnostics.map((unread) => checkReadProblem(seconds, unread, until.told));
  return { kind: 'failed', diagnostics };
}
