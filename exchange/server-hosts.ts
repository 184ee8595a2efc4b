import type { ExchangeSiteProps } from './site';

/** Where servers of the site are reached: their names, with and without their domain. */
export function serverHosts({ servers }: ExchangeSiteProps): readonly string[] {
  return servers.flatMap(({ name, fqdn }) => [name, fqdn]);
}
