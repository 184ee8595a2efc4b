import type { Cursor } from './cursor';
import { NrbfFailure } from './problem';
import { MEMBER, PRIMITIVE, RECORD } from './record-type';

/** A reference to an object by its id. The object may come later in the stream. */
export class Reference {
  constructor(readonly id: number) {}
}

/** An object whose members may be references. */
export class RawObject {
  readonly members = new Map<string, RawValue>();

  constructor(readonly className: string) {}
}

/** A list whose items may be references. */
export class RawList {
  readonly items: RawValue[] = [];
}

export type RawValue =
  null | boolean | number | bigint | string | Uint8Array | RawObject | RawList | Reference;

/** Records of a stream, counting nested ones and the items of lists. */
const MOST_RECORDS = 10_000;
/** How deep records may be nested. Exchange's objects are written side by side, with references to each other. */
const DEEPEST = 32;

interface MemberType {
  readonly kind: number;
  /** The type of a primitive, or of the items of an array of primitives. */
  readonly primitive: number;
}

interface ClassInfo {
  readonly name: string;
  readonly members: readonly (readonly [name: string, type: MemberType])[];
}

/** Several nulls in a row: how a list writes its empty items. */
class Nulls {
  constructor(readonly count: number) {}
}

const END = Symbol('the end of the stream');

/** The objects of one stream by id, with their references not yet resolved. */
export class Records {
  readonly objects = new Map<number, RawValue>();
  readonly root: number;
  readonly #libraries = new Set<number>();
  readonly #classes = new Map<number, ClassInfo>();
  #count = 0;

  /** @throws NrbfFailure */
  constructor(private readonly cursor: Cursor) {
    if (cursor.byte() !== RECORD.header) throw new NrbfFailure('malformed');
    this.root = cursor.int32();
    const [, major, minor] = [cursor.int32(), cursor.int32(), cursor.int32()];
    if (major !== 1 || minor !== 0) throw new NrbfFailure('unsupported');
    while (this.#record(0) !== END);
  }

  /** Reads a record with everything in it, and registers it by its id. */
  #record(depth: number): RawValue | Nulls | typeof END {
    const { cursor } = this;
    if (depth > DEEPEST) throw new NrbfFailure('too-deep');
    for (;;) {
      this.#counts(1);
      const type = cursor.byte();
      switch (type) {
        case RECORD.library:
          // A BinaryLibrary record comes before the first record that names the library.
          this.#libraries.add(cursor.int32());
          cursor.text();
          continue;
        case RECORD.end:
          if (depth > 0) throw new NrbfFailure('malformed');
          return END;
        case RECORD.classWithId: {
          const id = cursor.int32();
          const info = this.#classes.get(cursor.int32());
          if (info === undefined) throw new NrbfFailure('malformed');
          return this.#object(id, info, depth);
        }
        case RECORD.systemClassWithMembersAndTypes:
        case RECORD.classWithMembersAndTypes: {
          const id = cursor.int32();
          const info = this.#classInfo();
          if (type === RECORD.classWithMembersAndTypes) this.#library();
          this.#classes.set(id, info);
          return this.#object(id, info, depth);
        }
        case RECORD.string:
          return this.#register(cursor.int32(), cursor.text());
        case RECORD.primitive:
          return cursor.primitive(cursor.byte());
        case RECORD.reference:
          return new Reference(cursor.int32());
        case RECORD.null:
          return null;
        case RECORD.nullMultiple256:
          return new Nulls(cursor.byte());
        case RECORD.nullMultiple:
          return new Nulls(cursor.int32());
        case RECORD.array:
          return this.#array(depth);
        case RECORD.primitiveArray: {
          const [id, length, primitive] = [cursor.int32(), cursor.int32(), cursor.byte()];
          return this.#register(id, this.#primitives(length, primitive));
        }
        case RECORD.objectArray:
        case RECORD.stringArray:
          return this.#list(cursor.int32(), cursor.int32(), depth);
        default:
          throw new NrbfFailure('unsupported');
      }
    }
  }

