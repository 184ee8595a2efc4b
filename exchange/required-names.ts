import { publishedHosts } from './namespaces';
import type { ExchangeSiteProps } from './site';

/** What is published, and what else the declaration says of the certificate: it must have all of them. */
export function requiredNames(site: ExchangeSiteProps): readonly string[] {
  const names = [...publishedHosts(site).map(({ host }) => host), ...site.certificate.names];
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
}
