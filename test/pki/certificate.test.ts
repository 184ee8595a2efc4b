import {
  makeAuthority,
  makeSelfSigned,
  parseCertificate,
  PkiError,
  toPem,
  type Certificate,
} from '../../pki';
import { chainOf } from '../../pki/chain';
import { readDer } from '../../pki/der';
import { NULL, objectIdentifier, sequence, tagged, integer } from '../../pki/der-writer';
import { signatureHash } from '../../pki/signature-hash';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingReference, referenceFolder } from '../remoting/peers/reference';
import { describeWhere } from '../requirement';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
const server = makeSelfSigned({
  commonName: 'BSAEX01',
  subjectAlternativeNames: ['BSAEX01', 'BsAEX01.apatricio.local'],
  ...validity,
});

describe('a certificate', () => {
  test('tells what stands in it', () => {
    expect(server.certificate).toMatchObject({
      subject: 'CN=BSAEX01',
      issuer: 'CN=BSAEX01',
      commonName: 'BSAEX01',
      subjectAlternativeNames: ['BSAEX01', 'BsAEX01.apatricio.local'],
      ...validity,
      selfSigned: true,
      keyAlgorithm: 'rsa',
      keyBits: 2048,
    });
    expect(server.certificate.thumbprint).toMatch(/^[0-9A-F]{40}$/);
  });

  test('is read from PEM as from DER', () => {
    const pem = toPem(server.certificate);
    expect(parseCertificate(Buffer.from(pem))).toEqual(server.certificate);
  });

  test('tells how it is signed, and what for', () => {
    expect(server.certificate).toMatchObject({
      signatureHash: 'sha256',
      extendedKeyUsages: ['1.3.6.1.5.5.7.3.1'],
    });
    const weak = parseCertificate(readFileSync(join(__dirname, 'fixtures/weak.crt')));
    expect(weak).toMatchObject({ signatureHash: 'sha1', keyBits: 1024 });
    expect(weak).not.toHaveProperty('extendedKeyUsages');
  });

  test('whose key is not decoded is described without it', () => {
    expect(parseCertificate(readFileSync(join(__dirname, 'fixtures/gost.der')))).toMatchObject({
      keyAlgorithm: 'unknown',
      selfSigned: false,
      subjectAlternativeNames: ['mail.contoso.com', 'autodiscover.contoso.com'],
      signatureHash: 'sha256',
    });
  });

  test('that an authority issued is not self-signed, even under the same name', () => {
    const authority = makeAuthority({ commonName: 'same', ...validity });
    const leaf = authority.issue({ commonName: 'same', ...validity });
    expect(authority.certificate.selfSigned).toBe(true);
    expect(leaf.certificate.selfSigned).toBe(false);
  });

  test('writes names as Windows does', () => {
    const { certificate } = makeSelfSigned({ commonName: 'Contoso, "Ltd" é', ...validity });
    expect(certificate.subject).toBe('CN="Contoso, ""Ltd"" é"');
    expect(certificate.commonName).toBe('Contoso, "Ltd" é');
  });

  test('that only its authority signed is not self-signed, even with the key of the authority', () => {
    const root = makeAuthority({ commonName: 'Root', ...validity });
    const { certificate } = root.issue({ commonName: 'mail', privateKey: root.privateKey, ...validity });
    expect(certificate.selfSigned).toBe(false);
  });

  /** The server's certificate with other bytes at a place; its signature is then wrong, which reading does not mind. */
  function changed(from: string, to: string, { der } = server.certificate): Certificate {
    const bytes = Buffer.from(der);
    const at = bytes.lastIndexOf(Buffer.from(from, 'latin1'));
    expect(at).toBeGreaterThan(-1);
    bytes.write(to, at, 'latin1');
    return parseCertificate(bytes);
  }

  test('tells only what it has', () => {
    // Its subject becomes an organization in place of a common name.
    const nameless = changed('\x55\x04\x03', '\x55\x04\x0a');
    expect(nameless.subject).toBe('O=BSAEX01');
    expect(nameless).not.toHaveProperty('commonName');
    // sha256WithRSAEncryption becomes an algorithm that nobody knows.
    const strange = changed('\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b', '\x2a\x86\x48\x86\xf7\x0d\x01\x01\x7f');
    expect(strange).not.toHaveProperty('signatureHash');
  });

  test('has as names of hosts only those of DNS', () => {
    const { certificate } = makeSelfSigned({
      commonName: 'mail',
      subjectAlternativeNames: ['abcd', 'info@contoso.com', 'mail.contoso.com', 'a, DNS:b'],
      ...validity,
    });
    // In the extension, a letter is the kind of the name: 7 is an address, 1 is one of mail.
    const address = changed('\x82\x04abcd', '\x87\x04', certificate);
    const both = changed('\x82\x10info', '\x81\x10', address);
    expect(both.subjectAlternativeNames).toEqual(['mail.contoso.com', 'a, DNS:b']);
  });

  test('that is its own issuer, and whose key is not decoded, is described', () => {
    const certificate = changed(
      '\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01',
      '\x2a\x86\x48\x86\xf7\x0d\x01\x01\x7f',
    );
    expect(certificate).toMatchObject({ keyAlgorithm: 'unknown', selfSigned: false, subject: 'CN=BSAEX01' });
    expect(chainOf(certificate, [certificate])).toEqual([]);
  });

  /** The error itself, and what caused it. */
  function refusal(bytes: Uint8Array): PkiError {
    try {
      parseCertificate(bytes);
    } catch (error) {
      if (error instanceof PkiError) return error;
      throw error;
    }
    throw new Error('it was read');
  }

  test.each([
    ['', 'RangeError'],
    ['nonsense', 'RangeError'],
    // These are a value in DER, which only OpenSSL tells from a certificate.
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'Error'],
  ])('is refused where it is none: %j', (text, name) => {
    const error = refusal(Buffer.from(text));
    expect(error.problem).toBe('not-a-certificate');
    expect(String(error)).toBe('PkiError: the bytes are not an X.509 certificate in DER or PEM');
    expect(error.cause).toMatchObject({ name });
  });

  test('is refused unread where it is larger than any', () => {
    const { problem, message } = refusal(Buffer.alloc(262_145, 0x30));
    expect([problem, message]).toEqual(['not-a-certificate', 'a certificate of 262145 bytes is refused']);
    const largest = Buffer.concat([server.certificate.der], 262_144);
    expect(parseCertificate(largest).thumbprint).toBe(server.certificate.thumbprint);
  });

  test('is refused where its dates are none', () => {
    const der = Buffer.from(server.certificate.der);
    // The month of notAfter, a UTCTime.
    der[der.indexOf('360101000000Z') + 2] = 0x39;
    const { problem, cause } = refusal(der);
    expect(problem).toBe('not-a-certificate');
    expect(cause).toEqual(new RangeError("'Bad time value' is not a date"));
  });
});

