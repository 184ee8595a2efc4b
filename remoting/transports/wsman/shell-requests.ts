import { setTimeout as sleep } from 'node:timers/promises';
import type { Bounds } from '../../bounds';
import { EMPTY_GUID, newGuid } from '../../guid';
import type { RemotingFacts } from '../../remoting-error';
import { meaningOf } from './answer-meaning';
import { faultError } from './fault';
import type { HttpChannel } from './http-channel';
import { FIRST_ENVELOPE_BYTES, LATER_ENVELOPE_BYTES, type Operation } from './names';
import { commandBody, envelope, type RequestHead } from './request';
import type { Response } from './response';
import { withNoEffect, type ShellState } from './shell-state';
import type { XmlElement } from './xml';

/** The way to a server. */
export interface Route {
  readonly channel: HttpChannel;
  /** Where the channel leads. */
  readonly url: string;
}

export interface ShellRequestsOptions extends Route {
  readonly shellResource: string;
  /** Bytes; left out: what the server's version takes. */
  readonly maxEnvelopeBytes?: number;
  /** How often a request that had no effect is sent again because the server is busy. */
  readonly retries: number;
  readonly bounds: Pick<Bounds, 'maxDepth' | 'maxValues'>;
  /** Milliseconds that the server gets to answer. */
  readonly ackTimeoutMs: number;
}

export interface RequestOptions {
  /** Breaks the request off. @default when the session leaves the shell */
  readonly signal?: AbortSignal;
  /** Aborted when the request is not to be sent any more, nor sent again. Does not break off what was sent. */
  readonly withdrawn?: AbortSignal;
  /** Milliseconds that the server gets, as the request tells it. @default ackTimeoutMs */
  readonly timeoutMs?: number;
  /** Milliseconds that the answer may take beyond `timeoutMs`. @default 0 */
  readonly graceMs?: number;
  /** When somebody else will break the request off, on the clock of `performance.now()`. @default not known */
  readonly until?: number;
  /** Whether a connection may be opened where none is free. @default true */
  readonly mayConnect?: boolean;
  /** Called when it is certain that the server is the right one. */
  readonly onProved?: () => void;
  /** Called right before the first byte of the request is written. */
  readonly onSend?: () => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Sends the requests of one shell, and again where the server was busy. */
export class ShellRequests {
  /** As the server names the shell; `undefined` before Create. */
  shellId: string | undefined;
  readonly #options: ShellRequestsOptions;
  readonly #shell: ShellState;
  readonly #sessionId = newGuid();
  #route: Route;
  #envelopeBytes: number;

  constructor(options: ShellRequestsOptions, shell: ShellState) {
    this.#options = options;
    this.#shell = shell;
    this.#route = options;
    this.#envelopeBytes = options.maxEnvelopeBytes ?? FIRST_ENVELOPE_BYTES;
  }

  /** The server, as facts of an error. */
  get where(): RemotingFacts {
    return this.#route.channel.where;
  }

  /** As much as fits, as base64, into the envelope of a Command. */
  get maxFragmentBytes(): number {
    const [three, four] = [Buffer.alloc(3), 4];
    const head = this.#head('Command', this.#options.ackTimeoutMs);
    const rest = envelope(head, commandBody(EMPTY_GUID, [three])).length - four;
    return Math.floor((this.#envelopeBytes - rest) / 4) * 3;
  }

  onProtocolVersion(protocolVersion: string): void {
    // Version 2.1 is that of PowerShell 2, which comes with WinRM 2.
    if (this.#options.maxEnvelopeBytes === undefined && protocolVersion !== '2.1') {
      this.#envelopeBytes = LATER_ENVELOPE_BYTES;
    }
  }

  /** Sends further requests over another route, and closes the connections of this one. */
  moveTo(route: Route): void {
    this.#route.channel.destroy();
    this.#route = route;
  }

  /** Ends the connections that wait for a request. */
  dropKept(): void {
    this.#route.channel.dropKept();
  }

  destroy(): void {
    this.#route.channel.destroy();
  }

  /** Gives the body of the answer. A fault is thrown as an error. */
  async ask(operation: Operation, body: string, options: RequestOptions = {}): Promise<XmlElement> {
    const response = await this.request(operation, body, options);
    if (response.kind === 'fault') throw faultError(response.fault, operation, this.where);
    return response.body;
  }

  /** Sends a request, and again after a pause where the server was busy and did nothing. */
  async request(operation: Operation, body: string, options: RequestOptions = {}): Promise<Response> {
    const failure = this.#failureFor(operation);
    if (failure !== undefined) throw failure;
    const { signal = this.#shell.left, withdrawn = signal, mayConnect = true, onProved } = options;
    const { timeoutMs = this.#options.ackTimeoutMs, graceMs = 0, until } = options;
    const onSend = (): void => {
      // Asked again when the connection stands: only from then on does anybody count the request as sent.
      if (options.withdrawn?.aborted === true) throw withNoEffect(options.withdrawn.reason);
      const failed = this.#failureFor(operation);
      if (failed !== undefined) throw withNoEffect(failed);
      options.onSend?.();
    };
    for (let attempt = 0; ; attempt += 1) {
      const { channel, url } = this.#route;
      const answer = await channel.post(envelope(this.#head(operation, timeoutMs), body), {
        signal,
        timeoutMs: timeoutMs + graceMs,
        bound: 'ackTimeoutMs',
        mayConnect,
        onSend,
        ...(until === undefined ? {} : { until }),
        ...(onProved === undefined ? {} : { onProved }),
      });
      const asked = { url, where: channel.where, bounds: this.#options.bounds };
      const meaning = meaningOf(answer, operation, asked);
      if (meaning.kind !== 'busy') return meaning;
      const pause = answer.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt;
      if (attempt >= this.#options.retries || pause > LONGEST_PAUSE_MS) throw meaning.error;
      const waiting = AbortSignal.any([signal, withdrawn]);
      await sleep(pause, undefined, { signal: waiting }).catch(() => {
        throw withNoEffect(waiting.reason);
      });
    }
  }

  /** After a failure only Delete is sent. */
  #failureFor(operation: Operation): Error | undefined {
    return operation === 'Delete' ? undefined : this.#shell.failure;
  }

  #head(operation: Operation, operationTimeoutMs: number): RequestHead {
    const { shellId } = this;
    return {
      operation,
      to: this.#route.url,
      messageId: newGuid(),
      sessionId: this.#sessionId,
      shellResource: this.#options.shellResource,
      ...(operation === 'Create' || shellId === undefined ? {} : { shellId }),
      maxEnvelopeBytes: this.#envelopeBytes,
      operationTimeoutMs,
    };
  }
}
