import { isIPv4, isIPv6 } from 'node:net';

import { TYPES } from './codes';
import { decodeName, fold, MalformedMessage, nameProblem } from './name';
import { dataCodec } from './packet-codecs';

const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'DNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const;
/** The record types whose data is decoded. */
export type RecordType = (typeof RECORD_TYPES)[number];

export interface StartOfAuthority {
  readonly type: 'SOA';
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** Seconds for which a resolver may remember that a name does not exist (RFC 2308). */
  readonly minimum: number;
}

export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME' | 'DNAME' | 'NS' | 'PTR'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: 'TXT'; readonly strings: readonly Buffer[] }
  | StartOfAuthority;

/** A record of class IN. */
export interface DnsRecord {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: RecordData;
}

export function recordTypeOf(code: number): RecordType | undefined {
  return RECORD_TYPES.find((type) => TYPES[type] === code);
}

/** The names in the data, in their order. */
export function namesIn(data: RecordData): string[] {
  switch (data.type) {
    case 'A':
    case 'AAAA':
    case 'TXT':
      return [];
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
    case 'SRV':
      return [data.target];
    case 'MX':
      return [data.exchange];
    case 'SOA':
      return [data.mname, data.rname];
  }
}

const LARGEST_16 = 0xffff;
const LARGEST_32 = 0xffffffff;
const LONGEST_STRING = 255;

/** What is wrong with the data of a record; `undefined` where nothing is. */
export function dataProblem(data: RecordData): string | undefined {
  const name = namesIn(data)
    .map(nameProblem)
    .find((problem) => problem !== undefined);
  if (name !== undefined) return name;
  switch (data.type) {
    case 'A':
      return isIPv4(data.address) ? undefined : `'${data.address}' is not an IPv4 address`;
    case 'AAAA':
      return isIPv6(data.address) && !data.address.includes('%')
        ? undefined
        : `'${data.address}' is not an IPv6 address`;
    case 'TXT':
      if (data.strings.length === 0) return 'a text record needs a string';
      return data.strings.some((string) => string.length > LONGEST_STRING)
        ? `a string of a text record has at most ${LONGEST_STRING} bytes`
        : undefined;
    case 'MX':
      return outside([data.preference], LARGEST_16);
    case 'SRV':
      return outside([data.priority, data.weight, data.port], LARGEST_16);
    case 'SOA':
      return outside([data.serial, data.refresh, data.retry, data.expire, data.minimum], LARGEST_32);
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return undefined;
  }
}

function outside(numbers: readonly number[], largest: number): string | undefined {
  const odd = numbers.find((number) => !Number.isInteger(number) || number < 0 || number > largest);
  return odd === undefined ? undefined : `${odd} is not a whole number from 0 to ${largest}`;
}

/** The data as it is sent, without compression and without its length. */
export function encodeData(data: RecordData): Buffer {
  const problem = dataProblem(data);
  if (problem !== undefined) throw new RangeError(problem);
  return dataCodec(data.type).encode(codecForm(data)).subarray(2);
}

function codecForm(data: RecordData): unknown {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return data.target;
    case 'TXT':
      return [...data.strings];
    case 'MX':
    case 'SRV':
    case 'SOA':
      return data;
  }
}

/** Where the names are in the data, and how many bytes follow the last one. */
const LAYOUT: {
  readonly [type in RecordType]:
    { readonly before: number; readonly names: number; readonly after: number } | undefined;
} = {
  A: undefined,
  AAAA: undefined,
  TXT: undefined,
  CNAME: { before: 0, names: 1, after: 0 },
  DNAME: { before: 0, names: 1, after: 0 },
  NS: { before: 0, names: 1, after: 0 },
  PTR: { before: 0, names: 1, after: 0 },
  MX: { before: 2, names: 1, after: 0 },
  SRV: { before: 6, names: 1, after: 0 },
  SOA: { before: 0, names: 2, after: 20 },
};

const ADDRESS_BYTES: { readonly [type: string]: number } = { A: 4, AAAA: 16 };

/**
 * Decodes the data of one record of a message.
 *
 * @param offset of the two bytes of length
 * @throws MalformedMessage where the data is shorter or longer than its length says
 */
export function decodeData(type: RecordType, message: Buffer, offset: number): RecordData {
  const end = offset + 2 + message.readUInt16BE(offset);
  const layout = LAYOUT[type];
  const names: string[] = [];
  if (layout !== undefined) {
    let position = offset + 2 + layout.before;
    for (let count = 0; count < layout.names; count++) {
      const read = decodeName(message, position);
      names.push(read.name);
      position = read.end;
    }
    if (position + layout.after !== end) throw new MalformedMessage('the data has another length');
  } else if ((ADDRESS_BYTES[type] ?? end - offset - 2) !== end - offset - 2 || end === offset + 2) {
    throw new MalformedMessage('the data has another length');
  }
  const decoded = decodeByCodec(type, message.subarray(0, end), offset);
  const [first = '.', second = '.'] = names;
  switch (type) {
    case 'A':
    case 'AAAA':
      return { type, address: decoded as string };
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return { type, target: first };
    case 'MX':
      return { type, preference: (decoded as { preference: number }).preference, exchange: first };
    case 'SRV': {
      const { priority, weight, port } = decoded as { priority: number; weight: number; port: number };
      return { type, priority, weight, port, target: first };
    }
    case 'TXT':
      return { type, strings: decoded as Buffer[] };
    case 'SOA':
      return { ...(decoded as Omit<StartOfAuthority, 'type'>), type, mname: first, rname: second };
  }
}

/** @param message ends with the data, so that the codec cannot read beyond it */
function decodeByCodec(type: RecordType, message: Buffer, offset: number): unknown {
  try {
    return dataCodec(type).decode(message, offset);
  } catch (error) {
    throw new MalformedMessage('the data cannot be read', { cause: error });
  }
}

/** The data as in a zone file. */
export function formatData(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return data.target;
    case 'MX':
      return `${data.preference} ${data.exchange}`;
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${data.target}`;
    case 'TXT':
      return data.strings.map(formatString).join(' ');
    case 'SOA':
      return [data.mname, data.rname, data.serial, data.refresh, data.retry, data.expire, data.minimum].join(
        ' ',
      );
  }
}

/**
 * RFC 1035 section 5.1: quotes and backslashes are escaped, and bytes that are not printable are written as numbers.
 */
function formatString(string: Buffer): string {
  const characters = [...string].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString().padStart(3, '0')}`;
  });
  return `"${characters.join('')}"`;
}

/** One line of a zone file. */
export function formatRecord(record: DnsRecord): string {
  return `${record.name} ${record.ttl} IN ${record.data.type} ${formatData(record.data)}`;
}

/** Whether two records have the same data. The letter case of names does not count; everything else must be equal. */
export function sameData(left: RecordData, right: RecordData): boolean {
  if (left.type !== right.type) return false;
  if (left.type === 'TXT') return formatData(left) === formatData(right);
  return fold(formatData(canonical(left))) === fold(formatData(canonical(right)));
}

/** An IPv6 address can be written in many ways, but has one encoding. */
function canonical(data: RecordData): RecordData {
  if (data.type !== 'AAAA') return data;
  return decodeData('AAAA', Buffer.concat([Buffer.from([0, 16]), encodeData(data)]), 0);
}
