import type { Path } from '../schema';
import { path } from '../schema';
import { declaredHosts } from './declared-names';
import { SERVICES, serviceNamed } from './services';
import type { ServiceName } from './services';
import type { ExchangeSiteProps, NamedService, Namespace } from './site';

/** The host names of one service on the two sides of the firewall, and where they are declared. */
export interface ServiceHosts {
  readonly internal: string;
  /** Empty text clears it. */
  readonly external: string;
  readonly internalPath: Path;
  readonly externalPath: Path;
}

function hostsOf(namespace: Namespace, at: Path): ServiceHosts {
  if (typeof namespace === 'string') {
    return { internal: namespace, external: namespace, internalPath: at, externalPath: at };
  }
  return {
    internal: namespace.internal,
    external: namespace.external ?? '',
    internalPath: [...at, { attribute: 'internal' }],
    externalPath: [...at, { attribute: 'external' }],
  };
}

function clientHosts(site: ExchangeSiteProps): ServiceHosts {
  return hostsOf(site.namespaces.client, path('namespaces', 'client'));
}

/** The names that a service itself was given; undefined where it has none of its own. */
export function ownHosts(site: ExchangeSiteProps, service: NamedService): ServiceHosts | undefined {
  const own = site.namespaces.services?.[service];
  return own === undefined ? undefined : hostsOf(own, path('namespaces', 'services', service));
}

export function hostsOfService(site: ExchangeSiteProps, service: NamedService): ServiceHosts {
  return ownHosts(site, service) ?? clientHosts(site);
}

/** `https://<host><path of the service>`; empty where there is no host. */
export function urlOf(service: ServiceName, host: string): string {
  return host === '' ? '' : `https://${host}${serviceNamed(service).path}`;
}

/** Services that have a name, Autodiscover aside, in the order in which they are written. */
export const NAMED_SERVICES: readonly NamedService[] = [
  'outlookAnywhere',
  ...SERVICES.flatMap(({ service }) => (service === 'autodiscover' ? [] : [service])),
];

/** A host name and where it is declared. */
export interface DeclaredName {
  readonly host: string;
  readonly path: Path;
}

/** Every name that DNS holds, as often as it is declared, in the order of the declaration. */
function hostsAsDeclared(site: ExchangeSiteProps): readonly DeclaredName[] {
  return declaredHosts(site).flatMap(({ text: host, path: at }) => (host === '' ? [] : [{ host, path: at }]));
}

/** The names that no server gives to clients, as often as they are declared. */
export function alsoPublishedHosts({ namespaces }: ExchangeSiteProps): readonly DeclaredName[] {
  return (namespaces.alsoPublished ?? []).map((host, index) => ({
    host,
    path: path('namespaces', 'alsoPublished', index),
  }));
}

/** Letter case does not count. */
function onceEach(names: readonly DeclaredName[]): readonly DeclaredName[] {
  const first = new Map<string, DeclaredName>();
  for (const name of names) {
    const key = name.host.toLowerCase();
    if (!first.has(key)) first.set(key, name);
  }
  return [...first.values()];
}

/** Every name that DNS holds, once each: first those that clients are given, in the order of the declaration. */
export function publishedHosts(site: ExchangeSiteProps): readonly DeclaredName[] {
  return onceEach(hostsAsDeclared(site));
}

/**
 * For what names are published, by the name in lower case: places in `namespaces`, such as `client` or
 * `services.ews.internal`, with commas between.
 */
export function purposesOf(site: ExchangeSiteProps): { readonly [host: string]: string } {
  const purposes = new Map<string, Set<string>>();
  for (const { host, path: at } of hostsAsDeclared(site)) {
    const [, ...within] = at;
    const place = within.flatMap((step) => ('attribute' in step ? [step.attribute] : [])).join('.');
    const key = host.toLowerCase();
    purposes.set(key, (purposes.get(key) ?? new Set()).add(place));
  }
  return Object.fromEntries([...purposes].map(([host, places]) => [host, [...places].join(', ')]));
}
