import { listed } from './addresses';
import { viewsOf } from './dns-views';
import { directoryOf } from './health-url';
import type { NamingService } from './given-names';
import { publishedAs } from './publishing';
import { includesName } from './resources/equality';
import { proxiedNames, servicesOutside, type ServiceOutside } from './reverse-proxy';
import type { ReverseProxy } from './site';
import type { Topology } from './topology';
import { ExchangeVersion } from './versions';

/** A web publishing rule of ISA Server. */
export interface IsaRule {
  /** As its assistant for Exchange calls such rules: `Exch2010OWA`. */
  readonly name: string;
  readonly publicNames: readonly string[];
  readonly paths: readonly string[];
  /** Where requests go: addresses of the load balancer, else names of servers. */
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
 * In the order in which they are looked at: Outlook Anywhere, and what Outlook asks for beside it; each older version under
 * its legacy names, in one rule; ActiveSync; then browsers. A rule without a name or a directory is none.
 */
export function isaRules(topology: Topology, { closeEcp }: ReverseProxy): readonly IsaRule[] {
  const hosts = proxiedNames(topology.site).map(({ host }) => host);
  const given = servicesOutside(topology.placements).filter(
    ({ service, host }) => includesName(hosts, host) && !(closeEcp === true && service === 'ecp'),
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
    ruleOf(topology, newest, 'OutlookAnywhere', of(newest, 'OutlookAnywhere')),
    ...older.map((version) => ruleOf(topology, version, 'OWA', of(version))),
    ruleOf(topology, newest, 'ActiveSync', of(newest, 'ActiveSync')),
    ruleOf(topology, newest, 'OWA', of(newest, 'OWA')),
  ].filter(({ paths }) => paths.length > 0);
}

function ruleOf(
  { site }: Topology,
  version: ExchangeVersion,
  kind: RuleKind,
  given: readonly ServiceOutside[],
): IsaRule {
  const [internal] = viewsOf(site);
  const isOld = kind === 'OWA' && !version.isAtLeast(ExchangeVersion.V2013);
  const directories = [
    ...given.map(({ service }) => directoryOf(service)),
    ...(isOld && given.length > 0 ? OLD_DIRECTORIES : []),
  ];
  return {
    name: `Exch${version.label}${kind}`,
    publicNames: onceEach(given.map(({ host }) => host)),
    paths: onceEach(directories).map((directory) => `/${directory}/*`),
    to: onceEach(
      given.flatMap(({ server }) => {
        const { loadBalancer } = publishedAs(site, server, internal);
        return loadBalancer === undefined ? [server.fqdn] : listed(loadBalancer.virtualIp);
      }),
    ),
  };
}

function onceEach(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
