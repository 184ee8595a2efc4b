import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import type { Attribute, Diagnostic, KnownValues, Schema, StateOf } from '../../schema';
import { integer, textList } from '../../schema';
import { existsIn, type Lifespan } from '../versions/lifespan';
import type { ExchangeVersion } from '../versions/version';
import type { Facts } from './facts';
import { maintained } from './maintained';
import type { Probe } from './probe';
import type { Answers, Step, StepKind } from './step';

export type Attributes = { readonly [name: string]: Attribute };

/**
 * Who made the object. What Exchange Setup made is adopted: a create sets it, a destroy leaves it as it is.
 * What the plan made is owned: a destroy removes it. A check is neither: it only looks.
 */
export type Lifecycle = 'adopted' | 'owned' | 'check';

export interface Change<A extends Attributes> {
  /** Null: it is created, or adopted. */
  readonly prior: StateOf<A> | null;
  /** Null: it is destroyed. */
  readonly planned: StateOf<A> | null;
}

export interface Foreseen<A extends Attributes> {
  /** Computed attributes that are known before apply; of a removal, those that its steps depend on. */
  readonly values: Partial<StateOf<A>>;
  readonly diagnostics: readonly Diagnostic[];
  /** What every plan says of what there is. Of equal ones only the first of a run is said. Left out: nothing. */
  readonly remarks?: readonly Diagnostic[];
}

/** What a resource is, as data and pure functions; the provider, the plan, the lab and the documents read it. */
export interface ResourceSpec<A extends Attributes> {
  /** `exchange_owa_virtual_directory`. */
  readonly typeName: string;
  readonly kind: StepKind;
  readonly lifecycle: Lifecycle;
  readonly description: string;
  /** The versions whose servers have such an object. Left out: all. */
  readonly lifespan?: Lifespan;
  readonly attributes: A;
  /** Attributes whose values, joined by `/`, identify it for an import. */
  readonly importId: readonly (keyof A & string)[];
  /**
   * Attributes that are read only where the declaration, or the id of an import, names them, because they cost more to
   * read. Left out: none.
   */
  readonly readWhereDeclared?: readonly string[];
  /** What the declaration of a site says of one that was there before. Left out: nothing, since it always is. */
  readonly declaredExisting?: (state: StateOf<A>) => string;
  /** What Exchange's own name of the object says, for an import; undefined where it is none. Left out: it has none. */
  readonly fromIdentity?: (identity: string) => KnownValues | undefined;
  /** What is wrong between attributes, as far as it is known; single attributes are checked by `problem`. */
  readonly validate?: (config: KnownValues) => readonly Diagnostic[];
  /** Computed attributes that are known before apply. */
  readonly computed?: (planned: StateOf<A>, facts: Facts) => Partial<StateOf<A>>;
  /**
   * What a plan of a change asks beside `observe`, from what that returned. Left out: nothing. What cannot be read stops
   * nothing: it is unknown.
   */
  readonly inquiries?: (
    objects: readonly PowerShellObject[],
    change: Change<A>,
    facts: Facts,
  ) => readonly Invocation[];
  /**
   * What the plan of a change sees in what `observe` and `inquiries` returned. Left out: nothing, and it does not look
   * again.
   */
  readonly foresee?: (
    objects: readonly PowerShellObject[],
    change: Change<A>,
    facts: Facts,
    answers: Answers,
  ) => Foreseen<A>;
  /**
   * Computed attributes that stay as they were planned until the next refresh: Terraform holds an apply to its plan,
   * and its own steps change what they are read from.
   */
  readonly steady?: readonly (keyof A & string)[];
  /** What brings prior to planned, in order. */
  readonly steps: (change: Change<A>, facts: Facts) => readonly Step[];
  /** What is looked at from the machine that runs Terraform once the steps are done, in order. Left out: nothing. */
  readonly probes?: (change: Change<A>, facts: Facts) => readonly Probe[];
  /** The call that shows it, the same for as many resources as possible: it is made once in a run. */
  readonly observe?: (state: StateOf<A>, facts: Facts) => Invocation;
  /** The state seen in what `observe` returned; null where the object is not there. Left out: as in `state`. */
  readonly view?: (
    objects: readonly PowerShellObject[],
    state: StateOf<A>,
    facts: Facts,
  ) => StateOf<A> | null;
  /**
   * What a creation goes on from, seen in the same: unlike a state, `planned` tells nothing of what there is. Left out:
   * as `view` shows it.
   */
  readonly found?: (
    objects: readonly PowerShellObject[],
    planned: StateOf<A>,
    facts: Facts,
  ) => StateOf<A> | null;
  /**
   * What a change goes on from, seen in the same, where more of it is done than `prior` tells: of a run that was killed
   * nobody kept what it did. Null, and left out: from `prior`.
   */
  readonly resumed?: (
    objects: readonly PowerShellObject[],
    change: { readonly prior: StateOf<A>; readonly planned: StateOf<A> },
    facts: Facts,
  ) => StateOf<A> | null;
  /** What a plan says of what it saw in the same. Of equal ones only the first of a run is said. */
  readonly remarks?: (
    objects: readonly PowerShellObject[],
    state: StateOf<A>,
    facts: Facts,
  ) => readonly Diagnostic[];
  /**
   * What stands against making it, seen in what `observe` returned; `undefined` where nothing does. Asked for in a plan,
   * so that a deploy does not stop there half-way.
   */
  readonly obstacle?: (
    objects: readonly PowerShellObject[],
    planned: StateOf<A>,
  ) => Pick<Diagnostic, 'summary' | 'detail'> | undefined;
  /** What a destroy does when it runs no cmdlet, for people. */
  readonly forgets?: string;
}

/** Of owned objects: only those are removed. */
export const REMOVAL_ATTRIBUTE = 'removal_cmdlets';

/** Of owned objects, too. */
export const REMOVAL_PLACE_ATTRIBUTE = 'removal_place';

/** Beside `cmdlets`. */
export const INTERRUPTS_ATTRIBUTE = 'interrupts';

const cmdletsAttribute = {
  cmdlets: textList(
    'computed',
    'In a plan, the cmdlets that apply will run. After an apply those that it ran, until the object is read again.',
  ),
  [INTERRUPTS_ATTRIBUTE]: textList(
    'computed',
    'In a plan, which clients the cmdlets can interrupt, and how they notice. Empty where none are known. After an apply as it was planned, until the object is read again.',
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

/** A definition among others, in the registry: attributes by name only. */
export type AnyResource = Omit<ResourceDefinition, 'schema'> & { readonly schema: Schema };

export function defineResource<const A extends Attributes>(spec: ResourceSpec<A>): ResourceDefinition<A> {
  const { attributes, ...rest } = spec;
  return {
    ...rest,
    // What leaves the declaration takes its server's maintenance with it, where that leaves, too: it is not drained.
    steps: (change, facts) => {
      const steps = spec.steps(change, facts);
      return change.planned === null ? steps : maintained(steps, facts);
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

/** For the registry, which treats definitions alike. Values are checked against the schema before they get here. */
export function erase<A extends Attributes>(definition: ResourceDefinition<A>): AnyResource {
  return definition as unknown as AnyResource;
}
