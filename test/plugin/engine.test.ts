import { getMaxListeners } from 'node:events';
import { Engine } from '../../plugin/engine/engine';
import { readMemo, writeMemo, type Memo } from '../../plugin/engine/memo';
import type { ManagedResource } from '../../plugin';
import { integer, path, text, textList, UNKNOWN } from '../../schema';
import type { Diagnostic, Value, Values } from '../../schema';
import { attributes, errors, lower, provider, setUp, setUpInPlace, type Step, Target, thing } from './thing';

describe('the plan', () => {
  test('of a creation: declared values, defaults, and unknown what the provider decides', async () => {
    const { plan, config } = await setUp();
    const { planned, requiresReplace } = await plan(
      null,
      config({ name: 'A', secret: 'x', part: [{ host: 'h', secret: 'y' }] }),
    );
    expect(planned).toMatchObject({
      name: 'A',
      url: null,
      on: true,
      chosen: UNKNOWN,
      id: UNKNOWN,
      secret: null,
      part: [{ host: 'h', secret: null }],
      steps: ['make a', 'set a on'],
    });
    expect(requiresReplace).toEqual([]);
  });

  test('keeps the prior value, steps too, where nothing changes', async () => {
    const { plan, config, state } = await setUp();
    const prior = state({ name: 'a', url: 'X', tags: ['1', '2'], part: [{ host: 'h', secret: null }] });
    const { planned, diagnostics } = await plan(
      prior,
      config({ name: 'A', url: 'x', tags: ['1', '2'], secret: 'any', part: [{ host: 'H', secret: 'z' }] }),
    );
    expect(planned).toEqual(prior);
    expect(diagnostics).toEqual([]);
  });

  test('lists the steps of an update, none where only their result is unaffected', async () => {
    const { plan, config, state } = await setUp();
    const { planned } = await plan(
      state({ name: 'a', size: 1 }),
      config({ name: 'a', size: 2, part: [{ host: 'h' }] }),
    );
    expect(planned).toMatchObject({ size: 2, steps: ['set a size'], id: 'id of a' });
    expect(
      (await plan(state({ name: 'a' }), config({ name: 'a', part: [{ host: 'h' }] }))).planned,
    ).toMatchObject({
      steps: [],
    });
  });

  const felt = {
    effects: {
      attribute: 'effects',
      of: (steps: readonly Step[]) => steps.map(({ text: what }) => `${what} is felt`),
    },
    schema: {
      ...thing.schema,
      attributes: { ...thing.schema.attributes, effects: textList('computed', '') },
    },
  };

  test('says after a failure what the steps did to others that ran, as it says which ran', async () => {
    const { target, deploy, config } = await setUp(felt);
    target.failAt = 'set a on';
    const { state: left } = await deploy(null, config({ name: 'a', effects: null }));
    expect(left).toMatchObject({ steps: ['make a'], effects: ['make a is felt'] });
  });

  test('says beside the steps what they do to others, until the object is read again', async () => {
    const { plan, deploy, config, engine } = await setUp(felt);
    const wanted = config({ name: 'a', effects: null });
    expect((await plan(null, wanted)).planned).toMatchObject({
      effects: ['make a is felt', 'set a on is felt'],
    });
    const unknown = await plan(null, config({ name: 'a', url: UNKNOWN, effects: null }));
    expect(unknown.planned).toMatchObject({ effects: UNKNOWN });
    const { state: made, diagnostics } = await deploy(null, wanted);
    expect(diagnostics).toEqual([]);
    expect(made).toMatchObject({ effects: ['make a is felt', 'set a on is felt'] });
    const { state: seen } = await engine.read('test_thing', made as Values);
    expect(seen).toMatchObject({ effects: [] });
    expect((await plan(seen, wanted)).planned).toEqual(seen);
  });

  test('leaves the steps unknown while an input is', async () => {
    const { plan, config, state } = await setUp();
    expect((await plan(state({ name: 'a' }), config({ name: 'a', url: UNKNOWN }))).planned).toMatchObject({
      url: UNKNOWN,
      steps: UNKNOWN,
    });
  });

  test('asks for a replacement where the meaning changes, or may change', async () => {
    const { plan, config, state } = await setUp();
    const prior = state({ name: 'a' });
    expect((await plan(prior, config({ name: 'b' }))).requiresReplace).toEqual([path('name')]);
    expect((await plan(prior, config({ name: UNKNOWN }))).requiresReplace).toEqual([path('name')]);
    expect((await plan(prior, config({ name: 'A' }))).requiresReplace).toEqual([]);
  });

  test('takes facts from outside, which may make a change of their own', async () => {
    const { plan, config, state } = await setUp({
      inform: async () => ({
        values: { id: 'another' },
        diagnostics: [{ severity: 'warning', summary: 'look', detail: 'here' }],
      }),
    });
    const result = await plan(state({ name: 'a' }), config({ name: 'a' }));
    expect(result).toMatchObject({
      planned: { id: 'another', steps: [] },
      requiresReplace: [],
      diagnostics: [{ summary: 'look' }],
    });
  });

  test('takes a fact that is only spelled differently for no change', async () => {
    const id = text('computed', '', { equals: (a, b) => lower(a) === lower(b) });
    const { plan, config, state } = await setUp({
      schema: { ...thing.schema, attributes: { ...attributes, id } },
      inform: async () => ({ values: { id: 'ID OF A' } }),
    });
    const prior = state({ name: 'a' });
    expect((await plan(prior, config({ name: 'a' }))).planned).toEqual(prior);
  });

  test('tells the definition which kind of change it is asked about, as the apply does', async () => {
    type Asked = Pick<Parameters<typeof thing.steps>[0], 'kind' | 'prior' | 'planned'>;
    const kindOf = ({ prior, planned }: Asked) =>
      planned === null ? 'destroy' : prior === null ? 'create' : 'update';
    const told = new Set<string>();
    const right = new Set<string>();
    const note = (who: string, change: Asked) => {
      told.add(`${who} ${change.kind}`);
      right.add(`${who} ${kindOf(change)}`);
    };
    const { engine, deploy, config, state, target } = await setUpInPlace({
      inform: async (change) => {
        note('inform', change);
        return {};
      },
      resume: async (change) => {
        note('resume', change);
        return null;
      },
      steps: (change, on) => {
        note('steps', change);
        return thing.steps(change, on);
      },
    });
    await deploy(null, config({ name: 'a' }));
    await deploy(null, config({ name: 'a', url: 'found' }));
    await deploy(state({ name: 'a', url: 'found' }), config({ name: 'a', url: 'changed' }));
    await engine.configure({}, '1.11.4');
    await deploy(state({ name: 'a' }), null);
    expect(target.ran).toEqual(['make a', 'set a on', 'set a url', 'set a url', 'remove a']);
    expect(told).toEqual(right);
    expect([...told].sort()).toEqual([
      'inform create',
      'inform destroy',
      'inform update',
      'resume update',
      'steps create',
      'steps destroy',
      'steps update',
    ]);
  });

  test('refuses a change of what says which object it is, at its place, with both ways on', async () => {
    const { plan, config, state } = await setUpInPlace();
    const { diagnostics, requiresReplace } = await plan(state({ name: 'a' }), config({ name: 'b' }));
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'name of this test_thing cannot change', path: path('name') },
    ]);
    expect(diagnostics[0]?.detail).toMatch(/"a"[^]*"b"[^]*terraform state rm/);
    expect(requiresReplace).toEqual([]);
    for (const name of ['A', UNKNOWN] as const) {
      expect((await plan(state({ name: 'a' }), config({ name }))).diagnostics).toEqual([]);
    }
  });

  test('of a destroy warns with the exact steps', async () => {
    const { plan, state, target } = await setUpInPlace();
    target.objects.set('a', {});
    const result = await plan(state({ name: 'a' }), null);
    expect(result.planned).toBeNull();
    expect(result.diagnostics).toEqual([
      { severity: 'warning', summary: 'Destroying test_thing a runs one step', detail: '  1. remove a' },
    ]);
  });

  test('of a destroy goes by what is there now, which Terraform reads only afterwards', async () => {
    const { plan, state, target, deploy } = await setUpInPlace({
      steps: ({ prior }) => [
        ...(prior?.['size'] === 1 ? [{ text: 'shrink a', name: 'a', set: { size: 0 } }] : []),
        { text: 'remove a', name: 'a', set: null },
      ],
    });
    const prior = state({ name: 'a', size: 1 });
    expect((await plan(prior, null)).diagnostics).toEqual([]);
    target.objects.set('a', { size: 0 });
    const { diagnostics } = await plan(prior, null);
    expect(diagnostics.map(({ detail }) => detail)).toEqual(['  1. remove a']);
    expect(await deploy(prior, null)).toMatchObject({ state: null, diagnostics: [] });
    expect(target.ran).toEqual(['remove a']);
  });

  test('of a destroy that runs nothing looks for nothing, and goes past what does not answer', async () => {
    const { plan, state, target } = await setUpInPlace({ steps: () => [], destroyNote: 'It is forgotten.' });
    target.readFails = true;
    const { diagnostics } = await plan(state({ name: 'a' }), null);
    expect(diagnostics).toEqual([
      {
        severity: 'warning',
        summary: 'Destroying test_thing runs nothing',
        detail: 'It is forgotten.',
      },
    ]);
    expect(target.reads).toBe(0);
  });

  test('of a destroy that runs nothing says so only where the definition has a sentence for it', async () => {
    const silent = await setUp({ steps: () => [] });
    expect((await silent.plan(silent.state({ name: 'a' }), null)).diagnostics).toEqual([]);
    const told = await setUp({ steps: () => [], destroyNote: 'It is forgotten.' });
    expect((await told.plan(told.state({ name: 'a' }), null)).diagnostics).toMatchObject([
      { detail: 'It is forgotten.' },
    ]);
  });
});

