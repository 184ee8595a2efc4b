import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { deserialize } from '../../remoting/clixml/deserialize';
import { parseElement } from '../../remoting/clixml/element';
import { Texts } from '../../remoting/clixml/texts';
import { Defragmenter, fragment } from '../../remoting/fragments';
import { openSession } from '../../remoting/session';
import type { CommandHost, HostValue } from '../../remoting/server/command-host';
import { parseXml } from '../../remoting/transports/wsman/xml';
import { loopback } from './peers/loopback';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that `make` leaves behind, in the heap and beside it. */
function kept(make: () => unknown): number {
  collectGarbage();
  const before = process.memoryUsage();
  const made = make();
  collectGarbage();
  const after = process.memoryUsage();
  expect(made).toBeDefined();
  return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
}

function refusal(facts: object): Error {
  return expect.objectContaining(facts) as Error;
}

describe('memory is bounded in values', () => {
  test('bytes that come one at a time cost little more than together', () => {
    const count = 200_000;
    const [wire = Buffer.alloc(0)] = fragment(1n, Buffer.alloc(count * 2), count * 3);
    const defragmenter = new Defragmenter(DEFAULT_BOUNDS);
    const bytes = kept(() => {
      for (let at = 0; at < count; at++) defragmenter.push(wire.subarray(at, at + 1));
      return defragmenter;
    });
    expect(bytes).toBeLessThan(count * 10);
    expect(defragmenter.push(wire.subarray(count))).toEqual([new Uint8Array(Buffer.alloc(count * 2))]);
  });

  test('fragments of one byte cost little more than their message', () => {
    const count = 200_000;
    const pieces = fragment(1n, Buffer.alloc(count), 22);
    const defragmenter = new Defragmenter(DEFAULT_BOUNDS);
    const bytes = kept(() => {
      for (const piece of pieces.slice(0, -1)) defragmenter.push(piece);
      return defragmenter;
    });
    expect(bytes).toBeLessThan(count * 10);
    expect(defragmenter.push(pieces.at(-1) ?? Buffer.alloc(0))).toHaveLength(1);
  });

  test('pieces without bytes leave nothing', () => {
    const defragmenter = new Defragmenter(DEFAULT_BOUNDS);
    const bytes = kept(() => {
      for (let count = 0; count < 200_000; count++) defragmenter.push(new Uint8Array(0));
      return defragmenter;
    });
    expect(bytes).toBeLessThan(500_000);
  });

  test('an empty element costs no objects of its own', () => {
    const count = 100_000;
    const xml = `<LST>${'<a/>'.repeat(count)}</LST>`;
    expect(kept(() => parseElement(xml, DEFAULT_BOUNDS))).toBeLessThan(count * 130);
  });

  test('attributes count as elements do', () => {
    const bounds = { ...DEFAULT_BOUNDS, maxValues: 1000 };
    const attributes = (count: number): string =>
      Array.from({ length: count }, (_, index) => `a${index}=""`).join(' ');
    expect(() => parseElement(`<a ${attributes(4000)}/>`, bounds)).toThrow(
      refusal({ kind: 'too-large', facts: { bound: 'maxValues', limit: 1000 } }),
    );
    expect(() => parseElement(`<a ${attributes(3999)}/>`, bounds)).not.toThrow();
  });

  test('references do not unfold to more text than a message may hold', () => {
    const references = (count: number): string =>
      `<Obj RefId="0"><LST><Obj RefId="1"><S>${'x'.repeat(1000)}</S></Obj>${'<Ref RefId="1"/>'.repeat(count)}</LST></Obj>`;
    const bounds = { ...DEFAULT_BOUNDS, maxMessageBytes: 100_000 };
    expect(() => deserialize(references(100), { bounds })).toThrow(
      refusal({ kind: 'too-large', facts: { bound: 'maxMessageBytes', limit: 100_000 } }),
    );
    expect(deserialize(references(99), { bounds }).value).toHaveLength(100);
  });

  test('long lists of type names are not held for the session', () => {
    const texts = new Texts();
    const bytes = kept(() => {
      for (let round = 0; round < 100; round++) {
        texts.keepAll(Array.from({ length: 5000 }, (_, index) => `${round}.${index % 10}`));
      }
      return texts;
    });
    expect(bytes).toBeLessThan(1_000_000);
  });
});

describe('a call', () => {
  /** Lists that unfold: each of the values stands for `width` empty ones. */
  const unfolding = (width: number): HostValue => Array.from({ length: width }, () => null);

  const yielding = (values: readonly HostValue[]): CommandHost => ({
    powerShellVersion: '5.1',
    async *run({ statements }) {
      const [[command] = []] = statements;
      if (command?.name !== 'Get-Thing') return;
      for (const value of values) yield { kind: 'output', value: value as null };
    },
  });

  test('that yields more values than it may is stopped, and the session lives on', async () => {
    const host = yielding(Array.from({ length: 20 }, () => unfolding(100)));
    const session = await openSession(loopback(host), { bounds: { maxCallValues: 1000 } });
    expect(await session.invoke({ cmdlet: 'Get-Thing', parameters: {} })).toMatchObject({
      kind: 'unknown',
      interruption: 'too-large',
      message: 'the answer is larger than maxCallValues (1000)',
    });
    expect(await session.invoke({ cmdlet: 'Get-Other', parameters: {} })).toMatchObject({ kind: 'objects' });
    await session.close();
  });

  test('reads a list of 999,000 values in one message', async () => {
    const list = Array.from({ length: 999_000 }, (_, index) => index % 10);
    const session = await openSession(loopback(yielding([list])));
    const outcome = await session.invoke({ cmdlet: 'Get-Thing', parameters: {} });
    await session.close();
    if (outcome.kind !== 'objects') throw new Error(outcome.kind);
    expect(outcome.objects).toHaveLength(999_000);
    expect(outcome.objects.at(-1)?.properties).toEqual({ Value: 9 });
  });
});

describe('namespaces of an envelope', () => {
  /** How often an entry of a table is set while `make` runs: what a copy of all declarations costs. */
  function entriesSet(make: () => unknown): number {
    const set = jest.spyOn(Map.prototype, 'set');
    make();
    const { length } = set.mock.calls;
    set.mockRestore();
    return length;
  }

  const declaring = (count: number): string => {
    const around = Array.from({ length: count }, (_, index) => `xmlns:a${index}="u"`).join(' ');
    return `<a ${around}>${'<c:b xmlns:c="d"/>'.repeat(count)}</a>`;
  };

  test('declared anew in each element cost linear work', () => {
    const [once, twice] = [200, 400].map((count) => {
      const xml = declaring(count);
      return entriesSet(() => parseXml(xml, DEFAULT_BOUNDS));
    });
    expect(once).toBeGreaterThan(200);
    expect(twice).toBeLessThan((once ?? 0) * 3);
  });

  test('hold for their element and no longer', () => {
    const { children } = parseXml(
      '<a xmlns="u" xmlns:p="v"><b xmlns="w"><c/><p:c xmlns:p="x" p:n="1"/><p:c/></b><b/></a>',
      DEFAULT_BOUNDS,
    );
    expect(children.map(({ name }) => name)).toEqual(['{w}b', '{u}b']);
    expect(children[0]?.children.map(({ name }) => name)).toEqual(['{w}c', '{x}c', '{v}c']);
    expect([...(children[0]?.children[1]?.attributes ?? [])]).toEqual([['{x}n', '1']]);
    expect(() => parseXml('<a><b xmlns:p="u"/><p:c/></a>', DEFAULT_BOUNDS)).toThrow(
      refusal({ kind: 'protocol' }),
    );
  });
});
