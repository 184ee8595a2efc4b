import { Engine } from '../../plugin/engine/engine';
import type { ManagedResource } from '../../plugin';
import { integer, text, UNKNOWN, type Value, type Values } from '../../schema';

/** One object that others change too; a step writes it, or fails. */
class Target {
  object: Values | null = null;
  fails = false;
  reads = 0;
}

const lower = (value: Value) => (typeof value === 'string' ? value.toLowerCase() : value);
const sameLetters = (left: Value, right: Value) => lower(left) === lower(right);

function thing(
  manners: Partial<ManagedResource<Target, Values | null>>,
): ManagedResource<Target, Values | null> {
  return {
    typeName: 'test_thing',
    schema: {
      version: 0,
      attributes: {
        id: text('computed', ''),
        host: text('required', '', { equals: sameLetters }),
        ttl: integer('optional', '', { defaultValue: 3600 }),
      },
    },
    steps: ({ planned }) => [planned],
    describe: () => 'write it',
    async execute(step, target) {
      if (target.fails) return [{ severity: 'error', summary: 'refused', detail: '' }];
      target.object = step === null ? null : { ...step, id: '1', host: 'written.by.others' };
      return [];
    },
    async read(_state, target) {
      target.reads += 1;
      return { state: target.object };
    },
    ...manners,
  };
}

async function engineOf(manners: Partial<ManagedResource<Target, Values | null>>) {
  const target = new Target();
  const engine = new Engine<Target>({
    typeName: 'test',
    schema: { version: 0, attributes: {} },
    resources: [thing(manners)],
    configure: async () => ({ target }),
  });
  await engine.configure({}, '1.11.4');
  const config = { id: null, host: 'Mail', ttl: null };
  return {
    target,
    read: (state: Values) => engine.read('test_thing', state),
    planDestroy: (prior: Values) => engine.plan('test_thing', { prior, config: null, memo: {} }),
    planChange: (prior: Values, host: string) =>
      engine.plan('test_thing', { prior, config: { ...config, host }, memo: {} }),
    create: async () => {
      const { planned, memo } = await engine.plan('test_thing', { prior: null, config, memo: {} });
      expect(planned).toEqual({ id: UNKNOWN, host: 'Mail', ttl: 3600 });
      return engine.apply('test_thing', { prior: null, planned, config, memo });
    },
  };
}

const state = { id: '1', host: 'Mail', ttl: 3600 };

describe('a resource that stands in for one on the older kit', () => {
  test('keeps what was planned after an apply, and the rest as it is read', async () => {
    const { create } = await engineOf({ legacy: true });
    expect(await create()).toMatchObject({ state, diagnostics: [] });
    const strict = await (await engineOf({})).create();
    expect(strict.diagnostics).toMatchObject([{ severity: 'error', summary: 'host did not take' }]);
  });

  test('keeps nothing of what it made and cannot read back, as the older kit does', async () => {
    const read = () => Promise.reject(new Error('nobody answers'));
    await expect((await engineOf({ legacy: true, read })).create()).rejects.toThrow('nobody answers');
    const strict = await (await engineOf({ read })).create();
    expect(strict).toMatchObject({ state: { host: 'Mail' } });
  });

  test('shows another spelling as drift', async () => {
    const legacy = await engineOf({ legacy: true });
    legacy.target.object = { ...state, host: 'mail' };
    expect((await legacy.read(state)).state).toEqual({ ...state, host: 'mail' });
    const other = await engineOf({});
    other.target.object = { ...state, host: 'mail' };
    expect((await other.read(state)).state).toEqual(state);
  });
});

test('where steps are done as a whole or not at all, nothing is read back after the first one failed', async () => {
  const { target, create } = await engineOf({ atomicSteps: true });
  target.fails = true;
  expect(await create()).toMatchObject({ state: null, diagnostics: [{ severity: 'error' }] });
  expect(target.reads).toBe(0);
});

test('where steps are done as a whole or not at all, what the first ones did is read back after a later one failed', async () => {
  const { target, create } = await engineOf({
    atomicSteps: true,
    steps: ({ planned }) => [planned, null],
    async execute(step, on) {
      if (step === null) return [{ severity: 'error', summary: 'refused', detail: '' }];
      on.object = { ...step, id: '1' };
      return [];
    },
  });
  expect(await create()).toMatchObject({ state: { id: '1', host: 'Mail' } });
  expect(target.reads).toBeGreaterThan(0);
});

test('a resource that never asks for a replacement gets none', async () => {
  const { planChange } = await engineOf({});
  expect(await planChange(state, 'other')).toMatchObject({ requiresReplace: [], diagnostics: [] });
});

test('what a destroy runs is said only of a resource that shows its steps', async () => {
  expect((await (await engineOf({})).planDestroy(state)).diagnostics).toEqual([]);
  const showing = await engineOf({ stepsAttribute: 'steps' });
  expect((await showing.planDestroy(state)).diagnostics).toHaveLength(1);
});
