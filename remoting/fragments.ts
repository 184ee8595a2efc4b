import type { Bounds } from './bounds';
import { GrowingBytes } from './growing-bytes';
import { protocolError, tooLarge } from './remoting-error';

/** MS-PSRP 2.2.4: object id u64, fragment id u64, flags u8, length u32, all big-endian, then the data. */
const HEADER_BYTES = 21;
const START = 1;
const END = 2;

/** Splits a message into fragments of at most `maxBytes` each, header included. */
export function fragment(objectId: bigint, message: Uint8Array, maxBytes: number): Buffer[] {
  const room = maxBytes - HEADER_BYTES;
  const count = Math.max(1, Math.ceil(message.length / room));
  return Array.from({ length: count }, (_, index) => {
    const data = message.subarray(index * room, (index + 1) * room);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeBigUInt64BE(objectId, 0);
    header.writeBigUInt64BE(BigInt(index), 8);
    header.writeUInt8((index === 0 ? START : 0) | (index === count - 1 ? END : 0), 16);
    header.writeUInt32BE(data.length, 17);
    return Buffer.concat([header, data]);
  });
}

/** Joins fragments into messages. Each stream needs one of its own: only within a stream do fragments come in order. */
export class Defragmenter {
  readonly #maxMessageBytes: number;
  /** The bytes of a fragment that is not complete yet. */
  readonly #rest = new GrowingBytes();
  /** Bytes that must be there before the rest is looked at again. */
  #needed = HEADER_BYTES;
  /** The bytes of the message so far. */
  readonly #message = new GrowingBytes();
  #objectId: bigint | undefined;
  #nextFragment = 0n;

  constructor(bounds: Pick<Bounds, 'maxMessageBytes'>) {
    this.#maxMessageBytes = bounds.maxMessageBytes;
  }

  /** Takes bytes, which may be split anywhere, and gives the messages that they complete. */
  push(bytes: Uint8Array): Uint8Array[] {
    let unread = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#rest.length > 0) {
      this.#rest.append(bytes);
      if (this.#rest.length < this.#needed) return [];
      unread = this.#rest.take();
    }
    const messages: Uint8Array[] = [];
    this.#needed = HEADER_BYTES;
    while (unread.length >= this.#needed) {
      const length = unread.readUInt32BE(17);
      // Checked by the length in the header, before the data comes.
      if (this.#message.length + length > this.#maxMessageBytes) {
        throw tooLarge('a message', 'maxMessageBytes', this.#maxMessageBytes);
      }
      const flags = this.#checkHeader(unread);
      this.#needed = HEADER_BYTES + length;
      if (unread.length < this.#needed) break;
      const message = this.#take(unread, flags, unread.subarray(HEADER_BYTES, this.#needed));
      if (message !== undefined) messages.push(message);
      unread = unread.subarray(this.#needed);
      this.#needed = HEADER_BYTES;
    }
    if (unread.length > 0) this.#rest.append(unread);
    return messages;
  }

  #checkHeader(header: Buffer): number {
    const objectId = header.readBigUInt64BE(0);
    const fragmentId = header.readBigUInt64BE(8);
    const flags = header.readUInt8(16);
    if ((flags & ~(START | END)) !== 0) throw protocolError('a fragment has unknown flags');
    const starts = (flags & START) !== 0;
    if (starts !== (fragmentId === 0n)) throw protocolError('a start flag and a fragment id do not agree');
    if (starts !== (this.#objectId === undefined)) {
      throw protocolError(starts ? 'a message begins inside another' : 'a fragment continues no message');
    }
    if (!starts && objectId !== this.#objectId) throw protocolError('fragments of two messages are mixed');
    if (fragmentId !== this.#nextFragment) throw protocolError('a fragment is out of order');
    return flags;
  }

  #take(header: Buffer, flags: number, data: Uint8Array): Uint8Array | undefined {
    const ends = (flags & END) !== 0;
    // An empty fragment in the middle of a message has no purpose, and an endless number of them would meet no bound.
    if (data.length === 0 && !ends) throw protocolError('a fragment is empty');
    this.#objectId = header.readBigUInt64BE(0);
    this.#nextFragment += 1n;
    if (!ends || this.#message.length > 0) this.#message.append(data);
    if (!ends) return undefined;
    this.#objectId = undefined;
    this.#nextFragment = 0n;
    return this.#message.length === 0 ? data : this.#message.take();
  }
}
