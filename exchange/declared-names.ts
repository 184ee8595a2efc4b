import type { Path, PathStep } from '../schema';
import { declaredCertificates } from './declared-certificates';
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

function within(path: Path, texts: readonly DeclaredText[]): readonly DeclaredText[] {
  return texts.map((text) => ({ ...text, path: [...path, ...text.path] }));
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
  const { servers, dag, dns } = site;
  return [
    ...servers.flatMap(({ name, fqdn }, index) => [
      ...one(name, 'servers', index, 'name'),
      ...one(fqdn, 'servers', index, 'fqdn'),
    ]),
    ...declaredAddresses(site),
    ...declaredHosts(site),
    ...declaredCertificates(site).flatMap(({ path, declared }) => [
      ...within(path, many(declared.names, 'names')),
      ...within(path, many(declared.servers, 'servers')),
      ...within(path, one(declared.thumbprint, 'thumbprint')),
    ]),
    ...one(dag?.name, 'dag', 'name'),
    ...one(dag?.witness.server, 'dag', 'witness', 'server'),
    ...one(dag?.alternateWitness?.server, 'dag', 'alternateWitness', 'server'),
    ...many(dag?.addresses, 'dag', 'addresses'),
    ...many(dag?.members, 'dag', 'members'),
    ...many(dag?.existingMembers, 'dag', 'existingMembers'),
    ...declaredCertificates(site).flatMap(({ path, declared }) =>
      within(path, many(declared.existingOn, 'existingOn')),
    ),
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
  const { servers, dag } = site;
  return [
    ...servers.flatMap(({ datacentre }, index) => one(datacentre, 'servers', index, 'datacentre')),
    ...declaredCertificates(site).flatMap(({ path, declared }) =>
      within(path, [
        ...one(declared.pfxFile, 'pfxFile'),
        ...one(declared.certificateFile, 'certificateFile'),
        ...Object.entries(declared.accepted ?? {}).flatMap(([id, reason]) => one(reason, 'accepted', id)),
      ]),
    ),
    ...one(dag?.witness.directory, 'dag', 'witness', 'directory'),
    ...one(dag?.alternateWitness?.directory, 'dag', 'alternateWitness', 'directory'),
  ];
}

/** Addresses of one server with where each stands. */
export function addressesOf(site: ExchangeSiteProps, index: number): readonly DeclaredText[] {
  return many(site.servers[index]?.address, 'servers', index, 'address');
}
