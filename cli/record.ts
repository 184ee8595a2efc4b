/** A part of a JSON file that another program wrote. */
export type JsonRecord = { readonly [name: string]: unknown };

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object; otherwise an empty one. */
export function recordIn(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The value if it is a list; otherwise an empty one. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list. Everything else in it is dropped. */
export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((item) => typeof item === 'string');
}
