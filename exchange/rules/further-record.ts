import type { Path } from '../../schema';
import { formatPath } from '../../schema';
import { recordTypeOf } from '../addresses';
import { likelyZone, zoneOf } from '../dns-records';
import { declaredRecords, type DeclaredRecords, plainName } from '../further-records';
import type { Side } from '../given-names';
import { isHostName } from '../resources/host';
import { sameName } from '../resources/equality';
import type { Finding, Rule, RuleInput } from './rule';

export const furtherRecord: Rule = {
  id: 'further-record',
  severity: 'error',
  description:
    'Records in `records` are in a zone of their view and have names, numbers and targets that DNS accepts. A CNAME is the only record of its name, and does not lead back to itself. MX and SRV records name hosts that are not aliases, each host once; or they hold only a dot, which says that there is no host.',
  check: (input) => {
    const records = declaredRecords(input.site);
    const aliases = { internal: aliasesIn('internal', records), external: aliasesIn('external', records) };
    return records.flatMap((record) => [
      ...misspelled(record),
      ...wrongHosts(record, aliases[record.view.side]),
      ...outsideZones(record),
      ...declaredTwice(record, records),
      ...besideAlias(record, records, input),
      ...aliasOfItself(record, aliases[record.view.side]),
    ]);
  },
};

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const SERVICE = /^_[a-z0-9-]+\._[a-z]+\./i;

function isOwnerName(name: string): boolean {
  const labels = name.replace(/^\*\./, '').split('.');
  return name.length <= 253 && labels.every((label) => LABEL.test(label));
}

function misspelled({ content, key, path }: DeclaredRecords): readonly Finding[] {
  const name = key.replace(/\.$/, '');
  if (content.recordType === 'PTR') {
    return recordTypeOf(key) === undefined
      ? [
          {
            path,
            problem: `'${key}' is not an address`,
            remedy: "write the address that has the name: '192.0.2.11'",
          },
        ]
      : wrongTarget(content.target, path);
  }
  if (!isOwnerName(name)) {
    return [
      {
        path,
        problem: `'${key}' is not a name that DNS takes`,
        remedy:
          'write its labels with letters, digits, hyphens and underscores, at most 63 in each and 253 with the dots, such as www.contoso.com',
      },
    ];
  }
  switch (content.recordType) {
    case 'CNAME':
      return wrongTarget(content.target, path);
    case 'MX':
      return content.exchangers.flatMap(({ exchange: _, ...numbers }, index) =>
        wrongNumbers(numbers, [...path, { index }]),
      );
    case 'SRV':
      return SERVICE.test(name)
        ? content.hosts.flatMap(({ target: _, ...numbers }, index) =>
            wrongNumbers(numbers, [...path, { index }]),
          )
        : [
            {
              path,
              problem: `'${key}' does not name a service and its protocol`,
              remedy: `write them before the domain: _autodiscover._tcp.${name}`,
            },
          ];
    case 'TXT':
      return content.texts.flatMap((text, index) => wrongText(text, [...path, { index }]));
  }
}

/**
 * The characters that hashicorp/dns writes between the quotes of a zone file without change, and reads back literally.
 */
const PLAIN_TEXT = /^[ !#-[\]-~]+$/;

function wrongText(text: string, path: Path): readonly Finding[] {
  return PLAIN_TEXT.test(text)
    ? []
    : [
        {
          path,
          problem: 'the text has a character that hashicorp/dns does not carry as it is',
          remedy: 'use printable ASCII characters without quotation marks and backslashes',
        },
      ];
}

function wrongTarget(target: string, path: Path): readonly Finding[] {
  return isHostName(target.replace(/\.$/, ''))
    ? []
    : [
        {
          path,
          problem: `'${target}' is not a host name`,
          remedy: 'write the name of a host, such as mail.contoso.com, without a port or path',
        },
      ];
}

/** A host that an MX or SRV record names. */
interface Lead {
  readonly host: string;
  /** SRV records may name the same host with different ports. */
  readonly port?: number;
  readonly path: Path;
}

function leadsOf({ content, path }: DeclaredRecords): readonly Lead[] {
  switch (content.recordType) {
    case 'MX':
      return content.exchangers.map(({ exchange }, index) => ({
        host: exchange,
        path: [...path, { index }, { attribute: 'exchange' }],
      }));
    case 'SRV':
      return content.hosts.map(({ target, port }, index) => ({
        host: target,
        port,
        path: [...path, { index }, { attribute: 'target' }],
      }));
    default:
      return [];
  }
}

/**
 * The root of DNS in place of a host: the domain receives no mail (RFC 7505), or the service is not available (RFC
 * 2782).
 */
const NOBODY = '.';

function wrongHosts(record: DeclaredRecords, aliases: Aliases): readonly Finding[] {
  const leads = leadsOf(record);
  return leads.flatMap((lead, index): readonly Finding[] => {
    const { host, port, path } = lead;
    if (host === NOBODY) return leads.length === 1 ? nobody(record, path) : [besideNobody(path)];
    const wrong = wrongTarget(host, path);
    if (wrong.length > 0) return wrong;
    const first = leads
      .slice(0, index)
      .find((other) => plainName(other.host) === plainName(host) && other.port === port);
    if (first !== undefined) {
      return [
        {
          path,
          problem: `'${host}' is also declared at ${formatPath(first.path)}`,
          remedy: 'name each host once; letter case and a dot at the end do not make it another one',
        },
      ];
    }
    return toAlias(record, host, path, aliases);
  });
}

function besideNobody(path: Path): Finding {
  return {
    path,
    problem: "'.' means that the domain has no such host, but others are declared beside it",
    remedy: "give only '.', or take it out",
  };
}

/** The preference must be 0 (RFC 7505, section 3). */
function nobody({ content }: DeclaredRecords, path: Path): readonly Finding[] {
  const preference = content.recordType === 'MX' ? content.exchangers[0]?.preference : 0;
  return preference === 0
    ? []
    : [
        {
          path,
          problem: `'.' says that nobody takes the mail, with a preference of ${preference ?? 0}`,
          remedy: "write { preference: 0, exchange: '.' }",
        },
      ];
}

/** The host of an MX or SRV record must not be an alias (RFC 2181, section 10.3, and RFC 2782). */
function toAlias(
  { content: { recordType } }: DeclaredRecords,
  host: string,
  path: Path,
  aliases: Aliases,
): readonly Finding[] {
  const alias = aliases.get(plainName(host));
  if (alias === undefined) return [];
  const end = chainFrom(alias.target, aliases).at(-1) ?? alias.target;
  // Of aliases in a circle each has a finding of its own.
  if (aliases.has(plainName(end))) return [];
  return [
    {
      path,
      problem: `'${host}' is an alias, by ${formatPath(alias.path)}, and ${recordType} records name no aliases`,
      remedy: `name the host that it is an alias of: '${end}'`,
    },
  ];
}

/** The aliases of a view, by name. */
type Aliases = ReadonlyMap<string, { readonly path: Path; readonly target: string }>;

function aliasesIn(side: Side, records: readonly DeclaredRecords[]): Aliases {
  return new Map(
    records.flatMap(({ content, view, host, path }) =>
      content.recordType === 'CNAME' && view.side === side ? [[host, { path, target: content.target }]] : [],
    ),
  );
}

/** A host, what it is an alias of, and so on, up to a host that is no alias or has occurred already. */
function chainFrom(host: string, aliases: Aliases): readonly string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = host; next !== undefined && !seen.has(plainName(next));) {
    chain.push(next);
    seen.add(plainName(next));
    next = aliases.get(plainName(next))?.target;
  }
  return chain;
}

