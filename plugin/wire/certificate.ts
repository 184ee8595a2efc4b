import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  bits,
  boolean,
  der,
  explicit,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  time,
  utf8,
} from './der';

/** The certificate that the provider shows in one run, and its key. */
export interface RunCertificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly keyPem: string;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAlternativeName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const HOUR_MS = 3_600_000;
const VALIDITY_MS = 365 * 24 * HOUR_MS;
/** Named bits from the left: digitalSignature 0, keyEncipherment 2, keyAgreement 4, keyCertSign 5. */
const KEY_USAGE = 0b1010_1100;

/**
 * A self-signed P-256 certificate for `localhost`, which Terraform takes as the only root it trusts. P-256 because a
 * key is made in under a millisecond; an RSA key takes a tenth of a second and more.
 */
export function createRunCertificate(now: Date): RunCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(objectIdentifier(OID.commonName), utf8('localhost'))));
  const serial = randomBytes(16);
  // Neither zero nor negative (RFC 5280, section 4.1.2.2), and of full length.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - HOUR_MS)), time(new Date(now.getTime() + VALIDITY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions()),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  return {
    der: certificate,
    pem: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(): Buffer {
  const dnsName = der(0x82, Buffer.from('localhost', 'ascii'));
  return sequence(
    critical(OID.basicConstraints, sequence(boolean(true))),
    critical(OID.keyUsage, bits(Buffer.from([KEY_USAGE]), 2)),
    sequence(
      objectIdentifier(OID.extendedKeyUsage),
      octets(sequence(objectIdentifier(OID.serverAuth), objectIdentifier(OID.clientAuth))),
    ),
    sequence(objectIdentifier(OID.subjectAlternativeName), octets(sequence(dnsName))),
  );
}

function critical(identifier: string, content: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), boolean(true), octets(content));
}
