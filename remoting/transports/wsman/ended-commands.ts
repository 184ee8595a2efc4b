import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { RemotingError } from '../../remoting-error';

/** More wait only where the server takes longer to let go of a command than to run one. */
const MOST_WAITING = 8;

/**
 * Commands that have ended, and that the server keeps until a signal lets go of them (MS-WSMV 3.1.4.12). It keeps so
 * many of a shell and no more: `MaxConcurrentCommandsPerShell`, 1,000 by default; 15 to 25 (`MaxProcessesPerShell`) in
 * older versions. One signal is on its way at a time, so that all of them together need one connection at most.
 */
export class EndedCommands {
  readonly #letGo: (commandId: string, signal: AbortSignal) => Promise<void>;
  readonly #waiting: string[] = [];
  readonly #left = new AbortController();
  #sending: Promise<void> | undefined;
  readonly #room: (() => void)[] = [];

  /** @param letGo sends the signal for a command, and never rejects: no call depends on what becomes of it */
  constructor(letGo: (commandId: string, signal: AbortSignal) => Promise<void>) {
    this.#letGo = letGo;
  }

  /** Takes a command. Resolves when another one may be started: at once, unless many wait. */
  async add(commandId: string): Promise<void> {
    this.#waiting.push(commandId);
    this.#sending ??= this.#sendAll();
    while (this.#waiting.length > MOST_WAITING) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
  }

  /** Forgets those that wait, since they end with their shell; the signal on its way gets so long to be answered. */
  async leave(milliseconds: number): Promise<void> {
    this.#waiting.length = 0;
    this.#makeRoom();
    const answered = new AbortController();
    const { signal } = answered;
    await Promise.race([this.#sending, sleep(milliseconds, undefined, { signal }).catch(() => undefined)]);
    answered.abort();
    this.#left.abort(new RemotingError('closed', 'the session was closed'));
  }

  async #sendAll(): Promise<void> {
    // A command that follows at once takes the connection that is free: the signal can wait for another one.
    await nextTurn();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#letGo(next, this.#left.signal);
      this.#makeRoom();
    }
    this.#sending = undefined;
  }

  #makeRoom(): void {
    for (const go of this.#room.splice(0)) go();
  }
}
