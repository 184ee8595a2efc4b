import type { Call } from './call';

/** The implementation of a cmdlet. It works on the call's draft of the organization; a throw undoes everything. */
export interface CmdletBehaviour {
  readonly name: string;
  /** Whether it changes the organization. Left out: it only reads, and may be answered from a stale copy. */
  readonly changes?: true;
  run(call: Call): void;
}

export function reads(name: string, run: (call: Call) => void): CmdletBehaviour {
  return { name, run };
}

export function changes(name: string, run: (call: Call) => void): CmdletBehaviour {
  return { name, changes: true, run };
}
