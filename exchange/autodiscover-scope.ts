import type { Path } from '../schema';
import { path } from '../schema';
import { datacentreOf } from './datacentre';
import type { AutodiscoverSiteScope, ExchangeSiteProps, Server } from './site';

/** The Active Directory sites of a service connection point, and where they are declared. */
export interface PlacedScope {
  /** None where the declaration does not say which ones are its own. */
  readonly sites: readonly string[];
  readonly path: Path;
}

/** What the server says, then its datacentre; undefined where it stays as it is. */
export function autodiscoverScopeOf(site: ExchangeSiteProps, server: Server): PlacedScope | undefined {
  const datacentre = datacentreOf(site, server);
  const own = datacentre?.activeDirectorySites ?? [];
  const placed = (scope: AutodiscoverSiteScope, at: Path) => ({
    sites: scope === 'own' ? own : scope,
    path: at,
  });
  if (server.autodiscoverSiteScope !== undefined) {
    const index = site.servers.indexOf(server);
    return placed(server.autodiscoverSiteScope, path('servers', index, 'autodiscoverSiteScope'));
  }
  return datacentre?.autodiscoverSiteScope === undefined
    ? undefined
    : placed(datacentre.autodiscoverSiteScope, path('datacentres', datacentre.name, 'autodiscoverSiteScope'));
}
