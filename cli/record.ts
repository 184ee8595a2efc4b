/** A part of a JSON file that somebody else wrote. */
export type JsonRecord = { readonly [name: string]: unknown };

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** With nothing in it where the value is none. */
export function recordIn(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** Empty where the value is no list. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list; what else is in it is left out. */
export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((item) => typeof item === 'string');
}
