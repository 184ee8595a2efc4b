import { className, CLASSES, TYPES, typeName } from './codes';
import { decodeName, encodeName, labelsOf, MalformedMessage } from './name';
import { type DnsRecord, decodeData, encodeData, formatData, type RecordData, recordTypeOf } from './record';

/**
 * DNS messages, RFC 1035 section 4.1, with the records of RFC 2136: of class NONE and ANY, and without data. dns-packet
 * knows neither. So messages are read and written here, and only the data of records by its codecs.
 */

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** The data; as bytes where the type is not known; `undefined` where there are none. */
  readonly data: RecordData | Buffer | undefined;
}

export interface Flags {
  readonly response?: boolean;
  readonly authoritative?: boolean;
  readonly truncated?: boolean;
  readonly recursionDesired?: boolean;
}

export interface Message {
  readonly id: number;
  readonly opcode: number;
  readonly rcode: number;
  readonly flags: Flags;
  /** In an update, the zone. */
  readonly questions: readonly Question[];
  /** In an update, the prerequisites. */
  readonly answers: readonly WireRecord[];
  /** In an update, the changes. */
  readonly authorities: readonly WireRecord[];
  /** All but OPT and TSIG. */
  readonly additionals: readonly WireRecord[];
  /** Bytes that the sender takes over UDP, RFC 6891; `undefined` where it sent no OPT record. */
  readonly udpSize?: number | undefined;
  readonly ednsVersion?: number | undefined;
}

/** A message as it was received. */
export interface Received {
  readonly message: Message;
  /** The TSIG record at the end of the message, with its data undecoded, and the offset where it begins. */
  readonly signature?: { readonly record: WireRecord & { readonly data: Buffer }; readonly start: number };
}

const HEADER_BYTES = 12;
/** A pointer has 14 bits, so it cannot lead to a later offset. */
const FARTHEST_POINTER = 0x3fff;
const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
} as const;

/** The size over UDP that every receiver takes. */
export const PLAIN_UDP_BYTES = 512;

/**
 * @throws MalformedMessage where the bytes are no message
 */
export function decodeMessage(bytes: Buffer): Received {
  if (bytes.length < HEADER_BYTES) throw new MalformedMessage('the message is shorter than its header');
  const flags = bytes.readUInt16BE(2);
  const [questionCount, answerCount, authorityCount, additionalCount] = [4, 6, 8, 10].map((offset) =>
    bytes.readUInt16BE(offset),
  ) as [number, number, number, number];

  let offset = HEADER_BYTES;
  const questions: Question[] = [];
  for (let count = 0; count < questionCount; count++) {
    const { name, end } = decodeName(bytes, offset);
    if (end + 4 > bytes.length) throw new MalformedMessage('a question leaves the message');
    questions.push({ name, type: bytes.readUInt16BE(end), class: bytes.readUInt16BE(end + 2) });
    offset = end + 4;
  }
  let start = offset;
  const records = (count: number): WireRecord[] => {
    const read: WireRecord[] = [];
    for (let position = 0; position < count; position++) {
      start = offset;
      const next = decodeRecord(bytes, offset);
      read.push(next.record);
      offset = next.end;
    }
    return read;
  };
  const answers = records(answerCount);
  const authorities = records(authorityCount);
  const additionals = records(additionalCount);
  if (offset !== bytes.length) throw new MalformedMessage('bytes follow the message');

  const last = additionals.at(-1);
  const signed = last?.type === TYPES.TSIG;
  if (signed && !Buffer.isBuffer(last.data)) throw new MalformedMessage('the signature is malformed');
  const rest = signed ? additionals.slice(0, -1) : additionals;
  // A TSIG record is the last one (RFC 8945 section 5.1), which `rest` leaves out, and an OPT record is the only one of
  // its kind (RFC 6891 section 6.1.1): others are refused.
  if ([...answers, ...authorities, ...rest].some((record) => record.type === TYPES.TSIG)) {
    throw new MalformedMessage('a signature is not the last record');
  }
  const options = rest.filter((record) => record.type === TYPES.OPT);
  if (options.length > 1) throw new MalformedMessage('there is more than one OPT record');
  const [option] = options;

  return {
    message: {
      id: bytes.readUInt16BE(0),
      opcode: (flags >> 11) & 0xf,
      rcode: flags & 0xf,
      flags: {
        response: (flags & FLAG.response) !== 0,
        authoritative: (flags & FLAG.authoritative) !== 0,
        truncated: (flags & FLAG.truncated) !== 0,
        recursionDesired: (flags & FLAG.recursionDesired) !== 0,
      },
      questions,
      answers,
      authorities,
      additionals: rest.filter((record) => record !== option),
      udpSize: option?.class,
      ednsVersion: option === undefined ? undefined : (option.ttl >>> 16) & 0xff,
    },
    ...(signed && Buffer.isBuffer(last.data)
      ? { signature: { record: { ...last, data: last.data }, start } }
      : {}),
  };
}

