import { nameCovers } from '../pki/coverage';
import { isForWeb, isOnServer, type DeclaredCertificate } from './declared-certificates';
import { isMailPlace } from './mail-protocols';
import { isFurther } from './name-place';
import type { DeclaredName } from './published-name';
import { includesName } from './resources/equality';
import type { Server } from './site';
import type { Topology } from './topology';

/**
 * Published names that lead clients to one of the servers, and that a certificate there must have if one must. Those of POP
 * and IMAP may be on another one, by which these find it; a further name, too, where that one is for no web client and has
 * the name to the letter: it is one of mail, as is the one that it replaces.
 */
export function hostsOn(
  { published, certificates }: Topology,
  { name: own }: DeclaredCertificate,
  servers: readonly Server[],
): readonly DeclaredName[] {
  const others = certificates.filter(
    (other) => other.name !== own && servers.every((server) => isOnServer(other, server)),
  );
  const isElsewhere = (host: string) =>
    others.some(({ declared: { names } }) => names.some((name) => nameCovers(name, host)));
  const isOfMail = (host: string) =>
    others.some((other) => !isForWeb(other) && includesName(other.declared.names, host));
  return published.filter(
    ({ host, place, servers: carriers }) =>
      carriers.some((server) => servers.includes(server)) &&
      !(isMailPlace(place) && isElsewhere(host)) &&
      !(isFurther(place) && isOfMail(host)),
  );
}

/** Whether it must have the published names: of several certificates only the one that clients of the namespaces see. */
export function mustCoverHosts(certificate: DeclaredCertificate): boolean {
  return certificate.name === null || isForWeb(certificate);
}

/** What a certificate must have on these servers: what leads clients there, and what it is said to have. */
export function requiredNamesOf(
  topology: Topology,
  certificate: DeclaredCertificate,
  servers: readonly Server[],
): readonly string[] {
  const hosts = mustCoverHosts(certificate)
    ? hostsOn(topology, certificate, servers).map(({ host }) => host)
    : [];
  return onceEach([...hosts, ...certificate.declared.names]);
}

/** Names one of which the certificate of the site's endpoint may have: what IIS shows on one of its servers. */
export function endpointNames({ published, certificates }: Topology): readonly string[] {
  const own = certificates.filter(mustCoverHosts).flatMap(({ declared }) => declared.names);
  return onceEach([...published.map(({ host }) => host), ...own]);
}

/** Letter case does not count. */
function onceEach(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
}
