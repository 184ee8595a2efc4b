import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of MIT Kerberos that make and run a key distribution center. */
const NAMES = ['krb5kdc', 'kdb5_util', 'kadmin.local'] as const;
type Name = (typeof NAMES)[number];

/** Where packages put them besides the path: Debian and Red Hat, then Homebrew on both kinds of Mac. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/opt/krb5/sbin', '/usr/local/opt/krb5/sbin'];

const REMEDY =
  'Install them: apt-get install krb5-kdc krb5-admin-server (Debian, Ubuntu), dnf install krb5-server (Red Hat, Fedora), ' +
  'or brew install krb5 (macOS).';

export type KdcPrograms =
  | { readonly kind: 'there'; readonly files: { readonly [name in Name]: string } }
  /** In a sentence, with what to install. */
  | { readonly kind: 'missing'; readonly remedy: string };

/**
 * Looks for what a key distribution center needs.
 *
 * @param folders where; left out: the path, and where packages put them
 */
export function findKdcPrograms(folders: readonly string[] = usualFolders()): KdcPrograms {
  const found = NAMES.map((name) => [name, folders.map((folder) => join(folder, name)).find(isProgram)]);
  const missing = found.filter(([, file]) => file === undefined).map(([name]) => name);
  if (missing.length === 0) {
    return { kind: 'there', files: Object.fromEntries(found) as { readonly [name in Name]: string } };
  }
  return {
    kind: 'missing',
    remedy: `The key distribution center of MIT Kerberos is not on this machine: ${missing.join(', ')} not found. ${REMEDY}`,
  };
}

function usualFolders(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...FOLDERS];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
