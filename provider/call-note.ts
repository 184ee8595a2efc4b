import type { Invocation } from '../powershell/invocation';
import type { Outcome } from '../powershell/outcome';
import type { TripOutcome } from '../powershell/session';
import { renderInvocation } from '../powershell/script';
import { counted } from './quantity';

/** A log line for a remote call: the call, how it ended and how long it took. Secrets are masked. */
export function callNote(
  [first, ...more]: readonly [Invocation, ...Invocation[]],
  outcome: Outcome | TripOutcome,
  milliseconds: number,
): string {
  const others = more.length === 0 ? '' : ` and ${more.length} more in one trip`;
  return `${renderInvocation(first)}${others}: ${ending(outcome)}, ${Math.round(milliseconds)} ms`;
}

function ending(outcome: Outcome | TripOutcome): string {
  switch (outcome.kind) {
    case 'objects':
    case 'trip': {
      const { objects, warnings, errors } = outcome;
      const ids = errors.map(({ fullyQualifiedErrorId }) => fullyQualifiedErrorId);
      return [
        counted(objects.length, 'object'),
        ...(warnings.length === 0 ? [] : [counted(warnings.length, 'warning')]),
        ...(ids.length === 0 ? [] : [`${counted(ids.length, 'error')} (${ids.join('; ')})`]),
      ].join(', ');
    }
    case 'failed':
      return outcome.notSent === undefined
        ? `failed (${outcome.error.fullyQualifiedErrorId})`
        : `not sent (${outcome.notSent})`;
    case 'unknown':
      return `outcome unknown (${outcome.interruption ?? outcome.message})`;
  }
}
