import fc from 'fast-check';
import { children, identifier, octets, readDer, statedLength, wholeNumber } from '../../pki/der';
import { integer, objectIdentifier, octetString, sequence } from '../../pki/der-writer';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a value of BER or DER', () => {
  test('keeps its bytes, whatever its length is spelled with', () => {
    const spelled = hex('30 81 03 02 01 05');
    const value = readDer(spelled);
    expect(value.raw.equals(spelled)).toBe(true);
    expect(wholeNumber(children(value)[0])).toBe(5);
  });

  test('without a length ends with two zeros, and its pieces are one octet string', () => {
    const value = readDer(hex('24 80 04 01 61 04 02 62 63 00 00'));
    expect(octets(value)?.toString()).toBe('abc');
    expect(octets(readDer(hex('30 80 02 01 05 00 00')))?.length).toBe(1);
  });

  test.each([
    ['is cut off', '30 05 02 01 05'],
    ['has bytes behind it', '02 01 05 00'],
    ['is primitive without a length', '04 80 00 00'],
    ['never ends', '30 80 02 01 05'],
    ['has a tag of several octets', '1f 81 01 00'],
    ['has a length of five octets', '30 85 00 00 00 00 00'],
    ['is nothing', ''],
    ['has a length that is cut off', '30 82 01'],
  ])('that %s is refused', (_what, bytes) => {
    expect(() => readDer(hex(bytes))).toThrow(RangeError);
  });

  test('nested without end is refused', () => {
    expect(() => readDer(Buffer.alloc(100_000, Buffer.from([0x30, 0x80])))).toThrow(RangeError);
    let nested: Buffer = Buffer.from([0x05, 0x00]);
    for (let depth = 0; depth < 70; depth++) nested = sequence(nested);
    expect(() => readDer(nested)).toThrow(RangeError);
  });

  test('says how long it is', () => {
    expect(statedLength(hex('30 82 01 00'))).toBe(260);
    expect(statedLength(hex('30 80'))).toBeUndefined();
    expect(statedLength(hex('30'))).toBeUndefined();
  });

  test('of any bytes at all is a value or a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          readDer(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  test.each(['1.2.840.113549.1.12.10.1.5', '2.16.840.1.101.3.4.1.42', '2.5.29.37.0', '0.9.2342'])(
    'that is the identifier %s is written and read',
    (oid) => {
      expect(identifier(readDer(objectIdentifier(oid)))).toBe(oid);
    },
  );

  test.each([0, 1, 127, 128, 255, 256, 65_535, 1_000_001])('that is %d is written and read', (number) => {
    expect(wholeNumber(readDer(integer(number)))).toBe(number);
  });

  test.each([0, 127, 128, 255, 256, 70_000])('of %d octets is written and read', (length) => {
    expect(octets(readDer(octetString(Buffer.alloc(length, 7))))).toEqual(Buffer.alloc(length, 7));
  });
});