  #object(id: number, info: ClassInfo, depth: number): RawValue {
    const object = new RawObject(info.name);
    this.#register(id, object);
    for (const [name, type] of info.members) {
      object.members.set(name, this.#member(type, depth));
    }
    return object;
  }

  #member({ kind, primitive }: MemberType, depth: number): RawValue {
    if (kind === MEMBER.primitive) return this.cursor.primitive(primitive);
    const value = this.#record(depth + 1);
    if (value === END || value instanceof Nulls) throw new NrbfFailure('malformed');
    return value;
  }

  #classInfo(): ClassInfo {
    const { cursor } = this;
    const name = cursor.text();
    const names = Array.from({ length: this.#memberCount() }, () => cursor.text());
    if (new Set(names).size !== names.length) throw new NrbfFailure('malformed');
    const kinds = names.map(() => cursor.byte());
    const types = kinds.map((kind) => this.#memberType(kind));
    return { name, members: names.map((member, index) => [member, types[index]!]) };
  }

  #memberCount(): number {
    const count = this.cursor.int32();
    if (count < 0) throw new NrbfFailure('malformed');
    // Each member has a name and a kind, one byte each at least.
    if (2 * count > this.cursor.left) throw new NrbfFailure('truncated');
    return count;
  }

  /** The types' names and libraries, which follow the kinds, are skipped: no type is ever made. */
  #memberType(kind: number): MemberType {
    const { cursor } = this;
    switch (kind) {
      case MEMBER.primitive:
      case MEMBER.primitiveArray:
        return { kind, primitive: cursor.byte() };
      case MEMBER.systemClass:
        cursor.text();
        return { kind, primitive: 0 };
      case MEMBER.class:
        cursor.text();
        // The library of a member may come later than its name ([MS-NRBF] 2.7: [BinaryLibrary] Classes).
        cursor.int32();
        return { kind, primitive: 0 };
      case MEMBER.string:
      case MEMBER.object:
      case MEMBER.objectArray:
      case MEMBER.stringArray:
        return { kind, primitive: 0 };
      default:
        throw new NrbfFailure('malformed');
    }
  }

  #library(): void {
    if (!this.#libraries.has(this.cursor.int32())) throw new NrbfFailure('malformed');
  }

  #array(depth: number): RawValue {
    const { cursor } = this;
    const id = cursor.int32();
    const [shape, rank] = [cursor.byte(), cursor.int32()];
    // Single and jagged arrays. No object here has one of several dimensions or with a lower bound.
    if (shape > 1 || rank !== 1) throw new NrbfFailure('unsupported');
    const length = cursor.int32();
    const { kind, primitive } = this.#memberType(cursor.byte());
    return kind === MEMBER.primitive
      ? this.#register(id, this.#primitives(length, primitive))
      : this.#list(id, length, depth);
  }

  #primitives(length: number, primitive: number): RawValue {
    if (length < 0) throw new NrbfFailure('malformed');
    if (length > this.cursor.left) throw new NrbfFailure('truncated');
    if (primitive === PRIMITIVE.byte) return this.cursor.slice(length);
    const list = new RawList();
    for (let index = 0; index < length; index += 1) list.items.push(this.cursor.primitive(primitive));
    return list;
  }

  #list(id: number, length: number, depth: number): RawValue {
    if (length < 0) throw new NrbfFailure('malformed');
    const list = new RawList();
    this.#register(id, list);
    while (list.items.length < length) {
      const item = this.#record(depth + 1);
      if (item === END) throw new NrbfFailure('malformed');
      if (!(item instanceof Nulls)) list.items.push(item);
      else this.#fill(list.items, item.count, length);
    }
    return list;
  }

  #fill(items: RawValue[], count: number, length: number): void {
    if (count < 1 || items.length + count > length) throw new NrbfFailure('malformed');
    this.#counts(count);
    for (let index = 0; index < count; index += 1) items.push(null);
  }

  #counts(records: number): void {
    this.#count += records;
    if (this.#count > MOST_RECORDS) throw new NrbfFailure('too-large');
  }

  #register<Value extends RawValue>(id: number, value: Value): Value {
    if (this.objects.has(id)) throw new NrbfFailure('malformed');
    this.objects.set(id, value);
    return value;
  }
}
