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

/** The host names of one service on the two sides of the firewall, and where they are declared. */
export interface ServiceHosts {
  readonly internal: string;
  /** Empty text clears it. */
  readonly external: string;
  readonly internalPath: Path;
  readonly externalPath: Path;
}

/** Names of the site, a datacentre or a server, and where they stand. */
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

/** A name of `alsoPublished`, the side that it is for, left out: both, and where it stands within the names of its level. */
interface FurtherHost extends DeclaredName {
  readonly side?: Side;
}

/** Those of `alsoPublished` in names of the site, a datacentre or a server. */
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
  /** Where its sides are declared. Left out: where it is. */
  readonly paths?: { readonly [side in Side]: Path };
}

/** The names of a declaration, and which of them a server gives to clients. */
export class SiteNames {
  readonly #levels: readonly Level[];
  #placed: ReadonlyMap<string, PlacedName>;

  constructor(private readonly site: ExchangeSiteProps) {
    this.#levels = levelsOf(site);
    this.#placed = new Map(this.#levels.flatMap(placedNames));
    // Each takes its internal name from those.
    const proxied = site.servers.flatMap((server) => this.#proxied(server));
    this.#placed = new Map([...this.#placed, ...proxied]);
  }

  /** Newer servers proxy ActiveSync to an old one that gives no name for it outside, see `legacy-table.ts`. */
  #proxied(server: Server): readonly (readonly [string, PlacedName])[] {
    const said = legacyClientsOf(this.site, server);
    if (said?.activesync !== 'proxy') return [];
    const { internal, internalPath } = this.hostsOf(server, 'activesync');
    const place = placeIn(ofServer(server.name), 'services', 'activesync');
    const paths = { internal: internalPath, external: said.path };
    return [[place, { namespace: { internal, external: null }, path: said.path, paths }]];
  }

  /** The names of a service on a server; undefined where there is none, which is remote PowerShell alone. */
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
   * Every name that clients are given, then those of `alsoPublished`, as often as each is declared. `namesInDns` has those
   * of client access arrays, too.
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

  /** Places whose names a server gives to clients. The name for all of them is that of POP, IMAP and SMTP, too. */
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
   * Servers of a scope that have no client name from nearer: what these gave before stands with their own names. Where each
   * has one, all of them: the name is of something else that they have in common, such as Autodiscover.
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

/** Whether a server has the service; Outlook Anywhere of old ones is there where it is enabled. */
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

/** Services that have a name, Autodiscover aside, in the order in which they are written. */
export const NAMED_SERVICES: readonly NamedService[] = [
  'outlookAnywhere',
  ...SERVICES.flatMap(({ service }) => (service === 'autodiscover' ? [] : [service])),
];

/** Of each declaration: many rules ask for them, and a large site has hundreds of places to look at. */
const FOUND = new WeakMap<ExchangeSiteProps, readonly PublishedName[]>();

/**
 * The same names once each, whatever their letter case. A name that every server has another one for is none of them.
 */
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

/** Those whose clients on a side of the firewall are given a name. */
export function serversOn({ servers, sides, serversBySide }: PublishedName, side: Side): readonly Server[] {
  return serversBySide?.[side] ?? (sides.has(side) ? servers : []);
}

/** Places whose service connection points hand out nothing: `servers.OLD1.autodiscover`. */
export function clearedPlaces(site: ExchangeSiteProps): readonly string[] {
  return levelsOf(site).flatMap(({ scope, names }) =>
    names.autodiscover === null ? [placeIn(scope, 'autodiscover')] : [],
  );
}

/**
 * For what names are published, by the name in lower case: places in `namespaces`, such as `client` or
 * `datacentres.lisbon.services.ews.internal`, with commas between.
 */
export function purposesOf(site: ExchangeSiteProps): { readonly [host: string]: string } {
  const purposes = new Map<string, Set<string>>();
  for (const { host, place } of new SiteNames(site).published()) {
    const key = host.toLowerCase();
    if (host !== '') purposes.set(key, (purposes.get(key) ?? new Set()).add(place));
  }
  return Object.fromEntries([...purposes].map(([host, places]) => [host, [...places].join(', ')]));
}
