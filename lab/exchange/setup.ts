import { randomInt, randomUUID, type KeyObject } from 'node:crypto';
import { existsIn, ExchangeVersion } from '../../exchange/versions';
import { makeSelfSigned, type KeyedCertificate } from '../../pki';
import { newObject } from './new-object';
import type {
  CertificateState,
  DatabaseState,
  DirectoryObject,
  OrganizationState,
  ServerState,
  Settings,
} from './state';
import { VIRTUAL_DIRECTORY_KINDS } from './virtual-directory-kinds';

/** The server that Setup runs on. */
export interface NewServer {
  /** NetBIOS name, at most 15 characters. */
  readonly name: string;
  readonly fqdn: string;
  readonly version: ExchangeVersion;
  /**
   * Four-part build number of the version.
   *
   * @default the version's last known update
   */
  readonly build?: string;
  /** @default 'Default-First-Site-Name' */
  readonly site?: string;
}

/** https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates */
const LATEST_BUILDS: { readonly [label: string]: string } = {
  '2007': '8.3.83.6',
  '2010': '14.3.123.4',
  '2013': '15.0.1497.2',
  '2016': '15.1.2507.6',
  '2019': '15.2.1748.10',
  SE: '15.2.2562.17',
};

/** The friendly name of the certificate that Setup made for a server. */
export const SETUPS_NAME = 'Microsoft Exchange';

const DEFAULT_SITE = 'Default-First-Site-Name';

/**
 * How long Setup's self-signed certificates are valid; in 2007 only one year:
 * http://exchangepedia.com/2008/01/exchange-server-2007-renewing-the-self-signed-certificate.html
 */
const validYears = (version: ExchangeVersion) => (version.isAtLeast(ExchangeVersion.V2010) ? 5 : 1);

/** A server as Setup leaves it: URLs with the server's own name, and certificates that nobody trusts. */
export function newServer(
  { name, fqdn, version, build, site }: NewServer,
  key: KeyObject,
  authCertificate: CertificateState | undefined,
  now: Date,
): ServerState {
  const host = fqdn.toLowerCase();
  const kinds = VIRTUAL_DIRECTORY_KINDS.filter(({ lifespan }) => existsIn(lifespan, version));
  const virtualDirectories = kinds.map((kind) => ({
    ...newObject(`${kind.path} (Default Web Site)`, now, {
      InternalUrl: kind.internalUrl(host, version),
      ExternalUrl: null,
    }),
    kind: kind.kind,
  }));
  if (version.isAtLeast(ExchangeVersion.V2013)) {
    virtualDirectories.push({
      ...newObject('Rpc (Default Web Site)', now, { InternalHostname: host }),
      kind: 'OutlookAnywhere',
    });
  }
  const years = validYears(version);
  const self = selfSigned(name, [name, fqdn], key, now, years);
  const is2013 = version.isAtLeast(ExchangeVersion.V2013);
  // The certificate of the web management service comes from Windows. On Server 2008 R2, under Exchange 2010, it has no
  // `SHA2` in its name, and the servers of 2007 have no such service (unverified).
  const management = version.isAtLeast(ExchangeVersion.V2010)
    ? [selfSigned(`WMSvc-${is2013 ? 'SHA2-' : ''}${name}`, undefined, key, now, years)]
    : [];
  return {
    ...newObject(name, now),
    fqdn,
    build: build ?? LATEST_BUILDS[version.label]!,
    site: site ?? DEFAULT_SITE,
    running: true,
    unhealthy: {},
    components: {},
    virtualDirectories,
    certificates: [
      certificateState(self, {
        friendlyName: SETUPS_NAME,
        services: ['IIS', 'SMTP'],
        internalTransport: true,
        backEnd: is2013,
      }),
      ...management.map((made) => certificateState(made, { friendlyName: is2013 ? 'WMSVC-SHA2' : '' })),
      ...(authCertificate === undefined ? [] : [authCertificate]),
    ],
    requiresSsl: true,
    receiveConnectors: receiveConnectors(version).map(([prefix, port]) =>
      newObject(`${prefix} ${name}`, now, { Fqdn: fqdn, Bindings: [`[::]:${port}`, `0.0.0.0:${port}`] }),
    ),
    services: {
      ClientAccessServer: {
        AutoDiscoverServiceInternalUri: `https://${host}/Autodiscover/Autodiscover.xml`,
        AutoDiscoverSiteScope: [site ?? DEFAULT_SITE],
      },
    },
  };
}

