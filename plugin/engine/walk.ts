import { randomUUID } from 'node:crypto';
import type { Values } from '../../schema';
import type { ManagedResource } from './definition';
import { sameDeclaredIdentity, sameIdentity } from './identity';

/** Objects by the type of their resource and by what makes each the one that it is. */
class Objects {
  readonly #all: { readonly typeName: string; readonly state: Values }[] = [];

  add({ typeName }: ManagedResource<never>, state: Values): void {
    this.#all.push({ typeName, state });
  }

  has(resource: ManagedResource<never>, state: Values): boolean {
    return this.#all.some(
      (entry) => entry.typeName === resource.typeName && sameIdentity(resource, entry.state, state),
    );
  }
}

/** One walk of Terraform through its graph, to plan or to apply: it configures the provider anew for each. */
export class Walk {
  readonly id = randomUUID();
  /**
   * What creations of this walk found already there and went on from. With `create_before_destroy` Terraform asks for
   * the removal of what they replaced after the creation; by then that is the finished object and must stay.
   */
  readonly finished = new Objects();
  /** What creations that were planned in this walk found already there. */
  readonly adopted = new Objects();
  /** What removals that were planned in this walk would take away. */
  readonly removed = new Objects();
  /** What plans of this walk leave where it is, or change in place. */
  readonly kept = new Objects();
  /** What the declaration wants in the place of another one of the same server, perhaps once more. */
  readonly returning = new Objects();
  readonly #halfMade: { readonly typeName: string; readonly state: Values }[] = [];

  /** An object is read before it is planned, and Terraform then plans a half-made one as if there were none. */
  sawHalfMade({ typeName }: ManagedResource<never>, state: Values): void {
    this.#halfMade.push({ typeName, state });
  }

  /** The half-made object in whose place the declaration wants another one, as far as it tells them apart. */
  halfMadeLike(resource: ManagedResource<never>, wanted: Values): Values | undefined {
    return this.#halfMade.find(
      ({ typeName, state }) =>
        typeName === resource.typeName &&
        sameDeclaredIdentity(resource, state, wanted) &&
        !sameIdentity(resource, state, wanted),
    )?.state;
  }
}
