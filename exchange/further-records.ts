import type { Path } from '../schema';
import { canonicalAddress, recordTypeOf } from './addresses';
import { zoneOf } from './dns-records';
import { viewsOf, type View } from './dns-views';
import type { Side } from './given-names';
import { idOf } from './resource-id';
import type { ExchangeSiteProps, FurtherRecords, Zone } from './site';

/** Types of record sets beside those of addresses, in the order of a plan. */
export const FURTHER_TYPES = ['CNAME', 'MX', 'SRV', 'TXT', 'PTR'] as const;

export type FurtherType = (typeof FURTHER_TYPES)[number];

/** A record as the declaration has it, by the names of its fields; a text where it has one field. */
export type FurtherValue = string | { readonly [field: string]: string | number };

/** A record set that a view declares beside the addresses of the names. */
export interface DeclaredRecords {
  readonly view: View;
  readonly path: Path;
  readonly recordType: FurtherType;
  /** As it is written: a name, or the address that a name is looked up for. */
  readonly key: string;
  /** The name that has the records, in lower case; of a PTR record that of the address. */
  readonly host: string;
  readonly values: readonly FurtherValue[];
}

/** The same with its zone. */
export interface FurtherRecordSet {
  /** `_autodiscover__tcp_contoso_com-SRV`, in the external view `…-SRV-external`. */
  readonly id: string;
  readonly view: Side;
  readonly host: string;
  readonly zone: Zone;
  /** Relative to the zone, null for the zone itself. */
  readonly name: string | null;
  readonly recordType: FurtherType;
  readonly ttlSeconds: number;
  readonly values: readonly FurtherValue[];
  /** It is there before the first deploy and is imported. */
  readonly existing: boolean;
}

const DEFAULT_TTL_SECONDS = 300;

/** All that the views declare, in the order of the views and types. */
export function declaredRecords(site: ExchangeSiteProps): readonly DeclaredRecords[] {
  return viewsOf(site).flatMap((view) =>
    FURTHER_TYPES.flatMap((recordType) => {
      const attribute = recordType.toLowerCase() as keyof FurtherRecords;
      return Object.entries(view.declared.records?.[attribute] ?? {}).map(
        ([key, declared]): DeclaredRecords => ({
          view,
          path: [...view.path, { attribute: 'records' }, { attribute }, { attribute: key }],
          recordType,
          key,
          host: hostOf(recordType, key),
          values: (Array.isArray(declared) ? declared : [declared]) as readonly FurtherValue[],
        }),
      );
    }),
  );
}

/** The name that has the records, of a name, or of the address that it is looked up for. */
export function hostOf(recordType: FurtherType, key: string): string {
  return (recordType === 'PTR' ? reverseName(key) : undefined) ?? key.toLowerCase().replace(/\.$/, '');
}

/** Those that lie in a zone of their view; of the others a rule tells. */
export function furtherRecords(site: ExchangeSiteProps): readonly FurtherRecordSet[] {
  return declaredRecords(site).flatMap(({ view, recordType, host, values }) => {
    const zone = zoneOf(view, host);
    if (zone === undefined) return [];
    const name = host.slice(0, host.length - zone.name.replace(/\.$/, '').length).replace(/\.$/, '');
    return [
      {
        // An underscore may be in these names, and stands as its code; names are in lower case, and that is not.
        id: `${idOf(host.replaceAll('_', '_5F').replaceAll('.', '_'))}-${recordType}${view.side === 'external' ? '-external' : ''}`,
        view: view.side,
        host,
        zone,
        name: name === '' ? null : name,
        recordType,
        ttlSeconds: view.declared.ttlSeconds ?? DEFAULT_TTL_SECONDS,
        values,
        existing: (view.declared.existingRecords ?? []).some((name) => hostOf(recordType, name) === host),
      },
    ];
  });
}

/** The name under which DNS answers what an address is called (RFC 1035, section 3.5; RFC 3596, section 2.5). */
export function reverseName(address: string): string | undefined {
  const type = recordTypeOf(address);
  if (type === undefined) return undefined;
  if (type === 'A') return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [start = '', end] = canonicalAddress(address).split('::');
  const groups = (part = '') => (part === '' ? [] : part.split(':'));
  const [left, right] = [groups(start), groups(end)];
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const digits = [...left, ...middle, ...right].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

/** A name as a record holds it: with the dot at its end. */
export function absolute(name: string): string {
  return `${name.replace(/\.$/, '')}.`;
}

/** A record as a zone file has it (RFC 1035, section 5.1). */
export function recordText(
  { recordType }: Pick<FurtherRecordSet, 'recordType'>,
  value: FurtherValue,
): string {
  if (typeof value === 'string') {
    return recordType === 'TXT' ? stringsOf(value) : absolute(value);
  }
  const { preference, exchange, priority, weight, port, target } = value;
  return recordType === 'MX'
    ? `${preference} ${absolute(String(exchange))}`
    : `${priority} ${weight} ${port} ${absolute(String(target))}`;
}

/** A text of more than 255 bytes is several strings (RFC 1035, section 3.3.14). */
function stringsOf(text: string): string {
  return (text.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');
}
