import { sameName } from './resources/equality';
import { directoryOf, healthUrlOf } from './health-url';
import type { NamingService } from './given-names';
import { endsAt, hasPlace, proxiedNames, servicesOutside, type ProxiedName } from './reverse-proxy';
import { HEALTH_SETS_LIFESPAN } from './services';
import type { ReverseProxy, Server } from './site';
import type { Placement, Topology } from './topology';
import { existsIn } from './versions';

/** A server farm of Application Request Routing: servers that can each answer the same requests. */
export interface Farm {
  readonly name: string;
  readonly servers: readonly Server[];
  /** The health check URL of each server; null for servers before Exchange 2013, which have none. */
  readonly healthUrl: string | null;
}

/** A rule of URL Rewrite, with wildcards. */
export interface RewriteRule {
  readonly name: string;
  /** Matches the path, without its leading slash. */
  readonly pattern: string;
  /** Pairs of a server variable and the pattern that it must match. All of them must match. */
  readonly conditions: readonly (readonly [input: string, pattern: string])[];
  /** The farm that the request is forwarded to; null answers 403. */
  readonly farm: string | null;
}

/** The farms of the proxy, and its rules in the order in which it evaluates them. */
export interface Arr {
  readonly farms: readonly Farm[];
  readonly rules: readonly RewriteRule[];
}

/** Farms and rules of a site that a proxy of kind `arr` stands before. */
export function arrOf(topology: Topology, proxy: ReverseProxy): Arr {
  const { farms, closeEcp } = proxy;
  const names = proxiedNames(topology.site);
  const routes = farms === 'protocol' ? routesByProtocol(topology, proxy, names) : routesOfSite(names);
  const all = new Map(routes.map(({ farm }) => [farm.name, farm]));
  const closed: RewriteRule = { name: 'ecp-closed', pattern: 'ecp*', conditions: [], farm: null };
  return {
    farms: [...all.values()],
    rules: [
      ...(closeEcp === true ? [closed] : []),
      ...routes.map(({ name, host, pattern, farm }) => ({
        name,
        pattern,
        conditions: [['{HTTP_HOST}', host] as const, ['{HTTPS}', 'on'] as const],
        farm: farm.name,
      })),
    ],
  };
}

/** Where requests for a name go. */
interface Route {
  readonly name: string;
  readonly host: string;
  readonly pattern: string;
  readonly farm: Farm;
}

function farmOf(name: string, servers: readonly Server[], healthUrl: string): Farm {
  const answers = servers.every(({ version }) => existsIn(HEALTH_SETS_LIFESPAN, version));
  return { name, servers, healthUrl: answers ? healthUrl : null };
}

/** One farm for all names that the same servers share. It is named after their `client` name, if they share one. */
function routesOfSite(names: readonly ProxiedName[]): readonly Route[] {
  const key = ({ servers }: ProxiedName) => servers.map(({ name }) => name).join(' ');
  return names.map((one) => {
    const together = names.filter((other) => key(other) === key(one));
    const client = together.find(({ published }) => hasPlace(published, 'client')) ?? one;
    const autodiscover = together.find(({ published }) => hasPlace(published, 'autodiscover'));
    const healthUrl =
      autodiscover === undefined
        ? healthUrlOf('owa', client.host)
        : healthUrlOf('autodiscover', autodiscover.host);
    return {
      name: one.host,
      host: one.host,
      pattern: '*',
      farm: farmOf(client.host, one.servers, healthUrl),
    };
  });
}

/**
 * One farm for each service of each name. Outlook on the web gets every path that no other service has, since people
 * type only the host name.
 */
function routesByProtocol(
  topology: Topology,
  proxy: ReverseProxy,
  names: readonly ProxiedName[],
): readonly Route[] {
  return names.flatMap(({ host, published, servers }): readonly Route[] => {
    const services = servicesOf(topology.placements, host);
    // No URL uses a name of `alsoPublished`. It leads to the same servers as the others, for as long as clients
    // remember it.
    if (services.size === 0) {
      const farm = farmOf(host, servers, healthUrlOf('owa', host));
      return [{ name: host, host, pattern: '*', farm }];
    }
    const handedOn = [...services].filter(([service]) => !endsAt(proxy, service));
    const last = services.has('owa') ? 'owa' : handedOn.at(-1)?.[0];
    const route = (service: NamingService, those: readonly Server[]): Route => {
      const name = handedOn.length === 1 ? host : `${host}-${directoryOf(service)}`;
      return {
        name,
        host,
        pattern: service === last ? '*' : `${directoryOf(service)}*`,
        farm: farmOf(name, those, healthUrlOf(service, published.host)),
      };
    };
    return handedOn
      .sort(([left], [right]) => Number(left === last) - Number(right === last))
      .map(([service, those]) => route(service, those));
  });
}

/** The services that external clients reach by a name, and the servers that use the name for them. */
function servicesOf(
  placements: readonly Placement[],
  host: string,
): ReadonlyMap<NamingService, readonly Server[]> {
  const services = new Map<NamingService, readonly Server[]>();
  for (const { server, service } of servicesOutside(placements).filter((one) => sameName(one.host, host))) {
    services.set(service, [...(services.get(service) ?? []), server]);
  }
  return services;
}
