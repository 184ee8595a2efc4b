import type { Values } from '../../schema';
import type { ManagedResource } from './definition';

/** The value of an attribute as a diagnostic shows it. */
export function shownValue({ schema }: ManagedResource<never>, name: string, values: Values): string {
  return schema.attributes[name]?.sensitive ? 'a sensitive value' : JSON.stringify(values[name] ?? null);
}
