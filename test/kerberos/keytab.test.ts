import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeytab } from '../../kerberos/keytab';
import { keytabFile } from '../../kerberos/keytab-name';
import { keytabOf } from './keytab-of';

const folder = mkdtempSync(join(tmpdir(), 'keytab-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: Uint8Array): ReturnType<typeof readKeytab> {
  const file = join(folder, 'x.keytab');
  writeFileSync(file, content);
  return readKeytab(file);
}

const both = keytabOf('deploy@CORP.EXAMPLE', 23, 18);

describe('a keytab', () => {
  test('tells whose keys it has and of what kind, and not the keys', () => {
    expect(read(both)).toEqual({
      keys: [
        { principal: 'deploy@CORP.EXAMPLE', encryption: 23 },
        { principal: 'deploy@CORP.EXAMPLE', encryption: 18 },
      ],
    });
  });

  test('has holes where keys were removed, and ends at a length of zero', () => {
    const hole = Buffer.from([0xff, 0xff, 0xff, 0xfd, 1, 2, 3]);
    const rest = both.subarray(2);
    const { keys } = read(Buffer.concat([Buffer.from([5, 2]), hole, rest, Buffer.alloc(4), rest]));
    expect(keys).toHaveLength(2);
  });

  test('that is cut off anywhere has the keys before', () => {
    const counts = Array.from({ length: both.length }, (_, end) => read(both.subarray(0, end)).keys.length);
    expect(new Set(counts)).toEqual(new Set([0, 1]));
  });

  test.each([
    ['a length beyond the file', [5, 2, 0x7f, 0xff, 0xff, 0xff, 0]],
    ['the least of all lengths', [5, 2, 0x80, 0, 0, 0, 0]],
    ['a name beyond its entry', [5, 2, 0, 0, 0, 4, 0, 1, 0xff, 0xff]],
    ['more components than it has room for', [5, 2, 0, 0, 0, 4, 0xff, 0xff, 0, 0]],
  ])('with %s has no key', (_, bytes) => {
    expect(read(Buffer.from(bytes))).toMatchObject({ keys: [], fault: { kind: 'no-key' } });
  });
});

test.each([
  ['/a/b.keytab', '/a/b.keytab'],
  ['FILE:/a/b.keytab', '/a/b.keytab'],
  ['WRFILE:/a/b.keytab', '/a/b.keytab'],
  ['FILE:b.keytab', 'b.keytab'],
  ['/a:b', '/a:b'],
  ['MEMORY:x', undefined],
])('the name %s leads to the file %s', (name, file) => {
  expect(keytabFile(name)).toBe(file);
});
