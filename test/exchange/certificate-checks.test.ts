import { rootCertificates } from 'node:tls';
import {
  ACCEPTABLE_FINDING_IDS,
  CERTIFICATE_CHECKS,
  judgeCertificate,
  type CertificateFinding,
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
/** As a synth asks, whose result must not depend on the day. */
const timeless: CertificateUse = {
  names,
  services: ['IIS', 'SMTP'],
  versions: [ExchangeVersion.V2019],
  warnBeforeExpiryDays: 30,
  place: 'certificate',
  accepted: {},
};
const use: CertificateUse = { ...timeless, now: new Date('2026-03-01T00:00:00Z') };

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

type Found = readonly [
  what: string,
  read: ReadCertificate,
  use: Partial<CertificateUse>,
  finding: CertificateFinding,
];

/** What is asked for beside the remedy where a finding can be accepted. */
const orAccept = (id: string) =>
  ` If you accept it, give the reason in the declaration: certificate.accepted: { '${id}': '<reason>' }.`;

describe('it is said', () => {
  test.each<Found>([
    [
      'not yet valid',
      good,
      { now: new Date(validity.notBefore.getTime() - 1) },
      {
        id: 'not-yet-valid',
        severity: 'error',
        about: 'file',
        problem: "The certificate in 'mail.pfx' is not valid yet",
        remedy: 'It begins on 2026-01-01T00:00:00.000Z. Wait until then, or check the clock of this machine.',
      },
    ],
    [
      'expired',
      good,
      { now: new Date(validity.notAfter.getTime() + 1) },
      {
        id: 'expired',
        severity: 'error',
        about: 'file',
        problem: "The certificate in 'mail.pfx' has expired",
        remedy: 'It ended on 2026-07-01T00:00:00.000Z. Get a new one and put its file there.',
      },
    ],
    ...[
      { now: validity.notAfter, end: '0 days' },
      { now: new Date(validity.notAfter.getTime() - DAY_MS), end: 'one day' },
      { now: new Date(validity.notAfter.getTime() - 2 * DAY_MS), end: '2 days' },
      { now: new Date(validity.notAfter.getTime() - 30 * DAY_MS + 1), end: '29 days' },
    ].map(({ now, end }): Found => [
      `to end in ${end}`,
      good,
      { now },
      {
        id: 'expires-soon',
        severity: 'warning',
        about: 'file',
        problem: `The certificate in 'mail.pfx' ends in ${end}`,
        remedy: `It expires on 2026-07-01T00:00:00.000Z. Get a new certificate now, and replace the file with it.${orAccept('expires-soon')}`,
      },
    ]),
    [
      'without a name that clients use',
      good,
      { names: [...names, 'owa.contoso.com'] },
      {
        id: 'names-missing',
        severity: 'error',
        about: 'names',
        problem: "owa.contoso.com is not on the certificate in 'mail.pfx'",
        remedy:
          'It has mail.contoso.com, autodiscover.contoso.com. Clients would see a certificate error: get a certificate with these subject alternative names, or correct namespaces or certificate.names in the declaration.',
      },
    ],
    [
      'without two names that clients use, and without any',
      withoutFact(withCertificate({ subjectAlternativeNames: [] }), 'commonName'),
      {},
      {
        id: 'names-missing',
        severity: 'error',
        about: 'names',
        problem: "mail.contoso.com, autodiscover.contoso.com are not on the certificate in 'mail.pfx'",
        remedy:
          'It has no names. Clients would see a certificate error: get a certificate with these subject alternative names, or correct namespaces or certificate.names in the declaration.',
      },
    ],
    [
      'with a subject that is none of its names',
      withCertificate({ commonName: 'mailcontoso.com' }),
      {},
      {
        id: 'subject-not-a-name',
        severity: 'warning',
        about: 'file',
        problem:
          "The subject of the certificate in 'mail.pfx' is 'mailcontoso.com', which is none of its names",
        remedy: `It has mail.contoso.com, autodiscover.contoso.com. Look whether the subject is misspelt; have the next one issued with the client name as its subject.${orAccept('subject-not-a-name')}`,
      },
    ],
    [
      'for clients and mail only',
      withCertificate({ extendedKeyUsages: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'] }),
      {},
      {
        id: 'server-authentication-missing',
        severity: 'error',
        about: 'file',
        problem: "The certificate in 'mail.pfx' is not issued for servers",
        remedy:
          'Its extended key usages (1.3.6.1.5.5.7.3.2, 1.3.6.1.5.5.7.3.4) lack server authentication (1.3.6.1.5.5.7.3.1). Have one issued from a template for web servers.',
      },
    ],
    ...(
      [
        ['self-signed, where Outlook Anywhere shows it', ['IIS'], 'error'],
        ['self-signed, where only mail servers see it', ['SMTP'], 'warning'],
      ] as const
    ).map(([what, services, severity]): Found => [
      what,
      { ...good, certificate: selfMade, chain: [] },
      { services },
      {
        id: 'self-signed',
        severity,
        about: 'file',
        problem: "The certificate in 'mail.pfx' is self-signed",
        remedy: `Outlook Anywhere does not connect with it, and browsers and phones warn of it, until each client trusts this very certificate. Get one from an authority that they trust.${orAccept('self-signed')}`,
      },
    ]),
    [
      'without its issuer',
      { ...good, chain: [] },
      {},
      {
        id: 'chain-incomplete',
        severity: 'warning',
        about: 'file',
        problem: "The issuer of the certificate, CN=Contoso Root, is not in 'mail.pfx'",
        remedy: `Export the certificate again with all certificates of its path, as far as the root, so that the servers can show them to clients.${orAccept('chain-incomplete')}`,
      },
    ],
    [
      'of an authority that devices do not know',
      { ...good, chain: [root.certificate] },
      {},
      {
        id: 'private-authority',
        severity: 'warning',
        about: 'file',
        problem: "Clients must trust CN=Contoso Root, from which the certificate in 'mail.pfx' comes",
        remedy: `Devices do not trust it by themselves. If it is a root, install it on all clients, including phones and computers outside the domain. If it is an authority below a root, add the missing certificates to the file.${orAccept('private-authority')}`,
      },
    ],
    ...(
      [
        ['with a short key for clients', ['IIS'], 'error'],
        ['with a short key for mail servers', ['SMTP'], 'warning'],
      ] as const
    ).map(([what, services, severity]): Found => [
      what,
      withCertificate({ keyBits: 2047 }),
      { services },
      {
        id: 'weak-key',
        severity,
        about: 'file',
        problem: "The RSA key of 'mail.contoso.com' in 'mail.pfx' has only 2047 bits",
        remedy: `Phones and browsers refuse less than 2048. Have a certificate issued for a new key.${orAccept('weak-key')}`,
      },
    ]),
    ...(
      [
        ['signed with SHA-1 for clients', 'sha1', 'SHA-1', ['IIS'], 'error'],
        ['signed with MD5 for mail servers', 'md5', 'MD5', ['SMTP'], 'warning'],
        ['signed with MD2 for mail servers', 'md2', 'MD2', ['SMTP'], 'warning'],
      ] as const
    ).map(([what, signatureHash, shown, services, severity]): Found => [
      what,
      withCertificate({ signatureHash }),
      { services },
      {
        id: 'weak-signature',
        severity,
        about: 'file',
        problem: `'mail.contoso.com' in 'mail.pfx' is signed with ${shown}`,
        remedy: `Phones and browsers refuse it. Have it issued again with SHA-256; if your own authority issued it, set that authority up to sign with SHA-256.${orAccept('weak-signature')}`,
      },
    ]),
    [
      'with a key for a CNG provider',
      { ...good, pfx: { ...pfx, keyProvider: 'Microsoft Software Key Storage Provider' } },
      {},
      {
        id: 'cng-key',
        severity: 'warning',
        about: 'file',
        problem:
          "The key in 'mail.pfx' is marked for 'Microsoft Software Key Storage Provider', a CNG key storage provider",
        remedy: `With such a key people sign in to OWA and ECP in a loop. Import it on a Windows machine with certutil -csp "Microsoft RSA SChannel Cryptographic Provider" -importpfx <file>, and export it from there again.${orAccept('cng-key')}`,
      },
    ],
    ...[
      { copies: 2, often: 'twice' },
      { copies: 3, often: '3 times' },
    ].map(({ copies, often }): Found => [
      `${often} in its file`,
      { ...good, pfx: { ...pfx, copies } },
      {},
      {
        id: 'certificate-twice',
        severity: 'warning',
        about: 'file',
        problem: `'mail.pfx' holds the certificate of the servers ${often}`,
        remedy: `Only one copy belongs to the private key, and another program may choose the wrong one. The usual cause is a full chain in both -in and -certfile of openssl pkcs12: make the PFX again with only the certificates of the authorities in -certfile.${orAccept('certificate-twice')}`,
      },
    ]),
    [
      'beside the keys of two other ones',
      { ...good, pfx: { ...pfx, others: [selfMade, root.certificate] } },
      {},
      {
        id: 'several-keys',
        severity: 'warning',
        about: 'file',
        problem: `'mail.pfx' holds the private key of another certificate too: CN=mail.contoso.com (${selfMade.thumbprint}), CN=Contoso Root (${root.certificate.thumbprint})`,
        remedy: `The deploy uses CN=mail.contoso.com (${issued.thumbprint}), but would import the other private key on every server, too. Export a PFX that holds only this certificate and its key.${orAccept('several-keys')}`,
      },
    ],
  ])('%s', (_what, read, changes, finding) => {
    expect(judged(read, changes)).toEqual([finding]);
  });

  test.each([
    ['it begins', validity.notBefore],
    [
      'the days before its end are exactly those of the warning',
      new Date(validity.notAfter.getTime() - 30 * DAY_MS),
    ],
  ])('nothing at the moment when %s', (_what, now) => {
    expect(said(good, { now })).toEqual([]);
  });

  test('nothing of its time where no time is known', () => {
    expect(judgeCertificate(good, timeless)).toEqual([]);
  });

  test('nothing of a subject without a common name, or where there is nothing to compare it with', () => {
    expect(said(withoutFact(good, 'commonName'))).toEqual([]);
    expect(said(withCertificate({ subjectAlternativeNames: [] }), { names: ['mail.contoso.com'] })).toEqual(
      [],
    );
  });

  test.each([
    ['its subject', { subject: 'O=Contoso' }, 'O=Contoso'],
    ['its first name', { subject: '' }, 'mail.contoso.com'],
  ])('of a certificate without a common name by %s', (_what, changes, shown) => {
    const [found] = judged(withoutFact(withCertificate({ ...changes, keyBits: 1024 }), 'commonName'));
    expect(found?.problem).toBe(`The RSA key of '${shown}' in 'mail.pfx' has only 1024 bits`);
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
  const ec = withoutFact(withCertificate({ keyAlgorithm: 'ec', curve: 'prime256v1' }), 'keyBits');

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
    const problem = "The key of the certificate in 'mail.pfx' is on an elliptic curve (prime256v1)";
    expect(judged(ec, { versions: [ExchangeVersion.V2019, ExchangeVersion.V2013] })).toEqual([
      {
        id: 'ecc-key',
        severity: 'error',
        about: 'file',
        problem,
        remedy: 'Exchange Server 2013 cannot use it. Get a certificate with an RSA key of 2048 bits or more.',
      },
    ]);
    expect(judged(ec)).toEqual([
      {
        id: 'ecc-key',
        severity: 'warning',
        about: 'file',
        problem,
        remedy: `Exchange takes it from the updates of April 2024 on, and only with EnableEccCertificateSupport = 1 (text) under HKLM\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Diagnostics of each server and a restart of its services. Set it, or get a certificate with an RSA key.${orAccept('ecc-key')}`,
      },
    ]);
  });

  test('may have no name that is known', () => {
    const [found] = judged(withoutFact(ec, 'curve'));
    expect(found?.problem).toBe(
      "The key of the certificate in 'mail.pfx' is on an elliptic curve (of unknown name)",
    );
  });

  test('is not judged where no version is known', () => {
    expect(said(ec, { versions: [] })).toEqual([]);
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
  expect(said(withoutFact(good, 'extendedKeyUsages'))).toEqual([]);
});

describe('names that no public authority certifies', () => {
  test.each([
    ['mail.contoso.local', true],
    ['MAIL.contoso.LOCAL.', true],
    ['*.contoso.internal', true],
    ['*.local', true],
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
    const two = [...internal, 'mail'];
    const [found] = judged(withCertificate({ subjectAlternativeNames: two, commonName: 'mail' }), {
      names: two,
    });
    expect(found).toEqual({
      id: 'internal-name',
      severity: 'error',
      about: 'names',
      problem:
        "The certificate in 'mail.pfx' comes from a public authority, and no public authority certifies mail.contoso.local, mail",
      remedy:
        'Give clients names in a domain that you have registered, inside as outside (split DNS), or take a certificate of your own authority that all clients trust.',
    });
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
    expect(judged(good, { accepted: { 'self-signed': 'lab only, ends in May' } })).toEqual([
      {
        id: 'acceptance-unneeded',
        severity: 'warning',
        about: 'accepted',
        problem:
          "certificate.accepted has 'self-signed', and nothing of the kind is found in 'mail.pfx' any more",
        remedy:
          "Take 'self-signed' out of certificate.accepted in the declaration; otherwise the problem would stay hidden if it came back.",
      },
    ]);
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

/** A certificate that does not tell something. */
function withoutFact(read: ReadCertificate, fact: keyof Certificate): ReadCertificate {
  const certificate = Object.fromEntries(
    Object.entries(read.certificate).filter(([name]) => name !== fact),
  ) as unknown as Certificate;
  return { ...read, certificate };
}
