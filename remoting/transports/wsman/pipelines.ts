import { setTimeout as sleep } from 'node:timers/promises';
import { RemotingError } from '../../remoting-error';
import type { CarrierEvents } from '../../transport';
import { EndedCommands, type SignalOutcome } from './ended-commands';
import { faultError, isGone } from './fault';
import { STOP_SIGNAL, TERMINATE_SIGNAL } from './names';
import { CommandGone, receive } from './receive';
import { commandBody, sendBody, signalBody } from './request';
import { startedCommand } from './response';
import type { RequestOptions, ShellRequests } from './shell-requests';
import { asRemotingError, givenUp, withNoEffect, type ShellState } from './shell-state';

export interface PipelinesOptions {
  readonly requests: ShellRequests;
  readonly shell: ShellState;
  /** Milliseconds after which the server answers a Receive that it has nothing for. */
  readonly operationTimeoutMs: number;
  readonly ackTimeoutMs: number;
  /** Takes output of a pipeline. */
  readonly onData: CarrierEvents['onData'];
}

interface Pipeline {
  /** As the session names it. */
  readonly id: string;
  /** As the server names the command of the pipeline, once it does. */
  commandId: string | undefined;
  /** True where the server has ended the command, or does not know it. */
  done: boolean;
  stopped: boolean;
  /** Aborted when nobody waits for the pipeline any more. */
  readonly abandoned: AbortController;
  starting: Promise<void>;
  receiving: Promise<void> | undefined;
}

/** Milliseconds that `finish` waits for the end of a command that was stopped. */
const STOPPED_MS = 2_000;
/** Milliseconds for the signal that lets go of an ended command, and that nobody waits for. */
const LET_GO_MS = 10_000;
/** Milliseconds for the signals that are under way when the session leaves. */
const LEAVE_MS = 1_000;

/** Runs each pipeline as a command of the shell (MS-PSRP 3.1.5.3.3 and the sections after it). */
export class Pipelines {
  readonly #options: PipelinesOptions;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #endedCommands = new EndedCommands((...signal) => this.#letGo(...signal));

  constructor(options: PipelinesOptions) {
    this.#options = options;
  }

  async start(id: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void> {
    const pipeline: Pipeline = {
      id,
      commandId: undefined,
      done: false,
      stopped: false,
      abandoned: new AbortController(),
      starting: Promise.resolve(),
      receiving: undefined,
    };
    this.#pipelines.set(id, pipeline);
    const starting = this.#start(pipeline, fragments, onLastSent);
    pipeline.starting = starting.catch(() => undefined);
    await starting;
    pipeline.receiving = this.#receive(pipeline);
  }

  async #start(pipeline: Pipeline, fragments: readonly Buffer[], onLastSent: () => void): Promise<void> {
    const { requests, shell } = this.#options;
    const [first, ...rest] = fragments;
    if (first === undefined) throw new RemotingError('usage', 'a pipeline without fragments');
    const withdrawn = pipeline.abandoned.signal;
    const started = await requests
      .ask('Command', commandBody(pipeline.id.toUpperCase(), [first]), {
        withdrawn,
        ...(rest.length === 0 ? { onSend: onLastSent } : {}),
      })
      .catch((error: unknown) => this.#notStarted(pipeline, error));
    pipeline.commandId = startedCommand(started);
    for (const [index, fragment] of rest.entries()) {
      await requests
        .ask('Send', sendBody(pipeline.commandId, [fragment]), {
          withdrawn,
          ...(index === rest.length - 1 ? { onSend: onLastSent } : {}),
        })
        .catch((error: unknown) => {
          if (withdrawn.aborted) throw withNoEffect(withdrawn.reason);
          throw shell.fail(error);
        });
    }
  }

  /** A refusal that had no effect concerns this call only, unless it says that the shell is gone. */
  #notStarted(pipeline: Pipeline, error: unknown): never {
    const { shell } = this.#options;
    const failure = asRemotingError(error);
    this.#pipelines.delete(pipeline.id);
    if (failure.facts.noEffect !== true) throw shell.fail(failure);
    // Later, so that the call hears of the refusal before the session hears of the failure.
    if (failure.facts.faultSubcode === 'InvalidSelectors') setImmediate(() => shell.fail(failure));
    throw failure;
  }

