import { isKnown, isList, isRecord, sameValue } from '../../schema';
import type { Attribute, Block, BlockSchema, Value, Values } from '../../schema';

/** True where two values of an attribute mean the same. An unknown value is the same only as an unknown. */
export function equivalent(attribute: Attribute, left: Value, right: Value): boolean {
  if (sameValue(left, right)) return true;
  if (attribute.equals === undefined || left === null || right === null) return false;
  return isKnown(left) && isKnown(right) && attribute.equals(left, right);
}

/**
 * `next` in the spelling of `before` wherever the two mean the same. List blocks are compared by position; a block of
 * a set with the one that means the same.
 */
export function keepSpelling(schema: BlockSchema, before: Values | null, next: Values): Values {
  if (before === null) return next;
  const kept: { [name: string]: Value } = { ...next };
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    const prior = before[name] ?? null;
    if (equivalent(attribute, prior, next[name] ?? null)) kept[name] = prior;
  }
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    kept[name] = keepBlockSpelling(block, before[name] ?? null, next[name] ?? null);
  }
  return kept;
}

function keepBlockSpelling(block: Block, before: Value, next: Value): Value {
  if (isRecord(next)) return keepSpelling(block.schema, isRecord(before) ? before : null, next);
  if (!isList(next) || !isList(before)) return next;
  return next.map((item, index) => {
    if (!isRecord(item)) return item;
    const partner = block.nesting === 'set' ? partnerIn(block.schema, before, item) : before[index];
    return partner !== undefined && isRecord(partner) ? keepSpelling(block.schema, partner, item) : item;
  });
}

/** The block of a set that means the same as the wanted one, as far as that says something. */
export function partnerIn(schema: BlockSchema, items: readonly Value[], wanted: Values): Value | undefined {
  return items.find((item) => isRecord(item) && sameDeclaration(schema, item, wanted));
}

function sameDeclaration(schema: BlockSchema, left: Values, right: Values): boolean {
  return (
    Object.entries(schema.attributes).every(
      ([name, attribute]) =>
        attribute.mode === 'computed' ||
        (attribute.mode === 'optional-computed' && (right[name] ?? null) === null) ||
        equivalent(attribute, left[name] ?? null, right[name] ?? null),
    ) &&
    Object.entries(schema.blocks ?? {}).every(([name, block]) =>
      equivalentBlocks(block, left[name] ?? null, right[name] ?? null),
    )
  );
}

export function equivalentBlocks(block: Block, left: Value, right: Value): boolean {
  return sameValue(left, keepBlockSpelling(block, left, right));
}

/** Names of the attributes and blocks that do not mean the same. */
export function differences(schema: BlockSchema, left: Values, right: Values): string[] {
  return [
    ...Object.entries(schema.attributes)
      .filter(([name, attribute]) => !equivalent(attribute, left[name] ?? null, right[name] ?? null))
      .map(([name]) => name),
    ...Object.entries(schema.blocks ?? {})
      .filter(([name, block]) => !equivalentBlocks(block, left[name] ?? null, right[name] ?? null))
      .map(([name]) => name),
  ];
}
