import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pki } from 'node-forge';
import {
  makeAuthority,
  makeSelfSigned,
  parsePfx,
  readKey,
  toPem,
  type Certificate,
  type CertificateRequest,
} from '../../pki';

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const pfx = readFileSync(join(__dirname, 'fixtures/aes.pfx'));
const { privateKey } = parsePfx(pfx, 'open-sesame');
const request: CertificateRequest = { commonName: 'mail.contoso.com', privateKey, ...validity };
const authority = makeAuthority({ ...request, commonName: 'Contoso Root' });

/** The extensions as another library reads them: `!` where one is critical, and what it allows. */
function extensionsOf(certificate: Certificate): readonly string[] {
  const read = pki.certificateFromPem(toPem(certificate)).extensions as {
    name: string;
    critical: boolean;
    altNames?: { type: number; value: string }[];
  }[];
  return read.map(({ name, critical, altNames = [], ...rest }) => {
    const allowed = Object.entries(rest).flatMap(([key, value]) => (value === true ? [key] : []));
    return [`${name}${critical ? '!' : ''}`, ...allowed.sort(), ...altNames.map(({ value }) => value)].join(
      ' ',
    );
  });
}

describe('a certificate that is made', () => {
  const server = [
    'basicConstraints!',
    'keyUsage! digitalSignature keyEncipherment',
    'extKeyUsage serverAuth',
  ];
  // Each is made within its test, so that mutation testing knows which test looks at it.
  test.each<[string, () => Certificate, readonly string[]]>([
    ['of a server has no names unless some are given', () => makeSelfSigned(request).certificate, server],
    [
      'of a server has the names that are given',
      () =>
        makeSelfSigned({ ...request, subjectAlternativeNames: ['mail.contoso.com', '*.contoso.com'] })
          .certificate,
      [...server, 'subjectAltName mail.contoso.com *.contoso.com'],
    ],
    [
      'of a server that an authority issues is no authority itself',
      () => authority.issue({ ...request, shownBy: 'server' }).certificate,
      server,
    ],
    [
      'of a client is for clients only',
      () => authority.issue({ ...request, shownBy: 'client' }).certificate,
      ['basicConstraints!', 'keyUsage! digitalSignature keyEncipherment', 'extKeyUsage clientAuth'],
    ],
    [
      'of an authority may sign certificates',
      () => makeAuthority({ ...request, commonName: 'Contoso Root' }).certificate,
      ['basicConstraints! cA', 'keyUsage! cRLSign keyCertSign'],
    ],
  ])('%s', (_what, made, extensions) => {
    const certificate = made();
    expect(extensionsOf(certificate)).toEqual(extensions);
    expect(new X509Certificate(certificate.der).ca).toBe(certificate.subject === 'CN=Contoso Root');
  });

  test('has a positive number of sixteen bytes, which no other has', () => {
    const numbers = [1, 2, 3].map(() => makeSelfSigned(request).certificate.serialNumber);
    for (const number of numbers) expect(number).toMatch(/^1[0-9A-F]{31}$/);
    expect(new Set(numbers).size).toBe(3);
  });

  test('has the certificate of its authority above it', () => {
    const { certificate, chain } = authority.issue(request);
    expect(chain).toEqual([authority.certificate]);
    expect(certificate).toMatchObject({ subject: 'CN=mail.contoso.com', issuer: 'CN=Contoso Root' });
    expect(
      new X509Certificate(certificate.der).verify(new X509Certificate(authority.certificate.der).publicKey),
    ).toBe(true);
  });
});

describe('a private key', () => {
  test.each([
    ['PEM', privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['PEM in the form of RSA', privateKey.export({ type: 'pkcs1', format: 'pem' })],
    ['PKCS #8 DER', privateKey.export({ type: 'pkcs8', format: 'der' })],
  ])('is read from %s', (_form, key) => {
    expect(readKey(Buffer.from(key)).equals(privateKey)).toBe(true);
  });
});
