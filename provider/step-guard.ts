import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard, Step } from '../exchange/resources';
import type { DeclaredVersions } from './declared-versions';
import type { StepEnd } from './step-end';
import { guardReadProblem, omissionWarning } from './step-problem';
import type { TargetReads } from './target-reads';

/** Pauses between looks at what an earlier step has changed: another domain controller may learn of it later. */
const GUARD_PAUSES_MS = [500, 1_500, 4_000];

/**
 * Looks right before a step whether it may run.
 *
 * @param pauses in milliseconds, each before another look where that may show otherwise
 * @returns how the step ends without being run; undefined where it may run
 */
export async function stoppedByGuard(
  step: Step,
  guard: Guard,
  reads: TargetReads,
  versions: DeclaredVersions,
  signal: AbortSignal,
  [pause, ...pauses]: readonly number[] = GUARD_PAUSES_MS,
): Promise<StepEnd | undefined> {
  const reading = await reads.read(versions.addressed(guard.invocation), step.server);
  if (reading.kind === 'failed') {
    return {
      kind: 'failed',
      diagnostics: reading.diagnostics.map((unread) => guardReadProblem(step, unread)),
    };
  }
  const answers = await reads.answersNow(guard.inquiries, step.server);
  const omission = guard.omission(reading.outcome.objects, answers);
  if (omission === undefined) return undefined;
  if (!omission.mayPass || pause === undefined || signal.aborted) {
    return { kind: 'omitted', diagnostics: [omissionWarning(step, omission)] };
  }
  await sleep(pause, undefined, { signal }).catch(() => undefined); // Aborted: the next look is the last.
  return stoppedByGuard(step, guard, reads, versions, signal, pauses);
}
