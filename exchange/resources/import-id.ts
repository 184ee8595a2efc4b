import type { Known, KnownValues } from '../../schema';
import type { AnyResource } from './definition';

/**
 * The import id of an object: the values of its identifying attributes, joined by `/`, followed by the names of
 * attributes in `readWhereDeclared` that are declared, joined by `,`: `EX1/Default Web
 * Site/iis_authentication_methods`.
 */
export function importIdOf({ importId, readWhereDeclared = [] }: AnyResource, declared: KnownValues): string {
  const identity = importId.map((name) => declared[name]).filter((value) => typeof value === 'string');
  const read = readWhereDeclared.filter((name) => (declared[name] ?? null) !== null);
  return [...identity, ...(read.length === 0 ? [] : [read.join(',')])].join('/');
}

/** The attributes in an import id; undefined where the text is not an import id of this type. */
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
  // The name of another kind of object must not be taken for a server name.
  const isNone = (value: string, index: number) =>
    schema.attributes[importId[index] ?? '']?.problem?.(value) !== undefined;
  if (identity.some(isNone)) return undefined;
  return Object.fromEntries<Known>([
    ...importId.map((name, index): [string, Known] => [
      name,
      identity[index] ?? schema.attributes[name]?.defaultValue ?? null,
    ]),
    // Any non-null value: the read that follows checks only which attributes have one.
    ...read.map((name): [string, Known] => [name, schema.attributes[name]?.type === 'bool' ? false : []]),
  ]);
}
