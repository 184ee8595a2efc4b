import type { Path, PathStep } from '../schema';
import { declaredGroups } from './declared-groups';
import type { ExchangeSiteProps } from './site';

/** A text of the declaration and where it stands. */
export interface DeclaredText {
  readonly text: string;
  readonly path: Path;
}

function at(...steps: readonly (string | number)[]): Path {
  return steps.map((step): PathStep => (typeof step === 'number' ? { index: step } : { attribute: step }));
}

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

/** Texts whose paths are from a part of the declaration, with whole ones. */
function within(part: Path, texts: readonly DeclaredText[]): readonly DeclaredText[] {
  return texts.map(({ text, path }) => ({ text, path: [...part, ...path] }));
}

/** Every host name that stands in `namespaces`, in the order of the declaration. */
export function declaredHosts({ namespaces }: ExchangeSiteProps): readonly DeclaredText[] {
  const ofNamespace = (
    namespace: ExchangeSiteProps['namespaces']['client'] | undefined,
    ...steps: readonly string[]
  ) =>
    namespace === undefined || typeof namespace === 'string'
      ? one(namespace, 'namespaces', ...steps)
      : [
          ...one(namespace.internal, 'namespaces', ...steps, 'internal'),
          ...one(namespace.external, 'namespaces', ...steps, 'external'),
        ];
  return [
    ...ofNamespace(namespaces.client, 'client'),
    ...one(namespaces.autodiscover, 'namespaces', 'autodiscover'),
    ...Object.entries(namespaces.services ?? {}).flatMap(([service, namespace]) =>
      ofNamespace(namespace, 'services', service),
    ),
    ...many(namespaces.alsoPublished, 'namespaces', 'alsoPublished'),
  ];
}

/** Every address: of servers and of a load balancer. */
export function declaredAddresses({ servers, dns }: ExchangeSiteProps): readonly DeclaredText[] {
  return [
    ...servers.flatMap(({ address }, index) => many(address, 'servers', index, 'address')),
    ...(typeof dns.publish === 'object' ? many(dns.publish.virtualIp, 'dns', 'publish', 'virtualIp') : []),
  ];
}

/** Every text that is the name or address of something, and has no room for anything but plain characters. */
export function declaredNames(site: ExchangeSiteProps): readonly DeclaredText[] {
  const { servers, certificate, dns } = site;
  return [
    ...servers.flatMap(({ name, fqdn }, index) => [
      ...one(name, 'servers', index, 'name'),
      ...one(fqdn, 'servers', index, 'fqdn'),
    ]),
    ...declaredAddresses(site),
    ...declaredHosts(site),
    ...many(certificate.names, 'certificate', 'names'),
    ...one(certificate.thumbprint, 'certificate', 'thumbprint'),
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
    ...many(site.certificate.existingOn, 'certificate', 'existingOn'),
    ...dns.zones.flatMap(({ name, server, keyName }, index) => [
      ...one(name, 'dns', 'zones', index, 'name'),
      ...one(server, 'dns', 'zones', index, 'server'),
      ...one(keyName, 'dns', 'zones', index, 'keyName'),
    ]),
    ...many(dns.existingRecords, 'dns', 'existingRecords'),
  ];
}

/** Every text that may hold any letter, such as the path of a file. */
export function declaredTexts(site: ExchangeSiteProps): readonly DeclaredText[] {
  const { servers, certificate } = site;
  return [
    ...servers.flatMap(({ datacentre }, index) => one(datacentre, 'servers', index, 'datacentre')),
    ...one(certificate.pfxFile, 'certificate', 'pfxFile'),
    ...one(certificate.certificateFile, 'certificate', 'certificateFile'),
    ...Object.entries(certificate.accepted ?? {}).flatMap(([id, reason]) =>
      one(reason, 'certificate', 'accepted', id),
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
