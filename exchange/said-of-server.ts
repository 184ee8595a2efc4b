import { path, type Path } from '../schema';
import { datacentreOf } from './datacentre';
import type { Datacentre, ExchangeSiteProps, Server } from './site';

/** What a server and its datacentre say in the same words, and of some of it the site, too. Names: see `name-place.ts`. */
type Sayings = Omit<Pick<Server, keyof Server & keyof Datacentre>, 'namespaces'>;

/** What is said of a server, and where. */
export interface Said<T> {
  readonly value: T;
  readonly path: Path;
  /** Name of the server or the datacentre that says it; left out: the site does. */
  readonly by?: string;
}

/** What is said of a server, the most specific first, which counts: by the server itself, its datacentre, the site. */
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
