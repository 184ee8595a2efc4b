import { createCipheriv, createHmac, createPrivateKey, pbkdf2Sync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate, parsePfx, PkiError, type Certificate, type Pfx, type PfxChoice } from '../../pki';
import {
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  value,
} from '../../pki/der-writer';
import { keyOf } from '../../pki/key-derivation';

// Files that no program writes, or few do, put together from their parts (RFC 7292 section 4).

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const BAGS = '1.2.840.113549.1.12.10.1';
const [KEY, SHROUDED_KEY, CERTIFICATE, SECRET, NESTED] = [1, 2, 3, 5, 6].map((kind) => `${BAGS}.${kind}`) as [
  string,
  string,
  string,
  string,
  string,
];
const X509 = '1.2.840.113549.1.9.22.1';
const FOR_PRINCIPALS = '1.3.6.1.4.1.311.17.4';
const SHA1 = '1.3.14.3.2.26';
const oid = objectIdentifier;
const none = Buffer.alloc(0);

const data = (content: Uint8Array) => sequence(oid(DATA), tagged(0, octetString(content)));
const encrypted = (algorithm: Uint8Array, content: Uint8Array) =>
  sequence(
    oid(ENCRYPTED_DATA),
    tagged(0, sequence(integer(0), sequence(oid(DATA), algorithm, value(0x80, content)))),
  );
/** A PFX with these parts of its safe; without a MAC, unless one is made of the safe. */
function pfxOf(parts: readonly Uint8Array[], macOf?: (safe: Uint8Array) => Uint8Array): Buffer {
  const safe = sequence(...parts);
  return sequence(integer(3), data(safe), ...(macOf === undefined ? [] : [macOf(safe)]));
}
const bagged = (...bags: readonly Uint8Array[]) => pfxOf([data(sequence(...bags))]);
const bag = (type: string, content: Uint8Array, ...attributes: readonly Uint8Array[]) =>
  sequence(oid(type), tagged(0, content), ...(attributes.length === 0 ? [] : [set(...attributes)]));
const label = (text: string) => sequence(oid('1.2.840.113549.1.9.21'), set(octetString(Buffer.from(text))));

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name));
const password = 'open-sesame';
const mail = parsePfx(fixture('aes.pfx'), password);
const curve = parsePfx(fixture('ec.pfx'), password);
const [authority] = mail.chain as [Certificate];
const gost = parseCertificate(fixture('gost.der'));
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' });
const keyBag = ({ privateKey }: Pfx, ...attributes: readonly Uint8Array[]) =>
  bag(KEY, pkcs8(privateKey), ...attributes);
const certificateBag = ({ der }: Pick<Certificate, 'der'>, ...attributes: readonly Uint8Array[]) =>
  bag(CERTIFICATE, sequence(oid(X509), tagged(0, octetString(der))), ...attributes);
const [itsKey, itsCertificate] = [keyBag(mail), certificateBag(mail.leaf)];

