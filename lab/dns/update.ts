import { CLASSES, type Rcode, TYPES } from '../../dns/codes';
import { type Message, plainRecord, type WireRecord } from '../../dns/message';
import { fold, isWithin } from '../../dns/name';
import { type DnsRecord, namesIn, recordTypeOf, sameData, type StartOfAuthority } from '../../dns/record';
import type { Zone } from './zone';

/** Dynamic updates, RFC 2136 section 3. An update is done as a whole or not at all. */

/** The result of an update. */
export interface UpdateResult {
  readonly rcode: Rcode;
  /** The zone after the update; left out where nothing changed. */
  readonly zone?: Zone;
}

/** The most names in one zone: a limit for clients that hold the key. */
const MOST_NAMES = 100_000;
const LONGEST_TTL = 0x7fffffff;

/** Meta-types and question types (RFC 6895 section 3.1), which are never stored as records. */
const isMetaType = (type: number): boolean => type === TYPES.OPT || (type >= 128 && type <= 255);

class Refusal extends Error {
  constructor(readonly rcode: Rcode) {
    super(rcode);
  }
}

/** @param message whose first question names this zone */
export function update(zone: Zone, message: Message): UpdateResult {
  try {
    requirePrerequisites(zone, message.answers);
    message.authorities.forEach((change) => scan(zone, change));
    const changed = zone.copy();
    for (const change of message.authorities) apply(changed, change);
    if (sameRecords(zone, changed)) return { rcode: 'NOERROR' };
    requireMailHostsWithAddress(changed, message.authorities);
    if (changed.size > MOST_NAMES) throw new Refusal('REFUSED');
    if (changed.soa.serial === zone.soa.serial) setSoa(changed, nextSerial(changed.soa));
    return { rcode: 'NOERROR', zone: changed };
  } catch (error) {
    if (error instanceof Refusal) return { rcode: error.rcode };
    throw error;
  }
}

/** Section 3.2: first each prerequisite by itself, then those that compare a whole record set. */
function requirePrerequisites(zone: Zone, prerequisites: readonly WireRecord[]): void {
  const exact = new Map<string, DnsRecord[]>();
  for (const wire of prerequisites) {
    if (wire.ttl !== 0) throw new Refusal('FORMERR');
    if (!isWithin(wire.name, zone.name)) throw new Refusal('NOTZONE');
    const type = recordTypeOf(wire.type);
    const isSet = type !== undefined && zone.set(wire.name, type) !== undefined;
    const inUse = zone.sets(wire.name).length > 0;
    switch (wire.class) {
      case CLASSES.ANY:
        if (wire.data !== undefined) throw new Refusal('FORMERR');
        if (wire.type === TYPES.ANY ? !inUse : !isSet) {
          throw new Refusal(wire.type === TYPES.ANY ? 'NXDOMAIN' : 'NXRRSET');
        }
        break;
      case CLASSES.NONE:
        if (wire.data !== undefined) throw new Refusal('FORMERR');
        if (wire.type === TYPES.ANY ? inUse : isSet) {
          throw new Refusal(wire.type === TYPES.ANY ? 'YXDOMAIN' : 'YXRRSET');
        }
        break;
      case CLASSES.IN: {
        const record = plainRecord(wire);
        if (record === undefined) throw new Refusal(isMetaType(wire.type) ? 'FORMERR' : 'NXRRSET');
        const key = `${fold(wire.name)} ${wire.type}`;
        exact.set(key, [...(exact.get(key) ?? []), record]);
        break;
      }
      default:
        throw new Refusal('FORMERR');
    }
  }
  for (const records of exact.values()) {
    const [first] = records;
    const data = first === undefined ? undefined : zone.set(first.name, first.data.type)?.data;
    const wanted = records.map((record) => record.data);
    const same =
      data !== undefined &&
      wanted.every((each) => data.some((other) => sameData(each, other))) &&
      data.every((each) => wanted.some((other) => sameData(each, other)));
    if (!same) throw new Refusal('NXRRSET');
  }
}

