/** forge takes bytes as a string of characters up to U+00FF. */
export function binary(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}

export function bytes(data: string): Uint8Array {
  return new Uint8Array(Buffer.from(data, 'latin1'));
}
