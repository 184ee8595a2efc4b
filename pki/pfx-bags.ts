import { createPrivateKey, type KeyObject } from 'node:crypto';
import { parseCertificate, type Certificate } from './certificate';
import { children, identifier, octets, readDer, type Der } from './der';
import { PkiError } from './error';
import type { Deriving, IterationBudget } from './key-derivation';
import { decrypted } from './pfx-cipher';
import { contentOctets, DATA, innerStructure } from './pfx-envelope';
import type { PasswordForms } from './pfx-password';

/** How the encrypted parts are opened. */
export interface Opening {
  readonly password: PasswordForms;
  /** The MAC has proved that the password is right: a part that it does not open is protected in another way. */
  readonly isRight: boolean;
  readonly budget: IterationBudget;
}

const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const BAGS = '1.2.840.113549.1.12.10.1';
const KEY_BAG = `${BAGS}.1`;
const SHROUDED_KEY_BAG = `${BAGS}.2`;
const CERTIFICATE_BAG = `${BAGS}.3`;
const SECRET_BAG = `${BAGS}.5`;
const NESTED_BAGS = `${BAGS}.6`;
const X509 = '1.2.840.113549.1.9.22.1';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
/**
 * Attributes of Windows: the provider that is to keep the key; and the password of the file, encrypted for groups or
 * users.
 */
const KEY_PROVIDER_NAME = '1.3.6.1.4.1.311.17.1';
const PASSWORD_FOR_PRINCIPALS = '1.3.6.1.4.1.311.17.4';

export interface Bag {
  readonly type: string;
  readonly value: Der | undefined;
  readonly attributes: readonly Der[];
}

/** The attributes of a bag that say which certificate belongs to which key. */
interface Labelled {
  readonly localKeyId?: string;
}

export interface KeyInBag extends Labelled {
  readonly privateKey: KeyObject;
  readonly provider?: string;
}

export interface CertificateInBag extends Labelled {
  readonly certificate: Certificate;
}

/** Whether Windows protected the file for groups or users. Its password is then random, and nobody knows it. */
export function isProtectedToPrincipals(parts: readonly Der[]): boolean {
  return parts
    .filter((part) => identifier(children(part)[0]) === DATA)
    .flatMap((part) => bagsIn(innerStructure(contentOctets(part))))
    .some(
      ({ type, value }) => type === SECRET_BAG && identifier(children(value)[0]) === PASSWORD_FOR_PRINCIPALS,
    );
}

export function* bagsOf(parts: readonly Der[], opening: Opening): Deriving<readonly Bag[]> {
  const bags: (readonly Bag[])[] = [];
  for (const part of parts) bags.push(bagsIn(yield* safeContents(part, opening)));
  return bags.flat();
}

function* safeContents(part: Der, opening: Opening): Deriving<Der> {
  const type = identifier(children(part)[0]);
  if (type === DATA) return innerStructure(contentOctets(part));
  if (type !== ENCRYPTED_DATA) throw new PkiError('unsupported', `the PFX has a part of type ${type}`);
  const [, information] = children(children(children(part)[1])[0]);
  const [, algorithm, content] = children(information);
  return yield* opened(algorithm, content, opening, readDer);
}

function* opened<T>(
  algorithm: Der | undefined,
  content: Der | undefined,
  { password, isRight, budget }: Opening,
  read: (plain: Buffer) => T,
): Deriving<T> {
  const found = yield* decrypted(algorithm, octets(content) ?? Buffer.alloc(0), password, budget, read);
  if (found !== undefined) return found;
  if (!isRight) throw new PkiError('wrong-password', 'the password does not open the PFX');
  throw new PkiError('unsupported', 'the PFX is protected in a way that is not known here');
}

/** SafeContents ::= SEQUENCE OF SafeBag { bagId, [0] bagValue, bagAttributes SET }, RFC 7292 section 4.2. */
function bagsIn(contents: Der): readonly Bag[] {
  return children(contents).flatMap((bag): readonly Bag[] => {
    const [oid, wrapped, attributes] = children(bag);
    const [type, [value]] = [identifier(oid), children(wrapped)];
    return type === NESTED_BAGS && value !== undefined
      ? bagsIn(value)
      : [{ type, value, attributes: children(attributes) }];
  });
}

/** @throws PkiError `unsupported` where the key is of a kind that cannot be read here */
export function* keyIn({ type, value, attributes }: Bag, opening: Opening): Deriving<KeyInBag | undefined> {
  if (value === undefined || (type !== KEY_BAG && type !== SHROUDED_KEY_BAG)) return undefined;
  const privateKey = keyFrom(type === KEY_BAG ? value.raw : yield* unshrouded(value, opening));
  const provider = attribute(attributes, KEY_PROVIDER_NAME);
  return {
    privateKey,
    ...labelOf(attributes),
    ...(provider === undefined ? {} : { provider: utf16(provider) }),
  };
}

function unshrouded(value: Der, opening: Opening): Deriving<Buffer> {
  const [algorithm, content] = children(value);
  return opened(algorithm, content, opening, (plain) => readDer(plain).raw);
}

function keyFrom(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    const message = 'the private key of the PFX is of a kind that is not known here';
    throw new PkiError('unsupported', message, { cause });
  }
}

/**
 * The certificate with its bytes as they are in the file. One that cannot be read is left out, so that the others can
 * be used.
 */
export function certificateIn({ type, value, attributes }: Bag): CertificateInBag | undefined {
  if (type !== CERTIFICATE_BAG) return undefined;
  const [kind, wrapped] = children(value);
  const der = octets(children(wrapped)[0]);
  if (identifier(kind) !== X509 || der === undefined) return undefined;
  try {
    return { certificate: parseCertificate(der), ...labelOf(attributes) };
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function labelOf(attributes: readonly Der[]): Labelled {
  const id = attribute(attributes, LOCAL_KEY_ID);
  return id === undefined ? {} : { localKeyId: id.toString('hex') };
}

/** The first value of an attribute. */
function attribute(attributes: readonly Der[], oid: string): Buffer | undefined {
  const found = attributes.find((candidate) => identifier(children(candidate)[0]) === oid);
  return children(children(found)[1])[0]?.content;
}

/** A BMPString is big-endian. An odd last byte does not belong to it. */
function utf16(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}
