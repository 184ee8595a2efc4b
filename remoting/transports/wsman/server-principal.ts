import { RemotingError } from '../../remoting-error';

/**
 * Looks whether the server that proved itself is the one in the address. MIT's library asks DNS for another name of a host
 * unless krb5.conf forbids it (`dns_canonicalize_hostname`, `rdns`), and so whoever forges the answer of DNS would choose
 * the service that the ticket is for. A host without a domain may get one.
 *
 * @param principal as `HTTP/ex1.contoso.com@CONTOSO.COM`; other forms come from Windows, which does not ask DNS
 * @throws RemotingError `usage`
 */
export function demandServerPrincipal(principal: string, host: string): void {
  const [, named] = /^[^/@]+\/([^/@:]+)/.exec(principal.toLowerCase()) ?? [];
  const asked = host.toLowerCase().replace(/\.$/, '');
  if (named === undefined || named === asked) return;
  if (!/[.:]/.test(asked) && named.startsWith(`${asked}.`)) return;
  const message = `the Kerberos library took a ticket of ${named} in place of ${host}, since DNS gives that name for it`;
  const remedy = `Name ${named} in the endpoint if that is the server. Else set dns_canonicalize_hostname = false and rdns = false in krb5.conf.`;
  throw new RemotingError('usage', message, { host, remedy });
}
