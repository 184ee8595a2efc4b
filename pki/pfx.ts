import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  timingSafeEqual,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { asn1, pkcs12, pki } from 'node-forge';
import { parseCertificate, toPem, type Certificate } from './certificate';
import { children, identifier, octets, readDer, wholeNumber, writeDer } from './der';
import { PkiError } from './error';
import { binary, bytes } from './forge-bytes';
import type { KeyedCertificate } from './issue';
import { atOnce, HASH_BYTES, inTurns, IterationBudget, type Deriving, type Hash } from './key-derivation';
import { decrypted } from './pfx-cipher';
import { passwordForms, type PasswordForms } from './pfx-password';

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

/**
 * Reads a PKCS #12 file: RC2, 3DES and AES, RSA and EC keys. Making keys of the password takes as long as the file asks
 * for, up to some seconds, and does not hold the event loop.
 *
 * @throws PkiError `not-a-pfx`; `wrong-password`; `no-private-key`; `no-certificate`; `key-mismatch` where the key
 * belongs to none of the certificates; `unsupported` where the file is protected in a way that is not known here;
 * `too-many-iterations`
 */
export async function openPfx(data: Uint8Array, password: string): Promise<Pfx> {
  return inTurns(reading(data, password));
}

/** As `openPfx`, and holds the thread meanwhile: for programs that have nothing else to do. */
export function parsePfx(data: Uint8Array, password: string): Pfx {
  return atOnce(reading(data, password));
}

function* reading(data: Uint8Array, password: string): Deriving<Pfx> {
  const structure = outerStructure(data);
  const budget = new IterationBudget();
  const mac = macOf(structure);
  const spelled = passwordForms(password);
  const forms =
    mac === undefined ? spelled : { ...spelled, pkcs12: [yield* verifyMac(mac, spelled, budget)] };
  const opening = { password: forms, isRight: mac !== undefined, budget };
  const bags = yield* bagsOf(authenticatedSafe(structure), opening);
  const keys: KeyObject[] = [];
  for (const bag of bags) {
    const key = yield* privateKey(bag, opening);
    if (key !== undefined) keys.push(key);
  }
  const certificates = bags.flatMap(certificatesIn);
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
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  /** What is protected: the DER of the authenticated safe. */
  readonly content: Buffer;
}

function macOf(structure: asn1.Asn1): Mac | undefined {
  const [, content, macData] = children(structure);
  if (macData === undefined) return undefined;
  const [digestInfo, saltNode, iterationsNode] = children(macData);
  const [algorithm, digestNode] = children(digestInfo);
  const [digest, salt, safe] = [octets(digestNode), octets(saltNode), contentOctets(content)];
  const iterations = iterationsNode === undefined ? 1 : wholeNumber(iterationsNode);
  if (digest === undefined || salt === undefined || safe === undefined || !iterations) {
    throw new PkiError('not-a-pfx', 'the integrity part of the PFX cannot be read');
  }
  return { algorithm: identifier(children(algorithm)[0]), digest, salt, iterations, content: safe };
}

/** Hash functions of the MAC by object identifier. */
const HASHES: { readonly [oid: string]: Hash } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Identifier byte of a MAC key, RFC 7292 appendix B.3. */
const MAC_KEY = 3;

/** The form of the password that the MAC was made with. */
function* verifyMac(mac: Mac, { pkcs12 }: PasswordForms, budget: IterationBudget): Deriving<Buffer> {
  const { salt, iterations } = mac;
  const hash = HASHES[mac.algorithm];
  if (hash === undefined) {
    throw new PkiError('unsupported', `the PFX's integrity algorithm ${mac.algorithm} is not known here`);
  }
  for (const password of pkcs12) {
    const by = { kind: 'pkcs12', id: MAC_KEY } as const;
    const key = yield* budget.derive({ by, hash, password, salt, iterations, bytes: HASH_BYTES[hash] });
    const computed = createHmac(hash, key).update(mac.content).digest();
    if (computed.length === mac.digest.length && timingSafeEqual(computed, mac.digest)) return password;
  }
  throw wrongPassword();
}

function wrongPassword(): PkiError {
  return new PkiError('wrong-password', 'the password does not open the PFX');
}

