import type { View } from './dns-views';
import type { NamingService } from './given-names';
import { givenServices } from './given-services';
import { healthUrlOf } from './health-url';
import { addressesOfName } from './publishing';
import { HEALTH_SETS_LIFESPAN } from './services';
import type { ExchangeSiteProps } from './site';
import type { Placement } from './topology';
import { existsIn } from './versions';

/** What a load balancer asks a server for, to find out whether a service is well there. */
export interface HealthTest {
  readonly service: NamingService;
  readonly host: string;
  readonly url: string;
  /** Addresses of the load balancer that the name stands for. */
  readonly virtualAddresses: readonly string[];
}

/** For each service that clients find under a name in a view, from Exchange 2013 on; before it servers answer no such thing. */
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
