import { sameName } from './resources/equality';
import type { Datacentre, ExchangeSiteProps, Server } from './site';

/** The servers that stand in a datacentre of the declaration, in the order of the declaration. */
export function serversOf(
  site: Pick<ExchangeSiteProps, 'datacentres' | 'servers'>,
  name: string,
): readonly Server[] {
  return site.servers.filter((server) => datacentreOf(site, server)?.name === name);
}

/** The entry of `datacentres` for a server, with its name; undefined where there is none. */
export function datacentreOf(
  { datacentres = {} }: Pick<ExchangeSiteProps, 'datacentres'>,
  { datacentre }: Pick<Server, 'datacentre'>,
): (Datacentre & { readonly name: string }) | undefined {
  if (datacentre === undefined) return undefined;
  const found = Object.entries(datacentres).find(([name]) => sameName(name, datacentre));
  return found === undefined ? undefined : { name: found[0], ...found[1] };
}
