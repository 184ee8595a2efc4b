import { declaredCertificates, isForWeb } from './declared-certificates';
import { viewsOf } from './dns-views';
import { isFurther, scopeAndPlace } from './name-place';
import { isMailPlace } from './mail-protocols';
import { publishedHosts, serversOn } from './namespaces';
import type { PublishedName } from './published-name';
import { includesName } from './resources/equality';
import type { NamingService } from './given-names';
import { type GivenService, givenServices } from './given-services';
import type { ExchangeSiteProps, ReverseProxy, Server } from './site';
import type { Placement } from './topology';

/** A name by which external clients reach the reverse proxy. */
export interface ProxiedName {
  readonly published: PublishedName;
  readonly host: string;
  /** Servers that use it externally, in the order of the rollout. */
  readonly servers: readonly Server[];
}

/**
 * The position of a name in the order of the proxy's rules. The `client` name comes late, because its rule catches all
 * remaining requests.
 */
function rank(name: PublishedName): number {
  if (hasPlace(name, 'autodiscover')) return 0;
  if (hasPlace(name, 'client')) return 2;
  return isFurther(name.place) ? 3 : 1;
}

/**
 * The HTTPS names that lead external clients to the proxy: first Autodiscover, then names of single services, then
 * `client`, then further names. Empty without a proxy.
 */
export function proxiedNames(site: ExchangeSiteProps): readonly ProxiedName[] {
  return namesBehindProxy(site)
    .filter(({ published }) => !isMailPlace(published.place))
    .sort((left, right) => rank(left.published) - rank(right.published));
}

/**
 * Every external name, including those of POP and IMAP, except names in `elsewhere` or `notPublished` of the external
 * view.
 */
export function namesBehindProxy(site: ExchangeSiteProps): ProxiedName[] {
  if (site.reverseProxy === undefined) return [];
  const external = viewsOf(site).find(({ side }) => side === 'external');
  const { elsewhere = {}, notPublished = {} } = external?.declared ?? {};
  return publishedHosts(site).flatMap((published) => {
    const { host, sides } = published;
    const isLeft = includesName([...Object.keys(elsewhere), ...Object.keys(notPublished)], host);
    if (!sides.has('external') || isLeft) return [];
    return [{ published, host, servers: serversOn(published, 'external') }];
  });
}

/** Names on the certificate that the proxy presents. */
export function proxyCertificateNames(site: ExchangeSiteProps): readonly string[] {
  const shown = declaredCertificates(site).find(isForWeb);
  return site.reverseProxy?.certificateNames ?? shown?.declared.names ?? [];
}

/** Whether a name is declared as `client` or as `autodiscover`, in the site, a datacentre or a server. */
export function hasPlace({ place }: PublishedName, of: 'client' | 'autodiscover'): boolean {
  return scopeAndPlace(place)[1].split('.')[0] === of;
}

/** The services that have an external name, for each server. */
export function servicesOutside(placements: readonly Placement[]): readonly GivenService[] {
  return placements.flatMap((placement) => givenServices(placement, 'external'));
}

/** Whether the proxy blocks requests for a service. */
export function endsAt({ closeEcp }: ReverseProxy, service: NamingService): boolean {
  return closeEcp === true && service === 'ecp';
}
