import { canonicalAddress, distinctAddresses } from './addresses';
import type { DnsRecordSet } from './dns-records';
import { purposesOf } from './namespaces';
import type { ExchangeSiteProps } from './site';
import type { Attribute, Known, KnownValues, Schema } from '../schema';
import { textMap, textSet } from '../schema';

/** Addresses by name: `{ 'mail.contoso.com': ['192.0.2.11'] }`. Names in lower case and without the dot at their end. */
export type NameAddresses = { readonly [name: string]: readonly string[] };

const nameAddresses = { map: { list: 'string' } } as const;

const ATTRIBUTES = {
  addresses: {
    type: nameAddresses,
    mode: 'required',
    description: 'Addresses that each name is to have, by the name.',
    equals: (left: Known, right: Known) => sameAddresses(left as NameAddresses, right as NameAddresses),
  },
  purposes: textMap(
    'required',
    'Where each name stands in namespaces of the declaration, such as client or alsoPublished; several places with commas between. A plan that gives servers in production a name that DNS does not answer, or takes one away that servers still give to clients, stops and says what to declare first.',
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
} as const satisfies { readonly [name: string]: Attribute };

const schema: Schema & { readonly attributes: typeof ATTRIBUTES } = {
  version: 0,
  description:
    'The names of the site as they are published. It comes before the DNS records, and has the DNS server asked what ' +
    'stands under the names: an alias (CNAME), a name that belongs elsewhere (DNAME, a delegation) and addresses that ' +
    'nobody declared stop the plan, and once more the deploy before its first record. It changes nothing.',
  attributes: ATTRIBUTES,
};

/** What stands before the DNS records of a site. The records themselves are those of hashicorp/dns. */
export const publishedNames = { typeName: 'exchange_published_names', schema };

/** What a declaration publishes, as the object that stands before the record sets has it. */
export function publishedNamesOf(
  site: ExchangeSiteProps,
  records: readonly DnsRecordSet[],
): {
  readonly addresses: NameAddresses;
  readonly purposes: { readonly [name: string]: string };
  readonly existing?: readonly string[];
} {
  const addresses: { [name: string]: readonly string[] } = {};
  for (const record of records) {
    const name = record.host.toLowerCase();
    addresses[name] = [...(addresses[name] ?? []), ...record.addresses];
  }
  const existing = Object.keys(addresses).filter((name) =>
    records.some((record) => record.existing && record.host.toLowerCase() === name),
  );
  const purposes = purposesOf(site);
  return existing.length === 0 ? { addresses, purposes } : { addresses, purposes, existing };
}

/**
 * What a state has published once `planned` is applied. It keeps the addresses that were declared before, since a deploy
 * that fails leaves them in DNS, until the declaration changes once more.
 */
export function publishedAfter(prior: KnownValues | null, planned: NameAddresses): NameAddresses {
  const before = (prior?.['addresses'] ?? {}) as NameAddresses;
  if (prior !== null && sameAddresses(before, planned)) {
    return (prior['published'] ?? planned) as NameAddresses;
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(planned)])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const all = [...(planned[name] ?? []), ...(before[name] ?? [])];
      return [name, [...distinctAddresses(all)].sort()];
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
