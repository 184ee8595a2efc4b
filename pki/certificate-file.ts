import { X509Certificate } from 'node:crypto';
import { parseCertificate, toPem, type Certificate } from './certificate';
import { chainOf } from './chain';
import { PkiError } from './error';

/** The certificates of a file that holds no key. Such a file may be committed. */
export interface CertificateFile {
  /** The first certificate of the file. */
  readonly leaf: Certificate;
  /** The certificates above the leaf, from its issuer upwards, as far as the file holds them. */
  readonly chain: readonly Certificate[];
}

/** A file is refused as a file of certificates. */
export class UnfitCertificateFile extends Error {
  override readonly name = 'UnfitCertificateFile';

  /**
   * @param why continues the words "the file", and quotes nothing of its content
   * @param remedy what to do about it, one line
   */
  constructor(
    readonly why: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`the file ${why}`, options);
  }
}

/** The commands by which Windows and OpenSSL write such a file. */
const EXPORT =
  'export the certificate without its private key as Base-64 encoded X.509 (.CER), or with openssl pkcs12 -in mail.pfx -clcerts -nokeys -out mail.crt';

/**
 * Reads the certificates of a file: in PEM (the leaf first; its chain may follow), or one in DER. Their bytes are taken
 * as they are. A file that holds a private key is refused whatever else it holds, since it would be committed.
 *
 * @throws UnfitCertificateFile
 */
export function readCertificateFile(bytes: Uint8Array): CertificateFile {
  const text = textOf(bytes);
  if (/PRIVATE KEY ?----|PuTTY-User-Key-File/.test(text)) throw withKey('holds a private key');
  refuseKey(bytes);
  const ders = bytes[0] === SEQUENCE ? [bytes] : dersIn(text);
  const [leaf, ...others] = ders.map(certificateOf);
  if (leaf === undefined) throw new UnfitCertificateFile('holds no certificate', EXPORT);
  if (others.some((other) => issued(leaf, other))) {
    throw new UnfitCertificateFile(
      'begins with the certificate of an authority that issued another certificate in the file',
      'put the certificate of the servers first, and after it those of its certification authorities',
    );
  }
  return { leaf, chain: chainOf(leaf, others) };
}

/** The certificates in PEM with a line break at the end. Encodes their own bytes. */
export function certificateText({ leaf, chain }: CertificateFile): string {
  return [leaf, ...chain].map(toPem).join('');
}

function withKey(why: string): UnfitCertificateFile {
  return new UnfitCertificateFile(
    why,
    `never commit a private key; if this file was committed, remove it from the history, too; ${EXPORT}`,
  );
}

/** Windows PowerShell writes UTF-16 where output is redirected with `>`. */
function textOf(bytes: Uint8Array): string {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data[0] === 0xff && data[1] === 0xfe) return data.toString('utf16le');
  if (data[0] === 0xfe && data[1] === 0xff)
    return Buffer.from(data.subarray(0, data.length & ~1))
      .swap16()
      .toString('utf16le');
  return data.toString('latin1');
}

const BLOCK = /-----BEGIN ([^-\r\n]+)-----([^-]*)-----END \1-----/g;
const CERTIFICATE_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE'];

/** Text between the PEM blocks, such as the names that OpenSSL writes there, is for people and is skipped. */
function dersIn(text: string): readonly Uint8Array[] {
  const blocks = [...text.matchAll(BLOCK)];
  const [begun, ended] = [/-----BEGIN /g, /-----END /g].map((mark) => text.match(mark)?.length ?? 0);
  if (begun !== blocks.length || ended !== blocks.length) {
    throw new UnfitCertificateFile('breaks off in the middle of a certificate', EXPORT);
  }
  if (blocks.length === 0) throw withoutBlocks(text);
  return blocks.map(([, label = '', body = '']) => {
    const der = decoded(body);
    if (der !== undefined) refuseKey(der);
    if (!CERTIFICATE_LABELS.includes(label)) {
      throw new UnfitCertificateFile(`holds a block '${label}', which is not a certificate`, EXPORT);
    }
    if (der === undefined) {
      throw new UnfitCertificateFile('holds a certificate with characters that are not Base64', EXPORT);
    }
    return der;
  });
}

