import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { RemotingError } from '../../remoting-error';

/** More than that wait only where the server takes longer to let go of a command than to run one. */
const MOST_WAITING = 8;

/** What became of a signal: `unsent` where there was no connection for it, `sign-in-refused` where the server let none in. */
export type SignalOutcome = 'sent' | 'unsent' | 'sign-in-refused';

/**
 * Sends the signal that lets go of a command. Never rejects: no call depends on what becomes of it.
 *
 * @param mayConnect whether a connection may be opened where none is free
 */
export type LetGo = (commandId: string, signal: AbortSignal, mayConnect: boolean) => Promise<SignalOutcome>;

/**
 * Commands that have ended, and that the server keeps until a signal lets go of them (MS-WSMV 3.1.4.12). A server limits
 * how many it keeps for a shell: `MaxConcurrentCommandsPerShell`, 1,000 by default; 15 to 25 (`MaxProcessesPerShell`) in
 * older versions. The signals go one after another while calls run, over one connection of their own. Where that cannot be
 * opened, or where many wait, they go over the connection of the call that has just ended, before another one starts.
 */
export class EndedCommands {
  readonly #letGo: LetGo;
  readonly #waiting: string[] = [];
  readonly #underWay = new Set<Promise<SignalOutcome>>();
  readonly #left = new AbortController();
  #isSending = false;
  /** Whether a connection may be opened where none is free. */
  #mayConnect = true;
  /** True after the server refused to sign a connection in. No other is tried: that might lock the account. */
  #isSignInRefused = false;

  constructor(letGo: LetGo) {
    this.#letGo = letGo;
  }

  /** Takes an ended command. Resolves when another one may be started, which is at once as a rule. */
  async add(commandId: string): Promise<void> {
    this.#waiting.push(commandId);
    if (this.#mayConnect && !this.#isSending) void this.#sendDuringCalls();
    while (this.#waiting.length > (this.#mayConnect ? MOST_WAITING : 0)) {
      if (!(await this.#sendNext())) return;
    }
  }

  /** Forgets the commands that wait, since they end with their shell. The signals under way get so long to be answered. */
  async leave(milliseconds: number): Promise<void> {
    this.#waiting.length = 0;
    const answered = new AbortController();
    const { signal } = answered;
    const late = sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#underWay), late]);
    answered.abort();
    this.#left.abort(new RemotingError('closed', 'the session was closed'));
  }

  async #sendDuringCalls(): Promise<void> {
    this.#isSending = true;
    // The call that follows at once is to have the connection that is free now: the signal can wait for another one.
    await nextTurn();
    while (this.#mayConnect && (await this.#sendNext()));
    this.#isSending = false;
  }

  /** False where no command waits, or where there was no connection for its signal, so that it waits again. */
  async #sendNext(): Promise<boolean> {
    const commandId = this.#waiting.shift();
    if (commandId === undefined) return false;
    const mayConnect = this.#mayConnect;
    const sending = this.#letGo(commandId, this.#left.signal, mayConnect);
    this.#underWay.add(sending);
    const outcome = await sending;
    this.#underWay.delete(sending);
    if (outcome === 'sent') return true;
    this.#waiting.unshift(commandId);
    this.#isSignInRefused ||= outcome === 'sign-in-refused';
    // A failed attempt to connect is followed by one over a call's connection. Where none was free either, connecting is
    // tried again.
    this.#mayConnect = !mayConnect && !this.#isSignInRefused;
    return false;
  }
}
