import type { PowerShellObject } from '../../powershell/outcome';
import { textOf } from './property';

type Index = ReadonlyMap<string, PowerShellObject>;

/**
 * Indexes by answer, then by property names. One answer contains all servers, and each resource looks for its own
 * object in it.
 */
const INDEXES = new WeakMap<readonly PowerShellObject[], Map<string, Index>>();

/** The first object whose properties have these texts, ignoring letter case as Exchange does for names. */
export function objectWith(
  objects: readonly PowerShellObject[],
  texts: { readonly [property: string]: string },
): PowerShellObject | undefined {
  const properties = Object.keys(texts);
  let indexes = INDEXES.get(objects);
  if (indexes === undefined) INDEXES.set(objects, (indexes = new Map<string, Index>()));
  const kind = properties.join('\n');
  let index = indexes.get(kind);
  if (index === undefined) indexes.set(kind, (index = indexBy(objects, properties)));
  return index.get(keyOf(Object.values(texts)));
}

function indexBy(objects: readonly PowerShellObject[], properties: readonly string[]): Index {
  const index = new Map<string, PowerShellObject>();
  for (const object of objects) {
    const key = keyOf(properties.map((name) => textOf(object, name) ?? ''));
    if (!index.has(key)) index.set(key, object);
  }
  return index;
}

function keyOf(texts: readonly string[]): string {
  return JSON.stringify(texts).toLowerCase();
}
