import type { Diagnostic, Known, Path, Schema, Unknown, Values } from '../../schema';

/** A provider: its configuration, its resources, and how it reaches what they act on, its `Target`. */
export interface ProviderDefinition<Target> {
  /** For example `exchange`; every resource's type name starts with it. */
  readonly typeName: string;
  /** Of the provider's own configuration. */
  readonly schema: Schema;
  readonly resources: readonly ManagedResource<Target>[];
  readonly dataSources?: readonly DataSource<Target>[];
  /** Pure checks beside those of the attributes. The configuration may hold unknown values. */
  validate?(config: Values): readonly Diagnostic[];
  /** Makes the target; what it needs is opened when it is first used. The configuration may hold unknown values. */
  configure(config: Values, context: ConfigureContext): Promise<Configured<Target>>;
  /**
   * Called where an error was caught by nobody. What the target waits for may never come by now: it lets go of that,
   * so that the operations in flight end with what they know, and goes on anew.
   */
  breakOff?(target: Target): void;
  /** Called once before the program ends. */
  close?(target: Target): Promise<void>;
}

export interface ConfigureContext {
  /** For example `1.11.4`. */
  readonly terraformVersion: string;
}

export interface Configured<Target> {
  /** May be left out only beside an error. */
  readonly target?: Target;
  readonly diagnostics?: readonly Diagnostic[];
}

/** What is to become of one object. Values are whole: every attribute is there, null where it is not set. */
export type Change = Creation | Update | Destruction;
export interface Creation {
  readonly kind: 'create';
  readonly prior: null;
  /** Write-only attributes are null here: they stand in `config`. */
  readonly planned: Values;
  readonly config: Values;
}
export interface Update {
  readonly kind: 'update';
  readonly prior: Values;
  readonly planned: Values;
  readonly config: Values;
}
export interface Destruction {
  readonly kind: 'destroy';
  readonly prior: Values;
  readonly planned: null;
  readonly config: null;
}

