import * as v from 'valibot';
import type { PathStep } from '../schema';
import type { Finding } from './rules/rule';

/** The form of a value of type T. */
export type Form<T> = v.GenericSchema<T>;

/** The form of an optional property. An explicit undefined is not accepted. */
export interface Optional<T> {
  readonly optional: Form<T>;
}

/**
 * A form for each property of T. A missing form, or one that is optional where the property is not (or the reverse),
 * does not compile.
 */
export type FormsOf<T> = {
  readonly [name in keyof T]-?: { [key in name]?: never } extends Pick<T, name>
    ? Optional<Exclude<T[name], undefined>>
    : Form<T[name]>;
};

/** A part of a value: its place and its form. */
export interface Part {
  /** A property; `[]` in a list; `<name>` in an object with any names. */
  readonly step: string;
  readonly form: Form<unknown>;
}

function withParts<T>(parts: readonly Part[]): v.MetadataAction<T, { readonly parts: readonly Part[] }> {
  return v.metadata({ parts });
}

/** The parts of values of a form, in the order of the form. For a union, the parts of all its forms. */
export function partsOf(form: Form<unknown>): readonly Part[] {
  return (v.getMetadata(form) as { readonly parts?: readonly Part[] }).parts ?? [];
}

/** The description of a valid value, for people. */
export function meaningOf(form: Form<unknown>): string {
  return v.getDescription(form) ?? '';
}

/** What valibot expects of a property that is not declared. */
const UNKNOWN = 'never';

/** A primitive value, and its description for people. */
interface Plain<T> {
  readonly what: string;
  readonly as: (what: string) => Form<T>;
}

export const TEXT: Plain<string> = { what: 'a text in quotes', as: (what) => v.string(what) };

/** A union of literal texts, given as keys of an object, so that the compiler reports a missing one. */
export function words<Word extends string>(known: { readonly [word in Word]: true }): Plain<Word> {
  const options = Object.keys(known) as Word[];
  return {
    what: `one of ${options.map((word) => `'${word}'`).join(', ')}`,
    as: (what) => v.picklist(options, what),
  };
}

export function plain<T>({ what, as }: Plain<T>): Form<T> {
  return v.pipe(as(what), v.description(what));
}

export const text = plain(TEXT);

export const filledText = plain({
  what: 'a text that is not empty',
  as: (what) =>
    v.pipe(
      v.string(what),
      v.check((value) => value.trim() !== '', what),
    ),
});

export const FLAG: Plain<boolean> = {
  what: 'true or false, without quotes',
  as: (what) => v.boolean(what),
};

export const flag = plain(FLAG);

/** Any number. A rule checks which numbers are valid. */
export const number = plain({ what: 'a number, without quotes', as: (what) => v.number(what) });

export const wholeNumber = plain({
  what: 'a whole number from 0, without quotes',
  as: (what) => v.pipe(v.number(what), v.integer(what), v.minValue(0, what)),
});

export const textOrNull = plain({
  what: `${TEXT.what}, or null`,
  as: (what) => v.nullable(v.string(what)),
});

export function list<T>(item: Form<T>, least: 0 | 1 = 0): Form<readonly T[]> {
  const what = `a list in square brackets${least === 0 ? '' : ' with at least one item'}`;
  return v.pipe(
    v.array(item, what),
    v.minLength(least, what),
    v.description(what),
    withParts([{ step: '[]', form: item }]),
  );
}

/** A primitive value, or else a list or group. Findings within the latter have their own paths. */
export function either<T, U extends object>(one: Plain<T>, other: Form<U>): Form<T | U> {
  const what = `${one.what}, or ${meaningOf(other)}`;
  const first = one.as(what);
  return v.pipe(
    v.lazy(
      (value): Form<T | U> => (typeof value === 'object' && value !== null ? other : first) as Form<T | U>,
    ),
    v.description(what),
    withParts(partsOf(other)),
  );
}

/** A group, or a non-empty list of such groups. Findings within it have their own paths. */
export function oneOrMore<T extends object>(one: Form<T>): Form<T | readonly T[]> {
  const what = `${meaningOf(one)}, or a list of such in square brackets with at least one item`;
  const many = v.pipe(v.array(one, what), v.minLength(1, what));
  return v.pipe(
    v.lazy((value): Form<T | readonly T[]> => {
      if (Array.isArray(value)) return many;
      return typeof value === 'object' && value !== null ? one : v.custom<T>(() => false, what);
    }),
    v.description(what),
    withParts([...partsOf(one), { step: '[]', form: one }]),
  );
}

