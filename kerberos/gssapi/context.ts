import type { KerberosError, KerberosErrorKind, KerberosFacts } from '../kerberos-error';
import { elsewhere, inTurn } from '../native-calls';
import type { Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';
import {
  MAX_MESSAGE_BYTES,
  MAX_TOKEN_BYTES,
  type AcceptOptions,
  type InitiateOptions,
  type Sealed,
  type SecurityContext,
  TOKEN_TIMEOUT_MS,
  type Waiting,
} from '../security-context';
import { acquireToAccept, acquireToInitiate, type Fail, importName, serviceNameType } from './credential';
import { FLAGS, type GssLibrary, INDEFINITE, OIDS } from './library';
import { COMPLETE, CONTINUE_NEEDED, isError, kindOf, type Phase } from './status';
import { joinWrapToken, splitWrapToken } from './wrap-token';

/** What a token and a message need beside what they carry. */
const OVERHEAD_BYTES = 1024;
const DEMANDED = FLAGS.mutual | FLAGS.replay | FLAGS.sequence | FLAGS.confidentiality | FLAGS.integrity;

/** Kinds of which the library's own words say less than ours; of a keytab it says that there is no cache. */
const SELF_EXPLAINED: ReadonlySet<KerberosErrorKind> = new Set(['no-credentials', 'password-refused']);

/** Where MIT's and Heimdal's library look, unless they were built otherwise. */
const DEFAULT_KEYTAB = '/etc/krb5.keytab';

/** What the configuration of the system says, for the words of an error. */
export type Surroundings = (facts: KerberosFacts) => KerberosFacts;

/**
 * - `new`: no token was made or taken.
 * - `begun`: the peer's answer is missing.
 * - `busy`: the library works on a token, on another thread.
 * - `complete`: messages may go.
 * - `broken`: something failed, and nothing is believed any more.
 * - `closed`: freed, or to be freed when the library is done.
 */
type State = 'new' | 'begun' | 'busy' | 'complete' | 'broken' | 'closed';

/** A context of the library. What both ends share: messages, and the end. */
abstract class GssContext implements SecurityContext {
  protected readonly library: GssLibrary;
  readonly #surroundings: Surroundings;
  readonly #leave: (code: number) => void;
  /** Lives as long as the context. */
  protected readonly memory: NativeMemory;
  protected readonly context: Address;
  protected readonly credential: Address;
  protected abstract readonly facts: KerberosFacts;
  #state: State = 'new';
  #freed = false;
  protected flags = 0;
  #peer = '';

  constructor(library: GssLibrary, surroundings: Surroundings, leave: (code: number) => void) {
    this.library = library;
    this.#surroundings = surroundings;
    this.#leave = leave;
    this.memory = library.memory();
    this.context = library.slot(this.memory);
    this.credential = library.slot(this.memory);
  }

  get complete(): boolean {
    return this.#state === 'complete';
  }

  get peer(): string {
    return this.#peer;
  }

  abstract get bound(): boolean;

  async token(received?: Uint8Array, waiting: Waiting = {}): Promise<Buffer | undefined> {
    if (this.#state !== 'new' && this.#state !== 'begun') {
      throw problem('usage', this.facts, `the context is ${this.#state}`);
    }
    if (received !== undefined && received.length > MAX_TOKEN_BYTES) {
      this.#break();
      this.#free();
      throw problem('too-large', { ...this.facts, bound: 'the bound of a token', limit: MAX_TOKEN_BYTES });
    }
    const first = this.#state === 'new';
    this.#state = 'busy';
    const timeoutMs = waiting.timeoutMs ?? TOKEN_TIMEOUT_MS;
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      const facts = this.#surroundings({ ...this.facts, bound: 'timeoutMs', limit: timeoutMs });
      giveUp.abort(problem('timeout', facts));
    }, timeoutMs);
    const signals = waiting.signal === undefined ? [] : [waiting.signal];
    const signal = AbortSignal.any([giveUp.signal, ...signals]);
    try {
      const work = inTurn((given) => this.#step(received, first, given), signal, this.#leave);
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs to its end also where nobody waits for it any more, and frees then what the library gave. */
  async #step(
    received: Uint8Array | undefined,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Buffer | undefined> {
    const memory = this.library.memory();
    const output = this.library.buffer(memory);
    try {
      signal.throwIfAborted();
      if (first) await this.acquire(memory);
      signal.throwIfAborted();
      const minor = memory.allocate(4);
      const input = received === undefined ? null : this.library.buffer(memory, received);
      const major = await this.advance(memory, minor, input, output);
      const token = this.library.take(memory, output, MAX_TOKEN_BYTES);
      signal.throwIfAborted();
      if (isError(major)) throw this.fail(this.phase(first), major, this.library.numberAt(minor) | 0);
      if ((major & CONTINUE_NEEDED) === 0) this.#finish();
      else this.#set('begun');
      return token.length === 0 ? undefined : token;
    } catch (error) {
      this.#break();
      throw error;
    } finally {
      memory.free();
      if (this.#state === 'closed' || this.#state === 'broken') this.#free();
    }
  }

  /** Gets what the token is made or looked at with. */
  protected abstract acquire(memory: NativeMemory): Promise<void>;
  /** Makes or takes a token. */
  protected abstract advance(
    memory: NativeMemory,
    minor: Address,
    input: Address | null,
    output: Address,
  ): Promise<number>;
  protected abstract phase(first: boolean): Phase;
  /** Who is at the other end of a complete context. */
  protected abstract whoIsThere(): string;

  #finish(): void {
    if ((this.flags & DEMANDED) !== DEMANDED) {
      throw problem('refused', this.facts, 'the context neither proves both ends nor seals what it carries');
    }
    this.#peer = this.whoIsThere();
    this.#set('complete');
  }

  /** Not where the caller has closed it meanwhile. */
  #set(state: State): void {
    if (this.#state !== 'closed') this.#state = state;
  }

  /** Nothing is believed any more; what the library holds is freed by whoever uses it last. */
  #break(): void {
    this.#set('broken');
  }

  seal(message: Uint8Array): Sealed {
    return this.#message(message, (memory, minor, input) => {
      const output = this.library.buffer(memory);
      const sealed = memory.allocate(4);
      const handle = this.#handle();
      const major = this.library.functions.wrap(minor, handle, 1, 0, input, sealed, output) as number;
      const token = this.library.take(memory, output, message.length + OVERHEAD_BYTES);
      this.#checkMessage(major, minor);
      if (this.library.numberAt(sealed) !== 1)
        throw problem('message-invalid', this.facts, 'it was not sealed');
      return splitWrapToken(token, message.length);
    });
  }

  unseal(sealed: { readonly header: Uint8Array; readonly data: Uint8Array }): Buffer {
    return this.#message(sealed.data, (memory, minor) => {
      if (sealed.header.length > OVERHEAD_BYTES)
        throw problem('message-invalid', this.facts, 'its header is too long');
      const token = joinWrapToken(sealed);
      const input = this.library.buffer(memory, token);
      const output = this.library.buffer(memory);
      const state = memory.allocate(4);
      const handle = this.#handle();
      const major = this.library.functions.unwrap(minor, handle, input, output, state, null) as number;
      const message = this.library.take(memory, output, token.length);
      this.#checkMessage(major, minor);
      if (this.library.numberAt(state) !== 1)
        throw problem('message-invalid', this.facts, 'it was not sealed');
      return message;
    });
  }

  sign(message: Uint8Array): Buffer {
    return this.#message(message, (memory, minor, input) => {
      const output = this.library.buffer(memory);
      const major = this.library.functions.getMic(minor, this.#handle(), 0, input, output) as number;
      const signature = this.library.take(memory, output, OVERHEAD_BYTES);
      this.#checkMessage(major, minor);
      return signature;
    });
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#message(message, (memory, minor, input) => {
      if (signature.length > OVERHEAD_BYTES)
        throw problem('message-invalid', this.facts, 'its signature is too long');
      const given = this.library.buffer(memory, signature);
      const major = this.library.functions.verifyMic(minor, this.#handle(), input, given, null) as number;
      this.#checkMessage(major, minor);
    });
  }

  close(): void {
    const before = this.#state;
    this.#state = 'closed';
    // While the library works on another thread, the thread's end frees.
    if (before !== 'busy' && before !== 'closed') this.#free();
  }

  #message<T>(message: Uint8Array, work: (memory: NativeMemory, minor: Address, input: Address) => T): T {
    if (this.#state !== 'complete') throw problem('usage', this.facts, `the context is ${this.#state}`);
    if (message.length > MAX_MESSAGE_BYTES) {
      throw problem('too-large', {
        ...this.facts,
        bound: 'the bound of a message',
        limit: MAX_MESSAGE_BYTES,
      });
    }
    const memory = this.library.memory();
    try {
      return work(memory, memory.allocate(4), this.library.buffer(memory, message));
    } catch (error) {
      this.#break();
      this.#free();
      throw error;
    } finally {
      memory.free();
    }
  }

  #handle(): Address | null {
    return this.library.pointerAt(this.context);
  }

  /** Also a message that is only out of order is an error. */
  #checkMessage(major: number, minor: Address): void {
    if (major !== COMPLETE) throw this.fail('message', major, this.library.numberAt(minor) | 0);
  }

  protected readonly fail: Fail = (phase, major, minor): KerberosError => {
    const kind = kindOf(phase, major, minor);
    const facts = { ...this.facts, major: major >>> 0, minor };
    if (phase === 'message') return problem(kind, facts);
    const detail = SELF_EXPLAINED.has(kind) || minor === 0 ? '' : this.library.textOf(minor);
    return problem(kind, this.#surroundings(facts), detail);
  };

  #free(): void {
    if (this.#freed) return;
    this.#freed = true;
    const { functions } = this.library;
    const minor = this.memory.allocate(4);
    if (this.library.pointerAt(this.context) !== null) functions.deleteContext(minor, this.context, null);
    if (this.library.pointerAt(this.credential) !== null) functions.releaseCredential(minor, this.credential);
    this.memory.free();
  }
}

