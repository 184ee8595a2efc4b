/**
 * A value of a stream, as plain data. A `Char` or `Decimal` is text; 64-bit integers, a `TimeSpan` and a `DateTime`
 * (its 64 bits as they are) are `bigint`; an array of bytes is a `Uint8Array`.
 */
export type NrbfValue =
  null | boolean | number | bigint | string | Uint8Array | NrbfObject | readonly NrbfValue[];

/** An object or a value of a value type; an enum has the one member `value__`. */
export interface NrbfObject {
  /** With its namespace. No type is ever made of it. */
  readonly className: string;
  readonly members: ReadonlyMap<string, NrbfValue>;
}

export function isNrbfObject(value: NrbfValue | undefined): value is NrbfObject {
  return typeof value === 'object' && value !== null && 'members' in value;
}
