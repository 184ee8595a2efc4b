import type { Problem } from './problem';
import type { Known, Values } from './value';

/** The type of an attribute: those of Terraform without dynamic values and tuples. */
export type AttributeType =
  | 'string'
  | 'number'
  | 'bool'
  | { readonly list: AttributeType }
  | { readonly set: AttributeType }
  | { readonly map: AttributeType }
  | { readonly object: { readonly [name: string]: AttributeType } };

/** Who sets the attribute: the declaration, the provider, or either. */
export type AttributeMode = 'required' | 'optional' | 'computed' | 'optional-computed';

/** One attribute of a resource, a block or a provider. Bindings, provider, plan and documents all take it from here. */
export interface Attribute<T extends AttributeType = AttributeType, M extends AttributeMode = AttributeMode> {
  readonly type: T;
  readonly mode: M;
  /** What the attribute means, and what happens when it is left out. For the generated reference and for editors. */
  readonly description: string;
  /** Hidden in plans and logs. */
  readonly sensitive?: boolean;
  /** A secret that reaches the provider and is never kept in a state or plan (Terraform 1.11). */
  readonly writeOnly?: boolean;
  /** Part of the object's identity. A different value would mean a different object, so a change is refused. */
  readonly identity?: boolean;
  /** Tells objects apart whose identity is the same, but may change. Null tells nothing. */
  readonly distinguishes?: boolean;
  /**
   * Whether two spellings mean the same. If they do, the difference is no drift, and the declared spelling stays.
   * Called for known, non-null values; for a list, set or map with the whole of it.
   *
   * @default equal to the letter; for a set, in any order
   */
  readonly equals?: (left: Known, right: Known) => boolean;
  /** The value where the declaration gives none. The attribute must be `optional-computed`. */
  readonly defaultValue?: Known;
  /** What is wrong with a known, non-null value; `undefined` where nothing is. */
  readonly problem?: (value: Known) => Problem | undefined;
  /** The only texts that may stand in it, where calls depend on which do. Left out: any may, or no call depends on it. */
  readonly words?: readonly string[];
  /** Marks the attribute as deprecated, and says what to use instead. */
  readonly deprecated?: string;
}

/** A nested block, as older providers have them. New schemas use attributes of type object. */
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
  /** The version of the schema. Raised when stored states must be upgraded. */
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

/** The type of a declaration: required attributes are required, and computed ones do not compile. */
export type ConfigOf<A extends Attributes> = {
  readonly [K in NamesOf<A, 'required'>]: TypeOf<A[K]['type']>;
} & {
  readonly [K in NamesOf<A, 'optional'> | NamesOf<A, 'optional-computed'>]?: TypeOf<A[K]['type']> | undefined;
};

/** The type of a state: it has every attribute, and null where one is not set. */
export type StateOf<A extends Attributes> = { readonly [K in keyof A]: TypeOf<A[K]['type']> | null };

/** Adds the attributes of the schema that the value does not have, as `null`. */
export function withEveryAttribute(schema: BlockSchema, values: Values): Values {
  return Object.fromEntries(Object.keys(schema.attributes).map((name) => [name, values[name] ?? null]));
}
