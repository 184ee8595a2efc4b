import { isIP } from 'node:net';
import { RemotingError } from '../../remoting-error';

/** The remedy where the endpoint has an address in place of a name. */
export const NAME_FOR_ADDRESS =
  'Write the full name of the server (FQDN) into the endpoint instead of its address: Kerberos knows servers by name, and by default no service principal name exists for an address.';

/** For example `HTTP/ex1.contoso.com@CONTOSO.COM`. A port may follow the host; the domain may follow a second slash. */
const OF_SERVICE = /^[^/@\\]+\/([^/@\\]+)(?:[/@]|$)/;
/** For example `CONTOSO\EX1$`. */
const OF_ACCOUNT = /^[^/]+$/;
/** An IPv6 address has more than one colon. */
const WITH_PORT = /^([^:]+):\d+$/;

/**
 * Checks that the server that proved itself is the one in the endpoint. Unless krb5.conf forbids it
 * (`dns_canonicalize_hostname`, `rdns`), MIT's library asks DNS for another name of the host. Whoever forges that
 * answer of DNS would choose the service that the ticket is for. A host without a domain may become one with a domain.
 * Windows asks for exactly this name, without DNS, and may give the account of the service instead.
 *
 * @param host a name, or an address without brackets
 * @throws RemotingError `usage`
 */
export function demandServerPrincipal(
  principal: string,
  host: string,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === 'win32' && OF_ACCOUNT.test(principal)) return;
  const [, instance] = OF_SERVICE.exec(principal.toLowerCase()) ?? [];
  const named = instance?.replace(WITH_PORT, '$1');
  const asked = host.toLowerCase().replace(/\.$/, '');
  if (named === asked) return;
  if (!/[.:]/.test(asked) && named?.startsWith(`${asked}.`) === true) return;
  throw new RemotingError('usage', differs(principal, named, host), { host, remedy: remedy(named, host) });
}

function differs(principal: string, named: string | undefined, host: string): string {
  return named === undefined
    ? `the Kerberos library took a ticket for ${host} whose server cannot be read: its principal is '${principal}'`
    : `the Kerberos library took a ticket of ${named} in place of ${host}, since DNS gives that name for it`;
}

function remedy(named: string | undefined, host: string): string {
  if (isIP(host) !== 0) return NAME_FOR_ADDRESS;
  const noDns = 'set dns_canonicalize_hostname = false and rdns = false in krb5.conf.';
  return named === undefined
    ? `The ticket must be of HTTP/${host}, as klist shows it: correct [domain_realm] and [realms], and ${noDns}`
    : `Name ${named} in the endpoint if that is the server. Otherwise ${noDns}`;
}
