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
 * Record sets wait for the gates of all servers, and that of a client access array for the array, too. Those of one DNS
 * server are read and written one after another: where Kerberos signs, as for Windows DNS, hashicorp/dns mixes up what it
 * does at once (https://github.com/hashicorp/terraform-provider-dns/issues/215).
 */
export const dns: Phase = ({ site, placements }) => {
  const gates = [
    ...placements.map(({ server }) => idOn(server, 'health')),
    // In the plan files alone: nothing that people see to stands in Terraform.
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
      // Its name leaves DNS before the array itself is removed.
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

/** Each also waits for the one before it that goes to the same DNS server. */
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

/** What a reader of the plan must know where servers share a name by their own addresses. */
export const ROUND_ROBIN =
  'Round robin does not notice a dead server: a client that is sent to one waits, for some seconds, until its connection times out and it tries the next address.';

/** The two traps of hashicorp/dns that a reader of the plan must know. */
const IMPORTED = 'The record set is imported first, so that what it holds already is seen.';
const added = (place: string) =>
  `If the record set exists already, the addresses in it stay beside these until the next plan shows them: name it in ${place}.existingRecords.`;
const beside = (place: string) =>
  `If the record set exists already, what is in it stays beside this until the next plan shows it: name it in ${place}.existingRecords.`;