/** https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors */
function receiveConnectors(version: ExchangeVersion): readonly (readonly [prefix: string, port: number])[] {
  if (!version.isAtLeast(ExchangeVersion.V2013)) {
    return [
      ['Default', 25],
      ['Client', 587],
    ];
  }
  return [
    ['Default', 2525],
    ['Client Proxy', 465],
    ['Default Frontend', 25],
    ['Outbound Proxy Frontend', 717],
    ['Client Frontend', 587],
  ];
}

/** The folder in which Setup installs Exchange by default. */
export function installFolder({ build }: ServerState): string {
  const folder = { 8: '', 14: '\\V14', 15: '\\V15' }[Number(build.split('.')[0])] ?? '';
  return `C:\\Program Files\\Microsoft\\Exchange Server${folder}`;
}

/**
 * A new database, dismounted. The folder of its files:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/new-mailboxdatabase
 */
export function newDatabase(
  name: string,
  server: ServerState,
  { clientAccessArrays }: OrganizationState,
  now: Date,
): DatabaseState {
  const folder = `${installFolder(server)}\\Mailbox\\${name}`;
  return {
    ...newObject(name, now, {
      EdbFilePath: `${folder}\\${name}.edb`,
      LogFolderPath: folder,
      ...accessServer(server, clientAccessArrays),
    }),
    server: server.name,
    mounted: false,
    copies: [{ server: server.name, activationPreference: 1, suspended: false, settings: {} }],
  };
}

/**
 * 2010 gives a new database the client access array of its Active Directory site; where there is none, a client access
 * server of the site
 * (https://blogs.technet.microsoft.com/exchange/2010/05/20/exploring-exchange-2010-rpc-client-access-service/). Which
 * one of several is (unverified): the lab takes the server itself; others write that it is the first of the site.
 */
function accessServer(server: ServerState, arrays: readonly DirectoryObject[]): Settings {
  if (ExchangeVersion.ofBuild(server.build) !== ExchangeVersion.V2010) return {};
  const array = arrays.find(({ settings }) => settings['Site'] === server.site);
  return { RpcClientAccessServer: array?.settings['Fqdn'] ?? server.fqdn };
}

/** The database that Setup makes, with ten digits in its name. */
export function setupsDatabase(
  server: ServerState,
  organization: OrganizationState,
  now: Date,
): DatabaseState {
  const digits = String(randomInt(10 ** 10)).padStart(10, '0');
  return { ...newDatabase(`Mailbox Database ${digits}`, server, organization, now), mounted: true };
}

/** The organization's certificate for server-to-server authentication, from Exchange 2013. */
export function newAuthCertificate(key: KeyObject, now: Date): CertificateState {
  const years = validYears(ExchangeVersion.V2013);
  const made = selfSigned('Microsoft Exchange Server Auth Certificate', undefined, key, now, years);
  return certificateState(made, {
    friendlyName: 'Microsoft Exchange Server Auth Certificate',
    services: ['SMTP'],
    exportable: true,
  });
}

export function newOrganization(
  name: string,
  domain: string,
  domainController: string,
  now: Date,
): OrganizationState {
  return {
    name,
    domain,
    domainGuid: randomUUID(),
    domainController,
    authConfig: newObject('Auth Configuration', now, {
      CurrentCertificateThumbprint: '',
      PreviousCertificateThumbprint: '',
      NextCertificateThumbprint: '',
      NextCertificateEffectiveDate: null,
      ServiceName: '00000002-0000-0ff1-ce00-000000000000',
      Realm: '',
    }),
    organizationConfig: newObject(name, now),
    databaseAvailabilityGroups: [],
    sendConnectors: [],
    databases: [],
    clientAccessArrays: [],
    outlookProviders: ['EXCH', 'EXPR', 'WEB'].map((provider) => newObject(provider, now)),
  };
}

function selfSigned(
  commonName: string,
  names: readonly string[] | undefined,
  privateKey: KeyObject,
  now: Date,
  years: number,
): KeyedCertificate {
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + years);
  return makeSelfSigned({
    commonName,
    ...(names === undefined ? {} : { subjectAlternativeNames: names }),
    notBefore: now,
    notAfter,
    privateKey,
  });
}

/** The state of a certificate on a server. */
export function certificateState(
  { certificate, privateKey }: KeyedCertificate,
  rest: Partial<CertificateState> = {},
): CertificateState {
  return {
    thumbprint: certificate.thumbprint,
    der: Buffer.from(certificate.der).toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    exportable: false,
    friendlyName: '',
    services: [],
    internalTransport: false,
    backEnd: false,
    ...rest,
  };
}
