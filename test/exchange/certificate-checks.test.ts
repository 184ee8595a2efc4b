import { rootCertificates } from 'node:tls';
import {
  ACCEPTABLE_FINDING_IDS,
  CERTIFICATE_CHECKS,
  judgeCertificate,
  type CertificateUse,
  type ReadCertificate,
} from '../../exchange/certificate-checks';
import { CERTIFICATE_FINDING_IDS } from '../../exchange/certificate-checks/finding-ids';
import { isInternalName } from '../../exchange/certificate-checks/internal-name';
import { ExchangeVersion } from '../../exchange/versions';
import { makeAuthority, makeSelfSigned, parseCertificate, type Certificate } from '../../pki';

const DAY_MS = 24 * 60 * 60 * 1000;
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-07-01T00:00:00Z') };
const names = ['mail.contoso.com', 'autodiscover.contoso.com'];
const request = { commonName: 'mail.contoso.com', subjectAlternativeNames: names, ...validity };

const root = makeAuthority({ commonName: 'Contoso Root', ...validity });
const issued = root.issue(request).certificate;
const selfMade = makeSelfSigned(request).certificate;
/** It did not issue anything here, but devices know it. */
const knownRoot = parseCertificate(Buffer.from(rootCertificates[0] ?? ''));

const pfx = { copies: 1, others: [] };
const good: ReadCertificate = { file: 'mail.pfx', certificate: issued, chain: [knownRoot], pfx };
const use: CertificateUse = {
  now: new Date('2026-03-01T00:00:00Z'),
  names,
  services: ['IIS', 'SMTP'],
  versions: [ExchangeVersion.V2019],
  warnBeforeExpiryDays: 30,
  place: 'certificate',
  accepted: {},
};

const withCertificate = (changes: Partial<Certificate>): ReadCertificate => ({
  ...good,
  certificate: { ...issued, ...changes },
});
const judged = (read: ReadCertificate, changes: Partial<CertificateUse> = {}) =>
  judgeCertificate(read, { ...use, ...changes });
const said = (read: ReadCertificate, changes: Partial<CertificateUse> = {}) =>
  judged(read, changes).map(({ id, severity }) => `${severity} ${id}`);

test('a certificate of a public authority for exactly the names has nothing wrong with it', () => {
  expect(judged(good)).toEqual([]);
});

