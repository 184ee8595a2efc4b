import { isAbsolute } from 'node:path';
import { CLIENT_KEYTAB, keytabFile } from '../kerberos/keytab-name';

/** Environment variable that names the configuration of the Kerberos library: a path, or several with colons between. */
const CONFIGURATION = 'KRB5_CONFIG';

type Environment = { readonly [name: string]: string | undefined };

/** The keytab file that the account signs in with, as the environment names it; `undefined` where it names none. */
export function namedKeytab(environment: Environment): string | undefined {
  // Kerberos of Windows has no keytabs, and looks at none of these variables.
  if (process.platform === 'win32') return undefined;
  return keytabFile(environment[CLIENT_KEYTAB] ?? '') || undefined;
}

/**
 * A variable of the Kerberos library that names a relative path; `undefined` where none does. A path that is right where the doctor runs is wrong in
 * the folder of a stack, where Terraform runs.
 *
 * @param withKeytab whether the keytab of the environment is used
 */
export function relativeVariable(environment: Environment, withKeytab: boolean): string | undefined {
  if (process.platform === 'win32') return undefined;
  const named: readonly (readonly [variable: string, path: string])[] = [
    [CLIENT_KEYTAB, withKeytab ? (namedKeytab(environment) ?? '') : ''],
    ...(environment[CONFIGURATION] ?? '').split(':').map((path) => [CONFIGURATION, path] as const),
  ];
  return named.find(([, path]) => path !== '' && !isAbsolute(path))?.[0];
}
