import type { Known, KnownValues } from '../../schema';
import type { AnyResource } from './definition';

/**
 * What names an object for an import: the attributes that identify it, joined by `/`, and after them those that are
 * only read where they are declared, joined by `,`: `EX1/Default Web Site/iis_authentication_methods`.
 */
export function importIdOf({ importId, readWhereDeclared = [] }: AnyResource, declared: KnownValues): string {
  const identity = importId.map((name) => declared[name]).filter((value) => typeof value === 'string');
  const read = readWhereDeclared.filter((name) => (declared[name] ?? null) !== null);
  return [...identity, ...(read.length === 0 ? [] : [read.join(',')])].join('/');
}

/** The attributes that an id for an import gives; undefined where it does not name an object of this type. */
export function importedValues(resource: AnyResource, id: string): KnownValues | undefined {
  return resource.fromIdentity?.(id) ?? fromParts(resource, id.split('/'));
}

function fromParts(
  { importId, readWhereDeclared = [], schema }: AnyResource,
  parts: readonly string[],
): KnownValues | undefined {
  const last = parts.at(-1)?.split(',') ?? [];
  const read = last.every((name) => readWhereDeclared.includes(name)) ? last : [];
  const identity = read.length === 0 ? parts : parts.slice(0, -1);
  if (identity.length < 1 || identity.length > importId.length || identity.includes('')) return undefined;
  // The name of another kind of object must not pass for that of a server.
  const isNone = (value: string, index: number) =>
    schema.attributes[importId[index] ?? '']?.problem?.(value) !== undefined;
  if (identity.some(isNone)) return undefined;
  return Object.fromEntries<Known>([
    ...importId.map((name, index): [string, Known] => [
      name,
      identity[index] ?? schema.attributes[name]?.defaultValue ?? null,
    ]),
    // Any value: the read, which follows, looks only for those that have one.
    ...read.map((name): [string, Known] => [name, schema.attributes[name]?.type === 'bool' ? false : []]),
  ]);
}
