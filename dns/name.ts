import { nameCodec } from './packet-codecs';

/**
 * Domain names are absolute and written as people write them, with the dot at the end: `mail.contoso.com.`.
 * Letter case is kept and never counts (RFC 4343).
 */

/** What the peer sent cannot be read. The server answers FORMERR. */
export class MalformedMessage extends Error {}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
/** Printable ASCII without the dot and the backslash, which would need escapes. */
const LABEL = /^[!-[\]-~]+$/;

/** What is wrong with an absolute name; `undefined` where it is right. */
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

/** Labels from left to right; none for the root. */
export function labelsOf(name: string): string[] {
  return name === '.' ? [] : name.slice(0, -1).split('.');
}

/** The form in which names are compared and looked up. */
export function fold(name: string): string {
  return name.toLowerCase();
}

/** Whether a name is the zone's own or below it. */
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
 * Reads a name with its compression.
 *
 * dns-packet's own reader joins labels with dots, so that a label with a dot in it becomes another name:
 * labels are checked here before it, and names that the written form cannot carry are refused.
 *
 * @returns the name and the offset after it
 * @throws MalformedMessage where it leaves the message, points forward, is too long, or is not printable
 */
export function decodeName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  let text = '';
  let offset = start;
  let end: number | undefined;
  // RFC 1035 section 4.1.4: a pointer leads to a prior name; going only back, this always ends.
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
