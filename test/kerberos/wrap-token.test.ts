import { splitWrapToken } from '../../kerberos/wrap-token';

/** A token of AES over 5 bytes: head, confounder of 16, message, copy of the head, checksum of 12; its parts as letters. */
function token(rotation: number): Buffer {
  const body = Buffer.from(`${'c'.repeat(16)}hello${'H'.repeat(16)}${'s'.repeat(12)}`);
  const at = body.length - (rotation % body.length);
  const head = Buffer.alloc(16);
  head.writeUInt16BE(0x0504, 0);
  head.writeUInt8(2, 2);
  head.writeUInt16BE(rotation, 6);
  return Buffer.concat([head, body.subarray(at), body.subarray(0, at)]);
}

describe('splitting a wrap token', () => {
  test.each([0, 1, 12, 28, 48, 49, 60, 65_535])('rotated by %i it is the same', (rotation) => {
    const { header, data } = splitWrapToken(token(rotation), 5);
    expect(header.readUInt16BE(6)).toBe(28);
    expect(header.subarray(16).toString()).toBe(`${'H'.repeat(16)}${'s'.repeat(12)}${'c'.repeat(16)}`);
    expect(data.toString()).toBe('hello');
  });

  test.each([
    ['of RC4', (bytes: Buffer) => bytes.fill(0x60, 0, 2)],
    ['that is not sealed', (bytes: Buffer) => bytes.fill(0, 2, 3)],
    ['with filler', (bytes: Buffer) => bytes.fill(1, 5, 6)],
    ['that is cut', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('one %s is refused', (_name, change) => {
    const changed = change(token(0));
    expect(() => splitWrapToken(changed, 5)).toThrow(/encryption type/);
  });
});
