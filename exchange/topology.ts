import type { Path } from '../schema';
import { path } from '../schema';
import { autodiscoverScopeOf, type PlacedScope } from './autodiscover-scope';
import { authenticationOf, type PlacedSwitch } from './declared-authentication';
import {
  declaredCertificates,
  isForWeb,
  isOnServer,
  type DeclaredCertificate,
} from './declared-certificates';
import { hasOn } from './builds';
import { maintenanceOfServer, type PlacedMaintenance } from './declared-maintenance';
import { failbackOf } from './failback';
import { publishedHosts, type ServiceHosts, SiteNames } from './namespaces';
import type { DeclaredName, PublishedName } from './published-name';
import { type DeclaredProtocol, declaredProtocols } from './mail-protocols';
import { mailProtocols, virtualDirectories } from './resources';
import { groupOf, groupsOf, type PlacedGroup } from './placed-groups';
import { HEALTH_SETS_LIFESPAN, SERVICES } from './services';
import { type PlacedOffload, sslOffloadOf } from './ssl-offload';
import type { ExchangeSiteProps, OutlookAnywhereAuthentication, Server } from './site';
import { existsIn, ExchangeVersion } from './versions';
import { wavesOf } from './waves';

/** A virtual directory of a server whose URLs are managed. */
export type PlacedDirectory = (typeof virtualDirectories)[number] & {
  /** Left out where the site does not manage its URLs. */
  readonly hosts?: ServiceHosts;
  /** Whether the names are declared for this service, and are not those of `client`. */
  readonly isOwn: boolean;
  /** The failback name; empty text clears it, and left out it stays as it is on the server. */
  readonly failback?: DeclaredName;
  /** The declared authentication switches, in the order of the service's row. */
  readonly authentication: readonly PlacedSwitch[];
};

/** A mail protocol of a server whose settings are managed. */
export type PlacedProtocol = DeclaredProtocol & (typeof mailProtocols)[number];

/** A certificate of a server. */
export interface PlacedCertificate extends DeclaredCertificate {
  /** The part of its element id after the server's name, see `certificatesOn`. */
  readonly part: string;
}

/** The attributes of a server's health gate. */
export interface HealthChecks {
  readonly protocols: readonly string[];
  /** Left out: the provider's default. */
  readonly timeout_seconds?: number;
}

/** A server with everything that is declared for it, by itself, by its datacentre or by the site. */
export interface Placement {
  readonly server: Server;
  /** The path of the server in the declaration. */
  readonly path: Path;
  /** Names of the servers that must be healthy before this one begins. */
  readonly previous: readonly string[];
  /** The Autodiscover name, and where it is declared. Empty text clears the service connection point. */
  readonly autodiscover: DeclaredName;
  /** Active Directory sites whose clients prefer its service connection point; left out: as it is on the server. */
  readonly autodiscoverScope?: PlacedScope;
  /** In the order of the declaration. */
  readonly certificates: readonly PlacedCertificate[];
  readonly outlookAnywhere: {
    /** For 2007 and 2010, whether it is enabled; left out: as it is on the server. */
    readonly enabled?: boolean;
    readonly hosts: ServiceHosts;
    readonly internalAuthentication: OutlookAnywhereAuthentication;
    readonly externalAuthentication: OutlookAnywhereAuthentication;
  };
  /** Whether a load balancer ends TLS before the server; left out: as it is on the server. */
  readonly sslOffload?: PlacedOffload;
  readonly directories: readonly PlacedDirectory[];
  /** Mail protocols that are declared and that its version has. */
  readonly protocols: readonly PlacedProtocol[];
  /**
   * Services that are declared for this server explicitly, with a name or authentication of their own, but do not exist
   * in its version.
   */
  readonly missing: readonly PlacedDirectory[];
  /** Left out: as it is on the server. */
  readonly mapiAuthentication?: readonly string[];
  readonly checks: HealthChecks;
  /** Left out where the server is never put into maintenance. */
  readonly maintenance?: PlacedMaintenance;
  /** Left out where the server is a member of no DAG. */
  readonly dag?: PlacedGroup;
}

/** A declaration by server, with all defaults resolved. */
export interface Topology {
  readonly site: ExchangeSiteProps;
  /** In the order of the declaration. */
  readonly certificates: readonly DeclaredCertificate[];
  /**
   * Every published name, see `publishedHosts`. Kept here because the names that each server's certificate needs are
   * computed from it.
   */
  readonly published: readonly PublishedName[];
  /** In the order of the rollout. */
  readonly placements: readonly Placement[];
  /** In the order of the declaration. */
  readonly groups: readonly PlacedGroup[];
}

