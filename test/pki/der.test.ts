import fc from 'fast-check';
import { children, identifier, octets, readDer, statedLength, wholeNumber } from '../../pki/der';
import { integer, objectIdentifier, octetString, sequence, tagged } from '../../pki/der-writer';

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

  test('without a length ends only with two zeros: an empty value and one of tag zero lie within it', () => {
    const parts = children(readDer(hex('30 80 05 00 00 01 61 02 01 05 00 00')));
    expect(parts.map(({ raw }) => raw.toString('hex'))).toEqual(['0500', '000161', '020105']);
  });

  const CUT_OFF = 'the value is cut off';
  const CUT_OFF_OR_DEEP = 'the value is cut off, or nested too deep';
  test.each([
    ['is cut off', '30 05 02 01 05', CUT_OFF],
    ['is cut off by one octet', '04 02 61', CUT_OFF],
    ['has bytes behind it', '02 01 05 00', 'there are bytes behind the value'],
    ['is primitive without a length', '04 80 00 00', 'a primitive value has no length'],
    ['never ends', '30 80 02 01 05', CUT_OFF_OR_DEEP],
    ['ends with one zero', '30 80 02 01 05 00', CUT_OFF_OR_DEEP],
    ['has a tag of several octets', '1f 81 01 00', 'the tag has more than one octet'],
    ['has a length of five octets', '30 85 00 00 00 00 00', 'the length cannot be read'],
    ['has a length of four gigabytes', '04 84 ff ff ff ff', CUT_OFF],
    ['is nothing', '', CUT_OFF_OR_DEEP],
    ['is a tag and nothing more', '30', CUT_OFF_OR_DEEP],
    ['has a length that is cut off', '30 82 01', 'the length cannot be read'],
    ['has a length that is missing', '30 81', 'the length cannot be read'],
    ['holds one that is cut off', '30 03 04 02 61', CUT_OFF],
  ])('that %s is refused', (_what, bytes, why) => {
    expect(() => readDer(hex(bytes))).toThrow(new RangeError(why));
  });

  test('nested without end is refused', () => {
    const refused = new RangeError('the value is cut off, or nested too deep');
    expect(() => readDer(Buffer.alloc(100_000, Buffer.from([0x30, 0x80])))).toThrow(refused);
    let nested: Buffer = Buffer.from([0x05, 0x00]);
    for (let depth = 0; depth < 64; depth++) nested = sequence(nested);
    expect(readDer(nested).raw.equals(nested)).toBe(true);
    expect(() => readDer(sequence(nested))).toThrow(refused);
  });

  test('says how long it is', () => {
    expect(statedLength(hex('30 82 01 00'))).toBe(260);
    expect(statedLength(hex('30 80'))).toBeUndefined();
    expect(statedLength(hex('30 05'))).toBe(7);
    for (const bytes of ['', '30', '30 82 01', '30 85 00 00 00 00 05']) {
      expect(statedLength(hex(bytes))).toBeUndefined();
    }
  });

  test('that is missing has no parts, no octets, no identifier and no number', () => {
    expect(children(undefined)).toEqual([]);
    expect(octets(undefined)).toBeUndefined();
    expect(identifier(undefined)).toBe('');
    expect(wholeNumber(undefined)).toBeUndefined();
  });

  test.each([
    ['of no octets', '02 00'],
    ['below zero', '02 01 ff'],
    ['far below zero', '02 02 80 00'],
    ['that is just below zero in one octet', '02 01 80'],
    ['of another type', '04 01 05'],
  ])('%s is no whole number', (_what, bytes) => {
    expect(wholeNumber(readDer(hex(bytes)))).toBeUndefined();
  });

  test('is written in DER, with no octet more than it needs', () => {
    expect(integer(5).toString('hex')).toBe('020105');
    expect(integer(128).toString('hex')).toBe('02020080');
    expect(tagged(1, integer(5)).toString('hex')).toBe('a103020105');
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

  test.each([
    '1.2.840.113549.1.12.10.1.5',
    '2.16.840.1.101.3.4.1.42',
    '2.5.29.37.0',
    '0.9.2342',
    '1.3.16384',
  ])('that is the identifier %s is written and read', (oid) => {
    expect(identifier(readDer(objectIdentifier(oid)))).toBe(oid);
  });

  test.each([0, 1, 127, 128, 255, 256, 65_535, 1_000_001])('that is %d is written and read', (number) => {
    expect(wholeNumber(readDer(integer(number)))).toBe(number);
  });

  test.each([0, 127, 128, 255, 256, 70_000])('of %d octets is written and read', (length) => {
    expect(octets(readDer(octetString(Buffer.alloc(length, 7))))).toEqual(Buffer.alloc(length, 7));
  });
});
