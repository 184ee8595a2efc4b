import { decodeBase64 } from './base64';
import type { Bounds } from './bounds';
import { EMPTY_GUID } from './guid';
import { protocolError, RemotingError, tooLarge } from './remoting-error';
import type { StreamName } from './streams';

/**
 * The lines in which PowerShell speaks over a byte stream (`pwsh -s`, the SSH subsystem): one XML element each,
 * with the id of the pipeline, or zeros for the pool. The client's elements are acknowledged; the server's are not
 * (a real server stops with "unknown element" where it gets an acknowledgement).
 */
export type Packet = RequestPacket | { readonly kind: AckKind; readonly target: string };

/** What a client sends; a server sends data alone. */
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

/** A line, its end included. */
export function formatPacket(packet: Packet): string {
  if (packet.kind !== 'Data') return `<${packet.kind} PSGuid='${packet.target}' />\n`;
  const data = Buffer.from(packet.data.buffer, packet.data.byteOffset, packet.data.byteLength);
  return `<Data Stream='${packet.stream}' PSGuid='${packet.target}'>${data.toString('base64')}</Data>\n`;
}

/**
 * What `pwsh -sshs` writes in place of the protocol where it cannot start, for example because of a session
 * configuration that is missing or broken (NamedPipeErrorTextWriter in PowerShell's source).
 */
const NOT_STARTED = '__NamedPipeError__:';
/** Characters of a foreign line that are told. */
const MOST_OUTPUT = 500;

/**
 * Reads a line; anything but a known element with a GUID is refused as `protocol`, and what a PowerShell says that does
 * not start as `not-started`.
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
  // PowerShell sends fragments alone, none of which is empty; endless empty ones would meet no bound.
  if (data.length === 0) throw protocolError('Data holds nothing');
  // A real server, too, takes any other name for the default stream.
  const stream = attributes.get('Stream')?.toLowerCase() === 'promptresponse' ? 'PromptResponse' : 'Default';
  return { kind, target, stream, data };
}

/** Names a line that is none of ours by its first characters; of one of ours that is broken nothing is told. */
function foreign(line: string): RemotingError {
  const what = 'a line is no element of the protocol';
  if (/^\s*<(Data|Command|Signal|Close)/.test(line)) return protocolError(what);
  if (line.startsWith(NOT_STARTED)) {
    const output = shown(line.slice(NOT_STARTED.length));
    return new RemotingError('not-started', `the PowerShell there does not start: ${output}`, { output });
  }
  const output = shown(line);
  return new RemotingError('protocol', `${what}: '${output}'`, { output });
}

/** What another program wrote, as one bounded line of text. */
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

/** Cuts a byte stream into lines and refuses one that does not end in time. Lines are ASCII. */
export class LineReader {
  readonly #maxLineBytes: number;
  #rest: string[] = [];
  #restLength = 0;

  constructor(bounds: Pick<Bounds, 'maxLineBytes'>) {
    this.#maxLineBytes = bounds.maxLineBytes;
  }

  /** The lines that the bytes complete; empty ones are left out. */
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

  /** A line whose end has not come; it may be a question of another program. */
  get unfinished(): string {
    return this.#rest.join('');
  }

  #keep(part: string): void {
    this.#restLength += part.length;
    if (this.#restLength > this.#maxLineBytes) throw tooLarge('a line', 'maxLineBytes', this.#maxLineBytes);
    if (part !== '') this.#rest.push(part);
  }
}

/** A packet of ours that waits for its turn. */
export interface Outgoing {
  readonly packet: RequestPacket;
  /** Called right before the packet is handed to the stream. */
  readonly onSend?: () => void;
  readonly onAck?: () => void;
  /** Called where the packet is not sent after all. */
  readonly onDrop?: () => void;
}

/**
 * One packet of a target at a time, the next after its acknowledgement: a real server hands lines to a thread pool,
 * so that a second one may overtake the first.
 */
export class AckQueue {
  readonly #waiting = new Map<string, Outgoing[]>();

  /**
   * True where an acknowledgement is due that tells only of receipt. Those of Signal and Close wait for the command
   * to end, which may take its time.
   */
  get awaitsReceipt(): boolean {
    return [...this.#waiting.values()].some(([sent]) => {
      return sent?.packet.kind === 'Data' || sent?.packet.kind === 'Command';
    });
  }

  /** Queues; gives it back where it may be sent at once. */
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

  /** Drops what was not sent yet. */
  drop(target: string): void {
    for (const outgoing of this.#waiting.get(target)?.splice(1) ?? []) outgoing.onDrop?.();
  }

  /** Takes an acknowledgement; gives what may be sent now. One that answers nothing of ours is refused. */
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