describe('what stands against the steps', () => {
  async function vetting(found: readonly Diagnostic[] = []) {
    const asked: string[][] = [];
    const rig = await setUp({
      vet: async (steps) => {
        asked.push(steps.map(({ text }) => text));
        return found;
      },
    });
    return { ...rig, asked };
  }
  const objection: Diagnostic = { severity: 'error', summary: 'it may not', detail: 'no right' };

  test('is said in the plan of a creation, an update and a destroy, of exactly their steps', async () => {
    const { plan, config, state, asked } = await vetting([objection]);
    expect(errors((await plan(null, config({ name: 'a', url: 'u' }))).diagnostics)).toEqual(['it may not']);
    const updated = await plan(state({ name: 'a' }), config({ name: 'a', url: 'u' }));
    expect(errors(updated.diagnostics)).toEqual(['it may not']);
    expect(errors((await plan(state({ name: 'b' }), null)).diagnostics)).toEqual(['it may not']);
    expect(asked).toEqual([['make a', 'set a url', 'set a on'], ['set a url'], ['remove b']]);
  });

  test('is not asked where nothing is to be done, where the steps are unknown, or after an error', async () => {
    const { plan, config, state, asked } = await vetting();
    await plan(state({ name: 'a', url: 'u' }), config({ name: 'a', url: 'U' }));
    const withoutSteps = await plan(state({ name: 'a' }), config({ name: 'a', part: [{ host: 'h' }] }));
    expect(withoutSteps.planned).toMatchObject({ steps: [] });
    await plan(state({ name: 'a' }), config({ name: 'a', url: UNKNOWN }));
    await plan(null, config({ name: 'a', url: UNKNOWN }));
    expect(asked).toEqual([]);
    // Steps that a plan does not show are none.
    const unchanged = await setUp({
      steps: () => [{ text: 'again', name: 'a', set: {} }],
      vet: async () => [objection],
    });
    const same = await unchanged.plan(unchanged.state({ name: 'a' }), unchanged.config({ name: 'a' }));
    expect(same.diagnostics).toEqual([]);
    const wrong = await setUp({
      inform: async () => ({ diagnostics: [{ severity: 'error', summary: 'wrong', detail: '' }] }),
      vet: async () => [objection],
    });
    const { diagnostics } = await wrong.plan(null, wrong.config({ name: 'a' }));
    expect(errors(diagnostics)).toEqual(['wrong']);
  });
});

