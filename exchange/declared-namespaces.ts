import type { NamingService, Side } from './given-names';
import { NAMED_SERVICES } from './namespaces';
import type { NamedService } from './site';

/** Where each name stands in `namespaces`, as the state of the published names has it. */
export type Purposes = { readonly [host: string]: string };

/** The declared names by their places. */
export class Namespaces {
  readonly #hosts: ReadonlyMap<string, string>;
  readonly alsoPublished: readonly string[];

  constructor(purposes: Purposes) {
    const places = Object.entries(purposes).flatMap(([host, listed]) =>
      listed.split(', ').map((place): [string, string] => [place, host]),
    );
    this.#hosts = new Map(places);
    this.alsoPublished = places.flatMap(([place, host]) => (place === 'alsoPublished' ? [host] : []));
  }

  hasOwn(service: NamedService): boolean {
    return [...this.#hosts.keys()].some(
      (place) => place === `services.${service}` || place.startsWith(`services.${service}.`),
    );
  }

  /** The name that clients of a service are given; empty where they are given none, or where it is not managed. */
  hostOf(service: NamingService | 'client', side: Side): string {
    if (service === 'autodiscover' || service === 'client') return this.#at(service, side);
    if (this.hasOwn(service)) return this.#at(`services.${service}`, side);
    return service === 'powershell' ? '' : this.#at('client', side);
  }

  #at(place: string, side: Side): string {
    return this.#hosts.get(place) ?? this.#hosts.get(`${place}.${side}`) ?? '';
  }
}

/** Whether the declaration says which name clients of a service are given. */
export function isNamed(purposes: Purposes, service: NamingService): boolean {
  return service !== 'powershell' || new Namespaces(purposes).hasOwn('powershell');
}

/** Whether clients of every service are given the same names by both. */
export function giveTheSame(left: Purposes, right: Purposes): boolean {
  const [one, other] = [new Namespaces(left), new Namespaces(right)];
  return (['autodiscover', ...NAMED_SERVICES] as const).every((service) =>
    (['internal', 'external'] as const).every(
      (side) => one.hostOf(service, side) === other.hostOf(service, side),
    ),
  );
}

/** The names of a declaration, as they are written. */
export interface Written {
  readonly hostOf: (service: NamingService | 'client', side: Side) => string;
  readonly isManaged: (service: NamedService) => boolean;
  readonly alsoPublished: readonly string[];
}

/** As it stands in a declaration, indented: Terraform breaks lines that are not. */
export function declaration({ hostOf, isManaged, alsoPublished }: Written): string {
  const written = (service: NamedService | 'client'): string => {
    const [internal, external] = [hostOf(service, 'internal'), hostOf(service, 'external')];
    if (internal === external) return quoted(internal);
    return `{ internal: ${quoted(internal)}, external: ${external === '' ? 'null' : quoted(external)} }`;
  };
  const client = written('client');
  const services = NAMED_SERVICES.filter(isManaged)
    .filter((service) => service === 'powershell' || written(service) !== client)
    .map((service) => `${service}: ${written(service)}`);
  return [
    '  namespaces: {',
    `    client: ${client},`,
    `    autodiscover: ${quoted(hostOf('autodiscover', 'internal'))},`,
    ...(services.length === 0 ? [] : [`    services: { ${services.join(', ')} },`]),
    `    alsoPublished: [${alsoPublished.map(quoted).join(', ')}],`,
    '  },',
  ].join('\n');
}

const quoted = (host: string) => `'${host}'`;
