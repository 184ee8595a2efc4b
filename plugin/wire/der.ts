/** Distinguished Encoding Rules (ITU-T X.690) as far as one certificate needs them. */

export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
export const set = (...content: readonly Uint8Array[]) => der(0x31, ...content);
export const octets = (content: Uint8Array) => der(0x04, content);
export const boolean = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]));
export const utf8 = (text: string) => der(0x0c, Buffer.from(text, 'utf8'));
/** A BIT STRING, from its first bit on. `unused` is the number of bits of the last byte that do not belong to it. */
export const bits = (content: Uint8Array, unused = 0) => der(0x03, Buffer.from([unused]), content);
/** A context-specific, constructed tag: `[3] EXPLICIT`. */
export const explicit = (number: number, content: Uint8Array) => der(0xa0 | number, content);

/** An INTEGER from 0, big-endian. A leading zero is added where it would read as negative. */
export function integer(content: Uint8Array): Buffer {
  return der(0x02, (content[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), content);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** UTCTime to 2049 and GeneralizedTime from 2050 (RFC 5280, section 4.1.2.5). */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/[-:T]|\.\d+/g, '');
  const late = moment.getUTCFullYear() >= 2050;
  return der(late ? 0x18 : 0x17, Buffer.from(late ? digits : digits.slice(2), 'ascii'));
}
