import { CLASSES, type Rcode, TYPES } from '../../dns/codes';
import type { Question, WireRecord } from '../../dns/message';
import { fold, isWithin } from '../../dns/name';
import { namesIn, recordTypeOf } from '../../dns/record';
import type { RecordSet, Zone } from './zone';

/** The answer to a question. */
export interface Answer {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
}

/** The longest chain of aliases that is followed, which also ends circles. */
const LONGEST_CHAIN = 8;

const REFUSED: Answer = {
  rcode: 'REFUSED',
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
};

/** The zone that holds a name: the one with the longest matching name. */
export function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter((zone) => isWithin(name, zone.name))
    .sort((left, right) => right.name.length - left.name.length)[0];
}

/**
 * Answers a question from the zones as in RFC 1034 section 4.3.2, without recursion, with wildcards (RFC 4592).
 * Transfers, and questions about names outside of the zones, are refused.
 */
export function answer(zones: readonly Zone[], question: Question): Answer {
  const zone = zoneOf(zones, question.name);
  const refusedType = question.type === TYPES.AXFR || question.type === TYPES.IXFR;
  if (zone === undefined || refusedType || question.class !== CLASSES.IN) return REFUSED;

  const sets: RecordSet[] = [];
  let name = question.name;
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    const home = zoneOf(zones, name);
    if (home === undefined) break;
    const delegation = home.delegation(name);
    if (delegation !== undefined) return referral(home, delegation, sets);

    const redirection = home.redirection(name);
    const below = redirection?.data[0];
    if (redirection !== undefined && below?.type === 'DNAME') {
      const target = name.slice(0, name.length - redirection.name.length) + below.target;
      const { ttl } = redirection;
      sets.push(redirection, { name, ttl, type: 'CNAME', data: [{ type: 'CNAME', target }] });
      name = target;
      continue;
    }

    const own = home.sets(name);
    const there = own.length > 0 ? own : home.wildcardSets(name);
    const alias = there.find(({ type }) => type === 'CNAME');
    const target = alias?.data[0];
    if (alias !== undefined && question.type !== TYPES.CNAME && question.type !== TYPES.ANY) {
      sets.push(alias);
      if (target?.type !== 'CNAME') break;
      name = target.target;
      continue;
    }
    const found = wanted(there, question.type);
    if (found.length === 0) {
      // As BIND with zero-no-soa-ttl: a client that looks for the zone must not cache that this name does not have one.
      const exists = there.length > 0 || home.exists(name);
      const longest = question.type === TYPES.SOA && !exists ? 0 : home.soa.minimum;
      return negative(home, exists ? 'NOERROR' : 'NXDOMAIN', sets, longest);
    }
    return positive(zones, home, [...sets, ...found]);
  }
  // The authority section comes from the zone that holds the end of the chain; none of the zones here does.
  return {
    rcode: 'NOERROR',
    authoritative: true,
    answers: sets.flatMap(toWire),
    authorities: [],
    additionals: [],
  };
}

function wanted(sets: readonly RecordSet[], type: number): RecordSet[] {
  if (type === TYPES.ANY) return [...sets];
  const known = recordTypeOf(type);
  return sets.filter((set) => set.type === known);
}

/** Adds the zone's name servers, and the addresses of the names in the answer. */
function positive(zones: readonly Zone[], zone: Zone, sets: readonly RecordSet[]): Answer {
  const servers = zone.set(zone.name, 'NS');
  const authority = servers === undefined || sets.includes(servers) ? [] : [servers];
  return {
    rcode: 'NOERROR',
    authoritative: true,
    answers: sets.flatMap(toWire),
    authorities: authority.flatMap(toWire),
    additionals: addresses(zones, [...sets, ...authority]),
  };
}

/** RFC 2308 section 3: a negative answer carries the SOA record, whose TTL says how long it may be cached. */
function negative(zone: Zone, rcode: Rcode, aliases: readonly RecordSet[], longest: number): Answer {
  const soa = zone.set(zone.name, 'SOA');
  const authority = soa === undefined ? [] : [{ ...soa, ttl: Math.min(soa.ttl, longest) }];
  return {
    rcode,
    authoritative: true,
    answers: aliases.flatMap(toWire),
    authorities: authority.flatMap(toWire),
    additionals: [],
  };
}

/** The name servers of a delegated child zone, with their addresses where those stand below the delegation. */
function referral(zone: Zone, delegation: RecordSet, aliases: readonly RecordSet[]): Answer {
  const glue = targets([delegation]).filter((name) => isWithin(name, delegation.name));
  return {
    rcode: 'NOERROR',
    authoritative: aliases.length > 0,
    answers: aliases.flatMap(toWire),
    authorities: toWire(delegation),
    additionals: glue.flatMap((name) => addressSets(zone, name)).flatMap(toWire),
  };
}

function addresses(zones: readonly Zone[], sets: readonly RecordSet[]): WireRecord[] {
  const pointing = sets.filter((set) => set.type === 'MX' || set.type === 'SRV' || set.type === 'NS');
  return targets(pointing)
    .flatMap((name) => {
      const zone = zoneOf(zones, name);
      return zone === undefined ? [] : addressSets(zone, name);
    })
    .filter((set) => !sets.includes(set))
    .flatMap(toWire);
}

function targets(sets: readonly RecordSet[]): string[] {
  return [...new Set(sets.flatMap((set) => set.data.flatMap(namesIn)).map(fold))];
}

function addressSets(zone: Zone, name: string): RecordSet[] {
  return (['A', 'AAAA'] as const).flatMap((type) => zone.set(name, type) ?? []);
}

function toWire(set: RecordSet): WireRecord[] {
  return set.data.map((data) => ({
    name: set.name,
    type: TYPES[set.type],
    class: CLASSES.IN,
    ttl: set.ttl,
    data,
  }));
}
