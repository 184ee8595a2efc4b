import type { Bound, UnknownOutcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';
import { ENVIRONMENT } from './configuration';
import { counted } from './quantity';
import { quoted } from './quotation';

const READ_REPEATED = 'The cmdlet changes no setting. It was sent a second time, which failed as well.';
const MAY_CONTINUE =
  'The server may go on with the cmdlet for some minutes, so the change may still take effect. Wait some minutes, then plan again: the plan reads what the server has now and shows only what is left to do.';
const CHANGE_LOST =
  'It is not known whether the cmdlet took effect, so it was not sent a second time. Plan again: the plan reads what the server has now and shows only what is left to do.';
const INSISTED = 'The cmdlet was sent several times, and it is not known whether it took effect.';

/**
 * What a call is for: it only reads; it changes something and is sent once; or it changes something and is sent until it
 * succeeds, because a server or a file must not stay as the deploy made it.
 */
export type CallPurpose = 'read' | 'change' | 'insisted';

/** What is known after such a call was lost, and what to do, by the way in which it was lost. */
interface LostTexts {
  readonly lost: string;
  /** The answer came, and is not one of PowerShell. */
  readonly notUnderstood: string;
  readonly timedOut: string;
  /** It asked a question that was not answered. */
  readonly asked: string;
  readonly stopped: string;
}

const TEXTS: Readonly<Record<CallPurpose, LostTexts>> = {
  read: {
    lost: `${READ_REPEATED} Run this again once the connection holds.`,
    notUnderstood: READ_REPEATED,
    timedOut: 'The cmdlet changes no setting. It was sent a second time and did not end in time either.',
    asked:
      'The cmdlet changes no setting, and was not sent again. Run it in the Exchange Management Shell to see what it asks.',
    stopped: 'The cmdlet changes no setting. Run this again.',
  },
  change: {
    lost: CHANGE_LOST,
    notUnderstood: CHANGE_LOST,
    timedOut: `The server was asked to stop the cmdlet. ${MAY_CONTINUE}`,
    asked: CHANGE_LOST,
    stopped: MAY_CONTINUE,
  },
  insisted: {
    lost: INSISTED,
    notUnderstood: INSISTED,
    timedOut: INSISTED,
    asked: INSISTED,
    stopped: INSISTED,
  },
};

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
  purpose: CallPurpose,
  { message, interruption, bound }: UnknownOutcome,
): Diagnostic {
  const texts = TEXTS[purpose];
  const seconds = callSeconds(bound);
  if (seconds !== undefined) {
    return {
      severity: 'error',
      summary: `${cmdlet}${where} did not end within ${counted(seconds, 'second')}`,
      detail: `${texts.timedOut}\nThe limit is ${CALL_TIME}. Raise it if the server needs longer.`,
    };
  }
  if (interruption === 'too-large') {
    return {
      severity: 'error',
      summary: `The answer to ${cmdlet}${where} is too large`,
      detail: `${quoted(message)}. The answer was not used.${purpose === 'read' ? '' : `\n${texts.lost}`}`,
    };
  }
  if (interruption === 'protocol') {
    return {
      severity: 'error',
      summary: `The answer to ${cmdlet}${where} could not be understood`,
      detail: `${quoted(message)}. Either something between this machine and the server changes its answers, or it is not PowerShell that answers there. The session was ended.\n${texts.notUnderstood}`,
    };
  }
  if (interruption === 'prompt') {
    return {
      severity: 'error',
      summary: `${cmdlet} asked an unexpected question${where}`,
      detail: `${quoted(message)}\n${texts.asked}`,
    };
  }
  if (interruption === 'stopped') {
    return {
      severity: 'error',
      summary: `${cmdlet}${where} was stopped`,
      detail: `${quoted(message)}. Either the run was interrupted, or the server stopped the cmdlet.\n${texts.stopped}`,
    };
  }
  return {
    severity: 'error',
    summary: `The connection was lost during ${cmdlet}${where}`,
    detail: `${quoted(message)}\n${texts.lost}`,
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
    summary: `${cmdlet}${where} was not sent within ${counted(seconds, 'second')}`,
    detail: `It waited for its turn until its time was over, because earlier calls took so long. It was never sent and changed nothing.\nThe limit is ${CALL_TIME}. If the servers need longer, raise it, or parallel_calls (${ENVIRONMENT.parallel_calls}). Then deploy again to run the rest.`,
  };
}
