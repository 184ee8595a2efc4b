import { Decoder, Encoder, type ExtensionCodecType, ExtData } from '@msgpack/msgpack';
import { isList, isRecord, UNKNOWN } from '../../schema';
import type { AttributeType, BlockSchema, Value, Values } from '../../schema';
import { conform } from '../values/conform';
import type { DynamicValue } from './protocol6';

// In Terraform's wire format every MessagePack extension stands for an unknown value. Its payload need not be read.
const UNKNOWN_EXTENSION = 0;
const codec: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value === UNKNOWN ? new ExtData(UNKNOWN_EXTENSION, new Uint8Array(1)) : null),
  decode: () => UNKNOWN,
};
// Made once: both keep buffers that they work in.
const encoder = new Encoder({ extensionCodec: codec });
const decoder = new Decoder({ extensionCodec: codec, useBigInt64: true });

/**
 * An object, a resource state or a configuration; null where Terraform sends none. Throws where the bytes are no value
 * of the schema.
 */
export function decodeValues(schema: BlockSchema, value: DynamicValue | undefined): Values | null {
  const raw = rawValue(value);
  return raw === null ? null : conform(schema, raw);
}

/** Whether Terraform sends no value: it does so for an object that is to be destroyed. */
export function isNothing(value: DynamicValue | undefined): boolean {
  return rawValue(value) === null;
}

function rawValue(value: DynamicValue | undefined): unknown {
  if (value?.msgpack?.length) return decoder.decode(value.msgpack);
  if (value?.json?.length) return decodeJson(value.json);
  return null;
}

export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

export function encodeValues(schema: BlockSchema, values: Values | null): DynamicValue {
  return { msgpack: encoder.encode(values === null ? null : writeBlock(schema, values)) };
}

function writeBlock(schema: BlockSchema, values: Values): unknown {
  const raw: { [name: string]: unknown } = {};
  for (const [name, { type }] of Object.entries(schema.attributes))
    raw[name] = writeType(type, values[name] ?? null);
  for (const [name, block] of Object.entries(schema.blocks ?? {})) {
    const value = values[name] ?? (block.nesting === 'single' ? null : []);
    if (isList(value)) {
      raw[name] = value.map((item) => (isRecord(item) ? writeBlock(block.schema, item) : item));
    } else {
      raw[name] = isRecord(value) ? writeBlock(block.schema, value) : value;
    }
  }
  return raw;
}

function writeType(type: AttributeType, value: Value): unknown {
  if (value === null || value === UNKNOWN) return value;
  // Fractions travel as decimal text: as a float64, 0.1 would arrive as 0.1000000000000000055.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (typeof type === 'string') return value;
  if (isList(value)) {
    const item = 'list' in type ? type.list : 'set' in type ? type.set : null;
    if (item !== null) return value.map((element) => writeType(item, element));
  }
  if (isRecord(value)) {
    if ('map' in type) {
      return Object.fromEntries(
        Object.entries(value).map(([key, element]) => [key, writeType(type.map, element)]),
      );
    }
    if ('object' in type) {
      return Object.fromEntries(
        Object.entries(type.object).map(([name, inner]) => [name, writeType(inner, value[name] ?? null)]),
      );
    }
  }
  throw new TypeError('a value is not of the type that its schema declares');
}
