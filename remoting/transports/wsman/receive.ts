import { RemotingError } from '../../remoting-error';
import { faultError, isAborted, isGone, isOperationTimeout } from './fault';
import { receiveBody } from './request';
import { readReceived, type Received } from './response';
import type { ShellRequests } from './shell-requests';

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  /** Milliseconds after which the server answers that it has nothing. */
  readonly timeoutMs: number;
  /** Milliseconds that this answer may take beyond that. */
  readonly graceMs: number;
}

/**
 * Asks once for output of a command, or of the pool where `commandId` is `undefined`. Gives `undefined` where the server
 * had nothing to say in time.
 *
 * @throws RemotingError `CommandGone` where the server does not know the command, or has stopped it
 */
export async function receive(
  requests: ShellRequests,
  commandId: string | undefined,
  options: ReceiveOptions,
): Promise<Received | undefined> {
  const response = await requests.request('Receive', receiveBody(commandId), options);
  if (response.kind === 'body') return readReceived(response.body, commandId);
  const { fault } = response;
  if (isOperationTimeout(fault)) return undefined;
  const error = faultError(fault, 'Receive', requests.where);
  throw isAborted(fault) || isGone(fault) ? new CommandGone(error) : error;
}

/** The server does not have the command any more. After a stop this is the command's regular end. */
export class CommandGone extends RemotingError {
  constructor({ kind, message, facts }: RemotingError) {
    super(kind, message, facts);
  }
}