describe('the apply', () => {
  test('runs the steps in order and reads back', async () => {
    const { deploy, config, target } = await setUp();
    const { state, diagnostics } = await deploy(null, config({ name: 'A', url: 'U', secret: 's' }));
    expect(diagnostics).toEqual([]);
    expect(target.ran).toEqual(['make a', 'set a url', 'set a on']);
    expect(state).toMatchObject({
      name: 'A',
      url: 'U',
      chosen: 'by provider',
      id: 'id of a',
      secret: null,
      steps: target.ran,
    });
  });

  test('keeps the planned spelling where reading shows another one', async () => {
    const { deploy, config } = await setUp({
      read: async (state) => ({ state: { ...state, url: 'http://x', chosen: 'c', id: 'i' } }),
    });
    expect((await deploy(null, config({ name: 'a', url: 'HTTP://X' }))).state).toMatchObject({
      url: 'HTTP://X',
    });
  });

  test('says which attribute did not take, and keeps what is really there', async () => {
    let reads = 0;
    const { deploy, config } = await setUp({
      read: async (state) => {
        reads += 1;
        return { state: { ...state, size: 5, chosen: 'c', id: 'i' } };
      },
    });
    const { state, diagnostics } = await deploy(null, config({ name: 'a', size: 7 }));
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'size did not take', path: path('size') },
    ]);
    expect(diagnostics[0]?.detail).toMatch(/shows 5, not 7 as planned/);
    expect(state).toMatchObject({ size: 5 });
    // The definition does not say how to look again.
    expect(reads).toBe(1);
  });

  describe('waits for a change that shows only after a while, where the definition says how to look again', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    /** Where reading shows what was set only from one read on. */
    async function slowToShow({ from, before }: { readonly from: number; readonly before: Values | null }) {
      const counts = { reads: 0, settled: 0 };
      const rig = await setUp({
        read: async (state) => {
          counts.reads += 1;
          return { state: counts.reads < from ? before : { ...state, size: 7, chosen: 'c', id: 'i' } };
        },
        settle: () => (counts.settled += 1),
      });
      return { ...rig, counts, applying: rig.deploy(null, rig.config({ name: 'a', size: 7 })) };
    }
    const other = { name: 'a', size: 5, on: true, chosen: 'c', id: 'i' };

    test.each([
      ['another value', other],
      ['no object', null],
    ])('at first there is %s', async (_what, before) => {
      const { applying, counts } = await slowToShow({ from: 3, before });
      await jest.advanceTimersByTimeAsync(750);
      expect(await applying).toMatchObject({ state: { size: 7 }, diagnostics: [] });
      expect(counts).toEqual({ reads: 3, settled: 2 });
    });

    test('for about eight seconds', async () => {
      const { applying, counts } = await slowToShow({ from: 7, before: other });
      await jest.advanceTimersByTimeAsync(7_749);
      expect(counts.reads).toBe(5);
      await jest.advanceTimersByTimeAsync(1);
      expect(errors((await applying).diagnostics)).toEqual(['size did not take']);
      expect(counts.reads).toBe(6);
    });

    test('no longer than until a person stops it', async () => {
      const { applying, counts, engine } = await slowToShow({ from: 7, before: other });
      await jest.advanceTimersByTimeAsync(300);
      engine.stop();
      await jest.advanceTimersByTimeAsync(500);
      expect(errors((await applying).diagnostics)).toEqual(['size did not take']);
      expect(counts.reads).toBe(3);
    });
  });

  test('runs nothing where it would run other steps than the plan showed', async () => {
    const { engine, plan, config, target } = await setUp();
    const wanted = config({ name: 'a', url: 'u' });
    const { planned, memo } = await plan(null, wanted);
    const result = await engine.apply('test_thing', {
      prior: null,
      planned: { ...planned, steps: ['make a', 'set a on'] },
      config: wanted,
      memo,
    });
    expect(result).toEqual({
      state: null,
      diagnostics: [
        {
          severity: 'error',
          summary: 'test_thing would now run other steps than the plan showed',
          detail:
            'Nothing was run for this object. Now these steps would run:\n  1. make a\n  2. set a url\n  3. set a on\n' +
            'Plan again and review the new steps.',
        },
      ],
    });
    expect(target.ran).toEqual([]);
  });

  test('removes by what the state says, where another version of the provider planned it', async () => {
    const { engine, state, target } = await setUp();
    target.objects.set('a', {});
    const removal = {
      prior: state({ name: 'a' }),
      planned: null,
      config: null,
      memo: readMemo(Buffer.from('?')),
    };
    expect(await engine.apply('test_thing', removal)).toEqual({ state: null, diagnostics: [] });
    expect(target.ran).toEqual(['remove a']);
    // What was removed is not looked for.
    expect(target.reads).toBe(0);
  });

  test('after a failure keeps what is there and says where it stopped', async () => {
    const { deploy, config, target, state } = await setUp();
    target.objects.set('a', { id: 'id of a' });
    target.failAt = 'set a size';
    const result = await deploy(state({ name: 'a' }), config({ name: 'a', url: 'u', size: 1, tags: ['t'] }));
    expect(result.state).toMatchObject({ url: 'u', size: null, tags: null, steps: ['set a url'] });
    expect(result.diagnostics).toEqual([
      {
        severity: 'error',
        summary: 'broke',
        detail:
          'as asked\n\nStep 2 of 3: set a size\n' +
          'The steps before it are done; the steps after it were not run. Plan and apply again to run them.',
      },
    ]);
  });

  test('after a failure that made nothing keeps nothing, whether it can be read or not', async () => {
    const { deploy, config, target } = await setUp();
    target.failAt = 'make a';
    expect(await deploy(null, config({ name: 'a' }))).toMatchObject({ state: null });
    target.readFails = true;
    expect(await deploy(null, config({ name: 'a' }))).toMatchObject({
      state: null,
      diagnostics: [{ summary: 'broke' }, { summary: 'test_thing could not be read after the failure' }],
    });
  });

  test('passes on what a step warns of as it is, beside its error and without one', async () => {
    const warning: Diagnostic = { severity: 'warning', summary: 'slow', detail: 'a minute' };
    const { deploy, config, target } = await setUp({
      find: async () => ({ existing: null }),
      execute: async (step, on, context) => [warning, ...(await thing.execute(step, on, context))],
    });
    target.failAt = 'set a on';
    const { diagnostics } = await deploy(null, config({ name: 'a' }));
    expect(diagnostics).toMatchObject([warning, warning, { summary: 'broke' }, { severity: 'warning' }]);
  });

  test('asks for what is there without unknown values, after a failure too', async () => {
    const asked: Value[] = [];
    const { deploy, config, target } = await setUp({
      read: async (state, on) => {
        asked.push(...Object.values(state));
        return thing.read(state, on);
      },
    });
    target.failAt = 'set b on';
    await deploy(null, config({ name: 'a' }));
    await deploy(null, config({ name: 'b' }));
    expect(asked).toContain('b');
    expect(asked).not.toContain(UNKNOWN);
  });

  describe('of an object that a creation finds', () => {
    const foundNote = () => 'Say that it was there before.';

    test('says what differs, old and new, what to declare, and what a removal will run', async () => {
      const { plan, config, target } = await setUpInPlace({ foundNote });
      target.objects.set('a', { url: 'old', size: 5 });
      const { diagnostics } = await plan(null, config({ name: 'A', url: 'new', size: 5 }));
      expect(diagnostics).toEqual([
        {
          severity: 'warning',
          summary: 'test_thing A exists already',
          detail:
            'A deploy changes it in place where it differs from the declaration:\n  url: "old" -> "new"\n' +
            'Say that it was there before.\n' +
            'From then on Terraform manages it. Taking it out of the declaration will run\n  1. remove a',
        },
      ]);
    });

    test('says that it is as declared', async () => {
      const { plan, config, target } = await setUpInPlace({ foundNote });
      target.objects.set('a', { url: 'same' });
      const { diagnostics } = await plan(null, config({ name: 'a', url: 'SAME' }));
      expect(diagnostics[0]?.detail).toContain(
        'It is as declared. A deploy only adds it to the Terraform state.',
      );
    });

    test('shows no secret, but blocks', async () => {
      const size = integer('optional', '', { sensitive: true });
      const name = { ...attributes['name']!, identity: true };
      const { plan, config, target } = await setUpInPlace({
        foundNote,
        schema: { ...thing.schema, attributes: { ...attributes, name, size } },
        inform: async () => ({ values: { id: 'another' } }),
      });
      target.objects.set('a', { id: 'id of a', url: 'old', size: 5, tags: ['x'] });
      const wanted = config({ name: 'a', url: UNKNOWN, size: 7, tags: ['y'], part: [{ host: 'h' }] });
      expect((await plan(null, wanted)).diagnostics[0]?.detail.split('\n').slice(0, 4)).toEqual([
        'A deploy changes it in place where it differs from the declaration:',
        '  size: a sensitive value -> a sensitive value',
        '  tags: ["x"] -> ["y"]',
        '  part: [] -> [{"host":"h","secret":null}]',
      ]);
    });

    test('does not say that it is there where reading it failed', async () => {
      const denied: Diagnostic = { severity: 'error', summary: 'Access is denied', detail: 'ask for it' };
      const { plan, config } = await setUpInPlace({
        foundNote,
        find: async (planned) => ({ existing: { name: planned['name'] ?? null }, diagnostics: [denied] }),
      });
      expect((await plan(null, config({ name: 'a' }))).diagnostics).toEqual([denied]);
    });

    test('says nothing of one that is not there, nor of one that the state holds', async () => {
      const { plan, config, state, target } = await setUpInPlace({ foundNote });
      expect((await plan(null, config({ name: 'a' }))).diagnostics).toEqual([]);
      target.objects.set('a', {});
      expect((await plan(state({ name: 'a' }), config({ name: 'a' }))).diagnostics).toEqual([]);
    });
  });

  describe('says what is seen after a failure', () => {
    const find: NonNullable<typeof thing.find> = async () => ({ existing: null });
    /** A step that does its work and has an error all the same. */
    const execute: typeof thing.execute = async (step, on, context) => [
      ...(await thing.execute(step, on, context)),
      { severity: 'error', summary: 'broke afterwards', detail: 'it went on' },
    ];
    const detailOf = (diagnostics: readonly Diagnostic[]) => diagnostics[0]?.detail;

    test('where the step did its work all the same, and others are left', async () => {
      const read: typeof thing.read = async (state) => ({ state: { ...state, size: 5, id: 'i' } });
      const { deploy, config } = await setUp({ find, execute, read });
      const { diagnostics } = await deploy(null, config({ name: 'a', size: 7 }));
      expect(detailOf(diagnostics)).toMatch(
        /\nThe object was read back after the error: it is not as declared:\n {2}size is 5, not 7$/,
      );
    });

    test('of each attribute that is not as declared', async () => {
      const read: typeof thing.read = async (state) => ({ state: { ...state, url: null, size: 5, id: 'i' } });
      const { deploy, config } = await setUp({ find, execute, read });
      const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u', size: 7 }));
      expect(detailOf(diagnostics)).toMatch(
        /it is not as declared:\n {2}url is null, not "u"\n {2}size is 5, not 7$/,
      );
    });

    test('of the object as it was to become, where it is no longer found as it was', async () => {
      const read: typeof thing.read = async (state) => ({ state: state.url === 'new' ? state : null });
      const { deploy, config, state } = await setUp({ find, execute, read });
      const { diagnostics } = await deploy(
        state({ name: 'a', url: 'old' }),
        config({ name: 'a', url: 'new' }),
      );
      expect(detailOf(diagnostics)).toContain('everything that can be read is as declared.');
    });

    test('where all is as declared', async () => {
      const { deploy, config, target, state } = await setUp({ find, execute });
      target.objects.set('a', { id: 'id of a' });
      const { diagnostics } = await deploy(state({ name: 'a' }), config({ name: 'a', url: 'u' }));
      expect(detailOf(diagnostics)).toContain(
        'The object was read back after the error: everything that can be read is as declared.',
      );
    });

    test('where nothing was made', async () => {
      const { deploy, config, target } = await setUp({ find });
      target.failAt = 'make a';
      const { diagnostics } = await deploy(null, config({ name: 'a' }));
      expect(diagnostics).toHaveLength(1);
      expect(detailOf(diagnostics)).toContain('The object was read back after the error: it does not exist.');
    });

    test('where a removal did not remove', async () => {
      const { deploy, target, state } = await setUp({ find });
      target.objects.set('a', { id: 'id of a' });
      target.failAt = 'remove a';
      const { diagnostics } = await deploy(state({ name: 'a' }), null);
      expect(detailOf(diagnostics)).toContain('The object was read back after the error: it still exists.');
    });

    test('nothing of a check, which stands for no object', async () => {
      const { deploy, config, state, target } = await setUp({ find, isCheck: true });
      target.failAt = 'set a url';
      const created = await deploy(null, config({ name: 'a', url: 'u' }));
      expect(created).toMatchObject({ state: null, diagnostics: [{ summary: 'broke' }] });
      expect(created.diagnostics).toHaveLength(1);
      const before = state({ name: 'a', url: 'old' });
      const changed = await deploy(before, config({ name: 'a', url: 'u', size: 7 }));
      // The next plan shows the same change again.
      expect(changed.state).toEqual(before);
      expect(detailOf([...created.diagnostics, ...changed.diagnostics])).not.toContain('was read back');
      expect(target.reads).toBe(0);
    });

    test('nothing, where it cannot be read', async () => {
      const { deploy, config, target } = await setUp({ find });
      target.failAt = 'set a url';
      target.readFails = true;
      const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u' }));
      expect(detailOf(diagnostics)).not.toContain('was read back');
    });
  });

  test('keeps a half-made object even where it cannot be read', async () => {
    const { deploy, config, target } = await setUp();
    target.failAt = 'set a url';
    target.readFails = true;
    const result = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(result).toMatchObject({ state: { name: 'a', steps: ['make a'] } });
    expect(errors(result.diagnostics)).toEqual(['broke', 'test_thing could not be read after the failure']);
  });

  test('keeps an object that was made and cannot be read back', async () => {
    const { deploy, config, state, target } = await setUp();
    target.readFails = true;
    const made = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(made).toMatchObject({ state: { name: 'a', url: 'u' } });
    expect(errors(made.diagnostics)).toEqual(['test_thing could not be read after the apply']);
    // Of an update the next plan sees what took effect.
    const changed = await deploy(state({ name: 'a', url: 'u' }), config({ name: 'a', url: 'v' }));
    expect(changed).toMatchObject({ state: { name: 'a', url: 'u' } });
  });

  test('ends an apply whose step never ends after an error that nobody caught, with what is known', async () => {
    jest.useFakeTimers();
    try {
      const { engine, deploy, config, state } = await setUp({
        execute: (step, target, context) =>
          step.text === 'set a url' ? new Promise(() => undefined) : thing.execute(step, target, context),
      });
      const applying = deploy(null, config({ name: 'a', url: 'u' }));
      await jest.advanceTimersByTimeAsync(1);
      engine.breakOff();
      await jest.advanceTimersByTimeAsync(60_000);
      const result = await applying;
      expect(result).toMatchObject({ state: { name: 'a', steps: ['make a'] } });
      expect(errors(result.diagnostics)).toEqual(['test_thing: a step failed']);
      expect(result.diagnostics[0]?.detail).toMatch(
        /^The operation did not end after an error inside the provider\.\n\nStep 2 of 3: set a url\n/,
      );
      const later = await engine.read('test_thing', state({ name: 'a' }));
      expect(later.state).toMatchObject({ name: 'a' });
    } finally {
      jest.useRealTimers();
    }
  });

  test('keeps an object whose removal failed', async () => {
    const { deploy, target, state } = await setUp();
    target.objects.set('a', { id: 'id of a' });
    target.failAt = 'remove a';
    expect((await deploy(state({ name: 'a' }), null)).state).toMatchObject({ name: 'a', id: 'id of a' });
    target.failAt = undefined;
    expect((await deploy(state({ name: 'a' }), null)).state).toBeNull();
    expect(target.ran).toEqual(['remove a']);
  });

  test('may be one of many at once, all of which listen whether they are to stop', async () => {
    const limits: number[] = [];
    const { deploy, config } = await setUp({
      execute: async (step, on, context) => {
        limits.push(getMaxListeners(context.signal));
        return thing.execute(step, on, context);
      },
    });
    await deploy(null, config({ name: 'a', url: 'u' }));
    // Node would warn of a leak from the eleventh on, in Terraform's log.
    expect(new Set(limits)).toEqual(new Set([Infinity]));
  });

  test('stops before the next step once it is asked to', async () => {
    const { deploy, config, target, engine } = await setUp({
      execute: async (step, on) => {
        on.ran.push(step.text);
        engine.stop();
        return [];
      },
    });
    const result = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(target.ran).toEqual(['make a']);
    expect(errors(result.diagnostics)).toEqual(['Stopped on request']);
  });

  test('a rejected step is a failed step', async () => {
    const { deploy, config } = await setUp({ execute: async () => Promise.reject(new Error('line cut')) });
    const { diagnostics } = await deploy(null, config({ name: 'a' }));
    expect(diagnostics[0]?.detail).toMatch(/^line cut\n/);
  });
});

