import { path } from '../schema';
import { datacentreOf, serversOf } from './datacentre';
import type { DeclaredText } from './declared-text';
import { ofDatacentre, placeIn } from './name-place';
import type { DeclaredName, PublishedName } from './published-name';
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
  const owa = serviceNamed('owa');
  return Object.entries(site.datacentres ?? {}).flatMap(([name, { failback }]): readonly PublishedName[] => {
    if (typeof failback !== 'string' || failback === '') return [];
    const servers = serversOf(site, name).filter((server) => failbackOf(site, server, owa) !== undefined);
    if (servers.length === 0) return [];
    const place = placeIn(ofDatacentre(name), FAILBACK);
    return [{ host: failback, path: at(name), place, servers, sides: new Set(['internal', 'external']) }];
  });
}
