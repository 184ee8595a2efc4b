import { createDecipheriv } from 'node:crypto';
import * as rc2 from 'node-forge/lib/rc2';
import * as util from 'node-forge/lib/util';
import { children, identifier, octets, wholeNumber, type Der } from './der';
import { PkiError } from './error';
import { type Deriving, type Hash, type IterationBudget } from './key-derivation';
import type { PasswordForms } from './pfx-password';

type Open = (key: Buffer, iv: Buffer, content: Buffer) => Buffer;

interface Cipher {
  readonly keyBytes: number;
  readonly open: Open;
}

const BLOCK_BYTES = 8;

const native = (name: string, keyBytes: number): Cipher => ({
  keyBytes,
  open: (key, iv, content) => {
    const decipher = createDecipheriv(name, key, iv);
    return Buffer.concat([decipher.update(content), decipher.final()]);
  },
});

/** OpenSSL 3 loads RC2 only on request. */
const rc2Cipher = (keyBytes: number): Cipher => ({
  keyBytes,
  open: (key, iv, content) => {
    const decipher = rc2.createDecryptionCipher(key.toString('latin1'), keyBytes * 8);
    decipher.start(iv.toString('latin1'));
    decipher.update(util.createBuffer(content.toString('latin1')));
    if (!decipher.finish()) throw new Error('the padding is wrong');
    return Buffer.from(decipher.output.getBytes(), 'latin1');
  },
});

/** The ciphers of PKCS #12 itself, RFC 7292 appendix C. All of them use SHA-1. */
const OWN_CIPHERS: { readonly [oid: string]: Cipher } = {
  '1.2.840.113549.1.12.1.3': native('des-ede3-cbc', 24),
  '1.2.840.113549.1.12.1.4': native('des-ede-cbc', 16),
  '1.2.840.113549.1.12.1.5': rc2Cipher(16),
  '1.2.840.113549.1.12.1.6': rc2Cipher(5),
};
const KEY = 1;
const INITIALISATION_VECTOR = 2;

/** PBES2, RFC 8018 section 6.2, with its function, ciphers and hashes. */
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const CIPHERS: { readonly [oid: string]: Cipher } = {
  '2.16.840.1.101.3.4.1.2': native('aes-128-cbc', 16),
  '2.16.840.1.101.3.4.1.22': native('aes-192-cbc', 24),
  '2.16.840.1.101.3.4.1.42': native('aes-256-cbc', 32),
  '1.2.840.113549.3.7': native('des-ede3-cbc', 24),
};
const HMACS: { readonly [oid: string]: Hash } = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** Opens an encrypted part with one form of the password. */
type Attempt = () => Deriving<(content: Buffer) => Buffer>;

/**
 * Opens a part that is encrypted with the password, and gives what `read` makes of it.
 *
 * @param read throws where the content is not as it should be: with a wrong key, one content in 256 still has valid
 * padding
 * @returns `undefined` where no form of the password opens the part
 * @throws PkiError `unsupported`, `too-many-iterations`
 */
export function* decrypted<T>(
  algorithm: Der | undefined,
  content: Buffer,
  password: PasswordForms,
  budget: IterationBudget,
  read: (plain: Buffer) => T,
): Deriving<T | undefined> {
  for (const attempt of attempts(algorithm, password, budget)) {
    const open = yield* attempt();
    try {
      return read(open(content));
    } catch {
      // The next form of the password may be the right one.
    }
  }
  return undefined;
}

function attempts(
  algorithm: Der | undefined,
  password: PasswordForms,
  budget: IterationBudget,
): readonly Attempt[] {
  const [oid, parameters] = children(algorithm);
  const name = identifier(oid);
  if (name === PBES2) return pbes2(parameters, password, budget);
  const cipher = OWN_CIPHERS[name];
  const [salt, iterations] = saltAndIterations(parameters);
  if (cipher === undefined || salt === undefined || iterations === undefined) throw unknown(name);
  return password.pkcs12.map((form) => {
    const common = { hash: 'sha1', password: form, salt, iterations } as const;
    return function* () {
      const key = yield* budget.derive({
        by: { kind: 'pkcs12', id: KEY },
        bytes: cipher.keyBytes,
        ...common,
      });
      const iv = yield* budget.derive({
        by: { kind: 'pkcs12', id: INITIALISATION_VECTOR },
        bytes: BLOCK_BYTES,
        ...common,
      });
      return (content) => cipher.open(key, iv, content);
    };
  });
}

function pbes2(
  parameters: Der | undefined,
  password: PasswordForms,
  budget: IterationBudget,
): readonly Attempt[] {
  const [derivation, scheme] = children(parameters);
  const [derivationOid, derivationParameters] = children(derivation);
  const [schemeOid, vector] = children(scheme);
  const cipher = CIPHERS[identifier(schemeOid)];
  const iv = octets(vector);
  const [salt, iterations] = saltAndIterations(derivationParameters);
  // The length of the key may stand before the hash. Without a hash it is SHA-1 (RFC 8018 appendix A.2).
  const named = children(derivationParameters)
    .slice(2)
    .find((node) => children(node).length > 0);
  const hash = named === undefined ? 'sha1' : HMACS[identifier(children(named)[0])];
  if (identifier(derivationOid) !== PBKDF2) throw unknown(identifier(derivationOid));
  if (cipher === undefined || iv === undefined) throw unknown(identifier(schemeOid));
  if (hash === undefined || salt === undefined || iterations === undefined) throw unknown(PBKDF2);
  return password.pkcs5.map(
    (form) =>
      function* () {
        const by = { kind: 'pbkdf2' } as const;
        const key = yield* budget.derive({
          by,
          hash,
          password: form,
          salt,
          iterations,
          bytes: cipher.keyBytes,
        });
        return (content) => cipher.open(key, iv, content);
      },
  );
}

/** Reads salt and iterations, with which pkcs-12PbeParams and PBKDF2-params both begin. */
function saltAndIterations(parameters: Der | undefined): readonly [Buffer | undefined, number | undefined] {
  const [salt, iterations] = children(parameters);
  const count = wholeNumber(iterations);
  return [octets(salt), count === undefined || count < 1 ? undefined : count];
}

function unknown(oid: string): PkiError {
  return new PkiError('unsupported', `the PFX is protected by ${oid}, which is not known here`);
}
