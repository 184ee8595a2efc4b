import type { Path } from '../schema';
import { path } from '../schema';
import { hasOn } from './builds';
import { datacentreOf } from './datacentre';
import { failbackNames } from './failback';
import { type NamingService, type Side, SIDES } from './given-names';
import { legacyClientsOf } from './legacy-clients';
import { mailNames } from './mail-protocols';
import { FURTHER, ofDatacentre, ofServer, placeIn, placeOf, SITE, scopesOf, type Scope } from './name-place';
import type { DeclaredName, PublishedName } from './published-name';
import { SERVICES, serviceNamed } from './services';
import type { ServiceName } from './services';
import { ExchangeVersion } from './versions';
import type { ExchangeSiteProps, NamedService, Namespace, OwnNamespaces, Server } from './site';

/** The host names of a service for each side of the firewall, and where they are declared. */
export interface ServiceHosts {
  readonly internal: string;
  /** Empty text clears it. */
  readonly external: string;
  readonly internalPath: Path;
  readonly externalPath: Path;
}

/** The `namespaces` of the site, a datacentre or a server, and their path. */
interface Level {
  readonly scope: Scope;
  readonly path: Path;
  readonly names: OwnNamespaces;
}

/** In the order of the declaration. */
export function levelsOf({ namespaces, datacentres = {}, servers }: ExchangeSiteProps): readonly Level[] {
  const level = (scope: Scope, names: OwnNamespaces | undefined, at: Path): Level[] =>
    names === undefined ? [] : [{ scope, names, path: at }];
  return [
    ...level(SITE, namespaces, path('namespaces')),
    ...Object.entries(datacentres).flatMap(([name, { namespaces: own }]) =>
      level(ofDatacentre(name), own, path('datacentres', name, 'namespaces')),
    ),
    ...servers.flatMap(({ name, namespaces: own }, index) =>
      level(ofServer(name), own, path('servers', index, 'namespaces')),
    ),
  ];
}

/**
 * A name of `alsoPublished`, its path within the names of its level, and the side that it is for; left out: both sides.
 */
interface FurtherHost extends DeclaredName {
  readonly side?: Side;
}

/** The names in `alsoPublished` of the site, a datacentre or a server. */
export function furtherNames({ alsoPublished = [] }: OwnNamespaces): readonly FurtherHost[] {
  return alsoPublished.map((name, index) => {
    const at = path(FURTHER, index);
    if (typeof name === 'string') return { host: name, path: at };
    return 'internal' in name
      ? { host: name.internal, side: 'internal', path: [...at, { attribute: 'internal' }] }
      : { host: name.external, side: 'external', path: [...at, { attribute: 'external' }] };
  });
}

interface PlacedName {
  readonly namespace: Namespace;
  readonly path: Path;
  /** The paths of its two sides. Left out where they have the same path. */
  readonly paths?: { readonly [side in Side]: Path };
}

/** The names of a declaration, and which server uses which of them. */
export class SiteNames {
  readonly #levels: readonly Level[];
  #placed: ReadonlyMap<string, PlacedName>;

  constructor(private readonly site: ExchangeSiteProps) {
    this.#levels = levelsOf(site);
    this.#placed = new Map(this.#levels.flatMap(placedNames));
    // The entries for proxied servers take their internal name from the declared ones.
    const proxied = site.servers.flatMap((server) => this.#proxied(server));
    this.#placed = new Map([...this.#placed, ...proxied]);
  }

  /**
   * With `legacyClients: { activesync: 'proxy' }`, the old server gets no external name for ActiveSync, so that newer
   * servers proxy to it: see `legacy-table.ts`.
   */
  #proxied(server: Server): readonly (readonly [string, PlacedName])[] {
    const said = legacyClientsOf(this.site, server);
    if (said?.activesync !== 'proxy') return [];
    const { internal, internalPath } = this.hostsOf(server, 'activesync');
    const place = placeIn(ofServer(server.name), 'services', 'activesync');
    const paths = { internal: internalPath, external: said.path };
    return [[place, { namespace: { internal, external: null }, path: said.path, paths }]];
  }

  /** The names of a service on a server. Only those of remote PowerShell can be undefined. */
  hostsOf(server: Server, service: Exclude<NamedService, 'powershell'>): ServiceHosts;
  hostsOf(server: Server, service: NamedService): ServiceHosts | undefined;
  hostsOf(server: Server, service: NamedService): ServiceHosts | undefined {
    const place = this.#placeOf(service, server);
    return place === undefined ? undefined : this.#hostsAt(place);
  }