describe('an object that is changed in place', () => {
  test('of which the creation fails keeps nothing in the state, and says what stands and how to take it away', async () => {
    const { deploy, config, target } = await setUpInPlace();
    target.failAt = 'set a size';
    const { state, diagnostics } = await deploy(null, config({ name: 'A', url: 'u', size: 1 }));
    expect(state).toBeNull();
    expect(diagnostics.map(({ severity, summary }) => [severity, summary])).toEqual([
      ['error', 'broke'],
      ['warning', 'test_thing is only partly created'],
    ]);
    expect(diagnostics[1]?.detail).toMatch(/Plan again: the plan finds it[^]*by hand:\n {2}1\. remove a$/);
  });

  test.each([
    ['of which the first step fails', 'make a', 'broke', 'failure'],
    ['of which a later step fails', 'set a size', 'broke', 'failure'],
    ['of which every step succeeds', undefined, undefined, 'apply'],
  ])(
    '%s, but which cannot be read then, may exist outside of the state',
    async (_when, failAt, broke, after) => {
      const { deploy, config, target } = await setUpInPlace({ find: async () => ({ existing: null }) });
      target.failAt = failAt;
      target.readFails = true;
      const { state, diagnostics } = await deploy(null, config({ name: 'a', url: 'u', size: 1 }));
      expect(state).toBeNull();
      expect(errors(diagnostics)).toEqual([
        ...(broke === undefined ? [] : [broke]),
        `test_thing could not be read after the ${after}`,
      ]);
      expect(diagnostics.at(-1)).toEqual({
        severity: 'warning',
        summary: 'test_thing may be only partly created',
        detail:
          'The object may exist, but is not in the Terraform state. Plan again: if it exists, the plan finds it and shows the steps that are left. If you do not want the object any more, remove it by hand:\n  1. remove a',
      });
    },
  );

  test('that was there before and cannot be read after a failure exists all the same', async () => {
    const { deploy, config, target } = await setUpInPlace({
      find: async () => ({ existing: { name: 'a', url: 'old', id: 'id of a', on: true, chosen: 'c' } }),
    });
    target.failAt = 'set a size';
    target.readFails = true;
    const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u', size: 1 }));
    expect(diagnostics.at(-1)).toEqual({
      severity: 'warning',
      summary: 'test_thing may be only partly changed',
      detail:
        'The object exists, but is not in the Terraform state. Plan again: the plan finds it and shows the steps that are left.',
    });
  });

  test.each(['find', 'resume'] as const)(
    'is found without its secrets (%s), which no memo keeps',
    async (by) => {
      const existing = { name: 'a', size: 1, secret: 'canary', on: true, chosen: 'c', id: 'id of a' };
      const { plan, config, state } = await setUpInPlace({
        find: async () => ({ existing }),
        resume: async () => existing,
      });
      const prior = by === 'find' ? null : state({ name: 'a' });
      const { memo } = await plan(prior, config({ name: 'a', size: 2, secret: 'canary' }));
      expect(memo.existing).toMatchObject({ size: 1, secret: null });
      expect(Buffer.from(writeMemo(memo)).toString()).not.toContain('canary');
    },
  );

  test('is finished by a creation that runs the rest', async () => {
    const { deploy, plan, config, target } = await setUpInPlace();
    const wanted = config({ name: 'A', url: 'u', size: 1 });
    target.failAt = 'set a size';
    await deploy(null, wanted);
    target.failAt = undefined;
    target.ran.length = 0;
    expect((await plan(null, wanted)).planned).toMatchObject({ name: 'A', steps: ['set a size'] });
    expect(await deploy(null, wanted)).toMatchObject({ state: { size: 1 }, diagnostics: [] });
    expect(target.ran).toEqual(['set a size']);
  });

  test('of which the creation changed nothing leaves nothing to say', async () => {
    const { deploy, config, target } = await setUpInPlace();
    target.objects.set('a', { id: 'id of a', size: 1 });
    target.failAt = 'set a size';
    const { state, diagnostics } = await deploy(null, config({ name: 'a', size: 2 }));
    expect([state, diagnostics.length, errors(diagnostics)]).toEqual([null, 1, ['broke']]);
  });

  test('counts as unchanged in what cannot be read of it', async () => {
    const there = { name: 'a', on: true, chosen: 'by provider', id: 'id of a' };
    const { deploy, config, target } = await setUpInPlace({
      find: async () => ({ existing: there }),
      // The size is taken over, as of all that cannot be read.
      read: async (state) => ({ state: { ...there, size: state.size ?? null } }),
    });
    target.failAt = 'set a size';
    const { diagnostics } = await deploy(null, config({ name: 'a', size: 2 }));
    expect([diagnostics.length, errors(diagnostics)]).toEqual([1, ['broke']]);
  });

  test('of which an update fails stays in the state, as it is now', async () => {
    const { deploy, config, state: stateOf, target } = await setUpInPlace();
    target.objects.set('a', { id: 'id of a', url: 'old', size: 1 });
    target.failAt = 'set a size';
    const { state, diagnostics } = await deploy(
      stateOf({ name: 'a', url: 'old', size: 1 }),
      config({ name: 'a', url: 'new', size: 2 }),
    );
    expect(state).toMatchObject({ name: 'a', url: 'new', size: 1, steps: ['set a url'] });
    expect([diagnostics.length, errors(diagnostics)]).toEqual([1, ['broke']]);
  });

  test('that was there before the creation is not to be taken away by hand', async () => {
    const { deploy, config, target } = await setUpInPlace();
    target.objects.set('a', { id: 'id of a', url: 'old', size: 1 });
    target.failAt = 'set a size';
    const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u', size: 2 }));
    expect(diagnostics[1]).toEqual({
      severity: 'warning',
      summary: 'test_thing is only partly changed',
      detail:
        'The object exists, but is not in the Terraform state. Plan again: the plan finds it and shows the steps that are left.',
    });
  });

  test('of which something did not take keeps nothing in the state', async () => {
    const { deploy, config } = await setUpInPlace({
      read: async (state) => ({ state: { ...state, size: 5, chosen: 'c', id: 'i' } }),
      find: async () => ({ existing: null }),
    });
    const { state, diagnostics } = await deploy(null, config({ name: 'a', size: 7 }));
    expect([state, errors(diagnostics)]).toEqual([null, ['size did not take']]);
  });

  test('is not looked for, and the steps stay open, while its name is unknown', async () => {
    const { plan, config } = await setUpInPlace({
      find: () => Promise.reject(new Error('too early')),
      steps: () => [],
    });
    const { planned, diagnostics } = await plan(null, config({ name: UNKNOWN }));
    expect(planned).toMatchObject({ steps: UNKNOWN });
    expect(diagnostics).toEqual([]);
  });

  const whole = async () => {
    const set = await setUpInPlace();
    set.target.objects.set('a', { id: 'id of a', on: true });
    return { ...set, tainted: set.state({ name: 'a' }), wanted: set.config({ name: 'a' }) };
  };
  const LEFT = 'test_thing was not removed';
  const summaries = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ summary }) => summary);

  test('that was marked (taint) is found by its creation, and its removal before that runs nothing', async () => {
    const { engine, plan, deploy, tainted, wanted, target } = await whole();
    const { memo } = await plan(null, wanted);
    await engine.configure({}, '1.11.4');
    const removal = await engine.apply('test_thing', {
      prior: tainted,
      planned: null,
      config: null,
      memo: readMemo(writeMemo(memo)),
    });
    expect([removal.state, summaries(removal.diagnostics)]).toEqual([null, [LEFT]]);
    expect(removal.diagnostics[0]?.detail).toMatch(/by hand:\n {2}1\. remove a/);
    expect(await deploy(null, wanted)).toMatchObject({ state: { name: 'a' }, diagnostics: [] });
    expect(target.ran).toEqual([]);
  });

  test('that was marked is not removed after its creation, nor by a later deploy', async () => {
    const { engine, deploy, removeDeposed, tainted, wanted, target } = await whole();
    await deploy(null, wanted);
    const now = await removeDeposed(tainted);
    expect([now.state, summaries(now.diagnostics)]).toEqual([null, [LEFT]]);
    await engine.configure({}, '1.11.4');
    expect(summaries((await removeDeposed(tainted)).diagnostics)).toContain(LEFT);
    expect(target.ran).toEqual([]);
  });

  test('is removed where it left the declaration', async () => {
    const { deploy, tainted, target } = await whole();
    expect((await deploy(tainted, null)).state).toBeNull();
    expect(target.ran).toEqual(['remove a']);
  });

  test('is not replaced on request (-replace)', async () => {
    const { plan, tainted, wanted } = await whole();
    const { memo } = await plan(tainted, wanted);
    const { diagnostics } = await plan(null, wanted, readMemo(writeMemo(memo)));
    expect(errors(diagnostics)).toEqual(['test_thing is not replaced']);
  });
});

