import type { KerberosError, KerberosErrorKind, KerberosFacts } from '../kerberos-error';
import { elsewhere } from '../native-calls';
import { NativeContext, OVERHEAD_BYTES, type Advance, type Surroundings } from '../native-context';
import { keyLacking, principalsOf, readKeytab } from '../keytab';
import { CLIENT_KEYTAB, keytabFile } from '../keytab-name';
import type { Address, NativeMemory } from '../native-memory';
import { problem } from '../problem';
import { MAX_TOKEN_BYTES, type AcceptOptions, type InitiateOptions, type Sealed } from '../security-context';
import { acquireToAccept, acquireToInitiate, type Fail, importName, serviceNameType } from './credential';
import { FLAGS, type GssLibrary, INDEFINITE, OIDS } from './library';
import { COMPLETE, CONTINUE_NEEDED, isError, kindOf, type Phase } from './status';
import { joinWrapToken, splitWrapToken } from '../wrap-token';

const DEMANDED = FLAGS.mutual | FLAGS.replay | FLAGS.sequence | FLAGS.confidentiality | FLAGS.integrity;

/** Kinds for which the library's message says less than ours: about a missing keytab it says that there is no cache. */
const SELF_EXPLAINED: ReadonlySet<KerberosErrorKind> = new Set(['no-credentials', 'password-refused']);

/** Kinds whose message is clearer with the keytab that the account signs in with. */
const ABOUT_ACCOUNT: ReadonlySet<KerberosErrorKind> = new Set([
  'no-credentials',
  'credentials-expired',
  'password-refused',
  'account-unknown',
  'account-refused',
  'encryption-unsupported',
  'kdc-unreachable',
]);

/** Where the libraries of MIT and Heimdal look by default. */
const DEFAULT_KEYTAB = '/etc/krb5.keytab';

/** What one call of the library needs, freed after it. */
interface Call {
  readonly memory: NativeMemory;
  readonly minor: Address;
}

/** A context of GSS-API, with what initiator and acceptor have in common: sealing, signing, and the end. */
abstract class GssContext extends NativeContext {
  protected readonly library: GssLibrary;
  /** Memory that lives as long as the context. */
  readonly #memory: NativeMemory;
  protected readonly context: Address;
  protected readonly credential: Address;
  protected readonly bindings: Address | null;
  protected flags = 0;

  constructor(library: GssLibrary, surroundings: Surroundings, bindings: Uint8Array | undefined) {
    super(surroundings);
    this.library = library;
    this.#memory = library.memory();
    this.context = library.slot(this.#memory);
    this.credential = library.slot(this.#memory);
    this.bindings = library.bindings(this.#memory, bindings);
  }

  /** Acquires the credential with which tokens are made or verified. */
  protected abstract acquire(memory: NativeMemory): Promise<void>;
  /** Makes or takes a token, and gives the major status. */
  protected abstract exchange(call: Call, input: Address | null, output: Address): Promise<number>;
  protected abstract phase(first: boolean): Phase;
  /** The principal of the peer of a complete context. */
  protected abstract whoIsThere(memory: NativeMemory): string;

  protected async advance(
    received: Uint8Array | undefined,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Advance> {
    const { library } = this;
    const memory = library.memory();
    try {
      if (first) await this.acquire(memory);
      signal.throwIfAborted();
      const call = { memory, minor: memory.allocate(4) };
      const input = received === undefined ? null : library.buffer(memory, received);
      const output = library.buffer(memory);
      const major = await this.exchange(call, input, output);
      const minor = library.numberAt(call.minor) | 0;
      const token = library.take(memory, output, MAX_TOKEN_BYTES);
      if (isError(major)) throw this.fail(this.phase(first), major, minor);
      if ((major & CONTINUE_NEEDED) !== 0) return { token };
      if ((this.flags & DEMANDED) !== DEMANDED) {
        throw problem(
          'refused',
          this.facts,
          'the context neither proves both ends nor seals what it carries',
        );
      }
      return { token, peer: this.whoIsThere(memory) };
    } finally {
      memory.free();
    }
  }

  protected sealMessage(message: Uint8Array): Sealed {
    return this.#call(({ memory, minor }, handle) => {
      const { library } = this;
      const output = library.buffer(memory);
      const state = memory.allocate(4);
      const input = library.buffer(memory, message);
      const major = library.functions.wrap(minor, handle, 1, 0, input, state, output) as number;
      const token = library.take(memory, output, message.length + OVERHEAD_BYTES);
      this.#checkMessage(major, minor, state);
      return splitWrapToken(token, message.length);
    });
  }

  protected unsealMessage(header: Uint8Array, data: Uint8Array): Buffer {
    return this.#call(({ memory, minor }, handle) => {
      const { library } = this;
      const token = joinWrapToken(header, data);
      const input = library.buffer(memory, token);
      const output = library.buffer(memory);
      const state = memory.allocate(4);
      const major = library.functions.unwrap(minor, handle, input, output, state, null) as number;
      const message = library.take(memory, output, token.length);
      this.#checkMessage(major, minor, state);
      return message;
    });
  }