  /** Whether a name is declared for the service itself. */
  hasOwn(server: Server, service: NamedService): boolean {
    return this.#placeOf(service, server)?.endsWith(`services.${service}`) ?? false;
  }

  /** The name that the service connection point of a server hands out. */
  autodiscover(server: Server): DeclaredName {
    const { internal, internalPath } = this.#hostsAt(this.#placeOf('autodiscover', server) ?? 'autodiscover');
    return { host: internal, path: internalPath };
  }

  /**
   * Every name in use, then those of `alsoPublished`, with one entry for each place where a name is declared.
   * `namesInDns` adds the names of client access arrays.
   */
  published(): readonly PublishedName[] {
    const servers = new Map<string, Server[]>();
    for (const server of this.site.servers) {
      for (const place of this.#places(server)) servers.set(place, [...(servers.get(place) ?? []), server]);
    }
    const names = [...this.#placed].flatMap(([place, name]): PublishedName[] => {
      const carriers = servers.get(place) ?? [];
      if (carriers.length === 0) return [];
      return bySide(place, name).map((one) => ({ ...one, servers: carriers }));
    });
    return [...names, ...failbackNames(this.site), ...mailNames(this.site), ...this.#alsoPublished()];
  }

  /**
   * The places of the names that a server uses. `client` is always among them, since POP, IMAP and SMTP clients use it
   * too.
   */
  #places(server: Server): ReadonlySet<string> {
    const places = (['client', 'autodiscover', ...NAMED_SERVICES] as const)
      .filter((service) => gives(server, service))
      .flatMap((service) => this.#placeOf(service, server) ?? []);
    return new Set(places);
  }

  #alsoPublished(): readonly PublishedName[] {
    return this.#levels.flatMap(({ scope, path: at, names }) => {
      const servers = this.#carriersOf(scope);
      if (servers.length === 0) return [];
      return furtherNames(names).map(({ host, side, path: within }) => ({
        host,
        path: [...at, ...within],
        place: placeIn(scope, FURTHER, ...(side === undefined ? [] : [side])),
        servers,
        sides: side === undefined ? BOTH : new Set([side]),
      }));
    });
  }

  /**
   * The servers that `alsoPublished` of a scope applies to: those without a more specific `client` name, because the
   * further names of the others are declared beside their own names. If all have one, it applies to all: then the name
   * belongs to something that they share, such as Autodiscover.
   */
  #carriersOf(scope: Scope): readonly Server[] {
    const within = this.site.servers.filter((server) => this.#scopesOf(server).includes(scope));
    const common = within.filter((server) => {
      const scopes = this.#scopesOf(server);
      const nearer = scopes.slice(0, scopes.indexOf(scope));
      return placeOf('client', nearer, (place) => this.#placed.has(place)) === undefined;
    });
    return common.length > 0 ? common : within;
  }

  #placeOf(service: NamingService | 'client', server: Server): string | undefined {
    return placeOf(service, this.#scopesOf(server), (place) => this.#placed.has(place));
  }

  #scopesOf(server: Server): readonly Scope[] {
    return scopesOf(server.name, datacentreOf(this.site, server)?.name);
  }

  #hostsAt(place: string): ServiceHosts {
    const placed = this.#placed.get(place);
    if (placed === undefined) throw new TypeError(`'${place}' has no name.`);
    return hostsOf(placed);
  }
}

/** Whether a server offers the service. Before Exchange 2013, Outlook Anywhere is offered where it is enabled. */
function gives(server: Server, service: NamingService | 'client'): boolean {
  const { version, outlookAnywhere } = server;
  if (service === 'client' || service === 'autodiscover') return true;
  if (service === 'outlookAnywhere') {
    return version.isAtLeast(ExchangeVersion.V2013) || outlookAnywhere === 'enabled';
  }
  return hasOn(serviceNamed(service).lifespan, server);
}

function placedNames({ scope, path: at, names }: Level): readonly (readonly [string, PlacedName])[] {
  const placed = (namespace: Namespace | undefined, ...steps: readonly string[]) =>
    namespace === undefined
      ? []
      : [[placeIn(scope, ...steps), { namespace, path: [...at, ...path(...steps)] }] as const];
  return [
    ...placed(names.client, 'client'),
    // Empty text clears it.
    ...placed(names.autodiscover === null ? '' : names.autodiscover, 'autodiscover'),
    ...Object.entries(names.services ?? {}).flatMap(([service, name]) => placed(name, 'services', service)),
  ];
}

