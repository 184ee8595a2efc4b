import { setMaxListeners } from 'node:events';
import type { Diagnostic, Known, Schema, Values } from '../../schema';
import { conform } from '../values/conform';
import { apply, type ApplyRequest, type ApplyResult } from './apply';
import { check, exposedSecrets } from './check';
import type { DataSource, ManagedResource, ProviderDefinition, ReadResult } from './definition';
import { keepSpelling } from './equality';
import { plan, type PlanRequest, type PlanResult } from './plan';
import { seenNow } from './sight';
import { NO_WORK, withPlace, withShownSteps } from './steps';
import { withoutWriteOnly } from './strip';
import { Walk } from './walk';

/** Milliseconds that operations get to end by themselves after an error that nobody caught. */
const BREAK_OFF_MS = 60_000;

/** A mistake of the caller that ends the operation with this sentence. */
export class EngineError extends Error {}

/** One provider at work: what Terraform asks for, in values. Rejections are errors of the operation. */
export class Engine<Target> {
  readonly #resources: ReadonlyMap<string, ManagedResource<Target>>;
  readonly #dataSources: ReadonlyMap<string, DataSource<Target>>;
  readonly #stop = new AbortController();
  /** Each ends the wait for something under way. */
  readonly #waits = new Set<(error: EngineError) => void>();
  #walk = new Walk();
  #target: { readonly value: Target } | undefined;

  constructor(readonly definition: ProviderDefinition<Target>) {
    this.#resources = new Map(definition.resources.map((resource) => [resource.typeName, resource]));
    this.#dataSources = new Map((definition.dataSources ?? []).map((source) => [source.typeName, source]));
    // Every call under way listens: more than ten at once are no leak, of which Node would warn in Terraform's log.
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

  /** `writeOnlyAllowed` is whether this Terraform knows write-only attributes (1.11 and later). */
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
    this.#walk = new Walk();
    const { target, diagnostics = [] } = await this.#breakable(
      this.definition.configure(config, { terraformVersion }),
    );
    if (target !== undefined) this.#target = { value: target };
    return diagnostics;
  }

  /** A state that this or an older version of the provider wrote, in today's form. */
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
    const { state: seen, diagnostics = [] } = await this.#breakable(seenNow(resource, state, target));
    if (seen === null) return { state: null, diagnostics };
    // Steps of the last change would hide the same ones of the next: Terraform leaves out what stays as it is.
    const kept = withShownSteps(resource, withPlace(resource, seen, target, true), NO_WORK, target);
    return { state: kept, diagnostics };
  }

  async plan(typeName: string, request: PlanRequest): Promise<PlanResult> {
    return this.#breakable(plan(this.#resource(typeName), request, this.#configured(), this.#walk));
  }

  async apply(typeName: string, request: ApplyRequest): Promise<ApplyResult> {
    this.#walk.recordApply();
    const resource = this.#breakableSteps(this.#resource(typeName));
    return apply(resource, request, this.#configured(), this.#walk, this.#stop.signal);
  }

  /** The object's identity; Terraform reads it afterwards. */
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
   * After an error that nobody caught: the target lets go of what it waits for, and what has not ended some time later
   * never will.
   */
  breakOff(): void {
    const waits = [...this.#waits];
    setTimeout(() => {
      const error = new EngineError('It did not end after an error of the provider itself.');
      for (const end of waits) end(error);
    }, BREAK_OFF_MS).unref();
    if (this.#target !== undefined) this.definition.breakOff?.(this.#target.value);
  }

  /** An apply goes on from a step that did not end, to keep what is known. */
  #breakableSteps(resource: ManagedResource<Target>): ManagedResource<Target> {
    return {
      ...resource,
      execute: (step, target, context) => this.#breakable(resource.execute(step, target, context)),
      read: (state, target) => this.#breakable(resource.read(state, target)),
    };
  }

  #breakable<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waits.add(reject);
      work.then(resolve, reject).finally(() => this.#waits.delete(reject));
    });
  }

  /** Closes the target, if there is one. */
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
