import type { Path } from '../schema';
import { groupOf, type PlacedGroup } from './placed-groups';
import { sameName } from './resources/equality';
import { saidOf } from './said-of-server';
import type { ExchangeSiteProps, Server } from './site';
import { ExchangeVersion } from './versions';
import { wavesOf } from './waves';

/** The maintenance of a server, and where it is declared. */
export interface PlacedMaintenance {
  readonly path: Path;
  /** The declared `redirectTo`; left out where none is declared. */
  readonly declaredTarget?: string;
  /** The server that takes over its messages; left out: there is none. */
  readonly redirectTo?: Server;
}

/** Whether the server has component states and message redirection, which came with Exchange 2013. */
export function hasComponentStates({ version }: Server): boolean {
  return version.isAtLeast(ExchangeVersion.V2013);
}

/**
 * The setting of the server, else of its datacentre, else of the site; undefined where the server is not put into
 * maintenance.
 */
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

/**
 * The server that receives the messages: preferably one that is not drained at the same time; among those, a member of
 * the same DAG before one of the same datacentre before any other.
 */
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
