import type { ExchangeSiteProps } from './site';

/** Host names of the servers of the site, with and without their domain. */
export function serverHosts({ servers }: ExchangeSiteProps): readonly string[] {
  return servers.flatMap(({ name, fqdn }) => [name, fqdn]);
}
