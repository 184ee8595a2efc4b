import { passwordVariable } from '../../exchange/certificate-name';
import type { Environment } from '../../provider/environment';
import { ok, warned, type Verdict } from './check';
import type { Plan } from './plan-file';

const ONLY = `TF_VAR_${passwordVariable(null)}`;

/**
 * Whether the password of each certificate is in its environment variable. `undefined` where the site has a single
 * certificate: its PFX may have no password, and a plan reports what is wrong.
 */
export function passwordsVerdict({ certificates }: Plan, environment: Environment): Verdict | undefined {
  if (certificates.length === 0) return undefined;
  const isSet = (variable: string) => (environment[variable] ?? '') !== '';
  const variables = certificates.map((name) => `TF_VAR_${passwordVariable(name)}`);
  const missing = variables.filter((variable) => !isSet(variable));
  if (missing.length === 0) return ok(`the password of each PFX is given: ${variables.join(', ')}`);
  const detail = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set`;
  return warned(
    isSet(ONLY) ? `${detail}; ${ONLY} is set, but counts only for a site with one certificate` : detail,
    'With several certificates each PFX has a password variable of its own. If it is not set, the PFX must have no password. ' +
      'Plans also work without the password where the certificate is committed (certificateFile); deploys do not.',
  );
}
