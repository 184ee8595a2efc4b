import { SecureText } from '../powershell/invocation';
import type { HostValue } from './server/command-host';

/** A property of an object, or an entry of a table; `undefined` where there is none. */
export function property(value: HostValue | undefined, name: string): HostValue | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  if (value instanceof Uint8Array || value instanceof Date || value instanceof SecureText) return undefined;
  const members = 'properties' in value ? value.properties : value.entries;
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export function isList(value: HostValue | undefined): value is readonly HostValue[] {
  return Array.isArray(value);
}
