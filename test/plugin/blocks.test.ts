import { checkAttributes, check, exposedSecrets } from '../../plugin/engine/check';
import { differences, equivalent, keepSpelling } from '../../plugin/engine/equality';
import { propose } from '../../plugin/engine/proposal';
import { withoutUnknown, withoutWriteOnly } from '../../plugin/engine/strip';
import { integer, path, text, UNKNOWN } from '../../schema';
import type { BlockSchema, Known, Value, Values } from '../../schema';
import { lower } from './thing';

const alike = (left: Known, right: Known) => lower(left) === lower(right);

const part: BlockSchema = {
  attributes: {
    host: text('required', '', { equals: alike }),
    port: integer('optional-computed', ''),
    id: text('computed', ''),
    secret: text('optional', '', { writeOnly: true }),
  },
};

/** Blocks of each nesting, as older providers have them, and a block within a block. */
const SCHEMA: BlockSchema = {
  attributes: {
    name: text('required', '', { equals: alike }),
    size: integer('optional', '', {
      problem: (value) => (Number(value) < 0 ? { problem: 'below zero', remedy: 'raise it' } : undefined),
    }),
    old: text('optional', '', { deprecated: 'use name' }),
  },
  blocks: {
    one: {
      nesting: 'single',
      schema: {
        attributes: {
          size: integer('optional', '', { problem: () => ({ problem: 'one is wrong', remedy: 'mend it' }) }),
          secret: text('optional', '', { writeOnly: true }),
        },
      },
    },
    row: { nesting: 'list', schema: part },
    any: {
      nesting: 'set',
      schema: {
        ...part,
        blocks: {
          inner: {
            nesting: 'list',
            schema: { attributes: { key: text('required', '', { equals: alike }) } },
          },
        },
      },
    },
  },
};

const NONE = { one: null, row: [], any: [] };
const values = (changes: Values): Values => ({ name: 'a', size: null, old: null, ...NONE, ...changes });
const item = (changes: Values): Values => ({ host: 'h', port: null, id: null, secret: null, ...changes });

describe('the checks of a configuration', () => {
  test('name the attribute, the problem and the remedy', () => {
    expect(checkAttributes(SCHEMA, values({ size: -1 }))).toEqual([
      { severity: 'error', summary: 'size is not right', detail: 'below zero; raise it', path: path('size') },
    ]);
  });

  test('warn of what is deprecated, where it is used', () => {
    expect(checkAttributes(SCHEMA, values({ old: 'x' }))).toEqual([
      { severity: 'warning', summary: 'old is deprecated', detail: 'use name', path: path('old') },
    ]);
    expect(checkAttributes(SCHEMA, values({ old: UNKNOWN }))).toEqual([]);
    expect(checkAttributes(SCHEMA, values({ old: null }))).toEqual([]);
  });

  const wrong: BlockSchema = {
    attributes: { port: integer('optional', '', { problem: () => ({ problem: 'p', remedy: 'r' }) }) },
  };
  test.each([
    ['single', { port: 1 }, [path('b', 'port')]],
    ['list', [{ port: null }, { port: 1 }], [path('b', 1, 'port')]],
    // A block in a set has no position that a person could look up.
    ['set', [{ port: null }, { port: 1 }], [path('b', 'port')]],
    ['list', [UNKNOWN, { port: 1 }], [path('b', 1, 'port')]],
    ['list', UNKNOWN, []],
    ['single', null, []],
  ] as const)('reach into a block, nesting %s: %j', (nesting, value, places) => {
    const schema: BlockSchema = { attributes: {}, blocks: { b: { nesting, schema: wrong } } };
    expect(checkAttributes(schema, { b: value }).map(({ path: at }) => at)).toEqual(places);
  });

  test('ask the definition only where no attribute is wrong', () => {
    const own = { severity: 'error', summary: 'the whole is wrong', detail: 'mend it' } as const;
    const definition = { schema: SCHEMA, validate: () => [own] };
    expect(check(definition, values({ size: -1 })).map(({ summary }) => summary)).toEqual([
      'size is not right',
    ]);
    expect(check(definition, values({ old: 'x' })).map(({ summary }) => summary)).toEqual([
      'old is deprecated',
      'the whole is wrong',
    ]);
    expect(check({ schema: SCHEMA }, values({}))).toEqual([]);
  });

  test('name a secret that an old Terraform would keep', () => {
    expect(exposedSecrets(SCHEMA, values({ one: { size: null, secret: 's' } }))).toEqual([
      {
        severity: 'error',
        summary: 'one needs Terraform 1.11 or later',
        detail:
          'It is a write-only secret, which must not be kept in the state. This version of Terraform would keep it there.',
        path: path('one'),
      },
    ]);
  });
});

