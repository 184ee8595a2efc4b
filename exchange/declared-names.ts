import type { Path } from '../schema';
import { path as at } from '../schema';
import { declaredArrays } from './declared-arrays';
import { declaredCertificates } from './declared-certificates';
import { declaredGroups } from './declared-groups';
import type { DeclaredText } from './declared-text';
import { viewsOf } from './dns-views';
import { declaredFailbacks } from './failback';
import { mailHosts } from './mail-protocols';
import { furtherNames, levelsOf } from './namespaces';
import { publishingPlaces, virtualAddresses } from './publishing';
import { declaredSubnets } from './subnets';
import { FROM_ENVIRONMENT } from './server-endpoint';
import type { ExchangeSiteProps, Namespace } from './site';

function one(text: string | null | undefined, ...steps: readonly (string | number)[]): DeclaredText[] {
  return text === undefined || text === null ? [] : [{ text, path: at(...steps) }];
}

function many(
  texts: string | readonly string[] | undefined,
  ...steps: readonly (string | number)[]
): DeclaredText[] {
  if (texts === undefined || typeof texts === 'string') return one(texts, ...steps);
  return texts.map((text, index) => ({ text, path: at(...steps, index) }));
}

/** Prefixes the paths of texts with the path of the part that they are in. */
function within(part: Path, texts: readonly DeclaredText[]): readonly DeclaredText[] {
  return texts.map(({ text, path }) => ({ text, path: [...part, ...path] }));
}

/** Every host name that stands in `namespaces` of the site, a datacentre or a server, in the order of the declaration. */
export function declaredHosts(site: ExchangeSiteProps): readonly DeclaredText[] {
  const of = (namespace: Namespace | undefined, ...steps: readonly string[]): DeclaredText[] =>
    namespace === undefined || typeof namespace === 'string'
      ? one(namespace, ...steps)
      : [...one(namespace.internal, ...steps, 'internal'), ...one(namespace.external, ...steps, 'external')];
  return levelsOf(site).flatMap(({ path, names }) =>
    within(path, [
      ...of(names.client, 'client'),
      ...one(names.autodiscover, 'autodiscover'),
      ...Object.entries(names.services ?? {}).flatMap(([service, name]) => of(name, 'services', service)),
      ...furtherNames(names).map(({ host, path: at }) => ({ text: host, path: at })),
    ]),
  );
}

/** Every address of a DNS record or of the reverse proxy: of servers, load balancers and names elsewhere; none of a DAG. */
export function declaredAddresses(site: ExchangeSiteProps): readonly DeclaredText[] {
  const { reverseProxy } = site;
  return [
    ...site.servers.flatMap(({ address }, index) => many(address, 'servers', index, 'address')),
    ...virtualAddresses(site),
    ...viewsOf(site).flatMap(({ path, declared: { elsewhere = {} } }) =>
      within(
        path,
        Object.entries(elsewhere).flatMap(([name, addresses]) => many(addresses, 'elsewhere', name)),
      ),
    ),
    ...many(reverseProxy?.address, 'reverseProxy', 'address'),
    ...one(reverseProxy?.insideAddress, 'reverseProxy', 'insideAddress'),
    ...one(reverseProxy?.wpadAddress, 'reverseProxy', 'wpadAddress'),
  ];
}

/** Every declared endpoint: that of the connection, and those of servers. */
export function declaredEndpoints({ connection, servers }: ExchangeSiteProps): readonly DeclaredText[] {
  return [
    ...one(connection?.endpoint, 'connection', 'endpoint'),
    ...servers.flatMap(({ endpoint }, index) =>
      endpoint === FROM_ENVIRONMENT ? [] : one(endpoint, 'servers', index, 'endpoint'),
    ),
  ];
}

