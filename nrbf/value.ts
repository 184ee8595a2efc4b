/**
 * A value of a stream as plain data. A `Char` or a `Decimal` is a text. 64-bit integers, a `TimeSpan` and a `DateTime`
 * (its 64 bits unchanged) are `bigint`. An array of bytes is a `Uint8Array`.
 */
export type NrbfValue =
  null | boolean | number | bigint | string | Uint8Array | NrbfObject | readonly NrbfValue[];

/** An object or a value of a value type. An enum has a single member, `value__`. */
export interface NrbfObject {
  /** With its namespace. It is only a name: no such type is ever made. */
  readonly className: string;
  readonly members: ReadonlyMap<string, NrbfValue>;
}

export function isNrbfObject(value: NrbfValue | undefined): value is NrbfObject {
  return typeof value === 'object' && value !== null && 'members' in value;
}
