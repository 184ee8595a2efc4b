import { FAILBACK } from './failback';
import { type NamingService, type Side, SIDES } from './given-names';
import { isMailPlace } from './mail-protocols';
import {
  isFurther,
  ofDatacentre,
  ofServer,
  placeIn,
  placeOf,
  scopeAndPlace,
  SITE,
  scopesOf,
  type Scope,
} from './name-place';
import { NAMED_SERVICES } from './namespaces';
import type { NamedService } from './site';

/** The places of each name in `namespaces`, as the state of `exchange_published_names` stores them. */
export type Purposes = { readonly [host: string]: string };

/**
 * Whether a place is that of a failback name. Browsers are sent to such a name only during a failback, and no client
 * remembers it. Replacing it takes no name away from a client, so it is left out of the check of renames.
 */
const isFailback = (place: string) => scopeAndPlace(place)[1] === FAILBACK;

/** A name, and the side of the firewall that it is for; left out: both sides. */
export interface SidedName {
  readonly host: string;
  readonly side?: Side;
}

const sided = (host: string, side: Side | undefined): SidedName =>
  side === undefined ? { host } : { host, side };

/** The side of the firewall that a place is for; undefined for both. */
const sideOf = (place: string) => SIDES.find((side) => place.endsWith(`.${side}`));

/** The declared names by their places. It answers which name a server has for a service, also from a stored state. */
export class Namespaces {
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #places: ReadonlySet<string>;
  readonly #alsoPublished: readonly (readonly [scope: Scope, name: SidedName])[];
  readonly #sides: ReadonlyMap<string, Side | undefined>;

