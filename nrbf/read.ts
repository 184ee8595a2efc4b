import { Cursor } from './cursor';
import { NrbfFailure, type NrbfProblem } from './problem';
import { RawList, RawObject, Records, Reference, type RawValue } from './records';
import { isNrbfObject, type NrbfObject, type NrbfValue } from './value';

export type NrbfReading =
  | {
      readonly kind: 'read';
      readonly root: NrbfObject;
      /** Bytes of the stream, its end record included. */ readonly length: number;
    }
  | {
      readonly kind: 'unreadable';
      readonly problem: NrbfProblem;
      /** Byte at which reading ended. */ readonly offset: number;
    };

const MOST_BYTES = 64 * 1024;
/** How deep objects may be nested, with references resolved. */
const DEEPEST = 32;
/** Values of the whole tree. An object counts once for each reference to it. */
const MOST_VALUES = 100_000;

/**
 * Reads a stream of .NET's `BinaryFormatter` ([MS-NRBF]) passively: its records become plain values, and no type is
 * loaded or instantiated. Bytes behind the stream are ignored. Bounds: 64 KB, 10,000 records, 32 levels, 100,000
 * values.
 *
 * @param bytes begin with the stream's header
 * @returns never throws: the result is `unreadable` where the stream cannot be read
 */
export function readNrbf(bytes: Uint8Array): NrbfReading {
  const cursor = new Cursor(bytes.subarray(0, MOST_BYTES));
  try {
    const records = new Records(cursor);
    const root = new Resolution(records.objects).value(new Reference(records.root)).value;
    if (!isNrbfObject(root)) throw new NrbfFailure('unsupported');
    return { kind: 'read', root, length: cursor.offset };
  } catch (error) {
    if (!(error instanceof NrbfFailure)) throw error;
    const cut = error.problem === 'truncated' && bytes.length > MOST_BYTES;
    return { kind: 'unreadable', problem: cut ? 'too-large' : error.problem, offset: cursor.offset };
  }
}

interface Resolved {
  readonly value: NrbfValue;
  /** How many values it contains, itself included. */
  readonly size: number;
  /** How many levels of objects and lists it contains. */
  readonly height: number;
}

/** Replaces each reference by the object that it refers to. */
class Resolution {
  readonly #resolved = new Map<RawValue, Resolved>();
  readonly #open = new Set<RawValue>();

  constructor(private readonly objects: ReadonlyMap<number, RawValue>) {}

  value(raw: RawValue): Resolved {
    const target = raw instanceof Reference ? this.#target(raw) : raw;
    if (!(target instanceof RawObject || target instanceof RawList)) {
      return { value: target, size: 1, height: 0 };
    }
    const known = this.#resolved.get(target);
    if (known !== undefined) return known;
    if (this.#open.has(target)) throw new NrbfFailure('cycle');
    if (this.#open.size === DEEPEST) throw new NrbfFailure('too-deep');
    this.#open.add(target);
    const resolved = target instanceof RawList ? this.#list(target) : this.#object(target);
    this.#open.delete(target);
    this.#resolved.set(target, resolved);
    return resolved;
  }

  #target({ id }: Reference): Exclude<RawValue, Reference> {
    const target = this.objects.get(id);
    if (target === undefined || target instanceof Reference) throw new NrbfFailure('dangling');
    return target;
  }

  #list({ items }: RawList): Resolved {
    const resolved = items.map((item) => this.value(item));
    return { value: resolved.map(({ value }) => value), ...extent(resolved) };
  }

  #object({ className, members }: RawObject): Resolved {
    const resolved = [...members].map(([name, member]) => [name, this.value(member)] as const);
    return {
      value: { className, members: new Map(resolved.map(([name, { value }]) => [name, value])) },
      ...extent(resolved.map(([, member]) => member)),
    };
  }
}

function extent(parts: readonly Resolved[]): Omit<Resolved, 'value'> {
  const size = parts.reduce((sum, part) => sum + part.size, 1);
  const height = parts.reduce((highest, part) => Math.max(highest, part.height), 0) + 1;
  if (size > MOST_VALUES) throw new NrbfFailure('too-large');
  if (height > DEEPEST) throw new NrbfFailure('too-deep');
  return { size, height };
}
