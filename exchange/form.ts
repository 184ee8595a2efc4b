import type { Path } from '../schema';
import type { Finding } from './rules/rule';

/**
 * The form of a value: what the compiler would say of it. Synth only loads a declaration, it does not compile it, so
 * that a misspelled property would be left out in silence.
 */
export interface Form {
  /** For people: `a text`. */
  readonly what: string;
  readonly find: (value: unknown, at: Path) => readonly Finding[];
}

/** The form of a property that may be left out. */
export interface Optional {
  readonly optional: Form;
}

/** A form for every property of a type; those that may be left out are marked as such. The compiler checks both. */
export type FormsOf<T> = {
  readonly [name in keyof T]-?: { [key in name]?: never } extends Pick<T, name> ? Optional : Form;
};

/** Every value that a test takes. */
export function form(what: string, fits: (value: unknown) => boolean): Form {
  return {
    what,
    find: (value, at) => (fits(value) ? [] : [refusal(at, value, what)]),
  };
}

function refusal(path: Path, value: unknown, what: string): Finding {
  return { path, problem: `${shown(value)} is not ${what}`, remedy: `give ${what}` };
}

/** A value as people read it, in bounds. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 80)}'`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return typeof value === 'object' ? 'a group of properties' : `a ${typeof value}`;
}

export const TEXT = form('a text', (value) => typeof value === 'string');
export const NUMBER = form('a number', (value) => typeof value === 'number');
export const FLAG = form('true or false', (value) => typeof value === 'boolean');

export function optional(form: Form): Optional {
  return { optional: form };
}

export function word(...words: readonly string[]): Form {
  const what = words.map((each) => `'${each}'`).join(' or ');
  return form(what, (value) => typeof value === 'string' && words.includes(value));
}

export function nullable(inner: Form): Form {
  return {
    what: `${inner.what} or null`,
    find: (value, at) => (value === null ? [] : inner.find(value, at)),
  };
}

/** Texts are looked at by the first form, everything else by the second. */
export function either(text: Form, other: Form): Form {
  const what = `${text.what} or ${other.what}`;
  return {
    what,
    find: (value, at) => {
      if (typeof value === 'object' && value !== null) return other.find(value, at);
      const fits = typeof value === 'string' && text.find(value, at).length === 0;
      return fits ? [] : [refusal(at, value, what)];
    },
  };
}

export function list(item: Form): Form {
  const what = `a list of ${item.what.replace(/^an? /, '')}s`;
  return {
    what,
    find: (value, at) =>
      Array.isArray(value)
        ? value.flatMap((each, index) => item.find(each, [...at, { index }]))
        : [refusal(at, value, what)],
  };
}

/** An object with these properties and no others. */
export function group<T>(what: string, forms: FormsOf<T>): Form {
  const known = new Map(Object.entries<Form | Optional>(forms));
  return {
    what,
    find: (value, at) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return [refusal(at, value, what)];
      }
      const given = new Map(Object.entries(value).filter(([, each]) => each !== undefined));
      const unknown = [...given.keys()]
        .filter((name) => !known.has(name))
        .map((name) => ({
          path: [...at, { attribute: name }],
          problem: `${what} has no such property`,
          remedy: `correct it; there are ${[...known.keys()].join(', ')}`,
        }));
      const wrong = [...known].flatMap(([name, its]): readonly Finding[] => {
        const path = [...at, { attribute: name }];
        const inner = 'optional' in its ? its.optional : its;
        if (given.has(name)) return inner.find(given.get(name), path);
        return 'optional' in its ? [] : [{ path, problem: 'is missing', remedy: `give ${inner.what}` }];
      });
      return [...unknown, ...wrong];
    },
  };
}
