import { setTimeout as sleep } from 'node:timers/promises';
import { newGuid, EMPTY_GUID } from '../../guid';
import { protocolError, RemotingError } from '../../remoting-error';
import type { Carrier, CarrierEvents, CarrierOptions } from '../../transport';
import { EndedCommands, type Going } from './ended-commands';
import { faultError, isAborted, isGone, isOperationTimeout } from './fault';
import { isSoap, type Answer } from './answer';
import type { HttpChannel } from './http-channel';
import {
  FIRST_ENVELOPE_BYTES,
  LATER_ENVELOPE_BYTES,
  STOP_SIGNAL,
  TERMINATE_SIGNAL,
  type Operation,
} from './names';
import {
  commandBody,
  envelope,
  receiveBody,
  sendBody,
  shellBody,
  signalBody,
  type RequestHead,
} from './request';
import { createdShell, readReceived, readResponse, startedCommand, type Response } from './response';
import type { XmlElement } from './xml';

export interface WsmanCarrierOptions extends CarrierOptions {
  readonly channel: HttpChannel;
  /** Where the channel leads. */
  readonly url: string;
  readonly shellResource: string;
  /** Milliseconds after which the server answers a Receive that it has nothing for. */
  readonly operationTimeoutMs: number;
  /** Bytes; left out: what the server's version takes. */
  readonly maxEnvelopeBytes?: number;
  /** How often a request that had no effect is sent again because the server is busy. */
  readonly retries: number;
  /** A channel to where the server sends us; throws where that is not allowed. */
  redirect(location: string): { readonly channel: HttpChannel; readonly url: string };
}

interface Pipeline {
  /** As the session names it. */
  readonly id: string;
  /** As the server names it, once it does. */
  commandId: string | undefined;
  /** The server has ended it, or does not know it. */
  done: boolean;
  stopped: boolean;
  /** Aborted when nobody waits for it any more. */
  readonly given: AbortController;
  starting: Promise<void>;
  receiving: Promise<void> | undefined;
}

interface Asking {
  /** Breaks a request off. */
  readonly signal: AbortSignal;
  /** Keeps a request from being sent, and from being sent again. */
  readonly patience?: AbortSignal;
  /** Milliseconds that the server gets, as we tell it. */
  readonly timeoutMs: number;
  /** Milliseconds beyond that. */
  readonly graceMs?: number;
  /** When somebody else breaks it off, where that is known. */
  readonly until?: number;
  /** Whether a connection may be opened where none is free. @default true */
  readonly opens?: boolean;
  readonly onProved?: () => void;
  readonly onSend?: () => void;
}

const DELETE_MS = 5_000;
const STOPPED_MS = 2_000;
/** For a signal that nobody waits for. */
const LET_GO_MS = 10_000;
/** For the signal on its way when the session closes. */
const LEAVE_MS = 1_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const MOST_REDIRECTS = 3;
/** Pages of IIS that tell of an error have some 5 KB. */
const MOST_PAGE_BYTES = 16_384;

/** Carries fragments in shell and command operations of WS-Management (MS-PSRP 3.1.5.3). */
export class WsmanCarrier implements Carrier {
  readonly #options: WsmanCarrierOptions;
  readonly #sessionId = newGuid();
  readonly #ended = new AbortController();
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #endedCommands = new EndedCommands((...signal) => this.#letGo(...signal));
  #channel: HttpChannel;
  #url: string;
  #envelopeBytes: number;
  #events: CarrierEvents | undefined;
  #failure: RemotingError | undefined;
  #closing: Promise<void> | undefined;
  #shellId: string | undefined;
  /** True from when the server may have made the shell. */
  #mayExist = false;
  #awaited = false;
  #listening = false;
  /** Requests to the pool, one after another. */
  #sending: Promise<unknown> = Promise.resolve();

  constructor(options: WsmanCarrierOptions) {
    this.#options = options;
    this.#channel = options.channel;
    this.#url = options.url;
    this.#envelopeBytes = options.maxEnvelopeBytes ?? FIRST_ENVELOPE_BYTES;
  }

