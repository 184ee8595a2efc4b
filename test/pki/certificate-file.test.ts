import { createHash, generateKeyPairSync } from 'node:crypto';
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
import { sequence } from '../../pki/der-writer';

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
  test.each<[string, string | Buffer]>([
    ['behind the certificate', leaf + pem('PRIVATE KEY', exported('pkcs8'))],
    ['before it', pem('RSA PRIVATE KEY', exported('pkcs1')) + leaf],
    ['with a password', leaf + pem('ENCRYPTED PRIVATE KEY', locked)],
    ['of SSH', `${leaf}-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n`],
    ['of PuTTY', `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n${leaf}`],
    ['in UTF-16', Buffer.from(`\ufeff${leaf}${pem('PRIVATE KEY', exported('pkcs8'))}`, 'utf16le')],
    ['under a wrong name', leaf + pem('CERTIFICATE', exported('pkcs8'))],
    ['alone, in DER', exported('pkcs8')],
    ['alone, in the form of RSA', exported('pkcs1')],
    ['alone, of an elliptic curve', ecKey.export({ type: 'sec1', format: 'der' })],
    ['alone, with a password, in DER', locked],
    ['in a PFX', pfx],
    ['in a PFX in PEM', pem('PKCS12', pfx)],
    ['in a PFX as Base64', pfx.toString('base64')],
    ['in a PFX in BER', berPfx],
    ['in a PFX in BER that breaks off', berPfx.subarray(0, 1000)],
    ['in a PFX in BER in PEM', pem('PKCS12', berPfx)],
    ['in a PFX in BER under a wrong name', leaf + pem('CERTIFICATE', berPfx)],
    ['in a PFX in BER as Base64', berPfx.toString('base64')],
    ['alone, in BER', open(exported('pkcs8'))],
    ['alone, with a password, in BER', lockedAs(unchanged, unchanged)],
    ['alone, with a password, in pieces', lockedAs(unchanged, inPieces)],
    ['alone, with a password, its algorithm of open length', lockedAs(open, unchanged)],
  ])('with a private key is refused: %s', (_where, file) => {
    const { why, remedy } = refusal(file);
    expect(why).toMatch(
      /^(holds a private key|is an? (encrypted )?private key|is a PFX, which holds the private key)$/,
    );
    expect(remedy).toContain('never commit a private key');
  });

  test.each<[string, string | Buffer, string]>([
    ['no certificate', 'hello', 'is not a certificate in PEM or DER'],
    ['nothing', '', 'is not a certificate in PEM or DER'],
    ['Base64 alone', der.toString('base64'), 'is Base64 without its BEGIN and END lines'],
    ['a request', pem('CERTIFICATE REQUEST', der), "holds a block 'CERTIFICATE REQUEST'"],
    ['a block of PKCS #7', pem('PKCS7', Buffer.from([0x30, 0])), "holds a block 'PKCS7'"],
    ['half a certificate', leaf.slice(0, 300), 'breaks off'],
    ['half a certificate in DER', der.subarray(0, 300), 'is cut off'],
    ['a certificate in BER', open(der), 'is in BER'],
    ['something behind one in BER', Buffer.concat([open(der), exported('pkcs8')]), 'is in BER'],
    ['something behind the DER', Buffer.concat([der, Buffer.from('xy')]), 'has 2 bytes after'],
    ['other characters', leaf.replace('MII', 'M§I'), 'characters that are not Base64'],
    [
      'a broken certificate',
      pem('CERTIFICATE', Buffer.from('3003020100', 'hex').fill(5, 2, 3)),
      'cannot be read',
    ],
    ['the authority first', root + leaf, 'begins with the certificate of an authority'],
  ])('that holds %s says so', (_what, file, why) => {
    expect(refusal(file).why).toContain(why);
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
