import type { ErrorRecord } from '../../powershell/outcome';
import type { Bounds } from '../bounds';
import { capability, checkCapability } from '../capability';
import { deserialize, NULL, type Read } from '../clixml/deserialize';
import { serialize, type ClixmlInput } from '../clixml/serialize';
import { Texts } from '../clixml/texts';
import { enumeration, propertySet } from '../enumeration';
import { readErrorRecord, writeErrorRecord } from '../error-record';
import { fragment } from '../fragments';
import { EMPTY_GUID, newGuid } from '../guid';
import { encodeMessage, type Message, type MessageType } from '../messages';
import { hostMethod } from '../host-method';
import { property } from '../property';
import { protocolError } from '../remoting-error';
import type { HostValue } from '../server/command-host';
import { KeyExchange, type SessionKey } from '../session-key';
import { Streams, type StreamName } from '../streams';
import { type HostCall, readHostCall } from './host-call';
import { createPipeline, NULL_HOST, type Statements, UNKNOWN_APARTMENT } from './commands';

/** A message of the peer. `pipeline` is the id that `createPipeline` was given. */
export type PoolEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly error: ErrorRecord | undefined }
  | { readonly kind: 'key-agreed' }
  | { readonly kind: 'key-requested' }
  | { readonly kind: 'availability'; readonly request: bigint; readonly answer: number | boolean }
  | { readonly kind: 'output'; readonly pipeline: string; readonly output: Read }
  | { readonly kind: 'error'; readonly pipeline: string; readonly error: ErrorRecord }
  | { readonly kind: 'warning'; readonly pipeline: string; readonly message: string }
  | { readonly kind: 'remark'; readonly pipeline: string; readonly stream: RemarkStream }
  | { readonly kind: 'host-call'; readonly pipeline: string; readonly call: HostCall }
  | { readonly kind: 'completed'; readonly pipeline: string }
  | { readonly kind: 'stopped'; readonly pipeline: string }
  | { readonly kind: 'failed'; readonly pipeline: string; readonly error: ErrorRecord };

/** A message of the peer about one pipeline. */
export type PipelineEvent = Extract<PoolEvent, { readonly pipeline: string }>;

/** Streams whose records are dropped. */
export type RemarkStream = 'verbose' | 'debug' | 'progress' | 'information';

export interface PoolOptions {
  /** Calls that may run at once. */
  readonly runspaces: number;
  readonly maxFragmentBytes: number;
  readonly bounds: Bounds;
}

/** RunspacePoolState (MS-PSRP 2.2.3.4) and PSInvocationState (2.2.3.5): the states that are sent. */
const POOL_OPENED = 2;
const POOL_CLOSED = 3;
const POOL_CLOSING = 4;
const POOL_BROKEN = 5;
const PIPELINE_STOPPED = 3;
const PIPELINE_COMPLETED = 4;
const PIPELINE_FAILED = 5;

/**
 * The client's side of a runspace pool, without I/O. Methods give the fragments to send, and `receive` interprets the
 * bytes that came. Throws a `RemotingError` where the peer breaks the protocol; the pool cannot be used after that.
 */
export class ClientRunspacePool {
  readonly id = newGuid();
  /** The peer's protocol version, once it is known. */
  protocolVersion: string | undefined;
  /** PSVersion of the peer, where it said so. */
  powerShellVersion: string | undefined;
  readonly #options: PoolOptions;
  readonly #streams: Streams;
  readonly #texts = new Texts();
  #nextObject = 1n;
  #nextRequest = 0n;
  #exchange: KeyExchange | undefined;
  #key: SessionKey | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#streams = new Streams('client', options.bounds);
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** SESSION_CAPABILITY and INIT_RUNSPACEPOOL, which open the pool. */
  open(): Buffer[] {
    const init = propertySet({
      MinRunspaces: 1,
      MaxRunspaces: this.#options.runspaces,
      PSThreadOptions: enumeration('System.Management.Automation.Runspaces.PSThreadOptions', 'Default', 0),
      ApartmentState: UNKNOWN_APARTMENT,
      HostInfo: NULL_HOST,
      ApplicationArguments: null,
    });
    return [
      ...this.#message('SESSION_CAPABILITY', capability()),
      ...this.#message('INIT_RUNSPACEPOOL', init),
    ];
  }