/** Section 3.4.1: every change is checked before any is made. */
function scan(zone: Zone, wire: WireRecord): void {
  if (!isWithin(wire.name, zone.name)) throw new Refusal('NOTZONE');
  switch (wire.class) {
    case CLASSES.IN:
      if (isMetaType(wire.type) || wire.ttl > LONGEST_TTL) throw new Refusal('FORMERR');
      // Records of a type that this server does not understand could not be answered either.
      if (plainRecord(wire) === undefined) throw new Refusal(wire.data === undefined ? 'FORMERR' : 'NOTIMP');
      return;
    case CLASSES.ANY:
      if (wire.ttl !== 0 || wire.data !== undefined) throw new Refusal('FORMERR');
      if (isMetaType(wire.type) && wire.type !== TYPES.ANY) throw new Refusal('FORMERR');
      return;
    case CLASSES.NONE:
      if (wire.ttl !== 0 || isMetaType(wire.type)) throw new Refusal('FORMERR');
      return;
    default:
      throw new Refusal('FORMERR');
  }
}

/** Section 3.4.2. A change that its special rules forbid is ignored silently, as the section says. */
function apply(zone: Zone, wire: WireRecord): void {
  const own = zone.isOwn(wire.name);
  switch (wire.class) {
    case CLASSES.IN: {
      const record = plainRecord(wire);
      if (record !== undefined) add(zone, record, own);
      return;
    }
    case CLASSES.ANY:
      for (const set of zone.sets(wire.name)) {
        const meant = wire.type === TYPES.ANY || TYPES[set.type] === wire.type;
        const kept = own && (set.type === 'SOA' || set.type === 'NS');
        if (meant && !kept) zone.put({ ...set, data: [] });
      }
      return;
    case CLASSES.NONE: {
      const type = recordTypeOf(wire.type);
      const set = type === undefined ? undefined : zone.set(wire.name, type);
      const { data } = wire;
      if (set === undefined || data === undefined || Buffer.isBuffer(data) || set.type === 'SOA') return;
      const rest = set.data.filter((each) => !sameData(each, data));
      // The last NS record of the zone itself is kept.
      if (own && set.type === 'NS' && rest.length === 0) return;
      zone.put({ ...set, data: rest });
      return;
    }
  }
}

function add(zone: Zone, record: DnsRecord, own: boolean): void {
  const { data } = record;
  const sets = zone.sets(record.name);
  if (data.type === 'SOA') {
    if (own && isLater(data.serial, zone.soa.serial)) setSoa(zone, data, record.ttl);
    return;
  }
  if (data.type === 'CNAME') {
    if (sets.some((set) => set.type !== 'CNAME')) return;
    // A name has only one CNAME record: the new one replaces the old one.
    for (const set of sets) zone.put({ ...set, data: [] });
  } else if (sets.some((set) => set.type === 'CNAME')) {
    return;
  }
  // RFC 6672 section 2.4: a name has only one DNAME record.
  for (const set of sets) if (data.type === 'DNAME' && set.type === 'DNAME') zone.put({ ...set, data: [] });
  zone.add(record);
}

function setSoa(zone: Zone, soa: StartOfAuthority, ttl = zone.set(zone.name, 'SOA')?.ttl ?? 0): void {
  zone.put({ name: zone.name, ttl, type: 'SOA', data: [soa] });
}

/** RFC 1982: serial numbers wrap around; zero is skipped (RFC 2136 section 3.6). */
function isLater(left: number, right: number): boolean {
  const distance = (left - right) >>> 0;
  return distance !== 0 && distance < 0x80000000;
}

function nextSerial(soa: StartOfAuthority): StartOfAuthority {
  return { ...soa, serial: (soa.serial + 1) >>> 0 || 1 };
}

function sameRecords(left: Zone, right: Zone): boolean {
  const before = left.format();
  const after = right.format();
  return before.length === after.length && before.every((line, position) => line === after[position]);
}

/** BIND refuses an MX record whose mail exchanger is a name in the zone without an address (`check-mx`). */
function requireMailHostsWithAddress(zone: Zone, changes: readonly WireRecord[]): void {
  for (const change of changes) {
    const record = plainRecord(change);
    if (record?.data.type !== 'MX') continue;
    for (const host of namesIn(record.data)) {
      if (!isWithin(host, zone.name) || zone.delegation(host) !== undefined) continue;
      if (zone.set(host, 'A') === undefined && zone.set(host, 'AAAA') === undefined)
        throw new Refusal('REFUSED');
    }
  }
}
