import { isList, isRecord, path } from '../../schema';
import type { Block, BlockSchema, Path, Value, Values } from '../../schema';
import { differences } from './equality';

/** Where an attribute that cannot change in place does; within a set of blocks, the set as a whole. */
export function replacements(schema: BlockSchema, prior: Values, planned: Values, at: Path = []): Path[] {
  const changed = differences(schema, prior, planned);
  const attributes = changed
    .filter((name) => schema.attributes[name]?.requiresReplace)
    .map((name) => [...at, ...path(name)]);
  const blocks = changed.flatMap((name) => {
    const block = schema.blocks?.[name];
    const here = [...at, ...path(name)];
    return block === undefined
      ? []
      : blockReplacements(block, prior[name] ?? null, planned[name] ?? null, here);
  });
  return [...attributes, ...blocks];
}

function blockReplacements(block: Block, prior: Value, planned: Value, at: Path): Path[] {
  if (isRecord(prior) && isRecord(planned)) return replacements(block.schema, prior, planned, at);
  if (block.nesting === 'list' && isList(prior) && isList(planned) && prior.length === planned.length) {
    return planned.flatMap((item, index) => {
      const before = prior[index] ?? null;
      return isRecord(before) && isRecord(item)
        ? replacements(block.schema, before, item, [...at, { index }])
        : [];
    });
  }
  return Object.values(block.schema.attributes).some(({ requiresReplace }) => requiresReplace) ? [at] : [];
}
