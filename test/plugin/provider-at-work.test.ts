import type { DataSource, ManagedResource, ProviderDefinition } from '../../plugin';
import { Engine, EngineError } from '../../plugin/engine/engine';
import { readMemo, writeMemo } from '../../plugin/engine/memo';
import { integer, text, UNKNOWN } from '../../schema';
import type { Known } from '../../schema';
import { errors, lower, setUp, setUpInPlace, type Step, Target, thing } from './thing';

const source: DataSource<Target> = {
  typeName: 'test_source',
  schema: {
    version: 0,
    attributes: {
      name: text('required', '', { equals: (a, b) => lower(a) === lower(b) }),
      found: text('computed', ''),
    },
  },
  validate: ({ name }) =>
    name === 'bad' ? [{ severity: 'error', summary: 'bad name', detail: 'another' }] : [],
  read: async ({ name }) => ({
    state: name === 'nobody' ? null : { name: (name as string).toUpperCase(), found: 'yes' },
    diagnostics: [{ severity: 'warning', summary: 'looked', detail: 'once' }],
  }),
};

function engineOf(changes: Partial<ProviderDefinition<Target>> = {}): Engine<Target> {
  return new Engine<Target>({
    typeName: 'test',
    schema: {
      version: 0,
      attributes: { endpoint: text('optional', '', { problem: () => ({ problem: 'p', remedy: 'r' }) }) },
    },
    resources: [thing],
    dataSources: [source],
    configure: async () => ({ target: new Target() }),
    ...changes,
  });
}

describe('a provider', () => {
  test('checks its own configuration', () => {
    expect(errors(engineOf().validateProvider({ endpoint: 'x' }))).toEqual(['endpoint is not right']);
  });

  test('is told the version of Terraform, and passes on what it says', async () => {
    const said = { severity: 'warning', summary: 'old', detail: 'update' } as const;
    const configure = jest.fn(async () => ({ diagnostics: [said] }));
    const engine = engineOf({ configure });
    expect(await engine.configure({}, '1.11.4')).toEqual([said]);
    expect(configure.mock.calls).toEqual([[{}, { terraformVersion: '1.11.4' }]]);
    expect(await engineOf().configure({}, '1.11.4')).toEqual([]);
  });

  test('that could not be configured does nothing', async () => {
    const engine = engineOf({ configure: async () => ({ diagnostics: [] }) });
    await engine.configure({}, '1.11.4');
    const reading = engine.readData('test_source', { name: 'a' });
    await expect(reading).rejects.toThrow(new EngineError('The provider has not been configured.'));
  });

  test('closes what it opened, once, and after that is not configured', async () => {
    const closed: Target[] = [];
    const target = new Target();
    const engine = engineOf({
      configure: async () => ({ target }),
      close: async (each) => {
        closed.push(each);
      },
    });
    await engine.close();
    expect(closed).toEqual([]);
    await engine.configure({}, '1.11.4');
    await engine.close();
    await engine.close();
    expect(closed).toEqual([target]);
    await expect(engine.readData('test_source', { name: 'a' })).rejects.toThrow('has not been configured');
    const without = engineOf();
    await without.configure({}, '1.11.4');
    await expect(without.close()).resolves.toBeUndefined();
  });

  test('tells its target to let go after an error that nobody caught', async () => {
    const told: Target[] = [];
    const target = new Target();
    const engine = engineOf({ configure: async () => ({ target }), breakOff: (each) => told.push(each) });
    engine.breakOff();
    expect(told).toEqual([]);
    await engine.configure({}, '1.11.4');
    engine.breakOff();
    expect(told).toEqual([target]);
  });

  test('names what it does not have', () => {
    const engine = engineOf();
    expect(() => engine.resourceSchema('test_other')).toThrow("This provider has no resource 'test_other'.");
    expect(() => engine.dataSourceSchema('test_thing')).toThrow(
      "This provider has no data source 'test_thing'.",
    );
    expect(() =>
      new Engine({ ...engine.definition, dataSources: [] }).dataSourceSchema('test_source'),
    ).toThrow('no data source');
  });

  test('has schemas, and says which resources are legacy', () => {
    const legacy = { ...thing, typeName: 'test_legacy', legacy: true };
    const engine = engineOf({ resources: [thing, legacy] });
    expect(engine.resourceSchema('test_thing')).toBe(thing.schema);
    expect(engine.dataSourceSchema('test_source')).toBe(source.schema);
    expect([engine.isLegacy('test_thing'), engine.isLegacy('test_legacy')]).toEqual([false, true]);
  });
});

