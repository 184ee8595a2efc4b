import { nameCovers } from '../pki/coverage';
import { isForWeb, isOnServer, type DeclaredCertificate } from './declared-certificates';
import { isMailPlace } from './mail-protocols';
import { isFurther } from './name-place';
import type { DeclaredName } from './published-name';
import { includesName } from './resources/equality';
import type { Server } from './site';
import type { Topology } from './topology';

/**
 * The published names that lead clients to one of the servers, and that a certificate for IIS must therefore cover. Not
 * required are names of POP and IMAP that another certificate of the servers covers, because these services select that
 * one by name; and further names (`alsoPublished`) that another certificate without IIS holds literally, because these
 * are former names of POP or IMAP.
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

/**
 * Whether it must cover the published names: the only certificate of a site always, one of several only if it is for
 * IIS.
 */
export function mustCoverHosts(certificate: DeclaredCertificate): boolean {
  return certificate.name === null || isForWeb(certificate);
}

/**
 * The names that a certificate must hold on these servers: the published names that lead there, and the names declared
 * for it.
 */
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

/**
 * Names by which the endpoint's TLS certificate may be recognized: the published names, and those on the certificates
 * for IIS.
 */
export function endpointNames({ published, certificates }: Topology): readonly string[] {
  const own = certificates.filter(mustCoverHosts).flatMap(({ declared }) => declared.names);
  return onceEach([...published.map(({ host }) => host), ...own]);
}

/** The names sorted, each once, regardless of letter case. */
function onceEach(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
}
