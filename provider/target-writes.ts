import { setTimeout as sleep } from 'node:timers/promises';
import type { FileCall, LaidFile, Step } from '../exchange/resources';
import { clearingCall, layingCalls } from '../exchange/resources/laid-file';
import { outcomeProblem, warnings } from './call-problem';
import type { CallPurpose } from './lost-call';
import type { Run } from './run';
import type { RunSession } from './run-session';
import type { StepEnd, Written } from './step-end';
import { fileLeft } from './step-problem';

/** Pauses between attempts to remove a file: a call whose connection was lost may still have it open. */
const CLEARING_PAUSES_MS = [500, 1_500];

/** The calls that change something. Each marks the reads that show the change as outdated. */
export class TargetWrites {
  constructor(
    private readonly session: RunSession,
    private readonly run: Run,
  ) {}

  async write(
    { invocation, server, outdates }: Written,
    signal?: AbortSignal,
    purpose?: CallPurpose,
  ): Promise<StepEnd> {
    this.run.shown.note(invocation);
    const outcome = await this.session.invoke(invocation, signal);
    const problem =
      'diagnostics' in outcome ? undefined : outcomeProblem(invocation, server, outcome, purpose);
    const isDone = !('diagnostics' in outcome) && problem === undefined;
    if (isDone && outdates !== undefined) this.run.forget(outdates);
    else this.run.forgetReadings();
    if ('diagnostics' in outcome) return { kind: 'failed', diagnostics: outcome.diagnostics };
    const warned = warnings(invocation, outcome);
    if (problem === undefined) return { kind: 'done', diagnostics: warned };
    // A call that completed although it reported an error may have done a part of its work.
    return { kind: outcome.kind === 'failed' ? 'failed' : 'uncertain', diagnostics: [problem, ...warned] };
  }

  /** Makes the call even where the run is stopped, and repeats it after each pause until it succeeds. */
  async insist(call: Written, pausesMs: readonly number[]): Promise<StepEnd> {
    let end = await this.write(call, undefined, 'insisted');
    for (const pause of pausesMs) {
      if (end.kind === 'done') break;
      await sleep(pause);
      end = await this.write(call, undefined, 'insisted');
    }
    return end;
  }

  /**
   * Lays the file that a step needs on the server, runs the step, and removes the file whatever becomes of the step: also
   * where the run is stopped, and over a new session where the connection was lost.
   */
  async withFile(step: Step, file: LaidFile, signal: AbortSignal): Promise<StepEnd> {
    let end: StepEnd = { kind: 'done', diagnostics: [] };
    // No read shows a file.
    const ofFile = ({ invocation }: FileCall) => ({ invocation, server: step.server, outdates: [] });
    for (const [index, call] of [...layingCalls(file).map(ofFile), step].entries()) {
      end = await this.write(call, signal);
      if (end.kind === 'done') continue;
      if (index === 0 && file.content !== undefined) return end; // Nothing was laid yet.
      break;
    }
    const clearing = ofFile(clearingCall(file));
    const cleared = await this.insist(clearing, CLEARING_PAUSES_MS);
    const left =
      cleared.kind === 'done'
        ? []
        : [fileLeft(file.path, step.server, clearing.invocation, cleared.diagnostics)];
    return { ...end, diagnostics: [...end.diagnostics, ...left] };
  }
}
