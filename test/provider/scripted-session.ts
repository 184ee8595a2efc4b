import type { Invocation } from '../../powershell/invocation';
import type { ObjectsOutcome, Outcome, PowerShellObject } from '../../powershell/outcome';
import type { Session, TripOutcome } from '../../powershell/session';

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
  /** How many calls each trip of several carried. */
  readonly trips: number[] = [];
  closed = 0;

  constructor(private readonly answer: (call: Invocation, count: number) => Outcome) {}

  async invoke(call: Invocation): Promise<Outcome> {
    this.calls.push(call);
    return this.answer(call, this.calls.length);
  }

  async invokeInTurn(calls: readonly [Invocation, ...Invocation[]]): Promise<TripOutcome> {
    this.trips.push(calls.length);
    const outcomes: Outcome[] = [];
    for (const call of calls) outcomes.push(await this.invoke(call));
    const bad = outcomes.find((outcome) => outcome.kind !== 'objects');
    if (bad !== undefined) return bad;
    const good = outcomes as ObjectsOutcome[];
    return {
      kind: 'trip',
      ranAll: good.every((outcome) => outcome.errors.length === 0),
      objects: good.flatMap((outcome) => outcome.objects),
      warnings: good.flatMap((outcome) => outcome.warnings),
      errors: good.flatMap((outcome) => outcome.errors),
    };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}
