import { randomUUID } from 'node:crypto';

export const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';

export const newGuid: () => string = randomUUID;

/** For each byte on the wire, its position in a written GUID: the first three groups are little-endian. */
const WIRE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

export function guidToWire(guid: string): Buffer {
  const written = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.from(WIRE_ORDER.map((position) => written.readUInt8(position)));
}

export function guidFromWire(wire: Uint8Array): string {
  const written = Buffer.alloc(16);
  WIRE_ORDER.forEach((position, index) => written.writeUInt8(wire[index] ?? 0, position));
  const hex = written.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
