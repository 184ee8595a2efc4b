import { nameCodec } from './packet-codecs';

/**
 * Domain names are absolute, and written with the dot at the end: `mail.contoso.com.`. Their letter case is kept, and
 * does not count (RFC 4343).
 */

/** The peer sent something that cannot be decoded. A server answers it with FORMERR. */
export class MalformedMessage extends Error {}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
/** Printable ASCII but the dot and the backslash, which would need escapes. */
const LABEL = /^[!-[\]-~]+$/;

/** What is wrong with an absolute name; `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name === '.') return undefined;
  if (!name.endsWith('.')) return `'${name}' must end with a dot`;
  const labels = labelsOf(name);
  if (labels.some((label) => label === '')) return `'${name}' has an empty label`;
  const odd = labels.find((label) => label.includes('.') || !LABEL.test(label));
  if (odd !== undefined) return `'${name}' has characters that a name cannot have`;
  if (labels.some((label) => label.length > LONGEST_LABEL)) {
    return `'${name}' has a label of more than ${LONGEST_LABEL} characters`;
  }
  return name.length + 1 > LONGEST_NAME ? `'${name}' is longer than a name can be` : undefined;
}

/** The labels from left to right. The root has none. */
export function labelsOf(name: string): string[] {
  return name === '.' ? [] : name.slice(0, -1).split('.');
}

/** The form in which names are compared and looked up. */
export function fold(name: string): string {
  return name.toLowerCase();
}

/** Whether a name is that of the zone, or below it. */
export function isWithin(name: string, zone: string): boolean {
  if (zone === '.') return true;
  const folded = fold(name);
  return folded === fold(zone) || folded.endsWith(`.${fold(zone)}`);
}

export function encodeName(name: string): Buffer {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new RangeError(problem);
  return nameCodec.encode(name);
}

/**
 * Decodes a name, which may be compressed. dns-packet's own decoder joins labels with dots, so that a label with a dot
 * in it would become another name. So the labels are checked before it is used, and names that cannot be written as
 * text are refused.
 *
 * @returns the name and the offset behind it
 * @throws MalformedMessage where the name leaves the message, points forward, is too long, or is not printable
 */
export function decodeName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  let text = '';
  let offset = start;
  let end: number | undefined;
  // A pointer leads to an earlier place (RFC 1035 section 4.1.4). Since it only ever leads back, this ends.
  let lowest = start;
  for (;;) {
    const length = message[offset];
    if (length === undefined) throw new MalformedMessage('a name leaves the message');
    if (length === 0) return { name: text === '' ? '.' : text, end: end ?? offset + 1 };
    if (length > LONGEST_LABEL) {
      const low = message[offset + 1];
      if (length < 0xc0 || low === undefined) throw new MalformedMessage('a label has an unknown form');
      const target = ((length & 0x3f) << 8) | low;
      if (target >= lowest) throw new MalformedMessage('a name does not point back');
      end ??= offset + 2;
      lowest = target;
      offset = target;
      continue;
    }
    const label = message.toString('latin1', offset + 1, offset + 1 + length);
    if (label.length !== length) throw new MalformedMessage('a name leaves the message');
    if (!LABEL.test(label) || label.includes('.')) {
      throw new MalformedMessage('a name has characters that this server does not take');
    }
    text += `${label}.`;
    if (text.length + 1 > LONGEST_NAME) throw new MalformedMessage('a name is too long');
    offset += length + 1;
  }
}
