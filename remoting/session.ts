import type { Invocation } from '../powershell/invocation';
import type { ErrorRecord, Outcome } from '../powershell/outcome';
import type { InvokeOptions, Session, TripOutcome } from '../powershell/session';
import { DEFAULT_BOUNDS, type Bounds } from './bounds';
import {
  Call,
  notSent,
  only,
  unexpected,
  unlessNull,
  whole,
  type Interrupted,
  type Keep,
} from './client/call';
import { askedText, choiceFor } from './client/choice';
import { holdsSecureText, selecting, type Statement, type Statements } from './client/commands';
import type { HostCall } from './client/host-call';
import { ClientRunspacePool, type PoolEvent } from './client/runspace-pool';
import { mayRefuseSelection, onlyLooks, Selection } from './client/selection';
import { Slots } from './slots';
import type { StreamName } from './streams';
import { EMPTY_GUID, newGuid } from './guid';
import { protocolError, RemotingError, tooLarge, type Reached } from './remoting-error';
import type { Carrier, CarrierOptions, Said, Transport } from './transport';

export interface SessionOptions {
  /**
   * Calls that run at once; further ones wait for their turn.
   *
   * @default 1
   */
  readonly runspaces?: number;
  /**
   * Milliseconds in which the session must be open, connecting and authenticating included.
   *
   * @default 60000
   */
  readonly openTimeoutMs?: number;
  /**
   * Milliseconds after which a call is stopped, the wait for its turn included.
   *
   * @default 900000
   */
  readonly callTimeoutMs?: number;
  /**
   * Milliseconds that a stopped call gets to end before its outcome is given without its end.
   *
   * @default 5000
   */
  readonly stopTimeoutMs?: number;
  /**
   * Milliseconds in which the peer must acknowledge what it was sent; after that the session is given up.
   *
   * @default 60000
   */
  readonly ackTimeoutMs?: number;
  /**
   * Bytes of a fragment, header included.
   *
   * @default what the transport takes, or 32768
   */
  readonly maxFragmentBytes?: number;
  /** @default DEFAULT_BOUNDS */
  readonly bounds?: Partial<Bounds>;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}

type Settings = Required<Omit<SessionOptions, 'signal' | 'bounds' | 'maxFragmentBytes'>> & {
  readonly bounds: Bounds;
  readonly maxFragmentBytes: number | undefined;
};

const MIN_FRAGMENT_BYTES = 256;
const DEFAULT_FRAGMENT_BYTES = 32_768;
/** What the command is told that asked something else than was expected; its id tells where the error comes from. */
const REFUSAL: ErrorRecord = {
  fullyQualifiedErrorId: 'UnexpectedQuestion',
  message: 'The question was not expected, and nobody is there to answer it.',
  category: 'InvalidOperation',
};
/** A cmdlet by its whole name: what else a name could be (a path, a script, an operator) is not for us to send. */
const CMDLET = /^[A-Za-z]+-[A-Za-z][A-Za-z0-9]*$/;

/**
 * Connects and opens a runspace pool. Rejects with a `RemotingError`, whose `kind` and `facts` say what a remedy
 * needs; nothing is left behind then.
 */
