import { viewsOf } from './dns-views';
import { directoryOf } from './health-url';
import type { NamingService } from './given-names';
import type { GivenService } from './given-services';
import { publishedAs, virtualAddressesOf } from './publishing';
import { includesName, sameName } from './resources/equality';
import { endsAt, proxiedNames, servicesOutside } from './reverse-proxy';
import type { ReverseProxy } from './site';
import type { Topology } from './topology';
import { ExchangeVersion } from './versions';

/** A web publishing rule of ISA Server. */
export interface IsaRule {
  /** Named as ISA's publishing wizard for Exchange would name it: `Exch2010OWA`. */
  readonly name: string;
  readonly publicNames: readonly string[];
  readonly paths: readonly string[];
  /** The target of requests: addresses of the load balancer, else names of servers. */
  readonly to: readonly string[];
}

type RuleKind = 'OutlookAnywhere' | 'ActiveSync' | 'OWA';

function kindOf(service: NamingService): RuleKind {
  if (service === 'activesync') return 'ActiveSync';
  return service === 'owa' || service === 'ecp' ? 'OWA' : 'OutlookAnywhere';
}

/** Directories of browsers from before `/owa`, which servers up to 2010 still have. */
const OLD_DIRECTORIES = ['Exchange', 'Exchweb', 'Public'];

/**
 * The rules in the order in which they are evaluated: Outlook Anywhere with the other services of Outlook; one rule for
 * each older version under its legacy names; ActiveSync; then browsers.
 */
export function isaRules(topology: Topology, proxy: ReverseProxy): readonly IsaRule[] {
  const hosts = proxiedNames(topology.site).map(({ host }) => host);
  const given = servicesOutside(topology.placements).filter(
    ({ service, host }) => includesName(hosts, host) && !endsAt(proxy, service),
  );
  const [newest, ...older] = ExchangeVersion.ALL.filter((version) =>
    given.some(({ server }) => server.version === version),
  ).reverse();
  if (newest === undefined) return [];
  const of = (version: ExchangeVersion, kind?: RuleKind) =>
    given.filter(
      ({ server, service }) => server.version === version && (kind === undefined || kindOf(service) === kind),
    );
  return [
    ...rulesOf(topology, newest, 'OutlookAnywhere', of(newest, 'OutlookAnywhere')),
    ...older.flatMap((version) => rulesOf(topology, version, 'OWA', of(version))),
    ...rulesOf(topology, newest, 'ActiveSync', of(newest, 'ActiveSync')),
    ...rulesOf(topology, newest, 'OWA', of(newest, 'OWA')),
  ];
}

/**
 * Usually one rule. Several where the names lead to different targets, such as the load balancers of several
 * datacentres.
 */
function rulesOf(
  topology: Topology,
  version: ExchangeVersion,
  kind: RuleKind,
  given: readonly GivenService[],
): readonly IsaRule[] {
  const places = new Map<string, GivenService[]>();
  for (const host of onceEach(given.map((one) => one.host.toLowerCase()))) {
    const here = given.filter((one) => sameName(one.host, host));
    const place = destinations(topology, here).join(' ');
    places.set(place, [...(places.get(place) ?? []), ...here]);
  }
  return [...places.values()].map((here) => {
    const rule = ruleOf(topology, version, kind, here);
    return places.size === 1 ? rule : { ...rule, name: `${rule.name} ${rule.publicNames[0] ?? ''}` };
  });
}

function ruleOf(
  topology: Topology,
  version: ExchangeVersion,
  kind: RuleKind,
  given: readonly GivenService[],
): IsaRule {
  const isOld = kind === 'OWA' && !version.isAtLeast(ExchangeVersion.V2013);
  const directories = [
    ...given.map(({ service }) => directoryOf(service)),
    ...(isOld ? OLD_DIRECTORIES : []),
  ];
  return {
    name: `Exch${version.label}${kind}`,
    publicNames: onceEach(given.map(({ host }) => host)),
    paths: onceEach(directories).map((directory) => `/${directory}/*`),
    to: destinations(topology, given),
  };
}

function destinations({ site }: Topology, given: readonly GivenService[]): readonly string[] {
  const [internal] = viewsOf(site);
  return onceEach(
    given.flatMap(({ server, host }) => {
      const { loadBalancer } = publishedAs(site, server, internal);
      return loadBalancer === undefined ? [server.fqdn] : virtualAddressesOf(loadBalancer, host);
    }),
  );
}

function onceEach(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
