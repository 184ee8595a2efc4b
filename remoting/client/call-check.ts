import type { Invocation } from '../../powershell/invocation';
import { RemotingError } from '../remoting-error';
import { onlyReads } from './selection';

/** `Verb-Noun`. Anything else that a command can be called by (a path, a script, an operator) is never sent. */
const CMDLET = /^[A-Za-z]+-[A-Za-z][A-Za-z0-9]*$/;

/** @throws RemotingError `usage` where this is no call that may be sent */
export function checkCall({ cmdlet, parameters }: Invocation): void {
  if (!CMDLET.test(cmdlet)) throw usage(`'${cmdlet}' is not the name of a cmdlet (Verb-Noun)`);
  // PowerShell accepts a call with such a parameter, and never ends it (measured with 7.6.9).
  if (Object.keys(parameters).some((name) => name.trim() === '')) {
    throw usage(`a parameter of ${cmdlet} has no name`);
  }
}

/** @throws RemotingError `usage` where this call may not be sent together with others */
export function checkCallInTurn(call: Invocation): void {
  checkCall(call);
  if (!onlyReads(call)) throw usage(`${call.cmdlet} may change something, and is sent by itself`);
  if (call.question !== undefined) throw usage('a call that answers a question is sent by itself');
}

function usage(message: string): RemotingError {
  return new RemotingError('usage', message);
}
