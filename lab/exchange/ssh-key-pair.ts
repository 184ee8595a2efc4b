import ssh2 from 'ssh2';

export interface SshKeyPair {
  /** In OpenSSH's private format. */
  readonly private: string;
  /** As a line of an authorized_keys file. */
  readonly public: string;
}

/** 1 key of 256 cannot be used (see below); so many in a row have another cause. */
const ATTEMPTS = 20;

/**
 * Makes a key pair of type Ed25519.
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
    // ssh2 1.17 drops the first byte of the public key where it is zero: https://github.com/mscdex/ssh2/issues/1390
    if (!(parsed instanceof Error)) return pair;
    if (attempt === ATTEMPTS) throw parsed;
  }
}
