import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import type { Attribute, Diagnostic, KnownValues, Schema, StateOf } from '../../schema';
import { integer, textList } from '../../schema';
import { existsIn, type Lifespan } from '../versions/lifespan';
import type { ExchangeVersion } from '../versions/version';
import type { Facts } from './facts';
import { withMaintenance } from './maintained';
import type { Probe } from './probe';
import type { Answers, Step, StepKind } from './step';

export type Attributes = { readonly [name: string]: Attribute };

/**
 * Who created the object. Objects of Exchange Setup are `adopted`: a create sets their values, a destroy leaves them as
 * they are. Objects of the plan are `owned`: a destroy removes them. A `check` is neither: it only reads.
 */
export type Lifecycle = 'adopted' | 'owned' | 'check';

export interface Change<A extends Attributes> {
  /** Null where the change starts from nothing, as in the plan files. An object that a creation finds is the prior one. */
  readonly prior: StateOf<A> | null;
  /** Null where the object is destroyed. */
  readonly planned: StateOf<A> | null;
}

export interface Foreseen<A extends Attributes> {
  /** Computed attributes that are known before apply; for a removal, those that its steps depend on. */
  readonly values: Partial<StateOf<A>>;
  readonly diagnostics: readonly Diagnostic[];
  /** Remarks on the current state, for every plan. Equal remarks are shown once in a run. Left out: none. */
  readonly remarks?: readonly Diagnostic[];
}

/**
 * The definition of a resource type, as data and pure functions. The provider, the plan, the lab and the reference are
 * all derived from it.
 */
export interface ResourceSpec<A extends Attributes> {
  /** `exchange_owa_virtual_directory`. */
  readonly typeName: string;
  readonly kind: StepKind;
  readonly lifecycle: Lifecycle;
  readonly description: string;
  /** The versions whose servers have such an object. Left out: all. */
  readonly lifespan?: Lifespan;
  readonly attributes: A;
  /** Attributes whose values, joined by `/`, are its import id. */
  readonly importId: readonly (keyof A & string)[];
  /**
   * Attributes that are expensive to read. They are read only if the declaration or the import id names them. Left out:
   * none.
   */
  readonly readWhereDeclared?: readonly string[];
  /** What a site must declare if the object exists already. Left out for objects that always exist. */
  readonly declaredExisting?: (state: StateOf<A>) => string;
  /**
   * Parses Exchange's own identity of the object as an import id; undefined where the text is not such an identity.
   * Left out: it has none.
   */
  readonly fromIdentity?: (identity: string) => KnownValues | undefined;
  /**
   * Checks combinations of attributes, as far as they are known. Single attributes are checked by their own `problem`.
   */
  readonly validate?: (config: KnownValues) => readonly Diagnostic[];
  /** Computed attributes that are known before apply. */
  readonly computed?: (planned: StateOf<A>, facts: Facts) => Partial<StateOf<A>>;
  /**
   * Further reads for the plan of a change, which may depend on the result of `observe`. A read that fails does not
   * stop the plan: its result is unknown. Left out: none.
   */
  readonly inquiries?: (
    objects: readonly PowerShellObject[],
    change: Change<A>,
    facts: Facts,
  ) => readonly Invocation[];
  /**
   * What the plan of a change derives from the results of `observe` and `inquiries`. Left out: nothing, and the plan
   * does not read again.
   */
  readonly foresee?: (
    objects: readonly PowerShellObject[],
    change: Change<A>,
    facts: Facts,
    answers: Answers,
  ) => Foreseen<A>;
  /**
   * Computed attributes that keep their planned values until the next refresh. Terraform requires the result of an
   * apply to match its plan, but the steps themselves change what these attributes are read from.
   */
  readonly steady?: readonly (keyof A & string)[];
  /** The steps from the prior to the planned state, in order. */
  readonly steps: (change: Change<A>, facts: Facts) => readonly Step[];
  /** Checks from the machine that runs Terraform after the steps, in order. Left out: none. */
  readonly probes?: (change: Change<A>, facts: Facts) => readonly Probe[];
  /**
   * The call that reads the object. It should be the same for as many resources as possible, because each distinct call
   * is made once in a run.
   */
  readonly observe?: (state: StateOf<A>, facts: Facts) => Invocation;
  /** The state in the result of `observe`; null where the object does not exist. Left out: `state` unchanged. */
  readonly view?: (
    objects: readonly PowerShellObject[],
    state: StateOf<A>,
    facts: Facts,
  ) => StateOf<A> | null;
  /**
   * The existing state that a creation starts from, in the result of `observe`. It differs from `view`, since `planned`
   * is no state and does not show what exists. Left out: as `view`.
   */
  readonly found?: (
    objects: readonly PowerShellObject[],
    planned: StateOf<A>,
    facts: Facts,
  ) => StateOf<A> | null;
  /**
   * The state that a change starts from, in the result of `observe`, where more is done already than `prior` records:
   * Terraform keeps no state of a run that was killed. Null or left out: `prior`.
   */
  readonly resumed?: (
    objects: readonly PowerShellObject[],
    change: { readonly prior: StateOf<A>; readonly planned: StateOf<A> },
    facts: Facts,
  ) => StateOf<A> | null;
  /** Remarks of a plan on the result of `observe`. Equal remarks are shown once in a run. */
  readonly remarks?: (
    objects: readonly PowerShellObject[],
    state: StateOf<A>,
    facts: Facts,
  ) => readonly Diagnostic[];
  /**
   * The obstacle to creating the object, in the result of `observe`; `undefined` where there is none. It is asked where a
   * creation or an import does not find the object, so that a deploy does not stop half-way.
   */
  readonly obstacle?: (
    objects: readonly PowerShellObject[],
    planned: StateOf<A>,
  ) => Pick<Diagnostic, 'summary' | 'detail'> | undefined;
  /** What a destroy means where it runs no cmdlet, for people. */
  readonly forgets?: string;
}

