import type { Problem } from './problem';
import type { Known, Values } from './value';

/** The type of an attribute. Terraform's type system without dynamic values and tuples. */
export type AttributeType =
  | 'string'
  | 'number'
  | 'bool'
  | { readonly list: AttributeType }
  | { readonly set: AttributeType }
  | { readonly map: AttributeType }
  | { readonly object: { readonly [name: string]: AttributeType } };

/** Who sets it: the declaration, the provider, or either. */
export type AttributeMode = 'required' | 'optional' | 'computed' | 'optional-computed';

/** One attribute of a resource, a block or a provider. Everything that the sides need stands here, once. */
export interface Attribute<T extends AttributeType = AttributeType, M extends AttributeMode = AttributeMode> {
  readonly type: T;
  readonly mode: M;
  /** For the generated reference and for editors: what it means, and what happens when it is left out. */
  readonly description: string;
  /** Hidden in plans and logs. */
  readonly sensitive?: boolean;
  /** A secret that reaches the provider but is never kept in state or plan (Terraform 1.11). */
  readonly writeOnly?: boolean;
  /** Says which object it is, together with the others that do. A change would mean another object: it is refused. */
  readonly identity?: boolean;
  /** Tells objects apart that have the same identity, and may change all the same; what is null tells nothing. */
  readonly distinguishes?: boolean;
  /**
   * When two spellings mean the same, so that the difference is no drift and the declared spelling is kept.
   * Called for known, non-null values; for a list, set or map, with the whole of it.
   *
   * @default sameness to the letter; for a set, without order
   */
  readonly equals?: (left: Known, right: Known) => boolean;
  /** Taken where the declaration says nothing; the attribute must be `optional-computed`. */
  readonly defaultValue?: Known;
  /** What is wrong with a known, non-null value; `undefined` where it is right. */
  readonly problem?: (value: Known) => Problem | undefined;
  /** The only texts that may stand in it, where calls depend on which do. Left out: any may, or no call depends on it. */
  readonly words?: readonly string[];
  /** Says that the attribute should no longer be used, and what to use in its place. */
  readonly deprecated?: string;
}

/** A nested block, as older providers have them; new schemas use object attributes. */
export interface Block {
  readonly nesting: 'single' | 'list' | 'set';
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly schema: BlockSchema;
}

export interface BlockSchema {
  readonly description?: string;
  readonly attributes: { readonly [name: string]: Attribute };
  readonly blocks?: { readonly [name: string]: Block };
}

/** The schema of a resource, a data source or a provider. */
export interface Schema extends BlockSchema {
  /** Raised when a stored state must be upgraded. */
  readonly version: number;
}

type Extras<T extends AttributeType> = Omit<Attribute<T>, 'type' | 'mode' | 'description'>;

function attribute<T extends AttributeType>(type: T) {
  return <M extends AttributeMode>(
    mode: M,
    description: string,
    extras: Extras<T> = {},
  ): Attribute<T, M> => ({
    type,
    mode,
    description,
    ...extras,
  });
}

export const text = attribute('string');
export const integer = attribute('number');
export const flag = attribute('bool');
export const textList = attribute({ list: 'string' });
export const textSet = attribute({ set: 'string' });
export const textMap = attribute({ map: 'string' });

/** The TypeScript type of an attribute's known, non-null value. */
export type TypeOf<T extends AttributeType> = T extends 'string'
  ? string
  : T extends 'number'
    ? number
    : T extends 'bool'
      ? boolean
      : T extends { readonly list: infer E extends AttributeType }
        ? readonly TypeOf<E>[]
        : T extends { readonly set: infer E extends AttributeType }
          ? readonly TypeOf<E>[]
          : T extends { readonly map: infer E extends AttributeType }
            ? { readonly [key: string]: TypeOf<E> }
            : T extends { readonly object: infer O extends { readonly [name: string]: AttributeType } }
              ? { readonly [K in keyof O]: TypeOf<O[K]> | null }
              : never;

type Attributes = { readonly [name: string]: Attribute };
type NamesOf<A extends Attributes, M extends AttributeMode> = {
  [K in keyof A]: A[K] extends Attribute<AttributeType, M> ? K : never;
}[keyof A];

/** What a declaration may say: required attributes are required, computed ones do not compile. */
export type ConfigOf<A extends Attributes> = {
  readonly [K in NamesOf<A, 'required'>]: TypeOf<A[K]['type']>;
} & {
  readonly [K in NamesOf<A, 'optional'> | NamesOf<A, 'optional-computed'>]?: TypeOf<A[K]['type']> | undefined;
};

/** What a state holds: every attribute, null where it is not set. */
export type StateOf<A extends Attributes> = { readonly [K in keyof A]: TypeOf<A[K]['type']> | null };

/** Every attribute of the schema; `null` where a value has none. */
export function withEveryAttribute(schema: BlockSchema, values: Values): Values {
  return Object.fromEntries(Object.keys(schema.attributes).map((name) => [name, values[name] ?? null]));
}
