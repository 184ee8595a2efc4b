import { protocolError, RemotingError } from '../../remoting-error';

/** Whether the shell of a session can be used: it may have failed, and the session may be leaving it. */
export class ShellState {
  readonly #onFailure: (error: RemotingError) => void;
  readonly #left = new AbortController();
  #failure: RemotingError | undefined;
  #isLeaving = false;

  /** @param onFailure called once, when the shell fails; not after `leave` */
  constructor(onFailure: (error: RemotingError) => void) {
    this.#onFailure = onFailure;
  }

  /** The first failure; `undefined` where there was none. */
  get failure(): RemotingError | undefined {
    return this.#failure;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Aborted when the session leaves the shell. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** Records that the shell is of no use any more, and gives the error as a `RemotingError`. */
  fail(error: unknown): RemotingError {
    const failure = asRemotingError(error);
    if (this.#failure === undefined && !this.#isLeaving) {
      this.#failure = failure;
      this.#onFailure(failure);
    }
    return failure;
  }

  leave(): void {
    this.#isLeaving = true;
    this.#left.abort(givenUp());
  }
}

/** The reason of an abort signal that breaks a request off. */
export function givenUp(): RemotingError {
  return new RemotingError('closed', 'the request was given up');
}

export function withNoEffect(reason: unknown): RemotingError {
  const { kind, message, facts } = asRemotingError(reason);
  return new RemotingError(kind, message, { ...facts, noEffect: true });
}

export function asRemotingError(error: unknown): RemotingError {
  return error instanceof RemotingError ? error : protocolError('the answer cannot be understood', error);
}
