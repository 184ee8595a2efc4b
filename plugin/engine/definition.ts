import type { Diagnostic, Known, Path, Schema, Unknown, Values } from '../../schema';

/** A provider: its configuration, its resources, and how it reaches what they act on, its `Target`. */
export interface ProviderDefinition<Target> {
  /** For example `exchange`. The type name of every resource starts with it. */
  readonly typeName: string;
  /** The schema of the provider's own configuration. */
  readonly schema: Schema;
  readonly resources: readonly ManagedResource<Target>[];
  readonly dataSources?: readonly DataSource<Target>[];
  /** Checks the configuration beyond what the attributes check. Pure. The configuration may hold unknown values. */
  validate?(config: Values): readonly Diagnostic[];
  /** Makes the target, which opens what it needs when that is first used. The configuration may hold unknown values. */
  configure(config: Values, context: ConfigureContext): Promise<Configured<Target>>;
  /**
   * Called after an error that nobody caught. What the target waits for may never come, so it lets go of that: the
   * operations under way end with what they know, and later ones start anew.
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
  /** Left out only where there is an error. */
  readonly target?: Target;
  readonly diagnostics?: readonly Diagnostic[];
}

/** What is to become of one object. The values are complete: every attribute is there, and null where it is not set. */
export type Change = Creation | Update | Destruction;
export interface Creation {
  readonly kind: 'create';
  readonly prior: null;
  /** Write-only attributes are null here. Their values are in `config`. */
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

/**
 * A type of resource: data and functions. Functions that act or look use the target; pure ones use at most its settings.
 */
export interface ManagedResource<Target, Step = unknown> {
  readonly typeName: string;
  readonly schema: Schema;
  /**
   * Name of a computed list of text: in a plan, the steps that the apply will run. After an apply the state holds those
   * that completed, and those that `execute` left out with a warning. The next refresh empties the list, so that a plan
   * never shows old steps beside those to come.
   *
   * @default no attribute shows the steps, and no warning shows those of a destroy
   */
  readonly stepsAttribute?: string;
  /**
   * A computed list of text that tells people what the steps do to others while they run. The next refresh empties it
   * together with the steps.
   *
   * @default no attribute shows it
   */
  readonly effects?: {
    readonly attribute: string;
    of(steps: readonly Step[]): readonly string[];
  };
  /**
   * Name of a computed list of text: the steps that a removal of the object runs. It is always in the state, so that
   * the plan of a removal shows it as the prior value, a saved plan included. It is unknown in a plan that changes it,
   * since the removal does not run there, and in one that cannot tell yet.
   *
   * @default only the warning of a destroy shows them
   */
  readonly removalAttribute?: string;
  /**
   * A computed number: the place of the object's removal in the order of all removals. `of` gives null where the target
   * does not say (any more); the state then keeps what it holds. The number is no property of the object, so a
   * different one is no change.
   *
   * @default no attribute holds a place
   */
  readonly removalPlace?: {
    readonly attribute: string;
    of(object: Values, target: Target): number | null;
  };
  /**
   * Behaves as resources built on HashiCorp's older kit (SDKv2) do, for a provider that stands in for such a one:
   * Terraform accepts defaults in attributes that are only optional, a refresh shows every difference in spelling as
   * drift, and after an apply the state holds what was planned, whatever is read back.
   *
   * @default false
   */
  readonly legacy?: boolean;
  /**
   * A step has its whole effect or none. Where the first step fails, nothing has changed, so nothing is read back.
   *
   * @default false
   */
  readonly atomicSteps?: boolean;
  /**
   * A check stands for no object: its steps only look at other things. After a failure nothing is read back, and the
   * state stays as it was, so that the next apply checks again.
   *
   * @default false
   */
  readonly isCheck?: boolean;
  /**
   * What to do, in the warning where a creation finds the object. The warning also lists the differences, since
   * Terraform takes the object as new and its plan shows none of the present values.
   *
   * @default no warning
   */
  foundNote?(existing: Values): string;
  /**
   * The warning in the plan of a destroy that runs nothing, for example that the object is only forgotten. Shown only with
   * `stepsAttribute`.
   */
  readonly destroyNote?: string;
  /** Checks the configuration beyond what the attributes check. Pure. The configuration may hold unknown values. */
  validate?(config: Values): readonly Diagnostic[];
  /**
   * Looks up the object where a creation is planned. There may be one that Setup made, or one that a failed apply left
   * half-made. Gives it as `read` would, with null for attributes that cannot be read; gives null where there is none.
   * The creation then runs the steps of an update from it. Where a creation fails, whether it found an object or not,
   * nothing is kept in the state, so that Terraform never replaces the object: it is changed in place, and a removal
   * that Terraform asks for beside the creation runs nothing.
   *
   * Left out: a creation never looks, and Terraform removes what a failed apply left half-made and creates it again.
   *
   * Not called while an identity attribute is unknown. `config` has the write-only values.
   */
  find?(planned: Values, target: Target, config: Values): Promise<Found>;
  /**
   * Looks up what an update goes on from, where more of it is done than the state holds: a run that was killed could
   * not record its last steps. Null: the update goes on from the state.
   *
   * @default from the state
   */
  resume?(update: Update, target: Target): Promise<Values | null>;
  /**
   * The attributes that cannot be changed in place. Where one changes, Terraform removes the object and creates another
   * one. Only for definitions without `find`: the others refuse to be replaced.
   *
   * @default none
   */
  requiresReplace?(prior: Values, planned: Values): readonly Path[];
  /**
   * Looks up facts for the plan: values of computed attributes, and diagnostics. Called for every plan, also where the
   * configuration did not change, with two exceptions:
   *
   * - where the plan refuses the change at once (a new identity, `-replace`)
   * - in a definition with `find`, for the removal of a deposed object (the old one, which a replacement keeps until the new
   *   one is created) once the walk has applied a change
   *
   * Called again in the apply, where Terraform plans each creation and update once more: a value that was known in the plan
   * and differs now makes Terraform stop. A removal is not planned again: the values that `inform` gave replace those of
   * the prior object when its steps are computed, at plan and at apply.
   */
  inform?(change: Change, target: Target): Promise<Information>;
  /**
   * The steps that carry the change out, in order. Pure: the target gives no more than its settings. `UNKNOWN` while a
   * value that they depend on is. Called at plan and again at apply; where the two differ, none of the object's steps is
   * run. Where the plan left the steps unknown, or a creation or an update has no `stepsAttribute`, the plan showed none
   * to compare with. An attribute that is left to the provider and is not known yet is null here, so that `UNKNOWN` always
   * means an input that something else will make known.
   */
  steps(change: Change, target: Target): readonly Step[] | Unknown;
  /**
   * Looks up what prevents these steps, for example a right that is lacking. Called for every change that has steps,
   * unless the plan has an error already; for creations and updates again in the apply, where Terraform plans them once
   * more.
   */
  vet?(steps: readonly Step[], target: Target): Promise<readonly Diagnostic[]>;
  /** One step as people read it, with one text for each call where it makes several. Never shows a secret. */
  describe(step: Step): string | readonly string[];
  /** Runs one step. An error among the diagnostics, or a rejection, ends the sequence of steps. */
  execute(step: Step, target: Target, context: ExecuteContext): Promise<readonly Diagnostic[]>;
  /**
   * Reads the object; null where it is gone. `state` says which object, and holds what cannot be read of it, which must be
   * taken over from it: its last known state, or what an import gave. In an apply it is the object as planned, and after a
   * failure it is called with the object as it was before the change, and then as planned. Also called before a removal is
   * planned, where the definition has `find` and the removal runs something.
   */
  read(state: Values, target: Target): Promise<ReadResult>;
  /**
   * Called where a change does not show yet, before the object is read once more: drops what the target keeps of
   * earlier reads.
   *
   * Left out: the object is read once, and a change that does not show is an error.
   */
  settle?(target: Target): void;
  /**
   * Turns the id that people give to `terraform import` into the attributes that `read` needs. `read` is called next.
   *
   * @default the resource cannot be imported
   */
  importState?(id: string, target: Target): Promise<ImportResult>;
  /**
   * Turns a state that an older schema version wrote into one of today's.
   *
   * @default attributes keep their values by name, and new ones are null
   */
  upgradeState?(version: number, state: { readonly [name: string]: Known }): Values;
}

export interface DataSource<Target> {
  readonly typeName: string;
  readonly schema: Schema;
  validate?(config: Values): readonly Diagnostic[];
  /** The state is null only where there is an error. */
  read(config: Values, target: Target): Promise<ReadResult>;
}

export interface Found {
  readonly existing: Values | null;
  readonly diagnostics?: readonly Diagnostic[];
}

export interface Information {
  /** Values of computed attributes only. They may be unknown. */
  readonly values?: Values;
  readonly diagnostics?: readonly Diagnostic[];
}

export interface ExecuteContext {
  /** Aborted when a person interrupts Terraform: the step is to end early, at a safe place. */
  readonly signal: AbortSignal;
}

export interface ReadResult {
  readonly state: Values | null;
  readonly diagnostics?: readonly Diagnostic[];
}

export type ImportResult =
  | { readonly state: Values; readonly diagnostics?: readonly Diagnostic[] }
  | { readonly state?: undefined; readonly diagnostics: readonly Diagnostic[] };
