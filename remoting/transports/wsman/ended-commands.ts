import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { RemotingError } from '../../remoting-error';

/** More wait only where the server takes longer to let go of a command than to run one. */
const MOST_WAITING = 8;

/** What became of a signal: `unsent` where no connection came about for it, `refused` where none was let in. */
export type Going = 'sent' | 'unsent' | 'refused';

/**
 * Sends the signal for a command, and never rejects: no call depends on what becomes of it.
 *
 * @param opens whether a connection may be opened where none is free
 */
export type LetGo = (commandId: string, signal: AbortSignal, opens: boolean) => Promise<Going>;

/**
 * Commands that have ended, and that the server keeps until a signal lets go of them (MS-WSMV 3.1.4.12). It keeps so
 * many of a shell and no more: `MaxConcurrentCommandsPerShell`, 1,000 by default; 15 to 25 (`MaxProcessesPerShell`) in
 * older versions. Signals go one after another beside the calls, over one connection for all of them. Where that does not
 * come about, or many wait, they go over the connection of the call that has just ended, before another one starts.
 */
export class EndedCommands {
  readonly #letGo: LetGo;
  readonly #waiting: string[] = [];
  readonly #onTheirWay = new Set<Promise<Going>>();
  readonly #left = new AbortController();
  #goesBeside = false;
  /** Whether a connection is opened where none is free. */
  #opens = true;
  /** Each further sign-in might lock the account. */
  #isRefused = false;

  constructor(letGo: LetGo) {
    this.#letGo = letGo;
  }

  /** Takes a command. Resolves when another one may be started: at once, as a rule. */
  async add(commandId: string): Promise<void> {
    this.#waiting.push(commandId);
    if (this.#opens && !this.#goesBeside) void this.#sendBeside();
    while (this.#waiting.length > (this.#opens ? MOST_WAITING : 0)) {
      if (!(await this.#sendNext())) return;
    }
  }

  /** Forgets those that wait, since they end with their shell; the signals on their way get so long to be answered. */
  async leave(milliseconds: number): Promise<void> {
    this.#waiting.length = 0;
    const answered = new AbortController();
    const { signal } = answered;
    const late = sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#onTheirWay), late]);
    answered.abort();
    this.#left.abort(new RemotingError('closed', 'the session was closed'));
  }

  async #sendBeside(): Promise<void> {
    this.#goesBeside = true;
    // A command that follows at once takes the connection that is free: the signal can wait for another one.
    await nextTurn();
    while (this.#opens && (await this.#sendNext()));
    this.#goesBeside = false;
  }

  /** False where none waits, or where the signal found no way and waits again. */
  async #sendNext(): Promise<boolean> {
    const commandId = this.#waiting.shift();
    if (commandId === undefined) return false;
    const opens = this.#opens;
    const sending = this.#letGo(commandId, this.#left.signal, opens);
    this.#onTheirWay.add(sending);
    const going = await sending;
    this.#onTheirWay.delete(sending);
    if (going === 'sent') return true;
    this.#waiting.unshift(commandId);
    this.#isRefused ||= going === 'refused';
    // Where the call's own was not free either, the next one opens one, and that may come about for signals again.
    this.#opens = !opens && !this.#isRefused;
    return false;
  }
}
