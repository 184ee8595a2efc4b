import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  createPublicKey,
  randomBytes,
  sign,
} from 'node:crypto';
import { asn1, md, pki } from 'node-forge';
import { parseCertificate, type Certificate } from './certificate';
import { binary, bytes } from './forge-bytes';

/** A certificate with its private key. */
export interface KeyedCertificate {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  /** The certificates above it, from the issuer upwards. Left out: none. */
  readonly chain?: readonly Certificate[];
}

export interface CertificateRequest {
  readonly commonName: string;
  /** DNS names of the extension. Left out: no such extension. */
  readonly subjectAlternativeNames?: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** RSA. Left out: a new key of 2048 bits. */
  readonly privateKey?: KeyObject;
  /** Who shows the certificate in TLS. Left out: a server. */
  readonly shownBy?: 'server' | 'client';
}

/** A certification authority for tests and labs. */
export interface Authority extends KeyedCertificate {
  issue(request: CertificateRequest): KeyedCertificate;
}

/** An RSA key of 2048 bits. */
export function makeKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

/** A server certificate that is signed by its own key, like those that Exchange Setup makes. */
export function makeSelfSigned(request: CertificateRequest): KeyedCertificate {
  const privateKey = request.privateKey ?? makeKey();
  return make(request, privateKey, request.commonName, privateKey, false);
}

/** A small certification authority. Its own certificate has a common name and no other names. */
export function makeAuthority(request: CertificateRequest): Authority {
  const privateKey = request.privateKey ?? makeKey();
  const own = make(request, privateKey, request.commonName, privateKey, true);
  return {
    ...own,
    issue: (leaf) => ({
      ...make(leaf, leaf.privateKey ?? makeKey(), request.commonName, privateKey, false),
      chain: [own.certificate],
    }),
  };
}

/** Reads a private key in PEM or PKCS #8 DER. */
export function readKey(key: Uint8Array): KeyObject {
  const text = Buffer.from(key);
  return text.includes('-----BEGIN')
    ? createPrivateKey(text)
    : createPrivateKey({ key: text, format: 'der', type: 'pkcs8' });
}

function make(
  request: CertificateRequest,
  privateKey: KeyObject,
  issuerName: string,
  issuerKey: KeyObject,
  isAuthority: boolean,
): KeyedCertificate {
  const draft = pki.createCertificate();
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  draft.publicKey = pki.publicKeyFromPem(publicPem.toString());
  // A clear first bit makes the number positive without a byte of padding.
  draft.serialNumber = `1${randomBytes(16).toString('hex').slice(1)}`;
  draft.validity.notBefore = request.notBefore;
  draft.validity.notAfter = request.notAfter;
  draft.setSubject(commonName(request.commonName));
  draft.setIssuer(commonName(issuerName));
  draft.setExtensions(isAuthority ? AUTHORITY : [...leaf(request), ...alternativeNames(request)]);
  draft.md = md.sha256.create();
  draft.signatureOid = draft.siginfo.algorithmOid = pki.oids['sha256WithRSAEncryption']!;
  // OpenSSL signs: forge's own RSA is fifty times slower.
  const signed = toBeSigned(draft);
  draft.tbsCertificate = signed;
  draft.signature = binary(sign('sha256', bytes(asn1.toDer(signed).getBytes()), issuerKey));
  const der = bytes(asn1.toDer(pki.certificateToAsn1(draft)).getBytes());
  return { certificate: parseCertificate(der), privateKey };
}

/** forge has this function, although its type declarations do not. */
function toBeSigned(draft: pki.Certificate): asn1.Asn1 {
  return (pki as unknown as { getTBSCertificate(draft: pki.Certificate): asn1.Asn1 }).getTBSCertificate(
    draft,
  );
}

function leaf({ shownBy }: CertificateRequest) {
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', ...(shownBy === 'client' ? { clientAuth: true } : { serverAuth: true }) },
  ];
}

const AUTHORITY = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

function commonName(value: string) {
  return [{ name: 'commonName', value, valueTagClass: asn1.Type.UTF8 as unknown as asn1.Class }];
}

const DNS_NAME = 2;

function alternativeNames({ subjectAlternativeNames }: CertificateRequest) {
  if (subjectAlternativeNames === undefined) return [];
  const altNames = subjectAlternativeNames.map((value) => ({ type: DNS_NAME, value }));
  return [{ name: 'subjectAltName', altNames }];
}
