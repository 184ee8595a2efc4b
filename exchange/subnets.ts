import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { path, type Path } from '../schema';
import { listed, recordTypeOf } from './addresses';
import { datacentreOf } from './datacentre';
import type { ExchangeSiteProps, Server } from './site';

/** A subnet of a datacentre, `10.1.0.0/24`, and where it is declared. */
export interface DeclaredSubnet {
  readonly text: string;
  readonly datacentre: string;
  readonly path: Path;
}

/** Every subnet, in the order of the declaration. */
export function declaredSubnets({ datacentres = {} }: ExchangeSiteProps): readonly DeclaredSubnet[] {
  return Object.entries(datacentres).flatMap(([name, { subnets = [] }]) =>
    subnets.map((text, index) => ({
      text,
      datacentre: name,
      path: path('datacentres', name, 'subnets', index),
    })),
  );
}

/** The subnets of a server's datacentre; empty where none are declared. */
export function subnetsOf(site: ExchangeSiteProps, server: Server): readonly string[] {
  return (datacentreOf(site, server)?.subnets ?? []).filter(isSubnet);
}

/** The subnets of its datacentre in which a server has an address; empty where none are declared. */
export function subnetsWith(site: ExchangeSiteProps, server: Server): readonly string[] {
  return subnetsOf(site, server).filter((subnet) =>
    listed(server.address).some((address) => isIn(address, subnet)),
  );
}

/** Whether a text is an address with the length of its prefix, `10.1.0.0/24`. */
export function isSubnet(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  return (isIPv4(address) && Number(length) <= 32) || (isIPv6(address) && Number(length) <= 128);
}

/** Whether two subnets overlap: then the first address of one of them is in the other. */
export function overlap(one: string, other: string): boolean {
  const startOf = (subnet: string) => subnet.split('/')[0] ?? '';
  const lengthOf = (subnet: string) => Number(subnet.split('/')[1]);
  const [wide, narrow] = lengthOf(one) <= lengthOf(other) ? [one, other] : [other, one];
  return isIn(startOf(narrow), wide);
}

/** Whether an address is in a subnet. A text that is not an address is in none. */
export function isIn(address: string, subnet: string): boolean {
  if (recordTypeOf(address) === undefined) return false;
  const [network = '', length] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(length), isIPv4(network) ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
