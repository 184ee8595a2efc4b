import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  certificateText,
  makeAuthority,
  makePfx,
  parsePfx,
  readCertificateFile,
  toPem,
  UnfitCertificateFile,
} from '../../pki';
import { children, firstDer } from '../../pki/der';
import { integer, octetString, sequence } from '../../pki/der-writer';

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const authority = makeAuthority({ commonName: 'Contoso Root', ...validity });
const mail = authority.issue({
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: ['mail.contoso.com'],
  ...validity,
});
const [leaf, root] = [mail, authority].map(({ certificate }) => toPem(certificate)) as [string, string];
const der = Buffer.from(mail.certificate.der);
const { privateKey } = mail;
const pem = (label: string, bytes: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`;
const exported = (type: 'pkcs8' | 'pkcs1', cipher = {}) =>
  privateKey.export({ type, format: 'der', ...cipher } as { type: 'pkcs8'; format: 'der' });
const locked = exported('pkcs8', { cipher: 'aes-256-cbc', passphrase: 'canary' });
const pfx = Buffer.from(makePfx(mail, { password: 'canary' }));

const EXPORT =
  'export the certificate without its private key as Base-64 encoded X.509 (.CER), or with openssl pkcs12 -in mail.pfx -clcerts -nokeys -out mail.crt';

/** As BER may write it: its length is left open, and two zeros end it. */
const open = (value: Uint8Array) => {
  const { tag, content } = firstDer(Buffer.from(value));
  return Buffer.concat([Buffer.from([tag, 0x80]), content, Buffer.alloc(2)]);
};
const berPfx = open(pfx);
/** EncryptedPrivateKeyInfo, RFC 5958 section 3: `part` writes the algorithm, `octets` what is encrypted. */
const lockedAs = (part: typeof open, octets: typeof open) => {
  const [algorithm, encrypted] = children(firstDer(locked)).map(({ raw }) => raw) as [Buffer, Buffer];
  return open(sequence(part(algorithm), octets(encrypted)));
};
const unchanged = (value: Uint8Array) => Buffer.from(value);
/** BER may write an octet string in pieces. */
const inPieces = (octets: Uint8Array) => Buffer.concat([Buffer.from([0x24, 0x80]), octets, Buffer.alloc(2)]);

function refusal(file: string | Buffer): UnfitCertificateFile {
  try {
    readCertificateFile(typeof file === 'string' ? Buffer.from(file) : file);
  } catch (error) {
    if (error instanceof UnfitCertificateFile) return error;
    throw error;
  }
  throw new Error('the file was read');
}

describe('a file of certificates', () => {
  test.each([
    ['in PEM', leaf],
    ['in DER', der],
    ['with line breaks of Windows and a byte order mark', `\ufeff${leaf.replaceAll('\n', '\r\n')}`],
    [
      'with what OpenSSL writes above it',
      `Bag Attributes\n    friendlyName: mail\nsubject=CN = mail\n${leaf}`,
    ],
    ['as Windows PowerShell writes it with >', Buffer.from(`\ufeff${leaf}`, 'utf16le')],
    ['in UTF-16 of the other byte order', Buffer.from(`\ufeff${leaf}`, 'utf16le').swap16()],
    [
      'in UTF-16 of the other byte order, with half a character at the end',
      Buffer.concat([Buffer.from(`\ufeff${leaf}`, 'utf16le').swap16(), Buffer.alloc(1)]),
    ],
    ...['ff41', '41fe', 'fe41', '41ff'].map((start): [string, Buffer] => [
      `with a remark above it that begins with the bytes ${start}`,
      Buffer.concat([Buffer.from(`${start}0a`, 'hex'), Buffer.from(leaf)]),
    ]),
  ])('%s gives its certificate', (_form, file) => {
    const read = readCertificateFile(typeof file === 'string' ? Buffer.from(file) : file);
    expect(read.leaf.thumbprint).toBe(mail.certificate.thumbprint);
    expect(read.chain).toEqual([]);
  });

  test('may have a chain behind it', () => {
    const read = readCertificateFile(Buffer.from(leaf + root));
    expect([read.leaf, ...read.chain].map(({ thumbprint }) => thumbprint)).toEqual([
      mail.certificate.thumbprint,
      authority.certificate.thumbprint,
    ]);
  });

  test('is written with its own bytes, whatever form it had', () => {
    for (const file of [Buffer.from(leaf + root), der]) {
      const read = readCertificateFile(file);
      const again = readCertificateFile(Buffer.from(certificateText(read)));
      expect(again).toEqual(read);
    }
    expect(certificateText(readCertificateFile(der))).toBe(leaf);
    expect(certificateText(readCertificateFile(Buffer.from(leaf + root)))).toBe(leaf + root);
  });

  test('may hold a self-signed certificate twice', () => {
    const { thumbprint } = authority.certificate;
    expect(readCertificateFile(Buffer.from(root + root))).toMatchObject({ leaf: { thumbprint }, chain: [] });
  });

  test('of a certificate that encodes otherwise keeps its thumbprint', () => {
    const file = readFileSync(resolve(__dirname, 'fixtures/pss-parameters.pfx'));
    const read = readCertificateFile(Buffer.from(parsePfx(file, 'open-sesame').leaf.der));
    expect(read.leaf.thumbprint).toBe('64163622B988D5E28E6A5FCAF34FCD27578EA78E');
    const [, base64 = ''] = certificateText(read).split(/-----[A-Z ]+-----/);
    const hash = createHash('sha1').update(Buffer.from(base64, 'base64')).digest('hex');
    expect(hash.toUpperCase()).toBe(read.leaf.thumbprint);
  });

  const ecKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const KEY = 'holds a private key';
  const BARE_KEY = 'is a private key';
  const LOCKED_KEY = 'is an encrypted private key';
  const PFX = 'is a PFX, which holds the private key';
  /** The same value, its length spelled with four octets. */
  const respelled = (value: Uint8Array) => {
    const { tag, content } = firstDer(Buffer.from(value));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
  };
  test.each<[string, string | Buffer, string]>([
    ['behind the certificate', leaf + pem('PRIVATE KEY', exported('pkcs8')), KEY],
    ['before it', pem('RSA PRIVATE KEY', exported('pkcs1')) + leaf, KEY],
    ['with a password', leaf + pem('ENCRYPTED PRIVATE KEY', locked), KEY],
    ['of SSH', `${leaf}-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n`, KEY],
    ['of PuTTY', `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n${leaf}`, KEY],
    ['in UTF-16', Buffer.from(`\ufeff${leaf}${pem('PRIVATE KEY', exported('pkcs8'))}`, 'utf16le'), KEY],
    ['under a wrong name', leaf + pem('CERTIFICATE', exported('pkcs8')), BARE_KEY],
    ['alone, in DER', exported('pkcs8'), BARE_KEY],
    ['alone, in the form of RSA', exported('pkcs1'), BARE_KEY],
    ['alone, of an elliptic curve', ecKey.export({ type: 'sec1', format: 'der' }), BARE_KEY],
    ['alone, with a password, in DER', locked, LOCKED_KEY],
    ['in a PFX', pfx, PFX],
    ['in a PFX in PEM', pem('PKCS12', pfx), PFX],
    ['in a PFX as Base64', pfx.toString('base64'), PFX],
    ['in a PFX in BER', berPfx, PFX],
    ['in a PFX in BER that breaks off', berPfx.subarray(0, 1000), PFX],
    ['in a PFX in BER in PEM', pem('PKCS12', berPfx), PFX],
    ['in a PFX in BER under a wrong name', leaf + pem('CERTIFICATE', berPfx), PFX],
    ['in a PFX in BER as Base64', berPfx.toString('base64'), PFX],
    ['alone, in BER', open(exported('pkcs8')), BARE_KEY],
    ['alone, with a password, in BER', lockedAs(unchanged, unchanged), LOCKED_KEY],
    ['alone, with a password, in pieces', lockedAs(unchanged, inPieces), LOCKED_KEY],
    ['alone, with a password, its algorithm of open length', lockedAs(open, unchanged), LOCKED_KEY],
    ['alone, its length spelled with more octets than it needs', respelled(exported('pkcs8')), BARE_KEY],
  ])('with a private key is refused: %s', (_where, file, wanted) => {
    const { why, remedy } = refusal(file);
    expect(why).toBe(wanted);
    expect(remedy).toBe(
      `never commit a private key; if this file was committed, remove it from the history, too; ${EXPORT}`,
    );
  });

  test('is refused with the words that name the file, and the reason', () => {
    const error = refusal(pem('CERTIFICATE', sequence(sequence())));
    expect(String(error)).toBe('UnfitCertificateFile: the file holds a certificate that cannot be read');
    expect(error.cause).toMatchObject({ problem: 'not-a-certificate' });
  });

  const NONE = 'is not a certificate in PEM or DER';
  const BREAKS_OFF = 'breaks off in the middle of a certificate';
  const BER = 'is in BER, and a certificate is in DER';
  const UNREADABLE = 'holds a certificate that cannot be read';
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  test.each<[string, string | Buffer, string, string?]>([
    ['no certificate', 'hello', NONE],
    ['nothing', '', NONE],
    ['a word that could be Base64', 'ADMINISTRATOR', NONE],
    ...['', '\r\n '].map((start): [string, string, string, string] => [
      `Base64 alone${start && ' after an empty line'}`,
      start + der.toString('base64'),
      'is Base64 without its BEGIN and END lines',
      'put the line -----BEGIN CERTIFICATE----- before the text and the line -----END CERTIFICATE----- after it',
    ]),
    [
      'a request',
      pem('CERTIFICATE REQUEST', der),
      "holds a block 'CERTIFICATE REQUEST', which is not a certificate",
    ],
    [
      'a block of PKCS #7',
      pem('PKCS7', Buffer.from([0x30, 0])),
      "holds a block 'PKCS7', which is not a certificate",
    ],
    ['a public key', pem('PUBLIC KEY', publicKey), "holds a block 'PUBLIC KEY', which is not a certificate"],
    ['a public key in DER', publicKey, UNREADABLE],
    ['an octet string behind something else', sequence(sequence(integer(1)), octetString(der)), UNREADABLE],
    ['empty parts', sequence(sequence()), UNREADABLE],
    ['half a certificate', leaf.slice(0, 300), BREAKS_OFF],
    ['the end of another one', `${leaf}-----END CERTIFICATE-----\n`, BREAKS_OFF],
    ['half a certificate in DER', der.subarray(0, 300), 'is cut off'],
    ['the first octet of one', der.subarray(0, 1), 'is cut off'],
    ['an empty block', pem('CERTIFICATE', Buffer.alloc(0)), 'is cut off'],
    ['a length of five octets', Buffer.from('30850000000000', 'hex'), 'is cut off'],
    ['a certificate in BER', open(der), BER],
    ['something behind one in BER', Buffer.concat([open(der), exported('pkcs8')]), BER],
    [
      'something behind the DER',
      Buffer.concat([der, Buffer.from('xy')]),
      'has 2 bytes after the certificate',
    ],
    [
      'other characters',
      leaf.replace('MII', 'M§I'),
      'holds a certificate with characters that are not Base64',
    ],
    ['a broken certificate', pem('CERTIFICATE', Buffer.from('3003020100', 'hex').fill(5, 2, 3)), UNREADABLE],
    [
      'the authority first',
      root + leaf,
      'begins with the certificate of an authority that issued another certificate in the file',
      'put the certificate of the servers first, and after it those of its certification authorities',
    ],
  ])('that holds %s says so, and what to do', (_what, file, why, remedy = EXPORT) => {
    expect(refusal(file)).toMatchObject({ why, remedy });
  });

  test('that is hostile ends in a refusal, whatever is cut off or changed', () => {
    for (let at = 0; at < der.length; at += 7) {
      const changed = Buffer.from(der);
      changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
      for (const file of [changed, der.subarray(0, at)]) {
        let end: unknown = 'read';
        try {
          readCertificateFile(file);
        } catch (error) {
          end = error;
        }
        expect(end === 'read' || end instanceof UnfitCertificateFile).toBe(true);
      }
    }
  });
});
