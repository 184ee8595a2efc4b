import type { Known, Path } from '../schema';
import type { DnsRecordSet } from './dns-records';
import type { FurtherRecordSet } from './further-records';
import type { HealthTest } from './pool-health';
import type { AnyResource, Probe, Step } from './resources';
import type { ExchangeVersion } from './versions';

/** A value that another object gives: only an apply, or a run of the plan, knows it. */
export interface AttributeReference {
  readonly resource: string;
  readonly attribute: string;
}

/** References stand in maps only. */
export type DesiredValue = Known | { readonly [key: string]: Known | AttributeReference };

export function isReference(value: DesiredValue | AttributeReference): value is AttributeReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resource' in value &&
    'attribute' in value &&
    Object.keys(value).length === 2
  );
}

/** One thing that a declaration comes to: an object of Exchange, a record set in DNS, or what is described only. */
export type Element = ExchangeObject | RecordSet | FurtherRecord | PoolMember | Described;

interface AnyElement {
  /** From stable names, such as `BsAEX02-owa`; the name in Terraform addresses and in the plan. */
  readonly id: string;
  /** Ids of the elements that must be there before. */
  readonly dependsOn: readonly string[];
}

/** An object of Exchange as it must be. Each of its steps says why it runs. */
export interface ExchangeObject extends AnyElement {
  readonly type: 'exchange-object';
  readonly definition: AnyResource;
  /** Null for an object of the organization. */
  readonly server: string | null;
  /** The version whose cmdlets make it. */
  readonly version: ExchangeVersion;
  readonly attributes: { readonly [name: string]: DesiredValue };
  /** Where in the declaration an attribute comes from; `server` stands for those that are not listed. */
  readonly origin: { readonly [attribute: string]: Path };
  /** It is there before the first deploy and is imported. */
  readonly existing: boolean;
  /** Of a certificate: its name among several of the declaration, or null for the only one. */
  readonly certificate?: string | null;
  /** What makes it from nothing, in order. */
  readonly steps: readonly Step[];
  /** What is looked at from the machine that runs the plan after them, in order. */
  readonly probes: readonly Probe[];
}

/** A record set in DNS as it must be. */
export interface RecordSet extends AnyElement, DnsRecordSet {
  readonly type: 'record-set';
  /** Why it is published, and why now; for people. */
  readonly reason: string;
}

/** A record set beside those of the addresses, as it must be. */
export interface FurtherRecord extends AnyElement, FurtherRecordSet {
  readonly type: 'further-record';
  /** Why it is published now; for people. */
  readonly reason: string;
}

/**
 * A server in the pool behind the virtual address. The load balancer itself is not configured from here: the pool is
 * described, so that a plan shows who joins and who leaves, and other tools can read it.
 */
export interface PoolMember extends AnyElement {
  readonly type: 'pool-member';
  readonly server: string;
  /** The datacentre, or the server, that has the load balancer to itself; left out: it is that of the site. */
  readonly pool?: string;
  /** The load balancer is that of the external view, and inside there is none; left out: it is that of the internal one. */
  readonly isExternal?: true;
  readonly addresses: readonly string[];
  readonly virtualAddresses: readonly string[];
  /** How far the load balancer sees; left out: not declared. */
  readonly layer?: 4 | 7;
  /** What it asks the server for, service by service; none before Exchange 2013, and none of Network Load Balancing. */
  readonly healthTests: readonly HealthTest[];
  /** Why the server joins now; for people. */
  readonly reason: string;
}

/**
 * What people see to on a machine that is reached in no way from here: it is described in the plan, in its place, and
 * nothing of it is run or kept in the state.
 */
export interface Described extends AnyElement {
  readonly type: 'described';
  /** A server of the declaration, whose gate waits for it. Left out: it is none. */
  readonly server?: string;
  /** Host name of the machine, as declared; or what it is, where the declaration has no name for it. */
  readonly host: string;
  /** To be run there, in this order, where it is not so already; none where people set it by the table. */
  readonly commands: readonly string[];
  /** How it must be there, where commands do not say it, or say it less plainly. */
  readonly table?: DescribedTable;
  /** Why it is needed; for people. */
  readonly reason: string;
}

/** Rows in the order in which they are set and, of rules, looked at; each has a text for every column. */
export interface DescribedTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type OfType<Type extends Element['type']> = Extract<Element, { readonly type: Type }>;

/** Those of one type, in their order. */
export function elementsOf<Type extends Element['type']>(
  elements: readonly Element[],
  type: Type,
): readonly OfType<Type>[] {
  return elements.filter((element): element is OfType<Type> => element.type === type);
}