describe('an object that Terraform replaces, since nothing finds the old one', () => {
  /** As Terraform does it: it plans the change, then a creation, whose memo goes to the removal too. */
  async function replacement(changes: Partial<ManagedResource<Target, Step>> = {}) {
    const set = await setUp(changes);
    set.target.objects.set('a', { id: 'id of a' });
    const prior = set.state({ name: 'a' });
    const wanted = set.config({ name: 'b' });
    const change = await set.plan(prior, wanted);
    expect(change.requiresReplace).toEqual([path('name')]);
    const creation = await set.plan(null, wanted, change.memo);
    expect(creation.diagnostics).toEqual([]);
    await set.engine.configure({}, '1.11.4');
    const memo = readMemo(writeMemo(creation.memo));
    const remove = () => set.engine.apply('test_thing', { prior, planned: null, config: null, memo });
    const make = () =>
      set.engine.apply('test_thing', { prior: null, planned: creation.planned, config: wanted, memo });
    return { ...set, prior, remove, make };
  }

  test('is removed and made anew', async () => {
    const { remove, make, target } = await replacement();
    expect(await remove()).toEqual({ state: null, diagnostics: [] });
    expect(await make()).toMatchObject({ state: { name: 'b' }, diagnostics: [] });
    expect(target.ran).toEqual(['remove a', 'make b', 'set b on']);
  });

  test('is not removed by other steps than those at its plan', async () => {
    let manner = 'remove a';
    const { remove, prior, target } = await replacement({
      steps: (change, on) =>
        change.kind === 'destroy' ? [{ text: manner, name: 'a', set: null }] : thing.steps(change, on),
    });
    manner = 'remove a and all that is in it';
    const { state, diagnostics } = await remove();
    expect(state).toEqual(prior);
    expect(errors(diagnostics)).toEqual([
      'Destroying test_thing would now run other steps than the plan showed',
    ]);
    expect(target.ran).toEqual([]);
  });

  test('is removed after the new one was made (create_before_destroy), which leaves the old one over', async () => {
    const { plan, make, removeDeposed, prior, target } = await replacement();
    await make();
    expect((await plan(prior, null)).memo).toMatchObject({ removal: ['remove a'] });
    expect(await removeDeposed(prior)).toEqual({ state: null, diagnostics: [] });
    expect(target.ran).toEqual(['make b', 'set b on', 'remove a']);
  });
});

