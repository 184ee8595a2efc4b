import type { NameStanding } from '../dns/name-standing';
import { type DnsRecord, formatRecord } from '../dns/record';
import { canonicalAddress, recordTypeOf } from '../exchange/addresses';
import type { Side } from '../exchange/given-names';
import type { NameAddresses } from '../exchange/published-names';
import { type Diagnostic, path } from '../schema';
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
    'Beside a CNAME record no address can stand (RFC 2136 section 3.4.2.2): the server would answer that all is well, and change nothing.',
    `Put the addresses that it leads to now in its place, in one update of the zone ${zone}, so that the name is never gone. With nsupdate, where TTL is that of ${declared}.ttlSeconds:\n  update delete ${record.name} CNAME\n  update add ${record.name} TTL A ADDRESS\n  send`,
    `Then name ${name} in ${declared}.existingRecords and plan again. Or take the name out of the declaration.`,
  );
}

function redirected(name: string, { server, zone }: Answered, record: DnsRecord): Diagnostic {
  return finding(
    'error',
    `DNS leads from ${name} to another name`,
    `${server} has: ${formatRecord(record)}`,
    'It stands for every name below it: the server would take an address of this one, and nobody would see it.',
    `Remove this record from the zone ${zone}, then plan again; or take the name out of the declaration.`,
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
    `${name} is not in the zone ${zone} but in one below it`,
    `${server} hands it on to the zone ${child}: it would take an address of the name in the zone ${zone}, and nobody would see it.`,
    `Declare the zone ${child} in ${declared}.zones, with the server that takes its updates; or remove the delegation (NS records) from the zone ${zone}.`,
  );
}

function wildcard(name: string, { server }: Answered, records: readonly DnsRecord[]): Diagnostic {
  return finding(
    'warning',
    `A wildcard answers for ${name}`,
    `${server} has no record of the name itself, and answers: ${listed(records)}`,
    'Clients that ask for the name are sent there until a deploy publishes it. Its own record then takes the place of the wildcard.',
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
          `The site publishes no address of type ${type} there, so that no deploy takes these away: clients are sent to them, too.`,
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
          'The deploy takes them away, as the plan of the record set shows.',
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
        'No deploy of this state put them there. This one would add the addresses of the site to them, and the one after it take them away.',
        `To take the record set over, name ${name} in ${view}.existingRecords and declare the TTL that it has (${view}.ttlSeconds: ${ttl}): the plan then shows which addresses go. Else remove them from the zone ${zone}.`,
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
      `What DNS has under names of the zone ${zone} is not known`,
      `A question about ${ofZone.map(({ name }) => name).join(', ')} to ${first?.server}: ${first?.reason.replace(/\.$/, '')}.`,
      'The records are the last step of a deploy: look at the server first.',
    );
  });
}
