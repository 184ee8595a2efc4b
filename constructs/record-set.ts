import { AaaaRecordSet } from '@cdktf/provider-dns/lib/aaaa-record-set';
import { ARecordSet } from '@cdktf/provider-dns/lib/a-record-set';
import { CnameRecord } from '@cdktf/provider-dns/lib/cname-record';
import { MxRecordSet } from '@cdktf/provider-dns/lib/mx-record-set';
import { PtrRecord } from '@cdktf/provider-dns/lib/ptr-record';
import { SrvRecordSet } from '@cdktf/provider-dns/lib/srv-record-set';
import { TxtRecordSet } from '@cdktf/provider-dns/lib/txt-record-set';
import type { DnsProvider } from '@cdktf/provider-dns/lib/provider';
import type { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { FurtherRecord, RecordSet } from '../exchange/element';
import { absolute, type FurtherType, recordTexts } from '../exchange/further-records';
import type { Side } from '../exchange/given-names';
import { templateText } from './template-text';

interface Published {
  readonly zone: string;
  readonly ttl: number;
  readonly provider: DnsProvider;
}

/** A record set, for a function that makes it with another provider than hashicorp/dns. */
export interface DeclaredRecordSet {
  /** Unique in the stack, and the same in each synth: `webmail_contoso_com-A`. */
  readonly id: string;
  readonly view: Side;
  /** `contoso.com`: as declared, without a dot at its end. */
  readonly zone: string;
  /** Relative to the zone and in lower case; null for the name of the zone itself. */
  readonly name: string | null;
  readonly type: 'A' | 'AAAA' | FurtherType;
  readonly ttlSeconds: number;
  /**
   * Each is written as in a zone file: `192.0.2.11`, `10 mx1.contoso.com.`. Characters that Terraform would read as a
   * template are escaped.
   */
  readonly records: readonly string[];
  /** Whether the declaration lists it in `existingRecords`: it exists before the first deploy, and must be imported. */
  readonly existing: boolean;
}

/** Makes the resource for a record set. The site adds what the resource depends on. */
export type RecordSetMaker = (scope: Construct, record: DeclaredRecordSet) => TerraformResource;

/** Chooses what makes the record sets of a zone; undefined: hashicorp/dns makes them. */
export type RecordSets = (zone: {
  /** As declared, without a dot at its end. */
  readonly name: string;
  readonly view: Side;
}) => RecordSetMaker | undefined;

export function declaredRecordSet(record: RecordSet | FurtherRecord): DeclaredRecordSet {
  const { id, view, zone, name, ttlSeconds, existing } = record;
  const [type, records] =
    'content' in record
      ? [record.content.recordType, recordTexts(record.content)]
      : [record.recordType, record.addresses];
  return {
    id,
    view,
    zone: zone.name.replace(/\.$/, ''),
    name,
    type,
    ttlSeconds,
    records: records.map(templateText),
    existing,
  };
}

/** Makes the resource of hashicorp/dns for a record set. */
export function recordSet(
  scope: Construct,
  record: RecordSet | FurtherRecord,
  published: Published,
): TerraformResource {
  const { id, name } = record;
  const named = name === null ? {} : { name };
  if (!('content' in record)) {
    const Addresses = record.recordType === 'A' ? ARecordSet : AaaaRecordSet;
    return new Addresses(scope, id, { ...published, ...named, addresses: [...record.addresses] });
  }
  const { content } = record;
  switch (content.recordType) {
    case 'CNAME':
      return new CnameRecord(scope, id, {
        ...published,
        name: name ?? '',
        cname: absolute(content.target),
      });
    case 'PTR':
      return new PtrRecord(scope, id, { ...published, ...named, ptr: absolute(content.target) });
    case 'MX':
      return new MxRecordSet(scope, id, {
        ...published,
        ...named,
        mx: content.exchangers.map(({ preference, exchange }) => ({
          preference,
          exchange: absolute(exchange),
        })),
      });
    case 'SRV':
      return new SrvRecordSet(scope, id, {
        ...published,
        name: name ?? '',
        srv: content.hosts.map(({ target, ...others }) => ({ ...others, target: absolute(target) })),
      });
    case 'TXT':
      return new TxtRecordSet(scope, id, { ...published, ...named, txt: content.texts.map(templateText) });
  }
}
