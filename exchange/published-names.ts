import { canonicalAddress, distinctAddresses } from './addresses';
import type { DnsRecordSet } from './dns-records';
import { datacentreOf } from './datacentre';
import type { Side } from './given-names';
import { clearedPlaces, purposesOf } from './namespaces';
import type { ExchangeSiteProps } from './site';
import type { Attribute, Known, KnownValues, Schema } from '../schema';
import { textMap, textSet } from '../schema';

/** Addresses by name: `{ 'mail.contoso.com': ['192.0.2.11'] }`. Names in lower case and without the dot at their end. */
export type NameAddresses = { readonly [name: string]: readonly string[] };

const nameAddresses = { map: { list: 'string' } } as const;

/** Names of the attributes that describe a view. */
export interface ViewAttributes {
  readonly addresses: string;
  readonly existing: string;
  readonly published: string;
}

export const VIEW_ATTRIBUTES: { readonly [side in Side]: ViewAttributes } = {
  internal: { addresses: 'addresses', existing: 'existing', published: 'published' },
  external: {
    addresses: 'external_addresses',
    existing: 'external_existing',
    published: 'external_published',
  },
};

const declared = {
  type: nameAddresses,
  equals: (left: Known, right: Known) => sameAddresses(left as NameAddresses, right as NameAddresses),
};

const ATTRIBUTES = {
  addresses: {
    ...declared,
    mode: 'required',
    description:
      'Addresses that each name is to have, by the name: in the internal view, where there is an external one, too.',
  },
  purposes: textMap(
    'required',
    'Where each name stands in namespaces of the declaration, such as client, alsoPublished, alsoPublished.internal or datacentres.lisbon.client, or in a datacentre, as datacentres.lisbon.failback, or is mailProtocols.imap, of the site, a datacentre or a server; several places with commas between. A plan that gives servers in production a name that DNS does not answer, or takes one away that servers still give to clients, stops and says what to declare first.',
  ),
  datacentres: textMap(
    'optional',
    'The datacentre of each server whose datacentre has names of its own, by the name of the server. Left out: none has.',
  ),
  cleared: textSet(
    'optional',
    'Places in namespaces that have no name on purpose: servers.OLD1.autodiscover, where the service connection point of the server hands out nothing. Left out: none.',
  ),
  existing: textSet(
    'optional',
    'Names whose record sets are imported, so that the plan of those shows what is in them. Left out: none.',
  ),
  published: {
    type: nameAddresses,
    mode: 'computed',
    description:
      'Addresses that deploys of this state gave to each name: those that are declared, and those that were before.',
  },
  external_addresses: {
    ...declared,
    mode: 'optional',
    description:
      'Addresses that each name is to have in the external view. Left out: it holds no name of the site.',
  },
  external_existing: textSet('optional', 'As existing, of the external view.'),
  external_published: {
    type: nameAddresses,
    mode: 'computed',
    description: 'As published, of the external view. Null without one.',
  },
} as const satisfies { readonly [name: string]: Attribute };

const schema: Schema & { readonly attributes: typeof ATTRIBUTES } = {
  version: 0,
  description:
    'The names of the site as they are published. It comes before the DNS records, and has the DNS server asked what ' +
    'stands under the names: an alias (CNAME), a name that belongs elsewhere (DNAME, a delegation) and addresses that ' +
    'nobody declared stop the plan, and once more the deploy before its first record. It changes nothing.',
  attributes: ATTRIBUTES,
};

/**
 * The resource that is applied before the DNS records of a site and checks them. The records themselves are resources
 * of hashicorp/dns.
 */
export const publishedNames = { typeName: 'exchange_published_names', schema };

/** The attributes of `exchange_published_names` for a declaration. */
export function publishedNamesOf(
  site: ExchangeSiteProps,
  records: readonly DnsRecordSet[],
): { readonly [attribute: string]: NameAddresses | readonly string[] | { readonly [name: string]: string } } {
  const datacentres = datacentresOf(site);
  const cleared = clearedPlaces(site);
  return {
    ...viewOf('internal', records),
    purposes: purposesOf(site),
    ...(Object.keys(datacentres).length === 0 ? {} : { datacentres }),
    ...(cleared.length === 0 ? {} : { cleared }),
    ...(records.some(({ view }) => view === 'external') ? viewOf('external', records) : {}),
  };
}

function viewOf(side: Side, records: readonly DnsRecordSet[]) {
  const names = VIEW_ATTRIBUTES[side];
  const addresses: { [name: string]: readonly string[] } = {};
  const existing = new Set<string>();
  for (const record of records.filter(({ view }) => view === side)) {
    const name = record.host.toLowerCase();
    addresses[name] = [...(addresses[name] ?? []), ...record.addresses];
    if (record.existing) existing.add(name);
  }
  return {
    [names.addresses]: addresses,
    ...(existing.size === 0 ? {} : { [names.existing]: [...existing] }),
  };
}

/** Lists only servers whose datacentre has names of its own. For the others the datacentre makes no difference. */
function datacentresOf(site: ExchangeSiteProps): { readonly [server: string]: string } {
  return Object.fromEntries(
    site.servers.flatMap((server) => {
      const datacentre = datacentreOf(site, server);
      return datacentre?.namespaces === undefined ? [] : [[server.name, datacentre.name]];
    }),
  );
}

/**
 * The value of `published` in a view after `planned` is applied. It keeps the previously declared addresses until the
 * declaration changes again, since a deploy that fails leaves them in DNS.
 */
export function publishedAfter(
  prior: KnownValues | null,
  planned: NameAddresses,
  side: Side = 'internal',
): NameAddresses {
  const names = VIEW_ATTRIBUTES[side];
  const before = (prior?.[names.addresses] ?? {}) as NameAddresses;
  if (prior !== null && sameAddresses(before, planned)) {
    return (prior[names.published] ?? planned) as NameAddresses;
  }
  const all = [...new Set([...Object.keys(before), ...Object.keys(planned)])].sort();
  return Object.fromEntries(
    all.map((name) => {
      const addresses = [...(planned[name] ?? []), ...(before[name] ?? [])];
      return [name, [...distinctAddresses(addresses)].sort()];
    }),
  );
}

export function sameAddresses(left: NameAddresses, right: NameAddresses): boolean {
  const spelled = (of: NameAddresses) =>
    JSON.stringify(
      Object.entries(of)
        .map(([name, addresses]) => [name, addresses.map(canonicalAddress).sort()])
        .sort(),
    );
  return spelled(left) === spelled(right);
}