describe('a data source', () => {
  test('is checked, and read in the declared spelling', async () => {
    const engine = engineOf();
    await engine.configure({}, '1.11.4');
    expect(errors(engine.validateDataSource('test_source', { name: 'bad' }))).toEqual(['bad name']);
    const diagnostics = [{ severity: 'warning', summary: 'looked', detail: 'once' }];
    expect(await engine.readData('test_source', { name: 'a' })).toEqual({
      state: { name: 'a', found: 'yes' },
      diagnostics,
    });
    expect(await engine.readData('test_source', { name: 'nobody' })).toEqual({ state: null, diagnostics });
  });
});

describe('a state', () => {
  const upgrades: Partial<ManagedResource<Target>> = {
    upgradeState: (version, state) => ({ name: `${JSON.stringify(state['title'])} of ${version}` }),
  };
  const upgrade = (version: number, state: Known, changes = upgrades) =>
    engineOf({ resources: [{ ...thing, ...changes }] }).upgrade('test_thing', version, state);

  test('of an older provider is brought into the form of today', () => {
    expect(upgrade(0, { title: 'a' })).toMatchObject({ name: '"a" of 0', url: null, part: [] });
    expect(upgrade(0, null)).toMatchObject({ name: 'undefined of 0' });
  });

  test('of this version, or of a definition that knows no other form, stays, without secrets', () => {
    expect(upgrade(1, { name: 'a', secret: 's', title: 'gone' })).toMatchObject({ name: 'a', secret: null });
    expect(upgrade(0, { name: 'a' }, {})).toMatchObject({ name: 'a' });
  });

  test('of a newer provider is refused, with the remedy', () => {
    expect(() => upgrade(2, {})).toThrow(
      'The state of this test_thing was written by a newer provider (schema version 2; this one has 1). Use that version of the provider, or a later one.',
    );
  });
});

describe('an import that finds nothing', () => {
  test('says why', async () => {
    const why = { severity: 'error', summary: 'no such thing', detail: 'look again' } as const;
    const { engine } = await setUp({ importState: async () => ({ diagnostics: [why] }) });
    expect(await engine.importState('test_thing', 'a')).toEqual({ state: null, diagnostics: [why] });
  });
});

