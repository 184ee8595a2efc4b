import { formatPath } from '../../schema';
import { arrayId, declaredArrays } from '../declared-arrays';
import { dnsRecords } from '../dns-records';
import { viewsOf } from '../dns-views';
import { furtherRecords } from '../further-records';
import { sameName } from '../resources/equality';
import { nlbClusters } from '../nlb';
import { nlbStepIds } from './nlb';
import { idOn, type Phase } from './phase';
import { lastProxyStep } from './reverse-proxy';

const PUBLISHED_LAST =
  'Users reach the servers by this name, so it is published last, when all of them are healthy.';

/** Record sets wait for the gates of all servers, and that of a client access array for the array, too. */
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
    reason: `${PUBLISHED_LAST} ${record.existing ? IMPORTED : added(places.get(record.view) ?? '')}`,
  }));
  const further = furtherRecords(site).map((record) => ({
    type: 'further-record' as const,
    ...record,
    dependsOn: [...gates, ...addresses.map(({ id }) => id)],
    reason: `${FURTHER} ${record.existing ? IMPORTED : beside(places.get(record.view) ?? '')}`,
  }));
  return [...addresses, ...further];
};

const FURTHER = 'It leads to names of the site, so that it comes after their addresses.';

/** The two traps of hashicorp/dns that a reader of the plan must know. */
const IMPORTED = 'The record set is imported first, so that what it holds already is seen.';
const added = (place: string) =>
  `If the record set exists already, the addresses in it stay beside these until the next plan shows them: name it in ${place}.existingRecords.`;
const beside = (place: string) =>
  `If the record set exists already, what is in it stays beside this until the next plan shows it: name it in ${place}.existingRecords.`;
