/** As much of DER (X.690) as the tokens of SPNEGO need. */

/** Bytes of the longest length that is read: enough for any token within the bound. */
const MOST_LENGTH_BYTES = 4;
const LONG = 0x80;

export class DerError extends Error {
  override readonly name = 'DerError';
}

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** The whole element with tag, length and content. */
  readonly whole: Buffer;
}

/** Splits bytes into the elements that they consist of. */
export function readElements(bytes: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes.subarray(at));
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The content of the one element that the bytes consist of, which must have this tag. */
export function readOnly(bytes: Buffer, tag: number): Buffer {
  const element = readElement(bytes);
  if (element.tag !== tag) throw new DerError(`tag ${element.tag} in place of ${tag}`);
  if (element.whole.length !== bytes.length) throw new DerError('bytes after the element');
  return element.content;
}

function readElement(bytes: Buffer): Element {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('cut off');
  let length = first;
  let start = 2;
  if (first >= LONG) {
    const count = first - LONG;
    if (count === 0 || count > MOST_LENGTH_BYTES) throw new DerError('a length that is not bounded');
    if (bytes.length < start + count) throw new DerError('cut off');
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError('cut off');
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) };
}

export function writeElement(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), writeLength(content.length), content]);
}

function writeLength(length: number): Buffer {
  if (length < LONG) return Buffer.from([length]);
  const bytes = Buffer.alloc(MOST_LENGTH_BYTES);
  bytes.writeUInt32BE(length);
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(start);
  return Buffer.concat([Buffer.from([LONG | digits.length]), digits]);
}
