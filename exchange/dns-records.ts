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
   * Relative to the zone, null for the zone itself. Always in lower case: DNS ignores letter case (RFC 4343), but
   * hashicorp/dns would delete and re-create a live record set whose name changes in letter case.
   */
  readonly name: string | null;
  readonly ttlSeconds: number;
  /** Whether it exists before the first deploy, and is imported. */
  readonly existing: boolean;
}

/** The addresses of one name, as one record set of one type. */
export interface DnsRecordSet extends AnyRecordSet {
  readonly recordType: 'A' | 'AAAA';
  /** In the order of the servers. */
  readonly addresses: readonly string[];
  /** Whether its name leads to several servers without a load balancer: DNS does not notice that one of them is down. */
  readonly isRoundRobin: boolean;
}

const DEFAULT_TTL_SECONDS = 300;

/** The zone of a view that holds a name: of several matching zones, the longest. */
export function zoneOf({ declared: { zones } }: View, host: string): Zone | undefined {
  return zones
    .filter((zone) => isWithin(host, zone.name))
    .sort((left, right) => right.name.length - left.name.length)[0];
}

/** The zone to suggest where none holds a name: its parent domain, but no top-level domain, which nobody has as a zone. */
export function likelyZone(host: string): string {
  const labels = host.split('.');
  return labels.length <= 2 ? host : labels.slice(1).join('.');
}

function isWithin(host: string, zone: string): boolean {
  const [name, end] = [host.toLowerCase(), zone.toLowerCase().replace(/\.$/, '')];
  return name === end || name.endsWith(`.${end}`);
}

/** Whether clients that use a view also use a name. */
export function isFor({ side, isOnly }: View, { sides }: PublishedName): boolean {
  return isOnly || sides.has(side);
}

/**
 * Whether a view does not hold a name: because it is in `notPublished`, or because it is the FQDN of the only server
 * that uses it, which registers its own name in the internal DNS.
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

/** Every name to publish: names in URLs, further names, and those of client access arrays. */
export function namesInDns(site: ExchangeSiteProps): readonly PublishedName[] {
  return [...publishedHosts(site), ...arrayNames(site)];
}

/**
 * The servers whose clients use a name on the side of a view. All servers of the name, where the view serves both sides
 * or holds the name only for clients of the other side.
 */
function serversIn({ side, isOnly }: View, { servers, serversBySide }: PublishedName): readonly Server[] {
  const own = serversBySide?.[side] ?? servers;
  return isOnly || own.length === 0 ? servers : own;
}

/**
 * The servers that a name leads to in a view, directly or through a load balancer. None where the view does not hold
 * the name, or has it in `elsewhere`.
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
  // With split DNS, internal clients may use an external name too, and their DNS server is the one that answers for its
  // zone.
  const isLeft = isLeftOut(site, view, published) || (view.side === 'external' && !isFor(view, published));
  return isLeft ? undefined : zoneOf(view, published.host);
}

/** One record set for each name in each view, and for each type of address (A, AAAA). */
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

/** The id of a record set, its zone, and its name in the zone. */
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
  // Dots become underscores, which host names never contain. Other record names may: their underscores become the code
  // `_5F`, in upper case, which no lower-cased name contains.
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