export class Initiator extends GssContext {
  protected readonly facts: KerberosFacts;
  readonly #options: InitiateOptions;
  readonly #bindings: Address | null;

  constructor(
    library: GssLibrary,
    surroundings: Surroundings,
    leave: (code: number) => void,
    options: InitiateOptions,
  ) {
    super(library, surroundings, leave);
    this.#options = options;
    this.#bindings = library.bindings(this.memory, options.bindings);
    const { signIn } = options;
    this.facts = {
      service: options.service,
      ...(signIn !== undefined && signIn.kind !== 'account' && signIn.principal !== undefined
        ? { principal: signIn.principal }
        : {}),
      ...(signIn?.kind === 'keytab' ? { keytab: signIn.file } : {}),
    };
  }

  get bound(): boolean {
    return this.#bindings !== null;
  }

  protected phase(first: boolean): Phase {
    return first ? 'initiate' : 'answer';
  }

  protected acquire(memory: NativeMemory): Promise<void> {
    const signIn = this.#options.signIn ?? { kind: 'account' };
    return acquireToInitiate(this.library, memory, this.credential, signIn, this.fail);
  }

  protected async advance(
    memory: NativeMemory,
    minor: Address,
    input: Address | null,
    output: Address,
  ): Promise<number> {
    const { library } = this;
    const { functions } = library;
    const { service } = this.#options;
    const name = importName(library, memory, service, serviceNameType(service), this.fail);
    const flags = memory.allocate(4);
    try {
      const major = await elsewhere(
        functions.initiateContext,
        ...[minor, library.pointerAt(this.credential), this.context, library.pointerAt(name)],
        ...[library.oid(memory, OIDS.kerberos), DEMANDED, INDEFINITE, this.#bindings],
        ...[input, null, output, flags, null],
      );
      this.flags = library.numberAt(flags);
      return major;
    } finally {
      library.releaseName(memory, name);
    }
  }

  protected whoIsThere(): string {
    const memory = this.library.memory();
    try {
      const target = this.library.slot(memory);
      const handle = this.library.pointerAt(this.context);
      const minor = memory.allocate(4);
      const { functions } = this.library;
      functions.inquireContext(minor, handle, null, target, null, null, null, null, null);
      const name = this.library.nameOf(this.library.pointerAt(target));
      this.library.releaseName(memory, target);
      return name;
    } finally {
      memory.free();
    }
  }
}

export class Acceptor extends GssContext {
  protected readonly facts: KerberosFacts;
  readonly #options: AcceptOptions;
  readonly #bindings: Address | null;
  #client = '';

