import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { children, firstDer } from './der';
import { PkiError } from './error';
import { readName } from './name';
import { signatureHash } from './signature-hash';

/** What the project reads of an X.509 certificate. */
export interface Certificate {
  /**
   * The bytes as they were read. They are never encoded again, since another encoding would have another thumbprint.
   */
  readonly der: Uint8Array;
  /** SHA-1 of `der` in upper-case hexadecimal, by which Windows and Exchange name a certificate. */
  readonly thumbprint: string;
  /** As Windows writes it, most specific part first: `CN=mail.contoso.com, O=Contoso`. */
  readonly subject: string;
  readonly issuer: string;
  /** The last common name of the subject. Left out where it has none. */
  readonly commonName?: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** The DNS names of the extension, in its order and spelling. The common name is not among them. */
  readonly subjectAlternativeNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The certificate names itself as its issuer, and its own key verifies it. False where the key cannot be decoded. */
  readonly selfSigned: boolean;
  /** `rsa`, `ec`, `ed25519`, … as node:crypto names them; `unknown` where the key cannot be decoded. */
  readonly keyAlgorithm: string;
  /** Bits of an RSA key. Left out for other kinds. */
  readonly keyBits?: number;
  /** OpenSSL's name of an EC key's curve. Left out for other kinds. */
  readonly curve?: string;
  /** The hash under the issuer's signature, such as `sha256`. Left out where the signature algorithm is not known. */
  readonly signatureHash?: string;
  /**
   * Object identifiers of the extended key usages. Left out where the certificate has no such extension, and may be
   * used for everything.
   */
  readonly extendedKeyUsages?: readonly string[];
}

/** Far above the size of any certificate, and still read without a noticeable wait. */
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
    throw new PkiError('not-a-certificate', 'the bytes are not an X.509 certificate in DER or PEM', {
      cause,
    });
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
  // Node calls the extended key usages `keyUsage`, and leaves them undefined where there are none, although its types
  // say otherwise.
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

/** OpenSSL reads a certificate whose dates are invalid, and shows them as `Bad time value`. */
function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError(`'${text}' is not a date`);
  return date;
}

/** Null where OpenSSL cannot decode the key (a GOST key, for example). The certificate is then described without it. */
function keyOf(parsed: X509Certificate): KeyObject | null {
  try {
    return parsed.publicKey;
  } catch {
    return null;
  }
}

/**
 * Node writes `DNS:a, IP Address:1.2.3.4`, and a name with a comma or a quote as a JSON string (CVE-2021-44532), so
 * that one name cannot be read as two.
 */
const ALTERNATIVE_NAME = /(DNS|[A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

function dnsNames(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(ALTERNATIVE_NAME)]
    .filter(([, kind]) => kind === 'DNS')
    .map(([, , name]) => (name!.startsWith('"') ? (JSON.parse(name!) as string) : name!));
}
