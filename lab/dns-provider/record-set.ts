import type { ImportResult, ManagedResource, ReadResult } from '../../plugin';
import type { Attribute, Diagnostic, Known, Schema, Value, Values, Problem } from '../../schema';
import { integer, isKnown, path, sameValue, text, UNKNOWN } from '../../schema';
import type { DnsClient } from '../../dns/client';
import { DnsError } from '../../dns/dns-error';
import { CLASSES, RCODES, rcodeName, TYPES } from '../../dns/codes';
import { formatWireRecord, plainRecord, type WireRecord, wireRecord } from '../../dns/message';
import { fold, isWithin, labelsOf, nameProblem } from '../../dns/name';
import { type DnsRecord, type RecordData, type RecordType, sameData } from '../../dns/record';
import { invalidValue } from './invalid-value';
import { plainText } from './plain-text';
import type { RecordKind } from './record-kinds';

/** The DNS server that the resources act on, or why there is none. */
export type DnsTarget =
  { readonly client: DnsClient } | { readonly client?: undefined; readonly reason: string };

/** One update of one zone, which is done as a whole or not at all. */
export interface UpdateStep {
  readonly zone: string;
  readonly changes: readonly WireRecord[];
}

const DEFAULT_TTL = 3600;
/** Attributes whose change deletes the records and adds them again. */
const REPLACING = ['zone', 'name', 'ttl'];
const LONGEST_TTL = 0x7fffffff;

/** The resource of one kind of record. It behaves as that of hashicorp/dns, except for defects. */
export function recordSet(kind: RecordKind): ManagedResource<DnsTarget, UpdateStep> {
  return {
    typeName: kind.typeName,
    schema: schemaOf(kind),
    legacy: kind.older,
    atomicSteps: true,
    validate: (config) => validate(kind, config),
    requiresReplace: (prior, planned) =>
      REPLACING.filter((name) => !sameValue(prior[name] ?? null, planned[name] ?? null)).map((name) =>
        path(name),
      ),
    steps: ({ prior, planned }) => {
      const wanted = planned === null ? [] : recordsOf(kind, planned);
      if (wanted === UNKNOWN) return UNKNOWN;
      const zone = plainText((planned ?? prior)?.['zone']);
      if (planned === null) return [{ zone, changes: [removeAll(fullName(prior), kind.type)] }];
      const before = prior === null ? [] : recordsOf(kind, prior);
      if (before === UNKNOWN) return UNKNOWN;
      const changes = kind.older ? difference(before, wanted) : exchange(before, wanted);
      return changes.length === 0 ? [] : [{ zone, changes }];
    },
    describe: (step) => `update ${step.zone}: ${step.changes.map(formatWireRecord).join('; ')}`,
    // For kinds with the newer SDK, the real provider plans a new id with every change.
    inform: async ({ kind: what, prior, planned }) =>
      what === 'update' && !kind.older && !sameValue(prior, planned) ? { values: { id: UNKNOWN } } : {},
    execute: (step, target) => execute(step, target),
    read: (state, target) => read(kind, state, target),
    importState: (id, target) => locate(id, target),
  };
}

function schemaOf(kind: RecordKind): Schema {
  const { name, attribute, block } = kind.value;
  const id = kind.older ? 'optional-computed' : 'computed';
  const ttl = kind.older ? 'optional' : 'optional-computed';
  const attributes: { readonly [name: string]: Attribute } = {
    zone: text('required', 'Zone that holds the name, with the dot at its end.', {
      problem: (value) => invalidValue(nameProblem(plainText(value))),
    }),
    name: text(
      kind.nameIsRequired ? 'required' : 'optional',
      'Name in the zone; left out, the zone itself.',
      {
        problem: relativeNameProblem,
      },
    ),
    ttl: integer(ttl, 'Seconds for which an answer may be remembered; 3600 when left out.', {
      defaultValue: DEFAULT_TTL,
      problem: ttlProblem,
    }),
    id: text(id, 'The whole name.'),
  };
  return {
    version: 0,
    description: `Records of type ${kind.type} of one name.`,
    attributes: attribute === undefined ? attributes : { ...attributes, [name]: attribute },
    ...(block === undefined ? {} : { blocks: { [name]: block } }),
  };
}

function relativeNameProblem(value: Known): Problem | undefined {
  const name = plainText(value);
  if (name.endsWith('.')) {
    return { problem: `'${name}' ends with a dot`, remedy: 'leave the dot out: the zone follows the name' };
  }
  return name === ''
    ? { problem: 'the name is empty', remedy: 'leave it out for the zone itself' }
    : invalidValue(nameProblem(`${name}.`));
}

function ttlProblem(value: Known): Problem | undefined {
  const ttl = Number(value);
  return Number.isInteger(ttl) && ttl >= 0 && ttl <= LONGEST_TTL
    ? undefined
    : invalidValue(`${JSON.stringify(value)} is not a whole number of seconds from 0 to ${LONGEST_TTL}`);
}

function validate(kind: RecordKind, config: Values): readonly Diagnostic[] {
  const { name } = kind.value;
  const value = config[name] ?? null;
  const found: Diagnostic[] = [];
  if (Array.isArray(value) && value.length === 0) {
    found.push({
      severity: 'error',
      summary: `${name} is empty`,
      detail: `Declare at least one ${kind.type} record, or remove the resource.`,
      path: path(name),
    });
  }
  if (isKnown(config['zone'] ?? null) && isKnown(config['name'] ?? null)) {
    const problem = nameProblem(fullName(config));
    if (problem !== undefined) {
      found.push({
        severity: 'error',
        summary: 'The whole name is not right',
        detail: problem,
        path: path('name'),
      });
    }
  }
  return found;
}

