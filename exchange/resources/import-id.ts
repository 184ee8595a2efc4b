import type { Known, KnownValues, Problem } from '../../schema';
import type { AnyResource } from './definition';

/**
 * The import id of an object: the values of its identifying attributes, joined by `/`, followed by the names of
 * attributes in `readWhereDeclared` that are declared, joined by `,`:
 * `EX1/Default Web Site/iis_authentication_methods`.
 */
export function importIdOf({ importId, readWhereDeclared = [] }: AnyResource, declared: KnownValues): string {
  const identity = importId.map((name) => declared[name]).filter((value) => typeof value === 'string');
  const read = readWhereDeclared.filter((name) => (declared[name] ?? null) !== null);
  return [...identity, ...(read.length === 0 ? [] : [read.join(',')])].join('/');
}

/**
 * The form of an import id, for people: `<server>/<web_site>`, and which parts may be left out or appended.
 */
export function importIdForm({
  importId,
  readWhereDeclared = [],
  fromIdentity,
  schema,
}: AnyResource): string {
  const optional = importId.filter((name) => schema.attributes[name]?.defaultValue !== undefined);
  const parts = importId.map((name) => `<${name}>`).join('/');
  return [
    `${parts}${optional.length === 0 ? '' : `, where /<${optional.join('>/<')}> may be left out`}`,
    ...(fromIdentity === undefined ? [] : ['or the Identity that Exchange shows']),
    ...(readWhereDeclared.length === 0
      ? []
      : [
          `followed, where they are to be imported as well, by / and the names of ${readWhereDeclared.join(', ')}, separated by commas`,
        ]),
  ].join('; ');
}

/** The attributes in an import id; or why the text is not an import id of this type, where a part of it shows why. */
export type GivenImportId =
  { readonly values: KnownValues } | { readonly values?: undefined; readonly problem?: Problem };

export function readImportId(resource: AnyResource, id: string): GivenImportId {
  const named = resource.fromIdentity?.(id);
  return named === undefined ? fromParts(resource, id.split('/')) : { values: named };
}

function fromParts(
  { importId, readWhereDeclared = [], schema }: AnyResource,
  parts: readonly string[],
): GivenImportId {
  const last = parts.at(-1)?.split(',') ?? [];
  const read = last.every((name) => readWhereDeclared.includes(name)) ? last : [];
  const identity = read.length === 0 ? parts : parts.slice(0, -1);
  if (identity.length < 1 || identity.length > importId.length || identity.includes('')) return {};
  // The name of another kind of object must not be taken for a server name.
  const [problem] = identity.flatMap(
    (value, index) => schema.attributes[importId[index] ?? '']?.problem?.(value) ?? [],
  );
  if (problem !== undefined) return { problem };
  return {
    values: Object.fromEntries<Known>([
      ...importId.map((name, index): [string, Known] => [
        name,
        identity[index] ?? schema.attributes[name]?.defaultValue ?? null,
      ]),
      // Any non-null value: the read that follows checks only which attributes have one.
      ...read.map((name): [string, Known] => [name, schema.attributes[name]?.type === 'bool' ? false : []]),
    ]),
  };
}