describe('what an update goes on from', () => {
  test('is the state where no more is done', async () => {
    const { plan, config, state } = await setUp({ resume: async () => null });
    const { planned } = await plan(state({ name: 'a' }), config({ name: 'a', url: 'u' }));
    expect(planned).toMatchObject({ steps: ['set a url'] });
  });

  test('is not looked for where nothing changes', async () => {
    const { plan, config, state } = await setUp({ resume: () => Promise.reject(new Error('in vain')) });
    const prior = state({ name: 'a' });
    expect((await plan(prior, config({ name: 'a' }))).planned).toEqual(prior);
  });
});

describe('what a removal would run', () => {
  const setUpRemoval = () =>
    setUpInPlace({
      schema: { ...thing.schema, attributes: { ...attributes, removal: textList('computed', '') } },
      removalAttribute: 'removal',
    });

  test('stands in the state after each read and each apply', async () => {
    const { engine, deploy, config, state, target } = await setUpRemoval();
    expect((await deploy(null, config({ name: 'a', removal: null }))).state).toMatchObject({
      removal: ['remove a'],
    });
    target.objects.set('a', {});
    const read = await engine.read('test_thing', state({ name: 'a', removal: null }));
    expect(read.state).toMatchObject({ steps: [], removal: ['remove a'] });
  });

  test('is left open by a plan that changes it, and stays as it was in others', async () => {
    const { plan, config, state } = await setUpRemoval();
    const created = await plan(null, config({ name: 'a', removal: null }));
    expect(created.planned).toMatchObject({ removal: UNKNOWN, steps: ['make a', 'set a on'] });
    const wanted = config({ name: 'a', size: 2, removal: null });
    const same = await plan(state({ name: 'a', removal: ['remove a'] }), wanted);
    expect(same.planned).toMatchObject({ removal: ['remove a'], size: 2 });
    const other = await plan(state({ name: 'a', removal: ['remove it'] }), wanted);
    expect(other.planned).toMatchObject({ removal: UNKNOWN });
  });
});

