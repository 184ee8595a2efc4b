import { decodeBase64 } from './base64';
import type { Bounds } from './bounds';
import { EMPTY_GUID } from './guid';
import { protocolError, RemotingError, tooLarge } from './remoting-error';
import type { StreamName } from './streams';

/**
 * The lines by which PowerShell communicates over a byte stream (`pwsh -s`, the SSH subsystem). Each is one XML element
 * with the id of a pipeline, or with zeros for the pool. The server acknowledges the client's elements. The client
 * acknowledges none: a real server stops with "unknown element" at an acknowledgement.
 */
export type Packet = RequestPacket | { readonly kind: AckKind; readonly target: string };

/** An element of a client. A server sends only Data and acknowledgements. */
export type RequestPacket =
  DataPacket | { readonly kind: 'Command' | 'Signal' | 'Close'; readonly target: string };

export interface DataPacket {
  readonly kind: 'Data';
  readonly target: string;
  readonly stream: StreamName;
  readonly data: Uint8Array;
}

export type PacketKind = RequestKind | AckKind;
export type RequestKind = 'Data' | 'Command' | 'Signal' | 'Close';
export type AckKind = `${RequestKind}Ack`;

const KINDS: ReadonlySet<string> = new Set<PacketKind>([
  'Data',
  'Command',
  'Signal',
  'Close',
  'DataAck',
  'CommandAck',
  'SignalAck',
  'CloseAck',
]);

