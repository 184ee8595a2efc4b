import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { RemotingError } from '../remoting-error';
import { fingerprint, KnownHosts } from './known-hosts';

/** How the host key of a server is known: pinned, as `SHA256:…`, or by a known_hosts file. */
export type HostKeyTrust = { readonly fingerprints: readonly string[] } | { readonly knownHostsFile: string };

/** Host key algorithms by the type of key that they sign with; SHA-1 (`ssh-rsa` as algorithm) is left out. */
const ALGORITHMS: readonly { readonly keyType: string; readonly names: readonly ServerHostKeyAlgorithm[] }[] =
  [
    { keyType: 'ssh-ed25519', names: ['ssh-ed25519'] },
    { keyType: 'ecdsa-sha2-nistp256', names: ['ecdsa-sha2-nistp256'] },
    { keyType: 'ecdsa-sha2-nistp384', names: ['ecdsa-sha2-nistp384'] },
    { keyType: 'ecdsa-sha2-nistp521', names: ['ecdsa-sha2-nistp521'] },
    { keyType: 'ssh-rsa', names: ['rsa-sha2-512', 'rsa-sha2-256'] },
  ];

/** Judges the host key of one connection and keeps why it was refused. */
export class HostKeyCheck {
  /** Set where the key was refused. */
  refusal: RemotingError | undefined;
  readonly #trust: HostKeyTrust;
  readonly #known: KnownHosts | undefined;
  readonly #host: string;
  readonly #port: number;
  /** Types of the keys that were shown and are not the pinned. */
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

  /** What to ask the server for: keys of the known types first, since a server may have several. */
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
    // The key that the server prefers is the one to tell of.
    this.refusal = refusal === undefined ? undefined : (this.refusal ?? refusal);
    return refusal === undefined;
  }

  /** How many types of keys were shown that are not the pinned. */
  get typesShown(): number {
    return this.#others.size;
  }

  /** A fingerprint does not tell the type of its key: the server may have the pinned key besides the one it showed. */
  mayKnowAnother(): boolean {
    return this.#others.size > 0 && this.algorithms().length > 0;
  }

  #pinned(key: Buffer, expected: readonly string[]): RemotingError | undefined {
    const shown = fingerprint(key);
    // Some tools show the padding of base64, `ssh-keygen -l` does not.
    const pins = expected.map((pin) => pin.replace(/=+$/, ''));
    if (pins.includes(shown)) return undefined;
    if (pins.length > 0) this.#others.add(keyType(key));
    const facts = { host: this.#host, port: this.#port, fingerprint: shown, expectedFingerprints: pins };
    return pins.length === 0
      ? new RemotingError('host-key-unknown', `no host key of ${this.#host} is pinned`, facts)
      : new RemotingError('host-key-changed', `${this.#host} shows another host key than the pinned`, facts);
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
        return new RemotingError('host-key-unknown', `${file} knows no host key of ${this.#host}`, facts);
      case 'revoked': {
        const knownHostsEntry = `${file}:${verdict.line}`;
        const message = `the host key of ${this.#host} is revoked`;
        return new RemotingError('host-key-revoked', message, { ...facts, knownHostsEntry });
      }
      case 'changed': {
        const knownHostsEntry = `${file}:${verdict.line}`;
        const message = `${this.#host} shows another host key than the known one`;
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

/** The name that a public key begins with (RFC 4253, section 6.6); empty where it is cut off. */
function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}