describe('an object that another address of the same plan removes', () => {
  test.each(['removal first', 'creation first'])('is not made under a new one: %s', async (order) => {
    const { plan, config, state, target, engine } = await setUpInPlace();
    target.objects.set('a', {});
    const make = () => plan(null, config({ name: 'A' }));
    const remove = () => plan(state({ name: 'a' }), null);
    const [first, second] = order === 'removal first' ? [remove, make] : [make, remove];
    expect(errors((await first()).diagnostics)).toEqual([]);
    const { diagnostics } = await second();
    expect(errors(diagnostics)).toEqual([
      `test_thing ${order === 'removal first' ? 'A' : 'a'} would be removed under one address and created under another`,
    ]);
    expect(diagnostics[0]?.detail).toBe(
      'It is one and the same object. This plan would remove it at the end, although it is declared:\n  1. remove a\n' +
        'The most frequent cause is a name in the declaration that is now spelled differently, or in other letter case: ' +
        'write it as before. If you want the new address, move the state to it: ' +
        'terraform state mv <old address> <new address>.',
    );
    // The next walk knows nothing of it.
    await engine.configure({}, '1.11.4');
    expect(errors((await second()).diagnostics)).toEqual([]);
  });

  test('is not taken away by a removal that runs nothing, or of what is gone', async () => {
    const forgotten = await setUpInPlace({
      steps: (change, on) => (change.kind === 'destroy' ? [] : thing.steps(change, on)),
    });
    forgotten.target.objects.set('a', {});
    await forgotten.plan(forgotten.state({ name: 'a' }), null);
    const found = await forgotten.plan(null, forgotten.config({ name: 'a' }));
    expect(errors(found.diagnostics)).toEqual([]);

    const { plan, config, state } = await setUpInPlace();
    await plan(state({ name: 'a' }), null);
    const kept = await plan(state({ name: 'a' }), config({ name: 'a' }));
    expect(errors(kept.diagnostics)).toEqual([]);
  });

  test('is told apart only where objects have an identity', async () => {
    const { plan, config, state } = await setUp();
    await plan(state({ name: 'a' }), null);
    expect(errors((await plan(state({ name: 'b' }), config({ name: 'b' }))).diagnostics)).toEqual([]);
  });

  test('is one with the same name: others may go and come', async () => {
    const { plan, config, state, target } = await setUpInPlace();
    target.objects.set('a', {});
    target.objects.set('b', {});
    await plan(state({ name: 'b' }), null);
    expect(errors((await plan(null, config({ name: 'A' }))).diagnostics)).toEqual([]);
  });

  test.each(['removal first', 'plan first'])(
    'is not taken from one that stays as it is: %s',
    async (order) => {
      const { plan, config, state, target } = await setUpInPlace();
      target.objects.set('a', {});
      const keep = () => plan(state({ name: 'a' }), config({ name: 'A', url: 'u' }));
      const remove = () => plan(state({ name: 'a' }), null);
      const [first, second] = order === 'removal first' ? [remove, keep] : [keep, remove];
      expect(errors((await first()).diagnostics)).toEqual([]);
      const { diagnostics } = await second();
      expect(errors(diagnostics)).toEqual(['test_thing a is in the state twice, and would be removed']);
      expect(diagnostics[0]?.detail).toMatch(/remove a[^]*terraform state rm/);
    },
  );
});

