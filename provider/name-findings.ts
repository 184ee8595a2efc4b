import type { NameStanding } from '../dns/name-standing';
import { type DnsRecord, formatRecord } from '../dns/record';
import { canonicalAddress, recordTypeOf } from '../exchange/addresses';
import type { Side } from '../exchange/given-names';
import type { NameAddresses } from '../exchange/published-names';
import { type Diagnostic, path } from '../schema';
import { FIND_FIRST } from './dns-updates';
import type { DnsZones, NameAnswer } from './dns-zones';

/** The names that a view is to publish, and those that it published before. */
export interface Publication {
  readonly side: Side;
  /** Where the view is declared: `dns`, `dns.internal` or `dns.external`. */
  readonly declared: string;
  readonly addresses: NameAddresses;
  /** Names whose record sets are imported. */
  readonly existing: readonly string[];
  /** Published by earlier deploys of the same Terraform state. */
  readonly published: NameAddresses;
}

type Answered = NameAnswer & { readonly kind: 'answered' };

/**
 * Compares the records in DNS with the names to publish: errors where a deploy would fail or do harm, warnings where
 * people should know.
 */
export async function nameFindings(
  publication: Publication,
  zones: Pick<DnsZones, 'standing'> | undefined,
): Promise<readonly Diagnostic[]> {
  const names = Object.keys(publication.addresses);
  const answers = await Promise.all(
    names.map(async (name) => ({ name, answer: await zones?.standing(name, publication.side) })),
  );
  return [
    ...answers.flatMap(({ name, answer }) =>
      answer?.kind === 'answered'
        ? findingsOf(name, { ...answer, zone: withoutDot(answer.zone) }, publication)
        : [],
    ),
    ...unknownNames(answers),
  ];
}

function findingsOf(name: string, answered: Answered, publication: Publication): readonly Diagnostic[] {
  const { standing } = answered;
  switch (standing.kind) {
    case 'free':
      return [];
    case 'delegated':
      return [delegated(name, answered, withoutDot(standing.zone), publication)];
    case 'redirected':
      return [redirected(name, answered, standing.record)];
    case 'alias':
      return [
        standing.isWildcard
          ? wildcard(name, answered, [standing.record])
          : alias(name, answered, standing, publication),
      ];
    case 'addresses':
      return standing.isWildcard
        ? [wildcard(name, answered, standing.records)]
        : undeclaredAddresses(name, answered, standing.records, publication);
  }
}

function finding(
  severity: Diagnostic['severity'],
  summary: string,
  ...sentences: readonly string[]
): Diagnostic {
  return { severity, summary, detail: sentences.join('\n'), path: path('addresses') };
}

function alias(
  name: string,
  { server, zone }: Answered,
  { record }: NameStanding & { kind: 'alias' },
  { declared }: Publication,
): Diagnostic {
  return finding(
    'error',
    `${name} is an alias in DNS`,
    `${server} has: ${formatRecord(record)}`,
    'A name with a CNAME record can have no address records (RFC 2136 section 3.4.2.2). The DNS server would report success for the update and change nothing.',
    `Replace the CNAME record by the addresses that it leads to now. Do both in one update of the zone ${zone}, so that clients always find the name. With nsupdate, where TTL is the value of ${declared}.ttlSeconds:\n  update delete ${record.name} CNAME\n  update add ${record.name} TTL A ADDRESS\n  send`,
    `Then add ${name} to ${declared}.existingRecords and plan again. Or take the name out of the declaration.`,
  );
}

function redirected(name: string, { server, zone }: Answered, record: DnsRecord): Diagnostic {
  return finding(
    'error',
    `A DNAME record in DNS redirects ${name} to another name`,
    `${server} has: ${formatRecord(record)}`,
    'A DNAME record redirects every name below its own. The DNS server would accept an address record for this name, but clients would never get it.',
    `Remove the DNAME record from the zone ${zone} and plan again, or take the name out of the declaration.`,
  );
}

