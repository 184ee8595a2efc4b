import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isNrbfObject, readNrbf, type NrbfObject, type NrbfValue } from '../../nrbf';
import { int32, list, object, reference, stream, string } from './stream';

const folder = join(__dirname, '../fixtures/serialization-data');
const FILES = readdirSync(folder);
const fixture = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

function root(bytes: Uint8Array): NrbfObject {
  const reading = readNrbf(bytes);
  if (reading.kind !== 'read') throw new Error(`${reading.problem} at ${reading.offset}`);
  return reading.root;
}

function problem(bytes: Uint8Array): string {
  const reading = readNrbf(bytes);
  return reading.kind === 'unreadable' ? reading.problem : 'none';
}

describe('a stream as .NET writes it', () => {
  test.each(FILES)('%s is read to its last byte', (name) => {
    const bytes = fixture(name);
    const reading = readNrbf(bytes);
    expect(reading).toMatchObject({ kind: 'read', length: bytes.length });
    expect(root(bytes).className).toBe(
      'Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate',
    );
  });

  test('members are found under their names, enums as objects, lists through references to later records', () => {
    const { members } = root(fixture('all.bin'));
    expect([...members.keys()]).toEqual([
      'CertData',
      'SelfSigned',
      'Status',
      'RootCAType',
      'Services',
      'IISServices',
      'PrivateKeyExportable',
      'Identity',
    ]);
    expect(members.get('SelfSigned')).toBe(true);
    const services = members.get('Services');
    expect(isNrbfObject(services) && services.members.get('value__')).toBe(127);
    const sites = (members.get('IISServices') as NrbfObject).members.get('_items') as readonly NrbfValue[];
    expect(
      sites.map((site) => (site === null ? null : (site as NrbfObject).members.get('serviceName'))),
    ).toEqual(['IIS://EX01/W3SVC/1', 'IIS://EX01/W3SVC/2', null, null]);
  });

  test('what follows the stream is left alone', () => {
    const bytes = fixture('none.bin');
    expect(readNrbf(Uint8Array.from([...bytes, 1, 2, 3]))).toMatchObject({
      kind: 'read',
      length: bytes.length,
    });
  });
});

