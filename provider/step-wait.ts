import { waitUntilWell } from './patience';
import type { Reading } from './readings';
import type { Awaited, StepEnd } from './step-end';
import { checkReadProblem, timeoutProblem } from './step-problem';
import type { TargetReads } from './target-reads';

/** What a look found wrong, or the read that failed. */
type Problem = string | Extract<Reading, { kind: 'failed' }>;

/** Repeats the read of a step until it shows no problem, or the time of the step is over. */
export async function awaitStep(step: Awaited, reads: TargetReads, signal: AbortSignal): Promise<StepEnd> {
  const { until } = step;
  const unwell = await waitUntilWell<Problem>(
    until.seconds,
    signal,
    async () => {
      const reading = await reads.read(step.invocation, step.server, signal);
      return reading.kind === 'failed' ? reading : until.problem(reading.outcome.objects);
    },
    (problem) => typeof problem !== 'string' && problem.notOffered,
  );
  if (unwell === undefined) return { kind: 'done', diagnostics: [] };
  const { problem, end } = unwell;
  const { seconds, told } = until;
  return {
    kind: 'failed',
    diagnostics:
      typeof problem === 'string'
        ? [timeoutProblem(step, seconds, { problem, end }, told)]
        : problem.diagnostics.map((unread) => checkReadProblem(seconds, { problem: unread, end }, told)),
  };
}
