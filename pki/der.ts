import { asn1 } from 'node-forge';

/** Parts of a structure that forge has read, whose strings hold bytes. */

export function children(node: asn1.Asn1 | undefined): readonly asn1.Asn1[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : [];
}

/** The bytes of an octet string, which BER may split into pieces; `undefined` where there is none. */
export function octets(node: asn1.Asn1 | undefined): Buffer | undefined {
  if (node === undefined) return undefined;
  if (!Array.isArray(node.value)) return Buffer.from(node.value, 'latin1');
  return Buffer.concat(node.value.map((piece) => octets(piece) ?? Buffer.alloc(0)));
}

/** An object identifier in dots; empty where there is none. */
export function identifier(node: asn1.Asn1 | undefined): string {
  return node?.type === asn1.Type.OID && typeof node.value === 'string' ? asn1.derToOid(node.value) : '';
}

/** A whole number that is not negative; `undefined` where there is none. */
export function wholeNumber(node: asn1.Asn1 | undefined): number | undefined {
  if (node?.type !== asn1.Type.INTEGER || typeof node.value !== 'string') return undefined;
  const bytes = Buffer.from(node.value, 'latin1');
  if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80) return undefined;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** @throws where the bytes are no such structure */
export function readDer(bytes: Buffer): asn1.Asn1 {
  return asn1.fromDer(bytes.toString('latin1'));
}

export function writeDer(node: asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}
