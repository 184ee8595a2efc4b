import { randomBytes } from 'node:crypto';

const counted = (text: string): Buffer => Buffer.from([0, text.length, ...Buffer.from(text)]);

/** A keytab with a random key for each encryption type of that user, as ktutil would write it. */
export function keytabOf(principal: string, ...encryptions: readonly number[]): Buffer {
  const [user = '', realm = ''] = principal.split('@');
  const entries = encryptions.map((encryption) => {
    const key = randomBytes([18, 20].includes(encryption) ? 32 : 16);
    const entry = Buffer.concat([
      Buffer.from([0, 1]),
      counted(realm),
      counted(user),
      // Type of the name, time, version of the key, encryption type, length of the key.
      Buffer.from([0, 0, 0, 1, 0x68, 0, 0, 0, 1, 0, encryption, 0, key.length]),
      key,
    ]);
    return Buffer.concat([Buffer.from([0, 0, 0, entry.length]), entry]);
  });
  return Buffer.concat([Buffer.from([5, 2]), ...entries]);
}