describe('what a state or a plan may not hold', () => {
  test('is taken out of blocks of every nesting', () => {
    const secret = { secret: 's' };
    expect(
      withoutWriteOnly(
        SCHEMA,
        values({ one: { size: 1, ...secret }, row: [item(secret), UNKNOWN], any: [item(secret)] }),
      ),
    ).toEqual(values({ one: { size: 1, secret: null }, row: [item({}), UNKNOWN], any: [item({})] }));
    expect(withoutWriteOnly(SCHEMA, values({ row: UNKNOWN }))).toEqual(values({ row: UNKNOWN }));
  });

  test('is null where it is unknown, however deep', () => {
    expect(
      withoutUnknown(values({ name: UNKNOWN, size: 3, row: [item({ port: UNKNOWN }), UNKNOWN] })),
    ).toEqual(values({ name: null, size: 3, row: [item({}), null] }));
  });
});

describe('two values mean the same', () => {
  const name = SCHEMA.attributes['name']!;
  test.each([
    ['A', 'a', true],
    ['a', 'b', false],
    ['a', null, false],
    [null, 'a', false],
    [null, null, true],
    ['a', UNKNOWN, false],
    [UNKNOWN, 'a', false],
    [UNKNOWN, UNKNOWN, true],
  ] as const)('%j and %j: %j', (left, right, expected) => {
    expect(equivalent(name, left, right)).toBe(expected);
  });

  test('is asked only of known values: an equality need not know unknown ones, nor null', () => {
    const always = text('optional', '', { equals: () => true });
    expect(equivalent(always, 'a', 'b')).toBe(true);
    const unfit: readonly Value[] = [null, UNKNOWN, ['a', UNKNOWN]];
    for (const value of unfit) {
      expect([equivalent(always, value, 'a'), equivalent(always, 'a', value)]).toEqual([false, false]);
    }
    const strict = text('optional', '', {
      equals: (left, right) => (left as string).length === (right as string).length,
    });
    expect(equivalent(strict, null, 'a')).toBe(false);
    expect(equivalent(strict, 'a', null)).toBe(false);
  });

  test.each([
    ['an attribute', { name: 'b' }, ['name']],
    ['an attribute in other letters', { name: 'A' }, []],
    ['a single block', { one: { size: 2, secret: null } }, ['one']],
    ['a row', { row: [item({ host: 'x' })] }, ['row']],
    ['a row in other letters', { row: [item({ host: 'H' }), item({ host: 'i' })] }, []],
    ['rows in another order', { row: [item({ host: 'i' }), item({ host: 'h' })] }, ['row']],
    ['a set in other letters', { any: [item({ host: 'S', inner: [{ key: 'K' }] })] }, []],
    ['a block within a block', { any: [item({ host: 's', inner: [{ key: 'other' }] })] }, ['any']],
  ] as const)('unless it is %s that differs', (_what, changes, names) => {
    const before = values({
      one: { size: 1, secret: null },
      row: [item({}), item({ host: 'i' })],
      any: [item({ host: 's', inner: [{ key: 'k' }] })],
    });
    expect(differences(SCHEMA, before, { ...before, ...changes })).toEqual(names);
  });
});

