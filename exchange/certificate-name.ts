import { formatPath, path, type Problem } from '../schema';

const MOST_CHARACTERS = 30;
const NAME = /^[a-z][a-z0-9-]*$/i;
/**
 * Suffixes of names that are derived from the name of a certificate: of its services among the triggers of a health
 * gate, and of the block that imports it.
 */
const TAKEN = /-(?:services|import)$/i;

/** What is wrong with the name of one of several certificates. */
export function certificateNameProblem(name: string): Problem | undefined {
  if (TAKEN.test(name)) {
    return {
      problem: `the ending of '${name}' is taken: '${name}' is the name of what belongs to a certificate '${name.replace(TAKEN, '')}'`,
      remedy: 'give it another name, such as web or mail',
    };
  }
  if (NAME.test(name) && name.length <= MOST_CHARACTERS && !name.endsWith('-')) return undefined;
  return {
    problem: `'${name}' cannot be the name of a certificate`,
    remedy: `it becomes part of Terraform addresses and variables; use at most ${MOST_CHARACTERS} letters, digits and hyphens, beginning with a letter, such as web or mail`,
  };
}

/** A key that is equal for two names that PowerShell and Windows could not tell apart. */
export function certificateKey(name: string): string {
  return name.toLowerCase().replaceAll('-', '');
}

/** Name of the Terraform variable with the password of the PFX. Null stands for the only certificate of the site. */
export function passwordVariable(name: string | null): string {
  return name === null ? 'pfx_password' : `pfx_password_${name.replaceAll('-', '_')}`;
}

/** Where a certificate stands in the declaration, for people. */
export function certificatePlace(name: string | null): string {
  return formatPath(name === null ? path('certificate') : path('certificate', name));
}

/** Names of the PowerShell variables and parameters for the PFX of a certificate. */
export interface PfxNames {
  readonly path: string;
  readonly password: string;
  readonly content: string;
  readonly certificate: string;
}

/** @param name null for the only certificate of the site */
export function pfxNames(name: string | null): PfxNames {
  const suffix = (name ?? '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return {
    path: `PfxPath${suffix}`,
    password: `PfxPassword${suffix}`,
    content: `PfxContent${suffix}`,
    certificate: `PfxCertificate${suffix}`,
  };
}
