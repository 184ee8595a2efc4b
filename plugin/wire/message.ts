import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Protocol buffers by table: a message is a table of field names, numbers and types, from which the TypeScript
 * types and the codec both follow.
 */
export type FieldType = ScalarType | AnyMessage | Repeated | MapOf;
type AnyMessage = Message<object>;
type ScalarType = 'string' | 'bytes' | 'bool' | 'int64' | 'enum';
interface Repeated {
  readonly repeated: ScalarType | AnyMessage;
}
/** Keys are strings; the protocol has no other. */
interface MapOf {
  readonly mapOf: AnyMessage | 'string';
}

/** A codec for one message. Fields that the table does not name are skipped when read. */
export interface Message<T extends object> {
  /** Writes the fields that are given. One that is left out reads as the zero of its type on the other side. */
  encode(value: T): Uint8Array;
  /** Fields that are not on the wire are left out. Throws a `RangeError` where the bytes are no message. */
  decode(bytes: Uint8Array): T;
}

export type Fields = { readonly [name: string]: readonly [number: number, type: FieldType] };

type TypeOfField<F> = F extends 'string'
  ? string
  : F extends 'bytes'
    ? Uint8Array
    : F extends 'bool'
      ? boolean
      : F extends 'int64' | 'enum'
        ? number
        : F extends { readonly repeated: infer E }
          ? readonly TypeOfField<E>[]
          : F extends { readonly mapOf: infer E }
            ? { readonly [key: string]: TypeOfField<E> }
            : F extends { decode(bytes: Uint8Array): infer T }
              ? T
              : never;

type TypeOfFields<F extends Fields> = { readonly [K in keyof F]?: TypeOfField<F[K][1]> | undefined };

/** The TypeScript type of a message. */
export type MessageType<M> = M extends Message<infer T> ? T : never;

/** How deep a message may nest itself. Bounds the stack against hostile input. */
const MAX_DEPTH = 64;
let depth = 0;

/** Makes the codec of a message from its table. */
export function message<const F extends Fields>(fields: F): Message<TypeOfFields<F>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, [number, type]]) => [number, { name, type }]));
  return {
    encode(value) {
      const writer = new BinaryWriter();
      for (const [name, [number, type]] of entries) {
        const field = (value as { readonly [name: string]: unknown })[name];
        if (field !== undefined) writeField(writer, number, type, field);
      }
      return writer.finish();
    },
    decode(bytes) {
      if (depth >= MAX_DEPTH) throw new RangeError(`a message is nested more than ${MAX_DEPTH} levels deep`);
      depth += 1;
      try {
        const reader = new BinaryReader(bytes);
        const value: { [name: string]: unknown } = {};
        while (reader.pos < reader.len) {
          const [number, wireType] = reader.tag();
          const field = byNumber.get(number);
          if (field === undefined) reader.skip(wireType, number);
          else value[field.name] = readField(reader, wireType, field.type, value[field.name]);
        }
        return value as TypeOfFields<F>;
      } finally {
        depth -= 1;
      }
    },
  };
}

/** A message that contains itself names its own type, since TypeScript cannot infer it from the table. */
export function recursive<T extends object>(make: () => Message<T>): Message<T> {
  let made: Message<T> | undefined;
  const codec = () => (made ??= make());
  return { encode: (value) => codec().encode(value), decode: (bytes) => codec().decode(bytes) };
}

export function repeated<const E extends ScalarType | AnyMessage>(type: E): { readonly repeated: E } {
  return { repeated: type };
}

export function mapOf<const E extends AnyMessage | 'string'>(type: E): { readonly mapOf: E } {
  return { mapOf: type };
}

function entryOf(type: AnyMessage | 'string') {
  return message({ key: [1, 'string'], value: [2, type] }) as Message<{ key?: string; value?: unknown }>;
}

function isRepeated(type: FieldType): type is Repeated {
  return typeof type === 'object' && 'repeated' in type;
}

function isMap(type: FieldType): type is MapOf {
  return typeof type === 'object' && 'mapOf' in type;
}

function writeField(writer: BinaryWriter, number: number, type: FieldType, value: unknown): void {
  if (isRepeated(type)) {
    for (const item of value as readonly unknown[]) writeField(writer, number, type.repeated, item);
    return;
  }
  if (isMap(type)) {
    const entry = entryOf(type.mapOf);
    for (const [key, item] of Object.entries(value as object)) {
      writer.tag(number, WireType.LengthDelimited).bytes(entry.encode({ key, value: item }));
    }
    return;
  }
  switch (type) {
    case 'string':
      writer.tag(number, WireType.LengthDelimited).string(value as string);
      return;
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array);
      return;
    case 'bool':
      writer.tag(number, WireType.Varint).bool(value as boolean);
      return;
    case 'int64':
      writer.tag(number, WireType.Varint).int64(value as number);
      return;
    case 'enum':
      writer.tag(number, WireType.Varint).int32(value as number);
      return;
    default:
      writer.tag(number, WireType.LengthDelimited).bytes(type.encode(value as object));
  }
}

function readField(reader: BinaryReader, wireType: WireType, type: FieldType, before: unknown): unknown {
  if (isRepeated(type)) {
    const items = (before ?? []) as unknown[];
    items.push(readField(reader, wireType, type.repeated, undefined));
    return items;
  }
  const expected =
    type === 'bool' || type === 'int64' || type === 'enum' ? WireType.Varint : WireType.LengthDelimited;
  if (wireType !== expected) throw new RangeError(`a field has wire type ${wireType}, not ${expected}`);
  if (isMap(type)) {
    const { key = '', value } = entryOf(type.mapOf).decode(reader.bytes());
    // Defines the property, since an assignment to the key `__proto__` would do something else.
    return Object.defineProperty(before ?? {}, key, {
      value: value ?? (type.mapOf === 'string' ? '' : {}),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return reader.bytes();
    case 'bool':
      return reader.bool();
    case 'int64':
      return safeInteger(reader.int64());
    case 'enum':
      return reader.int32();
    default:
      return type.decode(reader.bytes());
  }
}

function safeInteger(value: bigint | string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`${value} is outside the numbers that are exact here`);
  return number;
}
