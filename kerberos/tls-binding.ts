import { createHash } from 'node:crypto';
import { DerError, readElements, readOnly } from './der';

const SEQUENCE = 0x30;
const PREFIX = Buffer.from('tls-server-end-point:');
/** Used in place of MD5 and SHA-1 (RFC 5929, section 4.1). */
const WEAKEST = 'sha256';

/** Hashes by the content of the signature's object identifier. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['2b0e03021a', WEAKEST], // SHA-1
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
  ['608648016503040204', 'sha224'],
]);
const SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', WEAKEST], // RSA, MD5
  ['2a864886f70d010105', WEAKEST], // RSA, SHA-1
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a864886f70d01010e', 'sha224'],
  ['2a8648ce3d0401', WEAKEST], // ECDSA, SHA-1
  ['2a8648ce3d040301', 'sha224'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]);
const RSA_PSS = '2a864886f70d01010a';
/** Tag of the hash in the parameters of RSA-PSS (RFC 4055, section 3.1). Where it is left out, the hash is SHA-1. */
const PSS_HASH = 0xa0;

/**
 * The channel binding of a TLS connection by the server's certificate (RFC 5929, section 4): the certificate's hash, by
 * the hash function of its signature. `undefined` for a signature whose binding is not defined, such as Ed25519.
 *
 * @param certificate in DER
 */
export function tlsServerEndPoint(certificate: Buffer): Buffer | undefined {
  const hash = hashOf(certificate);
  if (hash === undefined) return undefined;
  return Buffer.concat([PREFIX, createHash(hash).update(certificate).digest()]);
}

function hashOf(certificate: Buffer): string | undefined {
  const [, algorithm] = readElements(readOnly(certificate, SEQUENCE));
  if (algorithm === undefined) throw new DerError('no certificate');
  const [name, parameters] = readElements(readOnly(algorithm.whole, SEQUENCE));
  const signature = name?.content.toString('hex') ?? '';
  if (signature !== RSA_PSS) return SIGNATURES.get(signature);
  const fields = parameters === undefined ? [] : readElements(readOnly(parameters.whole, SEQUENCE));
  const field = fields.find(({ tag }) => tag === PSS_HASH);
  if (field === undefined) return WEAKEST;
  const [hash] = readElements(readOnly(field.content, SEQUENCE));
  return HASHES.get(hash?.content.toString('hex') ?? '');
}
