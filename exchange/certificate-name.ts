import { formatPath, path, type Problem } from '../schema';

const MOST_CHARACTERS = 30;
const NAME = /^[a-z][a-z0-9-]*$/i;
/** Ends of what is called after a certificate: what its gate watches, and the block that imports it. */
const TAKEN = /-(?:services|import)$/i;

/** What is wrong with the name of one of several certificates. */
export function certificateNameProblem(name: string): Problem | undefined {
  if (TAKEN.test(name)) {
    return {
      problem: `'${name}' ends as what is called after the certificate '${name.replace(TAKEN, '')}'`,
      remedy: 'give it another name, such as web or mail',
    };
  }
  if (NAME.test(name) && name.length <= MOST_CHARACTERS && !name.endsWith('-')) return undefined;
  return {
    problem: `'${name}' cannot be the name of a certificate`,
    remedy: `it becomes part of addresses and variables: at most ${MOST_CHARACTERS} letters, digits and hyphens, beginning with a letter, such as web or mail`,
  };
}

/** What is the same for two names of certificates that could not be told apart. */
export function certificateKey(name: string): string {
  return name.toLowerCase().replaceAll('-', '');
}

/** The variable of a stack that the password of its PFX comes from; null: of the only certificate. */
export function passwordVariable(name: string | null): string {
  return name === null ? 'pfx_password' : `pfx_password_${name.replaceAll('-', '_')}`;
}

/** Where a certificate stands in the declaration, for people. */
export function certificatePlace(name: string | null): string {
  return formatPath(name === null ? path('certificate') : path('certificate', name));
}

/** What a run of the plan is given for a certificate, by its names in PowerShell. */
export interface PfxNames {
  readonly path: string;
  readonly password: string;
  readonly content: string;
  readonly certificate: string;
}

/** @param name null: of the only certificate */
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