describe('the apply of a removal', () => {
  test.each([
    ['one more', ['remove a'], ['remove a', 'sweep up']],
    ['one less', ['remove a', 'sweep up'], ['remove a']],
    ['another one', ['remove a', 'sweep up'], ['remove a', 'tell others']],
    ['another order', ['sweep up', 'remove a'], ['remove a', 'sweep up']],
    ['none', ['remove a'], []],
    ['some, where there were none', [], ['remove a']],
  ])('runs nothing where it would run other steps than the plan showed: %s', async (_what, shown, now) => {
    let texts = shown;
    const { engine, plan, state, target } = await setUp({
      steps: () => texts.map((what): Step => ({ text: what, name: 'a', set: null })),
    });
    target.objects.set('a', { id: 'id of a' });
    const prior = state({ name: 'a' });
    const memo = readMemo(writeMemo((await plan(prior, null)).memo));
    await engine.configure({}, '1.11.4');
    texts = now;
    expect(await engine.apply('test_thing', { prior, planned: null, config: null, memo })).toEqual({
      state: prior,
      diagnostics: [
        {
          severity: 'error',
          summary: 'Destroying test_thing would now run other steps than the plan showed',
          detail:
            `Nothing was run for this object. Now these steps would run:\n${now.map((what, index) => `  ${index + 1}. ${what}`).join('\n')}\n` +
            'Plan again and review the new steps.',
        },
      ],
    });
    expect([target.ran, target.objects.has('a')]).toEqual([[], true]);
  });

  test('of what is in no state does nothing', async () => {
    const { engine, target } = await setUp();
    const request = { prior: null, planned: null, config: null, memo: {} };
    expect(await engine.apply('test_thing', request)).toEqual({ state: null, diagnostics: [] });
    expect(await engine.plan('test_thing', { prior: null, config: null, memo: {} })).toEqual({
      planned: null,
      requiresReplace: [],
      memo: {},
      diagnostics: [],
    });
    expect(target.ran).toEqual([]);
  });

  test('keeps the warnings of its steps', async () => {
    const warning = { severity: 'warning', summary: 'slow', detail: 'it took long' } as const;
    const { deploy, state } = await setUp({ execute: async () => [warning] });
    expect(await deploy(state({ name: 'a' }), null)).toEqual({ state: null, diagnostics: [warning] });
  });

  test('is not prepared for steps that are not known', async () => {
    const { engine, plan, state } = await setUp({ steps: () => UNKNOWN });
    const prior = state({ name: 'a' });
    const message = 'test_thing: the steps of a destroy cannot be unknown';
    await expect(plan(prior, null)).rejects.toThrow(message);
    await expect(
      engine.apply('test_thing', { prior, planned: null, config: null, memo: {} }),
    ).rejects.toThrow(message);
  });
});

