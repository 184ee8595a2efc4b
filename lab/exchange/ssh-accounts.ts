import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import ssh2 from 'ssh2';
import { fingerprint } from '../../remoting/transports/known-hosts';
import { newSshKeyPair } from './ssh-key-pair';
import type { Store } from './store';

interface Account {
  readonly name: string;
  /** Salt and scrypt hash, both in base64. */
  readonly password?: { readonly salt: string; readonly hash: string };
  /** Each in the form of an `authorized_keys` line. */
  readonly publicKeys: readonly string[];
  /** Cmdlets that no role of the account holds; `Set-OwaVirtualDirectory -ExternalUrl` for only one parameter. */
  readonly deniedCmdlets: readonly string[];
}

interface SshFile {
  /** In OpenSSH's private format. */
  readonly hostKey: string;
  readonly accounts: readonly Account[];
}

const FILE = 'ssh.json';
const HASH_BYTES = 32;

/** The host key and the accounts of the lab's SSH server. */
export class SshAccounts {
  constructor(private readonly store: Store) {}

  /** The host's private key; made when it is first asked for. */
  hostKey(): string {
    return this.#read().hostKey;
  }

  /** The key as it stands after the host name in a client's known_hosts: `ssh-ed25519 AAAA…`. */
  hostPublicKey(): string {
    const parsed = parseKey(this.hostKey());
    return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
  }

  /** `SHA256:…`, as OpenSSH shows it. */
  hostFingerprint(): string {
    return fingerprint(parseKey(this.hostKey()).getPublicSSH());
  }

  /** A new host key, as after a server was reinstalled. */
  renewHostKey(): void {
    this.#change((file) => ({ ...file, hostKey: newSshKeyPair().private }));
  }

  /**
   * Adds an account, or replaces the one of the same name.
   *
   * @param account `publicKeys` in the form of `authorized_keys` lines; `deniedCmdlets` that no role of the account
   * holds, such as `Set-OwaVirtualDirectory`, or `Set-OwaVirtualDirectory -ExternalUrl` for only one parameter. Left
   * out: none
   */
  add(
    name: string,
    account: {
      readonly password?: string;
      readonly publicKeys?: readonly string[];
      readonly deniedCmdlets?: readonly string[];
    },
  ): void {
    const { password, publicKeys = [], deniedCmdlets = [] } = account;
    const added: Account = {
      name,
      publicKeys,
      deniedCmdlets,
      ...(password === undefined ? {} : { password: hashed(password, randomBytes(HASH_BYTES)) }),
    };
    this.#change((file) => ({
      ...file,
      accounts: [...file.accounts.filter((other) => other.name !== name), added],
    }));
  }

  allowsPassword(name: string, password: string): boolean {
    const stored = this.#account(name)?.password;
    if (stored === undefined) return false;
    const given = hashed(password, Buffer.from(stored.salt, 'base64'));
    return timingSafeEqual(Buffer.from(given.hash, 'base64'), Buffer.from(stored.hash, 'base64'));
  }

  /** The account's public key with these bytes; undefined where the account has no such key. */
  key(name: string, data: Buffer): ssh2.ParsedKey | undefined {
    return this.#account(name)
      ?.publicKeys.map(parseKey)
      .find((key) => key.getPublicSSH().equals(data));
  }

  /** In lower case. */
  deniedCmdlets(name: string): ReadonlySet<string> {
    return new Set(this.#account(name)?.deniedCmdlets.map((cmdlet) => cmdlet.toLowerCase()));
  }

  #account(name: string): Account | undefined {
    return this.#read().accounts.find((account) => account.name === name);
  }

  #read(): SshFile {
    return this.#change((file) => file);
  }

  #change(change: (file: SshFile) => SshFile): SshFile {
    return this.store.locked(() => {
      const file = (this.store.readJson(FILE) as SshFile | undefined) ?? {
        hostKey: newSshKeyPair().private,
        accounts: [],
      };
      const changed = change(file);
      this.store.writeJson(FILE, changed);
      return changed;
    });
  }
}

function hashed(password: string, salt: Buffer): { readonly salt: string; readonly hash: string } {
  const hash = scryptSync(password, salt, HASH_BYTES);
  return { salt: salt.toString('base64'), hash: hash.toString('base64') };
}

function parseKey(text: string): ssh2.ParsedKey {
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}