describe('the hash under a signature by RSASSA-PSS', () => {
  const PSS = '1.2.840.113549.1.1.10';
  const sha512 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.3'), NULL);
  test.each([
    ['is the one that its parameters name', sequence(tagged(0, sha512)), 'sha512'],
    ['is SHA-1 where they name none', sequence(tagged(2, integer(32))), 'sha1'],
    ['is not that of the mask', sequence(tagged(1, sha512)), 'sha1'],
    ['is SHA-1 where there are none', NULL, 'sha1'],
    [
      'is not known where they name one that is not',
      sequence(tagged(0, sequence(objectIdentifier(PSS)))),
      undefined,
    ],
  ])('%s', (_what, parameters, hash) => {
    expect(signatureHash(readDer(sequence(objectIdentifier(PSS), parameters)))).toBe(hash);
  });
});

const captured = referenceFolder('captured');

describeWhere(missingReference(captured), 'certificates of a real server', () => {
  // A skipped suite's body is run all the same, but for its tests.
  test('are read as Windows read them', () => {
    const text = readFileSync(join(captured, 'GetExchangeCertificate.xml'), 'utf8');
    const texts = [...text.matchAll(/<ToString>(.*?)<\/ToString>/g)].map(([, body]) =>
      body!.replaceAll('_x000D__x000A_', '\n'),
    );
    const raw = [...text.matchAll(/<BA N="RawData">(.*?)<\/BA>/g)].map(([, base64]) => base64!);
    expect(raw).toHaveLength(3);
    raw.forEach((base64, index) => {
      const { subject, issuer, serialNumber, thumbprint } = parseCertificate(Buffer.from(base64, 'base64'));
      for (const value of [subject, issuer, serialNumber, thumbprint]) expect(texts[index]).toContain(value);
    });
  });
});
