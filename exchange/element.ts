import type { Known, Path } from '../schema';
import type { DnsRecordSet } from './dns-records';
import type { FurtherRecordSet } from './further-records';
import type { HealthTest } from './pool-health';
import type { AnyResource, Probe, Step } from './resources';
import type { ExchangeVersion } from './versions';

/** A reference to an attribute of another object, whose value is known only during an apply or a run of the plan. */
export interface AttributeReference {
  readonly resource: string;
  readonly attribute: string;
}

/** References occur only as values of maps. */
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

/**
 * A part of the desired state: an Exchange object, a DNS record set, or something that people configure by the
 * description in the plan.
 */
export type Element = ExchangeObject | RecordSet | FurtherRecord | PoolMember | Described;

interface AnyElement {
  /** Built from stable names: `BsAEX02-owa`. It is part of Terraform addresses, and the id in the plan. */
  readonly id: string;
  /** Ids of the elements that must exist before this one. */
  readonly dependsOn: readonly string[];
}

/** The desired state of an Exchange object. Each of its steps says why it runs. */
export interface ExchangeObject extends AnyElement {
  readonly type: 'exchange-object';
  readonly definition: AnyResource;
  /** Null for an object of the organization. */
  readonly server: string | null;
  /** The version whose cmdlets make it. */
  readonly version: ExchangeVersion;
  readonly attributes: { readonly [name: string]: DesiredValue };
  /**
   * The path in the declaration that each attribute comes from. Attributes that are not listed come from that of
   * `server`.
   */
  readonly origin: { readonly [attribute: string]: Path };
  /** Whether it exists before the first deploy, and is imported. */
  readonly existing: boolean;
  /** Set for a certificate only: its name where the site declares several, null for a single one. */
  readonly certificate?: string | null;
  /** The steps that create it, in order. */
  readonly steps: readonly Step[];
  /** The checks that the machine that runs the plan makes after the steps, in order. */
  readonly probes: readonly Probe[];
}

/** The desired state of a record set with addresses. */
export interface RecordSet extends AnyElement, DnsRecordSet {
  readonly type: 'record-set';
  /** Why it is published, and why now; for people. */
  readonly reason: string;
}

/** The desired state of a record set of another type (CNAME, MX, SRV, TXT, PTR). */
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
  /**
   * The datacentre or server that declares the load balancer for itself; left out for the load balancer of the site.
   */
  readonly pool?: string;
  /** Set where only the external view has a load balancer; left out for that of the internal view. */
  readonly isExternal?: true;
  readonly addresses: readonly string[];
  readonly virtualAddresses: readonly string[];
  /** The layer at which the load balancer balances; left out where none is declared. */
  readonly layer?: 4 | 7;
  /**
   * Its health checks of the server, service by service. Empty for servers before Exchange 2013 and for Network Load
   * Balancing.
   */
  readonly healthTests: readonly HealthTest[];
  /** Why the server joins now; for people. */
  readonly reason: string;
}

/**
 * A manual step on a machine that no session reaches, such as a reverse proxy. The plan describes it at the right place
 * in the order; nothing of it is run or kept in the Terraform state.
 */
export interface Described extends AnyElement {
  readonly type: 'described';
  /** The declared server whose health gate waits for this step; left out for any other machine. */
  readonly server?: string;
  /** Host name of the machine, as declared; or a description, where the declaration has no name for it. */
  readonly host: string;
  /**
   * Commands to run there in this order, unless the machine is already configured so. Empty where people configure it
   * by the table.
   */
  readonly commands: readonly string[];
  /** The desired settings, where commands do not show them, or less clearly. */
  readonly table?: DescribedTable;
  /** Why it is needed; for people. */
  readonly reason: string;
}

/** Rows in the order in which they are configured and, for rules, evaluated. Each has a text for every column. */
export interface DescribedTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type OfType<Type extends Element['type']> = Extract<Element, { readonly type: Type }>;

/** The elements of one type, in their order. */
export function elementsOf<Type extends Element['type']>(
  elements: readonly Element[],
  type: Type,
): readonly OfType<Type>[] {
  return elements.filter((element): element is OfType<Type> => element.type === type);
}
