/** A value in BER or DER (X.690) with its bytes as they are in the file. Nothing is encoded again. */
export interface Der {
  /** The identifier octet, for example 0x30 for a SEQUENCE. */
  readonly tag: number;
  /** The whole value, identifier and length included. */
  readonly raw: Buffer;
  readonly content: Buffer;
  /** The values within it. Left out where it is primitive. */
  readonly parts?: readonly Der[];
}

export const OBJECT_IDENTIFIER = 0x06;
const INTEGER = 0x02;
const CONSTRUCTED = 0x20;
/** Marks a tag of several octets, which no certificate or PFX has. */
const LONG_TAG = 0x1f;
const INDEFINITE = 0x80;
/** Far deeper than a PFX is nested. */
const DEEPEST = 64;

/** @throws RangeError where the bytes are not exactly one value */
export function readDer(bytes: Buffer): Der {
  const value = firstDer(bytes);
  if (value.raw.length !== bytes.length) throw new RangeError('there are bytes behind the value');
  return value;
}

/**
 * The first value of the bytes.
 *
 * @throws RangeError where they begin with none
 */
export function firstDer(bytes: Buffer): Der {
  return valueAt(bytes, 0, 0);
}

/** Bytes of the first value by its own header, header included; `undefined` where the header does not say. */
export function statedLength(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  try {
    const { start, length } = lengthAt(bytes, 1);
    return length === undefined ? undefined : start + length;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function valueAt(bytes: Buffer, at: number, depth: number): Der {
  if (at + 2 > bytes.length || depth > DEEPEST)
    throw new RangeError('the value is cut off, or nested too deep');
  const tag = bytes[at]!;
  if ((tag & LONG_TAG) === LONG_TAG) throw new RangeError('the tag has more than one octet');
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  const { start, length } = lengthAt(bytes, at + 1);
  if (length === undefined) {
    if (!isConstructed) throw new RangeError('a primitive value has no length');
    return indefinite(bytes, { tag, at, start }, depth);
  }
  const end = start + length;
  if (end > bytes.length) throw new RangeError('the value is cut off');
  const content = bytes.subarray(start, end);
  const raw = bytes.subarray(at, end);
  return isConstructed ? { tag, raw, content, parts: partsOf(content, depth + 1) } : { tag, raw, content };
}

/** Reads a value of indefinite length: it ends with two zeros (X.690 8.1.3.6). */
function indefinite(
  bytes: Buffer,
  { tag, at, start }: { readonly tag: number; readonly at: number; readonly start: number },
  depth: number,
): Der {
  const parts: Der[] = [];
  let next = start;
  while (bytes[next] !== 0 || bytes[next + 1] !== 0) {
    const part = valueAt(bytes, next, depth + 1);
    parts.push(part);
    next += part.raw.length;
  }
  return { tag, raw: bytes.subarray(at, next + 2), content: bytes.subarray(start, next), parts };
}

function partsOf(content: Buffer, depth: number): readonly Der[] {
  const parts: Der[] = [];
  for (let at = 0; at < content.length; at += parts.at(-1)!.raw.length)
    parts.push(valueAt(content, at, depth));
  return parts;
}

/** Where the content starts, and its length, which is left out where it is indefinite. */
function lengthAt(bytes: Buffer, at: number): { readonly start: number; readonly length?: number } {
  const first = bytes[at]!;
  if (first < INDEFINITE) return { start: at + 1, length: first };
  if (first === INDEFINITE) return { start: at + 1 };
  const octets = first & 0x7f;
  if (octets > 4 || at + 1 + octets > bytes.length) throw new RangeError('the length cannot be read');
  return { start: at + 1 + octets, length: bytes.readUIntBE(at + 1, octets) };
}

export function children(value: Der | undefined): readonly Der[] {
  return value?.parts ?? [];
}

/** The bytes of an octet string, which BER may write in pieces; `undefined` where there is none. */
export function octets(value: Der | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  if (value.parts === undefined) return value.content;
  return Buffer.concat(value.parts.map((piece) => octets(piece) ?? Buffer.alloc(0)));
}

/** An object identifier in dots; empty where there is none. */
export function identifier(value: Der | undefined): string {
  if (value?.tag !== OBJECT_IDENTIFIER) return '';
  const numbers: number[] = [];
  let number = 0;
  for (const octet of value.content) {
    number = number * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const arc = Math.min(Math.floor(first / 40), 2);
  return [arc, first - 40 * arc, ...rest].join('.');
}

/** A non-negative integer; `undefined` where there is none. */
export function wholeNumber(value: Der | undefined): number | undefined {
  if (value?.tag !== INTEGER) return undefined;
  const [first] = value.content;
  if (first === undefined || first >= 0x80) return undefined;
  return value.content.reduce((sum, octet) => sum * 256 + octet, 0);
}
