import fc from 'fast-check';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { Defragmenter, fragment } from '../../remoting/fragments';

function header(objectId: number, fragmentId: number, flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(21);
  bytes.writeBigUInt64BE(BigInt(objectId), 0);
  bytes.writeBigUInt64BE(BigInt(fragmentId), 8);
  bytes.writeUInt8(flags, 16);
  bytes.writeUInt32BE(length, 17);
  return bytes;
}

function part(objectId: number, fragmentId: number, flags: number, text = 'a'): Buffer {
  return Buffer.concat([header(objectId, fragmentId, flags, text.length), Buffer.from(text)]);
}

function push(...parts: Buffer[]): Uint8Array[] {
  return new Defragmenter(DEFAULT_BOUNDS).push(Buffer.concat(parts));
}

/** What an error must have, for `toThrow`. */
function refusal(facts: object): Error {
  return expect.objectContaining(facts) as Error;
}

describe('fragments', () => {
  test('are joined again wherever they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 22, max: 100 }),
        fc.integer({ min: 1, max: 60 }),
        (messages, maxBytes, chunk) => {
          const pieces = messages.flatMap((message, index) => fragment(BigInt(index + 1), message, maxBytes));
          expect(pieces.every((piece) => piece.length <= maxBytes)).toBe(true);
          const wire = Buffer.concat(pieces);
          const defragmenter = new Defragmenter(DEFAULT_BOUNDS);
          const joined: Uint8Array[] = [];
          for (let at = 0; at < wire.length; at += chunk) {
            joined.push(...defragmenter.push(wire.subarray(at, at + chunk)));
          }
          expect(joined.map((bytes) => Buffer.from(bytes))).toEqual(
            messages.map((bytes) => Buffer.from(bytes)),
          );
        },
      ),
    );
  });

  test.each([
    ['one that continues nothing', [part(1, 1, 0)]],
    ['one that starts with a number', [part(1, 5, 1)]],
    ['one that is left out', [part(1, 0, 1), part(1, 2, 2)]],
    ['one that comes twice', [part(1, 0, 1), part(1, 1, 0), part(1, 1, 2)]],
    ['one of another message', [part(1, 0, 1), part(2, 1, 2)]],
    ['a message inside another', [part(1, 0, 1), part(2, 0, 3)]],
    ['one with unknown flags', [part(1, 0, 7)]],
    ['an empty one in the middle', [part(1, 0, 1), part(1, 1, 0, '')]],
  ])('%s is refused', (_, parts) => {
    expect(() => push(...parts)).toThrow(refusal({ kind: 'protocol' }));
  });

  test('a huge length is refused when it is announced', () => {
    expect(() => push(header(1, 0, 3, 0xffffffff))).toThrow(refusal({ kind: 'too-large' }));
  });

  test('a message without end is refused', () => {
    const defragmenter = new Defragmenter({ maxMessageBytes: 1000 });
    expect(() => {
      for (let index = 0; index < 2000; index++) defragmenter.push(part(1, index, index === 0 ? 1 : 0));
    }).toThrow(refusal({ kind: 'too-large', facts: { bound: 'maxMessageBytes', limit: 1000 } }));
  });
});
