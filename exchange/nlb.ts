import { nameCovers } from '../pki/coverage';
import { formatPath, type Path } from '../schema';
import { listed } from './addresses';
import { declaredCertificates, isOnServer } from './declared-certificates';
import { viewsOf } from './dns-views';
import { declaredProtocols, MAIL_PROTOCOLS, type MailProtocol } from './mail-protocols';
import { SiteNames } from './namespaces';
import { isWithin, portRange, type PortRange, SMTP_PORTS, withoutPorts } from './nlb-ports';
import { publishedAs, type LoadBalancer } from './publishing';
import { clientAccessArray, isIn } from './resources';
import { sameName } from './resources/equality';
import type { ExchangeSiteProps, NetworkLoadBalancing, NlbPort, Server } from './site';

/** A cluster of Windows Network Load Balancing, as it is declared. */
export interface NlbCluster {
  /** The path of the `publish` that declares it. */
  readonly path: Path;
  /** The datacentre or server that declares it for itself; left out for the cluster of the site. */
  readonly by?: string;
  /** The first is the address of the cluster; the others are additional addresses. */
  readonly addresses: readonly string[];
  /** Full internet name of the cluster. */
  readonly name: string;
  readonly declared: NetworkLoadBalancing;
  /** In the order of the rollout. */
  readonly hosts: readonly NlbHost[];
  /** Sorted by port. Traffic that no rule covers goes to the host with the lowest priority number. */
  readonly rules: readonly NlbRule[];
}

export interface NlbHost {
  readonly server: Server;
  /** 1 is the highest. */
  readonly priority: number;
}

export interface NlbRule extends PortRange {
  /** Whether the ports are blocked instead of balanced at the address of the cluster. */
  readonly isExcluded: boolean;
}

/** Every cluster with at least one host, in the order of the rollout. */
export function nlbClusters(site: ExchangeSiteProps): readonly NlbCluster[] {
  const places = new Map<string, { found: ReturnType<typeof publishedAs>; servers: Server[] }>();
  for (const server of site.servers) {
    // The `publish` of a server may apply to both views. The cluster then has the addresses of both.
    for (const view of viewsOf(site)) {
      const found = publishedAs(site, server, view);
      const key = formatPath(found.path);
      const known = places.get(key) ?? { found, servers: [] };
      if (!known.servers.includes(server)) known.servers.push(server);
      places.set(key, known);
    }
  }
  return [...places.values()].flatMap(({ found: { loadBalancer, path, by }, servers }) =>
    loadBalancer?.nlb === undefined
      ? []
      : [
          {
            ...(by === undefined ? {} : { by }),
            path,
            ...clusterOf(site, loadBalancer, loadBalancer.nlb, servers),
          },
        ],
  );
}

function clusterOf(
  site: ExchangeSiteProps,
  { virtualIp, virtualIps = {} }: LoadBalancer,
  declared: NetworkLoadBalancing,
  servers: readonly Server[],
): Omit<NlbCluster, 'path' | 'by'> {
  const [first] = servers;
  const names = new SiteNames(site);
  return {
    addresses: [...new Set([virtualIp, ...Object.values(virtualIps)].flatMap(listed))],
    name: declared.name ?? (first === undefined ? '' : names.hostsOf(first, 'owa').internal),
    declared,
    hosts: servers.map((server, index) => ({
      server,
      priority: priorityOf(declared, server) ?? index + 1,
    })),
    rules: rulesOf(site, declared, servers),
  };
}

function priorityOf({ priorities = {} }: NetworkLoadBalancing, { name }: Server): number | undefined {
  return Object.entries(priorities).find(([server]) => sameName(server, name))?.[1];
}

function rulesOf(
  site: ExchangeSiteProps,
  declared: NetworkLoadBalancing,
  servers: readonly Server[],
): readonly NlbRule[] {
  const smtp = smtpPortsOf(declared);
  const balanced = balancedPorts(site, declared, servers).flatMap((port) => portRange(port) ?? []);
  return [
    ...balanced
      .flatMap((range) => withoutPorts(range, smtp))
      .map((range) => ({ ...range, isExcluded: false })),
    ...smtp.map((port) => ({ from: port, to: port, isExcluded: true })),
  ].sort((left, right) => left.from - right.from);
}

/** The standard SMTP ports, and those that the declaration adds. */
export function smtpPortsOf({ smtpPorts = [] }: NetworkLoadBalancing): readonly number[] {
  return [...new Set([...SMTP_PORTS, ...smtpPorts])];
}

/**
 * The declared ports, else the ports that clients of these servers use: HTTP and HTTPS; POP and IMAP where a
 * certificate has these services; and the RPC ports where a version has client access arrays, since Outlook then
 * connects over RPC. https://learn.microsoft.com/previous-versions/office/exchange-server-2010/ff625247(v=exchg.141)
 */
export function balancedPorts(
  site: ExchangeSiteProps,
  { ports }: NetworkLoadBalancing,
  servers: readonly Server[],
): readonly NlbPort[] {
  if (ports !== undefined) return ports;
  const mail = MAIL_PROTOCOLS.filter((row) => servers.some((server) => hasCertificateFor(site, row, server)));
  const hasRpc = servers.some(({ version }) => isIn(clientAccessArray, version));
  return [
    80,
    443,
    ...mail.flatMap((row) => Object.values(row.ports)),
    ...(hasRpc ? [135, '1024-65535'] : []),
  ];
}

/**
 * Whether a certificate on the server has the service POP or IMAP, or covers the name by which the service selects one.
 */
export function hasCertificateFor(site: ExchangeSiteProps, row: MailProtocol, server: Server): boolean {
  const named = declaredProtocols(site).find((one) => one.row === row && one.servers.includes(server));
  return declaredCertificates(site).some(
    (certificate) =>
      isOnServer(certificate, server) &&
      (certificate.declared.services.includes(row.service) ||
        (named !== undefined && certificate.declared.names.some((name) => nameCovers(name, named.host)))),
  );
}

/** Whether the cluster balances at least one port of a mail protocol. */
export function balances({ rules }: NlbCluster, { ports }: MailProtocol): boolean {
  return rules.some((rule) => !rule.isExcluded && Object.values(ports).some((port) => isWithin(port, rule)));
}

/**
 * The MAC address of the cluster: 02-BF, or 03-BF with multicast, followed by the four bytes of its IPv4 address.
 * https://learn.microsoft.com/windows-server/networking/technologies/network-load-balancing
 */
export function clusterMac({ addresses: [address = ''], declared: { mode } }: NlbCluster): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase());
  return [mode === 'multicast' ? '03' : '02', 'BF', ...bytes].join('-');
}

/** The MAC address of the cluster in the notation of switches: `03bf.c000.020a`. */
export function switchMac(cluster: NlbCluster): string {
  const digits = clusterMac(cluster).replaceAll('-', '').toLowerCase();
  return digits.match(/.{4}/g)?.join('.') ?? digits;
}