function refusal(file: Uint8Array, given = password, choice?: PfxChoice) {
  try {
    parsePfx(file, given, choice);
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
  throw new Error('it was read');
}
const told = (file: Uint8Array, given?: string) => {
  const { problem, message } = refusal(file, given);
  return `${problem}: ${message}`;
};

const NOT_A_PFX = 'not-a-pfx: the bytes are not a PKCS #12 file (PFX)';
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('a PFX of nothing but a key and its certificate is read', () => {
  expect(parsePfx(bagged(itsKey, itsCertificate), '')).toEqual({
    leaf: mail.leaf,
    privateKey: expect.anything() as KeyObject,
    copies: 1,
    chain: [],
    certificates: [mail.leaf],
    others: [],
  });
  expect(parsePfx(bagged(itsKey, itsCertificate), '')).not.toHaveProperty('keyProvider');
});

describe('the outermost structure', () => {
  test.each<[string, Uint8Array, string]>([
    ['larger than a megabyte', new Uint8Array(1024 * 1024 + 1), 'not-a-pfx: the file is larger than any PFX'],
    ['a megabyte of zeros', new Uint8Array(1024 * 1024), NOT_A_PFX],
    ['a word', Buffer.from('hello'), NOT_A_PFX],
    ['of another version', sequence(integer(2), data(sequence())), NOT_A_PFX],
    ['without a type of its content', sequence(integer(3), sequence()), NOT_A_PFX],
    [
      'signed with a key in place of a password',
      sequence(integer(3), sequence(oid('1.2.840.113549.1.7.2'))),
      'unsupported: the integrity of the PFX is protected by 1.2.840.113549.1.7.2 and not by a password',
    ],
    ['without content', sequence(integer(3), sequence(oid(DATA))), 'not-a-pfx: the PFX is empty'],
    [
      'with a content that is no structure',
      sequence(integer(3), data(Buffer.from('hello'))),
      'not-a-pfx: the content of the PFX cannot be read',
    ],
    [
      'with a part that has no content',
      pfxOf([sequence(oid(DATA))]),
      'not-a-pfx: the content of the PFX cannot be read',
    ],
    [
      'with a part that is encrypted for a key',
      pfxOf([sequence(oid('1.2.840.113549.1.7.3'))]),
      'unsupported: the PFX has a part of type 1.2.840.113549.1.7.3',
    ],
    ['cut off, with no length', hex('30 80 02'), NOT_A_PFX],
    ['cut off, with half a length', hex('30 82 01'), NOT_A_PFX],
    ['broken within', hex('30 03 02 05 01'), NOT_A_PFX],
    ['cut off, by its own word of two gigabytes', hex('30 84 7f ff ff ff'), NOT_A_PFX],
    [
      'cut off, of a megabyte',
      hex('30 83 0f ff fb'),
      'not-a-pfx: the file is cut off: it has 5 bytes and states that it has 1048576',
    ],
  ])('of a file that is %s is refused', (_what, file, wanted) => {
    expect(told(file)).toBe(wanted);
  });

  test('that cannot be read keeps the reason', () => {
    expect(refusal(hex('30 80 02')).cause).toEqual(
      new RangeError('the value is cut off, or nested too deep'),
    );
  });

  test('is not searched for certificates without end: two hundred thousand empty bags are none', () => {
    const bags = value(0x30, Buffer.alloc(400_000, hex('30 00')));
    expect(told(pfxOf([data(bags)]))).toBe('no-private-key: the PFX holds no private key');
  });
});

describe('the integrity part', () => {
  const salt = Buffer.from('saltsalt');
  const algorithm = sequence(oid(SHA1), NULL);
  const macOf = (...more: readonly Uint8Array[]) => pfxOf([], () => sequence(...more));
  const digest = octetString(Buffer.alloc(20));
  /** The right MAC, cut to so many bytes. */
  const mac = (safe: Uint8Array, length = 20, iterations: readonly Uint8Array[] = []) => {
    const by = { kind: 'pkcs12', id: 3 } as const;
    const form = Buffer.from(`${password}\0`, 'utf16le').swap16();
    const key = keyOf({ by, hash: 'sha1', password: form, salt, iterations: 1, bytes: 20 });
    const made = createHmac('sha1', key).update(safe).digest().subarray(0, length);
    return sequence(sequence(algorithm, octetString(made)), octetString(salt), ...iterations);
  };

  const UNREADABLE = 'not-a-pfx: the integrity part of the PFX cannot be read';
  test.each<[string, Uint8Array, string]>([
    ['is empty', macOf(), UNREADABLE],
    ['has no salt', macOf(sequence(algorithm, digest)), UNREADABLE],
    ['has no digest', macOf(sequence(algorithm), octetString(salt), integer(1)), UNREADABLE],
    [
      'hashes the password no times',
      macOf(sequence(algorithm, digest), octetString(salt), integer(0)),
      UNREADABLE,
    ],
    [
      'hashes the password fewer than no times',
      macOf(sequence(algorithm, digest), octetString(salt), hex('02 01 ff')),
      UNREADABLE,
    ],
    [
      'is made with MD5',
      macOf(sequence(sequence(oid('1.2.840.113549.2.5')), digest), octetString(salt)),
      "unsupported: the PFX's integrity algorithm 1.2.840.113549.2.5 is not known here",
    ],
    [
      'has a digest of half its length',
      pfxOf([], (safe) => mac(safe, 10)),
      'wrong-password: the password does not open the PFX',
    ],
    [
      'has a digest of no length',
      pfxOf([], (safe) => mac(safe, 0)),
      'wrong-password: the password does not open the PFX',
    ],
  ])('that %s is refused', (_what, file, wanted) => {
    expect(told(file)).toBe(wanted);
  });

  test('that does not say how often the password is hashed means once', () => {
    const file = pfxOf([data(sequence(itsKey, itsCertificate))], (safe) => mac(safe));
    expect(parsePfx(file, password).leaf).toEqual(mail.leaf);
  });

  test('proves the password: a part that it does not open is protected in another way', () => {
    const part = encrypted(lockedBy(), locked(none, { given: 'another' }));
    expect(told(pfxOf([part], (safe) => mac(safe)))).toBe(
      'unsupported: the PFX is protected in a way that is not known here',
    );
    expect(told(pfxOf([part]))).toBe('wrong-password: the password does not open the PFX');
  });
});

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const SALT = octetString(Buffer.from('saltsalt'));
const AES256 = '2.16.840.1.101.3.4.1.42';
const IV = Buffer.alloc(16, 7);
const scheme = sequence(oid(AES256), octetString(IV));
/** AlgorithmIdentifier of PBES2 with PBKDF2 (RFC 8018 appendix A.2 and A.4). */
function lockedBy(
  parameters: readonly Uint8Array[] = [SALT, integer(1)],
  cipher: Uint8Array = scheme,
): Buffer {
  return sequence(oid(PBES2), sequence(sequence(oid(PBKDF2), sequence(...parameters)), cipher));
}
/** What is encrypted as `lockedBy` says where nothing else is given. */
function locked(
  plain: Uint8Array,
  { given = password, hash = 'sha1' }: { readonly given?: string | Buffer; readonly hash?: string } = {},
): Buffer {
  const key = pbkdf2Sync(given, 'saltsalt', 1, 32, hash);
  const cipher = createCipheriv('aes-256-cbc', key, IV);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

describe('a part that is encrypted', () => {
  const bags = sequence(itsKey, itsCertificate);
  const hmac = (name: string) => sequence(oid(`1.2.840.113549.2.${name}`), NULL);

  test.each<[string, readonly Uint8Array[], string]>([
    ['names no hash, which means SHA-1', [SALT, integer(1)], 'sha1'],
    ['names the length of the key before the hash', [SALT, integer(1), integer(32), hmac('9')], 'sha256'],
    ['has the length of the key and no hash', [SALT, integer(1), integer(32)], 'sha1'],
    [
      'has its salt in pieces, as BER allows',
      [hex('24 80 04 04 73616c74 04 04 73616c74 00 00'), integer(1), hmac('8')],
      'sha224',
    ],
    ['uses SHA-384', [SALT, integer(1), hmac('10')], 'sha384'],
    ['uses SHA-512', [SALT, integer(1), hmac('11')], 'sha512'],
  ])('is opened where it %s', (_how, parameters, hash) => {
    const file = pfxOf([encrypted(lockedBy(parameters), locked(bags, { hash }))]);
    expect(parsePfx(file, password).leaf).toEqual(mail.leaf);
  });

  test('is opened where an older program took the password as Latin-1', () => {
    const file = pfxOf([encrypted(lockedBy(), locked(bags, { given: Buffer.from('pässwörd', 'latin1') }))]);
    expect(parsePfx(file, 'pässwörd').leaf).toEqual(mail.leaf);
    expect(told(file, 'passwort')).toBe('wrong-password: the password does not open the PFX');
  });

  const protectedBy = (name: string) =>
    `unsupported: the PFX is protected by ${name}, which is not known here`;
  const tripleDes = '1.2.840.113549.1.12.1.3';
  const own = (name: string, ...parameters: readonly Uint8Array[]) =>
    sequence(oid(name), sequence(...parameters));
  test.each<[string, Uint8Array, string]>([
    ['by nothing', sequence(), ''],
    ['by RC4', own('1.2.840.113549.1.12.1.1', SALT, integer(1)), '1.2.840.113549.1.12.1.1'],
    ['by 3DES without a salt', own(tripleDes), tripleDes],
    ['by 3DES without iterations', own(tripleDes, SALT), tripleDes],
    ['by 3DES with no iterations', own(tripleDes, SALT, integer(0)), tripleDes],
    ['by 3DES with fewer than no iterations', own(tripleDes, SALT, hex('02 01 ff')), tripleDes],
    ['by PBES2 without parameters', own(PBES2), ''],
    [
      'with a key made by scrypt',
      own(PBES2, sequence(oid('1.3.6.1.4.1.11591.4.11'), sequence(SALT, integer(1))), scheme),
      '1.3.6.1.4.1.11591.4.11',
    ],
    [
      'by a cipher of CAST',
      lockedBy(undefined, sequence(oid('1.2.840.113533.7.66.10'), octetString(IV))),
      '1.2.840.113533.7.66.10',
    ],
    ['by AES without an initialisation vector', lockedBy(undefined, sequence(oid(AES256))), AES256],
    ['with a key made without a salt', lockedBy([]), PBKDF2],
    ['with a key made without iterations', lockedBy([SALT]), PBKDF2],
    ['with a key made in no iterations', lockedBy([SALT, integer(0)]), PBKDF2],
    ['with a key made with HMAC-MD5', lockedBy([SALT, integer(1), hmac('6')]), PBKDF2],
  ])('%s is refused, and the algorithm is named', (_how, algorithm, name) => {
    expect(told(pfxOf([encrypted(algorithm, locked(bags))]))).toBe(protectedBy(name));
  });

  test.each([
    [
      'has an initialisation vector of another length',
      lockedBy(undefined, sequence(oid(AES256), octetString(none))),
      locked(bags),
    ],
    ['is no whole number of blocks', lockedBy(), locked(bags).subarray(1)],
    ['is empty', lockedBy(), none],
    ['has something behind it', lockedBy(), locked(Buffer.concat([bags, none, hex('00')]))],
    [
      'is encrypted by RC2, and no whole number of blocks',
      own('1.2.840.113549.1.12.1.6', SALT, integer(1)),
      hex('00'),
    ],
  ])('that %s is not opened', (_how, algorithm, content) => {
    expect(told(pfxOf([encrypted(algorithm, content)]))).toBe(
      'wrong-password: the password does not open the PFX',
    );
  });
});

describe('the bags', () => {
  test('may lie in other bags', () => {
    const nested = bag(NESTED, sequence(itsKey, bag(NESTED, sequence(itsCertificate))));
    expect(parsePfx(bagged(nested), '').leaf).toEqual(mail.leaf);
  });

  const KEY_OF_OTHER_KIND = 'unsupported: the private key of the PFX is of a kind that is not known here';
  const NO_CERTIFICATE = 'no-certificate: the PFX holds no certificate';
  const shaped = sequence(oid(X509), tagged(0, octetString(mail.leaf.der)));
  test.each<[string, readonly Uint8Array[], string]>([
    ['no bag', [], 'no-private-key: the PFX holds no private key'],
    [
      'bags without content',
      [KEY, SHROUDED_KEY, CERTIFICATE, NESTED].map((type) => sequence(oid(type))),
      'no-private-key: the PFX holds no private key',
    ],
    ['a certificate alone', [itsCertificate], 'no-private-key: the PFX holds no private key'],
    ['a key that is none', [bag(KEY, sequence(integer(0))), itsCertificate], KEY_OF_OTHER_KIND],
    ['a key alone', [itsKey], NO_CERTIFICATE],
    [
      'a certificate of another kind (SDSI)',
      [
        itsKey,
        bag(CERTIFICATE, sequence(oid('1.2.840.113549.1.9.22.2'), tagged(0, octetString(mail.leaf.der)))),
      ],
      NO_CERTIFICATE,
    ],
    ['a certificate without bytes', [itsKey, bag(CERTIFICATE, sequence(oid(X509)))], NO_CERTIFICATE],
    ['a certificate as a secret', [itsKey, bag(SECRET, shaped)], NO_CERTIFICATE],
    [
      'the certificate of another key',
      [itsKey, certificateBag(curve.leaf)],
      'key-mismatch: the private key of the PFX belongs to none of its certificates',
    ],
    [
      'only a certificate whose key cannot be decoded',
      [itsKey, certificateBag(gost)],
      'key-mismatch: the private key of the PFX belongs to none of its certificates',
    ],
  ])('that are %s are refused', (_what, bags, wanted) => {
    expect(told(bagged(...bags))).toBe(wanted);
  });

  test('with a key that cannot be read keep the reason', () => {
    expect(refusal(bagged(bag(KEY, sequence(integer(0))))).cause).toMatchObject({
      code: expect.stringMatching(/^ERR_/) as string,
    });
  });

  test('with a key and a certificate of different kinds leave the next file readable', () => {
    expect(refusal(bagged(itsKey, certificateBag(curve.leaf))).problem).toBe('key-mismatch');
    expect(parsePfx(bagged(itsKey, itsCertificate), '').leaf).toEqual(mail.leaf);
  });

  test('may hold a key of an unknown kind beside the one that is meant', () => {
    for (const keys of [
      [itsKey, bag(KEY, sequence())],
      [bag(KEY, sequence()), itsKey],
    ]) {
      expect(parsePfx(bagged(...keys, itsCertificate), '').leaf).toEqual(mail.leaf);
    }
  });

  test.each<[string, Uint8Array, Uint8Array, string]>([
    ['hashes the password too often', lockedBy([SALT, integer(1_000_001)]), none, 'too-many-iterations'],
    ['has another password', lockedBy(), locked(none, { given: 'another' }), 'wrong-password'],
  ])('are refused as a whole where one of their keys %s', (_how, algorithm, content, problem) => {
    const other = bag(SHROUDED_KEY, sequence(algorithm, octetString(content)));
    expect(refusal(bagged(itsKey, other, itsCertificate)).problem).toBe(problem);
  });
});

describe('a file whose password lies in it, encrypted for groups or users', () => {
  const secret = (type: string, name: string) => bag(type, sequence(oid(name), tagged(0, octetString(none))));
  const closed = encrypted(lockedBy(), locked(none, { given: 'random' }));
  const principals = secret(SECRET, FOR_PRINCIPALS);

  test('is named as that, with the way out', () => {
    const { message, remedy, cause } = refusal(pfxOf([data(sequence(principals)), closed]));
    expect(message).toBe('the PFX was exported to groups or users, and not with a password');
    expect(remedy).toBe(
      'Windows chose a password that only these accounts can get from a domain controller, on Windows. Export the certificate again and choose "Password" in place of "Group or user names".',
    );
    expect(cause).toMatchObject({ problem: 'wrong-password' });
  });

  test.each<[string, Uint8Array, string]>([
    ['a secret of another kind', pfxOf([data(sequence(secret(SECRET, DATA))), closed]), 'wrong-password'],
    [
      'another bag of that type',
      pfxOf([data(sequence(secret(CERTIFICATE, FOR_PRINCIPALS))), closed]),
      'wrong-password',
    ],
    ['the password of groups, and no key', bagged(principals), 'no-private-key'],
    [
      'the password of groups, and a key that is none',
      bagged(principals, bag(KEY, sequence())),
      'unsupported',
    ],
  ])('is not one that holds %s', (_what, file, problem) => {
    expect(refusal(file).problem).toBe(problem);
  });
});

describe('a key and its certificate', () => {
  test('find each other among certificates that come first', () => {
    const file = bagged(itsKey, ...[gost, authority, mail.leaf].map((one) => certificateBag(one)));
    expect(parsePfx(file, '')).toMatchObject({ leaf: mail.leaf, chain: [authority] });
  });

  test('where the label is that of another certificate, the key decides', () => {
    const file = bagged(keyBag(mail, label('1')), certificateBag(authority, label('1')), itsCertificate);
    expect(parsePfx(file, '').leaf).toEqual(mail.leaf);
  });

  test('a key that has no certificate in the file is passed over', () => {
    const { leaf, others } = parsePfx(bagged(keyBag(curve), itsKey, itsCertificate), '');
    expect({ leaf, others }).toEqual({ leaf: mail.leaf, others: [] });
  });

  test('twice in the file are still one, whatever is chosen', () => {
    const file = bagged(itsKey, itsKey, itsCertificate);
    expect(parsePfx(file, '', { names: ['mail.contoso.com'] })).toMatchObject({
      leaf: mail.leaf,
      others: [],
    });
  });

  test('are taken where they are the only ones, whether they fit or not', () => {
    const file = bagged(itsKey, itsCertificate);
    expect(parsePfx(file, '', { names: ['owa.contoso.com'] }).leaf).toEqual(mail.leaf);
  });

  const both = bagged(itsKey, keyBag(curve), itsCertificate, certificateBag(curve.leaf));
  test('of several that fit, none is taken, and all are named', () => {
    const { message, remedy } = refusal(both, '', { names: ['mail.contoso.com'] });
    const held = [mail, curve].map(({ leaf }) => `${leaf.subject} (${leaf.thumbprint})`).join(' and ');
    expect(message).toBe(`the PFX holds keys of 2 certificates, ${held}, of which more than one fits`);
    expect(remedy).toBe('Export only the one that is meant, with its key.');
  });
});

test('a private key reads back the same', () => {
  const { privateKey } = parsePfx(bagged(itsKey, itsCertificate), '');
  expect(
    privateKey.equals(createPrivateKey({ key: pkcs8(mail.privateKey), format: 'der', type: 'pkcs8' })),
  ).toBe(true);
});
