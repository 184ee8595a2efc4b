import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a known_hosts file says about a host's key (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export type KnownHostsVerdict =
  | { readonly kind: 'known' | 'revoked'; readonly line: number }
  | { readonly kind: 'changed'; readonly line: number; readonly expected: readonly string[] }
  | { readonly kind: 'unknown' };

interface Entry {
  readonly line: number;
  readonly revoked: boolean;
  readonly patterns: string;
  readonly keyType: string;
  readonly key: Buffer;
}

/** `SHA256:…` as `ssh-keygen -l` shows it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/**
 * A known_hosts file. The marker `@revoked` is respected. Certificate authorities (`@cert-authority`) are skipped,
 * since host certificates are not supported: a host that is known only by them counts as unknown.
 */
export class KnownHosts {
  readonly #entries: readonly Entry[];

  constructor(text: string) {
    this.#entries = text.split(/\r?\n/).flatMap((line, index) => readEntry(line, index + 1));
  }

  judge(host: string, port: number, key: Uint8Array): KnownHostsVerdict {
    const entries = this.#entriesFor(host, port);
    const same = entries.filter((entry) => entry.key.equals(key));
    const revoked = same.find((entry) => entry.revoked);
    if (revoked !== undefined) return { kind: 'revoked', line: revoked.line };
    const known = same[0];
    if (known !== undefined) return { kind: 'known', line: known.line };
    const others = entries.filter((entry) => !entry.revoked);
    const first = others[0];
    if (first === undefined) return { kind: 'unknown' };
    return {
      kind: 'changed',
      line: first.line,
      expected: others.map((entry) => fingerprint(entry.key)),
    };
  }

  /** The types of a host's known keys, so that the server can be asked for one of them. */
  keyTypes(host: string, port: number): readonly string[] {
    const entries = this.#entriesFor(host, port).filter((entry) => !entry.revoked);
    return [...new Set(entries.map((entry) => entry.keyType))];
  }

  #entriesFor(host: string, port: number): readonly Entry[] {
    const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
    return this.#entries.filter((entry) => matches(entry.patterns, name));
  }
}

function readEntry(text: string, line: number): Entry[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  const fields = trimmed.split(/\s+/);
  const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
  const [patterns, keyType, key] = fields;
  if (patterns === undefined || keyType === undefined || key === undefined) return [];
  if (marker !== undefined && marker !== '@revoked') return [];
  return [{ line, revoked: marker !== undefined, patterns, keyType, key: Buffer.from(key, 'base64') }];
}

/** `|1|salt|hash` is one hashed name (HMAC-SHA1). Otherwise there are patterns, separated by commas; `!` excludes. */
function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return matchesHash(patterns, name);
  let matched = false;
  for (const pattern of patterns.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash] = field.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` matches any characters, `?` one. Compared piece by piece, so that no pattern takes long. */
function matchesPattern(pattern: string, name: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pattern[from] === '*') {
      star = from++;
      resume = at;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === name[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length;
}
