/**
 * Values of declarations, plans and real objects. Null stands for what is not set, and is known. A value may be unknown
 * until the apply, whole (`UNKNOWN`) or in a part. A set is an array in a fixed order (`inSetOrder`), so that equal sets are
 * equal arrays.
 */

/** A value that is not known before apply. There is only this instance, so compare with `===`. */
export const UNKNOWN: unique symbol = Symbol('unknown');
export type Unknown = typeof UNKNOWN;

/** A value without unknown parts. */
export type Known = null | string | number | boolean | readonly Known[] | { readonly [name: string]: Known };

/** A value whose parts may be unknown. */
export type Value =
  null | string | number | boolean | Unknown | readonly Value[] | { readonly [name: string]: Value };

/** The attributes of an object by name. */
export type Values = { readonly [name: string]: Value };
export type KnownValues = { readonly [name: string]: Known };

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isRecord(value: Value): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True where neither the value nor any part of it is unknown. */
export function isKnown(value: Value): value is Known {
  if (value === UNKNOWN) return false;
  if (isList(value)) return value.every(isKnown);
  if (isRecord(value)) return Object.values(value).every(isKnown);
  return true;
}

/**
 * Structural equality, to the letter; the order of lists counts. Whether two spellings mean the same is the attribute's
 * to say.
 */
export function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right)) {
    return (
      left.length === right.length && left.every((item, index) => sameValue(item, right[index] as Value))
    );
  }
  if (isRecord(left) && isRecord(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => name in right && sameValue(left[name] as Value, right[name] as Value))
    );
  }
  return false;
}