describe('the apply of a change', () => {
  test('says that the object is not there after it, and keeps nothing', async () => {
    const { deploy, config } = await setUp({ read: async () => ({ state: null }) });
    expect(await deploy(null, config({ name: 'a' }))).toEqual({
      state: null,
      diagnostics: [
        {
          severity: 'error',
          summary: 'test_thing is not there after the apply',
          detail:
            'No step failed, but reading back does not find the object. Somebody else may have removed it, or it may not be visible yet. Plan again.',
        },
      ],
    });
  });

  test('takes a read that has errors for one that failed', async () => {
    const { deploy, config } = await setUp({
      read: async (state) => ({
        state,
        diagnostics: [
          { severity: 'warning', summary: 'slow', detail: 'it took long' },
          { severity: 'error', summary: 'no answer', detail: 'from EX01' },
        ],
      }),
    });
    const { state, diagnostics } = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        summary: 'test_thing could not be read after the apply',
        detail: 'no answer: from EX01',
      },
    ]);
    expect(state).toMatchObject({ name: 'a', url: 'u', steps: ['make a', 'set a url', 'set a on'] });
  });

  test('goes on past a read that warns', async () => {
    const { deploy, config } = await setUp({
      read: async (state, target) => ({
        ...(await thing.read(state, target)),
        diagnostics: [{ severity: 'warning', summary: 'slow', detail: 'it took long' }],
      }),
    });
    expect(await deploy(null, config({ name: 'a' }))).toMatchObject({
      state: { name: 'a' },
      diagnostics: [],
    });
  });

  test('tells what did not take, in full', async () => {
    const { deploy, config } = await setUp({
      read: async (state) => ({ state: { ...state, size: 5, chosen: 'c', id: 'i' } }),
    });
    const { diagnostics } = await deploy(null, config({ name: 'a', size: 7 }));
    expect(diagnostics.map(({ detail }) => detail)).toEqual([
      'No step failed, but reading back shows 5, not 7 as planned. Somebody may have changed it since the plan, or the change is not visible yet; plan again.',
    ]);
  });

  test('shows no sensitive value', async () => {
    const { deploy, config } = await setUp({
      schema: {
        ...thing.schema,
        attributes: { ...thing.schema.attributes, url: text('optional', '', { sensitive: true }) },
      },
      read: async (state) => ({ state: { ...state, url: 'is-secret', chosen: 'c', id: 'i' } }),
    });
    const { diagnostics } = await deploy(null, config({ name: 'a', url: 'was-secret' }));
    expect(diagnostics[0]?.detail).toContain('shows a sensitive value, not a sensitive value as planned');
  });

  test('says where it was stopped', async () => {
    const { deploy, config, engine } = await setUp({
      execute: async () => {
        engine.stop();
        return [];
      },
    });
    const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(diagnostics[0]).toEqual({
      severity: 'error',
      summary: 'Stopped on request',
      detail:
        'Step 2 of 3: set a url\nThis step and the steps after it were not run. Plan and apply again to run them.',
    });
  });

  test('shows each call of a step on a line of its own', async () => {
    const { deploy, config, target } = await setUp({ describe: (step) => [step.text, 'and more'] });
    target.failAt = 'make a';
    const { diagnostics } = await deploy(null, config({ name: 'a' }));
    expect(diagnostics[0]?.detail).toBe(
      'as asked\n\nStep 1 of 2: make a\nand more\nThe steps before it are done; the steps after it were not run. Plan and apply again to run them.',
    );
  });

  test('counts a step that a warning says was left out as not done', async () => {
    const { deploy, config, target } = await setUp({
      execute: async ({ text }) =>
        text === 'make a'
          ? [{ severity: 'warning', summary: 'left out', detail: 'in use' }]
          : [{ severity: 'error', summary: 'broke', detail: 'as asked' }],
    });
    target.readFails = true;
    const { diagnostics } = await deploy(null, config({ name: 'a', url: 'u' }));
    expect(diagnostics[1]?.detail).toContain(
      'The steps before it are done, or were left out with a warning; the steps after it were not run.',
    );
  });

  test('leaves warnings of a step as they are', async () => {
    const warning = { severity: 'warning', summary: 'slow', detail: 'it took long' } as const;
    const { deploy, config } = await setUp({
      execute: async (step, target, context) => [...(await thing.execute(step, target, context)), warning],
    });
    expect((await deploy(null, config({ name: 'a' }))).diagnostics).toEqual([warning, warning]);
  });

  test('needs no step to be known beforehand that has become unknown', async () => {
    let isUnknown = false;
    const { engine, plan, config } = await setUp({
      steps: (change, target) => (isUnknown ? UNKNOWN : thing.steps(change, target)),
    });
    const wanted = config({ name: 'a' });
    const { planned, memo } = await plan(null, wanted);
    isUnknown = true;
    await expect(engine.apply('test_thing', { prior: null, planned, config: wanted, memo })).rejects.toThrow(
      'test_thing: the steps are unknown although everything is known at apply',
    );
    await expect(engine.apply('test_thing', { prior: null, planned, config: null, memo })).rejects.toThrow(
      'without a configuration',
    );
  });

  test('of a resource whose steps are all or nothing reads nothing back after a first step that failed', async () => {
    const { deploy, config, state, target } = await setUp({ atomicSteps: true });
    target.objects.set('a', { url: 'changed by somebody' });
    target.failAt = 'set a url';
    const before = target.reads;
    const prior = state({ name: 'a', url: 'old' });
    expect((await deploy(prior, config({ name: 'a', url: 'new' }))).state).toEqual(prior);
    expect(target.reads).toBe(before);
    target.failAt = 'set a size';
    await deploy(prior, config({ name: 'a', url: 'new', size: 2 }));
    expect(target.reads).toBeGreaterThan(before);
  });

  test('of a legacy resource keeps what is known of the plan, and reads the rest', async () => {
    const { deploy, config, engine, target, state } = await setUp({
      legacy: true,
      read: async () => ({ state: { name: 'A', url: 'U', chosen: 'c', id: 'i' } }),
    });
    const { state: made, diagnostics } = await deploy(null, config({ name: 'a', url: 'u', size: 3 }));
    expect(diagnostics).toEqual([]);
    expect(made).toMatchObject({ name: 'a', url: 'u', size: 3, chosen: 'c', id: 'i' });
    expect((await engine.read('test_thing', state({ name: 'a', url: 'u' }))).state).toMatchObject({
      name: 'A',
      url: 'U',
    });
    expect(target.ran).not.toEqual([]);
  });

  test('of a legacy resource fails where it cannot be read', async () => {
    const { deploy, config, target } = await setUp({ legacy: true });
    target.readFails = true;
    await expect(deploy(null, config({ name: 'a' }))).rejects.toThrow('nobody answers');
  });

  test('of an object that was marked, and whose removal would run nothing, leaves no note', async () => {
    const { engine, state } = await setUpInPlace({ steps: () => [] });
    const request = { prior: state({ name: 'a' }), planned: null, config: null, memo: {} };
    expect(await engine.apply('test_thing', request)).toEqual({ state: null, diagnostics: [] });
  });

  test('of an object that was marked tells how to remove the old one by hand', async () => {
    const { engine, state } = await setUpInPlace();
    const request = { prior: state({ name: 'a' }), planned: null, config: null, memo: {} };
    expect((await engine.apply('test_thing', request)).diagnostics).toEqual([
      {
        severity: 'warning',
        summary: 'test_thing was not removed',
        detail:
          'Terraform planned to remove the object and to create it again. Both are the same object, which is in use: nothing was run for the removal, and the creation changes it in place. Only if another object is declared in its place by now, remove this one by hand:\n  1. remove a',
      },
    ]);
  });
});

