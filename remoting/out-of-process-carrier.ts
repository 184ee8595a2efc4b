import {
  AckQueue,
  dataPacket,
  formatPacket,
  LineReader,
  parsePacket,
  POOL_TARGET,
  shown,
} from './out-of-process';
import type { Outgoing, Packet, RequestPacket } from './out-of-process';
import { protocolError, RemotingError } from './remoting-error';
import type { ByteChannel, Carrier, CarrierEvents, CarrierOptions, ProgramOutput } from './transport';

/** Milliseconds that the process or channel gets to end by itself after the pool was closed. */
const LEAVE_MS = 2000;

/** Carries fragments as lines over a process's stdio or an SSH channel. */
export class OutOfProcessCarrier implements Carrier {
  readonly #channel: ByteChannel;
  readonly #options: CarrierOptions;
  readonly #queue = new AckQueue();
  readonly #lines: LineReader;
  readonly #pending = new Set<(error: RemotingError) => void>();
  #events: CarrierEvents | undefined;
  #failure: RemotingError | undefined;
  #closing: Promise<void> | undefined;
  #ackTimer: NodeJS.Timeout | undefined;

  constructor(channel: ByteChannel, options: CarrierOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#lines = new LineReader(options.bounds);
    channel.readable.on('data', (chunk: Buffer) => this.#receive(chunk));
    // The end of the channel says more than the error of a pipe, and destroying the channel leads there.
    channel.readable.on('error', () => channel.destroy());
    channel.writable.on('error', () => channel.destroy());
    void channel.ended.then((facts) => {
      this.#fail(new RemotingError('closed', 'the peer closed the connection', facts));
    });
  }

  async open(_pool: string, fragments: readonly Buffer[], events: CarrierEvents): Promise<void> {
    this.#events = events;
    if (this.#failure !== undefined) throw this.#failure;
    await this.send(fragments);
  }

  async start(pipeline: string, fragments: readonly Buffer[], onLastSent: () => void): Promise<void> {
    const sent = [this.#request({ kind: 'Command', target: pipeline })];
    fragments.forEach((data, index) => {
      const onSend = index === fragments.length - 1 ? onLastSent : undefined;
      sent.push(this.#request(dataPacket(pipeline, data), onSend));
    });
    await Promise.all(sent);
  }

  async send(fragments: readonly Buffer[]): Promise<void> {
    await Promise.all(fragments.map((data) => this.#request(dataPacket(POOL_TARGET, data))));
  }

  async answer(pipeline: string, fragments: readonly Buffer[]): Promise<void> {
    const packets = fragments.map((data) => dataPacket(pipeline, data, 'PromptResponse'));
    await Promise.all(packets.map((packet) => this.#request(packet)));
  }

  async stop(pipeline: string): Promise<void> {
    this.#queue.drop(pipeline);
    await this.#request({ kind: 'Signal', target: pipeline });
  }

  async finish(pipeline: string): Promise<void> {
    this.#queue.drop(pipeline);
    await this.#request({ kind: 'Close', target: pipeline });
  }

  programOutput(): ProgramOutput {
    const stderr = this.#channel.stderr?.() ?? '';
    const output = shown(this.#lines.unfinished);
    return { ...(stderr === '' ? {} : { stderr }), ...(output === '' ? {} : { output }) };
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    const gone = this.#channel.ended.then(() => undefined);
    if (this.#failure === undefined) {
      const leaving = this.#request({ kind: 'Close', target: POOL_TARGET }).then(
        () => this.#channel.writable.end(),
        // The peer ended before it acknowledged the close, which is just as well.
        () => undefined,
      );
      await within(LEAVE_MS, Promise.all([leaving, gone]));
    }
    clearTimeout(this.#ackTimer);
    this.#channel.destroy();
    await within(LEAVE_MS, gone);
  }

  #request(packet: RequestPacket, onSend?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#pending.add(reject);
      const onAck = (): void => {
        this.#pending.delete(reject);
        resolve();
      };
      const onDrop = (): void => {
        this.#pending.delete(reject);
        reject(new RemotingError('closed', 'the pipeline was let go before it was sent'));
      };
      this.#write(this.#queue.push({ packet, onAck, onDrop, ...(onSend === undefined ? {} : { onSend }) }));
    });
  }

  #write(outgoing: Outgoing | undefined): void {
    if (outgoing === undefined) return;
    outgoing.onSend?.();
    this.#channel.writable.write(formatPacket(outgoing.packet));
    if (this.#ackTimer === undefined) this.#watchAcks();
  }

  /** Each acknowledgement restarts the time-out: a peer that acknowledges is alive. */
  #watchAcks(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = !this.#queue.awaitsReceipt
      ? undefined
      : setTimeout(() => {
          const { ackTimeoutMs } = this.#options;
          const message = `the peer acknowledged nothing for ${ackTimeoutMs} ms`;
          const facts = { ...this.programOutput(), bound: 'ackTimeoutMs', limit: ackTimeoutMs };
          this.#fail(new RemotingError('timeout', message, facts));
        }, this.#options.ackTimeoutMs);
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      for (const line of this.#lines.push(chunk)) this.#take(parsePacket(line));
    } catch (error) {
      this.#fail(
        error instanceof RemotingError ? error : protocolError('the peer cannot be understood', error),
      );
    }
  }

  #take(packet: Packet): void {
    switch (packet.kind) {
      case 'Data':
        this.#events?.onData(packet.target, packet.data, packet.stream);
        return;
      case 'DataAck':
      case 'CommandAck':
      case 'SignalAck':
      case 'CloseAck':
        this.#write(this.#queue.acknowledge(packet.kind, packet.target));
        this.#watchAcks();
        return;
      default:
        throw protocolError(`a server sends no ${packet.kind}`);
    }
  }

  #fail(error: RemotingError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearTimeout(this.#ackTimer);
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const reject of pending) reject(error);
    this.#channel.destroy();
    if (this.#closing === undefined) this.#events?.onFailure(error);
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