function decodeRecord(bytes: Buffer, start: number): { record: WireRecord; end: number } {
  const { name, end: fixed } = decodeName(bytes, start);
  if (fixed + 10 > bytes.length) throw new MalformedMessage('a record leaves the message');
  const type = bytes.readUInt16BE(fixed);
  const known = recordTypeOf(type);
  const length = bytes.readUInt16BE(fixed + 8);
  const end = fixed + 10 + length;
  if (end > bytes.length) throw new MalformedMessage('a record leaves the message');
  const data =
    length === 0
      ? undefined
      : known === undefined
        ? bytes.subarray(fixed + 10, end)
        : decodeData(known, bytes, fixed + 8);
  const record = {
    name,
    type,
    class: bytes.readUInt16BE(fixed + 2),
    ttl: bytes.readUInt32BE(fixed + 4),
    data,
  };
  return { record, end };
}

/** Encodes a message without a signature. */
export function encodeMessage(message: Message): Buffer {
  const options = message.udpSize === undefined ? [] : [optRecord(message.udpSize, message.rcode)];
  const additionals = [...message.additionals, ...options];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(message.id, 0);
  const flags = (Object.keys(FLAG) as (keyof typeof FLAG)[]).reduce(
    (bits, flag) => (message.flags[flag] === true ? bits | FLAG[flag] : bits),
    (message.opcode << 11) | (message.rcode & 0xf),
  );
  header.writeUInt16BE(flags, 2);
  [message.questions, message.answers, message.authorities, additionals].forEach((section, position) =>
    header.writeUInt16BE(section.length, 4 + 2 * position),
  );
  const writer = new Writer(header);
  for (const { name, type, class: kind } of message.questions) writer.name(name).bytes(words(type, kind));
  for (const record of [...message.answers, ...message.authorities, ...additionals]) {
    writer.name(record.name).bytes(encodeRecordBody(record));
  }
  return writer.done();
}

/**
 * Compresses the names of questions and records (RFC 1035 section 4.1.4) and keeps their letter case. Names in data are
 * not compressed, which every reader takes.
 */
class Writer {
  private readonly parts: Buffer[] = [];
  private readonly offsets = new Map<string, number>();
  private length = 0;

  constructor(header: Buffer) {
    this.bytes(header);
  }

  bytes(bytes: Buffer): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  name(name: string): this {
    const labels = labelsOf(name);
    for (const [position, label] of labels.entries()) {
      const rest = labels.slice(position).join('.');
      const known = this.offsets.get(rest);
      if (known !== undefined) return this.bytes(words(0xc000 | known));
      if (this.length <= FARTHEST_POINTER) this.offsets.set(rest, this.length);
      this.bytes(encodeName(`${label}.`).subarray(0, -1));
    }
    return this.bytes(Buffer.alloc(1));
  }

  done(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** The upper bits of the response code are part of the TTL (RFC 6891 section 6.1.3). */
function optRecord(udpSize: number, rcode: number): WireRecord {
  return { name: '.', type: TYPES.OPT, class: udpSize, ttl: (rcode >> 4) << 24, data: undefined };
}

/** Encodes one record without compression. */
export function encodeRecord(record: WireRecord): Buffer {
  return Buffer.concat([encodeName(record.name), encodeRecordBody(record)]);
}

function encodeRecordBody(record: WireRecord): Buffer {
  const data =
    record.data === undefined
      ? Buffer.alloc(0)
      : Buffer.isBuffer(record.data)
        ? record.data
        : encodeData(record.data);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(record.ttl);
  return Buffer.concat([words(record.type, record.class), ttl, words(data.length), data]);
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * numbers.length);
  numbers.forEach((number, position) => bytes.writeUInt16BE(number, 2 * position));
  return bytes;
}

/** The record in the form of a message's answers and changes. */
export function wireRecord(record: DnsRecord): WireRecord {
  return { ...record, type: TYPES[record.data.type], class: CLASSES.IN };
}

/** The record, where it is of class IN and its data is known; otherwise `undefined`. */
export function plainRecord(record: WireRecord): DnsRecord | undefined {
  if (record.class !== CLASSES.IN || record.data === undefined || Buffer.isBuffer(record.data))
    return undefined;
  return { name: record.name, ttl: record.ttl, data: record.data };
}

/** `contoso.com. IN SOA` */
export function formatQuestion(question: Question): string {
  return `${question.name} ${className(question.class)} ${typeName(question.type)}`;
}

/** As in a zone file. A record without data, as updates have them, is written `mail.contoso.com. ANY A`. */
export function formatWireRecord(record: WireRecord): string {
  const kind = `${className(record.class)} ${typeName(record.type)}`;
  if (record.data === undefined) return `${record.name} ${kind}`;
  const data = Buffer.isBuffer(record.data)
    ? `\\# ${record.data.length} ${record.data.toString('hex')}`
    : formatData(record.data);
  return `${record.name} ${record.ttl} ${kind} ${data}`;
}
