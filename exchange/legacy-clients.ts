import { path, type Path } from '../schema';
import { datacentreOf } from './datacentre';
import type { ExchangeSiteProps, LegacyClients, Server } from './site';
import { ExchangeVersion } from './versions';

/** What the declaration says of clients of an old server, and where. */
export interface PlacedLegacyClients extends LegacyClients {
  readonly path: Path;
}

/**
 * What the server says, then its datacentre; undefined where nothing is said. What a datacentre says is for its servers of
 * Exchange 2007: newer ones have no choice, see `legacy-table.ts`.
 */
export function legacyClientsOf(site: ExchangeSiteProps, server: Server): PlacedLegacyClients | undefined {
  if (server.legacyClients !== undefined) {
    return {
      ...server.legacyClients,
      path: path('servers', site.servers.indexOf(server), 'legacyClients', 'activesync'),
    };
  }
  const datacentre = datacentreOf(site, server);
  return datacentre?.legacyClients === undefined || server.version !== ExchangeVersion.V2007
    ? undefined
    : {
        ...datacentre.legacyClients,
        path: path('datacentres', datacentre.name, 'legacyClients', 'activesync'),
      };
}