/** Every text that is a name or an address, and may therefore hold plain characters only. */
export function declaredNames(site: ExchangeSiteProps): readonly DeclaredText[] {
  const { servers } = site;
  return [
    ...servers.flatMap(({ name, fqdn }, index) => [
      ...one(name, 'servers', index, 'name'),
      ...one(fqdn, 'servers', index, 'fqdn'),
    ]),
    ...declaredAddresses(site),
    ...declaredSubnets(site),
    ...declaredHosts(site),
    ...declaredArrays(site).flatMap(({ array, path }) => within(path, one(array.fqdn, 'fqdn'))),
    ...one(site.outlookProvider?.certPrincipalName, 'outlookProvider', 'certPrincipalName'),
    ...declaredFailbacks(site),
    ...mailHosts(site),
    ...publishingPlaces(site).flatMap(({ publish, path }) =>
      within(path, one(publish.nlb?.name, 'nlb', 'name')),
    ),
    ...one(site.reverseProxy?.host, 'reverseProxy', 'host'),
    ...many(site.reverseProxy?.certificateNames, 'reverseProxy', 'certificateNames'),
    ...declaredCertificates(site).flatMap(({ path, declared }) =>
      within(path, [
        ...many(declared.names, 'names'),
        ...many(declared.servers, 'servers'),
        ...one(declared.thumbprint, 'thumbprint'),
      ]),
    ),
    ...declaredGroups(site).flatMap(({ group, path }) =>
      within(path, [
        ...one(group.name, 'name'),
        ...one(group.witness.server, 'witness', 'server'),
        ...one(group.alternateWitness?.server, 'alternateWitness', 'server'),
        ...many(group.addresses, 'addresses'),
        ...many(group.members, 'members'),
        ...many(group.existingMembers, 'existingMembers'),
      ]),
    ),
    ...declaredCertificates(site).flatMap(({ path, declared }) =>
      within(path, many(declared.existingOn, 'existingOn')),
    ),
    ...viewsOf(site).flatMap(
      ({ path, declared: { zones, existingRecords, notPublished = {}, elsewhere = {} } }) =>
        within(path, [
          ...zones.flatMap(({ name, server, keyName, kerberos }, index) => [
            ...one(name, 'zones', index, 'name'),
            ...one(server, 'zones', index, 'server'),
            ...one(keyName, 'zones', index, 'keyName'),
            ...one(kerberos?.realm, 'zones', index, 'kerberos', 'realm'),
            ...one(kerberos?.user, 'zones', index, 'kerberos', 'user'),
          ]),
          ...many(existingRecords, 'existingRecords'),
          ...Object.keys(notPublished).flatMap((name) => one(name, 'notPublished', name)),
          ...Object.keys(elsewhere).flatMap((name) => one(name, 'elsewhere', name)),
        ]),
    ),
  ];
}

/** Every text that may hold any letter, such as the path of a file. */
export function declaredTexts(site: ExchangeSiteProps): readonly DeclaredText[] {
  const { servers } = site;
  return [
    ...servers.flatMap(({ datacentre }, index) => one(datacentre, 'servers', index, 'datacentre')),
    ...servers.flatMap(({ autodiscoverSiteScope }, index) =>
      many(autodiscoverSiteScope, 'servers', index, 'autodiscoverSiteScope'),
    ),
    ...Object.entries(site.datacentres ?? {}).flatMap(
      ([name, { activeDirectorySites, autodiscoverSiteScope }]) => [
        ...many(activeDirectorySites, 'datacentres', name, 'activeDirectorySites'),
        ...many(autodiscoverSiteScope, 'datacentres', name, 'autodiscoverSiteScope'),
      ],
    ),
    ...declaredArrays(site).flatMap(({ array, path }) =>
      within(path, one(array.activeDirectorySite, 'activeDirectorySite')),
    ),
    ...declaredCertificates(site).flatMap(({ path, declared }) =>
      within(path, [
        ...one(declared.pfxFile, 'pfxFile'),
        ...one(declared.certificateFile, 'certificateFile'),
        ...Object.entries(declared.accepted ?? {}).flatMap(([id, reason]) => one(reason, 'accepted', id)),
      ]),
    ),
    ...publishingPlaces(site).flatMap(({ publish: { nlb }, path }) =>
      within(path, [
        ...one(nlb?.adapter, 'nlb', 'adapter'),
        ...many(nlb?.switch?.interfaces, 'nlb', 'switch', 'interfaces'),
      ]),
    ),
    ...viewsOf(site).flatMap(({ path, declared: { zones } }) =>
      within(
        path,
        zones.flatMap(({ kerberos }, index) =>
          one(kerberos?.keytabFile, 'zones', index, 'kerberos', 'keytabFile'),
        ),
      ),
    ),
    ...Object.entries(site.rules ?? {}).flatMap(([id, change]) =>
      typeof change === 'string' ? [] : one(change.accepted, 'rules', id, 'accepted'),
    ),
    ...declaredGroups(site).flatMap(({ group, path }) =>
      within(path, [
        ...one(group.witness.directory, 'witness', 'directory'),
        ...one(group.alternateWitness?.directory, 'alternateWitness', 'directory'),
      ]),
    ),
  ];
}

/** Addresses of one server with where each stands. */
export function addressesOf(site: ExchangeSiteProps, index: number): readonly DeclaredText[] {
  return many(site.servers[index]?.address, 'servers', index, 'address');
}
