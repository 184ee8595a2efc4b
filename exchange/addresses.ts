import { isIPv4, isIPv6 } from 'node:net';

/** One or several, as a list. */
export function listed(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** The type of record that holds an address; undefined for what is no address. A zone index (`fe80::1%2`) is none. */
export function recordTypeOf(address: string): 'A' | 'AAAA' | undefined {
  if (isIPv4(address)) return 'A';
  return isIPv6(address) && !address.includes('%') ? 'AAAA' : undefined;
}
