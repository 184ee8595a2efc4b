import type { Path } from '../schema';
import { path } from '../schema';
import {
  declaredCertificates,
  isForWeb,
  isOnServer,
  type DeclaredCertificate,
} from './declared-certificates';
import { type DeclaredName, type ServiceHosts, SiteNames } from './namespaces';
import { virtualDirectories } from './resources';
import { includesName } from './resources/equality';
import type {
  DatabaseAvailabilityGroup,
  ExchangeSiteProps,
  OutlookAnywhereAuthentication,
  Server,
} from './site';
import { catalogOf, ExchangeVersion } from './versions';

/** A virtual directory of a server whose URLs are managed. */
export type PlacedDirectory = (typeof virtualDirectories)[number] & { readonly hosts: ServiceHosts };

/** A certificate on a server that is to have it. */
export interface PlacedCertificate extends DeclaredCertificate {
  /** Its part of the id on that server, see `certificatesOn`. */
  readonly part: string;
}

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
  /** In the order of the declaration. */
  readonly certificates: readonly PlacedCertificate[];
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
  readonly dag?: DatabaseAvailabilityGroup;
}

/** What a declaration says of each server, with the defaults of its objects resolved. */
export interface Topology {
  readonly site: ExchangeSiteProps;
  /** In the order of the declaration. */
  readonly certificates: readonly DeclaredCertificate[];
  /** In the order of the rollout. */
  readonly placements: readonly Placement[];
}

/** Servers that the declaration makes members of its DAG, in the order of the rollout. */
export function membersOf({ placements }: Topology): readonly Server[] {
  return placements.flatMap(({ dag, server }) => (dag === undefined ? [] : [server]));
}

/** What Setup gives the directory; Exchange 2013 wants it in every call (Microsoft's page of Set-MapiVirtualDirectory). */
const MAPI_AUTHENTICATION = ['Ntlm', 'OAuth', 'Negotiate'];

/** @param site of the right form, see `checkForm` */
export function topologyOf(site: ExchangeSiteProps): Topology {
  const names = new SiteNames(site);
  const certificates = declaredCertificates(site);
  return {
    site,
    certificates,
    placements: site.servers.map((server, index) => placementOf(site, names, certificates, server, index)),
  };
}

function placementOf(
  site: ExchangeSiteProps,
  names: SiteNames,
  certificates: readonly DeclaredCertificate[],
  server: Server,
  index: number,
): Placement {
  const { internalAuthentication = 'Ntlm', externalAuthentication = 'Ntlm' } = site.outlookAnywhere ?? {};
  const directories = directoriesOf(names, server);
  const methods =
    site.mapiAuthentication ?? (server.version === ExchangeVersion.V2013 ? MAPI_AUTHENTICATION : undefined);
  const previous = site.rollout === 'parallel' ? undefined : site.servers[index - 1]?.name;
  return {
    server,
    path: path('servers', index),
    ...(previous === undefined ? {} : { previous }),
    autodiscover: names.autodiscover(server),
    certificates: certificatesOn(server, certificates),
    outlookAnywhere: {
      hosts: names.hostsOf(server, 'outlookAnywhere'),
      internalAuthentication,
      externalAuthentication,
    },
    directories,
    ...(methods === undefined ? {} : { mapiAuthentication: methods }),
    checks: checksOf(site, server, directories),
    ...(site.dag !== undefined && isMember(site.dag, server) ? { dag: site.dag } : {}),
  };
}

/**
 * The certificate that clients of the namespaces see, or else the first, has the id that the only one of a site has: going
 * from one to several, back, or to another name for it changes nothing of it. Underscores are in no server's name.
 */
function certificatesOn(
  server: Server,
  certificates: readonly DeclaredCertificate[],
): readonly PlacedCertificate[] {
  const own = certificates.filter((certificate) => isOnServer(certificate, server));
  const plain = own.find(isForWeb) ?? own[0];
  return own.map((certificate) => ({
    ...certificate,
    part: certificate === plain ? 'certificate' : `certificate_${certificate.name ?? ''}`,
  }));
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

function isMember({ members }: DatabaseAvailabilityGroup, { name }: Server): boolean {
  return members === undefined || includesName(members, name);
}
