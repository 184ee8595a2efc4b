import type { KerberosFacts } from '../kerberos-error';
import { elsewhere } from '../native-calls';
import { NativeContext, type Advance, type Surroundings } from '../native-context';
import type { Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';
import type { AcceptOptions, InitiateOptions, Sealed, SignIn } from '../security-context';
import { isSealedToken, joinWrapToken } from '../wrap-token';
import {
  ACCEPT_FLAGS,
  ATTRIBUTE,
  BUFFER,
  INITIATE_FLAGS,
  NATIVE,
  NOT_SEALED,
  type SecurityBuffer,
  type SspiLibrary,
  USE,
} from './library';
import { CONTINUE_NEEDED, kindOf, OK } from './status';

/** Bytes for a token that the library makes. The largest MaxTokenSize of Windows is 65,535. */
const TOKEN_BYTES = 128 * 1024;
/** The security package. `Negotiate` would fall back to NTLM. */
const PACKAGE = 'Kerberos';

/** A context of SSPI, with what initiator and acceptor have in common: sealing, signing, and the end. */
abstract class SspiContext extends NativeContext {
  protected readonly library: SspiLibrary;
  /** Memory that lives as long as the context. */
  readonly #memory: NativeMemory;
  protected readonly credential: Address;
  protected readonly context: Address;
  protected readonly bindings: SecurityBuffer | undefined;
  #hasCredential = false;
  #hasContext = false;
  #sizes: { readonly signature: number; readonly trailer: number } = { signature: 0, trailer: 0 };

  constructor(library: SspiLibrary, surroundings: Surroundings, bindings: Uint8Array | undefined) {
    super(surroundings);
    this.library = library;
    this.#memory = library.memory();
    this.credential = library.handle(this.#memory);
    this.context = library.handle(this.#memory);
    this.bindings = bindings === undefined ? undefined : library.bindings(this.#memory, bindings);
  }

  /** The handle of the context that was begun; null before the first token. */
  protected get begun(): Address | null {
    return this.#hasContext ? this.context : null;
  }

  protected abstract readonly use: number;
  protected abstract readonly signIn: SignIn;
  /** Flags that the complete context must have. */
  protected abstract readonly demanded: number;
  protected abstract exchange(
    memory: NativeMemory,
    input: Address | null,
    output: Address,
    attributes: Address,
  ): Promise<number>;
  protected abstract peerOf(names: { readonly client: string; readonly server: string }): string;

  protected async advance(
    received: Uint8Array | undefined,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Advance> {
    const { library } = this;
    const memory = library.memory();
    try {
      if (first) await this.#acquire(memory);
      signal.throwIfAborted();
      const buffers = [
        ...(received === undefined ? [] : [library.place(memory, BUFFER.token, received)]),
        ...(this.bindings === undefined ? [] : [this.bindings]),
      ];
      const input = buffers.length === 0 ? null : library.buffers(memory, buffers).address;
      const room = { type: BUFFER.token, bytes: TOKEN_BYTES, address: memory.allocate(TOKEN_BYTES) };
      const output = library.buffers(memory, [room]);
      const attributes = memory.allocate(4);
      const status = (await this.exchange(memory, input, output.address, attributes)) >>> 0;
      if (status !== OK && status !== CONTINUE_NEEDED) throw this.failed(status);
      this.#hasContext = true;
      const token = this.#read(memory, output.read(0), TOKEN_BYTES);
      if (status === CONTINUE_NEEDED) return { token };
      const flags = library.numberAt(attributes);
      if ((flags & this.demanded) !== this.demanded) {
        throw problem(
          'refused',
          this.facts,
          'the context neither proves both ends nor seals what it carries',
        );
      }
      this.#readSizes(memory);
      return { token, peer: this.peerOf(this.#names(memory)) };
    } finally {
      memory.free();
    }
  }

  protected sealMessage(message: Uint8Array): Sealed {
    return this.#call((memory) => {
      const { library } = this;
      const { trailer } = this.#sizes;
      const buffers = library.buffers(memory, [
        { type: BUFFER.token, bytes: trailer, address: memory.allocate(trailer) },
        library.place(memory, BUFFER.data, message),
      ]);
      const status = library.functions.encrypt(this.context, 0, buffers.address, 0) as number;
      if (status !== OK) throw this.failed(status);
      const header = this.#read(memory, buffers.read(0), trailer);
      const data = this.#read(memory, buffers.read(1), message.length);
      if (!isSealedToken(Buffer.concat([header, data])) || data.length !== message.length) {
        throw problem('encryption-unsupported', this.facts, 'the session key is not one of AES');
      }
      return { header, data };
    });
  }

  protected unsealMessage(header: Uint8Array, data: Uint8Array): Buffer {
    return this.#call((memory) => {
      const { library } = this;
      joinWrapToken(header, data); // Refuses what is not sealed with AES; Windows takes it in two parts.
      const buffers = library.buffers(memory, [
        library.place(memory, BUFFER.token, header),
        library.place(memory, BUFFER.data, data),
      ]);
      const quality = memory.allocate(4);
      const status = library.functions.decrypt(this.context, buffers.address, 0, quality) as number;
      this.#checkMessage(status);
      if (library.numberAt(quality) === NOT_SEALED) {
        throw problem('message-invalid', this.facts, 'it was not sealed');
      }
      return this.#read(memory, buffers.read(1), data.length);
    });
  }

  protected signMessage(message: Uint8Array): Buffer {
    return this.#call((memory) => {
      const { library } = this;
      const { signature } = this.#sizes;
      const buffers = library.buffers(memory, [
        library.place(memory, BUFFER.data, message),
        { type: BUFFER.token, bytes: signature, address: memory.allocate(signature) },
      ]);
      const status = library.functions.sign(this.context, 0, buffers.address, 0) as number;
      if (status !== OK) throw this.failed(status);
      return this.#read(memory, buffers.read(1), signature);
    });
  }

  protected verifyMessage(message: Uint8Array, signature: Uint8Array): void {
    this.#call((memory) => {
      const { library } = this;
      const buffers = library.buffers(memory, [
        library.place(memory, BUFFER.data, message),
        library.place(memory, BUFFER.token, signature),
      ]);
      const quality = memory.allocate(4);
      this.#checkMessage(library.functions.verify(this.context, buffers.address, 0, quality) as number);
    });
  }

  protected release(): void {
    const { functions } = this.library;
    if (this.#hasContext) functions.deleteContext(this.context);
    if (this.#hasCredential) functions.freeCredential(this.credential);
    this.#memory.free();
  }

  protected failed(status: number): Error {
    const code = status >>> 0;
    return problem(kindOf(code), this.withConfiguration({ minor: code }), `0x${code.toString(16)}`);
  }

  async #acquire(memory: NativeMemory): Promise<void> {
    const { library, signIn } = this;
    if (signIn.kind === 'keytab') {
      throw problem(
        'usage',
        this.facts,
        'Windows has no keytabs: run this as the account, or give its password',
      );
    }
    const identity =
      signIn.kind === 'account' ? null : library.identity(memory, signIn.principal, signIn.password.reveal());
    const status = await elsewhere(
      library.functions.acquireCredential,
      ...[null, library.text(memory, PACKAGE), this.use, null, identity, null, null],
      ...[this.credential, memory.allocate(8)],
    );
    if (status !== OK) throw this.failed(status);
    this.#hasCredential = true;
  }

  #readSizes(memory: NativeMemory): void {
    const { library } = this;
    const place = memory.allocate(library.koffi.sizeof(library.layouts.sizes));
    const status = library.functions.queryContext(this.context, ATTRIBUTE.sizes, place) as number;
    if (status !== OK) throw this.failed(status);
    this.#sizes = library.koffi.decode(place, library.layouts.sizes) as {
      readonly signature: number;
      readonly trailer: number;
    };
  }

  #names(memory: NativeMemory): { readonly client: string; readonly server: string } {
    const { library } = this;
    const place = memory.allocate(library.koffi.sizeof(library.layouts.names));
    const status = library.functions.queryContext(this.context, ATTRIBUTE.nativeNames, place) as number;
    if (status !== OK) throw this.failed(status);
    const names = library.koffi.decode(place, library.layouts.names) as {
      readonly client: Address | null;
      readonly server: Address | null;
    };
    return { client: this.#taken(names.client), server: this.#taken(names.server) };
  }

  #taken(text: Address | null): string {
    if (text === null) return '';
    const value = this.library.koffi.decode.string16(text);
    this.library.functions.freeBuffer(text);
    return value;
  }

  #call<T>(work: (memory: NativeMemory) => T): T {
    const memory = this.library.memory();
    try {
      return work(memory);
    } finally {
      memory.free();
    }
  }

  /** @throws KerberosError `too-large` where the library names more bytes than there was room for */
  #read(memory: NativeMemory, { bytes, address }: SecurityBuffer, limit: number): Buffer {
    if (bytes > limit) throw problem('too-large', { bound: 'what the library gives', limit });
    return address === null ? Buffer.alloc(0) : memory.read(address, bytes);
  }

  /** A message that is out of order is an error, too. */
  #checkMessage(status: number): void {
    if (status === OK) return;
    const code = status >>> 0;
    throw problem('message-invalid', { ...this.facts, minor: code }, `0x${code.toString(16)}`);
  }
}

