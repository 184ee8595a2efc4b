import { RemotingError, type RemotingErrorKind, type RemotingFacts } from '../../remoting-error';
import type { Operation } from './names';
import type { Fault } from './response';

/** Codes of wsmerror.h in the Windows SDK. */
const TIMED_OUT = 2150858793;
const INVALID_SELECTORS = 2150858843;
const QUOTAS: ReadonlySet<number> = new Set([
  2150858815, // ERROR_WSMAN_QUOTA_LIMIT
  2150859173, // ERROR_WSMAN_QUOTA_MAX_SHELLS
  2150859174, // ERROR_WSMAN_QUOTA_MAX_OPERATIONS
  2150859175, // ERROR_WSMAN_QUOTA_USER
  2150859176, // ERROR_WSMAN_QUOTA_SYSTEM
  2150859179, // ERROR_WSMAN_QUOTA_MAX_SHELLUSERS
  2150859236, // ERROR_WSMAN_QUOTA_MAX_SHELLS_PPQ
  2150859237, // ERROR_WSMAN_QUOTA_MAX_USERS_PPQ
  2150859238, // ERROR_WSMAN_QUOTA_MAX_PLUGINSHELLS_PPQ
  2150859239, // ERROR_WSMAN_QUOTA_MAX_PLUGINOPERATIONS_PPQ
  2150859240, // ERROR_WSMAN_QUOTA_MAX_OPERATIONS_USER_PPQ
  2150859241, // ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
]);
/** ERROR_ACCESS_DENIED and ERROR_OPERATION_ABORTED of winerror.h. */
const ACCESS_DENIED = 5;
const OPERATION_ABORTED = 995;

/** The server had nothing to say within the time that Receive gave it, and is to be asked again (MS-WSMV 3.1.4.14). */
export function isOperationTimeout(fault: Fault): boolean {
  return fault.subcode === 'TimedOut' || fault.windowsCode === TIMED_OUT;
}

/** The shell or the command does not exist, or no longer does. */
export function isGone(fault: Fault): boolean {
  return fault.subcode === 'InvalidSelectors' || fault.windowsCode === INVALID_SELECTORS;
}

/** The answer to the Receive of a command that was stopped. */
export function isAborted(fault: Fault): boolean {
  return fault.windowsCode === OPERATION_ABORTED;
}

export function faultError(fault: Fault, operation: Operation, where: RemotingFacts): RemotingError {
  const kind = kindOf(fault, operation);
  const facts: RemotingFacts = {
    ...where,
    faultSubcode: fault.subcode,
    ...(fault.windowsCode === undefined ? {} : { faultCode: fault.windowsCode }),
    ...(hadNoEffect(fault, kind) ? { noEffect: true } : {}),
  };
  return new RemotingError(kind, `${operation} was refused: ${fault.message || fault.subcode}`, facts);
}

function kindOf(fault: Fault, operation: Operation): RemotingErrorKind {
  if (isOperationTimeout(fault)) return 'timeout';
  if (fault.subcode === 'AccessDenied' || fault.windowsCode === ACCESS_DENIED) return 'access-denied';
  if (fault.subcode === 'QuotaLimit' || QUOTAS.has(fault.windowsCode ?? 0)) return 'throttled';
  if (fault.subcode === 'EncodingLimit') return 'too-large';
  return operation === 'Create' ? 'refused' : 'closed';
}

/** Whether the refusal came before anything was done. A failure of the server itself may come in the middle. */
function hadNoEffect(fault: Fault, kind: RemotingErrorKind): boolean {
  if (kind === 'timeout') return false;
  return fault.code === 'Sender' || kind === 'access-denied' || kind === 'throttled' || kind === 'too-large';
}
