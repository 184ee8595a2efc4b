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
   * The absolute name of the zone's name server.
   *
   * @default `ns1.` and the zone's name
   */
  readonly nameServer?: string;
  /**
   * The address of the name server, where its name is in the zone.
   *
   * @default 127.0.0.1
   */
  readonly nameServerAddress?: string;
  /**
   * Seconds for which a resolver caches that a name does not exist.
   *
   * @default 60
   */
  readonly negativeTtlSeconds?: number;
  /** Further records; none when left out. */
  readonly records?: readonly DnsRecord[];
}

/** Records of one name and type. They share a TTL (RFC 2181 section 5.2). */
export interface RecordSet {
  /** In the letter case in which it was first written. */
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

  /** @throws RangeError where DNS cannot carry a value of the declaration */
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

  /** @throws RangeError where a record is invalid or not in the zone, or the zone has no SOA record */
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

  /** A copy that may be changed; record sets themselves never change. */
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

  /** The delegation that covers a name: the NS records nearest to the zone's own name, but below it. */
  delegation(name: string): RecordSet | undefined {
    const labels = labelsOf(name);
    const depth = labels.length - labelsOf(this.name).length;
    for (let cut = depth - 1; cut >= 0; cut--) {
      const set = this.set(`${labels.slice(cut).join('.')}.`, 'NS');
      if (set !== undefined) return set;
    }
    return undefined;
  }

  /**
   * The DNAME record (RFC 6672) that covers a name, the one nearest to the zone's own name. A DNAME is an alias for all
   * names below its own.
   */
  redirection(name: string): RecordSet | undefined {
    const labels = labelsOf(name);
    for (let cut = labels.length - labelsOf(this.name).length; cut > 0; cut--) {
      const set = this.set(`${labels.slice(cut).join('.')}.`, 'DNAME');
      if (set !== undefined) return set;
    }
    return undefined;
  }

  /**
   * The records that answer for a name that does not exist: those of a wildcard under the nearest existing name above
   * it (RFC 4592 section 3.3.1). Empty where there is no wildcard.
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

  /** Adds a record; the same data stands in a set only once. The set gets the TTL of the record. */
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

  /** The lines of a zone file in alphabetical order. */
  format(): string[] {
    return this.records().map(formatRecord).sort();
  }

  get size(): number {
    return this.nodes.size;
  }
}
