import { isList, isRecord, UNKNOWN } from '../../schema';
import type { Attribute, Block, BlockSchema, Value, Values } from '../../schema';
import { inSetOrder } from '../values/conform';
import { equivalent, partnerOf } from './equality';

/**
 * The planned object, from the configuration and the prior state only. Where both mean the same, the prior spelling
 * stays, which Terraform allows. What the configuration leaves to the provider keeps its prior value, or is unknown
 * where there is none.
 */
export function propose(schema: BlockSchema, prior: Values | null, config: Values): Values {
  const planned: { [name: string]: Value } = {};
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    planned[name] = proposeAttribute(
      attribute,
      prior === null ? undefined : (prior[name] ?? null),
      config[name] ?? null,
    );
  }
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    planned[name] = proposeBlock(block, prior?.[name] ?? null, config[name] ?? null);
  }
  return planned;
}

function proposeAttribute(attribute: Attribute, prior: Value | undefined, config: Value): Value {
  if (attribute.writeOnly) return null;
  if (attribute.mode === 'computed') return prior === undefined ? UNKNOWN : prior;
  const wanted = config ?? attribute.defaultValue ?? null;
  if (wanted === null && attribute.mode === 'optional-computed') return prior === undefined ? UNKNOWN : prior;
  return prior !== undefined && equivalent(attribute, prior, wanted) ? prior : wanted;
}

function proposeBlock(block: Block, prior: Value, config: Value): Value {
  if (isRecord(config)) return propose(block.schema, isRecord(prior) ? prior : null, config);
  if (!isList(config)) return config;
  const before = isList(prior) ? prior : [];
  const planned = config.map((item, index): Value =>
    isRecord(item) ? propose(block.schema, partnerOf(block, before, item, index), item) : item,
  );
  return block.nesting === 'set' ? inSetOrder(planned) : planned;
}
