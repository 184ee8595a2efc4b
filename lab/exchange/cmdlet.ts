import type { Call } from './call';

/** What a cmdlet does. It works on the call's draft of the organization; a throw undoes everything. */
export interface CmdletBehaviour {
  readonly name: string;
  /** Changes the organization. Left out: reads only, and may be answered from a stale copy. */
  readonly changes?: true;
  run(call: Call): void;
}

export function reads(name: string, run: (call: Call) => void): CmdletBehaviour {
  return { name, run };
}

export function changes(name: string, run: (call: Call) => void): CmdletBehaviour {
  return { name, changes: true, run };
}
