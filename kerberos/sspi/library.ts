import { foreignFunctions, type Koffi } from '../foreign';
import type { NativeFunction } from '../native-calls';
import { type Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';

/** Values of sspi.h. */
export const INITIATE_FLAGS = {
  mutual: 0x2,
  replay: 0x4,
  sequence: 0x8,
  confidentiality: 0x10,
  integrity: 0x10000,
} as const;
export const ACCEPT_FLAGS = { ...INITIATE_FLAGS, integrity: 0x20000 } as const;
export const USE = { accept: 1, initiate: 2 } as const;
export const BUFFER = { data: 1, token: 2, channelBindings: 14 } as const;
export const ATTRIBUTE = { sizes: 0, nativeNames: 13 } as const;
/** SECURITY_NATIVE_DREP */
export const NATIVE = 0x10;
/** SECQOP_WRAP_NO_ENCRYPT: the message was signed, and not sealed. */
export const NOT_SEALED = 0x80000001;
/** SEC_WINNT_AUTH_IDENTITY_UNICODE */
const UNICODE = 2;

export interface SecurityBuffer {
  readonly type: number;
  readonly bytes: number;
  readonly address: Address | null;
}

/** SSPI of Windows: its functions, and the structures that they take. */
export class SspiLibrary {
  readonly koffi: Koffi;
  readonly layouts: ReturnType<typeof sspiLayouts>;
  readonly functions: ReturnType<typeof functionsOf>;

  /** @throws KerberosError `library-missing` */
  constructor() {
    this.koffi = foreignFunctions();
    this.layouts = sspiLayouts(this.koffi);
    try {
      this.functions = functionsOf(this.koffi);
    } catch (error) {
      throw problem('library-missing', {}, error instanceof Error ? error.message : String(error));
    }
  }

  memory(): NativeMemory {
    return new NativeMemory(this.koffi);
  }

  handle(memory: NativeMemory): Address {
    return memory.allocate(this.koffi.sizeof(this.layouts.handle));
  }

  /** SecBufferDesc. `read` gives the buffers as the library left them. */
  buffers(
    memory: NativeMemory,
    given: readonly SecurityBuffer[],
  ): { readonly address: Address; read(index: number): SecurityBuffer } {
    const { buffer, buffers } = this.layouts;
    const size = this.koffi.sizeof(buffer);
    const list = memory.allocate(size * given.length);
    given.forEach((one, index) => this.koffi.encode(list, index * size, buffer, one));
    const address = memory.allocate(this.koffi.sizeof(buffers));
    this.koffi.encode(address, buffers, { version: 0, count: given.length, list });
    return {
      address,
      read: (index) => this.koffi.decode(list, index * size, buffer) as SecurityBuffer,
    };
  }

  /** A buffer with this content. */
  place(memory: NativeMemory, type: number, content: Uint8Array): SecurityBuffer {
    return { type, bytes: content.length, address: memory.place(content) };
  }

  /** SEC_CHANNEL_BINDINGS: a header, followed by the application's data. */
  bindings(memory: NativeMemory, data: Uint8Array): SecurityBuffer {
    const { bindings } = this.layouts;
    const head = this.koffi.sizeof(bindings);
    const address = memory.place(Buffer.concat([Buffer.alloc(head), data]));
    this.koffi.encode(address, bindings, {
      initiatorAddressType: 0,
      initiatorBytes: 0,
      initiatorOffset: 0,
      acceptorAddressType: 0,
      acceptorBytes: 0,
      acceptorOffset: 0,
      applicationBytes: data.length,
      applicationOffset: head,
    });
    return { type: BUFFER.channelBindings, bytes: head + data.length, address };
  }

  /** SEC_WINNT_AUTH_IDENTITY_W of a user given as `user@REALM`. */
  identity(memory: NativeMemory, user: string, password: string): Address {
    const { identity } = this.layouts;
    const secret = Buffer.from(`${password}\0`, 'utf16le');
    const address = memory.allocate(this.koffi.sizeof(identity));
    this.koffi.encode(address, identity, {
      user: this.text(memory, user),
      userLength: user.length,
      domain: null,
      domainLength: 0,
      password: memory.place(secret),
      passwordLength: password.length,
      flags: UNICODE,
    });
    secret.fill(0);
    return address;
  }

  /** Text in UTF-16 with a zero at its end. */
  text(memory: NativeMemory, value: string): Address {
    return memory.place(Buffer.from(`${value}\0`, 'utf16le'));
  }

  numberAt(place: Address): number {
    return this.koffi.decode(place, 'uint32_t') as number;
  }
}

/** The structures of sspi.h. They have no names, which koffi would keep until the process ends. */
export function sspiLayouts(koffi: Koffi) {
  return {
    /** SecHandle */
    handle: koffi.struct({ lower: 'uintptr_t', upper: 'uintptr_t' }),
    /** SecBuffer */
    buffer: koffi.struct({ bytes: 'uint32_t', type: 'uint32_t', address: 'void *' }),
    /** SecBufferDesc */
    buffers: koffi.struct({ version: 'uint32_t', count: 'uint32_t', list: 'void *' }),
    /** SEC_CHANNEL_BINDINGS */
    bindings: koffi.struct({
      initiatorAddressType: 'uint32_t',
      initiatorBytes: 'uint32_t',
      initiatorOffset: 'uint32_t',
      acceptorAddressType: 'uint32_t',
      acceptorBytes: 'uint32_t',
      acceptorOffset: 'uint32_t',
      applicationBytes: 'uint32_t',
      applicationOffset: 'uint32_t',
    }),
    /** SEC_WINNT_AUTH_IDENTITY_W */
    identity: koffi.struct({
      user: 'void *',
      userLength: 'uint32_t',
      domain: 'void *',
      domainLength: 'uint32_t',
      password: 'void *',
      passwordLength: 'uint32_t',
      flags: 'uint32_t',
    }),
    /** SecPkgContext_Sizes */
    sizes: koffi.struct({
      token: 'uint32_t',
      signature: 'uint32_t',
      block: 'uint32_t',
      trailer: 'uint32_t',
    }),
    /** SecPkgContext_NativeNamesW */
    names: koffi.struct({ client: 'void *', server: 'void *' }),
  };
}

function functionsOf(koffi: Koffi) {
  const library = koffi.load('secur32.dll');
  const declare = (name: string, ...parameters: readonly ('void *' | 'uint32_t')[]) =>
    library.func('__stdcall', name, 'int32_t', [...parameters]) as NativeFunction;
  const v = 'void *';
  const n = 'uint32_t';
  return {
    acquireCredential: declare('AcquireCredentialsHandleW', ...([v, v, n, v, v, v, v, v, v] as const)),
    freeCredential: declare('FreeCredentialsHandle', v),
    initiateContext: declare(
      'InitializeSecurityContextW',
      ...([v, v, v, n, n, n, v, n, v, v, v, v] as const),
    ),
    acceptContext: declare('AcceptSecurityContext', ...([v, v, v, n, n, v, v, v, v] as const)),
    deleteContext: declare('DeleteSecurityContext', v),
    queryContext: declare('QueryContextAttributesW', v, n, v),
    freeBuffer: declare('FreeContextBuffer', v),
    encrypt: declare('EncryptMessage', v, n, v, n),
    decrypt: declare('DecryptMessage', v, v, n, v),
    sign: declare('MakeSignature', v, n, v, n),
    verify: declare('VerifySignature', v, v, n, v),
  };
}
