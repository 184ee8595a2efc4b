import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** One or several, as a list. */
export function listed(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** The type of record that holds an address; undefined for what is no address. A zone index (`fe80::1%2`) is none. */
export function recordTypeOf(address: string): 'A' | 'AAAA' | undefined {
  if (isIPv4(address)) return 'A';
  return isIPv6(address) && !address.includes('%') ? 'AAAA' : undefined;
}

/** One spelling for each address: an IPv6 address has many (RFC 5952). What is no address stays as it is. */
export function canonicalAddress(address: string): string {
  return recordTypeOf(address) === 'AAAA'
    ? new URL(`http://[${address}]/`).hostname.slice(1, -1)
    : address.toLowerCase();
}

/** Each address once. Where an address is spelled in several ways, the last spelling is kept. */
export function distinctAddresses(addresses: readonly string[]): readonly string[] {
  return [...new Map(addresses.map((address) => [canonicalAddress(address), address])).values()];
}

/**
 * Addresses that no client on another machine can use: unspecified, loopback, link-local and multicast addresses
 * (IANA's special-purpose registries).
 */
const NOT_FOR_CLIENTS = new BlockList();
NOT_FOR_CLIENTS.addSubnet('0.0.0.0', 8, 'ipv4');
NOT_FOR_CLIENTS.addSubnet('127.0.0.0', 8, 'ipv4');
NOT_FOR_CLIENTS.addSubnet('169.254.0.0', 16, 'ipv4');
// Multicast, reserved, broadcast.
NOT_FOR_CLIENTS.addSubnet('224.0.0.0', 3, 'ipv4');
NOT_FOR_CLIENTS.addAddress('::', 'ipv6');
NOT_FOR_CLIENTS.addAddress('::1', 'ipv6');
NOT_FOR_CLIENTS.addSubnet('fe80::', 10, 'ipv6');
NOT_FOR_CLIENTS.addSubnet('ff00::', 8, 'ipv6');

/** Whether clients on other machines could reach it. */
export function isForClients(address: string): boolean {
  // An IPv4-mapped IPv6 address has a meaning only within a machine (RFC 4291, section 2.5.5.2).
  if (canonicalAddress(address).startsWith('::ffff:')) return false;
  return !NOT_FOR_CLIENTS.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Addresses of networks that the internet does not know (RFC 1918, RFC 6598, RFC 4193). */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('100.64.0.0', 10, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

/** Whether an address is that of a private network. */
export function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
