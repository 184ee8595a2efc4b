import type { Invocation } from '../powershell/invocation';
import type { Outcome } from '../powershell/outcome';
import type { InvokeOptions, Session, TripOutcome } from '../powershell/session';
import {
  Call,
  interruptionBy,
  notSent,
  onlyProperties,
  unlessNull,
  wholeObject,
  type InterruptionReason,
  type OutputFilter,
} from './client/call';
import { checkCall, checkCallInTurn } from './client/call-check';
import { holdsSecureText, selecting, type Statement, type Statements } from './client/commands';
import { PoolWaits } from './client/pool-waits';
import { RunningCall } from './client/running-call';
import { ClientRunspacePool, type PoolEvent } from './client/runspace-pool';
import { refusedSelection, Selection } from './client/selection';
import { EMPTY_GUID, newGuid } from './guid';
import { orAbort } from './or-abort';
import { protocolError, RemotingError } from './remoting-error';
import type { SessionSettings } from './session-options';
import { Slots } from './slots';
import type { StreamName } from './streams';
import type { Carrier } from './transport';

const DEFAULT_FRAGMENT_BYTES = 32_768;

/** A session over any transport. */
export class RemotingSession implements Session {
  readonly #carrier: Carrier;
  readonly #settings: SessionSettings;
  readonly #pool: ClientRunspacePool;
  readonly #slots: Slots;
  readonly #poolWaits: PoolWaits;
  readonly #selection = new Selection();
  /** By the id of their pipeline. */
  readonly #running = new Map<string, RunningCall>();
  #failure: RemotingError | undefined;
  #closing: Promise<void> | undefined;
  #key: Promise<void> | undefined;

  /** Use `openSession`. */
  constructor(carrier: Carrier, settings: SessionSettings) {
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
    this.#poolWaits = new PoolWaits(carrier);
  }

  /** PSVersion of the peer, for example `5.1.14393.0`; `undefined` where it told none. */
  get powerShellVersion(): string | undefined {
    return this.#pool.powerShellVersion;
  }

  /** Protocol version of the peer, for example `2.3`. */
  get protocolVersion(): string | undefined {
    return this.#pool.protocolVersion;
  }

  /** Why the session can no longer be used; `undefined` while it can. */
  get failure(): RemotingError | undefined {
    return this.#failure;
  }