describe('the plan of a removal', () => {
  test('of what a replacement left over reads nothing and says nothing, since the apply removes nothing', async () => {
    const { deploy, plan, config, state, target } = await setUpInPlace();
    target.objects.set('a', { id: 'id of a', on: true });
    await deploy(null, config({ name: 'a' }));
    const before = target.reads;
    const { diagnostics, memo } = await plan(state({ name: 'a' }), null);
    expect([diagnostics, Object.keys(memo), target.reads]).toEqual([[], ['plannedIn'], before]);
  });

  test('counts several steps', async () => {
    const { plan, state } = await setUp({
      steps: () => [
        { text: 'empty a', name: 'a', set: {} },
        { text: 'remove a', name: 'a', set: null },
      ],
    });
    expect((await plan(state({ name: 'a' }), null)).diagnostics).toEqual([
      {
        severity: 'warning',
        summary: 'Destroying test_thing runs 2 steps',
        detail: '  1. empty a\n  2. remove a',
      },
    ]);
  });

  test('hands on only what differs from the state', async () => {
    const { plan, state, target } = await setUpInPlace();
    target.objects.set('a', { id: 'id of a', size: 5 });
    expect((await plan(state({ name: 'a', size: 1 }), null)).memo.changedValues).toMatchObject({ size: 5 });
    expect((await plan(state({ name: 'a', size: 1 }), null)).memo.changedValues).not.toHaveProperty('name');
    target.objects.set('a', { id: 'id of a', steps: ['before'] });
    expect((await plan(state({ name: 'a' }), null)).memo).not.toHaveProperty('changedValues');
  });
});

describe('an object that another one of its name is told from', () => {
  const distinguished = () =>
    setUpInPlace({
      schema: {
        ...thing.schema,
        attributes: {
          ...thing.schema.attributes,
          name: { ...thing.schema.attributes['name']!, identity: true },
          url: { ...thing.schema.attributes['url']!, distinguishes: true },
        },
      },
      steps: ({ planned }) => (planned === null ? [{ text: 'remove it', name: 'a', set: null }] : []),
      find: async () => ({ existing: { name: 'a', url: 'two' } }),
    });

  test('is another object: the one may go while the other is wanted', async () => {
    const { plan, config, state, target } = await distinguished();
    target.objects.set('a', { url: 'one' });
    await plan(state({ name: 'a', url: 'one' }), null);
    expect(errors((await plan(null, config({ name: 'a', url: 'two' }))).diagnostics)).toEqual([]);
  });

  test('is the same one where a state does not tell', async () => {
    const { plan, config, state, target } = await distinguished();
    target.objects.set('a', {});
    await plan(state({ name: 'a' }), null);
    expect(errors((await plan(null, config({ name: 'a', url: 'two' }))).diagnostics)).toEqual([
      'test_thing a/two would be removed under one address and created under another',
    ]);
  });

  test('is named with what tells it apart', async () => {
    const { plan, state, target } = await distinguished();
    target.objects.set('a', { url: 'one' });
    expect((await plan(state({ name: 'a', url: 'one' }), null)).diagnostics[0]?.summary).toBe(
      'Destroying test_thing a/one runs one step',
    );
  });
});

