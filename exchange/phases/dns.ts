import { formatPath } from '../../schema';
import { dnsRecords } from '../dns-records';
import { viewsOf } from '../dns-views';
import { idOn, type Phase } from './phase';

const PUBLISHED_LAST =
  'Users reach the servers by this name, so it is published last, when all of them are healthy.';

/** Record sets wait for the gates of all servers. */
export const dns: Phase = ({ site, placements }) => {
  const gates = placements.map(({ server }) => idOn(server, 'health'));
  const places = new Map(viewsOf(site).map(({ side, path }) => [side, formatPath(path)]));
  return dnsRecords(site).map((record) => ({
    type: 'record-set',
    ...record,
    dependsOn: gates,
    reason: `${PUBLISHED_LAST} ${record.existing ? IMPORTED : added(places.get(record.view) ?? '')}`,
  }));
};

/** The two traps of hashicorp/dns that a reader of the plan must know. */
const IMPORTED = 'The record set is imported first, so that what it holds already is seen.';
const added = (place: string) =>
  `If the record set exists already, the addresses in it stay beside these until the next plan shows them: name it in ${place}.existingRecords.`;