function hostsOf({ namespace, path: at, paths }: PlacedName): ServiceHosts {
  if (typeof namespace === 'string') {
    return { internal: namespace, external: namespace, internalPath: at, externalPath: at };
  }
  return {
    internal: namespace.internal,
    external: namespace.external ?? '',
    internalPath: paths?.internal ?? [...at, { attribute: 'internal' }],
    externalPath: paths?.external ?? [...at, { attribute: 'external' }],
  };
}

const BOTH: ReadonlySet<Side> = new Set(['internal', 'external']);

function bySide(place: string, placed: PlacedName): readonly Omit<PublishedName, 'servers'>[] {
  const hosts = hostsOf(placed);
  if (typeof placed.namespace === 'string') {
    return [{ host: hosts.internal, path: hosts.internalPath, place, sides: BOTH }];
  }
  return SIDES.flatMap((side) => {
    const at = side === 'internal' ? hosts.internalPath : hosts.externalPath;
    return hosts[side] === ''
      ? []
      : [{ host: hosts[side], path: at, place: `${place}.${side}`, sides: new Set([side]) }];
  });
}

/** `https://<host><path of the service>`; empty where there is no host. */
export function urlOf(service: ServiceName, host: string): string {
  return host === '' ? '' : `https://${host}${serviceNamed(service).path}`;
}

/** Services that have a name, except Autodiscover, in the order in which declarations for people list them. */
export const NAMED_SERVICES: readonly NamedService[] = [
  'outlookAnywhere',
  ...SERVICES.flatMap(({ service }) => (service === 'autodiscover' ? [] : [service])),
];

/** Cached for each declaration: many rules need the names, and a large site has hundreds of places. */
const FOUND = new WeakMap<ExchangeSiteProps, readonly PublishedName[]>();

/** The published names, each once, regardless of letter case. A declared name that no server uses is not among them. */
export function publishedHosts(site: ExchangeSiteProps): readonly PublishedName[] {
  const found = FOUND.get(site) ?? findHosts(site);
  FOUND.set(site, found);
  return found;
}

function findHosts(site: ExchangeSiteProps): readonly PublishedName[] {
  const first = new Map<string, PublishedName>();
  for (const name of new SiteNames(site).published()) {
    const key = name.host.toLowerCase();
    const known = first.get(key);
    first.set(key, known === undefined ? name : together(site, known, name));
  }
  return [...first.values()].filter(({ host }) => host !== '');
}

function together({ servers }: ExchangeSiteProps, known: PublishedName, other: PublishedName): PublishedName {
  const inOrder = (some: readonly Server[]) => servers.filter((server) => some.includes(server));
  const onSide = (side: Side) => inOrder([...serversOn(known, side), ...serversOn(other, side)]);
  return {
    ...known,
    servers: inOrder([...known.servers, ...other.servers]),
    sides: new Set([...known.sides, ...other.sides]),
    serversBySide: { internal: onSide('internal'), external: onSide('external') },
  };
}

/** The servers whose clients on a side of the firewall use a name. */
export function serversOn({ servers, sides, serversBySide }: PublishedName, side: Side): readonly Server[] {
  return serversBySide?.[side] ?? (sides.has(side) ? servers : []);
}

/** The places where Autodiscover is declared as null: `servers.OLD1.autodiscover`. */
export function clearedPlaces(site: ExchangeSiteProps): readonly string[] {
  return levelsOf(site).flatMap(({ scope, names }) =>
    names.autodiscover === null ? [placeIn(scope, 'autodiscover')] : [],
  );
}

/**
 * The places of each published name, separated by commas, such as `client` or
 * `datacentres.lisbon.services.ews.internal`. The keys are the names in lower case.
 */
export function purposesOf(site: ExchangeSiteProps): { readonly [host: string]: string } {
  const purposes = new Map<string, Set<string>>();
  for (const { host, place } of new SiteNames(site).published()) {
    const key = host.toLowerCase();
    if (host !== '') purposes.set(key, (purposes.get(key) ?? new Set()).add(place));
  }
  return Object.fromEntries([...purposes].map(([host, places]) => [host, [...places].join(', ')]));
}
