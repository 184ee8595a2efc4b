import ssh2 from 'ssh2';

export interface SshKeyPair {
  /** In OpenSSH's private format. */
  readonly private: string;
  /** As a line of an authorized_keys file. */
  readonly public: string;
}

/** Where 1 key of 256 cannot be used, so many in a row mean something else. */
const ATTEMPTS = 20;

/**
 * A key pair of type Ed25519.
 *
 * @param passphrase of the private key. Left out: none
 */
export function newSshKeyPair(passphrase?: string): SshKeyPair {
  for (let attempt = 1; ; attempt++) {
    const pair =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 16 });
    const parsed = ssh2.utils.parseKey(pair.private, passphrase);
    // ssh2 1.17 cuts a zero off where the public key begins with one: https://github.com/mscdex/ssh2/issues/1390
    if (!(parsed instanceof Error)) return pair;
    if (attempt === ATTEMPTS) throw parsed;
  }
}
