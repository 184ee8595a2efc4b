import { distinctAddresses, recordTypeOf } from './addresses';
import { arrayNames } from './declared-arrays';
import { type View, viewsOf } from './dns-views';
import type { Side } from './given-names';
import { publishedHosts } from './namespaces';
import type { PublishedName } from './published-name';
import { addressesElsewhere, addressesOfName, publishedAs } from './publishing';
import { idOf } from './resource-id';
import { includesName, sameName } from './resources/equality';
import type { ExchangeSiteProps, Server, Zone } from './site';

/** The records of one type that a name has in a view. */
export interface AnyRecordSet {
  /** `webmail_contoso_com-A`, in the external view `webmail_contoso_com-A-external`. */
  readonly id: string;
  readonly view: Side;
  readonly host: string;
  readonly zone: Zone;
  /**
   * Relative to the zone, null for the zone itself. In lower case: DNS makes no difference (RFC 4343), but hashicorp/dns
   * deletes a live record set to write its name in another one.
   */
  readonly name: string | null;
  readonly ttlSeconds: number;
  /** It is there before the first deploy and is imported. */
  readonly existing: boolean;
}

/** The addresses of one name, as one record set of one type. */
export interface DnsRecordSet extends AnyRecordSet {
  readonly recordType: 'A' | 'AAAA';
  /** In the order of the servers. */
  readonly addresses: readonly string[];
  /** Whether it holds the own addresses of several servers, of which DNS notices none that is down. */
  readonly isRoundRobin: boolean;
}

const DEFAULT_TTL_SECONDS = 300;

/** The zone of a view that holds a name: of several, the longest. */
export function zoneOf({ declared: { zones } }: View, host: string): Zone | undefined {
  return zones
    .filter((zone) => isWithin(host, zone.name))
    .sort((left, right) => right.name.length - left.name.length)[0];
}

function isWithin(host: string, zone: string): boolean {
  const [name, end] = [host.toLowerCase(), zone.toLowerCase().replace(/\.$/, '')];
  return name === end || name.endsWith(`.${end}`);
}

/** Whether clients who are answered from a view are given a name. */
export function isFor({ side, isOnly }: View, { sides }: PublishedName): boolean {
  return isOnly || sides.has(side);
}

/**
 * Whether a view does not hold a name: because the declaration says so, or because it is the own name of the one server
 * of several that gives it, which registers it itself, inside.
 */
export function isLeftOut(site: ExchangeSiteProps, view: View, { host, servers }: PublishedName): boolean {
  const { notPublished = {} } = view.declared;
  const isOwn =
    view.side === 'internal' &&
    site.servers.length > 1 &&
    servers.length === 1 &&
    servers.some(({ fqdn }) => sameName(fqdn, host));
  return isOwn || includesName(Object.keys(notPublished), host);
}

/** Every name that DNS holds: those that clients are given by a URL, and those of client access arrays. */
export function namesInDns(site: ExchangeSiteProps): readonly PublishedName[] {
  return [...publishedHosts(site), ...arrayNames(site)];
}

/** Those whose clients are given a name on the side of a view; all, where the view answers both or holds it for the other. */
function serversIn({ side, isOnly }: View, { servers, serversBySide }: PublishedName): readonly Server[] {
  const own = serversBySide?.[side] ?? servers;
  return isOnly || own.length === 0 ? servers : own;
}

/**
 * Servers that a name leads to in a view, by their own addresses or by the load balancer before them; none where the view
 * does not hold it, or holds it for machines that are not declared.
 */
export function serversBehind(
  site: ExchangeSiteProps,
  view: View,
  published: PublishedName,
): readonly Server[] {
  const isHeld = zoneHolding(site, view, published) !== undefined;
  return isHeld && addressesElsewhere(view, published.host) === undefined ? serversIn(view, published) : [];
}

/** The zone in which a view holds a name; undefined where it does not hold it. */
export function zoneHolding(site: ExchangeSiteProps, view: View, published: PublishedName): Zone | undefined {
  // With split DNS clients inside may have learned the name for outside, and their DNS server answers for its zone.
  const isLeft = isLeftOut(site, view, published) || (view.side === 'external' && !isFor(view, published));
  return isLeft ? undefined : zoneOf(view, published.host);
}

/** One record set for every name of every view, and every type of address that it stands for. */
export function dnsRecords(site: ExchangeSiteProps): readonly DnsRecordSet[] {
  const names = namesInDns(site);
  return viewsOf(site).flatMap((view) => names.flatMap((name) => recordsOf(site, view, name)));
}

function recordsOf(site: ExchangeSiteProps, view: View, published: PublishedName): readonly DnsRecordSet[] {
  const { host } = published;
  const zone = zoneHolding(site, view, published);
  if (zone === undefined) return [];
  const servers = serversIn(view, published);
  const existing = includesName(view.declared.existingRecords, host);
  const elsewhere = addressesElsewhere(view, host);
  const addresses = distinctAddresses(
    elsewhere ?? servers.flatMap((server) => addressesOfName(site, server, view, host)),
  );
  const direct =
    elsewhere === undefined
      ? servers.filter((server) => publishedAs(site, server, view).loadBalancer === undefined)
      : [];
  const isRoundRobin = direct.length > 1;
  return (['A', 'AAAA'] as const).flatMap((recordType): DnsRecordSet[] => {
    const ofType = addresses.filter((address) => recordTypeOf(address) === recordType);
    if (ofType.length === 0) return [];
    const record = recordSetOf(view, zone, host, recordType);
    return [{ ...record, recordType, addresses: ofType, existing, isRoundRobin }];
  });
}

/** How a record set is called, and where it stands. */
export function recordSetOf(
  { side, declared }: View,
  zone: Zone,
  host: string,
  recordType: string,
): Omit<AnyRecordSet, 'existing'> {
  const name = host
    .slice(0, host.length - zone.name.replace(/\.$/, '').length)
    .replace(/\.$/, '')
    .toLowerCase();
  // No host has an underscore. Names of other records may: it stands as its code, in a letter case that names do not have.
  const word = host.toLowerCase().replaceAll('_', '_5F').replaceAll('.', '_');
  return {
    id: `${idOf(word)}-${recordType}${side === 'external' ? '-external' : ''}`,
    view: side,
    host,
    zone,
    name: name === '' ? null : name,
    ttlSeconds: declared.ttlSeconds ?? DEFAULT_TTL_SECONDS,
  };
}
