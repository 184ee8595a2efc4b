import type { Values } from '../../schema';
import type { ManagedResource } from './definition';
import { sameIdentity } from './identity';

/**
 * Half-made objects that an apply of this process finished. With `create_before_destroy` Terraform asks for the removal
 * of the tainted object after the creation, which by then is the finished one and must stay.
 */
export class Resumptions {
  readonly #finished: { readonly typeName: string; readonly state: Values }[] = [];

  add(typeName: string, state: Values): void {
    this.#finished.push({ typeName, state });
  }

  has(resource: ManagedResource<never>, state: Values): boolean {
    return this.#finished.some(
      (entry) => entry.typeName === resource.typeName && sameIdentity(resource, entry.state, state),
    );
  }
}
