import type { ManagedResource, ProviderDefinition } from '../../plugin';
import { Engine } from '../../plugin/engine/engine';
import { readMemo, writeMemo } from '../../plugin/engine/memo';
import type { PlanResult } from '../../plugin/engine/plan';
import { flag, integer, path, text, textList, textSet, UNKNOWN } from '../../schema';
import type { Diagnostic, Known, Value, Values } from '../../schema';

/** Objects in memory, and the steps that ran. */
export class Target {
  readonly objects = new Map<string, Values>();
  readonly ran: string[] = [];
  failAt: string | undefined;
  readFails = false;
  reads = 0;
}

export interface Step {
  readonly text: string;
  readonly name: string;
  readonly set: Values | null;
}

export const lower = (value: Known) => (typeof value === 'string' ? value.toLowerCase() : value);

export const thing: ManagedResource<Target, Step> = {
  typeName: 'test_thing',
  schema: {
    version: 1,
    attributes: {
      name: text('required', '', { equals: (a, b) => lower(a) === lower(b) }),
      url: text('optional', '', { equals: (a, b) => lower(a) === lower(b) }),
      size: integer('optional', '', {
        problem: (value) => (Number(value) < 0 ? { problem: 'below zero', remedy: 'raise it' } : undefined),
      }),
      on: flag('optional-computed', '', { defaultValue: true }),
      chosen: text('optional-computed', ''),
      tags: textSet('optional', ''),
      secret: text('optional', '', { writeOnly: true, sensitive: true }),
      id: text('computed', ''),
      steps: textList('computed', ''),
    },
    blocks: {
      part: {
        nesting: 'set',
        schema: {
          attributes: {
            host: text('required', '', { equals: (a, b) => lower(a) === lower(b) }),
            secret: text('optional', '', { writeOnly: true }),
          },
        },
      },
    },
  },
  stepsAttribute: 'steps',
  requiresReplace: (prior, planned) => (keyOf(prior) === keyOf(planned) ? [] : [path('name')]),
  steps({ prior, planned }) {
    if (planned === null) return [{ text: `remove ${keyOf(prior)}`, name: keyOf(prior), set: null }];
    if (planned.name === UNKNOWN || planned.url === UNKNOWN) return UNKNOWN;
    const name = keyOf(planned);
    const steps: Step[] =
      prior === null ? [{ text: `make ${name}`, name, set: { id: `id of ${name}` } }] : [];
    for (const key of ['url', 'size', 'on', 'chosen', 'tags']) {
      const value = planned[key] ?? null;
      if (JSON.stringify(value) === JSON.stringify(prior?.[key] ?? null)) continue;
      if (key === 'url' && prior !== null && lower(value as Known) === lower(prior.url as Known)) continue;
      steps.push({ text: `set ${name} ${key}`, name, set: { [key]: value } });
    }
    return steps;
  },
  describe: (step) => step.text,
  async execute(step, target) {
    if (step.text === target.failAt) return [{ severity: 'error', summary: 'broke', detail: 'as asked' }];
    target.ran.push(step.text);
    if (step.set === null) target.objects.delete(step.name);
    else target.objects.set(step.name, { ...target.objects.get(step.name), ...step.set });
    return [];
  },
  async read(state, target) {
    target.reads += 1;
    if (target.readFails) throw new Error('nobody answers');
    const object = target.objects.get(keyOf(state));
    return {
      state:
        object === undefined
          ? null
          : { chosen: 'by provider', on: true, ...object, name: state.name ?? null },
    };
  },
  importState: async (id) => ({ state: { name: id, secret: 'must not stay' } }),
};

function keyOf(values: Values | null): string {
  return typeof values?.name === 'string' ? values.name.toLowerCase() : '';
}

export const provider = (
  resource: ManagedResource<Target, Step>,
  target: Target,
): ProviderDefinition<Target> => ({
  typeName: 'test',
  schema: { version: 0, attributes: {} },
  resources: [resource],
  configure: async () => ({ target }),
});

export async function setUp(changes: Partial<ManagedResource<Target, Step>> = {}, target = new Target()) {
  const engine = new Engine(provider({ ...thing, ...changes }, target));
  await engine.configure({}, '1.11.4');
  const whole = (values: Values): Values =>
    engine.upgrade('test_thing', 1, { ...(values as { [name: string]: Known }) });
  const config = (values: { readonly [name: string]: Value }): Values => ({
    ...Object.fromEntries(Object.keys(thing.schema.attributes).map((name) => [name, null])),
    part: [],
    ...values,
  });
  const state = (values: { readonly [name: string]: Known }) =>
    whole({ id: 'id of a', on: true, chosen: 'by provider', steps: ['before'], ...values });
  const plan = (prior: Values | null, wanted: Values | null, memo = {}) =>
    engine.plan('test_thing', { prior, config: wanted, memo });
  const carryOut = (prior: Values | null, wanted: Values | null, planned: PlanResult) =>
    engine.apply('test_thing', {
      prior,
      planned: planned.planned,
      config: wanted,
      // Through the bytes that Terraform keeps, as in a real run.
      memo: readMemo(writeMemo(planned.memo)),
    });
  /**
   * As Terraform plans and applies: in walks of their own, each of which configures the provider. Terraform also plans
   * once more in the walk that applies; this does not.
   */
  const deploy = async (prior: Values | null, wanted: Values | null, memo = {}) => {
    const planned = await plan(prior, wanted, memo);
    await engine.configure({}, '1.11.4');
    return carryOut(prior, wanted, planned);
  };
  /** As Terraform does with what a replacement left over (a deposed object): all in the walk that applies. */
  const removeDeposed = async (prior: Values) => carryOut(prior, null, await plan(prior, null));
  return { target, engine, config, state, plan, deploy, removeDeposed };
}

export const attributes = thing.schema.attributes;

/** Objects that are found where they are there already, and that change in place. */
export function setUpInPlace(changes: Partial<ManagedResource<Target, Step>> = {}, target = new Target()) {
  const name = { ...attributes['name']!, identity: true };
  return setUp(
    {
      schema: { ...thing.schema, attributes: { ...attributes, name } },
      requiresReplace: () => [],
      find: async (planned, on) => ({
        existing: (await thing.read({ name: planned['name'] ?? null }, on)).state,
      }),
      ...changes,
    },
    target,
  );
}

export const errors = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.filter(({ severity }) => severity === 'error').map(({ summary }) => summary);
