import { domainToASCII } from 'node:url';
import { declaredEndpoints, declaredNames, declaredTexts } from '../declared-names';
import { endpointFault } from '../endpoint';
import type { Rule } from './rule';

/**
 * Characters that word processors and web pages substitute for plain ones, with their names and the plain characters.
 */
const MEANT: { readonly [character: string]: readonly [name: string, plain: string] } = {
  '\u00a0': ['a no-break space', ''],
  '\u00ad': ['a soft hyphen', ''],
  '\u200b': ['a zero-width space', ''],
  '\u200e': ['a left-to-right mark', ''],
  '\u200f': ['a right-to-left mark', ''],
  '\u2010': ['a typographic hyphen', '-'],
  '\u2011': ['a no-break hyphen', '-'],
  '\u2012': ['a typographic dash', '-'],
  '\u2013': ['a typographic dash', '-'],
  '\u2014': ['a typographic dash', '-'],
  '\u2015': ['a typographic dash', '-'],
  '\u2018': ['a typographic quote', ''],
  '\u2019': ['a typographic quote', ''],
  '\u201a': ['a typographic quote', ''],
  '\u201b': ['a typographic quote', ''],
  '\u201c': ['a typographic quote', ''],
  '\u201d': ['a typographic quote', ''],
  '\u201e': ['a typographic quote', ''],
  '\ufeff': ['a byte order mark', ''],
};

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function nameOf(character: string): string {
  const known = MEANT[character]?.[0];
  if (known !== undefined) return `${known} (${codePoint(character)})`;
  return /\p{C}/u.test(character)
    ? `a hidden character (${codePoint(character)})`
    : `'${character}' (${codePoint(character)})`;
}

/** The text with a question mark for each hidden character. */
function shown(text: string): string {
  return [...text]
    .map((character) => (/[\p{C}\p{Z}]/u.test(character) && character !== ' ' ? '?' : character))
    .join('');
}

/**
 * A list, for people, of the characters in a text that are not plain printable ones; undefined where there are none.
 */
function unplain(text: string, plain = /[\x20-\x7e]/): string | undefined {
  const wrong = [...new Set([...text].filter((character) => !plain.test(character)))];
  return wrong.length === 0 ? undefined : wrong.map(nameOf).join(' and ');
}

/**
 * The problem with the characters of an endpoint. The endpoint itself is not shown, because it may contain a password.
 */
export function unplainEndpoint(endpoint: string): { readonly problem: string; readonly remedy: string } {
  return {
    problem: `it holds ${unplain(endpoint, /[\x21-\x7e]/) ?? 'nothing'}`,
    remedy:
      "type it again by hand; a server's name with letters of another script is written in its ASCII form (xn--…)",
  };
}

function remedyFor(text: string): string {
  const plain = [...text].map((character) => MEANT[character]?.[1] ?? character).join('');
  if (/^[\x21-\x7e]+$/.test(plain)) return `write it as '${plain}'`;
  // Names with letters of other scripts are registered in an ASCII form (RFC 5890). But the letter may also be a
  // mistake that only looks like an ASCII letter.
  const ascii = /^[\p{L}\p{M}\p{N}.-]+$/u.test(text) && text.includes('.') ? domainToASCII(text) : '';
  return ascii === ''
    ? 'type it again by hand'
    : `type it again by hand, or if the letter is meant, write the name as '${ascii}'`;
}

export const plainCharacters: Rule = {
  id: 'plain-characters',
  severity: 'error',
  spelling: true,
  description:
    'Names, addresses and endpoints hold plain printable characters only. Typographic quotes and dashes, and hidden characters, come from copying out of documents and make it another name. File names may hold any letter, but no hidden character.',
  check: ({ site }) => [
    ...declaredEndpoints(site).flatMap(({ text, path }) =>
      endpointFault(text) === 'characters' ? [{ path, ...unplainEndpoint(text) }] : [],
    ),
    ...declaredNames(site).flatMap(({ text, path }) => {
      const wrong = unplain(text);
      if (wrong === undefined) return [];
      return [{ path, problem: `'${shown(text)}' holds ${wrong}`, remedy: remedyFor(text) }];
    }),
    ...declaredTexts(site).flatMap(({ text, path }) => {
      const wrong = [
        ...new Set([...text].filter((character) => character !== ' ' && /[\p{C}\p{Z}]/u.test(character))),
      ];
      if (wrong.length === 0) return [];
      return [
        {
          path,
          problem: `'${shown(text)}' holds ${wrong.map(nameOf).join(' and ')}`,
          remedy: 'type it again by hand; in TypeScript a backslash is written twice',
        },
      ];
    }),
  ],
};
