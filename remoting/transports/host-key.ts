import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { RemotingError } from '../remoting-error';
import { fingerprint, KnownHosts } from './known-hosts';

/** How the server's host key is known: its fingerprint is given as `SHA256:…`, or it is in a known_hosts file. */
export type HostKeyTrust = { readonly fingerprints: readonly string[] } | { readonly knownHostsFile: string };

/** Signature algorithms by the type of the host key. Those with SHA-1 (`ssh-rsa` as the algorithm) are left out. */
const ALGORITHMS: readonly { readonly keyType: string; readonly names: readonly ServerHostKeyAlgorithm[] }[] =
  [
    { keyType: 'ssh-ed25519', names: ['ssh-ed25519'] },
    { keyType: 'ecdsa-sha2-nistp256', names: ['ecdsa-sha2-nistp256'] },
    { keyType: 'ecdsa-sha2-nistp384', names: ['ecdsa-sha2-nistp384'] },
    { keyType: 'ecdsa-sha2-nistp521', names: ['ecdsa-sha2-nistp521'] },
    { keyType: 'ssh-rsa', names: ['rsa-sha2-512', 'rsa-sha2-256'] },
  ];

/** Checks the host key of one connection, and keeps the reason of a refusal. */
export class HostKeyCheck {
  /** Set where a key was refused. */
  refusal: RemotingError | undefined;
  readonly #trust: HostKeyTrust;
  readonly #known: KnownHosts | undefined;
  readonly #host: string;
  readonly #port: number;
  /** Types of the keys that the server showed and that are not pinned. */
  readonly #others = new Set<string>();

  private constructor(trust: HostKeyTrust, known: KnownHosts | undefined, host: string, port: number) {
    this.#trust = trust;
    this.#known = known;
    this.#host = host;
    this.#port = port;
  }

  static async load(trust: HostKeyTrust, host: string, port: number): Promise<HostKeyCheck> {
    if (!('knownHostsFile' in trust)) return new HostKeyCheck(trust, undefined, host, port);
    const file = trust.knownHostsFile;
    try {
      return new HostKeyCheck(trust, new KnownHosts(await readFile(file, 'utf8')), host, port);
    } catch (error) {
      const message = `the known_hosts file ${file} cannot be read`;
      throw new RemotingError('usage', message, { host, port, file }, { cause: error });
    }
  }

  /** The algorithms to offer, with those of known keys first: a server may have several keys. */
  algorithms(): readonly ServerHostKeyAlgorithm[] {
    const known = this.#known?.keyTypes(this.#host, this.#port) ?? [];
    const rank = (keyType: string): number => (known.includes(keyType) ? 0 : 1);
    return ALGORITHMS.filter(({ keyType }) => !this.#others.has(keyType))
      .toSorted((left, right) => rank(left.keyType) - rank(right.keyType))
      .flatMap(({ names }) => names);
  }

  accepts(key: Buffer): boolean {
    const refusal =
      'fingerprints' in this.#trust ? this.#pinned(key, this.#trust.fingerprints) : this.#filed(key);
    // The first refusal is kept: it is about the key that the server prefers.
    this.refusal = refusal === undefined ? undefined : (this.refusal ?? refusal);
    return refusal === undefined;
  }

  /** How many types of key the server showed that are not pinned. */
  get typesShown(): number {
    return this.#others.size;
  }

  /**
   * Whether the server may have the pinned key beside those that it showed: a fingerprint does not tell the key's type.
   */
  mayKnowAnother(): boolean {
    return this.#others.size > 0 && this.algorithms().length > 0;
  }

  #pinned(key: Buffer, expected: readonly string[]): RemotingError | undefined {
    const shown = fingerprint(key);
    // Some tools show the padding of base64, and `ssh-keygen -l` does not.
    const pins = expected.map((pin) => pin.replace(/=+$/, ''));
    if (pins.includes(shown)) return undefined;
    if (pins.length > 0) this.#others.add(keyType(key));
    const facts = { host: this.#host, port: this.#port, fingerprint: shown, expectedFingerprints: pins };
    return pins.length === 0
      ? new RemotingError('host-key-unknown', `no host key of ${this.#host} is pinned`, facts)
      : new RemotingError(
          'host-key-changed',
          `${this.#host} shows a host key that is not the pinned one`,
          facts,
        );
  }

  #filed(key: Buffer): RemotingError | undefined {
    const shown = fingerprint(key);
    const file = 'knownHostsFile' in this.#trust ? this.#trust.knownHostsFile : '';
    const verdict = this.#known?.judge(this.#host, this.#port, key) ?? { kind: 'unknown' as const };
    const facts = { host: this.#host, port: this.#port, fingerprint: shown, file };
    switch (verdict.kind) {
      case 'known':
        return undefined;
      case 'unknown':
        return new RemotingError('host-key-unknown', `${file} has no host key of ${this.#host}`, facts);
      case 'revoked': {
        const knownHostsEntry = `${file}:${verdict.line}`;
        const message = `the host key of ${this.#host} is revoked`;
        return new RemotingError('host-key-revoked', message, { ...facts, knownHostsEntry });
      }
      case 'changed': {
        const knownHostsEntry = `${file}:${verdict.line}`;
        const message = `${this.#host} shows a host key that is not the known one`;
        const expectedFingerprints = verdict.expected;
        return new RemotingError('host-key-changed', message, {
          ...facts,
          knownHostsEntry,
          expectedFingerprints,
        });
      }
    }
  }
}

/** The type, with which a public key begins (RFC 4253, section 6.6); empty where the key is cut off. */
function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}
