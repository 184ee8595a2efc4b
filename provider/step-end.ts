import type { Step, Until } from '../exchange/resources';
import type { Diagnostic } from '../schema';

/**
 * How a step ended. `omitted`: its guard left it out, with a warning, which is no failure. `uncertain`: it may or may not
 * have taken effect; only a read of the object tells.
 */
export interface StepEnd {
  readonly kind: 'done' | 'omitted' | 'failed' | 'uncertain';
  readonly diagnostics: readonly Diagnostic[];
}

/** A call that changes something. */
export type Written = Pick<Step, 'invocation' | 'server' | 'outdates'>;

/** A call that is repeated until its answer shows no problem, or the time is over. */
export interface Awaited extends Pick<Step, 'invocation' | 'server'> {
  readonly until: Pick<Until, 'seconds' | 'problem' | 'told'>;
  /** The summary of the error when the time is over. Left out: the server is not healthy. */
  readonly summary?: string;
}
