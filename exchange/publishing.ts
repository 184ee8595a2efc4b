import { path, type Path } from '../schema';
import { listed } from './addresses';
import { serversOf } from './datacentre';
import type { DeclaredText } from './declared-text';
import { type View, viewsOf } from './dns-views';
import { type Side, SIDES } from './given-names';
import { sameName } from './resources/equality';
import { type Said, saidOf } from './said-of-server';
import type { ExchangeSiteProps, Publish, Publishing, Server } from './site';

/** A declared load balancer. */
export type LoadBalancer = Exclude<Publish, string>;

/** What the names of a server resolve to in a view, and where that is declared. */
export interface Published {
  /** Left out: they resolve to the addresses of the server. */
  readonly loadBalancer?: LoadBalancer;
  /** Name of the datacentre or server that declares it; left out where the view does. */
  readonly by?: string;
  readonly path: Path;
}

/** The most specific setting of `publish`: of the server, else of its datacentre, else of the view. */
export function publishedAs(
  site: ExchangeSiteProps,
  server: Server,
  { side, path, declared }: View,
): Published {
  const [nearest] = saidOf(site, server, 'publish').flatMap((said) => onSide(said, side));
  const { value, ...place } = nearest ?? {
    value: declared.publish ?? 'round-robin',
    path: [...path, { attribute: 'publish' }],
  };
  return { ...place, ...(value === 'round-robin' ? {} : { loadBalancer: value }) };
}

/** The part of a setting that applies to a side; empty where it says nothing about this side. */
function onSide({ value, path, ...by }: Said<Publishing>, side: Side): readonly Said<Publish>[] {
  if (value === 'round-robin' || 'virtualIp' in value) return [{ value, path, ...by }];
  const own = value[side];
  return own === undefined ? [] : [{ value: own, path: [...path, { attribute: side }], ...by }];
}

/**
 * The addresses in `elsewhere`, or of the reverse proxy, where a name resolves to these in a view; undefined where it
 * does not.
 */
export function addressesElsewhere(
  { declared: { elsewhere = {} }, proxy }: View,
  host: string,
): readonly string[] | undefined {
  const found = Object.entries(elsewhere).find(([name]) => sameName(name, host));
  return found === undefined ? proxy : listed(found[1]);
}

/** The addresses that a server contributes to a name in a view; none where the name resolves to other machines. */
export function addressesOfName(
  site: ExchangeSiteProps,
  server: Server,
  view: View,
  host: string,
): readonly string[] {
  if (addressesElsewhere(view, host) !== undefined) return [];
  const { loadBalancer } = publishedAs(site, server, view);
  return loadBalancer === undefined ? listed(server.address) : virtualAddressesOf(loadBalancer, host);
}

/** The addresses of a load balancer that a name resolves to. */
export function virtualAddressesOf(
  { virtualIp, virtualIps = {} }: LoadBalancer,
  host: string,
): readonly string[] {
  const own = Object.entries(virtualIps).find(([name]) => sameName(name, host));
  return listed(own?.[1] ?? virtualIp);
}

/** A declaration of a load balancer, and its path. */
interface PublishingPlace {
  readonly publish: LoadBalancer;
  readonly path: Path;
  /** The side of the firewall that it is declared for; left out: both. */
  readonly side?: Side;
  /** The servers that it is declared for. */
  readonly servers: readonly Server[];
}

/** Every declaration of a load balancer: of servers, datacentres and views. */
export function publishingPlaces(site: ExchangeSiteProps): readonly PublishingPlace[] {
  const places = (
    publishing: Publishing | undefined,
    servers: readonly Server[],
    path: Path,
    side?: Side,
  ): readonly PublishingPlace[] => {
    if (publishing === undefined || publishing === 'round-robin') return [];
    if ('virtualIp' in publishing) {
      return [{ publish: publishing, path, servers, ...(side === undefined ? {} : { side }) }];
    }
    return SIDES.flatMap((each) => places(publishing[each], servers, [...path, { attribute: each }], each));
  };
  return [
    ...site.servers.flatMap((server, index) =>
      places(server.publish, [server], path('servers', index, 'publish')),
    ),
    ...Object.entries(site.datacentres ?? {}).flatMap(([name, { publish }]) =>
      places(publish, serversOf(site, name), path('datacentres', name, 'publish')),
    ),
    ...viewsOf(site).flatMap(({ declared: { publish }, path: at, side, isOnly }) =>
      places(publish, site.servers, [...at, { attribute: 'publish' }], isOnly ? undefined : side),
    ),
  ];
}

/** Every address of a load balancer. */
export function virtualAddresses(site: ExchangeSiteProps): readonly DeclaredText[] {
  const texts = (addresses: string | readonly string[], at: Path): DeclaredText[] =>
    typeof addresses === 'string'
      ? [{ text: addresses, path: at }]
      : addresses.map((text, index) => ({ text, path: [...at, { index }] }));
  return publishingPlaces(site).flatMap(({ publish, path: at }) => [
    ...texts(publish.virtualIp, [...at, { attribute: 'virtualIp' }]),
    ...Object.entries(publish.virtualIps ?? {}).flatMap(([name, addresses]) =>
      texts(addresses, [...at, { attribute: 'virtualIps' }, { attribute: name }]),
    ),
  ]);
}