  async answer(id: string, fragments: readonly Buffer[]): Promise<void> {
    const commandId = this.#pipelines.get(id)?.commandId;
    if (commandId === undefined) throw new RemotingError('closed', 'the pipeline was let go unanswered');
    for (const fragment of fragments) {
      await this.#options.requests.ask('Send', sendBody(commandId, [fragment], 'pr'));
    }
  }

  async stop(id: string): Promise<void> {
    const pipeline = this.#pipelines.get(id);
    if (pipeline === undefined || pipeline.done) return;
    pipeline.stopped = true;
    if (pipeline.commandId === undefined) {
      pipeline.abandoned.abort(givenUp());
      await pipeline.starting;
    }
    if (pipeline.commandId !== undefined) await this.#signal(pipeline.commandId, STOP_SIGNAL);
  }

  async finish(id: string): Promise<void> {
    const { shell } = this.#options;
    const pipeline = this.#pipelines.get(id);
    this.#pipelines.delete(id);
    if (pipeline === undefined || shell.failure !== undefined) return;
    // The end of a command that was stopped is on its way.
    if (pipeline.stopped && !pipeline.done)
      await Promise.race([pipeline.receiving, sleep(STOPPED_MS, undefined, { ref: false })]);
    if (shell.isLeaving) return;
    if (!pipeline.done) {
      pipeline.abandoned.abort(givenUp());
      await pipeline.starting;
    }
    const { commandId, done } = pipeline;
    if (commandId === undefined) return;
    // A command that still runs keeps its runspace until the server has taken the signal.
    await (done ? this.#endedCommands.add(commandId) : this.#signal(commandId, TERMINATE_SIGNAL));
  }

  /** Waits, not for long, until the signals under way are answered: their connection then serves the Delete. */
  async leave(): Promise<void> {
    await this.#endedCommands.leave(this.#options.shell.failure === undefined ? LEAVE_MS : 0);
  }

  async #receive(pipeline: Pipeline): Promise<void> {
    const { requests, shell, operationTimeoutMs, ackTimeoutMs, onData } = this.#options;
    const { commandId, id, abandoned } = pipeline;
    const signal = AbortSignal.any([abandoned.signal, shell.left]);
    try {
      while (!pipeline.done) {
        const options = { signal, timeoutMs: operationTimeoutMs, graceMs: ackTimeoutMs };
        const received = await receive(requests, commandId, options);
        if (received === undefined) continue;
        // Set before the data is handed over: its last message makes the session finish the pipeline.
        pipeline.done = received.done;
        for (const data of received.data) onData(id, data, 'Default');
      }
    } catch (error) {
      if (abandoned.signal.aborted) return;
      if (pipeline.stopped && error instanceof CommandGone) pipeline.done = true;
      else shell.fail(error);
    }
  }

  /** A fault that says that the command is gone is no error: the command has ended meanwhile. */
  async #signal(commandId: string, code: string, options: RequestOptions = {}): Promise<void> {
    const { requests } = this.#options;
    const response = await requests.request('Signal', signalBody(commandId, code), options);
    if (response.kind === 'fault' && !isGone(response.fault)) {
      throw faultError(response.fault, 'Signal', requests.where);
    }
  }

  /**
   * Lets go of a command that has ended. Whatever comes of this, the call has its outcome. A fault does not mean that the
   * shell is gone: PowerShell 2 gives it where only the command is (https://github.com/WinRb/WinRM/pull/267). Where the
   * shell is gone, the next Command is refused, before anything runs.
   */
  async #letGo(commandId: string, signal: AbortSignal, mayConnect: boolean): Promise<SignalOutcome> {
    const timeoutMs = Math.min(this.#options.ackTimeoutMs, LET_GO_MS);
    let outcome: SignalOutcome = 'unsent';
    const options: RequestOptions = {
      signal,
      timeoutMs,
      withdrawn: AbortSignal.timeout(timeoutMs),
      mayConnect,
      onSend: () => {
        outcome = 'sent';
      },
    };
    return this.#signal(commandId, TERMINATE_SIGNAL, options).then(
      () => outcome,
      (error: unknown) =>
        asRemotingError(error).kind === 'authentication-refused' ? 'sign-in-refused' : outcome,
    );
  }
}
