import { fold, isWithin, labelsOf, nameProblem } from '../../dns/name';
import {
  dataProblem,
  type DnsRecord,
  formatRecord,
  type RecordData,
  type RecordType,
  sameData,
  type StartOfAuthority,
} from '../../dns/record';

/** A zone as it is declared. */
export interface ZoneDeclaration {
  /** Absolute: `contoso.com.`. */
  readonly name: string;
  /**
   * Absolute name of the server that answers for the zone.
   *
   * @default `ns1.` and the zone's name
   */
  readonly nameServer?: string;
  /**
   * Address of the name server, where its name is in the zone.
   *
   * @default 127.0.0.1
   */
  readonly nameServerAddress?: string;
  /**
   * Seconds for which a resolver remembers that a name does not exist.
   *
   * @default 60
   */
  readonly negativeTtlSeconds?: number;
  /** Further records; none when left out. */
  readonly records?: readonly DnsRecord[];
}

/** Records of one name and type. They share a TTL (RFC 2181 section 5.2). */
export interface RecordSet {
  /** In the letter case of whoever wrote it first. */
  readonly name: string;
  readonly ttl: number;
  readonly type: RecordType;
  readonly data: readonly RecordData[];
}

const ZONE_TTL = 3600;

export class Zone {
  private readonly nodes: Map<string, Map<RecordType, RecordSet>>;

  private constructor(
    readonly name: string,
    nodes: Map<string, Map<RecordType, RecordSet>>,
  ) {
    this.nodes = nodes;
  }

  /** @throws RangeError where the declaration names something that DNS cannot carry */
  static declared(declaration: ZoneDeclaration): Zone {
    const { name, negativeTtlSeconds = 60, nameServerAddress = '127.0.0.1' } = declaration;
    const mname = declaration.nameServer ?? `ns1.${name}`;
    const soa: StartOfAuthority = {
      type: 'SOA',
      mname,
      rname: `hostmaster.${name}`,
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86400,
      minimum: negativeTtlSeconds,
    };
    const own: DnsRecord[] = [
      { name, ttl: ZONE_TTL, data: soa },
      { name, ttl: ZONE_TTL, data: { type: 'NS', target: mname } },
    ];
    if (isWithin(mname, name)) {
      own.push({ name: mname, ttl: ZONE_TTL, data: { type: 'A', address: nameServerAddress } });
    }
    return Zone.of(name, [...own, ...(declaration.records ?? [])]);
  }

  /** @throws RangeError where a record is not right, not in the zone, or the zone has no start of authority */
  static of(name: string, records: readonly DnsRecord[]): Zone {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new RangeError(`the zone's name is not right: ${problem}`);
    const zone = new Zone(name, new Map());
    for (const record of records) {
      const wrong = nameProblem(record.name) ?? dataProblem(record.data);
      if (wrong !== undefined) throw new RangeError(`${record.name} in zone ${name}: ${wrong}`);
      if (!isWithin(record.name, name)) throw new RangeError(`${record.name} is not in zone ${name}`);
      zone.add(record);
    }
    if (zone.set(name, 'SOA') === undefined) throw new RangeError(`zone ${name} has no start of authority`);
    return zone;
  }

  /** A copy to change; sets themselves never change. */
  copy(): Zone {
    return new Zone(this.name, new Map([...this.nodes].map(([name, sets]) => [name, new Map(sets)])));
  }

  get soa(): StartOfAuthority {
    const data = this.set(this.name, 'SOA')?.data[0];
    if (data?.type !== 'SOA') throw new Error(`zone ${this.name} lost its start of authority`);
    return data;
  }

  set(name: string, type: RecordType): RecordSet | undefined {
    return this.nodes.get(fold(name))?.get(type);
  }

  sets(name: string): RecordSet[] {
    return [...(this.nodes.get(fold(name))?.values() ?? [])];
  }

  /** Whether the name exists: it has records, or a name below it has (RFC 8020, an empty non-terminal). */
  exists(name: string): boolean {
    if (this.sets(name).length > 0) return true;
    const below = `.${fold(name)}`;
    return [...this.nodes.keys()].some((other) => other.endsWith(below));
  }

  /** The delegation that covers a name: name server records below the zone's own name, the highest first. */
  delegation(name: string): RecordSet | undefined {
    const labels = labelsOf(name);
    const depth = labels.length - labelsOf(this.name).length;
    for (let cut = depth - 1; cut >= 0; cut--) {
      const set = this.set(`${labels.slice(cut).join('.')}.`, 'NS');
      if (set !== undefined) return set;
    }
    return undefined;
  }

  /** The alias of all names below one (DNAME, RFC 6672) that covers a name, the highest first. */
  redirection(name: string): RecordSet | undefined {
    const labels = labelsOf(name);
    for (let cut = labels.length - labelsOf(this.name).length; cut > 0; cut--) {
      const set = this.set(`${labels.slice(cut).join('.')}.`, 'DNAME');
      if (set !== undefined) return set;
    }
    return undefined;
  }

  /**
   * What a name that does not exist is answered with: the records of a wildcard under the nearest name above it that
   * does (RFC 4592 section 3.3.1). None where there is no wildcard.
   */
  wildcardSets(name: string): RecordSet[] {
    let labels = labelsOf(name);
    if (this.exists(name)) return [];
    do labels = labels.slice(1);
    while (labels.length > 0 && !this.exists(`${labels.join('.')}.`));
    return this.sets(`*.${labels.join('.')}.`).map((set) => ({ ...set, name }));
  }

  isOwn(name: string): boolean {
    return fold(name) === fold(this.name);
  }

  put(set: RecordSet): void {
    const key = fold(set.name);
    if (set.data.length === 0) {
      const sets = this.nodes.get(key);
      sets?.delete(set.type);
      if (sets?.size === 0) this.nodes.delete(key);
      return;
    }
    const sets = this.nodes.get(key) ?? new Map<RecordType, RecordSet>();
    sets.set(set.type, set);
    this.nodes.set(key, sets);
  }

  /** Adds a record; one of the same data is there once. The set takes the record's TTL. */
  add(record: DnsRecord): void {
    const type = record.data.type;
    const before = this.set(record.name, type);
    const others = (before?.data ?? []).filter((data) => !sameData(data, record.data));
    this.put({ name: before?.name ?? record.name, ttl: record.ttl, type, data: [...others, record.data] });
  }

  records(): DnsRecord[] {
    return [...this.nodes.values()].flatMap((sets) =>
      [...sets.values()].flatMap(({ name, ttl, data }) => data.map((each) => ({ name, ttl, data: each }))),
    );
  }

  /** Lines of a zone file in alphabetical order. */
  format(): string[] {
    return this.records().map(formatRecord).sort();
  }

  get size(): number {
    return this.nodes.size;
  }
}