function delegated(
  name: string,
  { server, zone }: Answered,
  child: string,
  { declared }: Publication,
): Diagnostic {
  return finding(
    'error',
    `${name} is not in the zone ${zone}, but in the zone ${child} below it`,
    `${server} delegates the name to the zone ${child}. It would accept an address record for the name in the zone ${zone}, but clients would never get it.`,
    `Declare the zone ${child} in ${declared}.zones, with the server that takes its updates, or remove the delegation (its NS records) from the zone ${zone}.`,
  );
}

function wildcard(name: string, { server }: Answered, records: readonly DnsRecord[]): Diagnostic {
  return finding(
    'warning',
    `A wildcard answers for ${name}`,
    `${server} has no record of the name itself, and answers: ${listed(records)}`,
    'Until a deploy publishes the name, clients that ask for it get this answer. From then on the name has records of its own, and the wildcard does not apply to it any more.',
  );
}

/**
 * Addresses in DNS that are neither declared nor were published by this state. A and AAAA are judged separately, since
 * each is a record set of its own.
 */
function undeclaredAddresses(
  name: string,
  { server, zone }: Answered,
  records: readonly DnsRecord[],
  { declared: view, addresses, existing, published }: Publication,
): readonly Diagnostic[] {
  const [declared, ours] = [addresses[name] ?? [], published[name] ?? []];
  const known = new Set([...declared, ...ours].map(canonicalAddress));
  return (['A', 'AAAA'] as const).flatMap((type) => {
    const undeclared = records.filter(
      ({ data }) => data.type === type && !known.has(canonicalAddress(data.address)),
    );
    if (undeclared.length === 0) return [];
    const isOfType = (address: string) => recordTypeOf(address) === type;
    const found = `${server} has: ${listed(undeclared)}`;
    if (!declared.some(isOfType)) {
      return [
        finding(
          'warning',
          `${name} has addresses in DNS that are not declared`,
          found,
          `The site declares no ${type} records for this name, so no deploy will remove these. Clients are sent to these addresses, too.`,
          `Remove them from the zone ${zone}, or declare them as addresses of the site.`,
        ),
      ];
    }
    if (ours.some(isOfType)) {
      return [
        finding(
          'warning',
          `${name} has addresses in DNS that no deploy put there`,
          found,
          'The deploy will remove them. The plan of the record set shows it.',
        ),
      ];
    }
    if (existing.includes(name)) return [];
    const ttl = Math.min(...undeclared.map((record) => record.ttl));
    return [
      finding(
        'error',
        `${name} has addresses in DNS that nobody declared`,
        found,
        'They do not come from a deploy with this Terraform state. This deploy would add the addresses of the site to them, and the next deploy would remove them.',
        `To take the record set over, add ${name} to ${view}.existingRecords and declare the TTL that it has (${view}.ttlSeconds: ${ttl}). The plan then shows which addresses are removed. Otherwise remove the addresses from the zone ${zone} yourself.`,
      ),
    ];
  });
}

/** The declaration writes names without the dot at their end, and so do sentences. */
const withoutDot = (name: string) => name.replace(/\.$/, '');

function listed(records: readonly DnsRecord[]): string {
  const lines = records.map(formatRecord).sort();
  return lines.length === 1 ? (lines[0] ?? '') : lines.map((line) => `\n  ${line}`).join('');
}

/** One warning for each zone, except for zones whose refusal is already reported. */
function unknownNames(
  answers: readonly { readonly name: string; readonly answer: NameAnswer | undefined }[],
): readonly Diagnostic[] {
  const unanswered = answers.flatMap(({ name, answer }) =>
    answer?.kind === 'unanswered' && !answer.isReported ? [{ name, ...answer }] : [],
  );
  return [...new Set(unanswered.map(({ zone }) => zone))].map((zone) => {
    const ofZone = unanswered.filter((each) => each.zone === zone);
    const [first] = ofZone;
    return finding(
      'warning',
      `The records of the zone ${zone} could not be read`,
      `The question about ${ofZone.map(({ name }) => name).join(', ')} to ${first?.server} failed: ${first?.reason.replace(/\.$/, '')}.`,
      `${FIND_FIRST}.`,
    );
  });
}
