import { randomUUID } from 'node:crypto';
import type { Values } from '../../schema';
import type { ManagedResource } from './definition';
import { hasIdentity, sameObject } from './identity';

/** Why an object is to be there after the run: Terraform has it in its state, or a creation found it. */
export type Wanted = 'kept' | 'made';

interface Entry {
  readonly typeName: string;
  readonly state: Values;
}

/**
 * One walk of Terraform through its graph, to plan or to apply: it configures the provider anew for each. Terraform
 * knows objects by their addresses only; this knows them by what they are, so that one object under two addresses is
 * not removed under the one and wanted under the other.
 */
export class Walk {
  readonly id = randomUUID();
  #isApplying = false;
  readonly #removed: Entry[] = [];
  readonly #wanted: (Entry & { readonly why: Wanted })[] = [];

  /** An object was applied in it: it is no walk that plans. */
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

  /** Why this plan wants the object; undefined where it does not. */
  wants(resource: ManagedResource<never>, state: Values): Wanted | undefined {
    return this.#wanted.find((entry) => isSame(resource, entry, state))?.why;
  }
}

function isSame(resource: ManagedResource<never>, entry: Entry, state: Values): boolean {
  return entry.typeName === resource.typeName && sameObject(resource, entry.state, state);
}