  /** As much as fits into a Command with its envelope, as base64. */
  get maxFragmentBytes(): number {
    const [three, four] = [Buffer.alloc(3), 4];
    const rest = envelope(this.#head('Command'), commandBody(EMPTY_GUID, [three])).length - four;
    return Math.floor((this.#envelopeBytes - rest) / 4) * 3;
  }

  onProtocolVersion(protocolVersion: string): void {
    // Version 2.1 is that of PowerShell 2, which comes with WinRM 2.
    if (this.#options.maxEnvelopeBytes === undefined && protocolVersion !== '2.1') {
      this.#envelopeBytes = LATER_ENVELOPE_BYTES;
    }
  }

  async open(pool: string, fragments: readonly Buffer[], events: CarrierEvents): Promise<void> {
    this.#events = events;
    this.#shellId = pool.toUpperCase();
    const body = shellBody(this.#shellId, fragments);
    const creating = this.#create(body);
    this.#sending = creating;
    this.#shellId = createdShell(await creating);
    this.#options.onReached('user');
  }

  async start(id: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void> {
    const pipeline: Pipeline = {
      id,
      commandId: undefined,
      done: false,
      stopped: false,
      given: new AbortController(),
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
    const { id, given } = pipeline;
    const [first, ...rest] = fragments;
    if (first === undefined) throw new RemotingError('usage', 'a pipeline without fragments');
    const patience = given.signal;
    const begun = await this.#ask('Command', commandBody(id.toUpperCase(), [first]), {
      patience,
      ...(rest.length === 0 ? { onSend: onLastSent } : {}),
    }).catch((error: unknown) => this.#notTaken(pipeline, error));
    pipeline.commandId = startedCommand(begun);
    for (const [index, fragment] of rest.entries()) {
      await this.#ask('Send', sendBody(pipeline.commandId, [fragment]), {
        patience,
        ...(index === rest.length - 1 ? { onSend: onLastSent } : {}),
      }).catch((error: unknown) => {
        if (patience.aborted) throw withNoEffect(patience.reason);
        this.#lost(error);
      });
    }
  }

  send(fragments: readonly Buffer[]): Promise<void> {
    const sent = this.#sending.then(() =>
      this.#ask('Send', sendBody(undefined, fragments)).catch((error: unknown) => this.#lost(error)),
    );
    this.#sending = sent.catch(() => undefined);
    return sent.then(() => undefined);
  }

  async answer(id: string, fragments: readonly Buffer[]): Promise<void> {
    const commandId = this.#pipelines.get(id)?.commandId;
    if (commandId === undefined) throw new RemotingError('closed', 'the pipeline was let go unanswered');
    for (const fragment of fragments) await this.#ask('Send', sendBody(commandId, [fragment], 'pr'));
  }

  async stop(id: string): Promise<void> {
    const pipeline = this.#pipelines.get(id);
    if (pipeline === undefined || pipeline.done) return;
    pipeline.stopped = true;
    if (pipeline.commandId === undefined) {
      pipeline.given.abort(givenUp());
      await pipeline.starting;
    }
    if (pipeline.commandId !== undefined) await this.#signal(pipeline.commandId, STOP_SIGNAL);
  }

  async finish(id: string): Promise<void> {
    const pipeline = this.#pipelines.get(id);
    this.#pipelines.delete(id);
    if (pipeline === undefined || this.#failure !== undefined) return;
    // The end of a command that was stopped is on its way.
    if (pipeline.stopped && !pipeline.done)
      await Promise.race([pipeline.receiving, sleep(STOPPED_MS, undefined, { ref: false })]);
    if (this.#closing !== undefined) return;
    if (!pipeline.done) {
      pipeline.given.abort(givenUp());
      await pipeline.starting;
    }
    const { commandId, done } = pipeline;
    if (commandId === undefined) return;
    // One that still runs has its runspace until the server has taken the signal.
    await (done ? this.#endedCommands.add(commandId) : this.#signal(commandId, TERMINATE_SIGNAL));
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  awaitPool(waits: boolean): void {
    this.#awaited = waits;
    if (!waits || this.#listening) return;
    this.#listening = true;
    // What the pool is to answer is handed over in this turn.
    setImmediate(() => void this.#listen());
  }

  async #listen(): Promise<void> {
    try {
      await this.#sending;
      while (this.#awaited && this.#failure === undefined && this.#closing === undefined) {
        const received = await this.#receiveOnce(undefined, this.#ended.signal);
        for (const data of received?.data ?? []) this.#events?.onData(EMPTY_GUID, data, 'Default');
      }
    } catch (error) {
      this.#fail(asRemotingError(error));
    } finally {
      this.#listening = false;
    }
  }

  async #receive(pipeline: Pipeline): Promise<void> {
    const { commandId, id, given } = pipeline;
    const signal = AbortSignal.any([given.signal, this.#ended.signal]);
    try {
      while (!pipeline.done) {
        const received = await this.#receiveOnce(commandId, signal);
        if (received === undefined) continue;
        // Known before the data is handed over: its last message makes the session let go of the pipeline.
        pipeline.done = received.done;
        for (const data of received.data) this.#events?.onData(id, data, 'Default');
      }
    } catch (error) {
      if (given.signal.aborted) return;
      if (pipeline.stopped && error instanceof StoppedCommand) pipeline.done = true;
      else this.#fail(asRemotingError(error));
    }
  }

  /** `undefined` where the server had nothing to say in time. */
  async #receiveOnce(commandId: string | undefined, signal: AbortSignal) {
    const timeoutMs = this.#options.operationTimeoutMs;
    const graceMs = this.#options.ackTimeoutMs;
    const response = await this.#request('Receive', receiveBody(commandId), { signal, timeoutMs, graceMs });
    if (response.kind === 'body') return readReceived(response.body, commandId);
    if (isOperationTimeout(response.fault)) return undefined;
    if (isAborted(response.fault) || isGone(response.fault)) {
      throw new StoppedCommand(faultError(response.fault, 'Receive', this.#channel.where));
    }
    throw faultError(response.fault, 'Receive', this.#channel.where);
  }

  /**
   * The call has its answer, whatever becomes of this. Of a shell that has gone the next Command tells, before anything
   * runs; a fault of this one does not: PowerShell 2 gives it for a command alone (https://github.com/WinRb/WinRM/pull/267).
   */
  async #letGo(commandId: string, signal: AbortSignal, opens: boolean): Promise<Going> {
    const timeoutMs = Math.min(this.#options.ackTimeoutMs, LET_GO_MS);
    const patience = AbortSignal.timeout(timeoutMs);
    let going: Going = 'unsent';
    const onSend = (): void => {
      going = 'sent';
    };
    return this.#signal(commandId, TERMINATE_SIGNAL, { signal, timeoutMs, patience, opens, onSend }).then(
      () => going,
      (error: unknown) => (asRemotingError(error).kind === 'authentication-refused' ? 'refused' : going),
    );
  }

  /** A signal to a command that has ended meanwhile is answered with a fault, and all is well. */
  async #signal(
    commandId: string,
    code: string,
    asking: Asking = { signal: this.#ended.signal, timeoutMs: this.#options.ackTimeoutMs },
  ): Promise<void> {
    const response = await this.#request('Signal', signalBody(commandId, code), asking);
    if (response.kind === 'fault' && !isGone(response.fault)) {
      throw faultError(response.fault, 'Signal', this.#channel.where);
    }
  }

  async #create(body: string): Promise<XmlElement> {
    for (let redirects = 0; ; redirects += 1) {
      try {
        return await this.#ask('Create', body, {
          until: this.#options.openBy,
          onProved: () => this.#options.onReached('peer'),
          onSend: () => {
            this.#mayExist = true;
          },
        });
      } catch (error) {
        if (error instanceof RemotingError && error.facts.noEffect === true) this.#mayExist = false;
        if (!(error instanceof Redirected) || redirects >= MOST_REDIRECTS) throw this.#failed(error);
        const next = this.#options.redirect(error.location);
        this.#channel.destroy();
        this.#channel = next.channel;
        this.#url = next.url;
      }
    }
  }

  /** A refusal that left nothing behind is the call's alone, unless there is no shell any more. */
  #notTaken(pipeline: Pipeline, error: unknown): never {
    const failure = asRemotingError(error);
    this.#pipelines.delete(pipeline.id);
    if (failure.facts.noEffect !== true) throw this.#failed(failure);
    // The call hears of it first.
    if (failure.facts.faultSubcode === 'InvalidSelectors') setImmediate(() => this.#fail(failure));
    throw failure;
  }

  #lost(error: unknown): never {
    throw this.#failed(error);
  }

  #failed(error: unknown): RemotingError {
    const failure = asRemotingError(error);
    this.#fail(failure);
    return failure;
  }

  #fail(error: RemotingError): void {
    if (this.#failure !== undefined || this.#closing !== undefined) return;
    this.#failure = error;
    this.#events?.onFailure(error);
  }

  /** The body of the answer; a fault is an error. */
  async #ask(
    operation: Operation,
    body: string,
    options: Pick<Asking, 'patience' | 'until' | 'onProved' | 'onSend'> = {},
  ): Promise<XmlElement> {
    const response = await this.#request(operation, body, {
      signal: this.#ended.signal,
      timeoutMs: this.#options.ackTimeoutMs,
      ...options,
    });
    if (response.kind === 'fault') throw faultError(response.fault, operation, this.#channel.where);
    return response.body;
  }

  /** Sends a request, and again after a pause where the server was busy and did nothing. */
  async #request(operation: Operation, body: string, options: Asking): Promise<Response> {
    if (this.#failure !== undefined && operation !== 'Delete') throw this.#failure;
    for (let attempt = 0; ; attempt += 1) {
      const text = envelope(this.#head(operation, options.timeoutMs), body);
      const timeoutMs = options.timeoutMs + (options.graceMs ?? 0);
      // Looked at again when the connection stands: until then nobody counts the request as sent.
      const onSend = (): void => {
        if (options.patience?.aborted === true) throw withNoEffect(options.patience.reason);
        if (this.#failure !== undefined && operation !== 'Delete') throw withNoEffect(this.#failure);
        options.onSend?.();
      };
      const answer = await this.#channel.post(text, { ...options, onSend, timeoutMs, bound: 'ackTimeoutMs' });
      const response = this.#judge(answer, operation);
      const busy = response instanceof RemotingError ? response : this.#throttling(response, operation);
      if (!(response instanceof RemotingError) && busy === undefined) return response;
      const pause = answer.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt;
      if (busy !== undefined && (attempt >= this.#options.retries || pause > LONGEST_PAUSE_MS)) throw busy;
      const { signal, patience = signal } = options;
      const waiting = AbortSignal.any([signal, patience]);
      await sleep(pause, undefined, { signal: waiting }).catch(() => {
        throw withNoEffect(waiting.reason);
      });
    }
  }

  #throttling(response: Response, operation: Operation): RemotingError | undefined {
    if (response.kind !== 'fault') return undefined;
    const error = faultError(response.fault, operation, this.#channel.where);
    return error.kind === 'throttled' ? error : undefined;
  }

  /** What the HTTP answer means; an error is returned where it pays to try again, and thrown where not. */
  #judge(answer: Answer, operation: Operation): Response | RemotingError {
    const { status, body, location, methods, atSignIn, tlsVersion } = answer;
    if (isSoap(answer) && atSignIn !== true && (status === 200 || status >= 500)) {
      return readResponse(body, operation, this.#options.bounds);
    }
    const facts = {
      ...this.#channel.where,
      httpStatus: status,
      ...(atSignIn === true ? { noEffect: true } : {}),
    };
    const refusal = (kind: RemotingError['kind'], what: string, more = {}): RemotingError =>
      new RemotingError(kind, `${this.#url} ${what} (HTTP ${status})`, { ...facts, noEffect: true, ...more });
    switch (status) {
      case 401:
        throw refusal('authentication-refused', 'refused the credentials', { methods });
      case 403:
        throw refusal('access-denied', 'does not let this account in');
      case 404:
      case 405:
      case 200:
        throw refusal('not-wsman', 'is not a WS-Management service', {
          noEffect: status !== 200 || atSignIn === true,
        });
      case 429:
      case 503:
        return refusal('throttled', 'is too busy');
      case 413:
        throw refusal('too-large', `takes no ${operation} of that size`);
      case 301:
      case 302:
      case 307:
      case 308:
        throw new Redirected(location, { ...facts, noEffect: true, location });
      default:
        // What a server or a proxy in between says after the request was passed on tells nothing of its effect.
        throw status >= 400 && status < 500
          ? refusal('refused', 'refused the request')
          : new RemotingError('closed', `${this.#url} failed (HTTP ${status})`, {
              ...facts,
              ...(tlsVersion === undefined ? {} : { tlsVersion }),
              ...windowsErrorOf(body),
            });
    }
  }

  #head(operation: Operation, operationTimeoutMs = this.#options.ackTimeoutMs): RequestHead {
    return {
      operation,
      to: this.#url,
      messageId: newGuid(),
      sessionId: this.#sessionId,
      shellResource: this.#options.shellResource,
      ...(operation === 'Create' || this.#shellId === undefined ? {} : { shellId: this.#shellId }),
      maxEnvelopeBytes: this.#envelopeBytes,
      operationTimeoutMs,
    };
  }

  async #leave(): Promise<void> {
    this.#ended.abort(givenUp());
    // What waits for it to be answered keeps a connection that the Delete can take.
    await this.#endedCommands.leave(this.#failure === undefined ? LEAVE_MS : 0);
    if (this.#mayExist) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(givenUp()), DELETE_MS);
      const { signal } = late;
      const remove = () => this.#request('Delete', '', { signal, timeoutMs: this.#options.ackTimeoutMs });
      // A shell that stays behind counts against the user's quota until it times out, and deleting twice does no
      // harm: once more, over a new connection, where one broke. Nothing more can be done where the server does not
      // answer.
      await remove()
        .catch(() => {
          this.#channel.dropKept();
          return remove();
        })
        .catch(() => undefined);
      clearTimeout(timer);
    }
    this.#channel.destroy();
  }
}

/** The command is not there any more; after a stop that is how it should be. */
class StoppedCommand extends RemotingError {
  constructor({ kind, message, facts }: RemotingError) {
    super(kind, message, facts);
  }
}

class Redirected extends RemotingError {
  constructor(
    readonly location: string,
    facts: RemotingError['facts'],
  ) {
    super('redirected', `the server sends us to ${location.slice(0, 200)}`, facts);
  }
}

/** The error of Windows that a page of IIS names. */
function windowsErrorOf(page: Buffer): { readonly code?: string } {
  const [code] = /\b0x8[0-9a-f]{7}\b/i.exec(page.toString('latin1', 0, MOST_PAGE_BYTES)) ?? [];
  return code === undefined ? {} : { code: code.toLowerCase() };
}

function givenUp(): RemotingError {
  return new RemotingError('closed', 'the request was given up');
}

function withNoEffect(reason: unknown): RemotingError {
  const { kind, message, facts } = asRemotingError(reason);
  return new RemotingError(kind, message, { ...facts, noEffect: true });
}

function asRemotingError(error: unknown): RemotingError {
  return error instanceof RemotingError ? error : protocolError('the answer cannot be understood', error);
}
