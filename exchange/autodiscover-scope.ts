import type { Path } from '../schema';
import { datacentreOf } from './datacentre';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, Server } from './site';

/** The Active Directory sites of a service connection point, and where they are declared. */
export interface PlacedScope {
  /** Empty where the scope is `own` and the datacentre declares no Active Directory sites. */
  readonly sites: readonly string[];
  readonly path: Path;
}

/** The setting of the server, else of its datacentre; undefined where neither has one, so that it stays as it is. */
export function autodiscoverScopeOf(site: ExchangeSiteProps, server: Server): PlacedScope | undefined {
  const [nearest] = saidOf(site, server, 'autodiscoverSiteScope');
  if (nearest === undefined) return undefined;
  const { value, path } = nearest;
  return { sites: value === 'own' ? (datacentreOf(site, server)?.activeDirectorySites ?? []) : value, path };
}