describe('a place in the order of removals', () => {
  const placed = (place: number | null) =>
    setUp({
      schema: { ...thing.schema, attributes: { ...thing.schema.attributes, place: integer('computed', '') } },
      removalPlace: { attribute: 'place', of: () => place },
    });

  test('is planned for what is new, and stays as the state has it', async () => {
    const { plan, config, state } = await placed(4);
    const wanted = config({ name: 'a', size: 2, place: null });
    expect((await plan(null, wanted)).planned).toMatchObject({ place: 4 });
    expect((await plan(state({ name: 'a', place: 3 }), wanted)).planned).toMatchObject({ place: 3 });
    expect((await plan(state({ name: 'a', place: null }), wanted)).planned).toMatchObject({ place: 4 });
    const nowhere = await placed(null);
    expect((await nowhere.plan(null, wanted)).planned).toMatchObject({ place: null });
  });

  test('stays through an apply, and another one by now is no change', async () => {
    const { deploy, plan, config, state, target } = await placed(4);
    const prior = state({ name: 'a', place: 3 });
    expect((await plan(prior, config({ name: 'a', place: null }))).planned).toEqual(prior);
    expect(await deploy(null, config({ name: 'a', place: null }))).toMatchObject({
      state: { place: 4 },
      diagnostics: [],
    });
    target.objects.set('a', { id: 'id of a', place: 3 });
    expect(await deploy(prior, config({ name: 'a', url: 'u', place: null }))).toMatchObject({
      state: { place: 3 },
      diagnostics: [],
    });
  });

  test('is that of today after a read, where there is one today', async () => {
    const { engine, state, target } = await placed(4);
    target.objects.set('a', { place: 3 });
    expect((await engine.read('test_thing', state({ name: 'a', place: 3 }))).state).toMatchObject({
      place: 4,
    });
    const nowhere = await placed(null);
    nowhere.target.objects.set('a', { place: 3 });
    expect((await nowhere.engine.read('test_thing', state({ name: 'a' }))).state).toMatchObject({ place: 3 });
  });
});

