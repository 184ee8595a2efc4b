import { SecureText } from '../../powershell/invocation';
import type { Bounds } from '../bounds';
import { capability, checkCapability, protocolVersionOf } from '../capability';
import { deserialize, NULL, type Read } from '../clixml/deserialize';
import { Primitive } from '../clixml/primitive';
import { serialize, TypedTable, type ClixmlInput } from '../clixml/serialize';
import { propertySet } from '../enumeration';
import { fragment } from '../fragments';
import { EMPTY_GUID } from '../guid';
import { encodeMessage, type Message } from '../messages';
import { property } from '../property';
import { protocolError, tooLarge } from '../remoting-error';
import { SessionKey } from '../session-key';
import { Streams, type StreamName } from '../streams';
import type { HostValue, Pipeline } from './command-host';
import type { Content } from './emissions';
import { metadataPipeline } from './command-metadata';
import { type HostResponse, readHostResponse } from './host-response';
import { expectsNoInput, hasHost, mayAsk, readPipeline } from './read-pipeline';

/** A request of the client. */
export type ServerEvent =
  | { readonly kind: 'reply'; readonly fragments: readonly Buffer[] }
  | { readonly kind: 'run'; readonly pipeline: string; readonly work: Pipeline; readonly mayAsk: boolean }
  | { readonly kind: 'answer'; readonly pipeline: string; readonly response: HostResponse }
  | { readonly kind: 'resize'; readonly by: number }
  | { readonly kind: 'count-free'; readonly request: number | bigint };

export interface ServerPoolOptions {
  readonly powerShellVersion: string;
  readonly maxFragmentBytes: number;
  readonly bounds: Bounds;
}

interface Gathering {
  readonly work: Pipeline;
  readonly mayAsk: boolean;
  readonly input: HostValue[];
  bytes: number;
  values: number;
}

/** RunspacePoolState (MS-PSRP 2.2.3.4). */
const OPENED = 2;

/** The server's side of a runspace pool, without I/O. Throws a `RemotingError` where the client breaks the protocol. */
export class ServerRunspacePool {
  readonly #options: ServerPoolOptions;
  readonly #streams: Streams;
  /** Pipelines whose input has not ended yet. */
  readonly #gathering = new Map<string, Gathering>();
  #id = EMPTY_GUID;
  #greeted = false;
  #opened = false;
  #hasHost = false;
  #minRunspaces = 1;
  #maxRunspaces = 0;
  #nextObject = 1n;
  #key: SessionKey | undefined;

  constructor(options: ServerPoolOptions) {
    this.#options = options;
    this.#streams = new Streams('server', options.bounds);
  }

  /** Takes bytes for the pool (the empty GUID) or a pipeline. */
  receive(target: string, bytes: Uint8Array, stream: StreamName): ServerEvent[] {
    return this.#streams
      .receive(target, bytes, stream)
      .flatMap(({ message, bytes }) =>
        message.pipeline === EMPTY_GUID ? this.#forPool(message) : this.#forPipeline(message, bytes),
      );
  }

  forget(pipeline: string): void {
    this.#streams.forget(pipeline);
    this.#gathering.delete(pipeline);
  }

