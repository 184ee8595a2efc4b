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

/** Where each name stands in `namespaces`, as the state of the published names has it. */
export type Purposes = { readonly [host: string]: string };

/**
 * A browser is sent to the name of a failback for as long as that takes, and nothing keeps it: no client loses a name that
 * another one replaces, so that it takes part in no rename.
 */
const isFailback = (place: string) => scopeAndPlace(place)[1] === FAILBACK;

/** A name in `alsoPublished`, and the side of the firewall that it is for; left out: both. */
export interface SidedName {
  readonly host: string;
  readonly side?: Side;
}

const sided = (host: string, side: Side | undefined): SidedName =>
  side === undefined ? { host } : { host, side };

/** The side that a place is of; undefined for both. */
const sideOf = (place: string) => SIDES.find((side) => place.endsWith(`.${side}`));

/** The declared names by their places. */
export class Namespaces {
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #places: ReadonlySet<string>;
  readonly #alsoPublished: readonly (readonly [scope: Scope, name: SidedName])[];
  readonly #sides: ReadonlyMap<string, Side | undefined>;

  /**
   * @param datacentres the datacentre of each server whose datacentre has names of its own
   * @param cleared places that have no name on purpose
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

  /** Scopes that have names, that of the site first. */
  get scopes(): readonly Scope[] {
    return [...new Set([SITE, ...[...this.#places].map((place) => scopeAndPlace(place)[0])])];
  }

  alsoPublished(scope: Scope): readonly SidedName[] {
    return this.#alsoPublished.flatMap(([of, name]) => (of === scope ? [name] : []));
  }

  /** A name with the side of the firewall that it is declared for, where that is one only. */
  sided(host: string): SidedName {
    return sided(host, this.#sides.get(host));
  }

  /** Whether a name is declared for clients inside, and for nobody outside. */
  isOnlyInside(host: string): boolean {
    return this.#sides.get(host) === 'internal';
  }

  /** The name that clients of a service on a server are given; empty where they are given none, or where it is not managed. */
  hostOf(server: string, service: NamingService, side: Side): string {
    const place = this.#placeOf(service, this.#scopesOf(server));
    return place === undefined ? '' : this.#at(place, side);
  }

  /** The scope from which a service on a server has its name, or would have it if that were not cleared; undefined for none. */
  scopeOf(server: string, service: NamingService): Scope | undefined {
    const place = placeOf(
      service,
      this.#scopesOf(server),
      (at) => this.#places.has(at) && !this.cleared.includes(at),
    );
    return place === undefined ? undefined : scopeAndPlace(place)[0];
  }

  /**
   * The scope in whose alsoPublished a name that a server gives now stands for this server: the nearest that has, or had, a
   * name for the service, or that has one for all clients, since further names of the site are not those of such a server.
   *
   * @param before what was declared before
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

  /** The name that stands in a scope itself: for a service, or for all of them; undefined where there is none. */
  hostIn(scope: Scope, service: NamingService | 'client', side: Side): string | undefined {
    const place = this.#placeOf(service, [scope]);
    return place === undefined ? undefined : this.#at(place, side);
  }

  /** Whether a name stands in a scope for the service itself. */
  hasOwn(scope: Scope, service: NamedService): boolean {
    return this.#places.has(placeIn(scope, 'services', service));
  }

  /** Whether the declaration says which name clients of a service are given on some server. */
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

/** Whether clients of every service of these servers are given the same names by both. */
export function giveTheSame(one: Namespaces, other: Namespaces, servers: readonly string[]): boolean {
  return servers.every((server) =>
    (['autodiscover', ...NAMED_SERVICES] as const).every((service) =>
      (['internal', 'external'] as const).every(
        (side) => one.hostOf(server, service, side) === other.hostOf(server, service, side),
      ),
    ),
  );
}

/** The names of a scope, as they are written; undefined where the scope has none for the service itself. */
export interface Written {
  readonly hostOf: (service: NamingService | 'client', side: Side) => string | undefined;
  readonly alsoPublished: readonly SidedName[];
}

/**
 * As they stand in a declaration, indented: Terraform breaks lines that are not.
 *
 * @param written by the scope; one without names is left out
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

/** As an entry of `alsoPublished` is written. */
export function further({ host, side }: SidedName): string {
  return side === undefined ? quoted(host) : `{ ${side}: ${quoted(host)} }`;
}

const quoted = (host: string) => `'${host}'`;
const quotedKey = (name: string) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(name));
