import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Certificate } from './certificate';
import { bmpString, integer, NULL, objectIdentifier, octetString, sequence, set, tagged } from './der-writer';
import type { KeyedCertificate } from './issue';
import { keyOf, type Derivation } from './key-derivation';
import { passwordForms } from './pfx-password';

export interface PfxOptions {
  readonly password: string;
  /**
   * Further certificates, from the issuer upwards.
   *
   * @default the certificates above each given one, once each
   */
  readonly chain?: readonly Certificate[];
  /** The name in Windows' list of certificates. */
  readonly friendlyName?: string;
  /** The provider in which Windows is to keep the keys. Left out: Windows chooses. */
  readonly keyProvider?: string;
  /**
   * How the keys are encrypted. '3des' is the older way.
   *
   * @default 'aes256'
   */
  readonly cipher?: 'aes256' | '3des';
  /**
   * Iterations of the password's hash. They make guessing slow, and reading too.
   *
   * @default 2048
   */
  readonly iterations?: number;
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  keyProviderName: '1.3.6.1.4.1.311.17.1',
  sha1: '1.3.14.3.2.26',
  tripleDes: '1.2.840.113549.1.12.1.3',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
};

/**
 * Writes a PKCS #12 file. Takes the bytes of the certificates as they are. Encrypts the keys, and not the certificates.
 *
 * @param keyed a certificate with its key, or several in the order of the file
 */
export function makePfx(
  keyed: KeyedCertificate | readonly KeyedCertificate[],
  options: PfxOptions,
): Uint8Array {
  const entries: readonly KeyedCertificate[] = 'certificate' in keyed ? [keyed] : keyed;
  const chain = options.chain ?? [...new Set(entries.flatMap((entry) => entry.chain ?? []))];
  const keys = entries.map((entry) =>
    bag(OID.shroudedKeyBag, shrouded(entry, options), [
      ...labels(entry.certificate, options),
      ...(options.keyProvider === undefined
        ? []
        : [attribute(OID.keyProviderName, bmpString(options.keyProvider))]),
    ]),
  );
  const certificates = [
    ...entries.map(({ certificate }) => certificateBag(certificate, labels(certificate, options))),
    ...chain.map((certificate) => certificateBag(certificate, [])),
  ];
  const safe = sequence(dataContent(sequence(...keys)), dataContent(sequence(...certificates)));
  return new Uint8Array(sequence(integer(3), dataContent(safe), macData(safe, options)));
}

function dataContent(content: Uint8Array): Buffer {
  return sequence(objectIdentifier(OID.data), tagged(0, octetString(content)));
}

function bag(type: string, content: Uint8Array, attributes: readonly Uint8Array[]): Buffer {
  return sequence(
    objectIdentifier(type),
    tagged(0, content),
    ...(attributes.length === 0 ? [] : [set(...attributes)]),
  );
}

function certificateBag({ der }: Certificate, attributes: readonly Uint8Array[]): Buffer {
  const content = sequence(objectIdentifier(OID.x509Certificate), tagged(0, octetString(der)));
  return bag(OID.certificateBag, content, attributes);
}

function attribute(type: string, content: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), set(content));
}

/** As OpenSSL does, the thumbprint is the label that links a key to its certificate. */
function labels({ thumbprint }: Certificate, { friendlyName }: PfxOptions): readonly Uint8Array[] {
  return [
    attribute(OID.localKeyId, octetString(Buffer.from(thumbprint, 'hex'))),
    ...(friendlyName === undefined ? [] : [attribute(OID.friendlyName, bmpString(friendlyName))]),
  ];
}

const SALT_BYTES = 8;
const DEFAULT_ITERATIONS = 2048;

function shrouded({ privateKey }: KeyedCertificate, options: PfxOptions): Buffer {
  const plain = privateKey.export({ type: 'pkcs8', format: 'der' });
  const salt = randomBytes(SALT_BYTES);
  const iterations = options.iterations ?? DEFAULT_ITERATIONS;
  const saltAndIterations = [octetString(salt), integer(iterations)];
  if (options.cipher === '3des') {
    const made = (id: number, bytes: number) =>
      keyOf({
        by: { kind: 'pkcs12', id },
        hash: 'sha1',
        password: ownForm(options),
        salt,
        iterations,
        bytes,
      });
    const algorithm = sequence(objectIdentifier(OID.tripleDes), sequence(...saltAndIterations));
    return sequence(algorithm, octetString(encrypted('des-ede3-cbc', made(1, 24), made(2, 8), plain)));
  }
  const [password = Buffer.alloc(0)] = passwordForms(options.password).pkcs5;
  const derivation: Derivation = {
    by: { kind: 'pbkdf2' },
    hash: 'sha256',
    password,
    salt,
    iterations,
    bytes: 32,
  };
  const iv = randomBytes(16);
  const pseudoRandom = sequence(objectIdentifier(OID.hmacWithSha256), NULL);
  const algorithm = sequence(
    objectIdentifier(OID.pbes2),
    sequence(
      sequence(objectIdentifier(OID.pbkdf2), sequence(...saltAndIterations, pseudoRandom)),
      sequence(objectIdentifier(OID.aes256), octetString(iv)),
    ),
  );
  return sequence(algorithm, octetString(encrypted('aes-256-cbc', keyOf(derivation), iv, plain)));
}

function encrypted(cipher: string, key: Buffer, iv: Buffer, plain: Buffer): Buffer {
  const ciphering = createCipheriv(cipher, key, iv);
  return Buffer.concat([ciphering.update(plain), ciphering.final()]);
}

/** RFC 7292 appendix B.1. */
function ownForm({ password }: PfxOptions): Buffer {
  return passwordForms(password).pkcs12[0] ?? Buffer.alloc(0);
}

function macData(content: Buffer, options: PfxOptions): Buffer {
  const salt = randomBytes(SALT_BYTES);
  const iterations = options.iterations ?? DEFAULT_ITERATIONS;
  const by = { kind: 'pkcs12', id: 3 } as const;
  const key = keyOf({ by, hash: 'sha1', password: ownForm(options), salt, iterations, bytes: 20 });
  const digest = createHmac('sha1', key).update(content).digest();
  const algorithm = sequence(objectIdentifier(OID.sha1), NULL);
  return sequence(sequence(algorithm, octetString(digest)), octetString(salt), integer(iterations));
}
