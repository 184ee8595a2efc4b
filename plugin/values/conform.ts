import { formatPath, isKnown, UNKNOWN } from '../../schema';
import type { AttributeType, Block, BlockSchema, Path, Value, Values } from '../../schema';
import { numberOfDecimal } from './decimal';

/** A value that is not of its schema's type, or that JavaScript cannot hold exactly. */
export class NonconformingValue extends Error {
  constructor(
    readonly path: Path,
    readonly problem: string,
  ) {
    super(path.length === 0 ? problem : `${formatPath(path)}: ${problem}`);
  }
}

/**
 * The value of a block in its canonical form: every attribute is there (null where it was left out), names that the
 * schema does not have are dropped, and sets are in order and without duplicates. Throws `NonconformingValue`.
 */
export function conform(schema: BlockSchema, raw: unknown, path: Path = []): Values {
  const fields = recordOf(raw, path);
  const values: { [name: string]: Value } = {};
  for (const [name, { type }] of Object.entries(schema.attributes)) {
    values[name] = conformType(type, fields[name], path, { attribute: name });
  }
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    values[name] = conformBlock(block, fields[name], [...path, { attribute: name }]);
  }
  return values;
}

function conformBlock(block: Block, raw: unknown, path: Path): Value {
  if (raw === UNKNOWN) return UNKNOWN;
  if (block.nesting === 'single')
    return raw === null || raw === undefined ? null : conform(block.schema, raw, path);
  const items: readonly Value[] = listOf(raw ?? [], path).map((item, index) =>
    item === UNKNOWN ? UNKNOWN : conform(block.schema, item, [...path, { index }]),
  );
  return block.nesting === 'set' ? inSetOrder(items) : items;
}

/** @param above the path of what contains the value, at which `step` leads to it; a whole path is made only where it is needed */
function conformType(type: AttributeType, raw: unknown, above: Path, step: Path[number]): Value {
  if (raw === null || raw === undefined) return null;
  if (raw === UNKNOWN) return UNKNOWN;
  if (type === 'string' && typeof raw === 'string') return raw;
  if (type === 'bool' && typeof raw === 'boolean') return raw;
  const path = [...above, step];
  if (type === 'string') throw new NonconformingValue(path, 'should be text');
  if (type === 'bool') throw new NonconformingValue(path, 'should be true or false');
  if (type === 'number') return numberOf(raw, path);
  if ('list' in type) {
    return listOf(raw, path).map((item, index) => conformType(type.list, item, path, { index }));
  }
  if ('set' in type) {
    return inSetOrder(listOf(raw, path).map((item, index) => conformType(type.set, item, path, { index })));
  }
  const fields = recordOf(raw, path);
  if ('map' in type) {
    return Object.fromEntries(
      Object.entries(fields).map(([key, item]) => [key, conformType(type.map, item, path, { key })]),
    );
  }
  return Object.fromEntries(
    Object.entries(type.object).map(([name, inner]) => [
      name,
      conformType(inner, fields[name], path, { attribute: name }),
    ]),
  );
}

function numberOf(raw: unknown, path: Path): number {
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw;
  if (typeof raw !== 'string' && typeof raw !== 'bigint')
    throw new NonconformingValue(path, 'should be a number');
  try {
    return numberOfDecimal(String(raw));
  } catch (error) {
    throw new NonconformingValue(path, (error as Error).message);
  }
}

function recordOf(raw: unknown, path: Path): { readonly [name: string]: unknown } {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || raw instanceof Uint8Array) {
    throw new NonconformingValue(path, 'should be an object');
  }
  return raw as { readonly [name: string]: unknown };
}

function listOf(raw: unknown, path: Path): readonly unknown[] {
  if (!Array.isArray(raw)) throw new NonconformingValue(path, 'should be a list');
  return raw;
}

/**
 * Puts the elements of a set in an order that makes equal sets equal arrays, and drops duplicates. Unknown elements all
 * stay, since each may become a different value.
 */
export function inSetOrder(items: readonly Value[]): readonly Value[] {
  if (items.length < 2) return items;
  const sorted = items.map((item): { item: Value; key: string } => ({ item, key: sortKey(item) }));
  sorted.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return sorted
    .filter(({ item, key }, index) => key !== sorted[index - 1]?.key || !isKnown(item))
    .map(({ item }) => item);
}

function sortKey(value: Value): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part === UNKNOWN) return { unknown: true };
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1));
  });
}
