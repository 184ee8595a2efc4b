import { EMPTY_GUID } from '../../guid';
import { RemotingError } from '../../remoting-error';
import type { Carrier, CarrierEvents, CarrierOptions } from '../../transport';
import { Pipelines } from './pipelines';
import { receive } from './receive';
import { Redirected } from './redirect';
import { sendBody, shellBody } from './request';
import { createdShell } from './response';
import { ShellRequests, type Route, type ShellRequestsOptions } from './shell-requests';
import { givenUp, ShellState } from './shell-state';
import type { XmlElement } from './xml';

export interface WsmanCarrierOptions extends CarrierOptions, Omit<ShellRequestsOptions, 'bounds'> {
  /** Milliseconds after which the server answers a Receive that it has nothing for. */
  readonly operationTimeoutMs: number;
  /** The route to where the server sends us. Throws where that is not allowed. */
  redirect(location: string): Route;
}

const DELETE_MS = 5_000;
const MOST_REDIRECTS = 3;

/** Carries fragments in shell and command operations of WS-Management (MS-PSRP 3.1.5.3). */
export class WsmanCarrier implements Carrier {
  readonly #options: WsmanCarrierOptions;
  readonly #shell = new ShellState((error) => this.#events?.onFailure(error));
  readonly #requests: ShellRequests;
  readonly #pipelines: Pipelines;
  #events: CarrierEvents | undefined;
  #closing: Promise<void> | undefined;
  /** True from when the server may have made the shell. */
  #mayExist = false;
  #isPoolAwaited = false;
  #isListening = false;
  /** The requests to the pool, which go one after another. */
  #sending: Promise<unknown> = Promise.resolve();

  constructor(options: WsmanCarrierOptions) {
    const { operationTimeoutMs, ackTimeoutMs } = options;
    this.#options = options;
    this.#requests = new ShellRequests(options, this.#shell);
    this.#pipelines = new Pipelines({
      requests: this.#requests,
      shell: this.#shell,
      operationTimeoutMs,
      ackTimeoutMs,
      onData: (...data) => this.#events?.onData(...data),
    });
  }

  get maxFragmentBytes(): number {
    return this.#requests.maxFragmentBytes;
  }

  onProtocolVersion(protocolVersion: string): void {
    this.#requests.onProtocolVersion(protocolVersion);
  }

  async open(pool: string, fragments: readonly Buffer[], events: CarrierEvents): Promise<void> {
    this.#events = events;
    const shellId = pool.toUpperCase();
    this.#requests.shellId = shellId;
    const creating = this.#create(shellBody(shellId, fragments));
    this.#sending = creating;
    this.#requests.shellId = createdShell(await creating);
    this.#options.onReached('user');
  }

  async #create(body: string): Promise<XmlElement> {
    for (let redirects = 0; ; redirects += 1) {
      try {
        return await this.#requests.ask('Create', body, {
          until: this.#options.openBy,
          onProved: () => this.#options.onReached('peer'),
          onSend: () => {
            this.#mayExist = true;
          },
        });
      } catch (error) {
        if (error instanceof RemotingError && error.facts.noEffect === true) this.#mayExist = false;
        if (!(error instanceof Redirected) || redirects >= MOST_REDIRECTS) throw this.#shell.fail(error);
        this.#requests.moveTo(this.#options.redirect(error.location));
      }
    }
  }

  start(pipeline: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void> {
    return this.#pipelines.start(pipeline, fragments, onLastSent);
  }

  answer(pipeline: string, fragments: readonly Buffer[]): Promise<void> {
    return this.#pipelines.answer(pipeline, fragments);
  }

  stop(pipeline: string): Promise<void> {
    return this.#pipelines.stop(pipeline);
  }

  finish(pipeline: string): Promise<void> {
    return this.#pipelines.finish(pipeline);
  }

  send(fragments: readonly Buffer[]): Promise<void> {
    const sent = this.#sending.then(() =>
      this.#requests.ask('Send', sendBody(undefined, fragments)).catch((error: unknown) => {
        throw this.#shell.fail(error);
      }),
    );
    this.#sending = sent.catch(() => undefined);
    return sent.then(() => undefined);
  }

  awaitPool(waits: boolean): void {
    this.#isPoolAwaited = waits;
    if (!waits || this.#isListening) return;
    this.#isListening = true;
    // Later, since the request that the pool is to answer is handed over in this turn.
    setImmediate(() => void this.#listen());
  }

  async #listen(): Promise<void> {
    const { operationTimeoutMs: timeoutMs, ackTimeoutMs: graceMs } = this.#options;
    const { left: signal } = this.#shell;
    try {
      await this.#sending;
      while (this.#isPoolAwaited && this.#shell.failure === undefined && !this.#shell.isLeaving) {
        const received = await receive(this.#requests, undefined, { signal, timeoutMs, graceMs });
        for (const data of received?.data ?? []) this.#events?.onData(EMPTY_GUID, data, 'Default');
      }
    } catch (error) {
      this.#shell.fail(error);
    } finally {
      this.#isListening = false;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    this.#shell.leave();
    await this.#pipelines.leave();
    if (this.#mayExist) await this.#delete();
    this.#requests.destroy();
  }

  /**
   * A shell that stays behind counts against the user's quota until it times out. Deleting it twice does no harm, so it is
   * tried once more over a new connection where one broke. Where the server does not answer, nothing more can be done.
   */
  async #delete(): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(givenUp()), DELETE_MS);
    const remove = () => this.#requests.request('Delete', '', { signal: late.signal });
    await remove()
      .catch(() => {
        this.#requests.dropKept();
        return remove();
      })
      .catch(() => undefined);
    clearTimeout(timer);
  }
}
