import { makeAuthority, makeSelfSigned, parseCertificate, toPem } from '../../pki';
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

  test.each(['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'is refused where it is none: %j',
    (text) => {
      expect(() => parseCertificate(Buffer.from(text))).toThrow(
        expect.objectContaining({ problem: 'not-a-certificate' }) as Error,
      );
    },
  );

  test('is refused where its dates are none', () => {
    const der = Buffer.from(server.certificate.der);
    // The month of notAfter, a UTCTime.
    der[der.indexOf('360101000000Z') + 2] = 0x39;
    expect(() => parseCertificate(der)).toThrow(
      expect.objectContaining({ problem: 'not-a-certificate' }) as Error,
    );
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
