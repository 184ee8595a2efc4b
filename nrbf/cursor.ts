import { NrbfFailure } from './problem';
import { PRIMITIVE } from './record-type';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A length has 31 bits, seven in each byte ([MS-NRBF] 2.1.1.6). */
const LENGTH_BYTES = 5;

type Scalar = boolean | number | bigint | string;

/** Reads bytes in order, and nothing beyond their end. */
export class Cursor {
  #offset = 0;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.bytes.length - this.#offset;
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  slice(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.slice(start, start + length);
  }

  text(): string {
    let length = 0;
    for (let index = 0; ; index += 1) {
      if (index === LENGTH_BYTES) throw new NrbfFailure('malformed');
      const part = this.byte();
      length += (part & 0x7f) * 2 ** (7 * index);
      if (part < 0x80) break;
    }
    return decoded(this.slice(length));
  }

  primitive(type: number): Scalar {
    switch (type) {
      case PRIMITIVE.boolean:
        return this.byte() !== 0;
      case PRIMITIVE.byte:
        return this.byte();
      case PRIMITIVE.char:
        return this.#character();
      case PRIMITIVE.decimal:
        return this.text();
      case PRIMITIVE.double:
        return this.#view.getFloat64(this.#take(8), true);
      case PRIMITIVE.int16:
        return this.#view.getInt16(this.#take(2), true);
      case PRIMITIVE.int32:
        return this.int32();
      case PRIMITIVE.sbyte:
        return this.#view.getInt8(this.#take(1));
      case PRIMITIVE.single:
        return this.#view.getFloat32(this.#take(4), true);
      case PRIMITIVE.int64:
      case PRIMITIVE.timeSpan:
        return this.#view.getBigInt64(this.#take(8), true);
      case PRIMITIVE.dateTime:
      case PRIMITIVE.uint64:
        return this.#view.getBigUint64(this.#take(8), true);
      case PRIMITIVE.uint16:
        return this.#view.getUint16(this.#take(2), true);
      case PRIMITIVE.uint32:
        return this.#view.getUint32(this.#take(4), true);
      default:
        throw new NrbfFailure('malformed');
    }
  }

  /** One character in UTF-8. Its first byte tells how many bytes it has. */
  #character(): string {
    const first = this.bytes[this.#offset] ?? 0;
    return decoded(this.slice(first < 0xc0 ? 1 : first < 0xe0 ? 2 : 3));
  }

  #take(length: number): number {
    if (length > this.left) throw new NrbfFailure('truncated');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new NrbfFailure('malformed');
  }
}
