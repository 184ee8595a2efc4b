import { path } from '../schema';
import { datacentreOf, serversOf } from './datacentre';
import type { DeclaredText } from './declared-text';
import { ofDatacentre, placeIn } from './name-place';
import type { DeclaredName, PublishedName } from './published-name';
import { serviceNamed, type VirtualDirectoryService } from './services';
import type { ExchangeSiteProps, Server } from './site';
import { existsIn } from './versions';

/** The property of a datacentre that holds the failback name. */
export const FAILBACK = 'failback';

const at = (datacentre: string) => path('datacentres', datacentre, FAILBACK);

/**
 * The failback name of a service on a server. Empty text clears it on the server, and undefined leaves it unchanged.
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

/** Every failback name, in the order of the declaration. */
export function declaredFailbacks({ datacentres = {} }: ExchangeSiteProps): readonly DeclaredText[] {
  return Object.entries(datacentres).flatMap(([name, { failback }]) =>
    typeof failback === 'string' ? [{ text: failback, path: at(name) }] : [],
  );
}

/**
 * The failback names to publish in DNS, for the servers of their datacentre that support FailbackUrl. They are
 * published on both sides of the firewall, since browsers on either side are sent there.
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
