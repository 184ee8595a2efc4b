import { principalsOf, readKeytab } from '../../kerberos/keytab';
import { CLIENT_KEYTAB } from '../../kerberos/keytab-name';
import type { Settings } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { namedKeytab } from '../../provider/kerberos-environment';
import { failed, ok, warned, type Verdict } from './check';

/**
 * Checks the keytab in the environment before anything is contacted. `undefined` where there is none, or no endpoint
 * uses Kerberos.
 */
export function keytabVerdict(settings: Settings, environment: Environment): Verdict | undefined {
  const own = [...settings.serverSessions.values()].map(({ endpoint }) => endpoint);
  const isUsed = [settings.endpoint, ...settings.fallbacks, ...own].some(
    (endpoint) =>
      endpoint.kind === 'wsman' &&
      endpoint.authentication.kind === 'negotiate' &&
      endpoint.authentication.user === null,
  );
  const file = isUsed ? namedKeytab(environment) : undefined;
  if (file === undefined) return undefined;
  const { keys, fault } = readKeytab(file);
  if (fault === undefined) return ok(`the keytab of ${principalsOf(keys).join(', ')} has an AES key`);
  // The library and the domain decide whether RC4 is accepted, and the sign-in will show it. So this is only a warning.
  if (fault.kind === 'no-aes-key') return warned(fault.message, fault.remedy);
  return failed(
    fault.message,
    `${fault.remedy} To use the tickets of kinit instead, unset ${CLIENT_KEYTAB}.`,
  );
}
