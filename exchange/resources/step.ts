import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import type { LaidFile } from './laid-file';
import type { Maintenance } from './maintenance';

/** What a step of the plan is about. */
export type StepKind =
  | 'scp'
  | 'certificate-import'
  | 'certificate-services'
  | 'outlook-anywhere'
  | 'virtual-directory'
  | 'mail-protocol'
  | 'outlook-provider'
  | 'client-access-array'
  | 'dag'
  | 'dag-member'
  | 'datacenter-activation'
  | 'mailbox-database'
  | 'health'
  | 'connectivity';

/** One cmdlet that an apply runs, with what runs around it. */
export interface Step {
  readonly kind: StepKind;
  /** The server that it changes; null for an object of the organization. */
  readonly server: string | null;
  readonly invocation: Invocation;
  /** Why it runs, one sentence for people. */
  readonly reason: string;
  /** A file on the server that its call reads. Left out: it reads none. */
  readonly file?: LaidFile;
  /** The maintenance of its server around the step. Left out: none. */
  readonly maintenance?: Maintenance;
  /** A check right before the step, which can prevent it. It only reads, so plans do not list it. */
  readonly guard?: Guard;
  /** When the step runs, in words for the plan: "only if …". Left out: always. */
  readonly condition?: string;
  /** Set for a check: the call is repeated until its result has no problem, or until it times out. */
  readonly until?: Until;
  /** The reading cmdlets whose cached results are out of date after the step. Left out: all. */
  readonly outdates?: readonly string[];
}

export interface Guard {
  /** The required read: if it fails, the step fails. */
  readonly invocation: Invocation;
  /** Further reads. If one fails, its result is unknown, and the step may still run. */
  readonly inquiries: readonly Invocation[];
  /** Why the step is skipped, while the deploy continues; `undefined` where it runs. */
  readonly omission: (objects: readonly PowerShellObject[], answers: Answers) => Omission | undefined;
}

/** The results of inquiries by cmdlet; null where the read failed. */
export type Answers = ReadonlyMap<string, readonly PowerShellObject[] | null>;

export interface Omission {
  /** One sentence, which names the object. */
  readonly summary: string;
  /** The reason and the remedy. The cmdlet itself is appended. */
  readonly detail: string;
  /** Whether a later check may succeed, because changes need time to replicate to where they are read. */
  readonly mayPass: boolean;
}

export interface Until {
  /** After these seconds no further check begins. With 0 there is one check. */
  readonly seconds: number;
  /** The remaining problem in the result; `undefined` where the check passes. */
  readonly problem: (objects: readonly PowerShellObject[]) => string | undefined;
  /** The same check as data, for the script. */
  readonly expected: Expected;
  /**
   * The diagnostic for a check that never passes. Left out: it says that the server is not healthy, and that the DNS
   * records wait for it.
   */
  readonly told?: ToldFailure;
}

export interface ToldFailure {
  /** `Clients do not reach EX01 as they should`. */
  readonly summary: string;
  /** The remedy, also for a failure of the cmdlet itself; in full sentences. */
  readonly remedy: string;
}

/** The expected value of a property in every object that the call returns. There must be at least one object. */
export interface Expected {
  /** Restricts the check to these objects, each of which must be there. Left out: all objects. */
  readonly among?: { readonly property: string; readonly values: readonly string[] };
  readonly property: string;
  readonly equals: string | boolean;
  /** Further values that are accepted, as long as at least one object has the expected value. Left out: none. */
  readonly allows?: readonly string[];
}
