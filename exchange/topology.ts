import type { Path } from '../schema';
import { path } from '../schema';
import { type DeclaredName, type ServiceHosts, SiteNames } from './namespaces';
import { virtualDirectories } from './resources';
import { groupOf, groupsOf, type PlacedGroup } from './placed-groups';
import type { ExchangeSiteProps, OutlookAnywhereAuthentication, Server, SiteCertificate } from './site';
import { catalogOf, ExchangeVersion } from './versions';

/** A virtual directory of a server whose URLs are managed. */
export type PlacedDirectory = (typeof virtualDirectories)[number] & { readonly hosts: ServiceHosts };

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
    readonly hosts: ServiceHosts;
    readonly internalAuthentication: OutlookAnywhereAuthentication;
    readonly externalAuthentication: OutlookAnywhereAuthentication;
  };
  readonly directories: readonly PlacedDirectory[];
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
  const directories = directoriesOf(names, server);
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
      hosts: names.hostsOf(server, 'outlookAnywhere'),
      internalAuthentication,
      externalAuthentication,
    },
    directories,
    ...(methods === undefined ? {} : { mapiAuthentication: methods }),
    checks: checksOf(site, server, directories),
    ...(dag === undefined ? {} : { dag }),
  };
}

function directoriesOf(names: SiteNames, server: Server): readonly PlacedDirectory[] {
  const catalog = catalogOf(server.version);
  return virtualDirectories.flatMap(({ row, definition }) => {
    if (row.service === 'autodiscover') return [];
    const hosts = names.hostsOf(server, row.service);
    if (hosts === undefined) return [];
    // A name of its own is declared on purpose: where the version has no such service, a rule says so.
    const isDeclared = names.hasOwn(server, row.service);
    if (!isDeclared && catalog.cmdlet(`Set-${row.noun}`) === undefined) return [];
    return [{ row, definition, hosts }];
  });
}

function checksOf(
  { health = {} }: ExchangeSiteProps,
  { version }: Server,
  directories: readonly PlacedDirectory[],
): HealthChecks {
  const reports = catalogOf(version).cmdlet('Get-HealthReport') !== undefined;
  const served = directories.map(({ row }) => row.service);
  const protocols = health.protocols ?? (reports ? ['autodiscover', 'outlook-anywhere', ...served] : []);
  return {
    protocols: [...protocols].sort(),
    ...(health.timeoutSeconds === undefined ? {} : { timeout_seconds: health.timeoutSeconds }),
  };
}
