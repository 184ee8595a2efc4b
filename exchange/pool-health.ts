import type { View } from './dns-views';
import type { NamingService } from './given-names';
import { givenServices } from './given-services';
import { healthUrlOf } from './health-url';
import { addressesOfName } from './publishing';
import { HEALTH_SETS_LIFESPAN } from './services';
import type { ExchangeSiteProps } from './site';
import type { Placement } from './topology';
import { existsIn } from './versions';

/** A load balancer's health check of a service on a server. */
export interface HealthTest {
  readonly service: NamingService;
  readonly host: string;
  readonly url: string;
  /** Addresses of the load balancer that the name resolves to. */
  readonly virtualAddresses: readonly string[];
}

/**
 * A health check for each service whose name resolves to the load balancer in a view. None for names that resolve
 * elsewhere, and none for servers before Exchange 2013, which have no health check pages.
 */
export function healthTests(
  site: ExchangeSiteProps,
  view: View,
  placement: Placement,
): readonly HealthTest[] {
  if (!existsIn(HEALTH_SETS_LIFESPAN, placement.server.version)) return [];
  return givenServices(placement, view.side).flatMap(({ server, service, host }): readonly HealthTest[] => {
    const virtualAddresses = addressesOfName(site, server, view, host);
    return virtualAddresses.length === 0
      ? []
      : [{ service, host, url: healthUrlOf(service, host), virtualAddresses }];
  });
}
