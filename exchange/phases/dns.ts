import { formatPath } from '../../schema';
import { arrayId, declaredArrays } from '../declared-arrays';
import { dnsRecords } from '../dns-records';
import { viewsOf } from '../dns-views';
import type { Element, FurtherRecord, RecordSet } from '../element';
import { furtherRecords } from '../further-records';
import { sameName } from '../resources/equality';
import { nlbClusters } from '../nlb';
import { nlbStepIds } from './nlb';
import { idOn, type Phase } from './phase';
import { lastProxyStep } from './reverse-proxy';

const PUBLISHED_LAST =
  'Users reach the servers by this name, so it is published last, when all of them are healthy.';

/**
 * The DNS records. They depend on the health gates of all servers, and the record of a client access array also on the
 * array. Those of one DNS server are applied one after another: with Kerberos, which Windows DNS requires,
 * hashicorp/dns confuses concurrent updates (https://github.com/hashicorp/terraform-provider-dns/issues/215).
 */
export const dns: Phase = ({ site, placements }) => {
  const gates = [
    ...placements.map(({ server }) => idOn(server, 'health')),
    // Manual steps exist only in the plan files, not in Terraform.
    ...nlbStepIds(nlbClusters(site)),
  ];
  const places = new Map(viewsOf(site).map(({ side, path }) => [side, formatPath(path)]));
  const arrays = declaredArrays(site);
  const proxied = lastProxyStep(site);
  const addresses = dnsRecords(site).map((record) => ({
    type: 'record-set' as const,
    ...record,
    dependsOn: [
      ...gates,
      // With this dependency, the name is removed from DNS before the array itself is removed.
      ...arrays.filter(({ array }) => sameName(array.fqdn, record.host)).map(arrayId),
      ...(record.view === 'external' && proxied !== undefined ? [proxied] : []),
    ],
    reason: [
      PUBLISHED_LAST,
      record.existing ? IMPORTED : added(places.get(record.view) ?? ''),
      ...(record.isRoundRobin ? [ROUND_ROBIN] : []),
    ].join(' '),
  }));
  const further = furtherRecords(site).map((record) => ({
    type: 'further-record' as const,
    ...record,
    dependsOn: [...gates, ...addresses.map(({ id }) => id)],
    reason: `${FURTHER} ${record.existing ? IMPORTED : beside(places.get(record.view) ?? '')}`,
  }));
  return oneAfterAnother([...addresses, ...further]);
};

const DNS_PORT = 53;

/** Makes each record set depend on the previous one of the same DNS server. */
function oneAfterAnother(records: readonly (RecordSet | FurtherRecord)[]): readonly Element[] {
  const last = new Map<string, string>();
  return records.map((record) => {
    const { server = '', port = DNS_PORT } = record.zone;
    const key = JSON.stringify([server.toLowerCase(), port]);
    const before = last.get(key);
    last.set(key, record.id);
    return before === undefined || record.dependsOn.includes(before)
      ? record
      : { ...record, dependsOn: [...record.dependsOn, before] };
  });
}

const FURTHER = 'It leads to names of the site, so that it comes after their addresses.';

/** A remark for the plan where servers share a name by DNS round robin. */
export const ROUND_ROBIN =
  'Round robin does not notice a dead server: a client that is sent to one waits, for some seconds, until its connection times out and it tries the next address.';

/** Remarks for the plan on two pitfalls of hashicorp/dns. */
const IMPORTED = 'The record set is imported first, so that what it holds already is seen.';
const added = (place: string) =>
  `If the record set exists already, the addresses in it stay beside these until the next plan shows them: name it in ${place}.existingRecords.`;
const beside = (place: string) =>
  `If the record set exists already, what is in it stays beside this until the next plan shows it: name it in ${place}.existingRecords.`;
