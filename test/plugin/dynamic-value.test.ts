import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { decodeValues, encodeValues } from '../../plugin/wire/dynamic-value';
import { flag, integer, text, textList, textMap, textSet, UNKNOWN, type BlockSchema } from '../../schema';

const schema: BlockSchema = {
  attributes: {
    name: text('optional', ''),
    size: integer('optional', ''),
    on: flag('optional', ''),
    list: textList('optional', ''),
    set: textSet('optional', ''),
    map: textMap('optional', ''),
    object: {
      type: { object: { port: 'number', hosts: { list: 'string' } } },
      mode: 'optional',
      description: '',
    },
  },
  blocks: {
    one: { nesting: 'single', schema: { attributes: { a: text('optional', '') } } },
    many: { nesting: 'list', schema: { attributes: { a: text('optional', '') } } },
    bag: { nesting: 'set', schema: { attributes: { a: text('optional', '') } } },
  },
};
const empty = {
  name: null,
  size: null,
  on: null,
  list: null,
  set: null,
  map: null,
  object: null,
  one: null,
  many: [],
  bag: [],
};

const decodeRaw = (raw: unknown, options = {}) => decodeValues(schema, { msgpack: encode(raw, options) });
const extension = (type: number, payload: unknown = 0) => new ExtData(type, encode(payload));

describe('values on the wire', () => {
  test('are as golden bytes say', () => {
    const one: BlockSchema = { attributes: { a: text('optional', ''), b: integer('optional', '') } };
    const hex = (values: Parameters<typeof encodeValues>[1]) =>
      Buffer.from(encodeValues(one, values).msgpack ?? []).toString('hex');
    expect(hex({ a: 'x', b: 1 })).toBe('82a161a178a16201');
    // Unknown: extension 0 with one byte; a fraction: its decimal text; nothing: nil.
    expect(hex({ a: UNKNOWN, b: 0.1 })).toBe('82a161d40000a162a3302e31');
    expect(hex({})).toBe('82a161c0a162c0');
    expect(hex(null)).toBe('c0');
  });

  test('come back as they went', () => {
    const part = fc.oneof(fc.string(), fc.constant(null), fc.constant<typeof UNKNOWN>(UNKNOWN));
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
    fc.assert(
      fc.property(
        fc.record({
          name: part,
          size: fc.oneof(number, fc.constant(null)),
          on: fc.option(fc.boolean()),
          list: fc.option(fc.array(part)),
          map: fc.option(
            fc.dictionary(
              fc.string().filter((key) => key !== '__proto__'),
              part,
            ),
          ),
          many: fc.array(fc.record({ a: part })),
        }),
        (values) => {
          const whole = { ...empty, ...values };
          // JavaScript's minus zero is no number of its own in Terraform.
          const size = Object.is(values.size, -0) ? 0 : values.size;
          expect(decodeValues(schema, encodeValues(schema, whole))).toEqual({ ...whole, size });
        },
      ),
    );
  });

  test('are unknown for every extension, refined ones too', () => {
    const refined = new Map<number, unknown>([
      [1, false],
      [2, 'https://'],
    ]);
    expect(
      decodeRaw({ name: extension(0), list: extension(12, Object.fromEntries(refined)), on: extension(99) }),
    ).toEqual({
      ...empty,
      name: UNKNOWN,
      list: UNKNOWN,
      on: UNKNOWN,
    });
  });

  test('have every attribute, and none that the schema lacks', () => {
    expect(decodeRaw({ name: 'x', stranger: 1 })).toEqual({ ...empty, name: 'x' });
    expect(decodeValues(schema, undefined)).toBeNull();
    expect(decodeRaw(null)).toBeNull();
  });

  test('hold sets in one order and without duplicates', () => {
    expect(decodeRaw({ set: ['b', 'a', 'b', null], bag: [{ a: 'y' }, { a: 'x' }] })).toMatchObject({
      set: ['a', 'b', null],
      bag: [{ a: 'x' }, { a: 'y' }],
    });
    // Two unknown elements may become two values.
    expect(decodeRaw({ set: [extension(0), extension(0)] })).toMatchObject({ set: [UNKNOWN, UNKNOWN] });
  });

  test.each([
    ['0.1', 0.1],
    ['1.50', 1.5],
    ['-0.000001', -0.000001],
    ['100000000000000000000000', 1e23],
    ['1e3', 1000],
  ])('take the decimal %s', (decimal, number) => {
    expect(decodeRaw({ size: decimal })).toMatchObject({ size: number });
  });

  test.each([
    '0.1000000000000000055511151231257827',
    '12345678901234567890',
    '1e400',
    'NaN',
    '0x10',
    '',
    '1 ',
  ])('refuse the number %s, naming the attribute', (decimal) => {
    expect(() => decodeRaw({ size: decimal })).toThrow(/^size: /);
  });

  test('refuse a whole number of 64 bits that is not exact here', () => {
    expect(() => decodeRaw({ size: 2n ** 63n - 1n }, { useBigInt64: true })).toThrow(/^size: .*digits/);
    expect(decodeRaw({ size: 2n ** 53n - 1n }, { useBigInt64: true })).toMatchObject({ size: 2 ** 53 - 1 });
  });

  test.each([
    ['a number for a text', { name: 1 }, 'name: should be text'],
    ['a text for a list', { list: 'x' }, 'list: should be a list'],
    ['a list for an object', { object: [] }, 'object: should be an object'],
    ['a wrong part', { object: { hosts: ['a', 5] } }, 'object.hosts[1]: should be text'],
    ['a wrong block', { many: [{ a: true }] }, 'many[0].a: should be text'],
    ['bytes for a text', { name: new Uint8Array([1]) }, 'name: should be text'],
    ['no number', { size: NaN }, 'size: should be a number'],
  ])('refuse %s', (_what, raw, sentence) => {
    expect(() => decodeRaw(raw)).toThrow(sentence);
  });

  test('never do anything but decode or throw on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (msgpack) => {
        try {
          decodeValues(schema, { msgpack });
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
