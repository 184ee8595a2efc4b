/**
 * RecordTypeEnumeration, [MS-NRBF] 2.1.2.1: the types of record that `BinaryFormatter` writes for an object with its
 * types.
 */
export const RECORD = {
  header: 0,
  classWithId: 1,
  systemClassWithMembersAndTypes: 4,
  classWithMembersAndTypes: 5,
  string: 6,
  array: 7,
  primitive: 8,
  reference: 9,
  null: 10,
  end: 11,
  library: 12,
  nullMultiple256: 13,
  nullMultiple: 14,
  primitiveArray: 15,
  objectArray: 16,
  stringArray: 17,
} as const;

/** BinaryTypeEnumeration, [MS-NRBF] 2.1.2.2: the kind of value in a member or an item. */
export const MEMBER = {
  primitive: 0,
  string: 1,
  object: 2,
  systemClass: 3,
  class: 4,
  objectArray: 5,
  stringArray: 6,
  primitiveArray: 7,
} as const;

/**
 * PrimitiveTypeEnumeration, [MS-NRBF] 2.1.2.3. Null (17) and String (18) are left out: only remoting messages have
 * them.
 */
export const PRIMITIVE = {
  boolean: 1,
  byte: 2,
  char: 3,
  decimal: 5,
  double: 6,
  int16: 7,
  int32: 8,
  int64: 9,
  sbyte: 10,
  single: 11,
  timeSpan: 12,
  dateTime: 13,
  uint16: 14,
  uint32: 15,
  uint64: 16,
} as const;
