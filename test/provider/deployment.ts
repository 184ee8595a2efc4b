import {
  isReference,
  type AttributeReference,
  type ExchangeObject,
  type DesiredValue,
} from '../../exchange/element';
import { INTERRUPTS_ATTRIBUTE } from '../../exchange/resources';
import type { ProviderDefinition } from '../../plugin';
import { Engine } from '../../plugin/engine/engine';
import { failure } from '../../plugin/engine/failure';
import { readMemo, writeMemo } from '../../plugin/engine/memo';
import type { PlanResult } from '../../plugin/engine/plan';
import { hasErrors, sameValue, UNKNOWN, withEveryAttribute } from '../../schema';
import type { Diagnostic, Value, Values } from '../../schema';

/** What is kept of each object, by its id. */
export type State = ReadonlyMap<string, Values>;

export interface DeploymentOptions<Target> {
  /** A provider for each of plan and apply: Terraform starts a process for each. */
  readonly provider: () => ProviderDefinition<Target>;
  /** Of the provider block. */
  readonly config: Values;
  /** Values that a declaration has beside those of its attributes, by type of resource: files and secrets. */
  readonly extras: {
    readonly [typeName: string]: Values | ((attributes: ExchangeObject['attributes']) => Values);
  };
  /** Objects that do not wait for each other are worked on at once, as Terraform does, not in a row. */
  readonly concurrent?: boolean;
}

/**
 * Terraform as far as a provider can tell, in this process: `apply` refreshes and plans every object and then carries
 * the changes out, in the order of their dependencies, and keeps a state. What depends on a failure does not run.
 */
export class Deployment<Target> {
  readonly #options: DeploymentOptions<Target>;
  #state: State;

  /** @param state what an earlier one left */
  constructor(options: DeploymentOptions<Target>, state: State = new Map()) {
    this.#options = options;
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Values by id, without what tells of the last change only. */
  get values(): { readonly [id: string]: Values } {
    return Object.fromEntries(
      [...this.#state].map(([id, values]) => [
        id,
        { ...values, cmdlets: null, [INTERRUPTS_ATTRIBUTE]: null },
      ]),
    );
  }

  /** Refreshes, plans and applies. What is wrong is returned; where the plan finds an error nothing is applied. */
  async apply(resources: readonly ExchangeObject[]): Promise<readonly Diagnostic[]> {
    const planned = await this.plan(resources);
    if (hasErrors(planned.diagnostics) || planned.changes.size === 0) return planned.diagnostics;
    const applied = await this.#withEngine((run) => this.#carryOut(run, resources, planned.changes));
    return [...planned.diagnostics, ...applied];
  }

  /** Refreshes and plans: ids of the objects that are to change. */
  async plan(
    resources: readonly ExchangeObject[],
  ): Promise<{ readonly changes: ReadonlySet<string>; readonly diagnostics: readonly Diagnostic[] }> {
    const changes = new Set<string>();
    const diagnostics = await this.#withEngine((run) => this.#planAll(run, resources, changes));
    return { changes, diagnostics };
  }

  /** @returns what the run itself and the end of the provider say */
  async #withEngine(work: (run: Run<Target>) => Promise<void>): Promise<readonly Diagnostic[]> {
    const engine = new Engine(this.#options.provider());
    const run = new Run(engine);
    run.say(await engine.configure(this.#options.config, '1.11.4'));
    if (!hasErrors(run.diagnostics)) await work(run);
    await engine.close();
    return run.diagnostics;
  }

  async #planAll(
    run: Run<Target>,
    resources: readonly ExchangeObject[],
    changes: Set<string>,
  ): Promise<void> {
    const refreshed = new Map<string, Values>();
    const planned = new Map<string, Values>();
    await this.#walk(resources, async (resource) => {
      const recorded = await this.#refresh(run, resource);
      if (recorded === 'failed') return false;
      if (recorded !== undefined) refreshed.set(resource.id, recorded);
      const prior = recorded ?? null;
      const result = await run.plan(resource, prior, this.#configOf(resource, planned));
      if (result === undefined || result.planned === null) return false;
      planned.set(resource.id, result.planned);
      const changed = prior === null || !sameValue(result.planned, prior);
      if (result.requiresReplace.length > 0) throw new Error(`${resource.id} is to be replaced`);
      if (changed) changes.add(resource.id);
      return true;
    });
    if (!hasErrors(run.diagnostics)) this.#state = refreshed;
  }

