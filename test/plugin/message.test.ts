import fc from 'fast-check';
import { mapOf, message, recursive, repeated, type Message } from '../../plugin/wire/message';
import { AttributePath, Diagnostic, GetProviderSchemaResponse, Schema } from '../../plugin/wire/protocol6';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('messages by table', () => {
  test('are written as the protocol buffers encoding has them', () => {
    // Field 1 varint 1; field 2 text "no"; field 4 message { field 1 message { field 1 text "a" } }.
    expect(
      hex(Diagnostic.encode({ severity: 1, summary: 'no', attribute: { steps: [{ attributeName: 'a' }] } })),
    ).toBe('0801' + '12026e6f' + '2205' + '0a030a0161');
  });

  test('carry a position of zero and negative numbers', () => {
    expect(hex(AttributePath.encode({ steps: [{ elementKeyInt: 0 }] }))).toBe('0a021800');
    const numbers = message({ value: [1, 'int64'] });
    // Two's complement in ten bytes.
    expect(hex(numbers.encode({ value: -1 }))).toBe('08ffffffffffffffffff01');
    expect(numbers.decode(bytes('08ffffffffffffffffff01'))).toEqual({ value: -1 });
  });

  test('come back as they went, nested, repeated and mapped', () => {
    const all = message({
      text: [1, 'string'],
      bytes: [2, 'bytes'],
      flag: [3, 'bool'],
      number: [4, 'int64'],
      choice: [5, 'enum'],
      list: [6, repeated('string')],
      map: [7, mapOf('string')],
      inner: [8, message({ map: [1, mapOf(message({ number: [1, 'int64'] }))] })],
    });
    fc.assert(
      fc.property(
        fc.record({
          text: fc.string(),
          bytes: fc.uint8Array(),
          flag: fc.boolean(),
          number: fc.maxSafeInteger(),
          choice: fc.nat({ max: 2 ** 31 - 1 }),
          list: fc.array(fc.string(), { minLength: 1 }),
          map: fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }),
          inner: fc.record({
            map: fc.dictionary(fc.string(), fc.record({ number: fc.maxSafeInteger() }), { minKeys: 1 }),
          }),
        }),
        (value) => {
          const read = all.decode(all.encode(value));
          expect({ ...read, bytes: undefined }).toEqual({ ...value, bytes: undefined });
          expect(hex(read.bytes ?? bytes(''))).toBe(hex(value.bytes));
        },
      ),
    );
  });

  test('skip fields of later versions, groups among them', () => {
    // Field 20 varint, field 21 text, field 22 a group around a varint, field 2 text "x".
    expect(Diagnostic.decode(bytes('a00105 aa010161 b301 0801 b401 120178'))).toEqual({ summary: 'x' });
  });

  test('keep a map key that is the name of a prototype', () => {
    const encoded = GetProviderSchemaResponse.encode({
      resourceSchemas: Object.defineProperty({}, '__proto__', { value: { version: 1 }, enumerable: true }),
    });
    const { resourceSchemas } = GetProviderSchemaResponse.decode(encoded);
    expect(Object.keys(resourceSchemas ?? {})).toEqual(['__proto__']);
    expect(({} as { version?: number }).version).toBeUndefined();
  });

  test.each([
    ['a length beyond the end', '12 ff ff ff ff 0f 61'],
    ['a varint that never ends', '08 ff ff ff ff ff ff ff ff ff ff ff'],
    ['a cut field', '12 05 61'],
    ['another wire type than the field has', '08 01 10 01'],
    ['field number zero', '00 01'],
    ['a stray end of a group', '0c'],
  ])('refuse %s', (_what, text) => {
    expect(() => Diagnostic.decode(bytes(text))).toThrow();
  });

  test('refuse a number that is not exact here', () => {
    expect(() => Schema.decode(bytes('08 ffffffffffffffff7f'))).toThrow(RangeError);
  });

  test('refuse nesting without end, within bounds', () => {
    interface Node {
      readonly inner?: Node | undefined;
    }
    const node: Message<Node> = recursive<Node>(() => message({ inner: [1, node] }));
    let encoded: Uint8Array = new Uint8Array();
    for (let level = 0; level < 200; level += 1)
      encoded = message({ inner: [1, 'bytes'] }).encode({ inner: encoded });
    expect(() => node.decode(encoded)).toThrow(/nested/);
    // The bound is per message, not used up by the refusal before.
    expect(node.decode(bytes('0a020a00'))).toEqual({ inner: { inner: {} } });
  });

  test('never do anything but decode or throw on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        try {
          GetProviderSchemaResponse.decode(random);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
