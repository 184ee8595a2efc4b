import type { Path } from '../schema';
import { canonicalAddress, recordTypeOf } from './addresses';
import { type AnyRecordSet, recordSetOf, zoneOf } from './dns-records';
import { viewsOf, type View } from './dns-views';
import type { ExchangeSiteProps, FurtherRecords, MailExchanger, ServiceHost } from './site';

/** The content of a record set without addresses. Names are spelled as declared. */
export type RecordContent =
  | { readonly recordType: 'CNAME' | 'PTR'; readonly target: string }
  | { readonly recordType: 'MX'; readonly exchangers: readonly MailExchanger[] }
  | { readonly recordType: 'SRV'; readonly hosts: readonly ServiceHost[] }
  | { readonly recordType: 'TXT'; readonly texts: readonly string[] };

export type FurtherType = RecordContent['recordType'];

/** A record set that a view declares beside the addresses of the names. */
export interface DeclaredRecords {
  readonly view: View;
  readonly path: Path;
  /** The key as declared: a name, or for PTR records an address. */
  readonly key: string;
  /** The owner name of the records, in lower case; for PTR records the reverse name of the address. */
  readonly host: string;
  readonly content: RecordContent;
}

export interface FurtherRecordSet extends AnyRecordSet {
  readonly content: RecordContent;
}

/** How each property of `records` becomes content, in the order of a plan. */
const CONTENTS: {
  readonly [attribute in keyof FurtherRecords]-?: (
    declared: NonNullable<FurtherRecords[attribute]>[string],
  ) => RecordContent;
} = {
  cname: (target) => ({ recordType: 'CNAME', target }),
  mx: (exchangers) => ({ recordType: 'MX', exchangers }),
  srv: (hosts) => ({ recordType: 'SRV', hosts }),
  txt: (texts) => ({ recordType: 'TXT', texts }),
  ptr: (target) => ({ recordType: 'PTR', target }),
};

/** All further records of the views, in the order of the views and types. */
export function declaredRecords(site: ExchangeSiteProps): readonly DeclaredRecords[] {
  return viewsOf(site).flatMap((view) =>
    Object.entries(CONTENTS).flatMap(([attribute, contentOf]) =>
      Object.entries(view.declared.records?.[attribute as keyof FurtherRecords] ?? {}).map(
        ([key, declared]): DeclaredRecords => {
          // The compiler has checked in CONTENTS that each function takes the type of its own property.
          const content = (contentOf as (value: unknown) => RecordContent)(declared);
          return {
            view,
            path: [...view.path, { attribute: 'records' }, { attribute }, { attribute: key }],
            key,
            host: hostOf(content.recordType, key),
            content,
          };
        },
      ),
    ),
  );
}

/** A name in the form for comparison: in lower case and without a trailing dot. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The owner name of records with this key: the name itself, or for PTR records the reverse name of the address. */
export function hostOf(recordType: FurtherType, key: string): string {
  return (recordType === 'PTR' ? reverseName(key) : undefined) ?? plainName(key);
}

/** The record sets that are in a zone of their view. A rule reports the others. */
export function furtherRecords(site: ExchangeSiteProps): readonly FurtherRecordSet[] {
  return declaredRecords(site).flatMap(({ view, host, content }) => {
    const zone = zoneOf(view, host);
    if (zone === undefined) return [];
    const { recordType } = content;
    const existing = (view.declared.existingRecords ?? []).some((key) => hostOf(recordType, key) === host);
    return [{ ...recordSetOf(view, zone, host, recordType), content, existing }];
  });
}

/** The reverse name of an address, such as 11.2.0.192.in-addr.arpa (RFC 1035, section 3.5; RFC 3596, section 2.5). */
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

/** A fully qualified name with its trailing dot, as a record holds it. */
export function absolute(name: string): string {
  return `${name.replace(/\.$/, '')}.`;
}

/** The records in the form of a zone file (RFC 1035, section 5.1). */
export function recordTexts(content: RecordContent): readonly string[] {
  switch (content.recordType) {
    case 'CNAME':
    case 'PTR':
      return [absolute(content.target)];
    case 'MX':
      return content.exchangers.map(({ preference, exchange }) => `${preference} ${absolute(exchange)}`);
    case 'SRV':
      return content.hosts.map(
        ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${absolute(target)}`,
      );
    case 'TXT':
      return content.texts.map(stringsOf);
  }
}

/** A text of more than 255 bytes is several strings (RFC 1035, section 3.3.14). */
function stringsOf(text: string): string {
  return (text.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');
}
