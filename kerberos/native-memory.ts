import type { Koffi } from './foreign';

/** An address in native memory. */
export type Address = bigint;

/** Functions of the system's C library that move bytes. */
interface Bytes {
  copyIn(target: Address, source: Uint8Array, bytes: number): void;
  copyOut(target: Uint8Array, source: Address, bytes: number): void;
  fill(target: Address, value: number, bytes: number): void;
}

let moving: Bytes | undefined;

/** Types without names: koffi would keep the names until the process ends. */
function bytesOf(koffi: Koffi): Bytes {
  if (moving !== undefined) return moving;
  const library = koffi.load(process.platform === 'win32' ? 'msvcrt.dll' : null);
  moving = {
    copyIn: library.func('memcpy', 'void *', ['void *', 'void *', 'size_t']),
    copyOut: library.func('memcpy', 'void *', [koffi.out('void *'), 'void *', 'size_t']),
    fill: library.func('memset', 'void *', ['void *', 'int', 'size_t']),
  };
  return moving;
}

/**
 * Blocks of native memory that are freed together. They are overwritten first, since they hold passwords and plain
 * text. Unlike JavaScript's buffers, they never move while a call runs on another thread.
 */
export class NativeMemory {
  readonly #koffi: Koffi;
  readonly #bytes: Bytes;
  #blocks: { readonly address: Address; readonly bytes: number }[] = [];

  constructor(koffi: Koffi) {
    this.#koffi = koffi;
    this.#bytes = bytesOf(koffi);
  }

  /** Allocates a block of zeros. */
  allocate(bytes: number): Address {
    // koffi allocates no empty block.
    const size = Math.max(bytes, 1);
    const address = this.#koffi.alloc('uint8_t', size) as Address;
    this.#blocks.push({ address, bytes: size });
    return address;
  }

  /** Allocates a block with these bytes. */
  place(content: Uint8Array): Address {
    const address = this.allocate(content.length);
    if (content.length > 0) this.#bytes.copyIn(address, content, content.length);
    return address;
  }

  /** Allocates a text in UTF-8 with a zero byte at its end. */
  text(value: string): Address {
    const encoded = Buffer.from(`${value}\0`, 'utf8');
    const address = this.place(encoded);
    encoded.fill(0);
    return address;
  }

  /** Copies bytes out of native memory. */
  read(address: Address, bytes: number): Buffer {
    const copy = Buffer.alloc(bytes);
    if (bytes > 0) this.#bytes.copyOut(copy, address, bytes);
    return copy;
  }

  wipe(address: Address, bytes: number): void {
    if (bytes > 0) this.#bytes.fill(address, 0, bytes);
  }

  free(): void {
    for (const { address, bytes } of this.#blocks) {
      this.wipe(address, bytes);
      this.#koffi.free(address);
    }
    this.#blocks = [];
  }
}
