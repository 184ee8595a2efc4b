import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { children, firstDer } from './der';
import { PkiError } from './error';
import { readName } from './name';
import { signatureHash } from './signature-hash';

/** What the project reads of an X.509 certificate. */
export interface Certificate {
  /** The bytes as they were read, never encoded anew: another spelling would be another thumbprint. */
  readonly der: Uint8Array;
  /** SHA-1 of these bytes, upper-case hexadecimal, as Windows and Exchange name a certificate. */
  readonly thumbprint: string;
  /** As Windows writes it, most specific part first: `CN=mail.contoso.com, O=Contoso`. */
  readonly subject: string;
  readonly issuer: string;
  /** Left out where the subject has none. The last one, where it has several. */
  readonly commonName?: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** The DNS names of the extension, in its order, as they are spelled there; never the common name. */
  readonly subjectAlternativeNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** It names itself as issuer and its own key verifies it. False where the key cannot be decoded. */
  readonly selfSigned: boolean;
  /** `rsa`, `ec`, `ed25519`, … as node:crypto names them; `unknown` where the key cannot be decoded. */
  readonly keyAlgorithm: string;
  /** Bits of an RSA key. Left out for other kinds. */
  readonly keyBits?: number;
  /** OpenSSL's name of an EC key's curve. Left out for other kinds. */
  readonly curve?: string;
  /** The hash that its issuer signed, such as `sha256`. Left out where the kind of signature is not known. */
  readonly signatureHash?: string;
  /** Object identifiers of what it may be used for. Left out where it does not say: for everything. */
  readonly extendedKeyUsages?: readonly string[];
}

/** Far above any certificate, far below what would be felt. */
const LARGEST_CERTIFICATE = 256 * 1024;

/**
 * Reads one certificate, DER or PEM. Of a PEM file with several, the first.
 *
 * @throws PkiError `not-a-certificate`
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > LARGEST_CERTIFICATE) {
    throw new PkiError('not-a-certificate', `a certificate of ${bytes.length} bytes is refused`);
  }
  try {
    const der = derOf(bytes);
    return describe(new X509Certificate(der), der);
  } catch (cause) {
    throw new PkiError('not-a-certificate', 'the bytes are no X.509 certificate in DER or PEM', { cause });
  }
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const SEQUENCE = 0x30;

/** @throws RangeError where there is no certificate */
function derOf(bytes: Uint8Array): Buffer {
  const given = Buffer.from(bytes);
  if (given[0] === SEQUENCE) return firstDer(given).raw;
  const [block] = given.toString('latin1').matchAll(PEM_BLOCK);
  return firstDer(Buffer.from(block?.[1] ?? '', 'base64')).raw;
}

/** The certificate in PEM, with a line break at its end. */
export function toPem({ der }: Certificate): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function describe(parsed: X509Certificate, der: Buffer): Certificate {
  const subject = readName(parsed.subject);
  const issuer = readName(parsed.issuer);
  const key = keyOf(parsed);
  const details = key?.asymmetricKeyDetails;
  const hash = signatureHash(children(firstDer(der))[1]);
  // Node calls extended key usages so, and leaves them undefined where the certificate has none, whatever its types say.
  const usages = parsed.keyUsage as readonly string[] | undefined;
  return {
    der: new Uint8Array(der),
    thumbprint: createHash('sha1').update(der).digest('hex').toUpperCase(),
    subject: subject.text,
    issuer: issuer.text,
    ...(subject.commonName === undefined ? {} : { commonName: subject.commonName }),
    serialNumber: parsed.serialNumber,
    subjectAlternativeNames: dnsNames(parsed.subjectAltName),
    notBefore: dateOf(parsed.validFrom),
    notAfter: dateOf(parsed.validTo),
    selfSigned: parsed.subject === parsed.issuer && key !== null && parsed.verify(key),
    keyAlgorithm: key?.asymmetricKeyType ?? 'unknown',
    ...(details?.modulusLength === undefined ? {} : { keyBits: details.modulusLength }),
    ...(details?.namedCurve === undefined ? {} : { curve: details.namedCurve }),
    ...(hash === undefined ? {} : { signatureHash: hash }),
    ...(usages === undefined ? {} : { extendedKeyUsages: usages }),
  };
}

/** OpenSSL reads a certificate whose dates are none, and shows `Bad time value`. */
function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError(`'${text}' is no date`);
  return date;
}

/** Null where OpenSSL has no decoder for it (GOST among them): the certificate is described without its key. */
function keyOf(parsed: X509Certificate): KeyObject | null {
  try {
    return parsed.publicKey;
  } catch {
    return null;
  }
}

/**
 * Node gives `DNS:a, IP Address:1.2.3.4`, and writes a name with a comma or quote as a JSON string
 * (CVE-2021-44532), so that no name can pretend to be two.
 */
const ALTERNATIVE_NAME = /(DNS|[A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

function dnsNames(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(ALTERNATIVE_NAME)]
    .filter(([, kind]) => kind === 'DNS')
    .map(([, , name]) => (name!.startsWith('"') ? (JSON.parse(name!) as string) : name!));
}
