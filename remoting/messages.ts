import { guidFromWire, guidToWire } from './guid';
import { protocolError } from './remoting-error';

/** MS-PSRP 2.2.1, the message types by name. */
export const MESSAGE_TYPES = {
  SESSION_CAPABILITY: 0x00010002,
  INIT_RUNSPACEPOOL: 0x00010004,
  PUBLIC_KEY: 0x00010005,
  ENCRYPTED_SESSION_KEY: 0x00010006,
  PUBLIC_KEY_REQUEST: 0x00010007,
  CONNECT_RUNSPACEPOOL: 0x00010008,
  RUNSPACEPOOL_INIT_DATA: 0x0002100b,
  RESET_RUNSPACE_STATE: 0x0002100c,
  SET_MAX_RUNSPACES: 0x00021002,
  SET_MIN_RUNSPACES: 0x00021003,
  RUNSPACE_AVAILABILITY: 0x00021004,
  RUNSPACEPOOL_STATE: 0x00021005,
  CREATE_PIPELINE: 0x00021006,
  GET_AVAILABLE_RUNSPACES: 0x00021007,
  USER_EVENT: 0x00021008,
  APPLICATION_PRIVATE_DATA: 0x00021009,
  GET_COMMAND_METADATA: 0x0002100a,
  RUNSPACEPOOL_HOST_CALL: 0x00021100,
  RUNSPACEPOOL_HOST_RESPONSE: 0x00021101,
  PIPELINE_INPUT: 0x00041002,
  END_OF_PIPELINE_INPUT: 0x00041003,
  PIPELINE_OUTPUT: 0x00041004,
  ERROR_RECORD: 0x00041005,
  PIPELINE_STATE: 0x00041006,
  DEBUG_RECORD: 0x00041007,
  VERBOSE_RECORD: 0x00041008,
  WARNING_RECORD: 0x00041009,
  PROGRESS_RECORD: 0x00041010,
  INFORMATION_RECORD: 0x00041011,
  PIPELINE_HOST_CALL: 0x00041100,
  PIPELINE_HOST_RESPONSE: 0x00041101,
} as const;

export type MessageType = keyof typeof MESSAGE_TYPES;

const NAMES: ReadonlyMap<number, MessageType> = new Map(
  Object.entries(MESSAGE_TYPES).map(([name, number]) => [number, name as MessageType]),
);

export type Destination = 'client' | 'server';

const DESTINATIONS: { readonly [destination in Destination]: number } = { client: 1, server: 2 };

export interface Message {
  readonly destination: Destination;
  readonly type: MessageType;
  readonly pool: string;
  /** The pipeline's id; the empty GUID where the message is for the pool. */
  readonly pipeline: string;
  /** CLIXML; empty for END_OF_PIPELINE_INPUT. */
  readonly data: string;
}

/** Destination u32 and type u32, both little-endian, ids of pool and pipeline, then text in UTF-8 (MS-PSRP 2.2.1). */
const HEADER_BYTES = 40;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function encodeMessage(message: Message): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(DESTINATIONS[message.destination], 0);
  header.writeUInt32LE(MESSAGE_TYPES[message.type], 4);
  return Buffer.concat([
    header,
    guidToWire(message.pool),
    guidToWire(message.pipeline),
    Buffer.from(message.data, 'utf8'),
  ]);
}

/**
 * Decodes a message. Refuses as `protocol` what is shorter than a header, of an unknown type, not for `destination`, or not in UTF-8.
 */
export function decodeMessage(bytes: Uint8Array, destination: Destination): Message {
  if (bytes.length < HEADER_BYTES) throw protocolError('a message is shorter than its header');
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (header.readUInt32LE(0) !== DESTINATIONS[destination]) {
    throw protocolError(`a message is not for the ${destination}`);
  }
  const number = header.readUInt32LE(4);
  const type = NAMES.get(number);
  if (type === undefined) throw protocolError(`a message is of unknown type 0x${number.toString(16)}`);
  return {
    destination,
    type,
    pool: guidFromWire(header.subarray(8, 24)),
    pipeline: guidFromWire(header.subarray(24, 40)),
    data: decodeUtf8(bytes.subarray(HEADER_BYTES)),
  };
}

/** TextDecoder drops a byte order mark at the beginning. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw protocolError('a message is not UTF-8', error);
  }
}
