import type { HostValue } from '../../remoting/server/command-host';

/** A value as lines for a person: a text as it is, an object as a list of its properties in the way of Format-List. */
export function shownLines(value: HostValue): readonly string[] {
  if (typeof value !== 'object' || value === null || !('typeNames' in value)) return [inLine(value)];
  const { properties, text } = value;
  const names = Object.keys(properties);
  if (names.length === 0) return [text ?? ''];
  const width = Math.max(...names.map((name) => name.length));
  return [...names.map((name) => `${name.padEnd(width)} : ${inLine(properties[name] ?? null)}`), ''];
}

function inLine(value: HostValue): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `{${value.length} bytes}`;
  if (Array.isArray(value)) return `{${(value as readonly HostValue[]).map(inLine).join(', ')}}`;
  if (typeof value !== 'object') return String(value);
  if ('typeNames' in value) return value.text ?? '';
  return '';
}
