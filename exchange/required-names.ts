import { isForWeb, type DeclaredCertificate } from './declared-certificates';
import { publishedHosts, type DeclaredName } from './namespaces';
import type { ExchangeSiteProps, Server } from './site';
import type { Topology } from './topology';

/** Published names that lead clients to one of the servers. */
export function hostsOn(site: ExchangeSiteProps, servers: readonly Server[]): readonly DeclaredName[] {
  return publishedHosts(site).filter((name) => name.servers.some((server) => servers.includes(server)));
}

/** Whether it must have the published names: of several certificates only the one that clients of the namespaces see. */
export function mustCoverHosts(certificate: DeclaredCertificate): boolean {
  return certificate.name === null || isForWeb(certificate);
}

/** What a certificate must have on these servers: what leads clients there, and what it is said to have. */
export function requiredNamesOf(
  site: ExchangeSiteProps,
  certificate: DeclaredCertificate,
  servers: readonly Server[],
): readonly string[] {
  const hosts = mustCoverHosts(certificate) ? hostsOn(site, servers).map(({ host }) => host) : [];
  return onceEach([...hosts, ...certificate.declared.names]);
}

/** Names one of which the certificate of the site's endpoint may have: what IIS shows on one of its servers. */
export function endpointNames({ site, certificates }: Topology): readonly string[] {
  const own = certificates.filter(mustCoverHosts).flatMap(({ declared }) => declared.names);
  return onceEach([...publishedHosts(site).map(({ host }) => host), ...own]);
}

/** Letter case does not count. */
function onceEach(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
}
