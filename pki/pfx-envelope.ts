import { children, firstDer, identifier, octets, readDer, statedLength, wholeNumber, type Der } from './der';
import { PkiError } from './error';
import { lookalike } from './pfx-lookalike';
import { HASHES } from './signature-hash';
import type { Hash } from './key-derivation';

/** PFX ::= SEQUENCE { version 3, authSafe ContentInfo, macData OPTIONAL }, RFC 7292 section 4. */
export interface Envelope {
  /** AuthenticatedSafe ::= SEQUENCE OF ContentInfo, section 4.1. */
  readonly parts: readonly Der[];
  /** Left out where the file has no MAC. */
  readonly mac?: Mac;
}

/** The MAC, which proves that the password is right and the content is unchanged. */
export interface Mac {
  readonly hash: Hash;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  /** The content that the MAC covers, as it is in the file: the authenticated safe. */
  readonly content: Buffer;
}

/** A PFX holds a handful of certificates. Nobody has one of a megabyte. */
const LARGEST_PFX = 1024 * 1024;

/** @throws PkiError `text`, `not-a-pfx`, `unsupported` */
export function readEnvelope(data: Uint8Array): Envelope {
  if (data.length > LARGEST_PFX) throw notAPfx('the file is larger than any PFX');
  const bytes = Buffer.from(data);
  const [version, content, macData] = children(outermost(bytes));
  const [contentType] = children(content);
  if (wholeNumber(version) !== 3 || identifier(contentType) === '') throw lookalike(bytes) ?? notAPfx();
  if (identifier(contentType) !== DATA) {
    throw new PkiError(
      'unsupported',
      `the integrity of the PFX is protected by ${identifier(contentType)} and not by a password`,
    );
  }
  const safe = contentOctets(content);
  if (safe === undefined) throw notAPfx('the PFX is empty');
  const parts = children(innerStructure(safe));
  return macData === undefined ? { parts } : { parts, mac: macOf(macData, safe) };
}

/** Types of a part of the safe, RFC 7292 section 4.1. */
export const DATA = '1.2.840.113549.1.7.1';

function outermost(bytes: Buffer): Der {
  try {
    return firstDer(bytes);
  } catch (cause) {
    throw lookalike(bytes) ?? cutOff(bytes) ?? notAPfx(undefined, cause);
  }
}

function notAPfx(message = 'the bytes are not a PKCS #12 file (PFX)', cause?: unknown): PkiError {
  return new PkiError('not-a-pfx', message, { cause });
}

/** The bytes are a part of a PFX only: a download broke off, or the file was copied in text mode. */
function cutOff(bytes: Buffer): PkiError | undefined {
  const stated = bytes[0] === 0x30 ? statedLength(bytes) : undefined;
  if (stated === undefined || stated <= bytes.length || stated > LARGEST_PFX) return undefined;
  return notAPfx(`the file is cut off: it has ${bytes.length} bytes and states that it has ${stated}`);
}

function macOf(macData: Der, content: Buffer): Mac {
  const [digestInfo, saltNode, iterationsNode] = children(macData);
  const [algorithm, digestNode] = children(digestInfo);
  const [digest, salt] = [octets(digestNode), octets(saltNode)];
  const iterations = iterationsNode === undefined ? 1 : wholeNumber(iterationsNode);
  if (digest === undefined || salt === undefined || !iterations) {
    throw notAPfx('the integrity part of the PFX cannot be read');
  }
  const oid = identifier(children(algorithm)[0]);
  const hash = (HASHES as { readonly [oid: string]: Hash })[oid];
  if (hash === undefined) {
    throw new PkiError('unsupported', `the PFX's integrity algorithm ${oid} is not known here`);
  }
  return { hash, digest, salt, iterations, content };
}

/** The octets of a ContentInfo of type data. */
export function contentOctets(content: Der | undefined): Buffer | undefined {
  return octets(children(children(content)[1])[0]);
}

export function innerStructure(content: Buffer | undefined): Der {
  try {
    return readDer(content ?? Buffer.alloc(0));
  } catch (cause) {
    throw notAPfx('the content of the PFX cannot be read', cause);
  }
}
