import { createHash, pbkdf2, pbkdf2Sync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PkiError } from './error';

/** Hash functions that PKCS #12 files are known to use, by their names in Node. */
export const HASH_BYTES = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
export type Hash = keyof typeof HASH_BYTES;

/** A key that is to be derived from a password. */
export interface Derivation {
  /** The function of PKCS #12 itself (RFC 7292 appendix B) with its identifier byte, or PBKDF2 (RFC 8018). */
  readonly by: { readonly kind: 'pkcs12'; readonly id: number } | { readonly kind: 'pbkdf2' };
  readonly hash: Hash;
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  /** Bytes of the key. */
  readonly bytes: number;
}

/**
 * Work that yields each derivation that it needs, and is resumed with the derived key. `atOnce` and `inTurns` run it.
 */
export type Deriving<T> = Generator<Derivation, T, Buffer>;

/** Most iterations of one derivation. Windows and OpenSSL write some thousands, Java ten to a hundred thousand. */
export const MOST_ITERATIONS = 1_000_000;
/**
 * Most iterations of a whole file: for its MAC, its certificates and each of its keys, in each form of the password.
 */
const MOST_ITERATIONS_IN_ALL = 10 * MOST_ITERATIONS;

/**
 * Counts the iterations of a file. Iterations make guessing slow, and a hostile file could keep its reader busy with
 * them.
 */
export class IterationBudget {
  #spent = 0;

  /** @throws PkiError `too-many-iterations` before any is computed */
  *derive(derivation: Derivation): Deriving<Buffer> {
    const { iterations } = derivation;
    this.#spent += iterations;
    if (iterations > MOST_ITERATIONS || this.#spent > MOST_ITERATIONS_IN_ALL) {
      const most = iterations > MOST_ITERATIONS ? MOST_ITERATIONS : MOST_ITERATIONS_IN_ALL;
      const asked = most === MOST_ITERATIONS ? iterations : this.#spent;
      throw new PkiError(
        'too-many-iterations',
        `the PFX hashes its password ${grouped(asked)} times, and this program does so at most ${grouped(most)} times`,
      );
    }
    return yield derivation;
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Runs the work at once. Blocks until it is done. */
export function atOnce<T>(work: Deriving<T>): T {
  let step = work.next();
  while (!step.done) step = work.next(keyOf(step.value));
  return step.value;
}

/** Runs the work without blocking the event loop: PBKDF2 in Node's thread pool, the function of PKCS #12 in slices. */
export async function inTurns<T>(work: Deriving<T>): Promise<T> {
  let step = work.next();
  while (!step.done) step = work.next(await laterKeyOf(step.value));
  return step.value;
}

/** Derives a key. Blocks until it is done. */
export function keyOf(derivation: Derivation): Buffer {
  const { by, hash, password, salt, iterations, bytes } = derivation;
  if (by.kind === 'pbkdf2') return pbkdf2Sync(password, salt, iterations, bytes, hash);
  const slices = pkcs12Key(derivation, by.id);
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}

const pbkdf2Later = promisify(pbkdf2);

async function laterKeyOf(derivation: Derivation): Promise<Buffer> {
  const { by, hash, password, salt, iterations, bytes } = derivation;
  if (by.kind === 'pbkdf2') return pbkdf2Later(password, salt, iterations, bytes, hash);
  const slices = pkcs12Key(derivation, by.id);
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
    await setImmediate();
  }
}

/** Hashes in one turn of the event loop, about two milliseconds. */
const HASHES_PER_SLICE = 1000;

/** RFC 7292 appendix B.2. Yields after each slice. Node offers OpenSSL's hashes, but not this function made of them. */
function* pkcs12Key(
  { hash, password, salt, iterations, bytes }: Derivation,
  id: number,
): Generator<void, Buffer> {
  const block = HASH_BYTES[hash] > 32 ? 128 : 64;
  const diversifier = Buffer.alloc(block, id);
  const input = Buffer.concat([filled(salt, block), filled(password, block)]);
  const key: Buffer[] = [];
  let hashes = 0;
  for (let length = 0; length < bytes; length += HASH_BYTES[hash]) {
    let digest = createHash(hash).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) {
      digest = createHash(hash).update(digest).digest();
      if (++hashes % HASHES_PER_SLICE === 0) yield;
    }
    key.push(digest);
    const addend = filled(digest, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) add(input.subarray(at, at + block), addend);
  }
  return Buffer.concat(key).subarray(0, bytes);
}

/** Repeats the bytes until they fill whole blocks. No bytes stay no bytes. */
function filled(bytes: Buffer, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** Adds `addend` and one to a big-endian number, in place. */
function add(number: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let at = number.length - 1; at >= 0; at--) {
    carry += (number[at] ?? 0) + (addend[at] ?? 0);
    number[at] = carry & 0xff;
    carry >>= 8;
  }
}