/**
 * The value that Setup sets. Exchange 2013 requires it in every call (Microsoft's page of Set-MapiVirtualDirectory).
 */
const MAPI_AUTHENTICATION = ['Ntlm', 'OAuth', 'Negotiate'];

/** @param site must have passed `checkForm` */
export function topologyOf(site: ExchangeSiteProps): Topology {
  const names = new SiteNames(site);
  const certificates = declaredCertificates(site);
  const groups = groupsOf(site);
  const protocols = declaredProtocols(site);
  const waves = wavesOf(site);
  return {
    site,
    certificates,
    published: publishedHosts(site),
    placements: waves.flatMap((wave, index) => {
      const previous = (waves[index - 1] ?? []).map(({ name }) => name);
      return wave.map((server) => ({
        ...placementOf(site, names, certificates, protocols, groups, server),
        previous,
      }));
    }),
    groups,
  };
}

function placementOf(
  site: ExchangeSiteProps,
  names: SiteNames,
  certificates: readonly DeclaredCertificate[],
  protocols: readonly DeclaredProtocol[],
  groups: readonly PlacedGroup[],
  server: Server,
): Omit<Placement, 'previous'> {
  const { internalAuthentication = 'Ntlm', externalAuthentication = 'Ntlm' } = site.outlookAnywhere ?? {};
  const named = directoriesOf(names, site, server);
  const exists = ({ row }: PlacedDirectory) => hasOn(row.lifespan, server);
  const directories = named.filter(exists);
  const methods =
    site.mapiAuthentication ?? (server.version === ExchangeVersion.V2013 ? MAPI_AUTHENTICATION : undefined);
  const dag = groupOf(groups, server);
  const scope = autodiscoverScopeOf(site, server);
  const offload = sslOffloadOf(site, server);
  const maintenance = maintenanceOfServer(site, groups, server);
  return {
    server,
    path: path('servers', site.servers.indexOf(server)),
    autodiscover: names.autodiscover(server),
    ...(scope === undefined ? {} : { autodiscoverScope: scope }),
    certificates: certificatesOn(server, certificates),
    outlookAnywhere: {
      ...(server.outlookAnywhere === undefined ? {} : { enabled: server.outlookAnywhere === 'enabled' }),
      hosts: names.hostsOf(server, 'outlookAnywhere'),
      internalAuthentication,
      externalAuthentication,
    },
    ...(offload === undefined ? {} : { sslOffload: offload }),
    directories,
    protocols: mailProtocols.flatMap(({ row, definition }) => {
      const declared = protocols.find((one) => one.row === row && one.servers.includes(server));
      return declared === undefined ? [] : [{ ...declared, definition }];
    }),
    // `client` applies only to services that exist on the server, but a name for the service itself is declared on
    // purpose.
    missing: named.filter(
      (directory) => !exists(directory) && (directory.isOwn || directory.authentication.length > 0),
    ),
    ...(methods === undefined ? {} : { mapiAuthentication: methods }),
    checks: checksOf(site, server, directories),
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(dag === undefined ? {} : { dag }),
  };
}

/**
 * The certificate for IIS, or else the first one, has the same id as the only certificate of a site. So it keeps its
 * resource when a declaration goes from one certificate to several, or back, or renames it. The underscore keeps ids
 * unique: no server name contains one.
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

/** Every declared service, whether or not it exists in the version of the server. */
function directoriesOf(
  names: SiteNames,
  site: ExchangeSiteProps,
  server: Server,
): readonly PlacedDirectory[] {
  return virtualDirectories.flatMap(({ row, definition }): readonly PlacedDirectory[] => {
    const authentication = authenticationOf(site, server, row);
    // Autodiscover has no URLs to set: its name is in the service connection point.
    if (row.service === 'autodiscover') {
      return authentication.length === 0 ? [] : [{ row, definition, isOwn: false, authentication }];
    }
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
        authentication,
      },
    ];
  });
}

function checksOf(
  { health = {} }: ExchangeSiteProps,
  server: Server,
  directories: readonly PlacedDirectory[],
): HealthChecks {
  const served = directories.flatMap(({ row, hosts }) => (hosts === undefined ? [] : [row.service]));
  // A service that only other servers have would never be healthy on this one.
  const has = (protocol: string) =>
    SERVICES.every((row) => row.service !== protocol || hasOn(row.lifespan, server));
  const protocols = existsIn(HEALTH_SETS_LIFESPAN, server.version)
    ? (health.protocols?.filter(has) ?? ['autodiscover', 'outlook-anywhere', ...served])
    : [];
  return {
    protocols: [...protocols].sort(),
    ...(health.timeoutSeconds === undefined ? {} : { timeout_seconds: health.timeoutSeconds }),
  };
}