  /** The fragments of a message for the client. */
  message(content: Content, pipeline: string = EMPTY_GUID): readonly Buffer[] {
    // `$null` in the output is sent as a message without data (measured with PowerShell 7.6.9).
    const isEmpty = content.type === 'PIPELINE_OUTPUT' && content.value === null;
    const data = isEmpty
      ? ''
      : serialize(content.value, { encrypt: (secret) => this.#sessionKey().encrypt(secret.reveal()) });
    const bytes = encodeMessage({
      destination: 'client',
      type: content.type,
      pool: this.#id,
      pipeline,
      data,
    });
    return fragment(this.#nextObject++, bytes, this.#options.maxFragmentBytes);
  }

  /** The answer to `count-free`. */
  freeRunspaces(request: number | bigint, free: number): readonly Buffer[] {
    return this.#availability(BigInt(request), free);
  }

  #forPool(message: Message): ServerEvent[] {
    if (!this.#greeted && message.type !== 'SESSION_CAPABILITY') {
      throw protocolError(`${message.type} came before SESSION_CAPABILITY`);
    }
    switch (message.type) {
      case 'SESSION_CAPABILITY':
        return this.#greet(message);
      case 'INIT_RUNSPACEPOOL':
        return this.#init(this.#read(message));
      case 'PUBLIC_KEY':
        return [this.#agreeKey(this.#read(message))];
      case 'GET_AVAILABLE_RUNSPACES':
        return [{ kind: 'count-free', request: requestNumber(this.#read(message)) }];
      case 'SET_MAX_RUNSPACES':
        return this.#setMax(this.#read(message));
      case 'SET_MIN_RUNSPACES':
        return this.#setMin(this.#read(message));
      // The questions of a pipeline are answered in messages of that pipeline, and the pool asks none.
      case 'RUNSPACEPOOL_HOST_RESPONSE':
        return [];
      default:
        throw protocolError(`a client sends no ${message.type} for a pool`);
    }
  }

  #forPipeline(message: Message, bytes: number): ServerEvent[] {
    if (!this.#opened) throw protocolError(`${message.type} came before the pool was open`);
    const { pipeline } = message;
    switch (message.type) {
      case 'CREATE_PIPELINE':
        return this.#create(pipeline, this.#read(message));
      case 'PIPELINE_INPUT':
        this.#gather(pipeline, message.data === '' ? NULL : this.#decode(message), bytes);
        return [];
      case 'END_OF_PIPELINE_INPUT': {
        const gathered = this.#gathering.get(pipeline);
        this.#gathering.delete(pipeline);
        if (gathered === undefined) return [];
        const work = { ...gathered.work, input: gathered.input };
        return [{ kind: 'run', pipeline, work, mayAsk: gathered.mayAsk }];
      }
      case 'GET_COMMAND_METADATA':
        return [{ kind: 'run', pipeline, work: metadataPipeline(this.#read(message)), mayAsk: false }];
      case 'PIPELINE_HOST_RESPONSE': {
        const response = readHostResponse(this.#read(message), message.data, this.#options.bounds);
        return response === undefined ? [] : [{ kind: 'answer', pipeline, response }];
      }
      default:
        throw protocolError(`a client sends no ${message.type} for a pipeline`);
    }
  }

  get #protocolVersion(): string {
    return protocolVersionOf(this.#options.powerShellVersion);
  }

  #greet(message: Message): ServerEvent[] {
    if (this.#greeted) throw protocolError('SESSION_CAPABILITY came twice');
    checkCapability(this.#read(message));
    this.#greeted = true;
    this.#id = message.pool;
    return [this.#reply({ type: 'SESSION_CAPABILITY', value: capability(this.#protocolVersion) })];
  }

  #init(value: HostValue): ServerEvent[] {
    if (this.#opened) throw protocolError('INIT_RUNSPACEPOOL came twice');
    const min = property(value, 'MinRunspaces');
    const max = property(value, 'MaxRunspaces');
    if (!isCount(min) || !isCount(max) || min > max) throw protocolError('the size of the pool is no number');
    this.#opened = true;
    this.#hasHost = hasHost(property(value, 'HostInfo'));
    this.#minRunspaces = min;
    this.#maxRunspaces = max;
    return [
      { kind: 'resize', by: max },
      this.#reply({ type: 'APPLICATION_PRIVATE_DATA', value: privateData(this.#options.powerShellVersion) }),
      this.#reply({ type: 'RUNSPACEPOOL_STATE', value: propertySet({ RunspaceState: OPENED }) }),
    ];
  }

  #create(pipeline: string, value: HostValue): ServerEvent[] {
    const work = readPipeline(value, this.#protocolVersion);
    const asks = mayAsk(value, this.#hasHost);
    if (expectsNoInput(value)) return [{ kind: 'run', pipeline, work, mayAsk: asks }];
    this.#gathering.set(pipeline, { work, mayAsk: asks, input: [], bytes: 0, values: 0 });
    return [];
  }

  #gather(pipeline: string, { value, values }: Read, bytes: number): void {
    const gathering = this.#gathering.get(pipeline);
    // Drops input for a pipeline that takes none or has ended, as PowerShell does.
    if (gathering === undefined) return;
    gathering.bytes += bytes;
    gathering.values += values;
    const { maxCallBytes, maxCallValues } = this.#options.bounds;
    if (gathering.bytes > maxCallBytes)
      throw tooLarge('the input of a pipeline', 'maxCallBytes', maxCallBytes);
    if (gathering.values > maxCallValues)
      throw tooLarge('the input of a pipeline', 'maxCallValues', maxCallValues);
    gathering.input.push(value);
  }

  #agreeKey(value: HostValue): ServerEvent {
    const publicKey = property(value, 'PublicKey');
    if (typeof publicKey !== 'string') throw protocolError('PUBLIC_KEY holds no key');
    this.#key ??= SessionKey.random();
    const sealed = this.#key.sealFor(publicKey);
    return this.#reply({
      type: 'ENCRYPTED_SESSION_KEY',
      value: propertySet({ EncryptedSessionKey: sealed }),
    });
  }

  #setMax(value: HostValue): ServerEvent[] {
    const wanted = property(value, 'MaxRunspaces');
    const accepted = isCount(wanted) && wanted >= this.#minRunspaces;
    const by = accepted ? wanted - this.#maxRunspaces : 0;
    this.#maxRunspaces += by;
    return [{ kind: 'resize', by }, this.#accepted(value, accepted)];
  }

  #setMin(value: HostValue): ServerEvent[] {
    const wanted = property(value, 'MinRunspaces');
    const accepted = isCount(wanted) && wanted <= this.#maxRunspaces;
    if (accepted) this.#minRunspaces = wanted;
    return [this.#accepted(value, accepted)];
  }

  #accepted(request: HostValue, accepted: boolean): ServerEvent {
    return { kind: 'reply', fragments: this.#availability(BigInt(requestNumber(request)), accepted) };
  }

  #availability(request: bigint, answer: number | boolean): readonly Buffer[] {
    return this.message({
      type: 'RUNSPACE_AVAILABILITY',
      value: propertySet({ SetMinMaxRunspacesResponse: answer, ci: new Primitive('I64', String(request)) }),
    });
  }

  #reply(content: Content): ServerEvent {
    return { kind: 'reply', fragments: this.message(content) };
  }

  #read(message: Message): HostValue {
    return this.#decode(message).value;
  }

  #decode(message: Message): Read {
    const decrypt = (cipher: Uint8Array): SecureText =>
      new SecureText(this.#sessionKey().decrypt(cipher), 'secure string');
    return deserialize(message.data, { bounds: this.#options.bounds, decrypt });
  }

  #sessionKey(): SessionKey {
    if (this.#key === undefined) throw protocolError('a secure string came before a session key was agreed');
    return this.#key;
  }
}

/** A number of runspaces: a whole one, at least 1. */
function isCount(value: HostValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

/** `ci`, which some requests of real clients spell `CI`. */
function requestNumber(value: HostValue): number | bigint {
  const number = property(value, 'ci') ?? property(value, 'CI');
  if (typeof number !== 'number' && typeof number !== 'bigint')
    throw protocolError('a request has no number');
  return number;
}

const PRIMITIVE_DICTIONARY = [
  'System.Management.Automation.PSPrimitiveDictionary',
  'System.Collections.Hashtable',
  'System.Object',
];

/** APPLICATION_PRIVATE_DATA (MS-PSRP 2.2.2.13), from which clients read the version. */
function privateData(powerShellVersion: string): ClixmlInput {
  const isPlain = /^\d+\.\d+(\.\d+){0,2}$/.test(powerShellVersion);
  const table = new TypedTable(PRIMITIVE_DICTIONARY, {
    PSVersion: isPlain ? new Primitive('Version', powerShellVersion) : powerShellVersion,
    PSEdition: parseInt(powerShellVersion, 10) > 5 ? 'Core' : 'Desktop',
    PSRemotingProtocolVersion: new Primitive('Version', protocolVersionOf(powerShellVersion)),
    SerializationVersion: new Primitive('Version', '1.1.0.1'),
  });
  return propertySet({
    ApplicationPrivateData: new TypedTable(PRIMITIVE_DICTIONARY, { PSVersionTable: table }),
  });
}
