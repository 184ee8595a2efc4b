import { CnameRecord } from '@cdktf/provider-dns/lib/cname-record';
import { MxRecordSet } from '@cdktf/provider-dns/lib/mx-record-set';
import { PtrRecord } from '@cdktf/provider-dns/lib/ptr-record';
import { SrvRecordSet } from '@cdktf/provider-dns/lib/srv-record-set';
import { TxtRecordSet } from '@cdktf/provider-dns/lib/txt-record-set';
import type { DnsProvider } from '@cdktf/provider-dns/lib/provider';
import type { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { FurtherRecord } from '../exchange/element';
import { absolute, type FurtherValue } from '../exchange/further-records';
import { templateText } from './template-text';

interface Published {
  readonly zone: string;
  readonly ttl: number;
  readonly provider: DnsProvider;
}

/** The resource of hashicorp/dns for a record set that holds no addresses. */
export function furtherRecordSet(
  scope: Construct,
  { id, name, recordType, values }: FurtherRecord,
  published: Published,
): TerraformResource {
  const named = name === null ? {} : { name };
  const texts = values.filter((value) => typeof value === 'string');
  const target = absolute(texts[0] ?? '');
  switch (recordType) {
    case 'CNAME':
      return new CnameRecord(scope, id, { ...published, name: name ?? '', cname: target });
    case 'PTR':
      return new PtrRecord(scope, id, { ...published, ...named, ptr: target });
    case 'MX':
      return new MxRecordSet(scope, id, {
        ...published,
        ...named,
        mx: values.map((value) => ({
          preference: numberIn(value, 'preference'),
          exchange: absolute(textIn(value, 'exchange')),
        })),
      });
    case 'SRV':
      return new SrvRecordSet(scope, id, {
        ...published,
        name: name ?? '',
        srv: values.map((value) => ({
          priority: numberIn(value, 'priority'),
          weight: numberIn(value, 'weight'),
          port: numberIn(value, 'port'),
          target: absolute(textIn(value, 'target')),
        })),
      });
    case 'TXT':
      return new TxtRecordSet(scope, id, {
        ...published,
        ...named,
        txt: texts.map(templateText),
      });
  }
}

function numberIn(value: FurtherValue, field: string): number {
  return Number(typeof value === 'string' ? NaN : value[field]);
}

function textIn(value: FurtherValue, field: string): string {
  return typeof value === 'string' ? value : String(value[field]);
}