export async function openSession(
  transport: Transport,
  options: SessionOptions = {},
): Promise<RemotingSession> {
  const settings: Settings = {
    runspaces: options.runspaces ?? 1,
    openTimeoutMs: options.openTimeoutMs ?? 60_000,
    callTimeoutMs: options.callTimeoutMs ?? 900_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    ackTimeoutMs: options.ackTimeoutMs ?? 60_000,
    maxFragmentBytes: options.maxFragmentBytes,
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
  };
  if (!Number.isInteger(settings.runspaces) || settings.runspaces < 1) {
    throw new RemotingError('usage', 'runspaces must be a whole number from 1');
  }
  const { maxFragmentBytes = DEFAULT_FRAGMENT_BYTES } = options;
  if (!Number.isInteger(maxFragmentBytes) || maxFragmentBytes < MIN_FRAGMENT_BYTES) {
    throw new RemotingError('usage', `maxFragmentBytes must be a whole number from ${MIN_FRAGMENT_BYTES}`);
  }
  const giveUp = new AbortController();
  const openBy = performance.now() + settings.openTimeoutMs;
  const late = new RemotingError('timeout', `the session was not open after ${settings.openTimeoutMs} ms`, {
    bound: 'openTimeoutMs',
    limit: settings.openTimeoutMs,
  });
  const timer = setTimeout(() => giveUp.abort(late), settings.openTimeoutMs);
  const onAbort = (): void => giveUp.abort(new RemotingError('closed', 'opening the session was given up'));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  let reached: Reached | undefined;
  let carrier: Carrier | undefined;
  const onReached = (stage: Reached): void => {
    reached = stage;
  };
  try {
    carrier = await connect(transport, { ...settings, openBy, onReached }, giveUp.signal);
    const session = new RemotingSession(carrier, settings);
    try {
      await orAbort(session.open(), giveUp.signal);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  } catch (error) {
    throw withCircumstances(error, reached, carrier?.said?.() ?? {});
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** A transport that comes through after all when nobody waits any more is closed again. */
async function connect(
  transport: Transport,
  settings: CarrierOptions,
  signal: AbortSignal,
): Promise<Carrier> {
  const connecting = transport.connect(settings, signal);
  try {
    return await orAbort(connecting, signal);
  } catch (error) {
    void connecting.then(
      (carrier) => carrier.close(),
      () => undefined,
    );
    throw error;
  }
}

/** Characters of what a program has said that stand in a message; its facts have more. */
const MOST_SAID = 500;

/** The same error, with how far the opening had come, and for a time-out with what a program said meanwhile. */
function withCircumstances(error: unknown, reached: Reached | undefined, said: Said): unknown {
  if (!(error instanceof RemotingError)) return error;
  const { kind, facts } = error;
  const heard = kind === 'timeout' ? said : {};
  const texts = Object.values(heard).map((text) => `; it said: ${text.slice(-MOST_SAID)}`);
  const more = { ...heard, ...(reached === undefined ? {} : { reached }) };
  return new RemotingError(
    kind,
    `${error.message}${texts.join('')}`,
    { ...facts, ...more },
    { cause: error },
  );
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as RemotingError);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

interface Running {
  readonly call: Call;
  readonly end: (outcome: Outcome) => void;
  /** Set while the peer is asked to stop. */
  stopping: boolean;
  /** Set where the answer went past a bound. */
  overflowed: boolean;
}

/** A session over any transport. */
export class RemotingSession implements Session {
  readonly #carrier: Carrier;
  readonly #settings: Settings;
  readonly #pool: ClientRunspacePool;
  readonly #slots: Slots;
  readonly #running = new Map<string, Running>();
  readonly #availability = new Map<bigint, (answer: number) => void>();
  readonly #selection = new Selection();
  #failure: RemotingError | undefined;
  #closing: Promise<void> | undefined;
  #onOpened: (() => void) | undefined;
  #onKey: (() => void) | undefined;
  #onBroken: ((error: RemotingError) => void)[] = [];
  #key: Promise<void> | undefined;

  /** Use `openSession`. */
  constructor(carrier: Carrier, settings: Settings) {
    this.#carrier = carrier;
    this.#settings = settings;
    this.#pool = new ClientRunspacePool({
      runspaces: settings.runspaces,
      bounds: settings.bounds,
      get maxFragmentBytes() {
        return Math.min(
          settings.maxFragmentBytes ?? Infinity,
          carrier.maxFragmentBytes ?? DEFAULT_FRAGMENT_BYTES,
        );
      },
    });
    this.#slots = new Slots(settings.runspaces);
  }

  /** PSVersion of the peer, for example `5.1.14393.0`; `undefined` where it told none. */
  get powerShellVersion(): string | undefined {
    return this.#pool.powerShellVersion;
  }

  /** Protocol version of the peer, for example `2.3`. */
  get protocolVersion(): string | undefined {
    return this.#pool.protocolVersion;
  }

  /** Why the session is of no use any more; `undefined` while it is. */
  get failure(): RemotingError | undefined {
    return this.#failure;
  }

  /** Part of `openSession`. */
  async open(): Promise<void> {
    const opened = this.#until((done) => {
      this.#onOpened = done;
    });
    const sent = this.#carrier.open(this.#pool.id, this.#pool.open(), {
      onData: (target, bytes, stream) => this.#receive(target, bytes, stream),
      onFailure: (error) => this.#break(error),
    });
    await Promise.all([opened, sent]);
  }

  async invoke(invocation: Invocation, options: InvokeOptions = {}): Promise<Outcome> {
    checkCall(invocation);
    const { properties } = invocation;
    return this.#select([invocation], options, properties === undefined ? whole : only(properties));
  }

  async invokeInTurn(
    calls: readonly [Invocation, ...Invocation[]],
    options: InvokeOptions = {},
  ): Promise<TripOutcome> {
    for (const call of calls) {
      checkCall(call);
      if (!onlyLooks(call)) throw usage(`${call.cmdlet} may change something, and is sent by itself`);
      if (call.question !== undefined) throw usage('a call that answers a question is sent by itself');
    }
    const outcome = await this.#select(calls, options, unlessNull);
    if (outcome.kind !== 'objects') return outcome;
    return { ...outcome, kind: 'trip', ranAll: outcome.errors.length === 0 };
  }

  /** Has the server leave out what is not asked for; where it refuses to, it is asked for all. */
  async #select(
    [first, ...more]: readonly [Invocation, ...Invocation[]],
    options: InvokeOptions,
    keep: Keep,
  ): Promise<Outcome> {
    const selected = [first, ...more].filter((call) => this.#selection.isFor(call));
    const statementOf = (call: Invocation): Statement => (selected.includes(call) ? selecting(call) : [call]);
    const outcome = await this.#attempt([statementOf(first), ...more.map(statementOf)], options, keep);
    const refusal = selected.length === 0 ? undefined : refusalIn(outcome);
    if (refusal === undefined) return outcome;
    const all = await this.#attempt([[first], ...more.map((call): Statement => [call])], options, keep);
    if (refusalIn(all) === undefined) this.#selection.refused(selected, refusal);
    return all;
  }

  async #attempt(statements: Statements, options: InvokeOptions, keep: Keep): Promise<Outcome> {
    const call = new Call(statements, newGuid(), keep);
    const { cmdlet } = call;
    const timeoutMs = options.timeoutMs ?? this.#settings.callTimeoutMs;
    const interrupted = new AbortController();
    const interrupt = (reason: Interrupted): void => {
      call.interruption ??= reason;
      interrupted.abort();
    };
    const timer = setTimeout(() => {
      const message = `${cmdlet} ${call.sent ? 'did not end' : 'was not sent'} within ${timeoutMs} ms`;
      interrupt({ kind: 'timeout', message, bound: { name: 'callTimeoutMs', limit: timeoutMs } });
    }, timeoutMs);
    const onAbort = (): void => interrupt({ kind: 'stopped', message: `${cmdlet} was stopped` });
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted === true) onAbort();
    try {
      return await this.#queueAndRun(call, interrupted.signal);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * How many calls the peer could take at once right now, as it says (MS-PSRP RUNSPACE_AVAILABILITY). Rejects with a
   * `RemotingError` where the session ended.
   */
  async availableRunspaces(): Promise<number> {
    const { request, fragments } = this.#pool.askAvailability();
    let answer = 0;
    const answered = this.#until((done) => {
      this.#availability.set(request, (count) => {
        answer = count;
        done();
      });
    });
    await Promise.all([answered, this.#carrier.send(fragments)]);
    return answer;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#break(new RemotingError('closed', 'the session was closed'));
    await this.#carrier.close();
  }

  async #queueAndRun(call: Call, signal: AbortSignal): Promise<Outcome> {
    const release = await this.#slots.take(signal);
    if (release === undefined || this.#failure !== undefined || call.interruption !== undefined) {
      release?.();
      return this.#unsent(call);
    }
    let result: { readonly outcome: Outcome; readonly ended: Promise<void> };
    try {
      result = await this.#run(call, signal);
    } catch (error) {
      release();
      throw error;
    }
    // The runspace stays taken until the peer has let go of the pipeline.
    void result.ended.then(release);
    return result.outcome;
  }

  #unsent(call: Call): Outcome {
    const failure = this.#failure ?? new RemotingError('closed', 'the session was closed');
    return notSent(call.interruption ?? interruptionOf(failure));
  }

  async #run(
    call: Call,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: Outcome; readonly ended: Promise<void> }> {
    try {
      const invocations = call.statements.flat();
      if (invocations.some(({ parameters }) => Object.values(parameters).some(holdsSecureText))) {
        await orAbort(this.#agreeKey(), signal);
      }
    } catch {
      return { outcome: this.#unsent(call), ended: Promise.resolve() };
    }
    const { pipeline } = call;
    const fragments = this.#pool.createPipeline(pipeline, call.statements);
    let confirmEnd = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      confirmEnd = resolve;
    });
    const outcome = await new Promise<Outcome>((resolve) => {
      const running: Running = {
        call,
        stopping: false,
        overflowed: false,
        end: (result) => {
          signal.removeEventListener('abort', onInterrupt);
          this.#running.delete(pipeline);
          this.#pool.forget(pipeline);
          resolve(result);
          this.#carrier.finish(pipeline).then(confirmEnd, confirmEnd);
        },
      };
      const onInterrupt = (): void => this.#stop(running);
      this.#running.set(pipeline, running);
      signal.addEventListener('abort', onInterrupt, { once: true });
      this.#carrier
        .start(pipeline, fragments, () => {
          call.sent = true;
        })
        .catch((error: unknown) => {
          // A failure of the carrier itself reaches every running call through its event.
          if (!(error instanceof RemotingError) || error.facts.noEffect !== true) return;
          call.sent = false;
          const reason = call.interruption ?? interruptionOf(error);
          if (this.#running.has(pipeline)) running.end(call.interrupted(reason));
        });
    });
    return { outcome, ended };
  }

  /**
   * Asks the peer to stop. A real server may confirm the stop without a last state, so the confirmation counts as
   * the end; a state that comes first says more and wins.
   */
  #stop(running: Running): void {
    const { call } = running;
    if (running.stopping || !this.#running.has(call.pipeline)) return;
    running.stopping = true;
    const reason = call.interruption ?? { kind: 'stopped' as const, message: 'the call was stopped' };
    const giveUp = (): void => {
      clearTimeout(timer);
      if (this.#running.has(call.pipeline)) running.end(call.interrupted(reason));
    };
    const timer = setTimeout(giveUp, this.#settings.stopTimeoutMs);
    if (!call.sent) {
      giveUp();
      return;
    }
    this.#carrier.stop(call.pipeline).then(giveUp, giveUp);
  }

  #agreeKey(): Promise<void> {
    this.#key ??= this.#exchangeKey();
    return this.#key;
  }

  async #exchangeKey(): Promise<void> {
    const fragments = await this.#pool.sendKey();
    const agreed = this.#until((done) => {
      this.#onKey = done;
    });
    await Promise.all([agreed, this.#carrier.send(fragments)]);
  }

  /** Resolves when `done` was called, rejects when the session breaks before. */
  #until(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#onBroken.push(reject);
      this.#carrier.awaitPool?.(true);
      start(() => {
        this.#onBroken = this.#onBroken.filter((listener) => listener !== reject);
        if (this.#onBroken.length === 0) this.#carrier.awaitPool?.(false);
        resolve();
      });
    });
  }

  #receive(target: string, bytes: Uint8Array, stream: StreamName): void {
    if (this.#failure !== undefined) return;
    const running = this.#running.get(target);
    // What a call still says after its end was decided is of no interest.
    if (target !== EMPTY_GUID && (running === undefined || running.overflowed)) return;
    try {
      if (running !== undefined) this.#count(running, 'maxCallBytes', bytes.length);
      const known = this.#pool.protocolVersion !== undefined;
      const events = this.#pool.receive(target, bytes, stream);
      if (!known && this.#pool.protocolVersion !== undefined) {
        this.#carrier.peerSpeaks?.(this.#pool.protocolVersion);
      }
      for (const event of events) this.#take(event);
    } catch (error) {
      if (running !== undefined && error instanceof RemotingError && error.kind === 'too-large') {
        this.#overflow(running, error);
        return;
      }
      this.#break(
        error instanceof RemotingError ? error : protocolError('the peer cannot be understood', error),
      );
      void this.#carrier.close();
    }
  }

  /** @throws RemotingError `too-large` where that is more than one call may make us hold */
  #count({ call: { received } }: Running, bound: keyof Call['received'], more: number): void {
    const limit = this.#settings.bounds[bound];
    received[bound] += more;
    if (received[bound] > limit) throw tooLarge('the answer', bound, limit);
  }

  /** Ends a call whose answer is past a bound: what was kept of it is dropped, and what still comes is not kept. */
  #overflow(running: Running, error: RemotingError): void {
    running.overflowed = true;
    this.#pool.forget(running.call.pipeline);
    this.#interrupt(running, interruptionOf(error));
  }

  #take(event: PoolEvent): void {
    switch (event.kind) {
      case 'opened':
        this.#onOpened?.();
        return;
      case 'key-agreed':
        this.#onKey?.();
        return;
      case 'key-requested':
        this.#agreeKey().catch(() => undefined);
        return;
      case 'availability':
        if (typeof event.answer === 'number') this.#availability.get(event.request)?.(event.answer);
        this.#availability.delete(event.request);
        return;
      case 'closed':
      case 'broken':
        this.#break(poolEnd(event));
        void this.#carrier.close();
        return;
      default: {
        const running = this.#running.get(event.pipeline);
        if (running !== undefined) this.#takeForCall(running, event);
      }
    }
  }

  #takeForCall(running: Running, event: Extract<PoolEvent, { readonly pipeline: string }>): void {
    const { call } = running;
    switch (event.kind) {
      case 'output':
        this.#count(running, 'maxCallValues', event.output.values);
        call.addOutput(event.output);
        return;
      case 'error':
        this.#count(running, 'maxCallValues', 1);
        call.addError(event.error);
        return;
      case 'warning':
        this.#count(running, 'maxCallValues', 1);
        call.addWarning(event.message);
        return;
      case 'remark':
        return;
      case 'host-call':
        this.#answer(running, event.call);
        return;
      case 'completed':
        running.end(call.completed());
        return;
      case 'failed':
        running.end(call.failed(event.error));
        return;
      case 'stopped': {
        const message = 'the peer stopped the command';
        running.end(call.interrupted(call.interruption ?? { kind: 'stopped', message }));
        return;
      }
    }
  }

  /**
   * Gives the expected question its answer, once. Any other is answered with an error, so that the command ends at once
   * and its record comes back; a call that was sent without a host is stopped, since it would wait for ever.
   */
  #answer(running: Running, hostCall: HostCall): void {
    const { call, stopping } = running;
    if (stopping) return;
    const { question } = call;
    if (question === undefined) {
      this.#interrupt(running, {
        kind: 'prompt',
        message: `the command asked for ${hostCall.method.name}`,
      });
      return;
    }
    const choice = call.answered ? undefined : choiceFor(question, hostCall);
    if (choice === undefined) this.#refuse(running, hostCall);
    else {
      call.answered = true;
      this.#sendAnswer(running, hostCall, choice);
    }
  }

  /** A server drops an answer that it cannot read, and the command waits on: such a one is stopped. */
  #refuse(running: Running, hostCall: HostCall): void {
    const { call } = running;
    call.refused ??= askedText(hostCall);
    const reason = { kind: 'prompt', message: unexpected(call.cmdlet, call.refused) } as const;
    this.#sendAnswer(running, hostCall, REFUSAL);
    setTimeout(() => this.#interrupt(running, reason), this.#settings.stopTimeoutMs).unref();
  }

  #sendAnswer(running: Running, hostCall: HostCall, answer: number | ErrorRecord): void {
    const { pipeline } = running.call;
    this.#carrier.answer(pipeline, this.#pool.answer(pipeline, hostCall, answer)).catch((error: unknown) => {
      // Without its answer the command waits; a failure of the carrier itself reaches it through its event.
      if (error instanceof RemotingError) this.#interrupt(running, interruptionOf(error));
    });
  }

  #interrupt(running: Running, reason: Interrupted): void {
    running.call.interruption ??= reason;
    this.#stop(running);
  }

  #break(error: RemotingError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const listeners = this.#onBroken;
    this.#onBroken = [];
    for (const listener of listeners) listener(error);
    this.#slots.abandon();
    for (const running of [...this.#running.values()]) {
      running.end(running.call.interrupted(interruptionOf(error)));
    }
  }
}