  async #refresh(run: Run<Target>, { id, definition }: ExchangeObject) {
    const recorded = this.#state.get(id);
    if (recorded === undefined) return undefined;
    const read = await run.attempt(() => run.engine.read(definition.typeName, recorded));
    return read === undefined ? 'failed' : (read.state ?? undefined);
  }

  async #carryOut(
    run: Run<Target>,
    resources: readonly ExchangeObject[],
    changes: ReadonlySet<string>,
  ): Promise<void> {
    const state = new Map(this.#state);
    await this.#walk(resources, async (resource) => {
      const { id } = resource;
      if (!changes.has(id)) return true;
      const prior = state.get(id) ?? null;
      const config = this.#configOf(resource, state);
      const planned = await run.plan(resource, prior, config);
      if (planned === undefined) return false;
      const [result, succeeded] = await run.change(resource, prior, planned, config);
      if (result !== null) state.set(id, result);
      else state.delete(id);
      return succeeded;
    });
    this.#state = state;
  }

  /** Calls `visit` for each, after what it depends on; not where that was answered with false. */
  async #walk(
    resources: readonly ExchangeObject[],
    visit: (resource: ExchangeObject) => Promise<boolean>,
  ): Promise<void> {
    const visits = new Map<string, Promise<boolean>>();
    const visitOf = (id: string): Promise<boolean> => visits.get(id) ?? Promise.resolve(false);
    const made = new Set(resources.map(({ id }) => id));
    let previous: Promise<unknown> = Promise.resolve();
    for (const resource of resources) {
      // What is only described is none of them: Terraform does not know of it.
      const needed = dependencies(resource)
        .filter((id) => made.has(id))
        .map(visitOf);
      const turn = this.#options.concurrent ? Promise.resolve() : previous;
      const visited = turn.then(async () => {
        const ready = (await Promise.all(needed)).every((done) => done);
        return ready && (await visit(resource));
      });
      visits.set(resource.id, visited);
      previous = visited;
    }
    await Promise.all(visits.values());
  }

  #configOf({ definition, attributes }: ExchangeObject, others: ReadonlyMap<string, Values>): Values {
    const valueOf = (value: DesiredValue | AttributeReference): Value => {
      if (isReference(value)) return others.get(value.resource)?.[value.attribute] ?? UNKNOWN;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as Value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
    };
    const given = Object.entries(attributes).map(([name, value]): [string, Value] => [name, valueOf(value)]);
    const extras = this.#options.extras[definition.typeName];
    return withEveryAttribute(definition.schema, {
      ...Object.fromEntries(given),
      ...(typeof extras === 'function' ? extras(attributes) : extras),
    });
  }
}

/** One run of a provider, and what it said. */
class Run<Target> {
  readonly diagnostics: Diagnostic[] = [];

  constructor(readonly engine: Engine<Target>) {}

  say(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics.push(...diagnostics);
  }

  /** Nothing where there is an error, which is said. */
  async attempt<Result extends { readonly diagnostics?: readonly Diagnostic[] }>(
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      const result = await work();
      this.say(result.diagnostics ?? []);
      return hasErrors(result.diagnostics ?? []) ? undefined : result;
    } catch (error) {
      this.say([failure('The provider failed', error)]);
      return undefined;
    }
  }

  plan(
    { definition }: ExchangeObject,
    prior: Values | null,
    config: Values | null,
  ): Promise<PlanResult | undefined> {
    return this.attempt(() => this.engine.plan(definition.typeName, { prior, config, memo: {} }));
  }

  /** What is recorded then, and whether all is well. */
  async change(
    { definition }: ExchangeObject,
    prior: Values | null,
    { planned, memo }: PlanResult,
    config: Values | null,
  ): Promise<readonly [Values | null, boolean]> {
    const request = { prior, planned, config, memo: readMemo(writeMemo(memo)) };
    try {
      const { state, diagnostics } = await this.engine.apply(definition.typeName, request);
      this.say(diagnostics);
      return [state, !hasErrors(diagnostics)];
    } catch (error) {
      this.say([failure('The provider failed', error)]);
      return [prior, false];
    }
  }
}

function dependencies({ attributes, dependsOn }: ExchangeObject): readonly string[] {
  const inside = Object.values(attributes).flatMap((value) =>
    typeof value !== 'object' || value === null ? [value] : Object.values(value),
  );
  const references = inside.filter((value) => isReference(value as DesiredValue));
  return [...dependsOn, ...references.map((value) => (value as { readonly resource: string }).resource)];
}