  createPipeline(pipeline: string, statements: Statements): Buffer[] {
    return this.#message('CREATE_PIPELINE', createPipeline(statements), pipeline);
  }

  /** PIPELINE_HOST_RESPONSE: the number of a choice, or an error for the command to end with. */
  answer(pipeline: string, { id, method }: HostCall, answer: number | ErrorRecord): Buffer[] {
    const result = typeof answer === 'number' ? { mr: answer } : { me: writeErrorRecord(answer) };
    const mi = hostMethod(method.name, method.number);
    return this.#message('PIPELINE_HOST_RESPONSE', propertySet({ ...result, ci: id, mi }), pipeline);
  }

  /** PUBLIC_KEY. A second call sends the same key again. */
  async sendKey(): Promise<Buffer[]> {
    this.#exchange ??= await KeyExchange.start();
    return this.#message('PUBLIC_KEY', propertySet({ PublicKey: this.#exchange.publicKey }));
  }

  /** Asks how many runspaces are free. The answer is an `availability` event with the same `request`. */
  askAvailability(): { readonly request: bigint; readonly fragments: Buffer[] } {
    const request = this.#nextRequest++;
    return { request, fragments: this.#message('GET_AVAILABLE_RUNSPACES', propertySet({ ci: request })) };
  }

  /** Drops the fragments that are kept of a pipeline. */
  forget(pipeline: string): void {
    this.#streams.forget(pipeline);
  }

  /** Takes bytes for the pool (`EMPTY_GUID`) or for a pipeline. */
  receive(target: string, bytes: Uint8Array, stream: StreamName): PoolEvent[] {
    return this.#streams.receive(target, bytes, stream).flatMap(({ message }) => {
      const event = this.#interpret(message);
      return event === undefined ? [] : [event];
    });
  }

  #message(type: MessageType, value: ClixmlInput, pipeline: string = EMPTY_GUID): Buffer[] {
    const key = this.#key;
    const data = serialize(
      value,
      key === undefined ? {} : { encrypt: (secret) => key.encrypt(secret.reveal()) },
    );
    const bytes = encodeMessage({ destination: 'server', type, pool: this.id, pipeline, data });
    return fragment(this.#nextObject++, bytes, this.#options.maxFragmentBytes);
  }

  #read(message: Message): Read {
    return deserialize(message.data, { bounds: this.#options.bounds, texts: this.#texts });
  }

  #interpret(message: Message): PoolEvent | undefined {
    if (message.pool !== this.id && message.pool !== EMPTY_GUID) {
      throw protocolError('a message is for another runspace pool');
    }
    return message.pipeline === EMPTY_GUID ? this.#forPool(message) : this.#forPipeline(message);
  }

  #forPool(message: Message): PoolEvent | undefined {
    switch (message.type) {
      case 'SESSION_CAPABILITY':
        this.protocolVersion = checkCapability(this.#read(message).value);
        return undefined;
      case 'APPLICATION_PRIVATE_DATA':
        this.#readPrivateData(this.#read(message).value);
        return undefined;
      case 'RUNSPACEPOOL_STATE':
        return this.#poolState(this.#read(message).value);
      case 'ENCRYPTED_SESSION_KEY':
        return this.#agreeKey(this.#read(message).value);
      case 'PUBLIC_KEY_REQUEST':
        return { kind: 'key-requested' };
      case 'RUNSPACE_AVAILABILITY':
        return availability(this.#read(message).value);
      // Events and host calls of the pool need no answer from a client without a host.
      case 'RUNSPACEPOOL_INIT_DATA':
      case 'USER_EVENT':
      case 'RUNSPACEPOOL_HOST_CALL':
        return undefined;
      default:
        throw protocolError(`a server sends no ${message.type} for a pool`);
    }
  }

  #readPrivateData(value: HostValue): void {
    const table = property(property(value, 'ApplicationPrivateData'), 'PSVersionTable');
    const version = property(table, 'PSVersion');
    // PowerShell 7 has a semantic version, which comes as an object with a text.
    if (typeof version === 'string') this.powerShellVersion = version;
    else if (typeof version === 'object' && version !== null && 'text' in version) {
      this.powerShellVersion = version.text;
    }
  }

  #poolState(value: HostValue): PoolEvent | undefined {
    switch (property(value, 'RunspaceState')) {
      case POOL_OPENED:
        if (this.protocolVersion === undefined)
          throw protocolError('the pool opened without SESSION_CAPABILITY');
        return { kind: 'opened' };
      case POOL_CLOSED:
      case POOL_CLOSING:
        return { kind: 'closed' };
      case POOL_BROKEN: {
        const error = property(value, 'ExceptionAsErrorRecord');
        return { kind: 'broken', error: error === undefined ? undefined : readErrorRecord(error) };
      }
      default:
        return undefined;
    }
  }

  #agreeKey(value: HostValue): PoolEvent {
    const sealed = property(value, 'EncryptedSessionKey');
    if (this.#exchange === undefined || typeof sealed !== 'string') {
      throw protocolError('a session key came that was not asked for');
    }
    this.#key = this.#exchange.finish(sealed);
    return { kind: 'key-agreed' };
  }

  #forPipeline(message: Message): PoolEvent | undefined {
    const { pipeline } = message;
    switch (message.type) {
      case 'PIPELINE_OUTPUT':
        return { kind: 'output', pipeline, output: message.data === '' ? NULL : this.#read(message) };
      case 'ERROR_RECORD':
        return { kind: 'error', pipeline, error: readErrorRecord(this.#read(message).value) };
      case 'WARNING_RECORD':
        return { kind: 'warning', pipeline, message: informationalMessage(this.#read(message).value) };
      case 'VERBOSE_RECORD':
        return { kind: 'remark', pipeline, stream: 'verbose' };
      case 'DEBUG_RECORD':
        return { kind: 'remark', pipeline, stream: 'debug' };
      case 'PROGRESS_RECORD':
        return { kind: 'remark', pipeline, stream: 'progress' };
      case 'INFORMATION_RECORD':
        return { kind: 'remark', pipeline, stream: 'information' };
      case 'PIPELINE_HOST_CALL':
        return hostCall(pipeline, readHostCall(this.#read(message).value));
      case 'PIPELINE_STATE':
        return pipelineState(pipeline, this.#read(message).value);
      default:
        throw protocolError(`a server sends no ${message.type} for a pipeline`);
    }
  }
}

function availability(value: HostValue): PoolEvent {
  const request = property(value, 'ci');
  const answer = property(value, 'SetMinMaxRunspacesResponse');
  const isAnswer = typeof answer === 'number' || typeof answer === 'boolean';
  if ((typeof request !== 'number' && typeof request !== 'bigint') || !isAnswer) {
    throw protocolError('RUNSPACE_AVAILABILITY holds no answer');
  }
  return { kind: 'availability', request: BigInt(request), answer };
}

/** Message of a warning (MS-PSRP 2.2.2.23). */
function informationalMessage(value: HostValue): string {
  const message = property(value, 'InformationalRecord_Message');
  if (typeof message === 'string') return message;
  return typeof value === 'object' && value !== null && 'text' in value ? (value.text ?? '') : '';
}

function hostCall(pipeline: string, call: HostCall | undefined): PoolEvent | undefined {
  return call === undefined ? undefined : { kind: 'host-call', pipeline, call };
}

function pipelineState(pipeline: string, value: HostValue): PoolEvent | undefined {
  switch (property(value, 'PipelineState')) {
    case PIPELINE_COMPLETED:
      return { kind: 'completed', pipeline };
    case PIPELINE_STOPPED:
      return { kind: 'stopped', pipeline };
    case PIPELINE_FAILED: {
      const error = property(value, 'ExceptionAsErrorRecord') ?? null;
      return { kind: 'failed', pipeline, error: readErrorRecord(error) };
    }
    default:
      return undefined;
  }
}