describe('the read', () => {
  test('keeps the spelling of the state, but no steps of the past and no secret', async () => {
    const { engine, state, target } = await setUp();
    target.objects.set('a', {
      url: 'X',
      size: 4,
      secret: 'leak',
      tags: ['2', '1', '2'],
      part: [{ host: 'H' }],
    });
    const read = await engine.read('test_thing', state({ name: 'a', url: 'x', part: [{ host: 'h' }] }));
    expect(read.state).toMatchObject({
      url: 'x',
      size: 4,
      secret: null,
      tags: ['1', '2'],
      part: [{ host: 'h', secret: null }],
      steps: [],
    });
  });

  test('says that an object is gone', async () => {
    const { engine, state } = await setUp();
    expect(await engine.read('test_thing', state({ name: 'a' }))).toEqual({ state: null, diagnostics: [] });
  });

  test('passes on what is said of it, of an object that is there or gone', async () => {
    const said: Diagnostic[] = [{ severity: 'warning', summary: 'slow', detail: 'a minute' }];
    const { engine, state, target } = await setUp({
      read: async (values, on) => ({ ...(await thing.read(values, on)), diagnostics: said }),
    });
    expect(await engine.read('test_thing', state({ name: 'a' }))).toEqual({ state: null, diagnostics: said });
    target.objects.set('a', {});
    expect(await engine.read('test_thing', state({ name: 'a' }))).toMatchObject({
      state: { name: 'a' },
      diagnostics: said,
    });
  });

  test('refuses a value that is not of its type, naming it', async () => {
    const { engine, state } = await setUp({ read: async () => ({ state: { name: 'a', size: true } }) });
    await expect(engine.read('test_thing', state({ name: 'a' }))).rejects.toThrow('size: should be a number');
  });
});

describe('the checks', () => {
  test('run on known values, with the place', async () => {
    const { engine, config } = await setUp();
    const client = { writeOnlyAllowed: true };
    expect(engine.validateResource('test_thing', config({ name: 'a', size: -1 }), client)).toMatchObject([
      { severity: 'error', detail: 'below zero; raise it', path: path('size') },
    ]);
    expect(engine.validateResource('test_thing', config({ name: 'a', size: UNKNOWN }), client)).toEqual([]);
  });

  test('refuse a secret where Terraform is too old to keep it out of the state', async () => {
    const { engine, config } = await setUp();
    const client = { writeOnlyAllowed: false };
    const found = (values: { readonly [name: string]: Value }) =>
      engine.validateResource('test_thing', config({ name: 'a', ...values }), client);
    expect(found({ secret: 's' })).toMatchObject([{ severity: 'error', path: path('secret') }]);
    expect(found({ part: [{ host: 'h', secret: 's' }] })).toMatchObject([{ path: path('part') }]);
    expect(found({})).toEqual([]);
  });
});

describe('an import', () => {
  test('gives the identity, whole and without secrets', async () => {
    const { engine } = await setUp();
    expect(await engine.importState('test_thing', 'a')).toEqual({
      state: {
        ...Object.fromEntries(Object.keys(attributes).map((name) => [name, null])),
        name: 'a',
        part: [],
      },
      diagnostics: [],
    });
  });

  test('is refused where the definition has none', async () => {
    const target = new Target();
    const without = { ...thing };
    Reflect.deleteProperty(without, 'importState');
    const engine = new Engine(provider(without, target));
    await engine.configure({}, '1.11.4');
    await expect(engine.importState('test_thing', 'a')).rejects.toThrow('cannot be imported');
  });
});

test('the memo survives its bytes, unknown parts too; foreign bytes are none', () => {
  const memo: Memo = {
    existing: { a: UNKNOWN, b: [UNKNOWN, null], c: '$unknown', d: { $unknown: 'x', more: 'y' } },
    removal: ['x'],
  };
  expect(readMemo(writeMemo(memo))).toEqual(memo);
  expect(writeMemo({})).toHaveLength(0);
  for (const foreign of [
    undefined,
    Buffer.alloc(0),
    ...['not json', 'null', '[]', '1'].map((text) => Buffer.from(text)),
  ]) {
    expect(readMemo(foreign)).toEqual({});
  }
});
