import type { Bound, UnknownOutcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';
import { ENVIRONMENT } from './configuration';
import { quoted } from './quotation';

const READ_LOST =
  'The cmdlet changes no setting. It was sent a second time, which failed as well. Run this again once the connection holds.';
const CHANGE_LOST =
  'It is not known whether the cmdlet took effect, so it was not sent a second time. Plan again: the plan reads what the server has now and shows only what is left to do.';
const CHANGE_MAY_CONTINUE =
  'The server may go on with the cmdlet for some minutes, so the change may still take effect. Wait some minutes, then plan again: the plan reads what the server has now and shows only what is left to do.';
const READ_ASKED =
  'The cmdlet changes no setting, and was not sent again. Run it in the Exchange Management Shell to see what it asks.';
const READ_STOPPED = 'The cmdlet changes no setting. Run this again.';
const READ_TIMED_OUT =
  'The cmdlet changes no setting. It was sent a second time and did not end in time either.';

/** The settings of the time limit of a call, as diagnostics name them. */
const CALL_TIME = `call_timeout_seconds of the provider block (${ENVIRONMENT.call_timeout_seconds})`;

/** The time limit of a call in seconds; undefined where the call was not ended by that limit. */
function callSeconds(bound: Bound | undefined): number | undefined {
  return bound?.name === 'callTimeoutMs' ? bound.limit / 1000 : undefined;
}

/**
 * The diagnostic for a call whose end was not received.
 *
 * @param where ` for <server>`, or empty
 */
export function lostCallProblem(
  cmdlet: string,
  where: string,
  onlyReads: boolean,
  { message, interruption, bound }: UnknownOutcome,
): Diagnostic {
  const lost = onlyReads ? READ_LOST : CHANGE_LOST;
  const seconds = callSeconds(bound);
  if (seconds !== undefined) {
    return {
      severity: 'error',
      summary: `${cmdlet}${where} did not end within ${counted(seconds)}`,
      detail: `${onlyReads ? READ_TIMED_OUT : `The server was asked to stop the cmdlet. ${CHANGE_MAY_CONTINUE}`}\nThe limit is ${CALL_TIME}. Raise it if the server needs longer.`,
    };
  }
  if (interruption === 'too-large') {
    return {
      severity: 'error',
      summary: `The answer to ${cmdlet}${where} is too large`,
      detail: `${quoted(message)}. The answer was not used.${onlyReads ? '' : `\n${CHANGE_LOST}`}`,
    };
  }
  if (interruption === 'prompt') {
    return {
      severity: 'error',
      summary: `${cmdlet} asked an unexpected question${where}`,
      detail: `${quoted(message)}\n${onlyReads ? READ_ASKED : CHANGE_LOST}`,
    };
  }
  if (interruption === 'stopped') {
    return {
      severity: 'error',
      summary: `${cmdlet}${where} was stopped`,
      detail: `${quoted(message)}. Either the run was interrupted, or the server stopped the cmdlet.\n${onlyReads ? READ_STOPPED : CHANGE_MAY_CONTINUE}`,
    };
  }
  return {
    severity: 'error',
    summary: `The connection was lost during ${cmdlet}${where}`,
    detail: `${quoted(message)}\n${lost}`,
  };
}

/**
 * The diagnostic for a call that waited for its turn until its time was over; undefined where it was not sent for
 * another reason.
 */
export function notSentInTimeProblem(
  cmdlet: string,
  where: string,
  bound: Bound | undefined,
): Diagnostic | undefined {
  const seconds = callSeconds(bound);
  if (seconds === undefined) return undefined;
  return {
    severity: 'error',
    summary: `${cmdlet}${where} was not sent within ${counted(seconds)}`,
    detail: `It waited for its turn until its time was over, because earlier calls took so long. It was never sent and changed nothing.\nThe limit is ${CALL_TIME}. If the servers need longer, raise it, or parallel_calls (${ENVIRONMENT.parallel_calls}). Then deploy again to run the rest.`,
  };
}

function counted(seconds: number): string {
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}
