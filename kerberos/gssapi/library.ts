import { foreignFunctions, openForGood, type Koffi } from '../foreign';
import type { NativeFunction } from '../native-calls';
import { type Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';

/** The differences between the libraries of operating systems. */
export interface Build {
  /** The library's file, as the loader finds it. */
  readonly file: string;
  /** Whether structures are packed to two bytes, as `#pragma pack` in gssapi.h does on macOS with Intel. */
  readonly packed: boolean;
}

/** Flags of a context (RFC 2744, section 5.19). The last one is from MIT's gssapi_ext.h. */
export const FLAGS = {
  mutual: 2,
  replay: 4,
  sequence: 8,
  confidentiality: 16,
  integrity: 32,
  channelBound: 2048,
} as const;
export const USAGE = { initiate: 1, accept: 2 } as const;
/** GSS_C_INDEFINITE. */
export const INDEFINITE = 0xffffffff;
const MECHANISM_CODE = 2;
/** How many texts of one status are read. */
const MOST_TEXTS = 4;
const MOST_TEXT_BYTES = 4096;

/** Object identifiers in DER, without tag and length. */
export const OIDS = {
  /** 1.2.840.113554.1.2.2 */
  kerberos: Buffer.from('2a864886f712010202', 'hex'),
  /** 1.2.840.113554.1.2.2.1: a whole principal. */
  principal: Buffer.from('2a864886f71201020201', 'hex'),
  /** 1.2.840.113554.1.2.1.4: `service@host`. */
  hostBased: Buffer.from('2a864886f71201020104', 'hex'),
} as const;

/** GSS-API (RFC 2744) by one library: its functions, and the structures that they take. */
export class GssLibrary {
  readonly koffi: Koffi;
  readonly layouts: ReturnType<typeof layoutsOf>;
  readonly functions: ReturnType<typeof functionsOf>;

  /** @throws KerberosError `library-missing` */
  constructor(build: Build) {
    this.koffi = foreignFunctions();
    this.layouts = layoutsOf(this.koffi, build.packed);
    try {
      this.functions = functionsOf(this.koffi, build.file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw problem('library-missing', {}, `${build.file}: ${reason}`);
    }
  }

  memory(): NativeMemory {
    return new NativeMemory(this.koffi);
  }

  /** Memory for a pointer that a function gives. */
  slot(memory: NativeMemory): Address {
    return memory.allocate(this.koffi.sizeof('void *'));
  }

  pointerAt(slot: Address): Address | null {
    return this.koffi.decode(slot, 'void *') as Address | null;
  }

  numberAt(place: Address): number {
    return this.koffi.decode(place, 'uint32_t') as number;
  }

  /** Releases a name. The status of the release does not matter. */
  releaseName(memory: NativeMemory, slot: Address): void {
    if (this.pointerAt(slot) !== null) this.functions.releaseName(memory.allocate(4), slot);
  }

  /** A buffer with content that a function reads; without content, one that a function fills. */
  buffer(memory: NativeMemory, content?: Uint8Array): Address {
    const { buffer } = this.layouts;
    const place = memory.allocate(this.koffi.sizeof(buffer));
    if (content !== undefined) {
      this.koffi.encode(place, buffer, { length: content.length, value: memory.place(content) });
    }
    return place;
  }

  oid(memory: NativeMemory, elements: Uint8Array): Address {
    const { oid } = this.layouts;
    const place = memory.allocate(this.koffi.sizeof(oid));
    this.koffi.encode(place, oid, { length: elements.length, elements: memory.place(elements) });
    return place;
  }

  oids(memory: NativeMemory, elements: Uint8Array): Address {
    const { oids } = this.layouts;
    const place = memory.allocate(this.koffi.sizeof(oids));
    this.koffi.encode(place, oids, { count: 1, elements: this.oid(memory, elements) });
    return place;
  }

  bindings(memory: NativeMemory, data: Uint8Array | undefined): Address | null {
    if (data === undefined) return null;
    const { bindings } = this.layouts;
    const place = memory.allocate(this.koffi.sizeof(bindings));
    const nothing = { length: 0, value: null };
    this.koffi.encode(place, bindings, {
      initiatorAddressType: 0,
      initiatorAddress: nothing,
      acceptorAddressType: 0,
      acceptorAddress: nothing,
      applicationData: { length: data.length, value: memory.place(data) },
    });
    return place;
  }

  /** Keys and values that say where credentials are stored (gssapi_ext.h). */
  store(memory: NativeMemory, places: { readonly [key: string]: string }): Address {
    const { store, storeElement } = this.layouts;
    const entries = Object.entries(places);
    const size = this.koffi.sizeof(storeElement);
    const elements = memory.allocate(size * entries.length);
    entries.forEach(([key, value], index) => {
      this.koffi.encode(elements, index * size, storeElement, {
        key: memory.text(key),
        value: memory.text(value),
      });
    });
    const place = memory.allocate(this.koffi.sizeof(store));
    this.koffi.encode(place, store, { count: entries.length, elements });
    return place;
  }

  /**
   * Copies what a function put into a buffer, then overwrites and releases it.
   *
   * @throws KerberosError `too-large` where the buffer is longer than the limit
   */
  take(memory: NativeMemory, buffer: Address, limit: number): Buffer {
    const { length, value } = this.koffi.decode(buffer, this.layouts.buffer) as {
      readonly length: number | bigint;
      readonly value: Address | null;
    };
    const bytes = Number(length);
    try {
      if (bytes > limit) throw problem('too-large', { bound: 'what the library gives', limit });
      if (value === null || bytes === 0) return Buffer.alloc(0);
      const copy = memory.read(value, bytes);
      memory.wipe(value, bytes);
      return copy;
    } finally {
      this.functions.releaseBuffer(memory.allocate(4), buffer);
    }
  }

  /** The library's text for an error code of Kerberos. */
  textOf(minor: number): string {
    const memory = this.memory();
    try {
      const mechanism = this.oid(memory, OIDS.kerberos);
      const more = memory.allocate(4);
      const texts: string[] = [];
      do {
        const text = this.buffer(memory);
        const status = this.functions.displayStatus(
          memory.allocate(4),
          minor >>> 0,
          MECHANISM_CODE,
          mechanism,
          more,
          text,
        );
        if (status !== 0) break;
        texts.push(this.take(memory, text, MOST_TEXT_BYTES).toString('utf8'));
      } while (this.numberAt(more) !== 0 && texts.length < MOST_TEXTS);
      return texts.join(': ');
    } finally {
      memory.free();
    }
  }

  /** A name as the library writes it. Empty where there is none. */
  nameOf(name: Address | null): string {
    if (name === null) return '';
    const memory = this.memory();
    try {
      const text = this.buffer(memory);
      const status = this.functions.displayName(memory.allocate(4), name, text, null);
      return status === 0 ? this.take(memory, text, MOST_TEXT_BYTES).toString('utf8') : '';
    } finally {
      memory.free();
    }
  }
}

/** The structures of gssapi.h and gssapi_ext.h. They have no names, which koffi would keep until the process ends. */
export function layoutsOf(koffi: Koffi, packed: boolean) {
  const struct = (members: Parameters<typeof koffi.struct>[0]) =>
    packed ? koffi.pack(members) : koffi.struct(members);
  const buffer = struct({ length: 'size_t', value: 'void *' });
  return {
    buffer,
    oid: struct({ length: 'uint32_t', elements: 'void *' }),
    oids: struct({ count: 'size_t', elements: 'void *' }),
    bindings: struct({
      initiatorAddressType: 'uint32_t',
      initiatorAddress: buffer,
      acceptorAddressType: 'uint32_t',
      acceptorAddress: buffer,
      applicationData: buffer,
    }),
    storeElement: struct({ key: 'void *', value: 'void *' }),
    store: struct({ count: 'uint32_t', elements: 'void *' }),
  };
}

function functionsOf(koffi: Koffi, file: string) {
  const library = openForGood(koffi, file);
  const declare = (name: string, ...parameters: readonly ('void *' | 'uint32_t' | 'int')[]) =>
    library.func(name, 'uint32_t', [...parameters]) as NativeFunction;
  const v = 'void *';
  const n = 'uint32_t';
  return {
    importName: declare('gss_import_name', v, v, v, v),
    displayName: declare('gss_display_name', v, v, v, v),
    releaseName: declare('gss_release_name', v, v),
    acquireCredential: declare('gss_acquire_cred', v, v, n, v, 'int', v, v, v),
    releaseCredential: declare('gss_release_cred', v, v),
    initiateContext: declare('gss_init_sec_context', ...([v, v, v, v, v, n, n, v, v, v, v, v, v] as const)),
    acceptContext: declare('gss_accept_sec_context', ...([v, v, v, v, v, v, v, v, v, v, v] as const)),
    deleteContext: declare('gss_delete_sec_context', v, v, v),
    inquireContext: declare('gss_inquire_context', ...([v, v, v, v, v, v, v, v, v] as const)),
    wrap: declare('gss_wrap', v, v, 'int', n, v, v, v),
    unwrap: declare('gss_unwrap', v, v, v, v, v, v),
    getMic: declare('gss_get_mic', v, v, n, v, v),
    verifyMic: declare('gss_verify_mic', v, v, v, v, v),
    displayStatus: declare('gss_display_status', v, n, 'int', v, v, v),
    releaseBuffer: declare('gss_release_buffer', v, v),
    /** These functions are not in RFC 2744. Where a library lacks one, only what needs it fails. */
    acquireCredentialWithPassword: optional(() =>
      declare('gss_acquire_cred_with_password', ...([v, v, v, n, v, 'int', v, v, v] as const)),
    ),
    acquireCredentialFrom: optional(() =>
      declare('gss_acquire_cred_from', ...([v, v, n, v, 'int', v, v, v, v] as const)),
    ),
  };
}

function optional<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}
