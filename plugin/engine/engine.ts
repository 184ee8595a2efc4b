import { setMaxListeners } from 'node:events';
import type { Diagnostic, Known, Schema, Values } from '../../schema';
import { conform } from '../values/conform';
import { apply, type ApplyRequest, type ApplyResult } from './apply';
import { check, exposedSecrets } from './check';
import type { DataSource, ManagedResource, ProviderDefinition, ReadResult } from './definition';
import { keepSpelling } from './equality';
import { plan, type PlanRequest, type PlanResult } from './plan';
import { refreshed } from './refresh';
import { NO_WORK, withPlace, withShownSteps } from './steps';
import { withoutWriteOnly } from './strip';
import { GraphWalk } from './graph-walk';

/** Milliseconds that operations get to end by themselves after an error that nobody caught. */
const BREAK_OFF_MS = 60_000;

/** An operation cannot be done because of the caller. The message is a sentence for people. */
export class EngineError extends Error {}

/** A provider at work: does what Terraform asks for, on values. A rejection is an error of the operation. */
export class Engine<Target> {
  readonly #resources: ReadonlyMap<string, ManagedResource<Target>>;
  readonly #dataSources: ReadonlyMap<string, DataSource<Target>>;
  readonly #stop = new AbortController();
  /** Each ends the wait for one piece of work that is under way. */
  readonly #breakOffs = new Set<(error: EngineError) => void>();
  #walk = new GraphWalk();
  #target: { readonly value: Target } | undefined;

  constructor(readonly definition: ProviderDefinition<Target>) {
    this.#resources = new Map(definition.resources.map((resource) => [resource.typeName, resource]));
    this.#dataSources = new Map((definition.dataSources ?? []).map((source) => [source.typeName, source]));
    // Every operation under way listens to this signal. Node would warn of a leak from eleven listeners on, in
    // Terraform's log.
    setMaxListeners(Infinity, this.#stop.signal);
  }

  resourceSchema(typeName: string): Schema {
    return this.#resource(typeName).schema;
  }

  dataSourceSchema(typeName: string): Schema {
    return this.#dataSource(typeName).schema;
  }

  isLegacy(typeName: string): boolean {
    return this.#resource(typeName).legacy ?? false;
  }

  validateProvider(config: Values): readonly Diagnostic[] {
    return check(this.definition, config);
  }

  /** @param client `writeOnlyAllowed`: whether this Terraform knows write-only attributes (1.11 and later) */
  validateResource(
    typeName: string,
    config: Values,
    client: { readonly writeOnlyAllowed: boolean },
  ): readonly Diagnostic[] {
    const resource = this.#resource(typeName);
    const exposed = client.writeOnlyAllowed ? [] : exposedSecrets(resource.schema, config);
    return exposed.length > 0 ? exposed : check(resource, config);
  }

  validateDataSource(typeName: string, config: Values): readonly Diagnostic[] {
    return check(this.#dataSource(typeName), config);
  }

  async configure(config: Values, terraformVersion: string): Promise<readonly Diagnostic[]> {
    this.#walk = new GraphWalk();
    const { target, diagnostics = [] } = await this.#breakable(
      this.definition.configure(config, { terraformVersion }),
    );
    if (target !== undefined) this.#target = { value: target };
    return diagnostics;
  }

  /** Brings a state that this version of the provider or an older one wrote into today's form. */
  upgrade(typeName: string, version: number, state: Known): Values {
    const resource = this.#resource(typeName);
    const current = resource.schema.version;
    if (version > current) {
      throw new EngineError(
        `The state of this ${typeName} was written by a newer provider (schema version ${version}; this one has ` +
          `${current}). Use that version of the provider, or a later one.`,
      );
    }
    const upgraded =
      version < current && resource.upgradeState !== undefined
        ? resource.upgradeState(version, (state ?? {}) as { readonly [name: string]: Known })
        : state;
    return withoutWriteOnly(resource.schema, conform(resource.schema, upgraded));
  }

  async read(typeName: string, state: Values): Promise<ReadResult> {
    const resource = this.#resource(typeName);
    const target = this.#configured();
    const { state: seen, diagnostics = [] } = await this.#breakable(refreshed(resource, state, target));
    if (seen === null) return { state: null, diagnostics };
    // The steps of the last change are cleared: where the next change has the same steps, Terraform would show none,
    // since it shows only attributes that change.
    const kept = withShownSteps(resource, withPlace(resource, seen, target, true), NO_WORK, target);
    return { state: kept, diagnostics };
  }

  async plan(typeName: string, request: PlanRequest): Promise<PlanResult> {
    return this.#breakable(plan(this.#resource(typeName), request, this.#configured(), this.#walk));
  }

  async apply(typeName: string, request: ApplyRequest): Promise<ApplyResult> {
    this.#walk.recordApply();
    const resource = this.#withBreakableSteps(this.#resource(typeName));
    return apply(resource, request, this.#configured(), this.#walk, this.#stop.signal);
  }

  /** Gives the identity of the object. Terraform reads the object afterwards. */
  async importState(typeName: string, id: string): Promise<ReadResult> {
    const resource = this.#resource(typeName);
    if (resource.importState === undefined) {
      throw new EngineError(`${typeName} cannot be imported.`);
    }
    const importing = resource.importState(id, this.#configured());
    const { state, diagnostics = [] } = await this.#breakable(importing);
    if (state === undefined) return { state: null, diagnostics };
    return { state: withoutWriteOnly(resource.schema, conform(resource.schema, state)), diagnostics };
  }

  async readData(typeName: string, config: Values): Promise<ReadResult> {
    const source = this.#dataSource(typeName);
    const result = await this.#breakable(source.read(config, this.#configured()));
    if (result.state === null) return result;
    return { ...result, state: keepSpelling(source.schema, config, conform(source.schema, result.state)) };
  }

  /** Asks the operations in flight to end at the next safe place. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Called after an error that nobody caught. The target lets go of what it waits for. Work that has not ended a minute
   * later never will, and is given up.
   */
  breakOff(): void {
    const breakOffs = [...this.#breakOffs];
    setTimeout(() => {
      const error = new EngineError('The operation did not end after an error inside the provider.');
      for (const end of breakOffs) end(error);
    }, BREAK_OFF_MS).unref();
    if (this.#target !== undefined) this.definition.breakOff?.(this.#target.value);
  }

  /**
   * Makes each step, and each read after it, breakable by itself: an apply then ends as after a step that failed, and
   * keeps what is known.
   */
  #withBreakableSteps(resource: ManagedResource<Target>): ManagedResource<Target> {
    return {
      ...resource,
      execute: (step, target, context) => this.#breakable(resource.execute(step, target, context)),
      read: (state, target) => this.#breakable(resource.read(state, target)),
    };
  }

  #breakable<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#breakOffs.add(reject);
      work.then(resolve, reject).finally(() => this.#breakOffs.delete(reject));
    });
  }

  /** Closes the target, where there is one. */
  async close(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined) await this.definition.close?.(target.value);
  }

  #configured(): Target {
    if (this.#target === undefined) throw new EngineError('The provider has not been configured.');
    return this.#target.value;
  }

  #resource(typeName: string): ManagedResource<Target> {
    const resource = this.#resources.get(typeName);
    if (resource === undefined) throw new EngineError(`This provider has no resource '${typeName}'.`);
    return resource;
  }

  #dataSource(typeName: string): DataSource<Target> {
    const source = this.#dataSources.get(typeName);
    if (source === undefined) throw new EngineError(`This provider has no data source '${typeName}'.`);
    return source;
  }
}
