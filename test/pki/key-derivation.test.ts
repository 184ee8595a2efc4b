import fc from 'fast-check';
import { md, pkcs12, util } from 'node-forge';
import { atOnce, HASH_BYTES, inTurns, IterationBudget, type Derivation } from '../../pki/key-derivation';

/** forge has it, its type declarations do not. */
const forge = pkcs12 as unknown as {
  generateKey(
    password: string,
    salt: util.ByteStringBuffer,
    id: number,
    iterations: number,
    bytes: number,
    digest: md.MessageDigest,
  ): util.ByteStringBuffer;
};

const derivation = (more: Partial<Derivation> = {}): Derivation => ({
  by: { kind: 'pkcs12', id: 1 },
  hash: 'sha1',
  password: Buffer.from('\0s\0e\0c\0\0', 'latin1'),
  salt: Buffer.from('salt'),
  iterations: 5,
  bytes: 24,
  ...more,
});

describe('a key of a password', () => {
  test('is made as another library makes it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
        fc.string({ maxLength: 80 }),
        fc.uint8Array({ minLength: 1, maxLength: 150 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 150 }),
        (hash, password, salt, id, iterations, bytes) => {
          const ours = atOnce(
            new IterationBudget().derive(
              derivation({
                by: { kind: 'pkcs12', id },
                hash,
                password: Buffer.from(`${password}\0`, 'utf16le').swap16(),
                salt: Buffer.from(salt),
                iterations,
                bytes,
              }),
            ),
          );
          const buffer = util.createBuffer(Buffer.from(salt).toString('latin1'));
          const theirs = forge.generateKey(password, buffer, id, iterations, bytes, md[hash].create());
          expect(ours.toString('hex')).toBe(theirs.toHex());
        },
      ),
    );
  });

  test.each([{ kind: 'pbkdf2' }, { kind: 'pkcs12', id: 2 }] as const)(
    'comes out the same in turns, by %p',
    async (by) => {
      const wanted = derivation({ by, iterations: 3500 });
      const [now, later] = [
        atOnce(new IterationBudget().derive(wanted)),
        inTurns(new IterationBudget().derive(wanted)),
      ];
      expect((await later).equals(now)).toBe(true);
      expect(now).toHaveLength(24);
    },
  );

  test('knows the lengths of its hashes', () => {
    const lengths = Object.keys(HASH_BYTES).map((hash) => {
      const wanted = derivation({ by: { kind: 'pbkdf2' }, hash: hash as keyof typeof HASH_BYTES, bytes: 70 });
      return atOnce(new IterationBudget().derive(wanted)).length;
    });
    expect(new Set(lengths)).toEqual(new Set([70]));
  });
});

describe('the iterations of a file', () => {
  const most = derivation({ iterations: 1_000_000 });

  test('are bounded in one part, before one is computed', () => {
    expect(() => new IterationBudget().derive({ ...most, iterations: 1_000_001 }).next()).toThrow(
      expect.objectContaining({
        problem: 'too-many-iterations',
        message:
          'the PFX hashes its password 1,000,001 times, and this program does so at most 1,000,000 times',
      }) as Error,
    );
  });

  test('are bounded in all', () => {
    const budget = new IterationBudget();
    for (let part = 0; part < 10; part++) expect(budget.derive(most).next().done).toBe(false);
    expect(() => budget.derive(most).next()).toThrow(
      expect.objectContaining({
        problem: 'too-many-iterations',
        message:
          'the PFX hashes its password 11,000,000 times, and this program does so at most 10,000,000 times',
      }) as Error,
    );
  });
});
