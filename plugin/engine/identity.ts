import { UNKNOWN } from '../../schema';
import type { Attribute, Values } from '../../schema';
import type { ManagedResource } from './definition';
import { equivalent } from './equality';

/** What makes an object that one and no other: the declared attributes that cannot change in place. */
function identity(resource: ManagedResource<never>): [string, Attribute][] {
  return Object.entries(resource.schema.attributes).filter(
    ([, attribute]) => attribute.requiresReplace && attribute.mode !== 'computed',
  );
}

export function identityIsKnown(resource: ManagedResource<never>, values: Values): boolean {
  return identity(resource).every(([name]) => values[name] !== UNKNOWN);
}

export function sameIdentity(resource: ManagedResource<never>, left: Values, right: Values): boolean {
  return identity(resource).every(([name, attribute]) =>
    equivalent(attribute, left[name] ?? null, right[name] ?? null),
  );
}
