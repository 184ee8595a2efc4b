import type { Known, Path } from '../schema';
import type { CommittedCertificate } from './committed-certificate';
import type { DnsRecordSet } from './dns-records';
import type { PoolMember } from './load-balancer';
import type { AnyResource, Step } from './resources';
import type { SiteDiagnostic } from './rules/rule';
import type { ExchangeVersion } from './versions';

/** A value that another resource gives: only an apply, or a run of the plan, knows it. */
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

/** One object of Exchange as it must be. */
export interface DesiredResource {
  /** From stable names, such as `BsAEX02-owa`; the name in Terraform addresses and in the plan. */
  readonly id: string;
  readonly definition: AnyResource;
  /** Null for an object of the organization. */
  readonly server: string | null;
  /** The version whose cmdlets make it. */
  readonly version: ExchangeVersion;
  readonly attributes: { readonly [name: string]: DesiredValue };
  /** Where in the declaration an attribute comes from; `server` stands for those that are not listed. */
  readonly origin: { readonly [attribute: string]: Path };
  /** Ids of the resources that must be there before. */
  readonly dependsOn: readonly string[];
  /** It is there before the first deploy and is imported. */
  readonly existing: boolean;
  /** What makes it from nothing, in order. */
  readonly steps: readonly Step[];
}

/** A record set and what it waits for. */
export interface DesiredRecordSet extends DnsRecordSet {
  readonly dependsOn: readonly string[];
}

/** A server in the pool of the load balancer, and what it waits for. */
export interface DesiredPoolMember extends PoolMember {
  /** From the server's name, such as `BsAEX02-pool`. */
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** A site as lists, each of which is walked once. */
export interface DesiredState {
  /** In an order in which they can be made. */
  readonly resources: readonly DesiredResource[];
  /** Empty without a virtual address. */
  readonly pool: readonly DesiredPoolMember[];
  readonly dnsRecords: readonly DesiredRecordSet[];
  /** Ids of all of them, in an order in which they can be made: the record sets last. */
  readonly order: readonly string[];
  /** The certificate in the PFX; left out where no file is committed that says so. */
  readonly certificate?: CommittedCertificate;
  /** Errors and warnings, in the order of the rules. */
  readonly diagnostics: readonly SiteDiagnostic[];
}
