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
  /** Left out: its URLs are no part of the site. */
  readonly hosts?: ServiceHosts;
  /** The names are those of this service, not those of all clients. */
  readonly isOwn: boolean;
  /** Where clients are sent while the datacentre is failed back, empty text for nowhere; left out: as it is on the server. */
  readonly failback?: DeclaredName;
  /** Switches of authentication that are declared, in the order of the service's row. */
  readonly authentication: readonly PlacedSwitch[];
};

/** A mail protocol of a server whose settings are managed. */
export type PlacedProtocol = DeclaredProtocol & (typeof mailProtocols)[number];

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
  /** The servers that must be healthy before this one begins. */
  readonly previous: readonly string[];
  /** Host name of Autodiscover, and where it is declared; empty text: its service connection point hands out nothing. */
  readonly autodiscover: DeclaredName;
  /** Active Directory sites whose clients take its service connection point first; left out: as it is on the server. */
  readonly autodiscoverScope?: PlacedScope;
  /** In the order of the declaration. */
  readonly certificates: readonly PlacedCertificate[];
  readonly outlookAnywhere: {
    /** Of a version where it is not always on, whether it is; left out: as it is on the server. */
    readonly enabled?: boolean;
    readonly hosts: ServiceHosts;
    readonly internalAuthentication: OutlookAnywhereAuthentication;
    readonly externalAuthentication: OutlookAnywhereAuthentication;
  };
  /** Whether TLS ends before the server; left out: as it is on the server. */
  readonly sslOffload?: PlacedOffload;
  readonly directories: readonly PlacedDirectory[];
  /** Mail protocols that are declared and that its version has. */
  readonly protocols: readonly PlacedProtocol[];
  /** Declared with a name or a sign-in of their own for a server whose version has no such service. */
  readonly missing: readonly PlacedDirectory[];
  /** Left out: as they are on the server. */
  readonly mapiAuthentication?: readonly string[];
  readonly checks: HealthChecks;
  /** Left out: it is not drained. */
  readonly maintenance?: PlacedMaintenance;
  /** Left out: it is a member of none. */
  readonly dag?: PlacedGroup;
}

/** What a declaration says of each server, with the defaults of its objects resolved. */
export interface Topology {
  readonly site: ExchangeSiteProps;
  /** In the order of the declaration. */
  readonly certificates: readonly DeclaredCertificate[];
  /** Found once: what each server's certificate must have is taken from it. See `publishedHosts`. */
  readonly published: readonly PublishedName[];
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
    // A name for all clients is given to the services that there are; one of its own is declared on purpose.
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

/** Every service that has a name, whether or not the version of the server has it. */
function directoriesOf(
  names: SiteNames,
  site: ExchangeSiteProps,
  server: Server,
): readonly PlacedDirectory[] {
  return virtualDirectories.flatMap(({ row, definition }): readonly PlacedDirectory[] => {
    const authentication = authenticationOf(site, server, row);
    // Clients find it by its name alone; the service connection point has that.
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
  // One that another server has, and this one lacks, would never be healthy here.
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