function poolEnd(event: Extract<PoolEvent, { readonly kind: 'closed' | 'broken' }>): RemotingError {
  if (event.kind === 'closed') return new RemotingError('closed', 'the peer closed the runspace pool');
  const { error } = event;
  return error === undefined
    ? new RemotingError('refused', 'the peer reports a broken runspace pool')
    : new RemotingError('refused', error.message, { fullyQualifiedErrorId: error.fullyQualifiedErrorId });
}

function interruptionOf({ kind, message, facts }: RemotingError): Interrupted {
  const { bound: name, limit } = facts;
  const bound = name === undefined || limit === undefined ? {} : { bound: { name, limit } };
  const isTold = kind === 'timeout' || kind === 'protocol' || kind === 'too-large';
  return { kind: isTold ? kind : 'closed', message, ...bound };
}

/** Of several statements, the first one's refusal is an error among others: see `Trip`. */
function refusalIn(outcome: Outcome): ErrorRecord | undefined {
  if (outcome.kind === 'unknown') return undefined;
  const errors = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  return errors.find(mayRefuseSelection);
}

function checkCall({ cmdlet, parameters }: Invocation): void {
  if (!CMDLET.test(cmdlet)) throw usage(`'${cmdlet}' is not the name of a cmdlet (Verb-Noun)`);
  // PowerShell takes such a call, and never ends it (measured with 7.6.9).
  if (Object.keys(parameters).some((name) => name.trim() === '')) {
    throw usage(`a parameter of ${cmdlet} has no name`);
  }
}

function usage(message: string): RemotingError {
  return new RemotingError('usage', message);
}
