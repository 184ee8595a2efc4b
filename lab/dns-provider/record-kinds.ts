import { isIPv4, isIPv6 } from 'node:net';

import { type Attribute, type Block, integer, type Known, type Problem, text, textSet } from '../../schema';
import { dataProblem, decodeData, encodeData, type RecordData, type RecordType } from '../../dns/record';
import { invalidValue } from './invalid-value';
import { plainText } from './plain-text';

/** A kind of record set: a row of the table from which the resources are made. */
export interface RecordKind {
  readonly typeName: string;
  readonly type: RecordType;
  readonly nameIsRequired: boolean;
  /** The attribute or block that holds the records, and its schema. */
  readonly value: { readonly name: string } & (
    | { readonly attribute: Attribute; readonly block?: undefined }
    | { readonly block: Block; readonly attribute?: undefined }
  );
  /** Makes record data from a known value of the attribute or block. */
  dataOf(value: Known): RecordData[];
  valueOf(data: readonly RecordData[]): Known;
  /**
   * hashicorp/dns implements its address records with HashiCorp's older SDK, which treats defaults, drift and changes
   * differently. With it, an update sends only the changed records; for the other kinds it sends all old records and
   * all new ones.
   */
  readonly older: boolean;
}

const texts = (value: Known): string[] => (Array.isArray(value) ? value.map(plainText) : [plainText(value)]);
const blocks = (value: Known): { readonly [name: string]: Known }[] =>
  Array.isArray(value) ? (value as { readonly [name: string]: Known }[]) : [];

/** Makes a check that finds the first invalid record of a value. */
function problemOf(dataOf: (value: Known) => RecordData[]): (value: Known) => Problem | undefined {
  return (value) =>
    invalidValue(
      dataOf(value)
        .map(dataProblem)
        .find((problem) => problem !== undefined),
    );
}

function addressKind(
  type: 'A' | 'AAAA',
  typeName: string,
  canonical: (address: string) => string,
): RecordKind {
  const dataOf = (value: Known): RecordData[] =>
    texts(value).map((address) => ({ type, address: canonical(address) }));
  const spelled = (value: Known): string => texts(value).map(canonical).sort().join(' ');
  const version = type === 'A' ? 'IPv4' : 'IPv6';
  return {
    typeName,
    type,
    nameIsRequired: false,
    value: {
      name: 'addresses',
      attribute: textSet('required', `${version} addresses of the name.`, {
        equals: (left, right) => spelled(left) === spelled(right),
        problem: problemOf(dataOf),
      }),
    },
    dataOf,
    valueOf: (data) => data.flatMap((each) => (each.type === type ? [each.address] : [])),
    older: true,
  };
}

/** `192.0.2.011` is accepted as `192.0.2.11`. */
function withoutLeadingZeros(address: string): string {
  const parts = address.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  return isIPv4(parts.join('.')) ? parts.join('.') : address;
}

/** The shortest spelling of an address, as in DNS answers. */
function shortest(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address;
  const encoded = encodeData({ type: 'AAAA', address });
  const decoded = decodeData('AAAA', Buffer.concat([Buffer.from([0, encoded.length]), encoded]), 0);
  return decoded.type === 'AAAA' ? decoded.address : address;
}

function targetKind(
  type: 'CNAME' | 'PTR',
  typeName: string,
  valueName: string,
  nameIsRequired: boolean,
  description: string,
): RecordKind {
  const dataOf = (value: Known): RecordData[] => texts(value).map((target) => ({ type, target }));
  return {
    typeName,
    type,
    nameIsRequired,
    value: { name: valueName, attribute: text('required', description, { problem: problemOf(dataOf) }) },
    dataOf,
    valueOf: (data) => data.flatMap((each) => (each.type === type ? [each.target] : []))[0] ?? null,
    older: false,
  };
}

/** The most bytes of one string in a TXT record; a longer text is split into several strings. */
const STRING_BYTES = 255;

