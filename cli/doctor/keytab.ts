import { principalsOf, readKeytab } from '../../kerberos/keytab';
import { CLIENT_KEYTAB } from '../../kerberos/keytab-name';
import type { Settings } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { namedKeytab } from '../../provider/kerberos-environment';
import { failed, ok, warned, type Verdict } from './check';

/**
 * The keytab that the environment names, looked at before anything that is elsewhere; `undefined` where there is none, or
 * no endpoint is signed in to with it.
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
  // Whether RC4 is taken is for the library and the domain to say: the sign-in shows it.
  if (fault.kind === 'no-aes-key') return warned(fault.message, fault.remedy);
  return failed(
    fault.message,
    `${fault.remedy} Where the tickets of kinit are meant, leave ${CLIENT_KEYTAB} out.`,
  );
}
