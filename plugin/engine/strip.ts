import { isList, isRecord, UNKNOWN } from '../../schema';
import type { BlockSchema, Value, Values } from '../../schema';

/** Puts null in place of what is unknown. */
export function withoutUnknown(values: Values): Values {
  return stripUnknown(values) as Values;
}

function stripUnknown(value: Value): Value {
  if (value === UNKNOWN) return null;
  if (isList(value)) return value.map(stripUnknown);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]): [string, Value] => [name, stripUnknown(part)]),
  );
}

/** Puts null in place of write-only values: Terraform refuses a state or a plan that holds one. */
export function withoutWriteOnly(schema: BlockSchema, values: Values): Values {
  const kept: { [name: string]: Value } = { ...values };
  for (const [name, { writeOnly }] of Object.entries(schema.attributes)) {
    if (writeOnly) kept[name] = null;
  }
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    const value = values[name] ?? null;
    if (isRecord(value)) kept[name] = withoutWriteOnly(block.schema, value);
    if (isList(value)) {
      kept[name] = value.map((item) => (isRecord(item) ? withoutWriteOnly(block.schema, item) : item));
    }
  }
  return kept;
}