  protected signMessage(message: Uint8Array): Buffer {
    return this.#call(({ memory, minor }, handle) => {
      const { library } = this;
      const output = library.buffer(memory);
      const input = library.buffer(memory, message);
      const major = library.functions.getMic(minor, handle, 0, input, output) as number;
      const signature = library.take(memory, output, OVERHEAD_BYTES);
      this.#checkMessage(major, minor);
      return signature;
    });
  }

  protected verifyMessage(message: Uint8Array, signature: Uint8Array): void {
    this.#call(({ memory, minor }, handle) => {
      const { library } = this;
      const input = library.buffer(memory, message);
      const given = library.buffer(memory, signature);
      const major = library.functions.verifyMic(minor, handle, input, given, null) as number;
      this.#checkMessage(major, minor);
    });
  }

  protected release(): void {
    const { functions } = this.library;
    const minor = this.#memory.allocate(4);
    if (this.library.pointerAt(this.context) !== null) functions.deleteContext(minor, this.context, null);
    if (this.library.pointerAt(this.credential) !== null) functions.releaseCredential(minor, this.credential);
    this.#memory.free();
  }

  protected readonly fail: Fail = (phase, major, minor): KerberosError => {
    const kind = kindOf(phase, major, minor);
    const facts: KerberosFacts = { ...this.facts, major: major >>> 0, minor };
    if (phase === 'message') return problem(kind, facts);
    const detail = SELF_EXPLAINED.has(kind) || minor === 0 ? '' : this.library.textOf(minor);
    const completed = this.factsFor(kind, facts);
    // Where the configuration is invalid, nothing else that the library says counts: it never got further.
    return problem(completed.configuration === undefined ? kind : 'configuration-invalid', completed, detail);
  };

  /** The facts of a failure of that kind, with what this machine knows in addition. */
  protected factsFor(_kind: KerberosErrorKind, facts: KerberosFacts): KerberosFacts {
    return this.withConfiguration(facts);
  }

  #call<T>(work: (call: Call, handle: Address | null) => T): T {
    const memory = this.library.memory();
    try {
      return work({ memory, minor: memory.allocate(4) }, this.library.pointerAt(this.context));
    } finally {
      memory.free();
    }
  }

  /**
   * A message that is out of order is an error, too. Where `state` is given, the message must also have been sealed.
   */
  #checkMessage(major: number, minor: Address, state?: Address): void {
    if (major !== COMPLETE) throw this.fail('message', major, this.library.numberAt(minor) | 0);
    if (state !== undefined && this.library.numberAt(state) !== 1) {
      throw problem('message-invalid', this.facts, 'it was not sealed');
    }
  }
}

export class GssInitiator extends GssContext {
  protected readonly facts: KerberosFacts;
  readonly #options: InitiateOptions;