/** Clients never get to an address where an alias leads back to itself. */
function aliasOfItself({ content, host, key, path }: DeclaredRecords, aliases: Aliases): readonly Finding[] {
  if (content.recordType !== 'CNAME') return [];
  const chain = chainFrom(content.target, aliases);
  if (!chain.some((name) => plainName(name) === host)) return [];
  const between = chain.slice(0, -1);
  return [
    {
      path,
      problem: `'${key}' is an alias of itself${between.length === 0 ? '' : `, by way of ${between.join(', ')}`}`,
      remedy: 'name a host that has addresses',
    },
  ];
}

function wrongNumbers(numbers: { readonly [attribute: string]: number }, path: Path): readonly Finding[] {
  return Object.entries(numbers).flatMap(([attribute, number]) =>
    number <= 65_535
      ? []
      : [
          {
            path: [...path, { attribute }],
            problem: `${number} is no ${attribute}`,
            remedy: 'write a whole number from 0 to 65535',
          },
        ],
  );
}

/** Two keys are the same if they differ only in letter case, a trailing dot or the spelling of an address. */
function declaredTwice(record: DeclaredRecords, records: readonly DeclaredRecords[]): readonly Finding[] {
  const first = records.find(
    ({ view, content, host }) =>
      view.side === record.view.side &&
      content.recordType === record.content.recordType &&
      host === record.host,
  );
  if (first === undefined || first === record) return [];
  return [
    {
      path: record.path,
      problem: `'${record.key}' is declared at ${formatPath(first.path)} too`,
      remedy: 'write its records in one place',
    },
  ];
}

function outsideZones({ view, host, key, path, content }: DeclaredRecords): readonly Finding[] {
  if (zoneOf(view, host) !== undefined) return [];
  const zones = formatPath([...view.path, { attribute: 'zones' }]);
  const zone = likelyZone(host);
  const isDomain = host.includes('.');
  return [
    {
      path,
      problem: `${host === key ? `'${key}'` : `'${key}' (${host})`} lies in none of the zones (${view.declared.zones.map(({ name }) => name).join(', ') || 'there are none'})`,
      remedy:
        content.recordType === 'CNAME' && zone === host
          ? `write the whole name of a host, such as ${isDomain ? `www.${host}` : `${host}.contoso.com`}, and add its zone to ${zones}: an alias cannot have the name of a zone`
          : `add its zone to ${zones}, for example { name: '${zone}' }, or correct the name`,
    },
  ];
}

/** A CNAME must be the only record of its name (RFC 1034, section 3.6.2). */
function besideAlias(
  { view, content, host, path }: DeclaredRecords,
  records: readonly DeclaredRecords[],
  { recordSets }: RuleInput,
): readonly Finding[] {
  if (content.recordType !== 'CNAME') return [];
  if (view.declared.zones.some(({ name }) => plainName(name) === host)) {
    return [
      {
        path,
        problem: `'${host}' is a zone itself, which has records of its own, and an alias is the only record of its name`,
        remedy: 'give it addresses, or make a name within it the alias',
      },
    ];
  }
  const other = records.find(
    (record) =>
      record.content.recordType !== 'CNAME' && record.view.side === view.side && record.host === host,
  );
  const hasAddresses = recordSets.some((record) => record.view === view.side && sameName(record.host, host));
  if (other === undefined && !hasAddresses) return [];
  return [
    {
      path,
      problem: `'${host}' has ${other === undefined ? 'addresses' : `a record of type ${other.content.recordType}`} too, and an alias is the only record of its name`,
      remedy: 'take one of them out',
    },
  ];
}
