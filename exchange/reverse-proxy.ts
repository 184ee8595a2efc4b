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

/** A name that clients outside reach by the reverse proxy. */
export interface ProxiedName {
  readonly published: PublishedName;
  readonly host: string;
  /** Servers that give it to clients outside, in the order of the rollout. */
  readonly servers: readonly Server[];
}

/** Where a name stands in the order in which the proxy looks at its rules: the name of all clients catches what is left. */
function rank(name: PublishedName): number {
  if (hasPlace(name, 'autodiscover')) return 0;
  if (hasPlace(name, 'client')) return 2;
  return isFurther(name.place) ? 3 : 1;
}

/**
 * Names of the web that clients outside reach by the proxy: Autodiscover first, those of single services, the name of all
 * clients, further ones. None without a proxy.
 */
export function proxiedNames(site: ExchangeSiteProps): readonly ProxiedName[] {
  return namesBehindProxy(site)
    .filter(({ published }) => !isMailPlace(published.place))
    .sort((left, right) => rank(left.published) - rank(right.published));
}

/**
 * Every name that clients outside are given, also for POP and IMAP, but for those that stand for other machines there, or
 * that nobody publishes.
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

/** Names on the certificate that the proxy shows clients. */
export function proxyCertificateNames(site: ExchangeSiteProps): readonly string[] {
  const shown = declaredCertificates(site).find(isForWeb);
  return site.reverseProxy?.certificateNames ?? shown?.declared.names ?? [];
}

/** Whether a name is that of all clients, or of Autodiscover, of the site, a datacentre or a server. */
export function hasPlace({ place }: PublishedName, of: 'client' | 'autodiscover'): boolean {
  return scopeAndPlace(place)[1].split('.')[0] === of;
}

/** Services that clients outside find under a name, on each server. */
export function servicesOutside(placements: readonly Placement[]): readonly GivenService[] {
  return placements.flatMap((placement) => givenServices(placement, 'external'));
}

/** Whether requests for a service end at the proxy. */
export function endsAt({ closeEcp }: ReverseProxy, service: NamingService): boolean {
  return closeEcp === true && service === 'ecp';
}
