import { sameName, sameServer } from './resources/equality';
import type { ExchangeSiteProps, Server } from './site';

/** Host names of the servers of the site, with and without their domain. */
export function serverHosts({ servers }: ExchangeSiteProps): readonly string[] {
  return servers.flatMap(({ name, fqdn }) => [name, fqdn]);
}

/**
 * Whether a host is the server: named by its FQDN, or without a domain by its name or by the first label of its FQDN. A host
 * of another domain is another machine, even where its first label is the name of the server.
 */
export function isServer(host: string, { name, fqdn }: Server): boolean {
  return sameServer(host, fqdn) || sameName(host, name);
}
