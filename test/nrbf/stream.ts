/** Bytes of streams for tests, written as [MS-NRBF] lays them out. */
export function int32(value: number): readonly number[] {
  return [...new Uint8Array(new Int32Array([value]).buffer)];
}

export function text(value: string): readonly number[] {
  return [value.length, ...Buffer.from(value)];
}

const HEADER = [0, ...int32(1), ...int32(-1), ...int32(1), ...int32(0)];
const END = 11;

export function stream(...records: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...HEADER, ...records.flat(), END]);
}

/** SystemClassWithMembersAndTypes: every member is an object (2) of a record of its own. */
export function object(
  id: number,
  members: { readonly [name: string]: readonly number[] },
): readonly number[] {
  const names = Object.keys(members);
  return [
    4,
    ...int32(id),
    ...text('Sample'),
    ...int32(names.length),
    ...names.flatMap(text),
    ...names.map(() => 2),
    ...Object.values(members).flat(),
  ];
}

export function reference(id: number): readonly number[] {
  return [9, ...int32(id)];
}

export function string(id: number, value: string): readonly number[] {
  return [6, ...int32(id), ...text(value)];
}

/** ArraySingleObject. */
export function list(
  id: number,
  length: number,
  ...items: readonly (readonly number[])[]
): readonly number[] {
  return [16, ...int32(id), ...int32(length), ...items.flat()];
}
