import type { Path } from '../schema';
import { groupOf, type PlacedGroup } from './placed-groups';
import { sameName } from './resources/equality';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, Server } from './site';
import { ExchangeVersion } from './versions';
import { wavesOf } from './waves';

/** That a server is drained around what its clients would feel, and where that is declared. */
export interface PlacedMaintenance {
  readonly path: Path;
  /** As declared. Left out: nobody says. */
  readonly declaredTarget?: string;
  /** The server that takes over its messages; left out: there is none. */
  readonly redirectTo?: Server;
}

/** Component states and the redirection of messages came with it. */
export function hasComponentStates({ version }: Server): boolean {
  return version.isAtLeast(ExchangeVersion.V2013);
}

/** What the server says, then its datacentre, then the site; undefined where it is not drained. */
export function maintenanceOfServer(
  site: ExchangeSiteProps,
  groups: readonly PlacedGroup[],
  server: Server,
): PlacedMaintenance | undefined {
  const [nearest] = saidOf(site, server, 'maintenance');
  if (nearest === undefined || nearest.value === false) return undefined;
  const { value, path } = nearest;
  const others = site.servers.filter((other) => other !== server && hasComponentStates(other));
  const declaredTarget = value === true ? undefined : value.redirectTo;
  const redirectTo =
    declaredTarget === undefined
      ? nearestOf(site, groups, server, others)
      : others.find(({ name }) => sameName(name, declaredTarget));
  return {
    path,
    ...(declaredTarget === undefined ? {} : { declaredTarget }),
    ...(redirectTo === undefined || !hasComponentStates(server) ? {} : { redirectTo }),
  };
}

/** One that is not drained at the same time, if there is one, of the same DAG before others, and then of its datacentre. */
function nearestOf(
  site: ExchangeSiteProps,
  groups: readonly PlacedGroup[],
  server: Server,
  others: readonly Server[],
): Server | undefined {
  const wave = wavesOf(site).find((each) => each.includes(server)) ?? [];
  const group = groupOf(groups, server);
  const distance = (other: Server) =>
    (wave.includes(other) ? 4 : 0) +
    (group !== undefined && group.members.includes(other) ? 0 : 2) +
    (sameName(other.datacentre ?? '', server.datacentre ?? '') ? 0 : 1);
  return others.toSorted((left, right) => distance(left) - distance(right))[0];
}
