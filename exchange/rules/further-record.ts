import type { Path } from '../../schema';
import { formatPath } from '../../schema';
import { recordTypeOf } from '../addresses';
import { zoneOf } from '../dns-records';
import { declaredRecords, type DeclaredRecords } from '../further-records';
import { isHostName } from '../resources/host';
import { sameName } from '../resources/equality';
import type { Finding, Rule, RuleInput } from './rule';

export const furtherRecord: Rule = {
  id: 'further-record',
  severity: 'error',
  description:
    'Records beside the addresses lie in a zone of their view, have names, numbers and targets that DNS takes, and an alias (CNAME) is the only record of its name.',
  check: (input) => {
    const records = declaredRecords(input.site);
    return records.flatMap((record) => [
      ...misspelled(record),
      ...outsideZones(record),
      ...declaredTwice(record, records),
      ...besideAlias(record, records, input),
    ]);
  },
};

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const SERVICE = /^_[a-z0-9-]+\._[a-z]+\./i;

function isOwnerName(name: string): boolean {
  const labels = name.replace(/^\*\./, '').split('.');
  return name.length <= 253 && labels.every((label) => LABEL.test(label));
}

function misspelled({ recordType, key, path, values }: DeclaredRecords): readonly Finding[] {
  const name = key.replace(/\.$/, '');
  if (recordType === 'PTR') {
    return recordTypeOf(key) === undefined
      ? [
          {
            path,
            problem: `'${key}' is not an address`,
            remedy: "write the address that has the name: '192.0.2.11'",
          },
        ]
      : wrongTargets(values, path);
  }
  if (!isOwnerName(name)) {
    return [
      { path, problem: `'${key}' is not a name that DNS takes`, remedy: 'write it whole: contoso.com' },
    ];
  }
  if (recordType === 'SRV' && !SERVICE.test(name)) {
    return [
      {
        path,
        problem: `'${key}' does not name a service and its protocol`,
        remedy: `write them before the domain: _autodiscover._tcp.${name}`,
      },
    ];
  }
  return recordType === 'TXT'
    ? wrongTexts(values, path)
    : [...wrongTargets(values, path), ...wrongNumbers(values, path)];
}

/** What hashicorp/dns hands on as it is, between quotes of a zone file, and finds again to the letter. */
const PLAIN_TEXT = /^[ !#-[\]-~]+$/;

function wrongTexts(values: DeclaredRecords['values'], path: Path): readonly Finding[] {
  return values.flatMap((value, index) =>
    typeof value !== 'string' || PLAIN_TEXT.test(value)
      ? []
      : [
          {
            path: [...path, { index }],
            problem: 'the text has a character that hashicorp/dns does not carry as it is',
            remedy: 'use printable ASCII characters without quotation marks and backslashes',
          },
        ],
  );
}

function wrongTargets(values: DeclaredRecords['values'], path: Path): readonly Finding[] {
  return values.flatMap((value, index): readonly Finding[] => {
    const [attribute, target] =
      typeof value === 'string'
        ? [undefined, value]
        : Object.entries(value).find(([name]) => name === 'target' || name === 'exchange')!;
    if (isHostName(String(target).replace(/\.$/, ''))) return [];
    return [
      {
        path: attribute === undefined ? path : [...path, { index }, { attribute }],
        problem: `'${target}' is not a host name`,
        remedy: 'write the name of a host, such as mail.contoso.com, without a port or path',
      },
    ];
  });
}

function wrongNumbers(values: DeclaredRecords['values'], path: Path): readonly Finding[] {
  return values.flatMap((value, index) =>
    typeof value === 'string'
      ? []
      : Object.entries(value).flatMap(([attribute, number]) =>
          typeof number === 'string' || number <= 65_535
            ? []
            : [
                {
                  path: [...path, { index }, { attribute }],
                  problem: `${number} is no ${attribute}`,
                  remedy: 'write a whole number from 0 to 65535',
                },
              ],
        ),
  );
}

/** Letter case, a dot at the end, and the spelling of an address do not make two names. */
function declaredTwice(record: DeclaredRecords, records: readonly DeclaredRecords[]): readonly Finding[] {
  const first = records.find(
    ({ view, recordType, host }) =>
      view.side === record.view.side && recordType === record.recordType && host === record.host,
  );
  if (first === undefined || first === record) return [];
  return [
    {
      path: record.path,
      problem: `'${record.key}' is the name of ${formatPath(first.path)} too`,
      remedy: 'write the records of a name in one place',
    },
  ];
}

function outsideZones({ view, host, key, path, recordType }: DeclaredRecords): readonly Finding[] {
  if (zoneOf(view, host) !== undefined) return [];
  const zones = formatPath([...view.path, { attribute: 'zones' }]);
  // A domain itself takes mail and has texts; other records are of names within one.
  const isDomain = (recordType === 'MX' || recordType === 'TXT') && host.split('.').length <= 2;
  const zone = isDomain ? host : host.split('.').slice(1).join('.');
  return [
    {
      path,
      problem: `${host === key ? `'${key}'` : `'${key}' (${host})`} lies in none of the zones (${view.declared.zones.map(({ name }) => name).join(', ') || 'there are none'})`,
      remedy: `add its zone to ${zones}, for example { name: '${zone}' }, or correct the name`,
    },
  ];
}

/** RFC 1034, section 3.6.2. */
function besideAlias(
  { view, recordType, host, path }: DeclaredRecords,
  records: readonly DeclaredRecords[],
  { recordSets }: RuleInput,
): readonly Finding[] {
  if (recordType !== 'CNAME') return [];
  if (view.declared.zones.some(({ name }) => sameName(name.replace(/\.$/, ''), host))) {
    return [
      {
        path,
        problem: `'${host}' is a zone itself, which has records of its own, and an alias is the only record of its name`,
        remedy: 'give it addresses, or make a name within it the alias',
      },
    ];
  }
  const other = records.find(
    (record) => record.recordType !== 'CNAME' && record.view.side === view.side && record.host === host,
  );
  const hasAddresses = recordSets.some((record) => record.view === view.side && sameName(record.host, host));
  if (other === undefined && !hasAddresses) return [];
  return [
    {
      path,
      problem: `'${host}' has ${other === undefined ? 'addresses' : `a record of type ${other.recordType}`} too, and an alias is the only record of its name`,
      remedy: 'take one of them out',
    },
  ];
}
