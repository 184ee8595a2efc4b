import {
  createPrivateKey,
  createPublicKey,
  timingSafeEqual,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { asn1, hmac as forgeHmac, md, pkcs12, pki, util } from 'node-forge';
import { parseCertificate, toPem, type Certificate } from './certificate';
import { PkiError } from './error';
import { binary, bytes } from './forge-bytes';
import type { KeyedCertificate } from './issue';

/** A PKCS #12 file (PFX) that has been read. */
export interface Pfx {
  /** The certificate that the private key belongs to. */
  readonly leaf: Certificate;
  readonly privateKey: KeyObject;
  /** From the leaf's issuer upwards, as far as the file holds it. */
  readonly chain: readonly Certificate[];
  /** Every certificate of the file. */
  readonly certificates: readonly Certificate[];
}

/** A PFX holds a handful of certificates; a megabyte is far above what anybody has. */
const LARGEST_PFX = 1024 * 1024;
/** Windows and OpenSSL take at most some hundred thousand; more would keep a hostile file's reader busy. */
const MOST_ITERATIONS = 5_000_000;

/**
 * Reads a PKCS #12 file: RC2, 3DES and AES, RSA and EC keys.
 *
 * @throws PkiError `not-a-pfx`; `wrong-password`; `no-private-key`; `no-certificate`; `key-mismatch` where the key
 * belongs to none of the certificates; `unsupported` where the file is protected in a way that is not known here
 */
export function parsePfx(data: Uint8Array, password: string): Pfx {
  const structure = outerStructure(data);
  const mac = takeMac(structure);
  if (mac !== undefined) verifyMac(mac, password);
  const content = decrypt(structure, password, mac !== undefined);
  const keys = privateKeys(content);
  const certificates = contentCertificates(content);
  if (keys.length === 0) throw new PkiError('no-private-key', 'the PFX holds no private key');
  if (certificates.length === 0) throw new PkiError('no-certificate', 'the PFX holds no certificate');
  for (const privateKey of keys) {
    const leaf = certificates.find((certificate) => belongs(certificate, privateKey));
    if (leaf !== undefined) return { leaf, privateKey, chain: chainOf(leaf, certificates), certificates };
  }
  throw new PkiError('key-mismatch', 'the private key of the PFX belongs to none of its certificates');
}

export interface PfxOptions {
  readonly password: string;
  /** Further certificates, from the issuer upwards. */
  readonly chain?: readonly Certificate[];
  /** Shown in Windows' list of certificates. */
  readonly friendlyName?: string;
  /**
   * @default 'aes256'
   */
  readonly cipher?: 'aes256' | '3des';
  /**
   * How often the password is hashed, which makes guessing slow, and reading too.
   *
   * @default 2048
   */
  readonly iterations?: number;
}

/** Writes a PKCS #12 file. RSA keys only. */
export function makePfx({ certificate, privateKey }: KeyedCertificate, options: PfxOptions): Uint8Array {
  const { password, chain = [], friendlyName, cipher = 'aes256', iterations = 2048 } = options;
  const key = pki.privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const certificates = [certificate, ...chain].map((one) => pki.certificateFromPem(toPem(one)));
  const file = pkcs12.toPkcs12Asn1(key, certificates, password, {
    algorithm: cipher,
    count: iterations,
    ...(friendlyName === undefined ? {} : { friendlyName }),
  });
  return bytes(asn1.toDer(file).getBytes());
}

/** PFX ::= SEQUENCE { version 3, authSafe ContentInfo, macData OPTIONAL }, RFC 7292 section 4. */
function outerStructure(data: Uint8Array): asn1.Asn1 {
  const refuse = (cause?: unknown) =>
    new PkiError('not-a-pfx', 'the bytes are no PKCS #12 file (PFX)', { cause });
  if (data.length > LARGEST_PFX) throw refuse();
  let structure: asn1.Asn1;
  try {
    structure = asn1.fromDer(binary(data));
  } catch (cause) {
    throw refuse(cause);
  }
  const [version, content] = children(structure);
  const isVersion3 = version?.type === asn1.Type.INTEGER && version.value === '\x03';
  const [contentType] = children(content);
  if (!isVersion3 || contentType?.type !== asn1.Type.OID) throw refuse();
  return structure;
}

interface Mac {
  readonly algorithm: string;
  readonly digest: string;
  readonly salt: string;
  readonly iterations: number;
  /** What is protected: the DER of the authenticated safe. */
  readonly content: string;
}

/** Takes the MAC off the structure, so that it is verified here, where a wrong password can be told apart. */
function takeMac(structure: asn1.Asn1): Mac | undefined {
  const [, content, macData] = children(structure);
  if (macData === undefined) return undefined;
  const [digestInfo, salt, iterations] = children(macData);
  const [algorithm, digest] = children(digestInfo);
  const [oid] = children(algorithm);
  const protectedContent = children(children(content)[1])[0];
  if (
    typeof oid?.value !== 'string' ||
    typeof digest?.value !== 'string' ||
    typeof salt?.value !== 'string' ||
    protectedContent === undefined
  ) {
    throw new PkiError('not-a-pfx', 'the integrity part of the PFX cannot be read');
  }
  (structure.value as asn1.Asn1[]).splice(2);
  return {
    algorithm: asn1.derToOid(oid.value),
    digest: digest.value,
    salt: salt.value,
    iterations: typeof iterations?.value === 'string' ? unsigned(iterations.value) : 1,
    content: octets(protectedContent),
  };
}

/** Hash functions of the MAC by object identifier, with forge's name. */
const HASHES: {
  readonly [oid: string]: { readonly create: () => md.MessageDigest; readonly bytes: number };
} = {
  '1.3.14.3.2.26': { create: () => md.sha1.create(), bytes: 20 },
  '2.16.840.1.101.3.4.2.1': { create: () => md.sha256.create(), bytes: 32 },
  '2.16.840.1.101.3.4.2.2': { create: () => md.sha384.create(), bytes: 48 },
  '2.16.840.1.101.3.4.2.3': { create: () => md.sha512.create(), bytes: 64 },
};

/** Identifier byte of a MAC key, RFC 7292 appendix B.3. */
const MAC_KEY = 3;

function verifyMac(mac: Mac, password: string): void {
  const hash = HASHES[mac.algorithm];
  if (hash === undefined || mac.iterations > MOST_ITERATIONS) {
    throw new PkiError('unsupported', `the PFX's integrity algorithm ${mac.algorithm} is not known here`);
  }
  const salt = util.createBuffer(mac.salt);
  const key = generateKey(password, salt, MAC_KEY, mac.iterations, hash.bytes, hash.create());
  const hmac = forgeHmac.create();
  hmac.start(hash.create(), key);
  hmac.update(mac.content);
  const computed = Buffer.from(hmac.digest().getBytes(), 'latin1');
  const stored = Buffer.from(mac.digest, 'latin1');
  if (computed.length !== stored.length || !timingSafeEqual(computed, stored)) {
    throw new PkiError('wrong-password', 'the password does not open the PFX');
  }
}

/** forge has it, its type declarations do not. */
function generateKey(
  password: string,
  salt: util.ByteStringBuffer,
  id: number,
  iterations: number,
  length: number,
  digest: md.MessageDigest,
): util.ByteStringBuffer {
  interface WithGenerateKey {
    generateKey(...args: readonly unknown[]): util.ByteStringBuffer;
  }
  return (pkcs12 as unknown as WithGenerateKey).generateKey(password, salt, id, iterations, length, digest);
}

function decrypt(structure: asn1.Asn1, password: string, passwordIsRight: boolean): pkcs12.Pkcs12Pfx {
  // RFC 7292 wants the password in UTF-16 for its own ciphers; OpenSSL and Windows take UTF-8 for those of PKCS #5.
  const spellings = [...new Set([password, util.encodeUtf8(password)])];
  let cause: unknown;
  for (const spelling of spellings) {
    try {
      return pkcs12.pkcs12FromAsn1(structure, false, spelling);
    } catch (error) {
      cause = error;
    }
  }
  throw passwordIsRight
    ? new PkiError('unsupported', 'the PFX is protected in a way that is not known here', { cause })
    : new PkiError('wrong-password', 'the password does not open the PFX', { cause });
}

function bags(content: pkcs12.Pkcs12Pfx, type: string): readonly pkcs12.Bag[] {
  return content.getBags({ bagType: type })[type] ?? [];
}

function privateKeys(content: pkcs12.Pkcs12Pfx): readonly KeyObject[] {
  const found = [...bags(content, pki.oids['pkcs8ShroudedKeyBag']!), ...bags(content, pki.oids['keyBag']!)];
  return found.map((bag) => {
    // forge reads RSA keys; of others it hands over the structure, which OpenSSL reads.
    const info = bag.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(bag.key)) : bag.asn1;
    try {
      const der = Buffer.from(asn1.toDer(info).getBytes(), 'latin1');
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    } catch (cause) {
      throw new PkiError('unsupported', 'the private key of the PFX is of a kind that is not known here', {
        cause,
      });
    }
  });
}

