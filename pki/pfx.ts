import { createHmac, createPublicKey, timingSafeEqual, X509Certificate, type KeyObject } from 'node:crypto';
import type { Certificate } from './certificate';
import { chainOf } from './chain';
import { uncovered } from './coverage';
import { PkiError } from './error';
import { atOnce, HASH_BYTES, inTurns, IterationBudget, type Deriving } from './key-derivation';
import {
  bagsOf,
  certificateIn,
  isProtectedToPrincipals,
  keyIn,
  type CertificateInBag,
  type KeyInBag,
} from './pfx-bags';
import { readEnvelope, type Envelope, type Mac } from './pfx-envelope';
import { passwordForms, type PasswordForms } from './pfx-password';

/** A certificate of a PKCS #12 file with its key. */
interface PfxEntry {
  /** The certificate that the private key belongs to. */
  readonly leaf: Certificate;
  readonly privateKey: KeyObject;
  /** The provider that is to keep the key, as Windows names it. Left out where the file names none. */
  readonly keyProvider?: string;
  /** How many times the file holds the leaf. */
  readonly copies: number;
  /** From the leaf's issuer upwards, as far as the file holds it. */
  readonly chain: readonly Certificate[];
}

/** A PKCS #12 file (PFX) that has been read. */
export interface Pfx extends PfxEntry {
  /** Every certificate of the file, once each. */
  readonly certificates: readonly Certificate[];
  /** The certificates beside the leaf that have their private keys in the file. */
  readonly others: readonly Certificate[];
}

/** Which certificate to take where a file holds the keys of several. */
export interface PfxChoice {
  /** Host names that the certificate must cover. */
  readonly names?: readonly string[];
  /** SHA-1 of the certificate in hexadecimal. Where it is given, nothing else of the choice counts. */
  readonly thumbprint?: string;
  /** The certificate is for a client, so that one whose extended key usages exclude clients is not taken. */
  readonly forClient?: true;
}

/**
 * Reads a PKCS #12 file: RC2, 3DES and AES, RSA and EC keys. Making keys of the password takes as long as the file asks
 * for, up to some seconds, and does not hold the event loop.
 *
 * @param choice left out: of several certificates with keys the first one, as .NET takes it
 * @throws PkiError `text`, `not-a-pfx`; `wrong-password`; `needless-password` where the file has none;
 * `protected-to-principals`; `no-private-key`; `no-certificate`; `key-mismatch` where the key belongs to none of the
 * certificates; `several-keys` where the choice is not clear; `unsupported` where the file is protected in a way that is
 * not known here; `too-many-iterations`
 */
export async function openPfx(data: Uint8Array, password: string, choice?: PfxChoice): Promise<Pfx> {
  return inTurns(reading(data, password, choice));
}

/** As `openPfx`, but blocks until it is done: for programs that have nothing else to do. */
export function parsePfx(data: Uint8Array, password: string, choice?: PfxChoice): Pfx {
  return atOnce(reading(data, password, choice));
}

function* reading(data: Uint8Array, password: string, choice: PfxChoice | undefined): Deriving<Pfx> {
  const envelope = readEnvelope(data);
  try {
    const { keys, certificates } = yield* contentOf(envelope, password);
    const once = distinct(certificates.map(({ certificate }) => certificate));
    const entries = entriesOf(keys, certificates, once);
    const chosen = chosenOf(entries, choice);
    const others = entries.filter((entry) => entry !== chosen).map(({ leaf }) => leaf);
    return { ...chosen, certificates: once, others };
  } catch (error) {
    const isWrong = error instanceof PkiError && error.problem === 'wrong-password';
    if (!isWrong || !isProtectedToPrincipals(envelope.parts)) throw error;
    throw new PkiError(
      'protected-to-principals',
      'the PFX was exported to groups or users, and not with a password',
      {
        cause: error,
        remedy:
          'Windows chose a password that only these accounts can get from a domain controller, on Windows. Export the certificate again and choose "Password" in place of "Group or user names".',
      },
    );
  }
}

interface PfxContent {
  readonly keys: readonly KeyInBag[];
  readonly certificates: readonly CertificateInBag[];
}

function* contentOf({ parts, mac }: Envelope, password: string): Deriving<PfxContent> {
  const budget = new IterationBudget();
  const spelled = passwordForms(password);
  const forms = mac === undefined ? spelled : yield* verifyMac(mac, spelled, password !== '', budget);
  const opening = { password: forms, isRight: mac !== undefined, budget };
  const bags = yield* bagsOf(parts, opening);
  const keys: KeyInBag[] = [];
  let unknown: PkiError | undefined;
  for (const bag of bags) {
    try {
      const key = yield* keyIn(bag, opening);
      if (key !== undefined) keys.push(key);
    } catch (error) {
      // Where the file holds several keys, one may be of a kind that cannot be read here.
      if (!(error instanceof PkiError) || error.problem !== 'unsupported') throw error;
      unknown = error;
    }
  }
  const certificates = bags.flatMap((bag) => certificateIn(bag) ?? []);
  if (keys.length === 0) throw unknown ?? new PkiError('no-private-key', 'the PFX holds no private key');
  if (certificates.length === 0) throw new PkiError('no-certificate', 'the PFX holds no certificate');
  return { keys, certificates };
}

