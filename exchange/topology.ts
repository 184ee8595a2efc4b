import type { Path } from '../schema';
import { path } from '../schema';
import { authenticationOf, type PlacedSwitch } from './declared-authentication';
import { failbackOf } from './failback';
import { type DeclaredName, type ServiceHosts, SiteNames } from './namespaces';
import { type DeclaredProtocol, declaredProtocols } from './mail-protocols';
import { mailProtocols, virtualDirectories } from './resources';
import { groupOf, groupsOf, type PlacedGroup } from './placed-groups';
import { HEALTH_SETS_LIFESPAN } from './services';
import type { ExchangeSiteProps, OutlookAnywhereAuthentication, Server, SiteCertificate } from './site';
import { existsIn, ExchangeVersion } from './versions';

/** A virtual directory of a server whose URLs are managed. */
export type PlacedDirectory = (typeof virtualDirectories)[number] & {
  readonly hosts: ServiceHosts;
  /** The names are those of this service, not those of all clients. */
  readonly isOwn: boolean;
  /** Where clients are sent while the datacentre is failed back, empty text for nowhere; left out: as it is on the server. */
  readonly failback?: DeclaredName;
  /** Switches of authentication that are declared, in the order of the service's row. */
  readonly authentication: readonly PlacedSwitch[];
};

/** A mail protocol of a server whose settings are managed. */
export type PlacedProtocol = DeclaredProtocol & (typeof mailProtocols)[number];

/** What is checked of a server, as the attributes of its objects have it. */
export interface HealthChecks {
  readonly protocols: readonly string[];
  /** Left out: as long as the provider waits by itself. */
  readonly timeout_seconds?: number;
}

/** A server with all that the declaration says of it, whether it says so of this server or of all. */
export interface Placement {
  readonly server: Server;
  /** Where it is declared. */
  readonly path: Path;
  /** The server that must be healthy before this one begins; left out: none. */
  readonly previous?: string;
  /** Host name of Autodiscover, and where it is declared. */
  readonly autodiscover: DeclaredName;
  readonly certificate: SiteCertificate;
  readonly outlookAnywhere: {
    /** Of a version where it is not always on, whether it is; left out: as it is on the server. */
    readonly enabled?: boolean;
    readonly hosts: ServiceHosts;
    readonly internalAuthentication: OutlookAnywhereAuthentication;
    readonly externalAuthentication: OutlookAnywhereAuthentication;
  };
  readonly directories: readonly PlacedDirectory[];
  /** Mail protocols that are declared and that its version has. */
  readonly protocols: readonly PlacedProtocol[];
  /** Declared with a name or a sign-in of their own for a server whose version has no such service. */
  readonly missing: readonly PlacedDirectory[];
  /** Left out: as they are on the server. */
  readonly mapiAuthentication?: readonly string[];
  readonly checks: HealthChecks;
  /** Left out: it is a member of none. */
  readonly dag?: PlacedGroup;
}

/** What a declaration says of each server, with the defaults of its objects resolved. */
export interface Topology {
  readonly site: ExchangeSiteProps;
  /** In the order of the rollout. */
  readonly placements: readonly Placement[];
  /** In the order of the declaration. */
  readonly groups: readonly PlacedGroup[];
}

/** What Setup gives the directory; Exchange 2013 wants it in every call (Microsoft's page of Set-MapiVirtualDirectory). */
const MAPI_AUTHENTICATION = ['Ntlm', 'OAuth', 'Negotiate'];

/** @param site of the right form, see `checkForm` */
export function topologyOf(site: ExchangeSiteProps): Topology {
  const names = new SiteNames(site);
  const groups = groupsOf(site);
  return {
    site,
    placements: site.servers.map((server, index) => placementOf(site, names, groups, server, index)),
    groups,
  };
}

function placementOf(
  site: ExchangeSiteProps,
  names: SiteNames,
  groups: readonly PlacedGroup[],
  server: Server,
  index: number,
): Placement {
  const { internalAuthentication = 'Ntlm', externalAuthentication = 'Ntlm' } = site.outlookAnywhere ?? {};
  const named = directoriesOf(names, site, server);
  const exists = ({ row }: PlacedDirectory) => existsIn(row.lifespan, server.version);
  const directories = named.filter(exists);
  const methods =
    site.mapiAuthentication ?? (server.version === ExchangeVersion.V2013 ? MAPI_AUTHENTICATION : undefined);
  const dag = groupOf(groups, server);
  const previous = site.rollout === 'parallel' ? undefined : site.servers[index - 1]?.name;
  return {
    server,
    path: path('servers', index),
    ...(previous === undefined ? {} : { previous }),
    autodiscover: names.autodiscover(server),
    certificate: site.certificate,
    outlookAnywhere: {
      ...(server.outlookAnywhere === undefined ? {} : { enabled: server.outlookAnywhere === 'enabled' }),
      hosts: names.hostsOf(server, 'outlookAnywhere'),
      internalAuthentication,
      externalAuthentication,
    },
    directories,
    protocols: declaredProtocols(site).flatMap((declared) =>
      mailProtocols.flatMap(({ row, definition }) =>
        row === declared.row && existsIn(row.lifespan, server.version) ? [{ ...declared, definition }] : [],
      ),
    ),
    // A name for all clients is given to the services that there are; one of its own is declared on purpose.
    missing: named.filter(
      (directory) => !exists(directory) && (directory.isOwn || directory.authentication.length > 0),
    ),
    ...(methods === undefined ? {} : { mapiAuthentication: methods }),
    checks: checksOf(site, server, directories),
    ...(dag === undefined ? {} : { dag }),
  };
}

/** Every service that has a name, whether or not the version of the server has it. */
function directoriesOf(
  names: SiteNames,
  site: ExchangeSiteProps,
  server: Server,
): readonly PlacedDirectory[] {
  return virtualDirectories.flatMap(({ row, definition }) => {
    if (row.service === 'autodiscover') return [];
    const hosts = names.hostsOf(server, row.service);
    if (hosts === undefined) return [];
    const isOwn = names.hasOwn(server, row.service);
    const failback = failbackOf(site, server, row);
    return [
      {
        row,
        definition,
        hosts,
        isOwn,
        ...(failback === undefined ? {} : { failback }),
        authentication: authenticationOf(site, server, row),
      },
    ];
  });
}

function checksOf(
  { health = {} }: ExchangeSiteProps,
  { version }: Server,
  directories: readonly PlacedDirectory[],
): HealthChecks {
  const served = directories.map(({ row }) => row.service);
  const protocols = existsIn(HEALTH_SETS_LIFESPAN, version)
    ? (health.protocols ?? ['autodiscover', 'outlook-anywhere', ...served])
    : [];
  return {
    protocols: [...protocols].sort(),
    ...(health.timeoutSeconds === undefined ? {} : { timeout_seconds: health.timeoutSeconds }),
  };
}
