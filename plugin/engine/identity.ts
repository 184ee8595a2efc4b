import { UNKNOWN } from '../../schema';
import type { Attribute, Values } from '../../schema';
import type { ManagedResource } from './definition';
import { equivalent } from './equality';

/** What makes an object that one and no other: the attributes that cannot change in place. */
function identity(resource: ManagedResource<never>): [string, Attribute][] {
  return Object.entries(resource.schema.attributes).filter(([, attribute]) => attribute.requiresReplace);
}

/** Whether the declaration says which object it is; what the provider finds out does not count. */
export function identityIsKnown(resource: ManagedResource<never>, values: Values): boolean {
  return identity(resource).every(
    ([name, attribute]) => attribute.mode === 'computed' || values[name] !== UNKNOWN,
  );
}

/** As far as the declaration says it. */
export function sameDeclaredIdentity(resource: ManagedResource<never>, left: Values, right: Values): boolean {
  return identity(resource).every(
    ([name, attribute]) =>
      attribute.mode === 'computed' || equivalent(attribute, left[name] ?? null, right[name] ?? null),
  );
}

/** What the provider finds out counts only where it is known on both sides. */
export function sameIdentity(resource: ManagedResource<never>, left: Values, right: Values): boolean {
  return identity(resource).every(([name, attribute]) => {
    const values = [left[name] ?? null, right[name] ?? null] as const;
    const open = attribute.mode === 'computed' && values.some((value) => value === null || value === UNKNOWN);
    return open || equivalent(attribute, ...values);
  });
}