/** Identifier byte of a MAC key, RFC 7292 appendix B.3. */
const MAC_KEY = 3;

/**
 * Verifies the MAC. Gives the forms of the password with the one that was right first: encrypted parts may use another
 * one.
 */
function* verifyMac(
  mac: Mac,
  forms: PasswordForms,
  isGiven: boolean,
  budget: IterationBudget,
): Deriving<PasswordForms> {
  for (const form of forms.pkcs12) {
    if (yield* isMadeWith(mac, form, budget)) {
      return { ...forms, pkcs12: [form, ...forms.pkcs12.filter((other) => other !== form)] };
    }
  }
  for (const form of isGiven ? passwordForms('').pkcs12 : []) {
    if (yield* isMadeWith(mac, form, budget)) {
      throw new PkiError('needless-password', 'the PFX has no password, and one is given');
    }
  }
  throw new PkiError('wrong-password', 'the password does not open the PFX');
}

function* isMadeWith(
  { hash, salt, iterations, content, digest }: Mac,
  password: Buffer,
  budget: IterationBudget,
): Deriving<boolean> {
  const by = { kind: 'pkcs12', id: MAC_KEY } as const;
  const key = yield* budget.derive({ by, hash, password, salt, iterations, bytes: HASH_BYTES[hash] });
  const computed = createHmac(hash, key).update(content).digest();
  return computed.length === digest.length && timingSafeEqual(computed, digest);
}

function entriesOf(
  keys: readonly KeyInBag[],
  certificates: readonly CertificateInBag[],
  once: readonly Certificate[],
): readonly PfxEntry[] {
  const entries = keys.flatMap(({ privateKey, provider, localKeyId }): PfxEntry[] => {
    const own = certificates.filter(({ certificate }) => belongs(certificate, privateKey));
    // A renewed certificate may have kept the key: the label then says which certificate is meant.
    const labelled = own.find((one) => localKeyId !== undefined && one.localKeyId === localKeyId);
    const leaf = (labelled ?? own[0])?.certificate;
    if (leaf === undefined) return [];
    return [
      {
        leaf,
        privateKey,
        ...(provider === undefined ? {} : { keyProvider: provider }),
        copies: certificates.filter(({ certificate }) => isSame(certificate, leaf)).length,
        chain: chainOf(leaf, once),
      },
    ];
  });
  if (entries.length === 0) {
    throw new PkiError('key-mismatch', 'the private key of the PFX belongs to none of its certificates');
  }
  return entries.filter(
    ({ leaf }, index) => entries.findIndex((other) => isSame(other.leaf, leaf)) === index,
  );
}

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

function chosenOf(entries: readonly PfxEntry[], choice: PfxChoice | undefined): PfxEntry {
  const [first] = entries;
  if (first !== undefined && (entries.length === 1 || choice === undefined)) return first;
  const { names, thumbprint, forClient } = choice ?? {};
  const isMeant =
    thumbprint === undefined
      ? (leaf: Certificate) =>
          uncovered(leaf, names ?? []).length === 0 &&
          (!forClient || (leaf.extendedKeyUsages?.includes(CLIENT_AUTHENTICATION) ?? true))
      : (leaf: Certificate) => leaf.thumbprint === thumbprint.toUpperCase();
  const fitting = entries.filter(({ leaf }) => isMeant(leaf));
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  const held = entries.map(({ leaf }) => `${leaf.subject} (${leaf.thumbprint})`).join(' and ');
  throw new PkiError(
    'several-keys',
    `the PFX holds keys of ${entries.length} certificates, ${held}, of which ${fitting.length === 0 ? 'none fits' : 'more than one fits'}`,
    { remedy: 'Export only the one that is meant, with its key.' },
  );
}

function isSame(left: Certificate, right: Certificate): boolean {
  return left.thumbprint === right.thumbprint;
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter(
    (certificate, index) => certificates.findIndex((other) => isSame(other, certificate)) === index,
  );
}

/**
 * Compares the kinds first: a certificate's key that cannot be decoded is of none; and where the kinds differ, `equals`
 * leaves an error behind in OpenSSL, which fails the next private key that is read (seen with Node 20).
 */
function belongs(certificate: Certificate, privateKey: KeyObject): boolean {
  if (certificate.keyAlgorithm !== privateKey.asymmetricKeyType) return false;
  return new X509Certificate(certificate.der).publicKey.equals(createPublicKey(privateKey));
}
