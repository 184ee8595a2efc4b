import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, makePfx, makeSelfSigned, parsePfx, PkiError } from '../../pki';

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', `${name}.pfx`));
const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };

/** What `openssl x509 -fingerprint -sha1` gave for the certificates in the files. */
const RSA = 'A2B1D1902B823F631FB4C2A721B3A34ABD844440';
const EC = 'D51BEEE9E5CB4823120A2FFC790BA4E143933956';
const AUTHORITY = '65628E1EECA8C62C91195789920208780DE56F34';

function problem(data: Uint8Array, password: string): string {
  try {
    parsePfx(data, password);
  } catch (error) {
    if (error instanceof PkiError) return error.problem;
    throw error;
  }
  return 'none';
}

describe('a PFX', () => {
  test.each([
    ['aes', 'open-sesame', RSA, [AUTHORITY]],
    ['legacy', 'open-sesame', RSA, [AUTHORITY]],
    ['ec', 'open-sesame', EC, [AUTHORITY]],
    ['utf8', 'pässwörd€', RSA, []],
    ['nomac', 'open-sesame', RSA, []],
    ['empty', '', RSA, []],
  ])('%s gives its leaf and chain', (name, password, leaf, chain) => {
    const pfx = parsePfx(fixture(name), password);
    expect(pfx.leaf.thumbprint).toBe(leaf);
    expect(pfx.chain.map(({ thumbprint }) => thumbprint)).toEqual(chain);
    expect(pfx.leaf.subjectAlternativeNames).toEqual(['mail.contoso.com', 'autodiscover.contoso.com']);
  });

  test('with an EC key says so', () => {
    const { leaf, privateKey } = parsePfx(fixture('ec'), 'open-sesame');
    expect(leaf).toMatchObject({ keyAlgorithm: 'ec', curve: 'prime256v1' });
    expect(privateKey.asymmetricKeyType).toBe('ec');
  });

  test.each(['aes', 'legacy', 'ec', 'utf8', 'nomac', 'empty'])('%s refuses a wrong password', (name) => {
    expect(problem(fixture(name), 'wrong')).toBe('wrong-password');
  });

  test('without a certificate is refused', () => {
    expect(problem(fixture('keyonly'), 'open-sesame')).toBe('no-certificate');
  });

  test('without a private key is refused', () => {
    expect(problem(fixture('nokey'), 'open-sesame')).toBe('no-private-key');
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('this is no PFX')],
    ['a certificate', makeSelfSigned({ commonName: 'x', ...validity }).certificate.der],
    ['half a PFX', fixture('aes').subarray(0, 1000)],
    ['two megabytes', new Uint8Array(2 * 1024 * 1024)],
  ])('that is %s is refused', (_what, data) => {
    expect(problem(data, 'open-sesame')).toBe('not-a-pfx');
  });

  test('that asks for a billion rounds is refused at once', () => {
    const hostile = Buffer.from(fixture('aes'));
    // The last integer of the file is the number of rounds, 2048.
    const rounds = hostile.lastIndexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
    const grown = Buffer.concat([
      hostile.subarray(0, rounds),
      Buffer.from([0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]),
      hostile.subarray(rounds + 4),
    ]);
    expect(['unsupported', 'not-a-pfx']).toContain(problem(grown, 'open-sesame'));
  });

  test.each(['aes256', '3des'] as const)('that we wrote with %s comes back the same', (cipher) => {
    const authority = makeAuthority({ commonName: 'Authority', ...validity });
    const leaf = authority.issue({
      commonName: 'mail',
      subjectAlternativeNames: ['mail.contoso.com'],
      ...validity,
    });
    const data = makePfx(leaf, { password: 'pässwörd', chain: [authority.certificate], cipher });
    const pfx = parsePfx(data, 'pässwörd');
    expect(pfx.leaf).toEqual(leaf.certificate);
    expect(pfx.chain).toEqual([authority.certificate]);
    expect(pfx.privateKey.equals(leaf.privateKey)).toBe(true);
  });
});