function fullName(values: Values): string {
  const zone = plainText(values['zone']);
  const name = values['name'] ?? null;
  if (name === null) return zone;
  return zone === '.' ? `${plainText(name)}.` : `${plainText(name)}.${zone}`;
}

function recordsOf(kind: RecordKind, values: Values): readonly DnsRecord[] | typeof UNKNOWN {
  const parts: Value[] = ['zone', 'name', 'ttl', kind.value.name].map((name) => values[name] ?? null);
  if (!parts.every(isKnown)) return UNKNOWN;
  const [, , ttl, value] = parts;
  return kind.dataOf(value as Known).map((data) => ({ name: fullName(values), ttl: Number(ttl), data }));
}

const has = (records: readonly DnsRecord[], data: RecordData): boolean =>
  records.some((record) => sameData(record.data, data));

function difference(before: readonly DnsRecord[], wanted: readonly DnsRecord[]): WireRecord[] {
  return [
    ...before.filter((record) => !has(wanted, record.data)).map(removal),
    ...wanted.filter((record) => !has(before, record.data)).map(wireRecord),
  ];
}

function exchange(before: readonly DnsRecord[], wanted: readonly DnsRecord[]): WireRecord[] {
  const same = before.length === wanted.length && wanted.every((record) => has(before, record.data));
  return same ? [] : [...before.map(removal), ...wanted.map(wireRecord)];
}

/** RFC 2136 section 2.5.4: class NONE deletes one record. */
function removal(record: DnsRecord): WireRecord {
  return { ...wireRecord(record), class: CLASSES.NONE, ttl: 0 };
}

/** RFC 2136 section 2.5.2: class ANY deletes the set. */
function removeAll(name: string, type: RecordType): WireRecord {
  return { name, type: TYPES[type], class: CLASSES.ANY, ttl: 0, data: undefined };
}

const REMEDIES: { readonly [rcode: string]: string } = {
  REFUSED:
    'The server does not let this key, or nobody without a key, change the zone; or it refuses the record.',
  NOTZONE: 'The name is not in the zone.',
  NOTAUTH: 'The server does not have the zone, or does not know the key.',
};

async function execute(step: UpdateStep, target: DnsTarget): Promise<readonly Diagnostic[]> {
  const summary = `The zone ${step.zone} could not be changed`;
  if (target.client === undefined) return [{ severity: 'error', summary, detail: target.reason }];
  try {
    const { rcode } = await target.client.update(step.zone, step.changes);
    if (rcode === RCODES.NOERROR) return [];
    const name = rcodeName(rcode);
    const detail = `The server answered ${name}. ${REMEDIES[name] ?? ''}`.trim();
    return [{ severity: 'error', summary, detail }];
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return [{ severity: 'error', summary, detail: `${error.message}.` }];
  }
}

async function read(kind: RecordKind, state: Values, target: DnsTarget): Promise<ReadResult> {
  const name = fullName(state);
  const failed = (detail: string): ReadResult => ({
    state,
    diagnostics: [{ severity: 'error', summary: `${name} ${kind.type} could not be read`, detail }],
  });
  if (target.client === undefined) return failed(target.reason);
  try {
    const { rcode, answers, authorities } = await target.client.query(name, kind.type);
    if (rcode === RCODES.NXDOMAIN) return { state: null };
    if (rcode !== RCODES.NOERROR) return failed(`The server answered ${rcodeName(rcode)}.`);
    // The NS records of a delegated child zone stand in the authority section.
    const found = (kind.type === 'NS' ? [...answers, ...authorities] : answers)
      .flatMap((record) => plainRecord(record) ?? [])
      .filter((record) => fold(record.name) === fold(name));
    const records = found.filter((record) => record.data.type === kind.type);
    if (records.length === 0 && found.some((record) => record.data.type === 'CNAME')) {
      return failed('The name is an alias. Remove its CNAME record, or declare that in place of this.');
    }
    if (records.length === 0) return { state: null };
    const value = kind.valueOf(records.map((record) => record.data));
    const ttl = Math.min(...records.map((record) => record.ttl));
    return { state: { ...state, id: name, ttl, [kind.value.name]: value } };
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return failed(`${error.message}.`);
  }
}

/** An import id is a full name. Its zone is the nearest name above it with an SOA record. */
async function locate(id: string, target: DnsTarget): Promise<ImportResult> {
  const failed = (detail: string): ImportResult => ({
    diagnostics: [{ severity: 'error', summary: `${id} cannot be imported`, detail }],
  });
  const problem = nameProblem(id);
  if (problem !== undefined) return failed(`The id must be the whole name: ${problem}.`);
  if (target.client === undefined) return failed(target.reason);
  const labels = labelsOf(id);
  try {
    for (let cut = 0; cut < labels.length; cut++) {
      const name = `${labels.slice(cut).join('.')}.`;
      const { rcode, answers } = await target.client.query(name, 'SOA');
      if (rcode !== RCODES.NOERROR && rcode !== RCODES.NXDOMAIN) {
        return failed(`Asked for the zone ${name}, the server answered ${rcodeName(rcode)}.`);
      }
      const soa = answers.map(plainRecord).find((record) => record?.data.type === 'SOA');
      if (soa !== undefined && isWithin(id, soa.name)) {
        const own = labels.length - labelsOf(soa.name).length;
        return { state: { zone: soa.name, name: own === 0 ? null : labels.slice(0, own).join('.'), id } };
      }
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return failed(`${error.message}.`);
  }
  return failed('The server has no zone for it.');
}