/** A type of resource: data and pure functions, but for those that take the target. */
export interface ManagedResource<Target, Step = unknown> {
  readonly typeName: string;
  readonly schema: Schema;
  /**
   * Name of the computed list of text that shows, in the plan, what the apply runs. The state holds what ran until
   * the object is read again, then nothing, so that a plan never shows it beside what it will run.
   *
   * @default the steps are shown nowhere, nor in the warning of a destroy
   */
  readonly stepsAttribute?: string;
  /**
   * What the steps do to others while they run, for people, as a computed list of text beside the steps. The state holds it
   * as long as the steps.
   *
   * @default nothing is said of it
   */
  readonly effects?: {
    readonly attribute: string;
    of(steps: readonly Step[]): readonly string[];
  };
  /**
   * Name of the computed list of text that shows what a removal of the object runs. The state always holds it, so that
   * the plan of a removal does, as the prior value, also where it is saved. In a plan that changes it, it is unknown: it
   * does not run there.
   *
   * @default only the warning of a destroy says it
   */
  readonly removalAttribute?: string;
  /**
   * Where the removal of the object stands among all removals, as a computed number. Null: the target does not say (any
   * more), and what the state holds stays. It says nothing of the object itself: another one is no change.
   *
   * @default the state holds none
   */
  readonly removalPlace?: {
    readonly attribute: string;
    of(object: Values, target: Target): number | null;
  };
  /**
   * Behaves as resources on HashiCorp's older kit do (SDKv2), for a provider that stands in for such a one: Terraform
   * lets defaults stand in attributes that are only optional, a refresh shows every other spelling as drift, and what
   * was planned is kept after an apply whatever the object then looks like.
   *
   * @default false
   */
  readonly legacy?: boolean;
  /**
   * A step is done as a whole or not at all: where the first one fails nothing has changed, and nothing is read back.
   *
   * @default false
   */
  readonly atomicSteps?: boolean;
  /**
   * What to do where a creation finds the object, said with what differs: to Terraform it is new, so that the plan
   * shows nothing of what is there.
   *
   * @default nothing is said
   */
  foundNote?(existing: Values): string;
  /** Said in the plan of a destroy that runs nothing, for example that the object is only forgotten. */
  readonly destroyNote?: string;
  /** Pure checks beside those of the attributes. The configuration may hold unknown values. */
  validate?(config: Values): readonly Diagnostic[];
  /**
   * The object as it stands where a creation finds one already there: what Setup made, or what an apply that failed
   * half-way left; as `read` would show it, with null for what cannot be read. Null where there is none. The creation
   * then runs the steps of an update from it, and one that fails keeps nothing in the state, so that Terraform never
   * replaces the object: it is changed in place, and a removal that Terraform asks for beside its creation runs nothing.
   *
   * Left out: a creation never looks, and what an apply left half-made is removed and made again.
   *
   * Not called while an attribute of its identity is unknown. `config` has the write-only values.
   */
  find?(planned: Values, target: Target, config: Values): Promise<Found>;
  /**
   * What an update goes on from, where more of it is done than the state holds: of a run that was killed nobody kept what
   * it did. Null: from the state.
   *
   * @default from the state
   */
  resume?(update: Update, target: Target): Promise<Values | null>;
  /**
   * What of a change cannot be made in place: Terraform then removes the object and makes another one.
   *
   * @default nothing
   */
  requiresReplace?(prior: Values, planned: Values): readonly Path[];
  /**
   * Facts for the plan from outside: values of computed attributes, diagnostics. Called for every plan, also where the
   * configuration did not change. Not called again at apply for what was known. The values of a removal stand in for
   * those of the prior object when its steps are asked for, at plan and at apply.
   */
  inform?(change: Change, target: Target): Promise<Information>;
  /**
   * What runs to carry the change out, in order; pure, the target gives no more than its settings. `UNKNOWN` while
   * something it depends on is. Called at plan and again at apply; where the two differ, nothing is run. An attribute
   * that is left to the provider and not known yet is null here, so that what is `UNKNOWN` is an input that others
   * make known.
   */
  steps(change: Change, target: Target): readonly Step[] | Unknown;
  /**
   * What stands against running these steps, for example a right that is lacking. Called at plan wherever a change has
   * steps, unless the plan has an error already.
   */
  vet?(steps: readonly Step[], target: Target): Promise<readonly Diagnostic[]>;
  /** One step as people read it, a text for each call where it makes several. Never shows a secret. */
  describe(step: Step): string | readonly string[];
  /** Runs one step. An error among the diagnostics, or a rejection, ends the sequence. */
  execute(step: Step, target: Target, context: ExecuteContext): Promise<readonly Diagnostic[]>;
  /**
   * The object as it stands, or null where it is gone. `state` is the last known state, or what an import gave.
   * Attributes that cannot be read must be carried over from it. Also called before a removal is planned, where the
   * definition has `find` and the removal of what `state` holds runs something.
   */
  read(state: Values, target: Target): Promise<ReadResult>;
  /**
   * Called before an object is read once more because a change that was made does not show yet: lets go of what the
   * target keeps of earlier reads. Left out: what does not show at once counts as not done.
   */
  settle?(target: Target): void;
  /**
   * Turns what people type after `terraform import` into the attributes that `read` needs; `read` follows.
   *
   * @default the resource cannot be imported
   */
  importState?(id: string, target: Target): Promise<ImportResult>;
  /**
   * Turns a state that an older schema version wrote into today's.
   *
   * @default attributes keep their values by name, new ones are null
   */
  upgradeState?(version: number, state: { readonly [name: string]: Known }): Values;
}

export interface DataSource<Target> {
  readonly typeName: string;
  readonly schema: Schema;
  validate?(config: Values): readonly Diagnostic[];
  /** Null state only beside an error. */
  read(config: Values, target: Target): Promise<ReadResult>;
}

export interface Found {
  readonly existing: Values | null;
  readonly diagnostics?: readonly Diagnostic[];
}

export interface Information {
  /** Of computed attributes only; may be unknown. */
  readonly values?: Values;
  readonly diagnostics?: readonly Diagnostic[];
}

export interface ExecuteContext {
  /** Aborted when a person interrupts Terraform: end early, in a safe place. */
  readonly signal: AbortSignal;
}

export interface ReadResult {
  readonly state: Values | null;
  readonly diagnostics?: readonly Diagnostic[];
}

export type ImportResult =
  | { readonly state: Values; readonly diagnostics?: readonly Diagnostic[] }
  | { readonly state?: undefined; readonly diagnostics: readonly Diagnostic[] };
