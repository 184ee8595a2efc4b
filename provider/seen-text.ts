import { isList, isRecord, visible, type Values, type Value } from '../schema';

/**
 * Texts as they were read, fit to be shown in a plan. Terraform escapes what stands in quotes, but writes the lines of
 * a text with line breaks out as they are, and those of texts within a text that is JSON (tried with Terraform 1.11.4).
 * Such texts are made visible here, where they come in; Exchange has none that are meant.
 */
export function seenTexts(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, seen(value)]));
}

function seen(value: Value): Value {
  if (typeof value === 'string') return seenText(value);
  if (isList(value)) return value.map(seen);
  return isRecord(value) ? seenTexts(value) : value;
}

function seenText(text: string): string {
  if (/[\n\r]/.test(text)) return visible(text);
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    const spoken = JSON.stringify(JSON.parse(text), visibleStrings);
    return spoken === JSON.stringify(JSON.parse(text)) ? text : spoken;
  } catch {
    return text; // Not JSON, and so in quotes.
  }
}

function visibleStrings(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? visible(value) : value;
}