  /**
   * @param datacentres the datacentre of each server, where that has names of its own
   * @param cleared places that are declared as null
   */
  constructor(
    purposes: Purposes,
    private readonly datacentres: { readonly [server: string]: string } = {},
    private readonly cleared: readonly string[] = [],
  ) {
    const all = Object.entries(purposes).flatMap(([host, places]) =>
      places.split(', ').map((place): [string, string] => [place, host]),
    );
    const listed = all.filter(([place]) => !isFailback(place) && !isMailPlace(place));
    this.#hosts = new Map(listed);
    this.#places = new Set([
      ...listed.map(([place]) => place.replace(/\.(internal|external)$/, '')),
      ...cleared,
    ]);
    this.#alsoPublished = listed.flatMap(([place, host]) => {
      return isFurther(place) ? [[scopeAndPlace(place)[0], sided(host, sideOf(place))] as const] : [];
    });
    this.#sides = new Map(
      Object.keys(purposes).map((host) => {
        const [side, ...others] = new Set(
          all.flatMap(([place, name]) => (name === host ? [sideOf(place)] : [])),
        );
        return [host, others.length === 0 ? side : undefined];
      }),
    );
  }

  /** Scopes that have names. The site comes first. */
  get scopes(): readonly Scope[] {
    return [...new Set([SITE, ...[...this.#places].map((place) => scopeAndPlace(place)[0])])];
  }

  alsoPublished(scope: Scope): readonly SidedName[] {
    return this.#alsoPublished.flatMap(([of, name]) => (of === scope ? [name] : []));
  }

  /** A name, with its side of the firewall where it is declared for one side only. */
  sided(host: string): SidedName {
    return sided(host, this.#sides.get(host));
  }

  /** Whether a name is declared for clients inside, and for nobody outside. */
  isOnlyInside(host: string): boolean {
    return this.#sides.get(host) === 'internal';
  }

  /** The name of a service on a server for clients of one side. Empty where it has none, or where it is not managed. */
  hostOf(server: string, service: NamingService, side: Side): string {
    const place = this.#placeOf(service, this.#scopesOf(server));
    return place === undefined ? '' : this.#at(place, side);
  }

  /**
   * The scope that a service on a server has its name from; names that are cleared are passed over. Undefined for none.
   */
  scopeOf(server: string, service: NamingService): Scope | undefined {
    const place = placeOf(
      service,
      this.#scopesOf(server),
      (at) => this.#places.has(at) && !this.cleared.includes(at),
    );
    return place === undefined ? undefined : scopeAndPlace(place)[0];
  }

  /**
   * The scope whose `alsoPublished` must hold the current name of a service while it is renamed: the most specific
   * scope that has or had a name for the service, or that has a `client` name, because `alsoPublished` of a wider scope
   * does not apply to such a server.
   *
   * @param before the names as declared before
   */
  keptIn(before: Namespaces, server: string, service: NamingService): Scope {
    const client = this.#placeOf('client', this.#scopesOf(server));
    const naming = new Set([
      this.scopeOf(server, service),
      before.scopeOf(server, service),
      ...(client === undefined ? [] : [scopeAndPlace(client)[0]]),
    ]);
    const datacentre = this.datacentres[server] ?? before.datacentres[server];
    return scopesOf(server, datacentre).find((scope) => naming.has(scope)) ?? SITE;
  }

  /** The name that a scope itself declares for a service, or else for all clients; undefined where there is none. */
  hostIn(scope: Scope, service: NamingService | 'client', side: Side): string | undefined {
    const place = this.#placeOf(service, [scope]);
    return place === undefined ? undefined : this.#at(place, side);
  }

  /** Whether a scope declares a name for the service itself. */
  hasOwn(scope: Scope, service: NamedService): boolean {
    return this.#places.has(placeIn(scope, 'services', service));
  }

  /** Whether the declaration manages the name of a service on some server. */
  isNamed(service: NamingService): boolean {
    return service !== 'powershell' || this.scopes.some((scope) => this.hasOwn(scope, 'powershell'));
  }

  #placeOf(service: NamingService | 'client', scopes: readonly Scope[]): string | undefined {
    return placeOf(service, scopes, (place) => this.#places.has(place));
  }

  #scopesOf(server: string): readonly Scope[] {
    return scopesOf(server, this.datacentres[server]);
  }

  #at(place: string, side: Side): string {
    return this.#hosts.get(place) ?? this.#hosts.get(`${place}.${side}`) ?? '';
  }
}

/** Whether two declarations give every service of these servers the same names. */
export function giveTheSame(one: Namespaces, other: Namespaces, servers: readonly string[]): boolean {
  return servers.every((server) =>
    (['autodiscover', ...NAMED_SERVICES] as const).every((service) =>
      (['internal', 'external'] as const).every(
        (side) => one.hostOf(server, service, side) === other.hostOf(server, service, side),
      ),
    ),
  );
}

/**
 * The names of a scope, to be written as a declaration. `hostOf` returns undefined where the scope has no name for the
 * service.
 */
export interface Written {
  readonly hostOf: (service: NamingService | 'client', side: Side) => string | undefined;
  readonly alsoPublished: readonly SidedName[];
}

/**
 * The names as a declaration for people to copy. It is indented because Terraform re-wraps lines without indentation.
 *
 * @param written the names by scope; scopes without names are left out
 */
export function declaration(written: ReadonlyMap<Scope, Written>): string {
  const site = written.get(SITE);
  const datacentres = [...written].filter(([scope]) => scope.startsWith(ofDatacentre('')));
  const servers = [...written].filter(([scope]) => scope.startsWith(ofServer('')));
  const nameOf = (scope: Scope) => scope.slice(scope.indexOf('.') + 1);
  return [
    ...(site === undefined ? [] : block(site, '  ')),
    ...(datacentres.length === 0
      ? []
      : [
          '  datacentres: {',
          ...datacentres.flatMap(([scope, names]) => [
            `    ${quotedKey(nameOf(scope))}: {`,
            ...block(names, '      '),
            '    },',
          ]),
          '  },',
        ]),
    ...servers.flatMap(([scope, names]) => [`  // of the server ${nameOf(scope)}`, ...block(names, '  ')]),
  ].join('\n');
}

function block({ hostOf, alsoPublished }: Written, indent: string): readonly string[] {
  const written = (service: NamingService | 'client'): string | undefined => {
    const [internal, external] = [hostOf(service, 'internal'), hostOf(service, 'external')];
    if (internal === undefined || external === undefined) return undefined;
    if (internal === external) return quoted(internal);
    return `{ internal: ${quoted(internal)}, external: ${external === '' ? 'null' : quoted(external)} }`;
  };
  const client = written('client');
  const autodiscover = hostOf('autodiscover', 'internal');
  const services = NAMED_SERVICES.flatMap((service) => {
    const own = written(service);
    return own === undefined || (service !== 'powershell' && own === client) ? [] : [`${service}: ${own}`];
  });
  return [
    `${indent}namespaces: {`,
    ...(client === undefined ? [] : [`${indent}  client: ${client},`]),
    ...(autodiscover === undefined
      ? []
      : [`${indent}  autodiscover: ${autodiscover === '' ? 'null' : quoted(autodiscover)},`]),
    ...(services.length === 0 ? [] : [`${indent}  services: { ${services.join(', ')} },`]),
    ...(alsoPublished.length === 0
      ? []
      : [`${indent}  alsoPublished: [${alsoPublished.map(further).join(', ')}],`]),
    `${indent}},`,
  ];
}

/** A name as an entry of `alsoPublished`. */
export function further({ host, side }: SidedName): string {
  return side === undefined ? quoted(host) : `{ ${side}: ${quoted(host)} }`;
}

const quoted = (host: string) => `'${host}'`;
const quotedKey = (name: string) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(name));