function contentCertificates(content: pkcs12.Pkcs12Pfx): readonly Certificate[] {
  return bags(content, pki.oids['certBag']!).map((bag) => {
    const structure = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
    return parseCertificate(bytes(asn1.toDer(structure).getBytes()));
  });
}

function belongs(certificate: Certificate, privateKey: KeyObject): boolean {
  return new X509Certificate(certificate.der).publicKey.equals(createPublicKey(privateKey));
}

function chainOf(leaf: Certificate, certificates: readonly Certificate[]): readonly Certificate[] {
  const chain: Certificate[] = [];
  for (let current = leaf; !current.selfSigned;) {
    const parsed = new X509Certificate(current.der);
    const issuer = certificates.find(
      (candidate) =>
        candidate !== leaf &&
        !chain.includes(candidate) &&
        parsed.checkIssued(new X509Certificate(candidate.der)),
    );
    if (issuer === undefined) break;
    chain.push(issuer);
    current = issuer;
  }
  return chain;
}

function children(node: asn1.Asn1 | undefined): readonly asn1.Asn1[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : [];
}

/** The bytes of an octet string, which BER may split into pieces. */
function octets(node: asn1.Asn1): string {
  return Array.isArray(node.value) ? node.value.map(octets).join('') : node.value;
}

function unsigned(big: string): number {
  return [...Buffer.from(big, 'latin1')].reduce((sum, byte) => sum * 256 + byte, 0);
}
