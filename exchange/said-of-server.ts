import { path, type Path } from '../schema';
import { datacentreOf } from './datacentre';
import type { Datacentre, ExchangeSiteProps, Server } from './site';

/**
 * Settings that both a server and its datacentre can declare, and some of them the site too. For names, see
 * `name-place.ts`.
 */
type Sayings = Omit<Pick<Server, keyof Server & keyof Datacentre>, 'namespaces'>;

/** A setting that applies to a server, and where it is declared. */
export interface Said<T> {
  readonly value: T;
  readonly path: Path;
  /** Name of the server or the datacentre that declares it; left out for the site. */
  readonly by?: string;
}

/**
 * All declarations of a setting that apply to a server, the most specific first: of the server, its datacentre, the
 * site. The first one counts.
 */
export function saidOf<Property extends keyof Sayings>(
  site: ExchangeSiteProps,
  server: Server,
  property: Property,
): readonly Said<NonNullable<Sayings[Property]>>[] {
  const datacentre = datacentreOf(site, server);
  const levels: readonly (Omit<Said<Sayings>, 'value'> & { readonly declared: Sayings })[] = [
    { declared: server, path: path('servers', site.servers.indexOf(server)), by: server.name },
    ...(datacentre === undefined
      ? []
      : [{ declared: datacentre, path: path('datacentres', datacentre.name), by: datacentre.name }]),
    { declared: site, path: [] },
  ];
  return levels.flatMap(({ declared, path: at, ...by }) => {
    const value = declared[property];
    return value === undefined ? [] : [{ value, path: [...at, { attribute: property }], ...by }];
  });
}
