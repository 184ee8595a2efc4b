import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { DnsRecord, RecordData } from '../../dns/record';
import { Zone } from './zone';

/** Stores the zones between two starts of a server. */
export interface ZoneStore {
  load(): readonly Zone[];
  save(zones: readonly Zone[]): void;
}

interface StoredRecord {
  readonly name: string;
  readonly ttl: number;
  readonly data: RecordData | { readonly type: 'TXT'; readonly strings: readonly string[] };
}

interface StoredZone {
  readonly name: string;
  readonly records: readonly StoredRecord[];
}

/**
 * Stores the zones in one JSON file, which is replaced as a whole: after a crash it is either the old or the new one.
 */
export function fileStore(path: string): ZoneStore {
  return {
    load(): readonly Zone[] {
      if (!existsSync(path)) return [];
      try {
        const zones = JSON.parse(readFileSync(path, 'utf8')) as readonly StoredZone[];
        return zones.map((zone) => Zone.of(zone.name, zone.records.map(fromStored)));
      } catch (error) {
        throw new Error(`${path} does not hold zones of this server: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    save(zones): void {
      const stored = zones.map((zone) => ({ name: zone.name, records: zone.records().map(toStored) }));
      const next = `${path}.next`;
      writeFileSync(next, `${JSON.stringify(stored, undefined, 2)}\n`);
      renameSync(next, path);
    },
  };
}

/** The texts of TXT records are bytes, which JSON cannot hold. */
function toStored(record: DnsRecord): StoredRecord {
  const { data } = record;
  if (data.type !== 'TXT') return { ...record, data };
  return {
    ...record,
    data: { type: 'TXT', strings: data.strings.map((string) => string.toString('base64')) },
  };
}

function fromStored(record: StoredRecord): DnsRecord {
  const { data } = record;
  if (data.type !== 'TXT') return { ...record, data };
  const strings = data.strings.map((string) => Buffer.from(string as string, 'base64'));
  return { ...record, data: { type: 'TXT', strings } };
}
