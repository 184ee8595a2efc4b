import { isAbsolute } from 'node:path';
import { CLIENT_KEYTAB, keytabFile } from '../kerberos/keytab-name';

/** Names the configuration of the Kerberos library: a path, or several separated by colons. */
const CONFIGURATION = 'KRB5_CONFIG';

type Environment = { readonly [name: string]: string | undefined };

/** The keytab file that the environment names for signing in; `undefined` where it names none. */
export function namedKeytab(environment: Environment): string | undefined {
  // Kerberos on Windows has no keytabs, and reads none of these variables.
  if (process.platform === 'win32') return undefined;
  return keytabFile(environment[CLIENT_KEYTAB] ?? '') || undefined;
}

/**
 * The first variable of the Kerberos library that holds a relative path; `undefined` where none does. Terraform runs in
 * the folder of a stack, where such a path leads elsewhere than where the doctor runs.
 *
 * @param withKeytab whether the session signs in with the keytab of the environment
 */
export function relativeVariable(environment: Environment, withKeytab: boolean): string | undefined {
  if (process.platform === 'win32') return undefined;
  const named: readonly (readonly [variable: string, path: string])[] = [
    [CLIENT_KEYTAB, withKeytab ? (namedKeytab(environment) ?? '') : ''],
    ...(environment[CONFIGURATION] ?? '').split(':').map((path) => [CONFIGURATION, path] as const),
  ];
  return named.find(([, path]) => path !== '' && !isAbsolute(path))?.[0];
}
