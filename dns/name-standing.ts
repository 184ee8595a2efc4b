import type { DnsClient } from './client';
import { rcodeName, RCODES } from './codes';
import { DnsError } from './dns-error';
import { type Message, plainRecord } from './message';
import { fold, isWithin, labelsOf, nameProblem } from './name';
import { type DnsRecord, formatData, type RecordType } from './record';

/** What the server of a zone answers for a name, as far as it matters for publishing addresses there. */
export type NameStanding =
  /** There is neither an address nor an alias. Records of other types may be there, and do no harm. */
  | { readonly kind: 'free' }
  /** The name has these addresses, of IPv4 and IPv6. */
  | {
      readonly kind: 'addresses';
      readonly records: readonly DnsRecord[];
      /**
       * The addresses come from a wildcard. The name itself does not exist, and the first record of its own replaces
       * them.
       */
      readonly isWildcard: boolean;
    }
  /** The name has a CNAME record, beside which there can be no other record. */
  | {
      readonly kind: 'alias';
      readonly record: DnsRecord;
      /** The CNAME comes from a wildcard, as with addresses. */
      readonly isWildcard: boolean;
    }
  /** A DNAME record above the name turns it into another one: nobody would see a record written under it (RFC 6672). */
  | { readonly kind: 'redirected'; readonly record: DnsRecord }
  /**
   * The name belongs to a zone below this one: nobody would see a record written in this zone (RFC 2136 section 7.18).
   */
  | { readonly kind: 'delegated'; readonly zone: string };

/** A label that no host has, so that only a wildcard can answer for it. */
const NOBODY = '_nobody';

/**
 * Asks the server of a zone about a name.
 *
 * @param zone absolute, as `name` is
 * @throws DnsError where the answers leave it open
 */
export async function nameStanding(client: DnsClient, zone: string, name: string): Promise<NameStanding> {
  const first = await answerTo(client, name, 'A');
  const cut = cutIn(first, zone, name);
  if (cut !== undefined) return { kind: 'delegated', zone: cut };
  const dname = recordsIn(first).find(
    (record) =>
      record.data.type === 'DNAME' && isWithin(name, record.name) && fold(name) !== fold(record.name),
  );
  if (dname !== undefined) return { kind: 'redirected', record: dname };
  const [alias] = recordsAt(name, first, 'CNAME');
  if (alias !== undefined) {
    return { kind: 'alias', record: alias, isWildcard: await isWildcard(client, zone, name, [alias]) };
  }
  const records = [
    ...recordsAt(name, first, 'A'),
    ...recordsAt(name, await answerTo(client, name, 'AAAA'), 'AAAA'),
  ];
  if (records.length === 0) return { kind: 'free' };
  return { kind: 'addresses', records, isWildcard: await isWildcard(client, zone, name, records) };
}

async function answerTo(client: DnsClient, name: string, type: 'A' | 'AAAA'): Promise<Message> {
  const answer = await client.query(name, type);
  if (answer.rcode === RCODES.NOERROR || answer.rcode === RCODES.NXDOMAIN) return answer;
  throw new DnsError(`the server answers ${rcodeName(answer.rcode)} to a question about ${name}`);
}

function recordsIn({ answers }: Message): readonly DnsRecord[] {
  return answers.flatMap((record) => plainRecord(record) ?? []);
}

/** The records of the name itself. An answer also holds those of the name that an alias leads to. */
function recordsAt(name: string, message: Message, type: RecordType): readonly DnsRecord[] {
  return recordsIn(message).filter((record) => record.data.type === type && fold(record.name) === fold(name));
}

/**
 * The zone below this one that the name belongs to: named in a referral (RFC 1034 section 4.3.2), or in an answer,
 * where the server has that zone too.
 */
function cutIn({ authorities }: Message, zone: string, name: string): string | undefined {
  return authorities
    .flatMap((record) => plainRecord(record) ?? [])
    .filter(({ data }) => data.type === 'NS' || data.type === 'SOA')
    .map((record) => record.name)
    .find((owner) => isWithin(name, owner) && isWithin(owner, zone) && fold(owner) !== fold(zone));
}

/**
 * Whether the records come from a wildcard, which an answer does not say. A wildcard `*.contoso.com` answers only for
 * names whose closest existing ancestor is `contoso.com` (RFC 4592 section 3.3.1). So it gives the same answer for a
 * neighbour of the name, and it answers for names below the name only as long as the name itself does not exist.
 */
async function isWildcard(
  client: DnsClient,
  zone: string,
  name: string,
  records: readonly DnsRecord[],
): Promise<boolean> {
  if (fold(name) === fold(zone)) return false;
  const parent = `${labelsOf(name).slice(1).join('.')}.`;
  for (const other of [`${NOBODY}.${name}`, `${NOBODY}.${parent}`]) {
    if (nameProblem(other) !== undefined || !(await answersAlike(client, other, records))) return false;
  }
  return true;
}

async function answersAlike(
  client: DnsClient,
  name: string,
  records: readonly DnsRecord[],
): Promise<boolean> {
  const type = records[0]?.data.type ?? 'A';
  const answer = await answerTo(client, name, type === 'AAAA' ? 'AAAA' : 'A');
  const wanted = records.filter(({ data }) => data.type === type);
  const textsOf = (of: readonly DnsRecord[]) =>
    of
      .map(({ data }) => fold(formatData(data)))
      .sort()
      .join('\n');
  return textsOf(recordsAt(name, answer, type)) === textsOf(wanted);
}
