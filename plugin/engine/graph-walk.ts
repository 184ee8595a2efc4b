import { randomUUID } from 'node:crypto';
import type { Values } from '../../schema';
import type { ManagedResource } from './definition';
import { hasIdentity, sameObject } from './identity';

/** Why a plan wants an object to exist after the run: it is in Terraform's state, or a creation found it. */
export type Wanted = 'in-state' | 'found';

interface Entry {
  readonly typeName: string;
  readonly state: Values;
}

/**
 * What the plans and applies of one walk of Terraform through its resource graph have in common. Terraform configures
 * the provider anew for each walk, and knows objects by their addresses only. This class knows them by their identity,
 * and so notices where one object has two addresses: removed under `exchange_x.old` and wanted under `exchange_x.new`,
 * it would be gone in the end.
 */
export class GraphWalk {
  readonly id = randomUUID();
  #isApplying = false;
  readonly #removed: Entry[] = [];
  readonly #wanted: (Entry & { readonly why: Wanted })[] = [];

  /** True once the walk has applied a change. A walk that plans never does. */
  get isApplying(): boolean {
    return this.#isApplying;
  }

  recordApply(): void {
    this.#isApplying = true;
  }

  recordRemoval(resource: ManagedResource<never>, state: Values): void {
    if (hasIdentity(resource)) this.#removed.push({ typeName: resource.typeName, state });
  }

  recordWanted(resource: ManagedResource<never>, state: Values, why: Wanted): void {
    if (hasIdentity(resource)) this.#wanted.push({ typeName: resource.typeName, state, why });
  }

  removes(resource: ManagedResource<never>, state: Values): boolean {
    return this.#removed.some((entry) => isSame(resource, entry, state));
  }

  /** Why this walk wants the object; `undefined` where it does not. */
  wants(resource: ManagedResource<never>, state: Values): Wanted | undefined {
    return this.#wanted.find((entry) => isSame(resource, entry, state))?.why;
  }
}

function isSame(resource: ManagedResource<never>, entry: Entry, state: Values): boolean {
  return entry.typeName === resource.typeName && sameObject(resource, entry.state, state);
}