function withoutBlocks(text: string): UnfitCertificateFile {
  const der = /^\s*MI/.test(text) ? decoded(text) : undefined;
  if (der === undefined) return new UnfitCertificateFile('is not a certificate in PEM or DER', EXPORT);
  refuseKey(der);
  return new UnfitCertificateFile(
    'is Base64 without its BEGIN and END lines',
    'put the line -----BEGIN CERTIFICATE----- before the text and the line -----END CERTIFICATE----- after it',
  );
}

function decoded(base64: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/=\s]*$/.test(base64) ? new Uint8Array(Buffer.from(base64, 'base64')) : undefined;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
/** This bit marks an octet string that is written in pieces, as BER allows. */
const CONSTRUCTED = 0x20;
/** Marks an indefinite length, which BER allows and a PFX may have (X.690 8.1.3.6). */
const OPEN_LENGTH = 0x80;
const PFX_VERSION = 3;

/**
 * Refuses a private key or a PFX, which show in their first elements: a PFX (RFC 7292 section 4) and a private key (RFC
 * 5958, 8017, 5915) begin with their version, and an encrypted private key (RFC 5958 section 3) is an algorithm and an
 * octet string.
 */
function refuseKey(der: Uint8Array): void {
  const outer = elementAt(der, 0);
  if (outer?.tag !== SEQUENCE) return;
  const first = elementAt(der, outer.begin);
  if (first?.tag === INTEGER) {
    throw withKey(
      der[first.begin] === PFX_VERSION ? 'is a PFX, which holds the private key' : 'is a private key',
    );
  }
  if (first?.tag !== SEQUENCE) return;
  const algorithm = elementAt(der, first.begin);
  if (algorithm?.tag !== OBJECT_IDENTIFIER) return;
  // Behind an element of indefinite length no second one is looked for: no certificate begins with one.
  const second = first.end === undefined ? undefined : elementAt(der, first.end);
  if (first.end === undefined || (second && (second.tag & ~CONSTRUCTED) === OCTET_STRING)) {
    throw withKey('is an encrypted private key');
  }
}

interface Element {
  readonly tag: number;
  /** Offset of the content. */
  readonly begin: number;
  /** Offset behind the content. Left out where the length is indefinite. */
  readonly end?: number;
}

/** `undefined` where there is no element, or it is longer than the bytes. */
function elementAt(der: Uint8Array, at: number): Element | undefined {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  if (first === OPEN_LENGTH) return { tag, begin: at + 2 };
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) return undefined;
  const long = der.subarray(at + 2, at + 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const begin = at + 2 + lengthBytes;
  const end = begin + (lengthBytes === 0 ? first : long);
  return end > der.length ? undefined : { tag, begin, end };
}

function certificateOf(der: Uint8Array): Certificate {
  const outer = elementAt(der, 0);
  if (outer === undefined) throw new UnfitCertificateFile('is cut off', EXPORT);
  if (outer.end === undefined) {
    throw new UnfitCertificateFile('is in BER, and a certificate is in DER', EXPORT);
  }
  if (outer.end !== der.length) {
    throw new UnfitCertificateFile(`has ${der.length - outer.end} bytes after the certificate`, EXPORT);
  }
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new UnfitCertificateFile('holds a certificate that cannot be read', EXPORT, { cause: error });
  }
}

function issued(issuer: Certificate, other: Certificate): boolean {
  return (
    other.thumbprint !== issuer.thumbprint &&
    new X509Certificate(other.der).checkIssued(new X509Certificate(issuer.der))
  );
}
