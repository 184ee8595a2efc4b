import { protocolError } from '../remoting-error';
import { decodeText } from './text';

/** A primitive with its tag (Version, G, U32 …), for values whose type the JavaScript value does not tell. */
export class Primitive {
  constructor(
    readonly tag: PrimitiveTag,
    readonly text: string,
  ) {}
}

export type PrimitiveValue = null | string | number | bigint | boolean | Uint8Array | Date;

const INTEGER = /^[+-]?\d+$/;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
const DATE_TIME = /^(-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

function integer(tag: string, text: string): number | bigint {
  const trimmed = text.trim();
  if (!INTEGER.test(trimmed) || trimmed.length > 25) throw protocolError(`${tag} holds no integer`);
  const value = Number(trimmed);
  return Number.isSafeInteger(value) ? value : BigInt(trimmed);
}

/** Floating-point numbers as XML Schema writes them. */
function float(tag: string, text: string): number {
  const trimmed = text.trim();
  const special = { INF: Infinity, '-INF': -Infinity, NaN: NaN }[trimmed];
  const value = special ?? (trimmed === '' ? NaN : Number(trimmed));
  if (special === undefined && Number.isNaN(value)) throw protocolError(`${tag} holds no number`);
  return value;
}

/** A decimal has 28 digits. It becomes a number where no digit is lost, and stays a text otherwise. */
function decimal(tag: string, text: string): number | string {
  const value = float(tag, text);
  return String(value) === text.trim() ? value : text.trim();
}

/** The bytes of BA, and those of the cipher text in SS. */
export function parseBytes(text: string): Uint8Array {
  if (!BASE64.test(text)) throw protocolError('bytes are not written as base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/**
 * A time without an offset (DateTimeKind.Unspecified) is read as UTC, so that the result does not depend on a machine's
 * time zone.
 */
function dateTime(text: string): Date {
  const parts = DATE_TIME.exec(text.trim());
  if (parts === null) throw protocolError('DT holds no date and time');
  const [, seconds, fraction = '', offset = 'Z'] = parts;
  const date = new Date(`${seconds}${fraction.slice(0, 4)}${offset}`);
  if (Number.isNaN(date.getTime())) throw protocolError('DT holds no date and time');
  return date;
}

function boolean(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed !== 'true' && trimmed !== 'false') throw protocolError('B holds neither true nor false');
  return trimmed === 'true';
}

function character(text: string): string {
  return String.fromCharCode(Number(integer('C', text)));
}

interface Kind {
  readonly type: string;
  readonly parse: (text: string) => PrimitiveValue;
}

/** The tags of MS-PSRP 2.2.5.1 and their types. SS (secure string) is not among them: it is read separately. */
const PRIMITIVES = {
  S: { type: 'System.String', parse: decodeText },
  C: { type: 'System.Char', parse: character },
  B: { type: 'System.Boolean', parse: boolean },
  DT: { type: 'System.DateTime', parse: dateTime },
  TS: { type: 'System.TimeSpan', parse: (text: string) => text.trim() },
  By: { type: 'System.Byte', parse: (text: string) => integer('By', text) },
  SB: { type: 'System.SByte', parse: (text: string) => integer('SB', text) },
  U16: { type: 'System.UInt16', parse: (text: string) => integer('U16', text) },
  I16: { type: 'System.Int16', parse: (text: string) => integer('I16', text) },
  U32: { type: 'System.UInt32', parse: (text: string) => integer('U32', text) },
  I32: { type: 'System.Int32', parse: (text: string) => integer('I32', text) },
  U64: { type: 'System.UInt64', parse: (text: string) => integer('U64', text) },
  I64: { type: 'System.Int64', parse: (text: string) => integer('I64', text) },
  Sg: { type: 'System.Single', parse: (text: string) => float('Sg', text) },
  Db: { type: 'System.Double', parse: (text: string) => float('Db', text) },
  D: { type: 'System.Decimal', parse: (text: string) => decimal('D', text) },
  BA: { type: 'System.Byte[]', parse: parseBytes },
  G: { type: 'System.Guid', parse: (text: string) => text.trim() },
  URI: { type: 'System.Uri', parse: decodeText },
  Version: { type: 'System.Version', parse: (text: string) => text.trim() },
  XD: { type: 'System.Xml.XmlDocument', parse: decodeText },
  SBK: { type: 'System.Management.Automation.ScriptBlock', parse: decodeText },
  Nil: { type: 'System.Object', parse: (): null => null },
} as const satisfies { readonly [tag: string]: Kind };

export type PrimitiveTag = keyof typeof PRIMITIVES;

/** By tag. Each has its .NET type as `Typed` has it. */
const KINDS: ReadonlyMap<string, PrimitiveKind> = new Map(
  Object.entries(PRIMITIVES).map(([tag, { type, parse }]) => [tag, { typeNames: [type], parse }]),
);

export interface PrimitiveKind {
  readonly typeNames: readonly string[];
  /** @throws RemotingError `protocol` where the text does not have the form of this type */
  readonly parse: (text: string) => PrimitiveValue;
}

/** `undefined` for a tag that is no primitive's. */
export function primitiveKind(tag: string): PrimitiveKind | undefined {
  return KINDS.get(tag);
}