  constructor(
    library: GssLibrary,
    surroundings: Surroundings,
    leave: (code: number) => void,
    options: AcceptOptions,
  ) {
    super(library, surroundings, leave);
    this.#options = options;
    this.#bindings = library.bindings(this.memory, options.bindings);
    const { service } = options;
    this.facts = {
      ...(service === undefined ? {} : { service }),
      keytab: options.keytab ?? process.env['KRB5_KTNAME'] ?? DEFAULT_KEYTAB,
    };
  }

  get bound(): boolean {
    return this.complete && (this.flags & FLAGS.channelBound) !== 0;
  }

  protected phase(): Phase {
    return 'accept';
  }

  protected async acquire(memory: NativeMemory): Promise<void> {
    acquireToAccept(this.library, memory, this.credential, this.#options, this.fail);
  }

  protected async advance(
    memory: NativeMemory,
    minor: Address,
    input: Address | null,
    output: Address,
  ): Promise<number> {
    const { library } = this;
    const { functions } = library;
    const source = library.slot(memory);
    const flags = memory.allocate(4);
    const given = input ?? library.buffer(memory);
    const major = await elsewhere(
      functions.acceptContext,
      ...[minor, this.context, library.pointerAt(this.credential), given, this.#bindings],
      ...[source, null, output, flags, null, null],
    );
    this.flags = library.numberAt(flags);
    this.#client = library.nameOf(library.pointerAt(source));
    library.releaseName(memory, source);
    return major;
  }

  protected whoIsThere(): string {
    return this.#client;
  }
}
