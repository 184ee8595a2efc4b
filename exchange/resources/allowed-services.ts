import type { PowerShellValue } from '../../powershell/outcome';
import { sameName } from './equality';

/** Bits of `AllowedServices`, the flags enum of a certificate's services. */
const SERVICE_FLAGS = [
  ['IMAP', 1],
  ['POP', 2],
  ['UM', 4],
  ['IIS', 8],
  ['SMTP', 16],
  ['Federation', 32],
  ['UMCallRouter', 64],
] as const;

/**
 * Names of the services in a number of `AllowedServices`. A bit without a name becomes its number as text, so that a
 * certificate in use is never taken for an unused one.
 */
export function servicesOfFlags(flags: number): readonly string[] {
  const named = SERVICE_FLAGS.filter(([, flag]) => (flags & flag) !== 0);
  const rest = named.reduce((left, [, flag]) => left & ~flag, flags);
  return [...named.map(([name]) => name), ...(rest === 0 ? [] : [String(rest)])];
}

/**
 * `Services` in the forms in which sessions send it: text (`IMAP, POP, IIS, SMTP`, `None`), a number of flags, an enum
 * with text and number, or a list of these. Null for any other form: the services are unknown.
 */
export function servicesIn(value: PowerShellValue): readonly string[] | null {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return servicesOfFlags(Number(value));
    case 'string':
      return servicesOfText(value);
    case 'object': {
      if (value === null || value instanceof Date || value instanceof Uint8Array) return null;
      if ('typeNames' in value) {
        const named = servicesOfText(value.text ?? '');
        return named ?? (value.number === undefined ? null : servicesOfFlags(value.number));
      }
      return Array.isArray(value) ? servicesOfList(value as readonly PowerShellValue[]) : null;
    }
    default:
      return null;
  }
}

function servicesOfList(items: readonly PowerShellValue[]): readonly string[] | null {
  const each = items.map(servicesIn);
  if (each.includes(null)) return null;
  const all = each.flatMap((services) => services ?? []);
  return all.filter((name, index) => all.findIndex((other) => sameName(other, name)) === index);
}

function servicesOfText(text: string): readonly string[] | null {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) return null;
  return parts.flatMap((part) => {
    if (/^\d+$/.test(part)) return servicesOfFlags(Number(part));
    return sameName(part, 'None') ? [] : [part];
  });
}
