import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Secrets by their names; bytes where they are no text. */
export type Secrets = readonly (readonly [name: string, secret: string | Buffer])[];

/** Names of the secrets that stand in what was written, in whatever form. */
export function found(secrets: Secrets, texts: readonly (Buffer | string)[]): readonly string[] {
  const bytes = texts.map((text) => (typeof text === 'string' ? Buffer.from(text) : text));
  return secrets
    .filter(([, secret]) => forms(secret).some((form) => bytes.some((text) => text.includes(form))))
    .map(([name]) => name);
}

/** The forms in which a secret is found in files and logs. */
export function forms(secret: string | Buffer): readonly Buffer[] {
  const plain = typeof secret === 'string' ? [Buffer.from(secret), Buffer.from(secret, 'utf16le')] : [secret];
  // Base64 of a part of a longer text ends otherwise.
  const base64 = plain.map((each) => Buffer.from(each.toString('base64').replace(/.{0,4}$/, '')));
  const escaped = typeof secret === 'string' ? [Buffer.from(encodeURIComponent(secret))] : [];
  return [
    ...plain,
    ...plain.slice(0, 1).map((each) => Buffer.from(each.toString('hex'))),
    ...escaped,
    ...base64,
  ];
}

/** What a ZIP file holds, by its central directory (PKWARE APPNOTE 4.3.12); a saved plan is one. */
export function unzipped(zip: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50;) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const data = zip.subarray(start, start + size);
    parts.push(method === 0 ? data : inflateRawSync(data));
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return parts;
}

/** Command lines of every process of the machine; none where there is no /proc. */
export function commandLines(): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join('/proc', pid, 'cmdline'), 'latin1').replaceAll('\0', ' ')];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}