describe('a refusal tells', () => {
  test('what to do instead of -replace', async () => {
    const { plan, config, state } = await setUpInPlace();
    const { diagnostics } = await plan(null, config({ name: 'a' }), { removal: ['remove a'] });
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        summary: 'test_thing is not replaced',
        detail:
          'This provider changes objects in place and replaces none. Plan without -replace to see what differs from the declaration. To have the object created anew, take it out of the declaration and apply, then declare it again and apply.',
      },
    ]);
    const adopted = await plan(null, config({ name: 'a' }), { removal: [] });
    expect(adopted.diagnostics[0]?.detail).toBe(
      'This provider changes objects in place and replaces none. Plan without -replace to see what differs from the declaration. Nor does taking it out of the declaration remove it.',
    );
    const check = await setUpInPlace({ isCheck: true });
    expect((await check.plan(null, config({ name: 'a' }), { removal: [] })).diagnostics[0]?.detail).toBe(
      'It is a check and stands for no object, so that there is nothing to replace. Plan without -replace.',
    );
    // A resource that does not find what is there is replaced as Terraform wants it.
    const replaced = await setUp();
    const memo = { removal: ['remove a'] };
    expect(await replaced.plan(null, config({ name: 'a' }), memo)).toMatchObject({ diagnostics: [], memo });
    expect((await replaced.plan(state({ name: 'a' }), config({ name: 'a' }))).memo).toEqual(memo);
  });

  test('both ways on for a renamed object', async () => {
    const { plan, config, state } = await setUpInPlace();
    const { diagnostics } = await plan(state({ name: 'a' }), config({ name: 'b' }));
    expect(diagnostics[0]?.detail).toBe(
      'This attribute identifies the object: "a" and "b" are two objects. If you mean the other object, declare it as a resource with another name and take this resource out. If this object was renamed outside of Terraform, let Terraform forget the old name (terraform state rm <address>): the next plan finds it under the new one.',
    );
  });

  test('what to do where one object is in the state twice', async () => {
    const { plan, config, state, target } = await setUpInPlace();
    target.objects.set('a', {});
    await plan(state({ name: 'a' }), config({ name: 'a' }));
    const { diagnostics } = await plan(state({ name: 'a' }), null);
    expect(diagnostics[0]?.detail).toBe(
      'It is one and the same object. This plan would remove it at the end, although it is declared:\n  1. remove a\nThe most frequent cause is that it was marked by hand (terraform taint) and the next deploy failed. Let Terraform forget it (terraform state rm <address>) and deploy: the deploy finds the object again. If it is in the state under two addresses, forget the address that left the declaration.',
    );
  });
});

describe('an update that goes on from another state than that of Terraform', () => {
  test('plans the steps from there, and the apply runs just these', async () => {
    const { deploy, plan, config, state, target } = await setUpInPlace({
      resume: async ({ prior }) => ({ ...prior, size: 2 }),
    });
    target.objects.set('a', { id: 'id of a', size: 2 });
    const prior = state({ name: 'a', size: 1 });
    const wanted = config({ name: 'a', size: 2, url: 'u' });
    const { planned, memo } = await plan(prior, wanted);
    expect(planned).toMatchObject({ steps: ['set a url'] });
    expect(memo.existing).toMatchObject({ size: 2 });
    expect(await deploy(prior, wanted)).toMatchObject({ state: { size: 2, url: 'u' }, diagnostics: [] });
    expect(target.ran).toEqual(['set a url']);
  });
});

describe('what a creation finds', () => {
  test('is shown without what the provider decides and what is not known yet', async () => {
    const { plan, config, target } = await setUpInPlace({ foundNote: () => 'It was there.' });
    target.objects.set('a', { id: 'id of a', size: 1, url: 'old', chosen: 'x' });
    const { diagnostics } = await plan(null, config({ name: 'a', size: 2, url: UNKNOWN }));
    expect(diagnostics).toEqual([
      {
        severity: 'warning',
        summary: 'test_thing a exists already',
        detail:
          'A deploy changes it in place where it differs from the declaration:\n  size: 1 -> 2\nIt was there.\nFrom then on Terraform manages it. Taking it out of the declaration will run\n  1. remove a',
      },
    ]);
  });

  test('is not said to be as declared where only a value that is not known yet may differ', async () => {
    const { plan, config, target } = await setUpInPlace({ foundNote: () => 'It was there.' });
    target.objects.set('a', { id: 'id of a', url: 'old' });
    const { diagnostics } = await plan(null, config({ name: 'a', url: UNKNOWN }));
    expect(diagnostics[0]?.detail).toMatch(
      /^A deploy changes it in place where it differs from the declaration\.\nIt was there\.\n/,
    );
  });

  test('and is not removed later says nothing of a removal', async () => {
    const { plan, config, target } = await setUpInPlace({
      foundNote: () => 'It was there.',
      steps: () => [],
    });
    target.objects.set('a', { id: 'id of a', on: true });
    const { diagnostics } = await plan(null, config({ name: 'a' }));
    expect(diagnostics.map(({ detail }) => detail)).toEqual([
      'It is as declared. A deploy only adds it to the Terraform state.\nIt was there.',
    ]);
  });
});
