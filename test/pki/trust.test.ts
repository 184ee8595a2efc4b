import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { makeAuthority, makeSelfSigned, parseCertificate, trustOf } from '../../pki';

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const root = makeAuthority({ commonName: 'Contoso Root', ...validity });
const leaf = root.issue({ commonName: 'mail.contoso.com', ...validity }).certificate;

describe('what clients must trust so that they trust a certificate', () => {
  test('itself, where it is self-signed', () => {
    const { certificate } = makeSelfSigned({ commonName: 'mail.contoso.com', ...validity });
    expect(trustOf(certificate, [])).toEqual({ kind: 'self-signed' });
  });

  test('itself, where it names itself as issuer and its key is not decoded', () => {
    const { certificate } = makeSelfSigned({ commonName: 'mail.contoso.com', ...validity });
    expect(trustOf({ ...certificate, selfSigned: false, keyAlgorithm: 'unknown' }, [])).toEqual({
      kind: 'self-signed',
    });
  });

  test('the root of its own authority, whether the file holds it or ends below it', () => {
    const private_ = { kind: 'private', root: 'CN=Contoso Root' };
    expect(trustOf(leaf, [root.certificate])).toEqual(private_);
    const issuing = { ...root.certificate, selfSigned: false, subject: 'CN=Contoso Issuing CA' };
    expect(trustOf(leaf, [issuing])).toEqual(private_);
  });

  test('an issuer that the file does not hold is named', () => {
    expect(trustOf(leaf, [])).toEqual({ kind: 'incomplete', issuer: 'CN=Contoso Root' });
  });

  test('a root that devices know, in the file or not', () => {
    const roots = () => [new X509Certificate(root.certificate.der)];
    const known = { kind: 'public', root: 'CN=Contoso Root' };
    expect(trustOf(leaf, [], roots)).toEqual(known);
    expect(trustOf(leaf, [root.certificate], roots)).toEqual(known);
  });

  test('a root that devices know, though the file ends with the form of it that an older authority certified', () => {
    const old = makeAuthority({ commonName: 'Old Root', ...validity });
    const root = makeAuthority({ commonName: 'Known Root', ...validity });
    const crossSigned = old.issue({ commonName: 'Known Root', privateKey: root.privateKey, ...validity });
    const mail = root.issue({ commonName: 'mail.contoso.com', ...validity }).certificate;
    const roots = () => [new X509Certificate(root.certificate.der)];
    const known = { kind: 'public', root: 'CN=Known Root' };
    expect(trustOf(mail, [crossSigned.certificate], roots)).toEqual(known);
    expect(trustOf(mail, [crossSigned.certificate, old.certificate], roots)).toEqual(known);
    expect(trustOf(mail, [crossSigned.certificate, old.certificate])).toEqual({
      kind: 'private',
      root: 'CN=Old Root',
    });
  });

  test("not one that only has a known root's name", () => {
    const impostor = makeAuthority({ commonName: 'Contoso Root', ...validity });
    const roots = () => [new X509Certificate(impostor.certificate.der)];
    expect(trustOf(leaf, [], roots)).toEqual({ kind: 'incomplete', issuer: 'CN=Contoso Root' });
  });

  test('not one that may not issue certificates, or has another name, though its key is right', () => {
    const { privateKey } = root;
    for (const { certificate } of [
      makeSelfSigned({ commonName: 'Contoso Root', privateKey, ...validity }),
      makeAuthority({ commonName: 'Other Root', privateKey, ...validity }),
    ]) {
      const roots = () => [new X509Certificate(certificate.der)];
      expect(trustOf(leaf, [], roots)).toEqual({ kind: 'incomplete', issuer: 'CN=Contoso Root' });
    }
  });

  test('a certificate that devices know itself, although another one issued it', () => {
    const roots = () => [new X509Certificate(leaf.der)];
    expect(trustOf(leaf, [], roots)).toEqual({ kind: 'public', root: 'CN=mail.contoso.com' });
  });

  test('a certificate without a subject is not its own issuer', () => {
    const nameless = { ...leaf, subject: '', issuer: '' };
    expect(trustOf(nameless, [])).toEqual({ kind: 'incomplete', issuer: '' });
  });

  test('the topmost certificate of a chain counts, however long it is', () => {
    const between = { ...root.certificate, selfSigned: false, subject: 'CN=Between', issuer: 'CN=Above' };
    expect(trustOf(leaf, [between, between, root.certificate])).toEqual({
      kind: 'private',
      root: 'CN=Contoso Root',
    });
    expect(trustOf(leaf, [between, root.certificate, between])).toEqual({
      kind: 'private',
      root: 'CN=Above',
    });
  });

  test("the roots are Mozilla's, as Node.js carries them", () => {
    const known = parseCertificate(Buffer.from(rootCertificates[0] ?? ''));
    expect(trustOf(leaf, [known])).toEqual({ kind: 'public', root: known.subject });
  });
});
