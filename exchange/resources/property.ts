import type { PowerShellObject, PowerShellValue } from '../../powershell/outcome';

/**
 * A property of an object that Exchange returned, whichever form it arrived in: a live object, a property bag, or a
 * primitive value. Names are compared without case, as PowerShell does.
 */
export function property(object: PowerShellObject, name: string): PowerShellValue {
  const direct = object.properties[name];
  if (direct !== undefined) return direct;
  const wanted = name.toLowerCase();
  const found = Object.keys(object.properties).find((candidate) => candidate.toLowerCase() === wanted);
  return found === undefined ? null : (object.properties[found] ?? null);
}

/** The text of a value: for an identity or an enum its name; null for no value. */
function asText(value: PowerShellValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array || Array.isArray(value) || 'entries' in value) return null;
  const object = value;
  return object.text ?? asText(object.properties['Name'] ?? null);
}

export function textOf(object: PowerShellObject, name: string): string | null {
  return asText(property(object, name));
}

export function flagOf(object: PowerShellObject, name: string): boolean | null {
  const value = property(object, name);
  if (typeof value === 'boolean') return value;
  const text = asText(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}

/** A multi-valued property as texts; null where the object does not have the property at all. */
export function textsOf(object: PowerShellObject, name: string): readonly string[] | null {
  const value = property(object, name);
  if (value === null) return null;
  if (Array.isArray(value)) {
    return (value as readonly PowerShellValue[]).flatMap((item) => asText(item) ?? []);
  }
  const text = asText(value);
  return text === null || text === '' ? [] : text.split(',').map((part) => part.trim());
}

export function bytesOf(object: PowerShellObject, name: string): Uint8Array | null {
  const value = property(object, name);
  return value instanceof Uint8Array ? value : null;
}