  /** Part of `openSession`. */
  async open(): Promise<void> {
    const opened = this.#poolWaits.opened();
    const sent = this.#carrier.open(this.#pool.id, this.#pool.open(), {
      onData: (target, bytes, stream) => this.#receive(target, bytes, stream),
      onFailure: (error) => this.#break(error),
    });
    await Promise.all([opened, sent]);
  }

  async invoke(invocation: Invocation, options: InvokeOptions = {}): Promise<Outcome> {
    checkCall(invocation);
    const { properties } = invocation;
    const filter = properties === undefined ? wholeObject : onlyProperties(properties);
    return this.#invokeSelecting([invocation], options, filter);
  }

  async invokeInTurn(
    calls: readonly [Invocation, ...Invocation[]],
    options: InvokeOptions = {},
  ): Promise<TripOutcome> {
    for (const call of calls) checkCallInTurn(call);
    const outcome = await this.#invokeSelecting(calls, options, unlessNull);
    if (outcome.kind !== 'objects') return outcome;
    return { ...outcome, kind: 'trip', ranAll: outcome.errors.length === 0 };
  }

  /**
   * Sends the calls, each followed by a `Select-Object` of its requested properties where the server takes that. Where
   * the server refuses the `Select-Object`, the calls are sent again without it.
   */
  async #invokeSelecting(
    [first, ...more]: readonly [Invocation, ...Invocation[]],
    options: InvokeOptions,
    filter: OutputFilter,
  ): Promise<Outcome> {
    const selected = [first, ...more].filter((call) => this.#selection.isFor(call));
    const statementOf = (call: Invocation): Statement => (selected.includes(call) ? selecting(call) : [call]);
    const outcome = await this.#attempt([statementOf(first), ...more.map(statementOf)], options, filter);
    const refusal = selected.length === 0 ? undefined : refusedSelection(outcome);
    if (refusal === undefined) return outcome;
    const whole = await this.#attempt([[first], ...more.map((call): Statement => [call])], options, filter);
    if (refusedSelection(whole) === undefined) this.#selection.refused(selected, refusal);
    return whole;
  }

  async #attempt(statements: Statements, options: InvokeOptions, filter: OutputFilter): Promise<Outcome> {
    const call = new Call(statements, newGuid(), filter);
    const { cmdlet } = call;
    const timeoutMs = options.timeoutMs ?? this.#settings.callTimeoutMs;
    const interrupted = new AbortController();
    const interrupt = (reason: InterruptionReason): void => {
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
    const answered = this.#poolWaits.availability(request);
    const [count] = await Promise.all([answered, this.#carrier.send(fragments)]);
    return count;
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
    let running: RunningCall | undefined;
    try {
      running = await this.#start(call, signal);
    } catch (error) {
      release();
      throw error;
    }
    if (running === undefined) {
      release();
      return this.#unsent(call);
    }
    // The runspace stays taken until the peer has let go of the pipeline.
    void running.released.then(release);
    return running.outcome;
  }

  #unsent(call: Call): Outcome {
    const failure = this.#failure ?? new RemotingError('closed', 'the session was closed');
    return notSent(call.interruption ?? interruptionBy(failure));
  }

  /** Starts a call in a pipeline; `undefined` where it needs a session key and none could be agreed on. */
  async #start(call: Call, signal: AbortSignal): Promise<RunningCall | undefined> {
    const parameters = call.statements.flat().flatMap((invocation) => Object.values(invocation.parameters));
    if (parameters.some(holdsSecureText)) {
      try {
        await orAbort(this.#agreeKey(), signal);
      } catch {
        return undefined;
      }
    }
    const { pipeline } = call;
    const fragments = this.#pool.createPipeline(pipeline, call.statements);
    const running = new RunningCall(call, {
      carrier: this.#carrier,
      pool: this.#pool,
      bounds: this.#settings.bounds,
      stopTimeoutMs: this.#settings.stopTimeoutMs,
      onEnd: () => this.#running.delete(pipeline),
    });
    this.#running.set(pipeline, running);
    running.start(fragments, signal);
    return running;
  }

  #agreeKey(): Promise<void> {
    this.#key ??= this.#exchangeKey();
    return this.#key;
  }

  async #exchangeKey(): Promise<void> {
    const fragments = await this.#pool.sendKey();
    const agreed = this.#poolWaits.keyAgreed();
    await Promise.all([agreed, this.#carrier.send(fragments)]);
  }

  #receive(target: string, bytes: Uint8Array, stream: StreamName): void {
    if (this.#failure !== undefined) return;
    const running = this.#running.get(target);
    // Data of a call whose outcome is decided already is dropped.
    if (target !== EMPTY_GUID && (running === undefined || running.isOverflowed)) return;
    try {
      running?.countBytes(bytes.length);
      const known = this.#pool.protocolVersion !== undefined;
      const events = this.#pool.receive(target, bytes, stream);
      if (!known && this.#pool.protocolVersion !== undefined) {
        this.#carrier.onProtocolVersion?.(this.#pool.protocolVersion);
      }
      for (const event of events) this.#take(event);
    } catch (error) {
      if (running !== undefined && error instanceof RemotingError && error.kind === 'too-large') {
        running.overflow(error);
        return;
      }
      this.#break(
        error instanceof RemotingError ? error : protocolError('the peer cannot be understood', error),
      );
      void this.#carrier.close();
    }
  }

  #take(event: PoolEvent): void {
    switch (event.kind) {
      case 'opened':
        this.#poolWaits.onOpened();
        return;
      case 'key-agreed':
        this.#poolWaits.onKeyAgreed();
        return;
      case 'key-requested':
        this.#agreeKey().catch(() => undefined);
        return;
      case 'availability':
        this.#poolWaits.onAvailability(event.request, event.answer);
        return;
      case 'closed':
      case 'broken':
        this.#break(endOfPool(event));
        void this.#carrier.close();
        return;
      default:
        this.#running.get(event.pipeline)?.take(event);
    }
  }

  #break(error: RemotingError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#poolWaits.fail(error);
    this.#slots.abandon();
    for (const running of [...this.#running.values()]) running.breakOff(error);
  }
}

function endOfPool(event: Extract<PoolEvent, { readonly kind: 'closed' | 'broken' }>): RemotingError {
  if (event.kind === 'closed') return new RemotingError('closed', 'the peer closed the runspace pool');
  const { error } = event;
  return error === undefined
    ? new RemotingError('refused', 'the peer reports a broken runspace pool')
    : new RemotingError('refused', error.message, { fullyQualifiedErrorId: error.fullyQualifiedErrorId });
}