/** One of two groups without a discriminating property; the first may itself be a union. */
export function eitherGroup<T, U>(
  one: Form<T>,
  other: Form<U>,
  isOther: (value: object) => boolean,
): Form<T | U> {
  const what = `${meaningOf(one)} or ${meaningOf(other)}`;
  return v.pipe(
    v.lazy((value): Form<T | U> => {
      // An empty object has the properties of neither, so that both are named.
      if (
        typeof value === 'object' &&
        value !== null &&
        Object.keys(value).length > 0 &&
        !Array.isArray(value)
      ) {
        return isOther(value) ? other : one;
      }
      return v.is(one, value) ? one : v.custom(() => false, what);
    }),
    v.description(what),
    withParts([...partsOf(one), ...partsOf(other)]),
  );
}

/** An object with arbitrary keys whose values have this form. */
export function byName<T>(item: Form<T>): Form<{ readonly [name: string]: T }> {
  const what = `{ <name>: ${meaningOf(item)} }`;
  return v.pipe(
    // Valibot accepts a list as an object.
    v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), what),
    v.record(v.string(), item),
    v.description(what),
    withParts([{ step: '<name>', form: item }]),
  ) as unknown as Form<{ readonly [name: string]: T }>;
}

/** An object with these properties and no others. */
export function group<T extends object>(forms: FormsOf<T>): Form<T> {
  const entries = Object.entries<Form<unknown> | Optional<unknown>>(forms);
  const names = entries.map(([name]) => name);
  const what = `{ ${names.join(', ')} }`;
  const wanted = (name: unknown) => {
    const form = forms[name as keyof T];
    return meaningOf('optional' in form ? form.optional : form);
  };
  return v.pipe(
    // Valibot accepts a list as an object.
    v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), what),
    v.strictObject(
      Object.fromEntries(
        entries.map(([name, form]) => [name, 'optional' in form ? v.exactOptional(form.optional) : form]),
      ),
      ({ expected, path }) => (expected === UNKNOWN ? names.join(', ') : wanted(path?.at(-1)?.key)),
    ),
    v.description(what),
    withParts(entries.map(([step, form]) => ({ step, form: 'optional' in form ? form.optional : form }))),
  ) as unknown as Form<T>;
}

/** A group, or an object of several groups by name. Findings within them have their own paths. */
export function oneOrNamed<T extends object>(
  one: Form<T>,
  isOne: (value: object) => boolean,
): Form<T | { readonly [name: string]: T }> {
  type Either = Form<T | { readonly [name: string]: T }>;
  const what = `${meaningOf(one)}, or several of these by name`;
  // Valibot's record skips keys such as `constructor`.
  const named = (value: object) =>
    v.strictObject(Object.fromEntries(Object.keys(value).map((name) => [name, one])));
  return v.pipe(
    v.lazy((value): Either => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return v.custom<T>(() => false, what);
      }
      return isOne(value) ? one : named(value);
    }),
    v.description(what),
    withParts([...partsOf(one), { step: '<name>', form: one }]),
  );
}

export const optional = <T>(form: Form<T>): Optional<T> => ({ optional: form });

/** Finds where a value does not match its form. */
export function formFindings(form: Form<unknown>, value: unknown): readonly Finding[] {
  const { issues = [] } = v.safeParse(form, value);
  return issues.map(({ type, expected, input, message, path = [] }) => ({
    path: path.map(({ key }): PathStep =>
      typeof key === 'number' ? { index: key } : { attribute: String(key) },
    ),
    ...(type === 'strict_object' && expected === UNKNOWN
      ? {
          problem: 'there is no such property, so that it would have no effect',
          remedy: `correct its name, or take it out; the properties are ${message}`,
        }
      : input === undefined
        ? {
            problem: 'has no value',
            remedy: `it must be ${message}; an environment variable that is not set gives no value either`,
          }
        : { problem: `is ${shown(input)}`, remedy: `it must be ${message}` }),
  }));
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text '${value}'`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
}