  constructor(library: GssLibrary, surroundings: Surroundings, options: InitiateOptions) {
    super(library, surroundings, options.bindings);
    this.#options = options;
    const { service, signIn } = options;
    const principal = signIn === undefined || signIn.kind === 'account' ? undefined : signIn.principal;
    this.facts = {
      service,
      ...(principal === undefined ? {} : { principal }),
      ...(signIn?.kind === 'keytab' ? { keytab: signIn.file } : {}),
    };
  }

  get bound(): boolean {
    return this.bindings !== null;
  }

  protected phase(first: boolean): Phase {
    return first ? 'initiate' : 'answer';
  }

  /**
   * The library prefers the account's tickets to its keytab, so the keytab is looked at only where the failure is about
   * keys.
   */
  protected override factsFor(kind: KerberosErrorKind, facts: KerberosFacts): KerberosFacts {
    const completed = this.withConfiguration(facts);
    // Where there is a ticket in the cache, it is the service that lacks an encryption type.
    if (
      kind === 'encryption-unsupported' &&
      facts.principal === undefined &&
      completed.principal !== undefined
    ) {
      return completed;
    }
    const file = ABOUT_ACCOUNT.has(kind) ? this.#keytabFile() : undefined;
    if (file === undefined) return completed;
    const { keys, fault } = readKeytab(file);
    const owner = completed.principal ?? principalsOf(keys)[0];
    // Completed again, now that the owner of the key, and so the realm, is known.
    const ofOwner = owner === undefined ? completed : this.withConfiguration({ ...facts, principal: owner });
    const lack = fault ?? keyLacking(file, keys, owner, ofOwner.realm);
    return {
      ...ofOwner,
      ...(completed.cache === undefined ? {} : { cache: completed.cache }),
      keytab: file,
      ...(lack === undefined ? {} : { keytabFault: lack }),
    };
  }

  #keytabFile(): string | undefined {
    const { signIn } = this.#options;
    if (signIn?.kind === 'keytab') return signIn.file;
    const name = process.env[CLIENT_KEYTAB] ?? '';
    return signIn?.kind === 'password' || name === '' ? undefined : keytabFile(name);
  }

  protected acquire(memory: NativeMemory): Promise<void> {
    const signIn = this.#options.signIn ?? { kind: 'account' };
    return acquireToInitiate(this.library, memory, this.credential, signIn, this.fail);
  }

  protected async exchange({ memory, minor }: Call, input: Address | null, output: Address): Promise<number> {
    const { library } = this;
    const { service } = this.#options;
    const name = importName(library, memory, service, serviceNameType(service), this.fail);
    const flags = memory.allocate(4);
    try {
      const major = await elsewhere(
        library.functions.initiateContext,
        ...[minor, library.pointerAt(this.credential), this.context, library.pointerAt(name)],
        ...[library.oid(memory, OIDS.kerberos), DEMANDED, INDEFINITE, this.bindings],
        ...[input, null, output, flags, null],
      );
      this.flags = library.numberAt(flags);
      return major;
    } finally {
      library.releaseName(memory, name);
    }
  }

  protected whoIsThere(memory: NativeMemory): string {
    const { library } = this;
    const target = library.slot(memory);
    const handle = library.pointerAt(this.context);
    library.functions.inquireContext(memory.allocate(4), handle, null, target, null, null, null, null, null);
    const name = library.nameOf(library.pointerAt(target));
    library.releaseName(memory, target);
    return name;
  }
}

export class GssAcceptor extends GssContext {
  protected readonly facts: KerberosFacts;
  readonly #options: AcceptOptions;
  #client = '';

  constructor(library: GssLibrary, surroundings: Surroundings, options: AcceptOptions) {
    super(library, surroundings, options.bindings);
    this.#options = options;
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

  protected async exchange({ memory, minor }: Call, input: Address | null, output: Address): Promise<number> {
    const { library } = this;
    const source = library.slot(memory);
    const flags = memory.allocate(4);
    const given = input ?? library.buffer(memory);
    const major = await elsewhere(
      library.functions.acceptContext,
      ...[minor, this.context, library.pointerAt(this.credential), given, this.bindings],
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