export class SspiInitiator extends SspiContext {
  protected readonly use = USE.initiate;
  protected readonly demanded = allOf(INITIATE_FLAGS);
  protected readonly facts: KerberosFacts;
  protected readonly signIn: SignIn;
  readonly #target: string;

  constructor(library: SspiLibrary, surroundings: Surroundings, options: InitiateOptions) {
    super(library, surroundings, options.bindings);
    const { service } = options;
    this.signIn = options.signIn ?? { kind: 'account' };
    this.#target = servicePrincipalName(service);
    const principal = this.signIn.kind === 'account' ? undefined : this.signIn.principal;
    this.facts = { service, ...(principal === undefined ? {} : { principal }) };
  }

  get bound(): boolean {
    return this.bindings !== undefined;
  }

  protected exchange(
    memory: NativeMemory,
    input: Address | null,
    output: Address,
    attributes: Address,
  ): Promise<number> {
    return elsewhere(
      this.library.functions.initiateContext,
      ...[this.credential, this.begun, this.library.text(memory, this.#target), this.demanded, 0, NATIVE],
      ...[input, 0, this.context, output, attributes, memory.allocate(8)],
    );
  }

  protected peerOf({ server }: { readonly server: string }): string {
    return server;
  }
}

export class SspiAcceptor extends SspiContext {
  protected readonly use = USE.accept;
  protected readonly demanded = allOf(ACCEPT_FLAGS);
  protected readonly facts: KerberosFacts;
  protected readonly signIn: SignIn = { kind: 'account' };

  constructor(library: SspiLibrary, surroundings: Surroundings, options: AcceptOptions) {
    super(library, surroundings, options.bindings);
    if (options.keytab !== undefined) {
      throw problem('usage', {}, 'Windows has no keytabs: run this as the account of the service');
    }
    this.facts = options.service === undefined ? {} : { service: options.service };
  }

  /** Windows itself refuses a token without a channel binding where the acceptor names one. */
  get bound(): boolean {
    return this.complete && this.bindings !== undefined;
  }

  protected exchange(
    memory: NativeMemory,
    input: Address | null,
    output: Address,
    attributes: Address,
  ): Promise<number> {
    return elsewhere(
      this.library.functions.acceptContext,
      ...[this.credential, this.begun, input, this.demanded, NATIVE, this.context],
      ...[output, attributes, memory.allocate(8)],
    );
  }

  protected peerOf({ client }: { readonly client: string }): string {
    return client;
  }
}

function allOf(flags: { readonly [name: string]: number }): number {
  return Object.values(flags).reduce((all, flag) => all | flag, 0);
}

/** `HTTP@host` as Windows writes it: `HTTP/host`. A principal stays as it is. */
function servicePrincipalName(service: string): string {
  if (service === '' || service.includes('\0')) throw problem('usage', {}, 'a name must not be empty');
  return service.includes('/') ? service : service.replace('@', '/');
}
