import { randomUUID } from 'node:crypto';
import type { Values } from '../../schema';
import type { ManagedResource } from './definition';
import { sameIdentity } from './identity';

/**
 * One walk of Terraform through its graph, to plan or to apply: it configures the provider anew for each. Known here is
 * which objects the walk's creations found already there and went on from. With `create_before_destroy` Terraform asks
 * for the removal of what they replaced after the creation; by then that is the finished object and must stay.
 */
export class Walk {
  readonly id = randomUUID();
  readonly #finished: { readonly typeName: string; readonly state: Values }[] = [];

  addFinished(typeName: string, state: Values): void {
    this.#finished.push({ typeName, state });
  }

  hasFinished(resource: ManagedResource<never>, state: Values): boolean {
    return this.#finished.some(
      (entry) => entry.typeName === resource.typeName && sameIdentity(resource, entry.state, state),
    );
  }
}
