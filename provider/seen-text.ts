import { isList, isRecord, visible, type Values, type Value } from '../schema';

/**
 * Makes texts that were read fit to be shown in a plan. Terraform escapes a text that it shows in quotes, but writes a
 * text with line breaks line by line as it is, and also the texts within a JSON text (tried with Terraform 1.11.4).
 * Such texts are made visible here, where they come in. Exchange's own values are not meant to contain any.
 *
 * @param before the same values as declared or shown before: a text that is the same there is left as it is, so that a
 * declaration with such a text is read back unchanged
 */
export function seenTexts(values: Values, before: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      seen(value, new Set(textsIn(before[name] ?? null))),
    ]),
  );
}

function seen(value: Value, known: ReadonlySet<string>): Value {
  if (typeof value === 'string') return known.has(value) ? value : seenText(value);
  if (isList(value)) return value.map((item) => seen(item, known));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, seen(item, known)]));
}

function textsIn(value: Value): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

function seenText(text: string): string {
  if (/[\n\r]/.test(text)) return visible(text);
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    const spoken = JSON.stringify(JSON.parse(text), visibleStrings);
    return spoken === JSON.stringify(JSON.parse(text)) ? text : spoken;
  } catch {
    return text; // Not JSON: Terraform shows it in quotes, and escapes it.
  }
}

function visibleStrings(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? visible(value) : value;
}
