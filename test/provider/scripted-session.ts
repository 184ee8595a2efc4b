import type { Invocation } from '../../powershell/invocation';
import type { ObjectsOutcome, Outcome, PowerShellObject } from '../../powershell/outcome';
import type { Session } from '../../powershell/session';

export function objects(...properties: readonly PowerShellObject['properties'][]): ObjectsOutcome {
  return {
    kind: 'objects',
    objects: properties.map((each) => ({ typeNames: [], properties: each })),
    warnings: [],
    errors: [],
  };
}

export function failed(fullyQualifiedErrorId: string, message = 'it went wrong'): Outcome {
  return { kind: 'failed', error: { fullyQualifiedErrorId, message }, warnings: [], errors: [] };
}

/** A session that answers as it is told, and keeps what it was asked. */
export class ScriptedSession implements Session {
  readonly calls: Invocation[] = [];
  closed = 0;

  constructor(private readonly answer: (call: Invocation, count: number) => Outcome) {}

  async invoke(call: Invocation): Promise<Outcome> {
    this.calls.push(call);
    return this.answer(call, this.calls.length);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}
