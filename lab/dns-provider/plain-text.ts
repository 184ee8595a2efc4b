import type { Value } from '../../schema';

/** The text of a value whose attribute is a string in the schema. */
export function plainText(value: Value | undefined): string {
  if (typeof value !== 'string') throw new TypeError('a value is not the text that its schema says');
  return value;
}
