/** Writes values in DER (X.690). */

export function value(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

export const sequence = (...contents: readonly Uint8Array[]) => value(0x30, ...contents);
export const set = (...contents: readonly Uint8Array[]) => value(0x31, ...contents);
export const octetString = (content: Uint8Array) => value(0x04, content);
/** Explicitly tagged. */
export const tagged = (number: number, content: Uint8Array) => value(0xa0 + number, content);
export const NULL = value(0x05);

export function bmpString(text: string): Buffer {
  return value(0x1e, Buffer.from(text, 'utf16le').swap16());
}

/** A non-negative integer. */
export function integer(number: number): Buffer {
  const octets: number[] = [];
  for (let rest = number; rest > 0 || octets.length === 0; rest = Math.floor(rest / 256)) {
    octets.unshift(rest % 256);
  }
  return value(0x02, Buffer.from((octets[0] ?? 0) >= 0x80 ? [0, ...octets] : octets));
}

/** @param dotted for example `1.2.840.113549.1.7.1` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [40 * first + second, ...rest].flatMap((number) => {
    const sevens = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) {
      sevens.unshift(0x80 + (left % 128));
    }
    return sevens;
  });
  return value(0x06, Buffer.from(octets));
}
