import type { DnsClient } from './client';
import { rcodeName, RCODES } from './codes';
import { DnsError } from './dns-error';
import { type Message, plainRecord } from './message';
import { fold, isWithin, labelsOf, nameProblem } from './name';
import { type DnsRecord, formatData, type RecordType } from './record';

/** What the server of a zone has under a name, as far as it matters to whoever publishes addresses there. */
export type NameStanding =
  /** Neither an address nor an alias. Records of other types, which are in nobody's way, may be there. */
  | { readonly kind: 'free' }
  /** The name is answered with these addresses, of both types. */
  | {
      readonly kind: 'addresses';
      readonly records: readonly DnsRecord[];
      /** They are those of a wildcard: the name itself is not there, and the first record of its own takes their place. */
      readonly isWildcard: boolean;
    }
  /** The name is answered with a CNAME record, beside which nothing can stand. */
  | {
      readonly kind: 'alias';
      readonly record: DnsRecord;
      /** As with addresses. */
      readonly isWildcard: boolean;
    }
  /** A DNAME record above it turns the name into another one: what is written under it nobody sees (RFC 6672). */
  | { readonly kind: 'redirected'; readonly record: DnsRecord }
  /** It belongs to a zone below this one: what is written in this one nobody sees (RFC 2136 section 7.18). */
  | { readonly kind: 'delegated'; readonly zone: string };

/** A label that no host has: nothing but a wildcard answers for it. */
const NOBODY = '_nobody';

/**
 * Asks the server of a zone what stands under a name.
 *
 * @param zone absolute, as `name`
 * @throws DnsError where the answers do not tell
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

/** An answer leads on from an alias to what that stands for, which is not the name's own. */
function recordsAt(name: string, message: Message, type: RecordType): readonly DnsRecord[] {
  return recordsIn(message).filter((record) => record.data.type === type && fold(record.name) === fold(name));
}

/**
 * The zone below this one that the name belongs to: of a referral (RFC 1034 section 4.3.2), or of an answer where the
 * server has that zone too.
 */
function cutIn({ authorities }: Message, zone: string, name: string): string | undefined {
  return authorities
    .flatMap((record) => plainRecord(record) ?? [])
    .filter(({ data }) => data.type === 'NS' || data.type === 'SOA')
    .map((record) => record.name)
    .find((owner) => isWithin(name, owner) && isWithin(owner, zone) && fold(owner) !== fold(zone));
}

/**
 * Whether records are a wildcard's. Nothing in an answer says so, but a wildcard answers only for names of which the
 * nearest one above that exists is the one that it hangs on (RFC 4592 section 3.3.1): it answers in the same way for the
 * name's neighbours, and for what is below the name only while the name itself does not exist.
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
