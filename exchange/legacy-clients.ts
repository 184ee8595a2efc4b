import type { Path } from '../schema';
import { saidOf } from './said-of-server';
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
  const [nearest] = saidOf(site, server, 'legacyClients');
  if (nearest === undefined) return undefined;
  if (server.legacyClients === undefined && server.version !== ExchangeVersion.V2007) return undefined;
  return { ...nearest.value, path: [...nearest.path, { attribute: 'activesync' }] };
}
