import type { Attribute, AttributeType, Block, BlockSchema, Schema } from '../../schema';
import { NESTING, type Schema as WireSchema, type SchemaBlock } from '../wire/protocol6';
import type { MessageType } from '../wire/message';

export function wireSchema(schema: Schema): MessageType<typeof WireSchema> {
  return { version: schema.version, block: { ...wireBlock(schema), version: schema.version } };
}

function wireBlock(schema: BlockSchema): SchemaBlock {
  return {
    attributes: Object.entries(schema.attributes).map(([name, attribute]) => wireAttribute(name, attribute)),
    blockTypes: Object.entries(schema.blocks ?? {}).map(([name, block]) => wireNestedBlock(name, block)),
    ...(schema.description === undefined ? {} : { description: schema.description }),
  };
}

function wireAttribute(name: string, attribute: Attribute) {
  const { mode } = attribute;
  return {
    name,
    type: Buffer.from(JSON.stringify(wireType(attribute.type)), 'utf8'),
    description: attribute.description,
    required: mode === 'required',
    optional: mode === 'optional' || mode === 'optional-computed',
    computed: mode === 'computed' || mode === 'optional-computed',
    sensitive: attribute.sensitive ?? false,
    deprecated: attribute.deprecated !== undefined,
    writeOnly: attribute.writeOnly ?? false,
  };
}

function wireNestedBlock(typeName: string, block: Block) {
  return {
    typeName,
    block: wireBlock(block.schema),
    nesting: NESTING[block.nesting],
    minItems: block.minItems ?? 0,
    maxItems: block.maxItems ?? 0,
  };
}

/** Terraform's JSON form of a type constraint, for example `["list","string"]`. */
export function wireType(type: AttributeType): unknown {
  if (typeof type === 'string') return type;
  if ('list' in type) return ['list', wireType(type.list)];
  if ('set' in type) return ['set', wireType(type.set)];
  if ('map' in type) return ['map', wireType(type.map)];
  const attributes = Object.entries(type.object).map(([name, inner]) => [name, wireType(inner)]);
  return ['object', Object.fromEntries(attributes)];
}