describe('the former spelling stays', () => {
  test('of a single block', () => {
    const schema: BlockSchema = { attributes: {}, blocks: { one: { nesting: 'single', schema: part } } };
    const kept = keepSpelling(schema, { one: item({ host: 'H' }) }, { one: item({ host: 'h', port: 25 }) });
    expect(kept).toEqual({ one: item({ host: 'H', port: 25 }) });
  });

  test('of attributes, rows and a single block', () => {
    const before = values({ name: 'A', one: { size: 1, secret: null }, row: [item({ host: 'H' })] });
    const next = values({
      name: 'a',
      one: { size: 1, secret: null },
      row: [item({ host: 'h' }), item({ host: 'i' })],
    });
    expect(keepSpelling(SCHEMA, before, next)).toEqual({
      ...before,
      row: [item({ host: 'H' }), item({ host: 'i' })],
    });
  });

  test('of a block in a set, wherever it stands, which then stays in its order', () => {
    const before = values({ any: [item({ host: 'A' }), item({ host: 'B' })] });
    const next = values({ any: [item({ host: 'b' }), item({ host: 'a' }), item({ host: 'C' })] });
    expect(keepSpelling(SCHEMA, before, next)['any']).toMatchObject([
      { host: 'A' },
      { host: 'B' },
      { host: 'C' },
    ]);
  });

  test('only where there was something', () => {
    const next = values({ row: [item({})] });
    expect(keepSpelling(SCHEMA, null, next)).toBe(next);
    expect(keepSpelling(SCHEMA, values({ row: UNKNOWN }), next)).toEqual(next);
    expect(keepSpelling(SCHEMA, values({ row: [] }), values({ row: UNKNOWN }))).toEqual(
      values({ row: UNKNOWN }),
    );
    expect(keepSpelling(SCHEMA, values({ row: [item({})] }), values({ row: [UNKNOWN] }))).toEqual(
      values({ row: [UNKNOWN] }),
    );
  });
});

test('what is created has no former value with which a declared one could be compared', () => {
  const always = text('optional', '', { equals: () => true });
  expect(propose({ attributes: { always } }, null, { always: 'a' })).toEqual({ always: 'a' });
  expect(propose({ attributes: { always } }, { always: 'b' }, { always: 'a' })).toEqual({ always: 'b' });
});

describe('a proposed block', () => {
  const prior = values({
    row: [item({ host: 'H', port: 25, id: '1' })],
    any: [item({ host: 'A', port: 1, id: 'a' }), item({ host: 'B', port: 2, id: 'b' })],
  });

  test('in a row keeps what the provider gave the one at its place', () => {
    const { row } = propose(SCHEMA, prior, values({ row: [item({ host: 'h' }), item({ host: 'i' })] }));
    expect(row).toEqual([
      item({ host: 'H', port: 25, id: '1' }),
      item({ host: 'i', port: UNKNOWN, id: UNKNOWN }),
    ]);
    const moved = propose(SCHEMA, prior, values({ row: [item({ host: 'i' }), item({ host: 'h' })] }));
    expect(moved.row).toEqual([
      item({ host: 'i', port: 25, id: '1' }),
      item({ host: 'h', port: UNKNOWN, id: UNKNOWN }),
    ]);
  });

  test('in a set keeps what the provider gave the one that means the same', () => {
    const { any } = propose(
      SCHEMA,
      prior,
      values({ any: [item({ host: 'a', port: 9 }), item({ host: 'b' })] }),
    );
    // Another port is another block. The order is that of sets, in which capital letters come first.
    expect(any).toEqual([
      expect.objectContaining({ host: 'B', port: 2, id: 'b' }),
      expect.objectContaining({ host: 'a', port: 9, id: UNKNOWN }),
    ]);
  });

  test('in a set is another one where an optional attribute left the declaration', () => {
    const schema: BlockSchema = {
      attributes: {},
      blocks: {
        any: {
          nesting: 'set',
          schema: { attributes: { note: text('optional', ''), id: text('computed', '') } },
        },
      },
    };
    const before = { any: [{ note: 'x', id: '1' }] };
    const proposed = (note: string | null) => propose(schema, before, { any: [{ note, id: null }] }).any;
    expect(proposed('x')).toEqual([{ note: 'x', id: '1' }]);
    expect(proposed(null)).toEqual([{ note: null, id: UNKNOWN }]);
  });

  test('is null, unknown or not there as it is declared', () => {
    expect(propose(SCHEMA, prior, values({ row: UNKNOWN, one: null })).row).toBe(UNKNOWN);
    expect(propose(SCHEMA, prior, values({ row: [UNKNOWN] })).row).toEqual([UNKNOWN]);
    expect(propose(SCHEMA, null, values({ one: { size: 1, secret: 's' } })).one).toEqual({
      size: 1,
      secret: null,
    });
    expect(propose(SCHEMA, values({ one: { size: 1, secret: null } }), values({})).one).toBeNull();
  });
});