function textData(value: Known): RecordData[] {
  return texts(value).map((each) => {
    const bytes = Buffer.from(each, 'utf8');
    const strings = Array.from({ length: Math.max(1, Math.ceil(bytes.length / STRING_BYTES)) }, (_, index) =>
      bytes.subarray(index * STRING_BYTES, (index + 1) * STRING_BYTES),
    );
    return { type: 'TXT', strings };
  });
}

const nameServerData = (value: Known): RecordData[] => texts(value).map((target) => ({ type: 'NS', target }));

const numbered = (description: string): Attribute =>
  integer('required', description, { problem: smallNumber });
const named = (description: string): Attribute =>
  text('required', description, {
    problem: problemOf((value) => [{ type: 'NS', target: plainText(value) }]),
  });

function smallNumber(value: Known): Problem | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 && number <= 0xffff
    ? undefined
    : invalidValue(`${JSON.stringify(value)} is not a whole number from 0 to 65535`);
}

export const RECORD_KINDS: readonly RecordKind[] = [
  addressKind('A', 'dns_a_record_set', withoutLeadingZeros),
  addressKind('AAAA', 'dns_aaaa_record_set', shortest),
  targetKind(
    'CNAME',
    'dns_cname_record',
    'cname',
    true,
    'Name that the alias leads to, with the dot at its end.',
  ),
  targetKind(
    'PTR',
    'dns_ptr_record',
    'ptr',
    false,
    'Name that the address belongs to, with the dot at its end.',
  ),
  {
    typeName: 'dns_mx_record_set',
    type: 'MX',
    nameIsRequired: false,
    value: {
      name: 'mx',
      block: {
        nesting: 'set',
        schema: {
          description: 'One mail exchanger.',
          attributes: {
            preference: numbered('Lower is tried first.'),
            exchange: named('Its name, with the dot at its end.'),
          },
        },
      },
    },
    dataOf: (value) =>
      blocks(value).map((each) => ({
        type: 'MX',
        preference: Number(each['preference']),
        exchange: plainText(each['exchange']),
      })),
    valueOf: (data) =>
      data.flatMap((each) =>
        each.type === 'MX' ? [{ preference: each.preference, exchange: each.exchange }] : [],
      ),
    older: false,
  },
  {
    typeName: 'dns_ns_record_set',
    type: 'NS',
    nameIsRequired: true,
    value: {
      name: 'nameservers',
      attribute: textSet('required', 'Names of the name servers, each with the dot at its end.', {
        problem: problemOf(nameServerData),
      }),
    },
    dataOf: nameServerData,
    valueOf: (data) => data.flatMap((each) => (each.type === 'NS' ? [each.target] : [])),
    older: false,
  },
  {
    typeName: 'dns_srv_record_set',
    type: 'SRV',
    nameIsRequired: true,
    value: {
      name: 'srv',
      block: {
        nesting: 'set',
        schema: {
          description: 'One host of the service.',
          attributes: {
            priority: numbered('Lower is tried first.'),
            weight: numbered('Share among hosts of one priority.'),
            port: numbered('Its port.'),
            target: named('Its name, with the dot at its end.'),
          },
        },
      },
    },
    dataOf: (value) =>
      blocks(value).map((each) => ({
        type: 'SRV',
        priority: Number(each['priority']),
        weight: Number(each['weight']),
        port: Number(each['port']),
        target: plainText(each['target']),
      })),
    valueOf: (data) =>
      data.flatMap((each) =>
        each.type === 'SRV'
          ? [{ priority: each.priority, weight: each.weight, port: each.port, target: each.target }]
          : [],
      ),
    older: false,
  },
  {
    typeName: 'dns_txt_record_set',
    type: 'TXT',
    nameIsRequired: false,
    value: { name: 'txt', attribute: textSet('required', 'Texts of the name.') },
    dataOf: textData,
    valueOf: (data) =>
      data.flatMap((each) =>
        each.type === 'TXT' ? [Buffer.concat([...each.strings]).toString('utf8')] : [],
      ),
    older: false,
  },
];