/** Only owned objects have this attribute, since only they are removed. */
export const REMOVAL_ATTRIBUTE = 'removal_cmdlets';

/** Only owned objects have this attribute too. */
export const REMOVAL_PLACE_ATTRIBUTE = 'removal_place';

/** Every type with `cmdlets` has this attribute too. */
export const INTERRUPTS_ATTRIBUTE = 'interrupts';

const cmdletsAttribute = {
  cmdlets: textList(
    'computed',
    'In a plan, the cmdlets that apply will run. After an apply those that completed or were left out with a warning, until the object is read again.',
  ),
  [INTERRUPTS_ATTRIBUTE]: textList(
    'computed',
    'In a plan, which clients the cmdlets can interrupt, and how they notice. Empty where none are known. After an apply for those cmdlets that `cmdlets` shows then, until the object is read again.',
  ),
};
const removalAttributes = {
  [REMOVAL_ATTRIBUTE]: textList(
    'computed',
    'The cmdlets that remove it, so that a saved plan of its removal holds them. In a plan that changes them, known after apply.',
  ),
  [REMOVAL_PLACE_ATTRIBUTE]: integer(
    'computed',
    'Where its removal stands among all that a plan removes: from the highest number to the lowest, the cmdlets of one object in their order. Not set where the rollout of the provider block does not name the server.',
  ),
};
export type WithCmdlets<A extends Attributes> = A & typeof cmdletsAttribute;

/** A resource definition whose attributes are known to the compiler. */
export interface ResourceDefinition<A extends Attributes = Attributes> extends Omit<
  ResourceSpec<A>,
  'attributes'
> {
  readonly schema: Schema & { readonly attributes: WithCmdlets<A> };
}

/** A definition in the registry, whose attributes the compiler knows by name only. */
export type AnyResource = Omit<ResourceDefinition, 'schema'> & { readonly schema: Schema };

export function defineResource<const A extends Attributes>(spec: ResourceSpec<A>): ResourceDefinition<A> {
  const { attributes, ...rest } = spec;
  return {
    ...rest,
    // A removal runs without maintenance, because the declared maintenance of the server may leave the declaration
    // together with the object.
    steps: (change, facts) => {
      const steps = spec.steps(change, facts);
      return change.planned === null ? steps : withMaintenance(steps, facts);
    },
    schema: {
      version: 0,
      description: spec.description,
      attributes: {
        ...attributes,
        ...cmdletsAttribute,
        ...(spec.lifecycle === 'owned' ? removalAttributes : {}),
      },
    },
  };
}

/** Whether servers of the version have such an object. */
export function isIn({ lifespan }: Pick<AnyResource, 'lifespan'>, version: ExchangeVersion): boolean {
  return lifespan === undefined || existsIn(lifespan, version);
}

/**
 * Forgets the attribute types, for the registry, which treats all definitions alike. Values have been checked against
 * the schema before.
 */
export function erase<A extends Attributes>(definition: ResourceDefinition<A>): AnyResource {
  return definition as unknown as AnyResource;
}
