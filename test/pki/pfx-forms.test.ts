import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asn1, pkcs12, pki } from 'node-forge';
import {
  makeAuthority,
  makePfx,
  openPfx,
  parseCertificate,
  parsePfx,
  PkiError,
  type PfxChoice,
} from '../../pki';
import { children, firstDer, readDer } from '../../pki/der';
import { integer, NULL, objectIdentifier, octetString, sequence, set } from '../../pki/der-writer';
import { keyOf } from '../../pki/key-derivation';
import { passwordForms } from '../../pki/pfx-password';
import { describeWhere } from '../requirement';
import { missingReference } from '../remoting/peers/reference';

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name));
const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const authority = makeAuthority({ commonName: 'Contoso Root', ...validity });
const issue = (...names: string[]) =>
  authority.issue({ commonName: names[0] ?? '', subjectAlternativeNames: names, ...validity });
const mail = issue('mail.contoso.com', 'autodiscover.contoso.com');
const tomcat = issue('tomcat.contoso.com');
const password = 'open-sesame';
const plain = makePfx(mail, { password, iterations: 1 });

function refusal(data: Uint8Array, given = password, choice?: PfxChoice): PkiError {
  try {
    parsePfx(data, given, choice);
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('bytes are those of the file', () => {
  /** The same certificate, its length spelled with more octets than it needs. */
  function respelled(der: Uint8Array): Buffer {
    const { content } = firstDer(Buffer.from(der));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([Buffer.from([0x30, 0x84]), length, content]);
  }

  test('of a certificate in a form that encoding it anew changes', () => {
    const der = respelled(mail.certificate.der);
    const thumbprint = createHash('sha1').update(der).digest('hex').toUpperCase();
    expect(parseCertificate(der)).toMatchObject({ thumbprint, der: new Uint8Array(der) });
    expect(thumbprint).not.toBe(mail.certificate.thumbprint);
  });

  test('read from PEM and written in it, too', () => {
    const { leaf } = parsePfx(fixture('pss-parameters.pfx'), password);
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(leaf.der).toString('base64')}\n-----END CERTIFICATE-----\n`;
    expect(parseCertificate(Buffer.from(pem)).thumbprint).toBe('64163622B988D5E28E6A5FCAF34FCD27578EA78E');
  });

  test('in a PFX that is read and written again', () => {
    const { leaf, privateKey, chain } = parsePfx(fixture('pss-parameters.pfx'), password);
    expect(leaf).toMatchObject({
      thumbprint: '64163622B988D5E28E6A5FCAF34FCD27578EA78E',
      signatureHash: 'sha256',
    });
    const again = parsePfx(makePfx({ certificate: leaf, privateKey, chain }, { password }), password);
    expect(again).toMatchObject({ leaf, chain });
  });

  test('what follows the certificate is none of it', () => {
    const longer = Buffer.concat([mail.certificate.der, Buffer.from('\n')]);
    expect(parseCertificate(longer).thumbprint).toBe(mail.certificate.thumbprint);
  });
});

describe('no password', () => {
  test('in the form that .NET writes', async () => {
    const { leaf } = await openPfx(fixture('null-password.pfx'), '');
    expect(leaf.thumbprint).toBe('0938D9E01EF0E6069C3C9594A7CB70999695DEEC');
  });

  /** The MAC made anew, for a password of these bytes. */
  function withMac(data: Uint8Array, bytes: Buffer): Uint8Array {
    const [version, content] = children(readDer(Buffer.from(data)));
    const safe = children(children(content)[1])[0]?.content ?? Buffer.alloc(0);
    const salt = Buffer.from('saltsalt');
    const by = { kind: 'pkcs12', id: 3 } as const;
    const key = keyOf({ by, hash: 'sha1', password: bytes, salt, iterations: 1, bytes: 20 });
    const digest = createHmac('sha1', key).update(safe).digest();
    const algorithm = sequence(objectIdentifier('1.3.14.3.2.26'), NULL);
    const mac = sequence(sequence(algorithm, octetString(digest)), octetString(salt), integer(1));
    return sequence(version!.raw, content!.raw, mac);
  }

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a zero', Buffer.alloc(2)],
  ])('is found where the MAC is made of %s, and the contents of either', (_what, bytes) => {
    for (const cipher of ['3des', 'aes256'] as const) {
      const data = withMac(makePfx(mail, { password: '', cipher, iterations: 1 }), bytes);
      expect(parsePfx(data, '').leaf).toEqual(mail.certificate);
    }
  });

  test.each(['null-password.pfx', 'empty.pfx'])('%s says so of one that is given', (name) => {
    const { problem, message } = refusal(fixture(name));
    expect([problem, message]).toEqual(['needless-password', 'the PFX has no password, and one is given']);
  });
});

describe('what is wrong is named', () => {
  const base64 = Buffer.from(plain).toString('base64');
  const lines = (end: string) => (base64.match(/.{1,64}/g) ?? []).join(end);

  test.each([
    ['on one line', Buffer.from(base64)],
    ['on lines of Windows', Buffer.from(lines('\r\n'))],
    ['between BEGIN and END', Buffer.from(`-----BEGIN PKCS12-----\n${lines('\n')}\n-----END PKCS12-----\n`)],
    [
      "as certutil's certificate",
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines('\n')}\n-----END CERTIFICATE-----\n`),
    ],
    ['with a mark of UTF-8', Buffer.from(`\ufeff${base64}\n`)],
    ['in UTF-16, as PowerShell redirects it', Buffer.from(`\ufeff${lines('\r\n')}\r\n`, 'utf16le')],
  ])('a PFX as text %s, with how to decode it', (_form, data) => {
    const { problem, message, remedy } = refusal(data);
    expect(problem).toBe('text');
    expect(message).toBe('the file is a PFX as Base64 text, not the PFX itself');
    expect(remedy).toBe(
      'Decode it: certutil -decode <file> <new file> on Windows; elsewhere grep -v -e "-----" <file> | base64 -d > <new file>. Secret stores often hold a PFX in this form.',
    );
  });

  const der = Buffer.from(mail.certificate.der);
  const key = mail.privateKey.export({ type: 'pkcs8', format: 'der' });
  const keyInPem = Buffer.from(mail.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const PEM: [string, string] = [
    'the file holds PEM text',
    'Put the key, the certificate and those of its certification authorities together: openssl pkcs12 -export -in <certificate> -inkey <key> -certfile <chain> -out <new file>.',
  ];
  const CERTIFICATES: [string, string] = [
    'the file holds certificates without a private key (.cer, .p7b)',
    'Export the certificate with its private key on the machine where its request was created.',
  ];
  const SIGNED_DATA = objectIdentifier('1.2.840.113549.1.7.2');
  const bytes = (...parts: readonly (string | Uint8Array)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  test.each<[string, Uint8Array, string, string]>([
    ['a key in PEM', keyInPem, ...PEM],
    ['PEM with a remark above it', bytes('Bag Attributes\n', keyInPem), ...PEM],
    ['PEM below two bytes, the first of UTF-16', bytes('\xffx\n', keyInPem), ...PEM],
    ['PEM below two bytes, the second of UTF-16', bytes('x\xfe\n', keyInPem), ...PEM],
    [
      'a key of PuTTY',
      Buffer.from('PuTTY-User-Key-File-3: ssh-rsa\r\n'),
      'it is a key of PuTTY, without a certificate',
      'A PFX holds a certificate with its key.',
    ],
    [
      'a Java key store',
      Buffer.from('feedfeed0000000200000001', 'hex'),
      'the file is a Java key store of the old format',
      'Convert it: keytool -importkeystore -srckeystore <file> -destkeystore <new file> -deststoretype PKCS12.',
    ],
    ['a certificate', der, ...CERTIFICATES],
    ['certificates (PKCS #7)', sequence(SIGNED_DATA), ...CERTIFICATES],
  ])('%s, with how to make a PFX of it', (_what, data, message, remedy) => {
    expect(refusal(data)).toMatchObject({ problem: 'not-a-pfx', message, remedy });
  });

  const asText = (data: Uint8Array) => Buffer.from(Buffer.from(data).toString('base64'));
  test.each<[string, Uint8Array]>([
    ['a key in DER', key],
    ['a key as Base64', asText(key)],
    ['a certificate as Base64', asText(der)],
    ['a version of PFX as Base64, and nothing more', asText(sequence(integer(3)))],
    ['a PFX as Base64 below a remark', bytes('# mail\n', base64)],
    ['a PFX as Base64 above a remark', bytes(base64, '\n# mail')],
    ['a line of PEM within another line', bytes('see -----BEGIN CERTIFICATE-----')],
    ['structures of something else', sequence(sequence(), sequence())],
    ['the identifier of PKCS #7, not in a sequence', set(SIGNED_DATA)],
  ])('%s: that it is no PFX, and nothing that may be wrong', (_what, data) => {
    const error = refusal(data);
    expect(String(error)).toBe('PkiError: the bytes are not a PKCS #12 file (PFX)');
    expect(error.remedy).toBeUndefined();
  });

  test('a file that is cut off, with how much there is', () => {
    const { problem, message } = refusal(plain.subarray(0, 1000));
    expect(problem).toBe('not-a-pfx');
    expect(message).toBe(`the file is cut off: it has 1000 bytes and states that it has ${plain.length}`);
  });

  test('one that Windows exported to groups or users, which no password opens', () => {
    for (const given of ['', password, 'another']) {
      const { problem, remedy } = refusal(fixture('protected-to-principals.pfx'), given);
      expect(problem).toBe('protected-to-principals');
      expect(remedy).toContain('"Password"');
    }
  });

  test('a wrong password only where that is wrong', () => {
    for (const given of ['another', '']) {
      const { problem, message } = refusal(plain, given);
      expect([problem, message]).toEqual(['wrong-password', 'the password does not open the PFX']);
    }
  });
});

describe('a file with more than one needs', () => {
  test('the certificate twice is read, and counted', () => {
    const data = makePfx(mail, { password, chain: [mail.certificate, authority.certificate], iterations: 1 });
    expect(parsePfx(data, password)).toMatchObject({
      leaf: mail.certificate,
      copies: 2,
      chain: [authority.certificate],
      certificates: [mail.certificate, authority.certificate],
    });
    expect(parsePfx(plain, password).copies).toBe(1);
  });

  const two = makePfx([tomcat, mail], { password, iterations: 1 });
  test.each<[string, PfxChoice | undefined]>([
    ['names that only one covers', { names: ['autodiscover.contoso.com'] }],
    ['its thumbprint', { thumbprint: mail.certificate.thumbprint.toLowerCase() }],
    [
      'its thumbprint, whatever the names',
      { thumbprint: mail.certificate.thumbprint, names: ['x.contoso.com'] },
    ],
  ])('two keys: the one that is meant is found by %s', (_how, choice) => {
    const { leaf, privateKey, others } = parsePfx(two, password, choice);
    expect(leaf).toEqual(mail.certificate);
    expect(privateKey.equals(mail.privateKey)).toBe(true);
    expect(others).toEqual([tomcat.certificate]);
  });

  test.each<[string, PfxChoice, string]>([
    ['none covers the names', { names: ['owa.contoso.com'] }, 'none fits'],
    ['no name says which', { names: [] }, 'more than one fits'],
    ['none has the thumbprint', { thumbprint: authority.certificate.thumbprint }, 'none fits'],
    [
      'none has the thumbprint, and both cover the names',
      { thumbprint: authority.certificate.thumbprint, names: [] },
      'none fits',
    ],
  ])('two keys, and %s: both are named', (_why, choice, why) => {
    const { problem, message } = refusal(two, password, choice);
    expect(problem).toBe('several-keys');
    expect(message).toContain(why);
    for (const { certificate } of [tomcat, mail]) {
      expect(message).toContain(`${certificate.subject} (${certificate.thumbprint})`);
    }
  });

  test('two keys of a Java key store, with those above each', () => {
    const names = ['mail.contoso.com', 'autodiscover.contoso.com'];
    const { leaf, chain } = parsePfx(fixture('two-keys-other-first.p12'), 'Sesame-1', { names });
    expect([leaf, ...chain].map(({ subject }) => subject)).toEqual([
      'CN=mail.contoso.com',
      'CN=Contoso Issuing CA, O=Contoso',
      'CN=Contoso Root, O=Contoso',
    ]);
  });

  test('two keys: a client takes the one that is for clients', () => {
    const client = authority.issue({ commonName: 'deploy', shownBy: 'client', ...validity });
    const data = makePfx([mail, client], { password, iterations: 1 });
    expect(parsePfx(data, password, { forClient: true }).leaf).toEqual(client.certificate);
    // The authority's certificate is for everything.
    const anything = makePfx([mail, authority], { password, iterations: 1 });
    expect(parsePfx(anything, password, { forClient: true }).leaf).toEqual(authority.certificate);
  });

  test('a renewal that kept the key: the label says which one goes with it', () => {
    const renewed = authority.issue({
      commonName: 'mail.contoso.com',
      privateKey: mail.privateKey,
      ...validity,
    });
    const data = makePfx([mail, renewed], { password, iterations: 1 });
    const { thumbprint } = renewed.certificate;
    expect(parsePfx(data, password, { thumbprint }).leaf).toEqual(renewed.certificate);
    expect(parsePfx(data, password).leaf).toEqual(mail.certificate);
  });

  test.each([
    ['whose key is not decoded', fixture('gost.der')],
    ['that is none at all', Buffer.from('3003020100', 'hex')],
  ])('a certificate %s hides nothing of the others', (_what, der) => {
    const strange = { ...authority.certificate, der, thumbprint: 'other' };
    const data = makePfx(mail, { password, chain: [strange, authority.certificate], iterations: 1 });
    expect(parsePfx(data, password)).toMatchObject({
      leaf: mail.certificate,
      chain: [authority.certificate],
    });
  });
});

describe('a PFX that is written', () => {
  /** As another library reads it. */
  const bagsOf = (data: Uint8Array, type: string) => {
    const der = asn1.fromDer(Buffer.from(data).toString('latin1'));
    return pkcs12.pkcs12FromAsn1(der, password).getBags({ bagType: type })[type] ?? [];
  };
  const { pkcs8ShroudedKeyBag, certBag } = pki.oids as { pkcs8ShroudedKeyBag: string; certBag: string };

  test('has the name for the list of Windows, and the thumbprint as label, at key and certificate', () => {
    const data = makePfx(mail, { password, friendlyName: 'Mail of Contoso', iterations: 1 });
    const thumbprint = Buffer.from(mail.certificate.thumbprint, 'hex').toString('latin1');
    const labels = { friendlyName: ['Mail of Contoso'], localKeyId: [thumbprint] };
    expect(bagsOf(data, pkcs8ShroudedKeyBag).map(({ attributes }) => attributes as unknown)).toEqual([
      labels,
    ]);
    const certificates = bagsOf(data, certBag).map(({ attributes }) => attributes as unknown);
    expect(certificates).toEqual([labels, {}]);
    expect(bagsOf(plain, certBag)[0]?.attributes).toEqual({ localKeyId: [thumbprint] });
  });

  test.each<['aes256' | '3des' | undefined, string]>([
    ['aes256', '2.16.840.1.101.3.4.1.42'],
    ['3des', '1.2.840.113549.1.12.1.3'],
    [undefined, '2.16.840.1.101.3.4.1.42'],
  ])('with the cipher %s encrypts the key so', (cipher, algorithm) => {
    const data = makePfx(mail, { password, iterations: 1, ...(cipher && { cipher }) });
    const ciphers = ['2.16.840.1.101.3.4.1.42', '1.2.840.113549.1.12.1.3'].filter((oid) =>
      Buffer.from(data).includes(objectIdentifier(oid)),
    );
    expect(ciphers).toEqual([algorithm]);
    expect(bagsOf(data, pkcs8ShroudedKeyBag)).toHaveLength(1);
  });

  test('of a certificate with nothing above it holds only that', () => {
    const { certificate, privateKey } = mail;
    const data = makePfx({ certificate, privateKey }, { password, iterations: 1 });
    expect(parsePfx(data, password).certificates).toEqual([certificate]);
    expect(bagsOf(data, certBag)).toHaveLength(1);
  });
});

test('a password is tried in the forms that programs use, each once', () => {
  const utf16 = (text: string) => Buffer.from(`${text}\0`, 'utf16le').swap16();
  expect(passwordForms('sesame')).toEqual({ pkcs12: [utf16('sesame')], pkcs5: [Buffer.from('sesame')] });
  expect(passwordForms('ä')).toEqual({
    pkcs12: [utf16('ä'), utf16('Ã¤')],
    pkcs5: [Buffer.from([0xc3, 0xa4]), Buffer.from([0xe4])],
  });
  expect(passwordForms('')).toEqual({
    pkcs12: [Buffer.alloc(2), Buffer.alloc(0)],
    pkcs5: [Buffer.alloc(0)],
  });
});

describe('what a file says of its key', () => {
  test('the provider that Windows is to keep it with', () => {
    const keyProvider = 'Microsoft Software Key Storage Provider';
    const data = makePfx(mail, { password, keyProvider, iterations: 1 });
    expect(parsePfx(data, password).keyProvider).toBe(keyProvider);
    expect(parsePfx(plain, password).keyProvider).toBeUndefined();
    expect(parsePfx(fixture('client-rc2-3des.pfx'), 'Sesame-1').keyProvider).toBe(
      'Microsoft Enhanced Cryptographic Provider v1.0',
    );
  });

  test('a key on a curve is written as it is read', () => {
    const { leaf, privateKey, chain } = parsePfx(fixture('ec.pfx'), password);
    const again = parsePfx(makePfx({ certificate: leaf, privateKey, chain }, { password }), password);
    expect(again).toMatchObject({ leaf, chain });
    expect(again.privateKey.equals(privateKey)).toBe(true);
  });
});

const cases = resolve(__dirname, '../../../shared/cases');

/** Files that administrators really meet; not everybody has them. */
describeWhere(missingReference(cases), 'a file as it comes', () => {
  const data = (name: string) => readFileSync(join(cases, name));

  test.each([
    ['pss-parameters.pfx', { thumbprint: '64163622B988D5E28E6A5FCAF34FCD27578EA78E' }, { copies: 1 }],
    ['leaf-twice.pfx', { keyAlgorithm: 'rsa' }, { copies: 2 }],
    ['key-storage-provider.pfx', {}, { keyProvider: 'Microsoft Software Key Storage Provider' }],
    ['ecc.pfx', { keyAlgorithm: 'ec', curve: 'prime256v1' }, {}],
    ['chain-missing.pfx', { issuer: 'CN=Contoso Issuing CA, O=Contoso' }, { chain: [] }],
  ])('%s', async (name, leaf, rest) => {
    const pfx = await openPfx(data(name), password);
    expect(pfx.leaf).toMatchObject(leaf);
    expect(pfx).toMatchObject(rest);
  });

  test.each(['base64-text.pfx', 'pem-armored.pfx'])('%s is text', (name) => {
    expect(refusal(data(name)).problem).toBe('text');
  });
});
