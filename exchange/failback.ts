import { path } from '../schema';
import { datacentreOf } from './datacentre';
import type { DeclaredText } from './declared-text';
import { ofDatacentre, placeIn, type Scope } from './name-place';
import type { DeclaredName, PublishedName } from './namespaces';
import { serviceNamed, type VirtualDirectoryService } from './services';
import type { ExchangeSiteProps, Server } from './site';
import { existsIn } from './versions';

/** Where the name stands in a datacentre. */
export const FAILBACK = 'failback';

const at = (datacentre: string) => path('datacentres', datacentre, FAILBACK);

/**
 * The name by which a service on a server is reached while its datacentre is failed back; empty text clears it, and
 * undefined leaves it as it is on the server.
 */
export function failbackOf(
  site: ExchangeSiteProps,
  server: Server,
  { failback: lifespan }: VirtualDirectoryService,
): DeclaredName | undefined {
  const datacentre = datacentreOf(site, server);
  if (datacentre?.failback === undefined || lifespan === undefined || !existsIn(lifespan, server.version)) {
    return undefined;
  }
  return { host: datacentre.failback ?? '', path: at(datacentre.name) };
}

/** Every such name, in the order of the declaration. */
export function declaredFailbacks({ datacentres = {} }: ExchangeSiteProps): readonly DeclaredText[] {
  return Object.entries(datacentres).flatMap(([name, { failback }]) =>
    typeof failback === 'string' ? [{ text: failback, path: at(name) }] : [],
  );
}

/**
 * The same, as DNS holds them: for the servers of their datacentre that take them. On both sides, since browsers on either
 * are sent there.
 */
export function failbackNames(site: ExchangeSiteProps): readonly PublishedName[] {
  const byPlace = new Map<Scope, PublishedName>();
  for (const server of site.servers) {
    const datacentre = datacentreOf(site, server);
    const found = failbackOf(site, server, serviceNamed('owa'));
    if (datacentre === undefined || found === undefined || found.host === '') continue;
    const place = placeIn(ofDatacentre(datacentre.name), FAILBACK);
    const servers = [...(byPlace.get(place)?.servers ?? []), server];
    byPlace.set(place, { ...found, place, servers, sides: new Set(['internal', 'external']) });
  }
  return [...byPlace.values()];
}
