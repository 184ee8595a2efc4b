import type { Path } from '../schema';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, LegacyClients, Server } from './site';
import { ExchangeVersion } from './versions';

/** A declared `legacyClients`, and its path. */
export interface PlacedLegacyClients extends LegacyClients {
  readonly path: Path;
}

/**
 * The setting of the server, else of its datacentre; undefined where neither has one. The setting of a datacentre
 * applies to its servers of Exchange 2007 only: for newer ones there is no choice, see `legacy-table.ts`.
 */
export function legacyClientsOf(site: ExchangeSiteProps, server: Server): PlacedLegacyClients | undefined {
  const [nearest] = saidOf(site, server, 'legacyClients');
  if (nearest === undefined) return undefined;
  if (server.legacyClients === undefined && server.version !== ExchangeVersion.V2007) return undefined;
  return { ...nearest.value, path: [...nearest.path, { attribute: 'activesync' }] };
}
