import { formatPath, isKnown, path, UNKNOWN } from '../../schema';
import type { Attribute, Diagnostic, Values } from '../../schema';
import type { ManagedResource } from './definition';
import { equivalent } from './equality';
import { failure } from './failure';

/** The attributes that say which object this is. */
function identity({ schema }: ManagedResource<never>): [string, Attribute][] {
  return Object.entries(schema.attributes).filter(([, attribute]) => attribute.identity);
}

/** The attributes that tell objects apart whose identity is the same. */
function distinction({ schema }: ManagedResource<never>): [string, Attribute][] {
  return Object.entries(schema.attributes).filter(([, attribute]) => attribute.distinguishes);
}

/** Whether objects of this type have an identity. */
export function hasIdentity(resource: ManagedResource<never>): boolean {
  return identity(resource).length > 0;
}

/** Whether all identity attributes are known. */
export function identityIsKnown(resource: ManagedResource<never>, values: Values): boolean {
  return identity(resource).every(([name]) => values[name] !== UNKNOWN);
}

/** Whether two states are of the same object. A distinguishing attribute counts only where both states know it. */
export function sameObject(resource: ManagedResource<never>, left: Values, right: Values): boolean {
  const isSame = ([name, attribute]: readonly [string, Attribute]) =>
    equivalent(attribute, left[name] ?? null, right[name] ?? null);
  const isTold = ([name]: readonly [string, Attribute]) =>
    [left, right].every((values) => typeof values[name] === 'string');
  return identity(resource).every(isSame) && distinction(resource).filter(isTold).every(isSame);
}

/** The object's name for people: `exchange_owa_virtual_directory EX1/Default Web Site`. */
export function titleOf(resource: ManagedResource<never>, values: Values): string {
  const names = [...identity(resource), ...distinction(resource)].flatMap(([name]) =>
    typeof values[name] === 'string' ? [values[name]] : [],
  );
  return [resource.typeName, ...(names.length === 0 ? [] : [names.join('/')])].join(' ');
}

/** Refuses a change of identity: no step turns one object into another. */
export function identityChanges(
  resource: ManagedResource<never>,
  prior: Values,
  planned: Values,
): readonly Diagnostic[] {
  return identity(resource)
    .filter(([name, attribute]) => {
      const wanted = planned[name] ?? null;
      return isKnown(wanted) && !equivalent(attribute, prior[name] ?? null, wanted);
    })
    .map(([name]) => ({
      ...failure(
        `${formatPath(path(name))} of this ${resource.typeName} cannot change`,
        `This attribute identifies the object: ${JSON.stringify(prior[name] ?? null)} and ` +
          `${JSON.stringify(planned[name] ?? null)} are two objects. If you mean the other object, declare it as a ` +
          'resource with another name and take this resource out. If this object was renamed outside of Terraform, let ' +
          'Terraform forget the old name (terraform state rm <address>): the next plan finds it under the new one.',
      ),
      path: path(name),
    }));
}