const LINE =
  /^\s*<(\w{1,20})((?:\s+\w{1,20}\s*=\s*(?:'[^'<]{0,80}'|"[^"<]{0,80}")){1,4})\s*(?:\/>|>([^<]*)<\/\1\s*>)\s*$/;
const ATTRIBUTE = /(\w+)\s*=\s*(?:'([^']*)'|"([^"]*)")/g;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The line of a packet, its end included. */
export function formatPacket(packet: Packet): string {
  if (packet.kind !== 'Data') return `<${packet.kind} PSGuid='${packet.target}' />\n`;
  const data = Buffer.from(packet.data.buffer, packet.data.byteOffset, packet.data.byteLength);
  return `<Data Stream='${packet.stream}' PSGuid='${packet.target}'>${data.toString('base64')}</Data>\n`;
}

/**
 * What `pwsh -sshs` writes in place of the protocol where it cannot start, for example because a session configuration
 * is missing or invalid (NamedPipeErrorTextWriter in PowerShell's source).
 */
const NOT_STARTED = '__NamedPipeError__:';
/** Characters of a foreign line that an error quotes. */
const MOST_OUTPUT = 500;

/**
 * Reads a line. Refuses anything but a known element with a GUID as `protocol`, and the error of a PowerShell that
 * cannot start as `not-started`.
 */
export function parsePacket(line: string): Packet {
  const match = LINE.exec(line);
  const kind = match?.[1] ?? '';
  if (match === null || !isKind(kind)) throw foreign(line);
  const attributes = new Map(
    [...(match[2] ?? '').matchAll(ATTRIBUTE)].map(([, name, single, double]) => [
      name,
      single ?? double ?? '',
    ]),
  );
  const target = (attributes.get('PSGuid') ?? '').toLowerCase();
  if (!GUID.test(target)) throw protocolError(`${kind} has no PSGuid`);
  if (kind !== 'Data') return { kind, target };
  const data = decodeBase64((match[3] ?? '').trim());
  if (data === undefined) throw protocolError('Data holds no base64');
  // PowerShell sends only fragments, and no empty ones. An endless number of empty ones would meet no bound.
  if (data.length === 0) throw protocolError('Data holds nothing');
  // Like a real server, takes any other name for the default stream.
  const stream = attributes.get('Stream')?.toLowerCase() === 'promptresponse' ? 'PromptResponse' : 'Default';
  return { kind, target, stream, data };
}

/**
 * The error for a line that is no element of the protocol. It quotes the beginning of the line, unless the line is a
 * broken element of ours, which may hold data.
 */
function foreign(line: string): RemotingError {
  const what = 'a line is not part of the PowerShell remoting protocol';
  if (/^\s*<(Data|Command|Signal|Close)/.test(line)) return protocolError(what);
  if (line.startsWith(NOT_STARTED)) {
    const output = shown(line.slice(NOT_STARTED.length));
    return new RemotingError('not-started', `PowerShell does not start there: ${output}`, { output });
  }
  const output = shown(line);
  return new RemotingError('protocol', `${what}: '${output}'`, { output });
}

/** The output of another program as one line of text, with a bounded length. */
export function shown(line: string): string {
  const text = Buffer.from(line.slice(0, MOST_OUTPUT), 'latin1').toString('utf8');
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

function isKind(name: string): name is PacketKind {
  return KINDS.has(name);
}

export function dataPacket(target: string, data: Uint8Array, stream: StreamName = 'Default'): DataPacket {
  return { kind: 'Data', target, stream, data };
}

/** Splits a byte stream into lines, which are ASCII. Refuses a line that is too long. */
export class LineReader {
  readonly #maxLineBytes: number;
  #rest: string[] = [];
  #restLength = 0;

  constructor(bounds: Pick<Bounds, 'maxLineBytes'>) {
    this.#maxLineBytes = bounds.maxLineBytes;
  }

  /** The lines that the bytes complete. Empty ones are dropped. */
  push(bytes: Uint8Array): string[] {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#keep(text.slice(start, end));
      const line = this.#rest.join('');
      this.#rest = [];
      this.#restLength = 0;
      start = end + 1;
      if (line.trim() !== '') lines.push(line);
    }
    this.#keep(text.slice(start));
    return lines;
  }

  /** The beginning of a line that has not ended. It may be a question of another program. */
  get unfinished(): string {
    return this.#rest.join('');
  }

  #keep(part: string): void {
    this.#restLength += part.length;
    if (this.#restLength > this.#maxLineBytes) throw tooLarge('a line', 'maxLineBytes', this.#maxLineBytes);
    if (part !== '') this.#rest.push(part);
  }
}

/** A packet that waits until it may be sent. */
export interface Outgoing {
  readonly packet: RequestPacket;
  /** Called right before the packet is handed to the stream. */
  readonly onSend?: () => void;
  readonly onAck?: () => void;
  /** Called where the packet is not sent after all. */
  readonly onDrop?: () => void;
}

/**
 * Sends one packet at a time for each target, and the next one after its acknowledgement: a real server hands lines to
 * a thread pool, where a second line may overtake the first.
 */
export class AckQueue {
  readonly #waiting = new Map<string, Outgoing[]>();

  /**
   * True where an acknowledgement is due that confirms receipt. Those of Signal and Close are not among them: they wait
   * for the command to end, which may take long.
   */
  get awaitsReceipt(): boolean {
    return [...this.#waiting.values()].some(([sent]) => {
      return sent?.packet.kind === 'Data' || sent?.packet.kind === 'Command';
    });
  }

  /** Adds a packet. Gives it back where it may be sent at once. */
  push(outgoing: Outgoing): Outgoing | undefined {
    const { target } = outgoing.packet;
    const queue = this.#waiting.get(target);
    if (queue !== undefined) {
      queue.push(outgoing);
      return undefined;
    }
    this.#waiting.set(target, [outgoing]);
    return outgoing;
  }

  /** Drops the packets of a target that were not sent yet. */
  drop(target: string): void {
    for (const outgoing of this.#waiting.get(target)?.splice(1) ?? []) outgoing.onDrop?.();
  }

  /**
   * Takes an acknowledgement, and gives the packet that may be sent now. One that acknowledges nothing of ours is
   * refused.
   */
  acknowledge(kind: PacketKind, target: string): Outgoing | undefined {
    const queue = this.#waiting.get(target);
    const sent = queue?.[0];
    if (queue === undefined || sent === undefined || kind !== `${sent.packet.kind}Ack`) {
      throw protocolError(`an unexpected ${kind} came`);
    }
    queue.shift();
    if (queue.length === 0) this.#waiting.delete(target);
    sent.onAck?.();
    return queue[0];
  }
}

export const POOL_TARGET = EMPTY_GUID;
