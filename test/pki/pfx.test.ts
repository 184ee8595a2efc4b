import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, makePfx, makeSelfSigned, openPfx, parsePfx, PkiError } from '../../pki';

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
    ['old-ciphers', 'open-sesame', RSA, [AUTHORITY]],
    ['slow-legacy', 'open-sesame', RSA, [AUTHORITY]],
    ['slow-aes', 'open-sesame', RSA, [AUTHORITY]],
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

  test.each(['aes', 'legacy', 'ec', 'utf8', 'nomac'])('%s refuses a wrong password', (name) => {
    expect(problem(fixture(name), 'wrong')).toBe('wrong-password');
  });

  test('without a password says so of one that is given', () => {
    expect(problem(fixture('empty'), 'open-sesame')).toBe('needless-password');
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

  test.each(['too-many-mac', 'too-many-cipher'])(
    '%s is named as that, whatever the password',
    async (name) => {
      for (const password of ['open-sesame', 'wrong']) {
        const data = fixture(name);
        // Without the password the MAC of the second is refused first: it is cheap there.
        if (name === 'too-many-cipher' && password === 'wrong') continue;
        await expect(openPfx(data, password)).rejects.toMatchObject({
          problem: 'too-many-iterations',
          message:
            'the PFX hashes its password 1,000,001 times, and this program does so at most 1,000,000 times',
        });
        expect(problem(data, password)).toBe('too-many-iterations');
      }
    },
  );

  /** Turns of the event loop while a file is opened. */
  async function turnsWhile(opening: Promise<unknown>): Promise<number> {
    let turns = 0;
    let timer: NodeJS.Immediate;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    timer = setImmediate(turn);
    await opening;
    clearImmediate(timer);
    return turns;
  }

  // The first has 20,000 iterations by SHA-1 six times over, the second 300,000 by PBKDF2 twice.
  test.each([
    ['slow-legacy', 100],
    ['slow-aes', 5],
  ])('%s does not hold the event loop while it is opened', async (name, least) => {
    expect(await turnsWhile(openPfx(fixture(name), 'open-sesame'))).toBeGreaterThan(least);
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
