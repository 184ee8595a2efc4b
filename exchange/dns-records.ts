import { distinctAddresses, listed, recordTypeOf } from './addresses';
import { publishedHosts } from './namespaces';
import { idOf } from './resource-id';
import type { ExchangeSiteProps, Zone } from './site';

/** The addresses of one name, as one record set of one type. */
export interface DnsRecordSet {
  /** `webmail_contoso_com-A`: a host name has no underscore, so that no two names share an id. */
  readonly id: string;
  readonly host: string;
  readonly zone: Zone;
  /**
   * Relative to the zone, null for the zone itself. In lower case: DNS makes no difference (RFC 4343), but hashicorp/dns
   * deletes a live record set to write its name in another one.
   */
  readonly name: string | null;
  readonly recordType: 'A' | 'AAAA';
  readonly ttlSeconds: number;
  /** In the order of the servers. */
  readonly addresses: readonly string[];
  /** It is there before the first deploy and is imported. */
  readonly existing: boolean;
}

const DEFAULT_TTL_SECONDS = 300;

/** The zone that holds a name: of several, the longest. */
export function zoneOf(site: ExchangeSiteProps, host: string): Zone | undefined {
  return site.dns.zones
    .filter((zone) => isWithin(host, zone.name))
    .sort((left, right) => right.name.length - left.name.length)[0];
}

function isWithin(host: string, zone: string): boolean {
  const [name, end] = [host.toLowerCase(), zone.toLowerCase().replace(/\.$/, '')];
  return name === end || name.endsWith(`.${end}`);
}

/** Addresses of the load balancer that the names stand for; undefined where they stand for the servers. */
export function virtualAddresses({ dns }: ExchangeSiteProps): readonly string[] | undefined {
  const { publish = 'round-robin' } = dns;
  return publish === 'round-robin' ? undefined : listed(publish.virtualIp);
}

/** Addresses that the names stand for, once each. */
function publishedAddresses(site: ExchangeSiteProps): readonly string[] {
  return distinctAddresses(virtualAddresses(site) ?? site.servers.flatMap(({ address }) => listed(address)));
}

/** One record set for every published name and every type of address that it stands for. */
export function dnsRecords(site: ExchangeSiteProps): readonly DnsRecordSet[] {
  const addresses = publishedAddresses(site);
  return publishedHosts(site).flatMap(({ host }) => {
    const zone = zoneOf(site, host);
    if (zone === undefined) return [];
    const name = host
      .slice(0, host.length - zone.name.replace(/\.$/, '').length)
      .replace(/\.$/, '')
      .toLowerCase();
    return (['A', 'AAAA'] as const).flatMap((recordType) => {
      const ofType = addresses.filter((address) => recordTypeOf(address) === recordType);
      if (ofType.length === 0) return [];
      return [
        {
          id: `${idOf(host.toLowerCase().replaceAll('.', '_'))}-${recordType}`,
          host,
          zone,
          name: name === '' ? null : name,
          recordType,
          ttlSeconds: site.dns.ttlSeconds ?? DEFAULT_TTL_SECONDS,
          addresses: ofType,
          existing: (site.dns.existingRecords ?? []).some(
            (existing) => existing.toLowerCase() === host.toLowerCase(),
          ),
        },
      ];
    });
  });
}