describe('it is said', () => {
  test.each<[string, ReadCertificate, Partial<CertificateUse>, string, string]>([
    ['not yet valid', good, { now: new Date('2025-12-31') }, 'error not-yet-valid', 'is not valid yet'],
    ['expired', good, { now: new Date('2026-07-02') }, 'error expired', 'has expired'],
    [
      'about to expire',
      good,
      { now: new Date(validity.notAfter.getTime() - 29 * DAY_MS) },
      'warning expires-soon',
      'ends in 29 days',
    ],
    [
      'without a name that clients use',
      good,
      { names: [...names, 'owa.contoso.com'] },
      'error names-missing',
      `owa.contoso.com is not on the certificate in 'mail.pfx'`,
    ],
    [
      'with a subject that is none of its names',
      withCertificate({ commonName: 'mailcontoso.com' }),
      {},
      'warning subject-not-a-name',
      `is 'mailcontoso.com', which is none of its names`,
    ],
    [
      'for clients only',
      withCertificate({ extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'] }),
      {},
      'error server-authentication-missing',
      'is not issued for servers',
    ],
    [
      'self-signed, where Outlook Anywhere shows it',
      { ...good, certificate: selfMade, chain: [] },
      {},
      'error self-signed',
      'is self-signed',
    ],
    [
      'self-signed, where only mail servers see it',
      { ...good, certificate: selfMade, chain: [] },
      { services: ['SMTP'] },
      'warning self-signed',
      'is self-signed',
    ],
    [
      'without its issuer',
      { ...good, chain: [] },
      {},
      'warning chain-incomplete',
      `CN=Contoso Root, is not in 'mail.pfx'`,
    ],
    [
      'of an authority that devices do not know',
      { ...good, chain: [root.certificate] },
      {},
      'warning private-authority',
      'Clients must trust CN=Contoso Root',
    ],
    [
      'with a short key for clients',
      withCertificate({ keyBits: 1024 }),
      {},
      'error weak-key',
      'has only 1024 bits',
    ],
    [
      'with a short key for mail servers',
      withCertificate({ keyBits: 1024 }),
      { services: ['SMTP'] },
      'warning weak-key',
      'has only 1024 bits',
    ],
    [
      'signed with SHA-1 for clients',
      withCertificate({ signatureHash: 'sha1' }),
      {},
      'error weak-signature',
      'is signed with SHA-1',
    ],
    [
      'signed with MD5 for mail servers',
      withCertificate({ signatureHash: 'md5' }),
      { services: ['SMTP'] },
      'warning weak-signature',
      'is signed with MD5',
    ],
    [
      'with a key for a CNG provider',
      { ...good, pfx: { ...pfx, keyProvider: 'Microsoft Software Key Storage Provider' } },
      {},
      'warning cng-key',
      `is marked for 'Microsoft Software Key Storage Provider'`,
    ],
    ['twice in its file', { ...good, pfx: { ...pfx, copies: 2 } }, {}, 'warning certificate-twice', 'twice'],
    [
      'beside the key of another one',
      { ...good, pfx: { ...pfx, others: [selfMade] } },
      {},
      'warning several-keys',
      selfMade.thumbprint,
    ],
  ])('%s', (_what, read, changes, finding, problem) => {
    const [found, ...more] = judged(read, changes);
    expect(more).toEqual([]);
    expect(`${found?.severity} ${found?.id}`).toBe(finding);
    expect(found?.problem).toContain(problem);
  });

  test('several things in a fixed order', () => {
    expect(said({ ...good, chain: [] }, { now: new Date('2026-07-02'), names: ['x.contoso.com'] })).toEqual([
      'error expired',
      'error names-missing',
      'warning chain-incomplete',
    ]);
  });

  test('an authority above it with a short key, or signed with SHA-1, by name; the signature of a root counts for nothing', () => {
    const issuing = { ...root.certificate, selfSigned: false, issuer: 'CN=Above', commonName: 'Issuing' };
    const chain = [{ ...issuing, keyBits: 1024, signatureHash: 'sha1' }, knownRoot];
    expect(judged({ ...good, chain }).map(({ problem }) => problem)).toEqual([
      `The RSA key of 'Issuing' in 'mail.pfx' has only 1024 bits`,
      `'Issuing' in 'mail.pfx' is signed with SHA-1`,
    ]);
    expect(said({ ...good, chain: [{ ...knownRoot, signatureHash: 'sha1' }] })).toEqual([]);
  });
});

describe('a key on an elliptic curve', () => {
  const ec: ReadCertificate = {
    ...good,
    certificate: withoutBits({ ...issued, keyAlgorithm: 'ec', curve: 'prime256v1' }),
  };

  test.each([
    [ExchangeVersion.V2007, 'error'],
    [ExchangeVersion.V2010, 'error'],
    [ExchangeVersion.V2013, 'error'],
    [ExchangeVersion.V2016, 'warning'],
    [ExchangeVersion.V2019, 'warning'],
    [ExchangeVersion.SE, 'warning'],
  ])('on %s: %s', (version, severity) => {
    expect(said(ec, { versions: [version] })).toEqual([`${severity} ecc-key`]);
  });

  test('says which version refuses it, or what must be switched on', () => {
    const [refused] = judged(ec, { versions: [ExchangeVersion.V2019, ExchangeVersion.V2013] });
    expect(refused?.remedy).toContain('Exchange Server 2013 cannot use it');
    expect(judged(ec)[0]?.remedy).toContain('EnableEccCertificateSupport');
  });

  test('is refused by 2013 whatever is accepted', () => {
    const accepted = { 'ecc-key': 'switched on' };
    expect(said(ec, { versions: [ExchangeVersion.V2013], accepted })).toEqual(['error ecc-key']);
    expect(said(ec, { accepted })).toEqual([]);
  });

  test('with a key storage provider is no second finding: no other provider has such keys', () => {
    const read = { ...ec, pfx: { ...pfx, keyProvider: 'Microsoft Software Key Storage Provider' } };
    expect(said(read)).toEqual(['warning ecc-key']);
  });
});

test.each([
  'Microsoft RSA SChannel Cryptographic Provider',
  'Microsoft Enhanced Cryptographic Provider v1.0',
  'Microsoft Strong Cryptographic Provider',
])('a key for %s is right', (keyProvider) => {
  expect(said({ ...good, pfx: { ...pfx, keyProvider } })).toEqual([]);
});

test('a CNG key is of no consequence where IIS does not use it', () => {
  const read = { ...good, pfx: { ...pfx, keyProvider: 'Microsoft Platform Crypto Provider' } };
  expect(said(read)).toEqual(['warning cng-key']);
  expect(said(read, { services: ['SMTP'] })).toEqual([]);
});

test('a certificate that says nothing of usages, or any, is for servers too', () => {
  expect(said(withCertificate({ extendedKeyUsages: ['2.5.29.37.0'] }))).toEqual([]);
  expect(
    said({
      ...good,
      certificate: Object.fromEntries(
        Object.entries(issued).filter(([name]) => name !== 'extendedKeyUsages'),
      ) as unknown as Certificate,
    }),
  ).toEqual([]);
});

describe('names that no public authority certifies', () => {
  test.each([
    ['mail.contoso.local', true],
    ['MAIL.contoso.LOCAL.', true],
    ['*.contoso.internal', true],
    ['mail', true],
    ['mail.contoso.com', false],
    ['local.contoso.com', false],
    ['mail.notlocal', false],
  ])('%s: %s', (name, expected) => {
    expect(isInternalName(name)).toBe(expected);
  });

  const internal = ['mail.contoso.local'];
  const read = withCertificate({ subjectAlternativeNames: internal, commonName: 'mail.contoso.local' });

  test('are an error for a certificate of one', () => {
    const [found] = judged(read, { names: internal });
    expect(found).toMatchObject({ id: 'internal-name', severity: 'error', about: 'names' });
    expect(found?.problem).toContain('no public authority certifies mail.contoso.local');
  });

  test('are right for an authority of your own, and not judged where the chain is not known', () => {
    expect(said({ ...read, chain: [root.certificate] }, { names: internal })).toEqual([
      'warning private-authority',
    ]);
    expect(said({ file: read.file, certificate: read.certificate }, { names: internal })).toEqual([]);
  });
});

describe('an acceptance', () => {
  const privately = { ...good, chain: [root.certificate] };

  test('is asked for with the word that gives it', () => {
    expect(judged(privately)[0]?.remedy).toContain(
      `certificate.accepted: { 'private-authority': '<reason>' }`,
    );
  });

  test.each<[string, ReadCertificate, Partial<CertificateUse>]>([
    ['private-authority', privately, {}],
    ['chain-incomplete', { ...good, chain: [] }, {}],
    ['self-signed', { ...good, certificate: selfMade, chain: [] }, {}],
    ['expires-soon', good, { now: new Date('2026-06-20') }],
    ['weak-key', withCertificate({ keyBits: 1024 }), {}],
    ['weak-signature', withCertificate({ signatureHash: 'sha1' }), {}],
    ['subject-not-a-name', withCertificate({ commonName: 'x' }), {}],
    ['certificate-twice', { ...good, pfx: { ...pfx, copies: 2 } }, {}],
    ['several-keys', { ...good, pfx: { ...pfx, others: [selfMade] } }, {}],
    ['cng-key', { ...good, pfx: { ...pfx, keyProvider: 'Microsoft Software Key Storage Provider' } }, {}],
  ])('of %s takes it out', (id, read, changes) => {
    expect(said(read, changes)).toHaveLength(1);
    expect(said(read, { ...changes, accepted: { [id]: 'it is known' } })).toEqual([]);
  });

  test('that finds nothing to accept is said', () => {
    const [found] = judged(good, { accepted: { 'self-signed': 'lab only, ends in May' } });
    expect(found).toMatchObject({ id: 'acceptance-unneeded', severity: 'warning', about: 'accepted' });
    expect(found?.problem).toContain(`certificate.accepted has 'self-signed'`);
  });

  test('of what the file does not tell is not said to be needless', () => {
    const accepted = {
      'private-authority': 'a',
      'cng-key': 'b',
      'certificate-twice': 'c',
      'several-keys': 'd',
    };
    expect(said({ file: 'mail.cer', certificate: issued }, { accepted })).toEqual([]);
  });

  test('of a private authority is not said to be needless where the file ends before its root', () => {
    const accepted = { 'private-authority': 'all devices of Contoso have its root' };
    expect(said({ ...good, chain: [] }, { accepted })).toEqual(['warning chain-incomplete']);
  });

  test('does not count for what stops in any case', () => {
    const accepted: Record<string, string> = { expired: 'never mind' };
    expect(said(good, { now: new Date('2026-07-02'), accepted })).toEqual(['error expired']);
  });
});

test('every check has its id once, and these can be accepted', () => {
  expect(CERTIFICATE_CHECKS.map(({ id }) => id)).toEqual([...CERTIFICATE_FINDING_IDS]);
  expect(ACCEPTABLE_FINDING_IDS).toEqual([
    'expires-soon',
    'subject-not-a-name',
    'self-signed',
    'chain-incomplete',
    'private-authority',
    'weak-key',
    'weak-signature',
    'ecc-key',
    'cng-key',
    'certificate-twice',
    'several-keys',
  ]);
});

function withoutBits(certificate: Certificate): Certificate {
  return Object.fromEntries(
    Object.entries(certificate).filter(([name]) => name !== 'keyBits'),
  ) as unknown as Certificate;
}
