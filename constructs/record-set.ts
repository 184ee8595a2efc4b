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
import { absolute } from '../exchange/further-records';
import { templateText } from './template-text';

interface Published {
  readonly zone: string;
  readonly ttl: number;
  readonly provider: DnsProvider;
}

/** The resource of hashicorp/dns for a record set. */
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
