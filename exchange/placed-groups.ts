import type { DeclaredGroup } from './declared-groups';
import { declaredGroups } from './declared-groups';
import { includesName } from './resources/equality';
import type { ExchangeSiteProps, Server } from './site';
import { catalogOf, type ExchangeVersion } from './versions';

/** A DAG with its members, and with the defaults that depend on the version of Exchange. */
export interface PlacedGroup extends DeclaredGroup {
  /** In the order of the declaration. */
  readonly members: readonly Server[];
  /** The version of its members; that of the first server of the site while it has none. */
  readonly version: ExchangeVersion;
  /** Addresses of the cluster. Left out: the default of the resource. */
  readonly addresses?: readonly string[];
}

/** The DAGs of a site; none while it has no server. A server that several DAGs name counts as a member of the first. */
export function groupsOf(site: ExchangeSiteProps): readonly PlacedGroup[] {
  const declared = declaredGroups(site);
  const placed = site.servers.map(
    (server) => [server, declared.find(({ group }) => holds(group.members, server))] as const,
  );
  return declared.flatMap((one) => {
    const members = placed.flatMap(([server, group]) => (group === one ? [server] : []));
    const version = (members[0] ?? site.servers[0])?.version;
    if (version === undefined) return [];
    // The default is passed explicitly, because Microsoft's pages differ about it.
    const addresses = one.group.addresses ?? groupAddresses(version)?.whenOmitted;
    return [{ ...one, members, version, ...(addresses === undefined ? {} : { addresses }) }];
  });
}

/** Whether a server is a member. Without declared members, every server whose version has DAGs is one. */
function holds(members: readonly string[] | undefined, { name, version }: Server): boolean {
  return members === undefined ? groupAddresses(version) !== undefined : includesName(members, name);
}

/** The rules of a version for the addresses of a DAG; undefined where it has no DAGs. */
export function groupAddresses(version: ExchangeVersion) {
  return catalogOf(version)
    .cmdlet('New-DatabaseAvailabilityGroup')
    ?.parameter('DatabaseAvailabilityGroupIpAddresses');
}

/** The DAG that a server is a member of; undefined where it is in none. */
export function groupOf(groups: readonly PlacedGroup[], server: Server): PlacedGroup | undefined {
  return groups.find(({ members }) => members.includes(server));
}
