import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs of MIT Kerberos that create and run a key distribution center. */
const NAMES = ['krb5kdc', 'kdb5_util', 'kadmin.local'] as const;
type Name = (typeof NAMES)[number];

/**
 * The folders outside of PATH in which packages install them: Debian and Red Hat, then Homebrew on both kinds of Mac.
 */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/opt/krb5/sbin', '/usr/local/opt/krb5/sbin'];

const REMEDY =
  'Install them: apt-get install krb5-kdc krb5-admin-server (Debian, Ubuntu), dnf install krb5-server (Red Hat, Fedora), ' +
  'or brew install krb5 (macOS).';

export type KdcPrograms =
  | { readonly kind: 'there'; readonly files: { readonly [name in Name]: string } }
  /** A sentence that names what to install. */
  | { readonly kind: 'missing'; readonly remedy: string };

/**
 * Looks for the programs of a key distribution center.
 *
 * @param folders to search. Left out: those of PATH, and those in which packages install the programs
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