/** The octets of a ContentInfo of type data. */
function contentOctets(content: asn1.Asn1 | undefined): Buffer | undefined {
  return octets(children(children(content)[1])[0]);
}

/** AuthenticatedSafe ::= SEQUENCE OF ContentInfo, RFC 7292 section 4.1. */
function authenticatedSafe(structure: asn1.Asn1): readonly asn1.Asn1[] {
  return children(innerStructure(contentOctets(children(structure)[1])));
}

function innerStructure(content: Buffer | undefined): asn1.Asn1 {
  try {
    return readDer(content ?? Buffer.alloc(0));
  } catch (cause) {
    throw new PkiError('not-a-pfx', 'the content of the PFX cannot be read', { cause });
  }
}

/** How encrypted parts are opened. */
interface Opening {
  readonly password: PasswordForms;
  /** The MAC has proved the password: what it does not open is protected otherwise. */
  readonly isRight: boolean;
  readonly budget: IterationBudget;
}

function* opened<T>(
  algorithm: asn1.Asn1 | undefined,
  content: asn1.Asn1 | undefined,
  { password, isRight, budget }: Opening,
  read: (plain: Buffer) => T,
): Deriving<T> {
  const found = yield* decrypted(algorithm, octets(content) ?? Buffer.alloc(0), password, budget, read);
  if (found !== undefined) return found;
  if (!isRight) throw wrongPassword();
  throw new PkiError('unsupported', 'the PFX is protected in a way that is not known here');
}

/** What a part of the safe may be, RFC 7292 section 4.1. */
const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const BAGS = '1.2.840.113549.1.12.10.1';
const KEY_BAG = `${BAGS}.1`;
const SHROUDED_KEY_BAG = `${BAGS}.2`;
const CERTIFICATE_BAG = `${BAGS}.3`;
const NESTED_BAGS = `${BAGS}.6`;
const X509 = '1.2.840.113549.1.9.22.1';

interface Bag {
  readonly type: string;
  readonly value: asn1.Asn1 | undefined;
}

function* bagsOf(parts: readonly asn1.Asn1[], opening: Opening): Deriving<readonly Bag[]> {
  const bags: Bag[] = [];
  for (const part of parts) {
    const [type] = children(part);
    switch (identifier(type)) {
      case DATA:
        bags.push(...bagsIn(innerStructure(contentOctets(part))));
        break;
      case ENCRYPTED_DATA: {
        const [, information] = children(children(children(part)[1])[0]);
        const [, algorithm, content] = children(information);
        bags.push(...bagsIn(yield* opened(algorithm, content, opening, readDer)));
        break;
      }
      default:
        throw new PkiError('unsupported', `the PFX has a part of type ${identifier(type)}`);
    }
  }
  return bags;
}

/** SafeContents ::= SEQUENCE OF SafeBag { bagId, [0] bagValue, attributes }, RFC 7292 section 4.2. */
function bagsIn(contents: asn1.Asn1): readonly Bag[] {
  return children(contents).flatMap((bag): readonly Bag[] => {
    const [oid, wrapped] = children(bag);
    const [type, [value]] = [identifier(oid), children(wrapped)];
    return type === NESTED_BAGS && value !== undefined ? bagsIn(value) : [{ type, value }];
  });
}

function* privateKey({ type, value }: Bag, opening: Opening): Deriving<KeyObject | undefined> {
  if (type === KEY_BAG && value !== undefined) return keyFrom(writeDer(value));
  if (type !== SHROUDED_KEY_BAG) return undefined;
  const [algorithm, content] = children(value);
  const der = yield* opened(algorithm, content, opening, (plain) => {
    readDer(plain);
    return plain;
  });
  return keyFrom(der);
}

function keyFrom(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    const message = 'the private key of the PFX is of a kind that is not known here';
    throw new PkiError('unsupported', message, { cause });
  }
}

/** The bytes as they stand in the file: written anew, a signature over them could be wrong, and a thumbprint another. */
function certificatesIn({ type, value }: Bag): readonly Certificate[] {
  if (type !== CERTIFICATE_BAG) return [];
  const [kind, wrapped] = children(value);
  const der = octets(children(wrapped)[0]);
  return identifier(kind) !== X509 || der === undefined ? [] : [parseCertificate(new Uint8Array(der))];
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
