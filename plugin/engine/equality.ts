import { isKnown, isList, isRecord, sameValue } from '../../schema';
import type { Attribute, Block, BlockSchema, Value, Values } from '../../schema';
import { inSetOrder } from '../values/conform';

/** True where two values of an attribute mean the same. An unknown value equals only an unknown value. */
export function equivalent(attribute: Attribute, left: Value, right: Value): boolean {
  if (sameValue(left, right)) return true;
  if (attribute.equals === undefined || left === null || right === null) return false;
  return isKnown(left) && isKnown(right) && attribute.equals(left, right);
}

/**
 * `next`, spelled as `before` wherever both mean the same. Blocks of a list are compared by position, and those of a
 * set with the block that means the same.
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
  const kept = next.map((item, index): Value =>
    isRecord(item) ? keepSpelling(block.schema, partnerOf(block, before, item, index), item) : item,
  );
  return block.nesting === 'set' ? inSetOrder(kept) : kept;
}

/**
 * The earlier block that became this one: the one at its position, or in a set the one that means the same. Null where
 * there is none.
 */
export function partnerOf(
  block: Block,
  before: readonly Value[],
  wanted: Values,
  index: number,
): Values | null {
  const partner =
    block.nesting === 'set'
      ? before.find((item) => isRecord(item) && sameDeclaration(block.schema, item, wanted))
      : before[index];
  return partner !== undefined && isRecord(partner) ? partner : null;
}

function sameDeclaration(schema: BlockSchema, left: Values, right: Values): boolean {
  return (
    Object.entries(schema.attributes).every(
      ([name, attribute]) =>
        attribute.mode === 'computed' ||
        attribute.writeOnly ||
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

/** Names of the attributes and blocks whose values do not mean the same. */
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