describe('values', () => {
  const member = (...record: number[]) => root(stream(object(1, { A: record }))).members.get('A');

  test.each([
    ['true', [8, 1, 1], true],
    ['a byte', [8, 2, 255], 255],
    ['a character of two bytes', [8, 3, 0xc3, 0xa9], 'é'],
    ['a decimal', [8, 5, 3, 0x31, 0x2e, 0x35], '1.5'],
    ['a double', [8, 6, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5],
    ['a negative 16-bit integer', [8, 7, 0xff, 0xff], -1],
    ['a 64-bit integer', [8, 9, 0, 0, 0, 0, 0, 0, 0, 0x80], -(2n ** 63n)],
    ['a signed byte', [8, 10, 0xff], -1],
    ['a single', [8, 11, 0, 0, 0xc0, 0x3f], 1.5],
    ['an unsigned 16-bit integer', [8, 14, 0xff, 0xff], 65_535],
    ['an unsigned 32-bit integer', [8, 15, 0xff, 0xff, 0xff, 0xff], 4_294_967_295],
    ['an unsigned 64-bit integer', [8, 16, 0, 0, 0, 0, 0, 0, 0, 0x80], 2n ** 63n],
    ['null', [10], null],
    ['text', [6, 2, 0, 0, 0, 3, 0x61, 0xc3, 0xa9], 'aé'],
  ] as const)('%s', (_name, record, value) => {
    expect(member(...record)).toEqual(value);
  });

  test('lists of primitives, and nulls in a row', () => {
    expect(member(15, ...int32(2), ...int32(2), 8, ...int32(7), ...int32(-7))).toEqual([7, -7]);
    expect(member(...list(2, 4, string(3, 'x'), [13, 2], [10]))).toEqual(['x', null, null, null]);
  });

  test('an object that is referred to twice is the same', () => {
    const { members } = root(stream(object(1, { A: reference(2), B: reference(2) }), string(2, 'late')));
    expect([members.get('A'), members.get('B')]).toEqual(['late', 'late']);
  });
});

describe('what is not as expected is unreadable, with its kind', () => {
  test.each([
    ['nothing', new Uint8Array(), 'truncated'],
    ['text', Buffer.from('Get-ExchangeCertificate'), 'malformed'],
    ['an object that is not there', stream(object(1, { A: reference(9) })), 'dangling'],
    ['no root', stream(string(2, 'x')), 'dangling'],
    ['a root that is no object', stream(string(1, 'x')), 'unsupported'],
    ['an object within itself', stream(object(1, { A: reference(1) })), 'cycle'],
    ['an id twice', stream(object(1, { A: string(2, 'x'), B: string(2, 'y') })), 'malformed'],
    ['a call of a method', stream([21]), 'unsupported'],
    ['a class without types', stream([3, ...int32(1)]), 'unsupported'],
    ['an instance of a class that is not there', stream([1, ...int32(1), ...int32(7)]), 'malformed'],
    ['a text beyond the end', stream([6, ...int32(2), 0xff, 0xff, 0x7f]), 'truncated'],
    ['a length that never ends', stream([6, ...int32(2), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 'malformed'],
    ['text that is no UTF-8', stream([6, ...int32(2), 1, 0xff]), 'malformed'],
    ['a negative length', stream(object(1, { A: list(2, -1) })), 'malformed'],
    ['a thousand million nulls', stream(object(1, { A: list(2, 1e9, [14, ...int32(1e9)]) })), 'too-large'],
    ['more nulls than the list has room for', stream(object(1, { A: list(2, 1, [13, 2]) })), 'malformed'],
    ['no nulls in a row', stream(object(1, { A: list(2, 1, [13, 0]) })), 'malformed'],
    ['an end within an object', stream(object(1, { A: [11] })), 'malformed'],
    ['bytes beyond the end', stream([15, ...int32(2), ...int32(2 ** 31 - 1), 2]), 'truncated'],
    ['a matrix', stream([7, ...int32(2), 2, ...int32(2), ...int32(1), ...int32(1), 2]), 'unsupported'],
  ])('%s', (_name, bytes, expected) => {
    expect(problem(bytes)).toBe(expected);
  });

  test('records beyond 10,000', () => {
    const items = Array.from({ length: 10_001 }, () => [10]);
    expect(problem(stream(object(1, { A: list(2, items.length, ...items) })))).toBe('too-large');
  });

  test('bytes beyond 64 KB', () => {
    const bytes = Array.from({ length: 70_000 }, () => 1);
    expect(problem(stream(object(1, { A: [15, ...int32(2), ...int32(bytes.length), 2, ...bytes] })))).toBe(
      'too-large',
    );
  });

  test('records within records beyond 32', () => {
    const nested = (depth: number): readonly number[] => {
      const within = depth === 0 ? [10] : list(depth + 1, 1, nested(depth - 1));
      return within;
    };
    expect(problem(stream(object(1, { A: nested(20) })))).toBe('none');
    expect(problem(stream(object(1, { A: nested(40) })))).toBe('too-deep');
  });

  test('objects side by side that refer to each other beyond 32', () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, index) =>
        list(index + 2, 1, index + 1 === length ? [10] : reference(index + 3)),
      );
    expect(problem(stream(object(1, { A: reference(2) }), ...chain(20)))).toBe('none');
    expect(problem(stream(object(1, { A: reference(2) }), ...chain(3_000)))).toBe('too-deep');
    expect(problem(stream(object(1, { A: reference(2) }), ...chain(40)))).toBe('too-deep');
    const fromTheEnd = object(1, { B: reference(41), A: reference(2) });
    expect(problem(stream(fromTheEnd, ...chain(40)))).toBe('too-deep');
  });

  test('a tree that doubles at each level', () => {
    const levels = Array.from({ length: 25 }, (_, index) =>
      list(index + 2, 2, reference(index + 3), reference(index + 3)),
    );
    expect(problem(stream(object(1, { A: reference(2) }), ...levels, string(27, 'x')))).toBe('too-large');
  });
});

describe('whatever the bytes', () => {
  const quick = (bytes: Uint8Array) => {
    // Time of the processor, which does not depend on what else the machine does.
    const before = process.cpuUsage();
    const reading = readNrbf(bytes);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    return reading;
  };

  test('random ones never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.boolean(), (bytes, headed) => {
        const reading = quick(headed ? stream([...bytes]) : bytes);
        expect(['read', 'unreadable']).toContain(reading.kind);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a valid stream with some bytes changed never throws', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (name, changes) => {
          const bytes = fixture(name);
          for (const [place, value] of changes) bytes[place % bytes.length] = value;
          expect(['read', 'unreadable']).toContain(quick(bytes).kind);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test.each(FILES)('%s cut anywhere is truncated', (name) => {
    const bytes = fixture(name);
    const kinds = new Set(Array.from({ length: bytes.length }, (_, end) => problem(bytes.subarray(0, end))));
    expect([...kinds]).toEqual(['truncated']);
  });

  test('records in any order never throw', () => {
    const record = fc.oneof(
      fc.nat(12).map(reference),
      fc.nat(12).map((id) => string(id, 'x')),
      fc.tuple(fc.nat(12), fc.nat(12)).map(([id, to]) => object(id, { A: reference(to), B: [10] })),
      fc.tuple(fc.nat(12), fc.nat(12)).map(([id, to]) => list(id, 2, reference(to), [10])),
      fc.tuple(fc.nat(12), fc.nat(12)).map(([id, of]) => [1, ...int32(id), ...int32(of)]),
      fc.nat(255).map((count) => [13, count]),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => [...bytes]),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        expect(['read', 'unreadable']).toContain(quick(stream(...records)).kind);
      }),
      { numRuns: 3_000 },
    );
  });
});
