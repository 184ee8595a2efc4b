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

/** One cmdlet that an apply runs, in order. */
export interface Step {
  readonly kind: StepKind;
  /** The server it concerns; null for an object of the organization. */
  readonly server: string | null;
  readonly invocation: Invocation;
  /** Why it runs, one sentence for people. */
  readonly reason: string;
  /** A file on the server that its call reads. Left out: it reads none. */
  readonly file?: LaidFile;
  /** What takes its server out of service around it. Left out: nothing does. */
  readonly maintenance?: Maintenance;
  /** Looked at just before: where it has a problem, the step is not run. Reads only, so plans do not list it. */
  readonly guard?: Guard;
  /** When the step runs, in words for the plan: "only if …". Left out: always. */
  readonly condition?: string;
  /** The step is a check: it is repeated until what it returned has no problem, or the time is over. */
  readonly until?: Until;
  /** Cmdlets that show what it changes, so that their readings are out of date then. Left out: all. */
  readonly outdates?: readonly string[];
}

export interface Guard {
  /** What must be read: where it cannot be, the step fails. */
  readonly invocation: Invocation;
  /** What is asked besides. What cannot be read stops nothing: it is unknown. */
  readonly inquiries: readonly Invocation[];
  /** Why the step is left out, and the deploy goes on without it; `undefined` where it runs. */
  readonly omission: (objects: readonly PowerShellObject[], answers: Answers) => Omission | undefined;
}

/** What inquiries brought, by the name of the cmdlet: null where it could not be read. */
export type Answers = ReadonlyMap<string, readonly PowerShellObject[] | null>;

export interface Omission {
  /** One sentence, which names the object. */
  readonly summary: string;
  /** Why, and what to do about it; the cmdlet itself is written behind it. */
  readonly detail: string;
  /** Whether another look may show otherwise: what was written in one place is read in another later. */
  readonly mayPass: boolean;
}

export interface Until {
  readonly seconds: number;
  /** What is not yet as it must be; `undefined` where all is well. */
  readonly problem: (objects: readonly PowerShellObject[]) => string | undefined;
  /** The same as data, for a script that people run. */
  readonly expected: Expected;
  /** How people are told that it stays so. Left out: the server is not healthy, and the DNS records wait for it. */
  readonly told?: ToldFailure;
}

export interface ToldFailure {
  /** `Clients do not reach EX01 as they should`. */
  readonly summary: string;
  /** What to do, also where the cmdlet itself fails; whole sentences. */
  readonly remedy: string;
}

/** A property that must have a value in every object that the call returns, of which there must be one. */
export interface Expected {
  /** Only these objects count, and each of them must be there. Left out: all. */
  readonly among?: { readonly property: string; readonly values: readonly string[] };
  readonly property: string;
  readonly equals: string | boolean;
  /** Values that objects may have besides, where at least one has the value itself. Left out: none. */
  readonly allows?: readonly string[];
}
