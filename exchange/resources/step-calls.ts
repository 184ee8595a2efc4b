import { interruptionsOf, type Interruption } from '../interruptions';
import { clearingCall, layingCalls, type FileCall } from './laid-file';
import { drainCalls, returnCalls } from './maintenance';
import type { Step } from './step';

/** The calls of a step that a plan shows, in order: all but the reads before a drain and those of a guard. */
export function callsOf({
  invocation,
  condition,
  file,
  maintenance,
}: Pick<Step, 'invocation' | 'condition' | 'file' | 'maintenance'>): readonly FileCall[] {
  const call = { invocation, ...(condition === undefined ? {} : { condition }) };
  const calls = file === undefined ? [call] : [...layingCalls(file), call, clearingCall(file)];
  return maintenance === undefined
    ? calls
    : [...drainCalls(maintenance), ...calls, ...returnCalls(maintenance)];
}

/** The interruptions by all calls of steps, each once, in the order of the calls. */
export function interruptionsOfSteps(steps: readonly Step[]): readonly Interruption[] {
  return interruptionsOf(steps.flatMap(callsOf).map(({ invocation }) => invocation));
}
