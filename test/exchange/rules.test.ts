import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclaredFile } from '../../exchange/committed-certificate';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { formatDiagnostic, RULES } from '../../exchange/rules';
import { CHANGEABLE_RULE_IDS } from '../../exchange/rules/rule-ids';
import type {
  Datacentre,
  DnsView,
  ExchangeSiteProps,
  FurtherRecords,
  KerberosUpdates,
  Server,
  ServiceHost,
  SiteCertificate,
  Zone,
} from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { makeAuthority, makeKey, makeSelfSigned, parseCertificate, toPem } from '../../pki';
import { formatPath } from '../../schema';
import { goldenDiagnostics, titleOf, whole } from './diagnostics-golden';
import {
  clustered,
  elsewhereOutside,
  hostsOf2010,
  proxied,
  PUBLISHING_CASES,
  signing,
  twoClusters,
} from './publishing-cases';
import type { RuleCase as Case } from './rule-case';
import { dag, server, site, siteOf2007 } from './sites';

const right = site();
/** Two DAGs of one member each. */
const firstDag = { ...dag, members: ['EX01'] };
const secondDag = {
  name: 'DAG02',
  witness: { server: 'FS01.contoso.local', directory: 'C:\\Witness\\DAG02' },
  members: ['EX02'],
};
const unsaid = { name: 'DAG04', witness: { ...dag.witness, directory: 'C:\\Witness\\DAG04' } };
const privateKey = makeKey();
const certificate = right.certificate;
/** What the compiler would refuse, and a declaration that nobody compiled may hold. */
const misshapen = <T>(value: T, properties: object): T => ({ ...value, ...properties });
const names = (...added: string[]) => ({ ...certificate, names: [...certificate.names, ...added] });

const long = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
const authority = makeAuthority({ commonName: 'Contoso Root', privateKey, ...long });
/** A certificate file that has these names. */
const fileWith = (...alternatives: string[]): DeclaredFile => ({
  content: authority.issue({
    commonName: alternatives[0] ?? '',
    subjectAlternativeNames: alternatives,
    privateKey,
    ...long,
  }).certificate.der,
});
const committing = site({ certificate: { ...certificate, certificateFile: 'certificates/mail.crt' } });

const web = { ...certificate, pfxFile: 'certificates/web.pfx' };
const mail: SiteCertificate = {
  pfxFile: 'certificates/smtp.pfx',
  names: ['smtp.contoso.com'],
  services: ['SMTP'],
};
const several = (certificates: { readonly [name: string]: SiteCertificate }) =>
  site({ certificate: certificates });
const old = (number: number, changes: Partial<Server> = {}) =>
  server(number, { version: ExchangeVersion.V2007, ...changes });
/** EX01 in Lisbon, EX02 in Porto. */
const two = (datacentres: ExchangeSiteProps['datacentres'] & object, dns = right.dns) =>
  site({
    servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'porto' })],
    datacentres,
    dns,
  });

/** Servers of 2010 in Lisbon and Porto, which has an array besides. */
const arrayed = (
  lisbon: Datacentre,
  { porto = {}, ...changes }: Partial<ExchangeSiteProps> & { readonly porto?: Datacentre } = {},
) =>
  site({
    servers: [
      server(1, { datacentre: 'lisbon', version: ExchangeVersion.V2010 }),
      server(2, { datacentre: 'porto', version: ExchangeVersion.V2010 }),
    ],
    datacentres: {
      porto: {
        activeDirectorySites: ['Porto'],
        clientAccessArray: { fqdn: 'outlook-opo.contoso.com' },
        ...porto,
      },
      lisbon: { activeDirectorySites: ['Lisbon'], ...lisbon },
    },
    dns: { internal: { zones: [{ name: 'contoso.com' }] } },
    dag: { ...dag, alternateWitness: { server: 'FS02.contoso.local', directory: 'C:\\Witness\\DAG01' } },
    ...changes,
  });
const outlook = (fqdn: string) => ({ clientAccessArray: { fqdn } });

const { V2007, V2010 } = ExchangeVersion;
/** EX01 of 2007, under the legacy name, beside EX02. */
const coexisting = (own: Partial<Server>, newer = V2010, changes: Partial<ExchangeSiteProps> = {}) =>
  site({
    servers: [
      server(1, { version: V2007, namespaces: { client: 'legacy.contoso.com' }, ...own }),
      server(2, { version: newer }),
    ],
    certificate: names('legacy.contoso.com'),
    ...changes,
  });

/** Behind a load balancer. */
const balanced: Partial<ExchangeSiteProps> = { dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } } };

/** EX01 in Lisbon, EX02 in Porto, with an address of the DAG in each. */
const apart = (
  subnets: { readonly lisbon?: readonly string[]; readonly porto?: readonly string[] },
  ...addresses: string[]
) => {
  const datacentreWith = (of: readonly string[] | undefined): Datacentre =>
    of === undefined ? { publish: 'round-robin' } : { subnets: of };
  return site({
    servers: [
      server(1, { datacentre: 'lisbon', address: '10.1.0.11' }),
      server(2, { datacentre: 'porto', address: ['10.2.0.11', '2001:db8:2::11'] }),
    ],
    datacentres: { lisbon: datacentreWith(subnets.lisbon), porto: datacentreWith(subnets.porto) },
    dag: {
      ...dag,
      alternateWitness: { server: 'FS02.contoso.local', directory: 'C:\\Witness\\DAG01' },
      ...(addresses.length === 0 ? {} : { addresses }),
    },
  });
};
const bothSubnets = { lisbon: ['10.1.0.0/24'], porto: ['10.2.0.0/24', '2001:db8:2::/64'] };

const RTM = '15.0.516.32';

/** With records beside those of the addresses. */
const recorded = (records: FurtherRecords) => site({ dns: { zones: [{ name: 'contoso.com' }], records } });
const SERVICE = '_autodiscover._tcp.contoso.com';
const host = (changes: Partial<ServiceHost> = {}): ServiceHost => ({
  priority: 0,
  weight: 0,
  port: 443,
  target: 'mail.contoso.com',
  ...changes,
});

/** Clients inside are given one name, those outside another, in a zone of its own. */
const sided = (views: { readonly internal?: Partial<DnsView>; readonly external?: Partial<DnsView> }) =>
  site({
    namespaces: {
      ...right.namespaces,
      client: { internal: 'mail.contoso.com', external: 'mail.fabrikam.com' },
    },
    certificate: names('mail.fabrikam.com'),
    dns: {
      internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }], ...views.internal },
      external: { zones: [{ name: 'fabrikam.com' }, { name: 'contoso.com' }], ...views.external },
    },
  });

/** A zone whose updates Kerberos signs. */
const signed = (kerberos: Partial<KerberosUpdates>, zone: Partial<Zone> = {}) =>
  site({
    dns: { zones: [{ name: 'contoso.com', ...zone, kerberos: { realm: 'CONTOSO.LOCAL', ...kerberos } }] },
  });

/** The zone of a view, with a key for its updates. */
const keyed = (keyName: string | undefined): Zone => ({
  name: 'contoso.com',
  ...(keyName === undefined ? {} : { keyName, keyAlgorithm: 'hmac-sha256' as const }),
});

/** A name in contoso.com of this many characters. */
const nameOf = (length: number) => {
  const rest = length - '.contoso.com'.length;
  const labels = Array.from({ length: Math.ceil(rest / 60) }, () => 'a'.repeat(59)).join('.');
  return `${labels.slice(0, rest)}.contoso.com`;
};

const CASES: readonly Case[] = [
  ...['15.0', 'SP1', '15.0.847.32 '].map((build): Case => ({
    when: `a build is ${build}`,
    rule: 'server-build',
    declaration: site({ servers: [server(1), server(2, { build })] }),
    path: 'servers[1].build',
    problem: `'${build}' is not a build`,
    remedy: '15.0.847.32',
  })),
  {
    when: 'a server of 2007 has no service pack',
    rule: 'server-build',
    declaration: site({
      servers: [
        server(1, { version: ExchangeVersion.V2007, build: '8.0.685.24', endpoint: 'ssh://deploy@ex01' }),
      ],
    }),
    path: 'servers[0].build',
    problem: 'Exchange Server 2007 without a service pack',
    remedy: 'Service Pack 1 or later',
  },
  ...(
    [
      ['UM', ExchangeVersion.V2019, 'which exists in Exchange Server 2007'],
      ['UMCallRouter', ExchangeVersion.V2010, 'which exists in Exchange Server 2013'],
    ] as const
  ).map(([service, version, problem]): Case => ({
    when: `a certificate is for ${service} on ${version.label}`,
    rule: 'certificate-service-version',
    declaration: site({
      servers: [server(1, { version }), server(2, { version })],
      certificate: { ...certificate, services: ['IIS', service] },
    }),
    path: 'certificate.services[1]',
    problem,
    remedy: `take '${service}' out`,
  })),
  {
    when: 'a certificate is given to a service that servers of several versions lack',
    rule: 'certificate-service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2019 }), server(2, { version: ExchangeVersion.SE })],
      certificate: { ...certificate, services: ['IIS', 'UM'] },
    }),
    path: 'certificate.services[1]',
    problem: 'EX01 (Exchange Server 2019), EX02 (Exchange Server SE) have no UM, which exists in',
    remedy: "take 'UM' out",
  },
  {
    when: 'a build is of another version',
    rule: 'server-build',
    declaration: site({ servers: [server(1, { build: '15.1.2507.6' })] }),
    path: 'servers[0].build',
    problem: "'15.1.2507.6' is a build of Exchange Server 2016, not of Exchange Server 2013",
    remedy: 'ExchangeVersion.V2016',
  },
  {
    when: 'a build is that of the version before an update in place',
    rule: 'server-build',
    declaration: site({ servers: [server(1, { version: ExchangeVersion.SE, build: '15.2.1748.10' })] }),
    path: 'servers[0].build',
    problem: "'15.2.1748.10' is a build of Exchange Server 2019, not of Exchange Server SE",
    remedy:
      'servers are updated from one to the other in place, one after another: declare what this server runs now, version: ExchangeVersion.V2019 with this build, or a build of ExchangeVersion.SE; it stays in its DAG meanwhile',
  },
  {
    when: 'a build is that of the version after an update in place',
    rule: 'server-build',
    declaration: site({ servers: [server(1, { version: ExchangeVersion.V2019, build: '15.2.2562.17' })] }),
    path: 'servers[0].build',
    problem: "'15.2.2562.17' is a build of Exchange Server SE, not of Exchange Server 2019",
    remedy: 'version: ExchangeVersion.SE with this build, or a build of ExchangeVersion.V2019',
  },
  {
    when: 'TLS is to end before a server without SP1',
    rule: 'server-build',
    declaration: site({
      ...balanced,
      servers: [server(1, { build: RTM })],
      dag: { ...dag, addresses: ['0.0.0.0'] },
      sslOffload: true,
    }),
    path: 'servers[0].build',
    problem: 'EX01 runs 15.0.516.32: it has no SSL offload, which came with Exchange Server 2013 SP1',
    remedy: 'take sslOffload out',
  },
  {
    when: 'a DAG has no administrative access point, and a member no SP1',
    rule: 'server-build',
    declaration: site({ servers: [server(1), server(2, { build: RTM })] }),
    path: 'servers[1].build',
    problem: 'it cannot be a member of DAG01, a DAG without an administrative access point',
    remedy: "'0.0.0.0' for DHCP",
  },
  ...['10.1.0.0', '10.1.0.0/33', 'lisbon', '10.1.0/24', '10.1.0.0/24/1'].map((subnet): Case => ({
    when: `a subnet is ${subnet}`,
    rule: 'subnet-syntax',
    declaration: apart({ lisbon: [subnet] }),
    path: 'datacentres.lisbon.subnets[0]',
    problem: `'${subnet}' is not a subnet`,
    remedy: '10.1.0.0/24',
  })),
  {
    when: 'a subnet of a datacentre lies within one of another',
    rule: 'subnet-overlap',
    declaration: apart({ ...bothSubnets, porto: [...bothSubnets.porto, '10.1.0.128/25'] }),
    path: 'datacentres.porto.subnets[2]',
    problem:
      "'10.1.0.128/25' has addresses of '10.1.0.0/24', which is declared at datacentres.lisbon.subnets[0]",
    remedy: 'correct one of them',
  },
  {
    when: 'a subnet stands twice in a datacentre',
    rule: 'subnet-overlap',
    declaration: apart({ lisbon: ['10.1.0.0/24', '10.1.0.7/24'] }),
    path: 'datacentres.lisbon.subnets[1]',
    problem: "'10.1.0.7/24' has addresses of '10.1.0.0/24'",
    remedy: 'correct one of them',
  },
  {
    when: 'a server has an address outside its datacentre',
    rule: 'subnet-server',
    declaration: apart({ porto: ['10.2.0.0/24'] }),
    path: 'servers[1].address[1]',
    problem: "'2001:db8:2::11' of EX02 lies in no subnet of porto (10.2.0.0/24)",
    remedy: 'add its subnet',
  },
  {
    when: 'a DAG has no address where a member is',
    rule: 'dag-subnets',
    declaration: apart({ ...bothSubnets, porto: ['10.2.0.0/24'] }, '10.1.0.50'),
    path: 'dag.addresses',
    problem: 'no address lies in 10.2.0.0/24, where EX02 is',
    remedy: 'one free address of 10.2.0.0/24',
  },
  {
    when: 'a DAG has two addresses in a subnet',
    rule: 'dag-subnets',
    declaration: apart({ lisbon: ['10.1.0.0/24'] }, '10.1.0.50', '10.1.0.51', '10.2.0.50'),
    path: 'dag.addresses',
    problem: '10.1.0.50 and 10.1.0.51 both lie in 10.1.0.0/24',
    remedy: 'one free address',
  },
  {
    when: 'a DAG has an address where no member is',
    rule: 'dag-subnets',
    declaration: apart({ ...bothSubnets, porto: ['10.2.0.0/24'] }, '10.1.0.50', '10.2.0.50', '10.3.0.50'),
    path: 'dag.addresses[2]',
    problem: "'10.3.0.50' lies in no subnet that a member is in (10.2.0.0/24, 10.1.0.0/24)",
    remedy: 'take it out',
  },
  {
    when: 'TLS is to end before servers with Extended Protection',
    rule: 'ssl-offload',
    declaration: site({
      ...balanced,
      servers: [
        server(1),
        server(2, { version: ExchangeVersion.V2019 }),
        server(3, { version: ExchangeVersion.SE }),
      ],
      sslOffload: true,
    }),
    path: 'sslOffload',
    problem: 'before EX02 (Exchange Server 2019), EX03 (Exchange Server SE) with Extended Protection',
    remedy: 'declare sslOffload: false for EX02, EX03',
  },
  {
    when: 'nothing stands before the servers that could end TLS',
    rule: 'ssl-offload',
    declaration: two({ porto: { sslOffload: true } }),
    path: 'datacentres.porto.sslOffload',
    problem: 'no declared machine ends TLS before EX02',
    remedy: "publish: { virtualIp: '<its address>' } of the DNS view, the datacentre or the server",
  },
  {
    when: 'only a name that servers give to no client of the web stands for another machine',
    rule: 'ssl-offload',
    declaration: site({
      sslOffload: true,
      namespaces: { ...right.namespaces, alsoPublished: ['smtp.contoso.com'] },
      certificate: { ...certificate, names: [...certificate.names, 'smtp.contoso.com'] },
      dns: { zones: [{ name: 'contoso.com' }], elsewhere: { 'smtp.contoso.com': '192.0.2.99' } },
    }),
    path: 'sslOffload',
    problem: 'no declared machine ends TLS before EX01, EX02',
    remedy: "publish: { virtualIp: '<its address>' } of the DNS view, the datacentre or the server",
  },
  {
    when: 'nothing of a server is offloaded',
    rule: 'ssl-offload',
    declaration: site({ ...balanced, servers: [server(1, { version: V2010, sslOffload: true })] }),
    path: 'servers[0].sslOffload',
    problem: 'nothing of EX01 (Exchange Server 2010) is offloaded',
    remedy: "outlookAnywhere: 'enabled'",
  },
  ...[true, false].map((sslOffload): Case => ({
    when: `every datacentre says something else than ${sslOffload} of TLS`,
    rule: 'ssl-offload',
    declaration: {
      ...two({ lisbon: { sslOffload: false }, porto: { sslOffload: false } }),
      sslOffload,
    },
    path: 'sslOffload',
    problem: 'every server in its scope has a more specific sslOffload, so that this one has no effect',
    remedy: 'take it out',
  })),
  {
    when: 'every server of a datacentre says something else of TLS',
    rule: 'ssl-offload',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon', sslOffload: false })],
      datacentres: { lisbon: { sslOffload: true } },
    }),
    path: 'datacentres.lisbon.sslOffload',
    problem: 'every server in its scope has a more specific sslOffload',
    remedy: 'take it out',
  },
  {
    when: 'it is said how newer servers serve clients of a server that is none of 2007',
    rule: 'legacy-clients',
    declaration: site({ servers: [server(1, { legacyClients: { activesync: 'proxy' } })] }),
    path: 'servers[0].legacyClients',
    problem: 'it applies to no server of Exchange Server 2007: EX01 has Exchange Server 2013',
    remedy: 'take it out',
  },
  {
    when: 'it is said of a datacentre without a server of 2007',
    rule: 'legacy-clients',
    declaration: two({ lisbon: { legacyClients: { activesync: 'proxy' } } }),
    path: 'datacentres.lisbon.legacyClients',
    problem: 'it applies to no server of Exchange Server 2007: lisbon has Exchange Server 2013',
    remedy: 'take it out',
  },
  {
    when: 'it is said how newer servers serve clients of 2007 where they have no choice',
    rule: 'legacy-clients',
    declaration: coexisting({ legacyClients: { activesync: 'redirect' } }, ExchangeVersion.V2013),
    path: 'servers[0].legacyClients',
    problem: 'Exchange Server 2013 proxies ActiveSync to Exchange Server 2007 in any case',
    remedy: 'take it out',
  },
  {
    when: 'devices would be sent to no name',
    rule: 'legacy-clients',
    declaration: coexisting({
      namespaces: {
        client: 'legacy.contoso.com',
        services: { activesync: { internal: 'legacy.contoso.com', external: null } },
      },
      legacyClients: { activesync: 'redirect' },
    }),
    path: 'servers[0].legacyClients.activesync',
    problem: 'devices could not be redirected: EX01 has no external name for ActiveSync',
    remedy: "activesync: 'proxy'",
  },
  {
    when: 'Outlook on the web would have to be proxied to 2007',
    rule: 'legacy-clients',
    declaration: coexisting({ namespaces: { client: { internal: 'legacy.contoso.com', external: null } } }),
    path: 'servers[0].namespaces.client.external',
    problem: 'newer servers cannot proxy Outlook on the web to EX01 (Exchange Server 2007)',
    remedy: "owa: { internal: 'legacy.contoso.com', external: 'legacy.contoso.com' }",
  },
  {
    when: 'a server of 2007 gives the names of newer ones outside',
    rule: 'legacy-name',
    declaration: coexisting({ namespaces: {} }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' is the external name of servers of Exchange Server 2010 and of EX01",
    remedy: "namespaces: { client: 'legacy.contoso.com' }",
  },
  {
    when: 'each of two servers of 2007 gives the name of another newer version',
    rule: 'legacy-name',
    declaration: site({
      servers: (
        [
          [V2007, 'one.contoso.com'],
          [V2007, 'two.contoso.com'],
          [V2010, 'one.contoso.com'],
          [ExchangeVersion.V2013, 'two.contoso.com'],
        ] as const
      ).map(([version, client], index) => server(index + 1, { version, namespaces: { client } })),
      certificate: names('one.contoso.com', 'two.contoso.com'),
    }),
    path: 'servers[0].namespaces.client',
    problem:
      "'one.contoso.com' is the external name of servers of Exchange Server 2010 and of EX01 (Exchange Server 2007)",
    remedy: 'give EX01 a name of its own',
  },
  {
    when: 'the name of clients is a domain that is no declared zone',
    rule: 'namespace-zone',
    declaration: site({
      namespaces: { ...right.namespaces, client: 'fabrikam.com' },
      certificate: names('fabrikam.com'),
    }),
    path: 'namespaces.client',
    problem: "'fabrikam.com' lies in none of the declared zones (contoso.com)",
    remedy: "for example { name: 'fabrikam.com' }",
  },
  {
    when: 'a client access array is declared for servers that have none',
    rule: 'client-access-array',
    declaration: two(
      { lisbon: { activeDirectorySites: ['Lisbon'], ...outlook('outlook.contoso.com') } },
      { internal: { zones: [{ name: 'contoso.com' }] } },
    ),
    path: 'datacentres.lisbon.clientAccessArray',
    problem:
      'the servers of lisbon (Exchange Server 2013) have no client access array, which exists in Exchange Server 2010 only',
    remedy: 'over HTTP',
  },
  {
    when: 'a client access array is declared beside newer servers',
    rule: 'client-access-array',
    declaration: arrayed(
      {},
      {
        servers: [
          server(1, { datacentre: 'porto', version: ExchangeVersion.V2010 }),
          server(2, { datacentre: 'lisbon', version: ExchangeVersion.V2016 }),
        ],
        dag: { ...dag, members: ['EX02'] },
      },
    ),
    path: 'datacentres.porto.clientAccessArray',
    problem: 'the session of a site with EX02 (Exchange Server 2016) has no cmdlets for client access arrays',
    remedy: 'in the management shell of EX01, or declare the older servers as a site of their own',
  },
  {
    when: 'nobody says which site of Active Directory an array is of',
    rule: 'client-access-array',
    declaration: arrayed({
      activeDirectorySites: ['Lisbon', 'Lisbon-DMZ'],
      ...outlook('outlook.contoso.com'),
    }),
    path: 'datacentres.lisbon.clientAccessArray',
    problem: 'nothing tells which Active Directory site the array belongs to',
    remedy: "datacentres.lisbon.activeDirectorySites: ['…']",
  },
  {
    when: 'two arrays are of one site of Active Directory',
    rule: 'client-access-array',
    declaration: arrayed({
      clientAccessArray: { fqdn: 'outlook.contoso.com', activeDirectorySite: 'PORTO' },
    }),
    path: 'datacentres.lisbon.clientAccessArray.activeDirectorySite',
    problem: 'the site PORTO has the array of datacentres.porto.clientAccessArray already',
    remedy: 'one array at most',
  },
  {
    when: 'the name of an array is a URL',
    rule: 'client-access-array',
    declaration: arrayed(outlook('https://outlook.contoso.com/')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'https://outlook.contoso.com/' is not a host name with a domain",
    remedy: 'write only its host name',
  },
  {
    when: 'the name of an array has no domain',
    rule: 'client-access-array',
    declaration: arrayed(outlook('outlook')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook' is not a host name with a domain",
    remedy: 'write it with its domain, which is a declared zone',
  },
  {
    when: 'the name of an array is empty',
    rule: 'client-access-array',
    declaration: arrayed(outlook('')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: 'the host name is empty',
    remedy: 'write it with its domain, which is a declared zone',
  },
  {
    when: 'two arrays have one name',
    rule: 'client-access-array',
    declaration: arrayed(outlook('Outlook-OPO.contoso.com')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'Outlook-OPO.contoso.com' is the name of datacentres.porto.clientAccessArray too",
    remedy: 'a name of its own',
  },
  {
    when: 'the name of an array is that of a server',
    rule: 'client-access-array',
    declaration: arrayed(outlook('ex01.contoso.local')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'ex01.contoso.local' is the FQDN of one server, servers[0]",
    remedy: 'a name of its own',
  },
  {
    when: 'the name of an array is one that clients are given by URLs',
    rule: 'client-access-array',
    declaration: arrayed(outlook('Mail.contoso.com')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'Mail.contoso.com' is a name that clients are given as well (namespaces.client)",
    remedy: 'Outlook there tries the array first',
  },
  {
    when: 'the name of an array is on the certificate',
    rule: 'client-access-array',
    declaration: arrayed(outlook('outlook.contoso.com'), { certificate: names('OUTLOOK.contoso.com') }),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook.contoso.com' is a name of the certificate",
    remedy: 'take it out of certificate.names',
  },
  {
    when: 'one view of DNS for everybody would hold the name of an array',
    rule: 'client-access-array',
    declaration: arrayed(outlook('outlook.contoso.com'), {
      porto: { publish: 'round-robin' },
      dns: right.dns,
      datacentres: { lisbon: { activeDirectorySites: ['Lisbon'], ...outlook('outlook.contoso.com') } },
    }),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook.contoso.com' must not resolve outside",
    remedy: 'move what dns holds into dns.internal',
  },
  {
    when: 'the name of an array lies in no zone of the internal view',
    rule: 'namespace-zone',
    declaration: arrayed(outlook('outlook.contoso.local')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook.contoso.local' lies in none of the declared zones (contoso.com)",
    remedy: "{ name: 'contoso.local' }",
  },
  {
    when: 'the name of an array has a space at its end',
    rule: 'one-name-each',
    declaration: arrayed(outlook('outlook.contoso.com ')),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook.contoso.com ' has a space or a comma beside the name",
    remedy: "write it as 'outlook.contoso.com'",
  },
  {
    when: 'the name of a site of Active Directory holds what does not show',
    rule: 'plain-characters',
    declaration: arrayed({ activeDirectorySites: ['Lis\u200bbon'], ...outlook('outlook.contoso.com') }),
    path: 'datacentres.lisbon.activeDirectorySites[0]',
    problem: 'a zero-width space (U+200B)',
    remedy: 'type it again by hand',
  },
  {
    when: 'a datacentre scopes its service connection points to sites that it does not name',
    rule: 'autodiscover-scope',
    declaration: two({ lisbon: { autodiscoverSiteScope: 'own' } }),
    path: 'datacentres.lisbon.autodiscoverSiteScope',
    problem: "it is 'own', but no Active Directory sites are declared for the datacentre of EX01",
    remedy: "datacentres.lisbon.activeDirectorySites: ['…']",
  },
  {
    when: 'a server of no datacentre scopes its service connection point to its own sites',
    rule: 'autodiscover-scope',
    declaration: site({ servers: [server(1, { autodiscoverSiteScope: 'own' }), server(2)] }),
    path: 'servers[0].autodiscoverSiteScope',
    problem: "it is 'own', but no Active Directory sites are declared for EX01",
    remedy: 'declare the datacentre of EX01',
  },
  {
    when: 'the scope of a service connection point is a word that is none',
    rule: 'declaration-form',
    declaration: two({ lisbon: misshapen({}, { autodiscoverSiteScope: 'Lisbon' }) }),
    path: 'datacentres.lisbon.autodiscoverSiteScope',
    problem: "is the text 'Lisbon'",
    remedy: "'own', or a list in square brackets",
  },
  {
    when: 'the scope of a service connection point has no site',
    rule: 'declaration-form',
    declaration: site({ servers: [server(1, { autodiscoverSiteScope: [] }), server(2)] }),
    path: 'servers[0].autodiscoverSiteScope',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'the name of an array is on one of several certificates',
    rule: 'client-access-array',
    declaration: arrayed(outlook('outlook.contoso.com'), {
      certificate: { web, mail: { ...mail, names: [...mail.names, 'outlook.contoso.com'] } },
    }),
    path: 'datacentres.lisbon.clientAccessArray.fqdn',
    problem: "'outlook.contoso.com' is a name of the certificate mail",
    remedy: 'take it out of certificate.mail.names',
  },
  {
    when: 'Outlook is told to find a name that only a certificate for other services has',
    rule: 'outlook-provider',
    declaration: {
      ...several({ web, mail }),
      outlookProvider: { certPrincipalName: 'msstd:smtp.contoso.com' },
    },
    path: 'outlookProvider.certPrincipalName',
    problem: "'smtp.contoso.com' is not a name of the certificate web",
    remedy: 'add it to certificate.web.names',
  },
  {
    when: 'Outlook is told to find a name that is not on the certificate',
    rule: 'outlook-provider',
    declaration: site({ outlookProvider: { certPrincipalName: 'msstd:failover.contoso.com' } }),
    path: 'outlookProvider.certPrincipalName',
    problem: "'failover.contoso.com' is not a name of the certificate (it has mail.contoso.com",
    remedy: 'add it to certificate.names',
  },
  {
    when: 'Outlook is told to find a name that a wildcard only covers',
    rule: 'outlook-provider',
    declaration: site({
      certificate: names('*.contoso.com'),
      outlookProvider: { certPrincipalName: 'msstd:failover.contoso.com' },
    }),
    path: 'outlookProvider.certPrincipalName',
    problem: "'failover.contoso.com' is not a name of the certificate",
    remedy: "or 'none'",
  },
  {
    when: 'Outlook is told a host name alone',
    rule: 'outlook-provider',
    declaration: site({ outlookProvider: { certPrincipalName: 'mail.contoso.com' } }),
    path: 'outlookProvider.certPrincipalName',
    problem: "'mail.contoso.com' is not the principal name of a certificate",
    remedy: "write it as 'msstd:mail.contoso.com'",
  },
  {
    when: 'Outlook is told an empty name',
    rule: 'outlook-provider',
    declaration: site({ outlookProvider: { certPrincipalName: '' } }),
    path: 'outlookProvider.certPrincipalName',
    problem: 'the principal name is empty',
    remedy: 'write null',
  },
  {
    when: 'nothing is said of an Outlook provider',
    rule: 'declaration-form',
    declaration: misshapen(right, { outlookProvider: {} }),
    path: 'outlookProvider.certPrincipalName',
    problem: 'has no value',
    remedy: 'null',
  },
  {
    when: 'a datacentre has no name for its site of Active Directory',
    rule: 'declaration-form',
    declaration: arrayed({ activeDirectorySites: [''] }),
    path: 'datacentres.lisbon.activeDirectorySites[0]',
    problem: 'is an empty text',
    remedy: 'a text that is not empty',
  },
  {
    when: 'an array is a name alone',
    rule: 'declaration-form',
    declaration: arrayed(misshapen({}, { clientAccessArray: 'outlook.contoso.com' })),
    path: 'datacentres.lisbon.clientAccessArray',
    problem: "is the text 'outlook.contoso.com'",
    remedy: '{ fqdn, activeDirectorySite, existing }',
  },
  {
    when: 'a text says whether an array is there already',
    rule: 'declaration-form',
    declaration: arrayed({
      clientAccessArray: misshapen({ fqdn: 'outlook.contoso.com' }, { existing: 'yes' }),
    }),
    path: 'datacentres.lisbon.clientAccessArray.existing',
    problem: "is the text 'yes'",
    remedy: 'true or false, without quotes',
  },
  {
    when: 'the site of Active Directory of an array is empty',
    rule: 'declaration-form',
    declaration: arrayed({
      clientAccessArray: { fqdn: 'outlook.contoso.com', activeDirectorySite: ' ' },
    }),
    path: 'datacentres.lisbon.clientAccessArray.activeDirectorySite',
    problem: "is the text ' '",
    remedy: 'a text that is not empty',
  },
  {
    when: 'one of several has a name that a variable cannot have',
    rule: 'certificate-name',
    declaration: several({ web, 'mail.contoso.com': mail }),
    path: 'certificate["mail.contoso.com"]',
    problem: "'mail.contoso.com' cannot be the name of a certificate",
    remedy: 'at most 30 letters, digits and hyphens',
  },
  {
    when: 'the names of two certificates differ in letter case and hyphens alone',
    rule: 'certificate-name',
    declaration: several({ web, 'e-mail': mail, Email: { ...mail, pfxFile: 'x.pfx', services: ['POP'] } }),
    path: 'certificate.Email',
    problem: "'Email' and 'e-mail' differ only in letter case or hyphens",
    remedy: 'another name',
  },
  {
    when: 'one of several names a server that the site does not have',
    rule: 'certificate-servers',
    declaration: several({ web, mail: { ...mail, servers: ['EX01', 'EX07'] } }),
    path: 'certificate.mail.servers[1]',
    problem: "'EX07' is none of EX01, EX02",
    remedy: 'correct the name',
  },
  {
    when: 'a certificate names a server twice',
    rule: 'certificate-servers',
    declaration: several({ web, mail: { ...mail, servers: ['EX01', 'ex01'] } }),
    path: 'certificate.mail.servers[1]',
    problem: "'ex01' is named twice",
    remedy: 'leave one of them out',
  },
  {
    when: 'a server has none of several certificates',
    rule: 'certificate-missing',
    declaration: several({ web: { ...web, servers: ['EX01'] }, mail: { ...mail, servers: ['EX01'] } }),
    path: 'servers[1]',
    problem: 'no certificate is declared for EX02',
    remedy: "add 'EX02' to the servers of one",
  },
  {
    when: 'the only certificate is not for all servers',
    rule: 'certificate-missing',
    declaration: site({ certificate: { ...certificate, servers: ['EX02'] } }),
    path: 'servers[0]',
    problem: 'no certificate is declared for EX01',
    remedy: "add 'EX01'",
  },
  {
    when: 'two certificates come from one PFX file',
    rule: 'certificate-declared-twice',
    declaration: several({ web, mail: { ...mail, pfxFile: '.\\certificates\\WEB.pfx' } }),
    path: 'certificate.mail.pfxFile',
    problem: 'is the PFX file of certificate.web, too',
    remedy: "declare it once, with the services of both: certificate.web.services: ['IIS', 'SMTP']",
  },
  {
    when: 'one PFX file is given to two servers as two certificates',
    rule: 'certificate-declared-twice',
    declaration: several({ first: { ...web, servers: ['EX01'] }, second: { ...web, servers: ['ex02'] } }),
    path: 'certificate.second.pfxFile',
    problem: 'is the PFX file of certificate.first, too',
    remedy: "declare it once, with the servers of both: certificate.first.servers: ['EX01', 'EX02']",
  },
  {
    when: 'one PFX file is given to two servers as two certificates with other services',
    rule: 'certificate-declared-twice',
    declaration: several({
      first: { ...web, servers: ['EX01'] },
      second: { ...web, servers: ['EX02'], services: ['IIS', 'SMTP'] },
    }),
    path: 'certificate.second.pfxFile',
    problem: 'is the PFX file of certificate.first, too',
    remedy:
      "the servers and the services of both, which are then for each of these servers: certificate.first.servers: ['EX01', 'EX02'], certificate.first.services: ['IIS', 'SMTP']",
  },
  {
    when: 'two certificates have one thumbprint',
    rule: 'certificate-declared-twice',
    declaration: several({
      web: { ...web, thumbprint: 'AB'.repeat(20) },
      mail: { ...mail, thumbprint: 'ab'.repeat(20) },
    }),
    path: 'certificate.mail',
    problem: `it is the certificate ${'ab'.repeat(20)}, as certificate.web is`,
    remedy: 'declare it once',
  },
  {
    when: 'two certificates of a server have one service',
    rule: 'certificate-service-twice',
    declaration: several({
      web: { ...web, services: ['IIS', 'SMTP'] },
      mail: { ...mail, servers: ['EX02'] },
    }),
    path: 'certificate.mail.services[0]',
    problem: 'SMTP of EX02 has two certificates: certificate.web.services[1] gives it another one',
    remedy: 'leave it with one of the two',
  },
  {
    when: 'one that clients do not see is to be imported, and nothing says which it is',
    rule: 'certificate-existing',
    declaration: several({ web, mail: { ...mail, existingOn: ['EX01'] } }),
    path: 'certificate.mail.existingOn',
    problem: 'nothing tells which certificate the servers have',
    remedy: 'give its thumbprint',
  },
  {
    when: 'one of several is to be imported on a server that is not to have it',
    rule: 'existing-object',
    declaration: several({
      web: { ...web, existingOn: ['EX01'] },
      mail: { ...mail, servers: ['EX02'], thumbprint: 'AB'.repeat(20), existingOn: ['EX01'] },
    }),
    path: 'certificate.mail.existingOn[0]',
    problem: "'EX01' is none of EX02",
    remedy: 'correct the name',
  },
  {
    when: 'a published name is not on that of several which clients see',
    rule: 'certificate-coverage',
    declaration: several({
      web: { ...web, names: ['autodiscover.contoso.com'] },
      mail: { ...mail, names: ['mail.contoso.com'] },
    }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' is not on the certificate web (it has autodiscover.contoso.com)",
    remedy: "add 'mail.contoso.com' to certificate.web.names",
  },
  {
    when: 'no certificate of a server is that of IIS',
    rule: 'certificate-iis',
    declaration: several({ web: { ...web, servers: ['EX01'] }, mail }),
    path: 'certificate.mail.services',
    problem: 'IIS is not among the services of the certificates of EX02',
    remedy: "certificate.mail.accepted: { 'certificate-iis': '<reason>' }",
  },
  {
    when: 'the file of one of several is not there',
    rule: 'certificate-file',
    declaration: several({ web, mail: { ...mail, certificateFile: 'certificates/mail.crt' } }),
    path: 'certificate.mail.certificateFile',
    problem: 'was not read',
    remedy: 'leave certificateFile out',
  },
  {
    when: 'POP has a wildcard certificate among several',
    rule: 'certificate-wildcard',
    declaration: several({ web, mail: { ...mail, names: ['*.contoso.com'], services: ['POP'] } }),
    path: 'certificate.mail.services[0]',
    problem: 'POP cannot use a wildcard certificate',
    remedy: 'leave POP out',
  },
  {
    when: 'one of several has no PFX file',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { web: { ...web, pfxFile: undefined }, mail } }),
    path: 'certificate.web.pfxFile',
    problem: 'has no value',
    remedy: 'must be a text that is not empty',
  },
  {
    when: 'one of several is no group',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { web, mail: 'smtp.pfx' } }),
    path: 'certificate.mail',
    problem: "is the text 'smtp.pfx'",
    remedy: 'it must be { pfxFile, certificateFile, names',
  },
  {
    when: 'a certificate stands among the properties of one',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { ...certificate, mail } }),
    path: 'certificate.mail',
    problem: 'there is no such property',
    remedy: 'the properties are pfxFile',
  },
  {
    when: 'there is no certificate',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: {} }),
    path: 'certificate.pfxFile',
    problem: 'has no value',
    remedy: 'must be a text that is not empty',
  },
  {
    when: 'the certificate is a list',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: [certificate] }),
    path: 'certificate',
    problem: 'is a list',
    remedy: 'or several of these by name',
  },
  {
    when: 'the servers of a certificate are an empty list',
    rule: 'declaration-form',
    declaration: several({ web, mail: { ...mail, servers: [] } }),
    path: 'certificate.mail.servers',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'the certificate file is not there',
    rule: 'certificate-file',
    declaration: committing,
    file: { unread: 'cannot be read (ENOENT)' },
    path: 'certificate.certificateFile',
    problem: "the file 'certificates/mail.crt' cannot be read (ENOENT)",
    remedy: "the path is relative to the project's folder",
  },
  {
    when: 'nobody read the certificate file',
    rule: 'certificate-file',
    declaration: committing,
    path: 'certificate.certificateFile',
    problem: 'was not read',
    remedy: 'leave certificateFile out',
  },
  {
    when: 'the certificate file holds the private key',
    rule: 'certificate-file',
    declaration: committing,
    file: { content: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })) },
    path: 'certificate.certificateFile',
    problem: "the file 'certificates/mail.crt' holds a private key",
    remedy: 'never commit a private key',
  },
  {
    when: 'the declared thumbprint is that of another certificate',
    rule: 'certificate-file-thumbprint',
    declaration: site({ certificate: { ...committing.certificate, thumbprint: '0'.repeat(40) } }),
    file: fileWith('*.contoso.com'),
    path: 'certificate.thumbprint',
    problem: `'${'0'.repeat(40)}' is not that of the certificate in 'certificates/mail.crt'`,
    remedy: 'leave it out',
  },
  {
    when: 'a property is misspelled',
    rule: 'declaration-form',
    declaration: misshapen(right, { dns: { ...right.dns, existingRecord: ['mail.contoso.com'] } }),
    path: 'dns.existingRecord',
    problem: 'there is no such property',
    remedy: 'existingRecords',
  },
  {
    when: 'a property within a choice is misspelled',
    rule: 'declaration-form',
    declaration: misshapen(right, { dns: { ...right.dns, publish: { virtualIP: '192.0.2.9' } } }),
    path: 'dns.publish.virtualIP',
    problem: 'there is no such property',
    remedy: 'virtualIp',
  },
  {
    when: 'messages are to go to a server that there is not',
    rule: 'maintenance',
    declaration: site({ ...balanced, maintenance: { redirectTo: 'EX09' } }),
    path: 'maintenance.redirectTo',
    problem: "'EX09' is none of EX01, EX02",
    remedy: 'declare maintenance: true, so that one is chosen for each server',
  },
  {
    when: 'messages of one server are to go to a server that there is not',
    rule: 'maintenance',
    declaration: site({
      ...balanced,
      servers: [server(1, { version: V2010 }), server(2, { maintenance: { redirectTo: 'EX09' } }), server(3)],
      dag: { ...dag, members: ['EX02', 'EX03'] },
    }),
    path: 'servers[1].maintenance.redirectTo',
    problem: "'EX09' is none of EX01, EX02, EX03",
    remedy:
      'name one of EX03, without a domain, or declare maintenance: true, so that one is chosen for each server',
  },
  {
    when: 'messages are to go to a server of 2010',
    rule: 'maintenance',
    declaration: site({
      ...balanced,
      servers: [server(1, { version: V2010 }), server(2, { maintenance: { redirectTo: 'EX01' } }), server(3)],
      dag: { ...dag, members: ['EX02', 'EX03'] },
    }),
    path: 'servers[1].maintenance.redirectTo',
    problem: 'cannot take over messages: that came with Exchange Server 2013',
    remedy: 'a newer server',
  },
  {
    when: 'a server is to hand its messages to itself',
    rule: 'maintenance',
    declaration: site({ ...balanced, maintenance: { redirectTo: 'ex02' } }),
    path: 'maintenance.redirectTo',
    problem: 'EX02 would hand its messages to itself',
    remedy: 'or declare maintenance: true, so that one is chosen',
  },
  {
    when: 'a server of 2007 is to be drained',
    rule: 'maintenance',
    declaration: { ...siteOf2007(), maintenance: true },
    path: 'maintenance',
    problem: 'EX01',
    remedy: 'or declare maintenance: false for EX01, EX02',
  },
  {
    when: 'a server of 2010 in no DAG is to be drained',
    rule: 'maintenance',
    declaration: site({
      servers: [server(1, { version: V2010, maintenance: true }), server(2, { version: V2010 })],
      dag: { ...dag, members: ['EX02'] },
    }),
    path: 'servers[0].maintenance',
    problem: 'Exchange Server 2010 moves only the active databases of a member of a DAG',
    remedy: 'take maintenance out',
  },
  {
    when: 'one server of 2010 in no DAG and one of 2007 would be drained beside another that can be',
    rule: 'maintenance',
    declaration: site({
      ...balanced,
      servers: [
        server(1, { version: V2010 }),
        server(2, { version: V2007, endpoint: 'https://EX02.contoso.local:5986/wsman' }),
        server(3),
        server(4),
      ],
      dag: { ...dag, members: ['EX03', 'EX04'] },
      maintenance: true,
    }),
    path: 'maintenance',
    problem:
      'EX01 (Exchange Server 2010), EX02 (Exchange Server 2007) cannot be drained: Exchange Server 2007 has no cmdlet for it, and Exchange Server 2010 moves only the active databases of a member of a DAG',
    remedy: 'declare maintenance: false for EX01, EX02',
  },
  {
    when: 'a member of a DAG of 2010 is to be drained by the session of a newer server',
    rule: 'maintenance',
    declaration: site({
      ...balanced,
      servers: [server(1, { version: V2010 }), server(2), server(3)],
      dag: { ...dag, members: ['EX01'] },
      maintenance: true,
    }),
    path: 'maintenance',
    problem: 'does not show which databases are active on EX01 (Exchange Server 2010)',
    remedy: "endpoint: 'https://EX01.contoso.local/PowerShell/'",
  },
  {
    when: 'the only server is to be drained',
    rule: 'maintenance',
    declaration: site({ ...balanced, servers: [server(1)], maintenance: true }),
    path: 'maintenance',
    problem: 'no server can take over from EX01',
    remedy: 'take maintenance out',
  },
  {
    when: 'DNS goes on sending clients to a server that is drained',
    rule: 'maintenance-round-robin',
    declaration: site({ maintenance: true }),
    path: 'maintenance',
    problem: 'clients of EX01, EX02 are sent by round robin (dns)',
    remedy: 'put a load balancer',
  },
  {
    when: 'POP or IMAP would stop with a server that is drained',
    rule: 'maintenance-mail-protocols',
    declaration: site({
      ...balanced,
      servers: [
        server(1),
        server(2, { maintenance: false }),
        server(3, { mailProtocols: { pop: { host: 'mail.contoso.com' } } }),
      ],
      mailProtocols: { imap: { host: 'mail.contoso.com' } },
      maintenance: true,
    }),
    path: 'maintenance',
    problem: 'the services of POP and IMAP of EX01, EX03 stop',
    remedy:
      'Start-Service MSExchangeIMAP4, MSExchangeIMAP4BE, MSExchangePOP3, MSExchangePOP3BE), or declare maintenance: false for EX01, EX03',
  },
  {
    when: 'a wave of the rollout names a server that there is not',
    rule: 'rollout-waves',
    declaration: site({ rollout: [['EX01'], ['EX02', 'EX03']] }),
    path: 'rollout[1][1]',
    problem: "'EX03' is none of EX01, EX02",
    remedy: 'correct the name',
  },
  {
    when: 'a server is in two waves',
    rule: 'rollout-waves',
    declaration: site({ rollout: [['EX01'], ['EX02'], ['ex01']] }),
    path: 'rollout[2][0]',
    problem: "'ex01' is in a wave already",
    remedy: 'leave one of them out',
  },
  {
    when: 'a server is in no wave',
    rule: 'rollout-waves',
    declaration: site({ rollout: [['EX01']] }),
    path: 'rollout',
    problem: 'EX02 is in no wave',
    remedy: "add a wave for it at the end: ['EX02']",
  },
  {
    when: 'several servers are in no wave',
    rule: 'rollout-waves',
    declaration: site({ servers: [server(1), server(2), server(3)], rollout: [['EX01']] }),
    path: 'rollout',
    problem: 'EX02, EX03 are in no wave',
    remedy: "add a wave for each of them at the end: ['EX02'], ['EX03']",
  },
  {
    when: 'a wave holds all members of a DAG',
    rule: 'rollout-wave-whole',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'porto' })],
      rollout: [['EX02', 'EX01']],
    }),
    path: 'rollout[0]',
    problem: 'all members of DAG01 (EX01, EX02)',
    remedy: 'another wave',
  },
  {
    when: 'a wave holds all servers of a datacentre',
    rule: 'rollout-wave-whole',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon' }),
        server(2, { datacentre: 'lisbon' }),
        server(3, { datacentre: 'porto' }),
      ],
      rollout: [['EX03'], ['EX01', 'EX02']],
    }),
    path: 'rollout[1]',
    problem: 'all servers of the datacentre lisbon (EX01, EX02)',
    remedy: 'another wave',
  },
  {
    when: 'a word is none of those that count',
    rule: 'declaration-form',
    declaration: misshapen(right, { rollout: 'paralel' }),
    path: 'rollout',
    problem: `is the text 'paralel'`,
    remedy: `must be one of 'one-after-another', 'parallel', or a list`,
  },
  {
    when: 'a server has no address at all',
    rule: 'declaration-form',
    declaration: misshapen(right, {
      servers: [server(1), { name: 'EX02', fqdn: 'EX02.contoso.local', version: ExchangeVersion.V2013 }],
    }),
    path: 'servers[1].address',
    problem: 'has no value',
    remedy: 'a text in quotes, or a list in square brackets with at least one item',
  },
  {
    when: 'a part of the site is missing',
    rule: 'declaration-form',
    declaration: misshapen(right, { namespaces: undefined }),
    path: 'namespaces',
    problem: 'has no value',
    remedy: '{ client, autodiscover, services, alsoPublished }',
  },
  {
    when: 'one text stands for a list',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { ...certificate, services: 'IIS' } }),
    path: 'certificate.services',
    problem: `is the text 'IIS'`,
    remedy: 'must be a list in square brackets',
  },
  {
    when: 'a property of a server is misspelled',
    rule: 'declaration-form',
    declaration: site({ servers: [server(1), misshapen(server(2), { adress: '192.0.2.2' })] }),
    path: 'servers[1].adress',
    problem: 'there is no such property',
    remedy: 'the properties are name, fqdn, address, version, datacentre',
  },
  {
    when: 'a needed property is left out',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { names: certificate.names, services: ['IIS'] } }),
    path: 'certificate.pfxFile',
    problem: 'has no value',
    remedy: 'must be a text that is not empty',
  },
  {
    when: 'a value comes from an environment variable that is not set',
    rule: 'declaration-form',
    declaration: misshapen(right, { connection: { endpoint: undefined } }),
    path: 'connection.endpoint',
    problem: 'has no value',
    remedy: 'an environment variable that is not set gives no value',
  },
  {
    when: 'the external name is undefined, which is not to clear it',
    rule: 'declaration-form',
    declaration: site({
      namespaces: misshapen(right.namespaces, {
        client: { internal: 'mail.contoso.com', external: undefined },
      }),
    }),
    path: 'namespaces.client.external',
    problem: 'has no value',
    remedy: 'or null',
  },
  {
    when: 'a server has no address, so that it would silently leave DNS',
    rule: 'declaration-form',
    declaration: site({ servers: [server(1), server(2, { address: [] })] }),
    path: 'servers[1].address',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'the virtual address is an empty list, so that all names would leave DNS',
    rule: 'declaration-form',
    declaration: site({ dns: { ...right.dns, publish: { virtualIp: [] } } }),
    path: 'dns.publish.virtualIp',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'a word is mistyped, so that all names would leave DNS',
    rule: 'declaration-form',
    declaration: site({ dns: misshapen(right.dns, { publish: 'roundrobin' }) }),
    path: 'dns.publish',
    problem: `is the text 'roundrobin'`,
    remedy: `one of 'round-robin', or { virtualIp, virtualIps, layer, nlb }`,
  },
  {
    when: 'a service is mistyped, so that its name would do nothing',
    rule: 'declaration-form',
    declaration: site({
      namespaces: misshapen(right.namespaces, { services: { activeSync: 'mail.contoso.com' } }),
    }),
    path: 'namespaces.services.activeSync',
    problem: 'no such property',
    remedy: 'activesync',
  },
  {
    when: 'a version is given as a text',
    rule: 'declaration-form',
    declaration: site({ servers: [misshapen(server(1), { version: '2013' })] }),
    path: 'servers[0].version',
    problem: `is the text '2013'`,
    remedy: 'ExchangeVersion.V2013',
  },
  {
    when: 'a build number belongs to no version',
    rule: 'declaration-form',
    declaration: site({ servers: [misshapen(server(1), { version: ExchangeVersion.ofBuild('15.9.1.1') })] }),
    path: 'servers[0].version',
    problem: 'has no value',
    remedy: 'ExchangeVersion.V2013',
  },
  {
    when: 'a number stands in quotes',
    rule: 'declaration-form',
    declaration: site({ dns: misshapen(right.dns, { ttlSeconds: '300' }) }),
    path: 'dns.ttlSeconds',
    problem: `is the text '300'`,
    remedy: 'without quotes',
  },
  {
    when: 'the site is no declaration at all',
    rule: 'declaration-form',
    declaration: [] as unknown as ExchangeSiteProps,
    path: '',
    problem: 'is an empty list',
    remedy: 'servers, namespaces, datacentres, certificate',
  },
  {
    when: 'a thumbprint is copied from the Windows dialog, with its spaces',
    rule: 'certificate-thumbprint',
    declaration: site({ certificate: { ...certificate, thumbprint: 'ab '.repeat(20).trim() } }),
    path: 'certificate.thumbprint',
    problem: 'is not a thumbprint',
    remedy: `write it as '${'AB'.repeat(20)}'`,
  },
  {
    when: 'a thumbprint is the SHA-256 fingerprint',
    rule: 'certificate-thumbprint',
    declaration: site({ certificate: { ...certificate, thumbprint: 'AB'.repeat(32) } }),
    path: 'certificate.thumbprint',
    problem: 'is not a thumbprint',
    remedy: 'the SHA-256 fingerprint',
  },
  {
    when: 'a host name ends in a dot',
    rule: 'trailing-dot',
    declaration: site({ namespaces: { ...right.namespaces, client: 'mail.contoso.com.' } }),
    path: 'namespaces.client',
    problem: `'mail.contoso.com.' ends in a dot`,
    remedy: `write it as 'mail.contoso.com'`,
  },
  {
    when: 'a host name has a letter of another script',
    rule: 'plain-characters',
    declaration: site({ namespaces: { ...right.namespaces, client: 'm\u00fcll.contoso.com' } }),
    path: 'namespaces.client',
    problem: `'\u00fc' (U+00FC)`,
    remedy: `write the name as 'xn--mll-hoa.contoso.com'`,
  },
  {
    when: 'a folder holds a space that is none',
    rule: 'plain-characters',
    declaration: site({ dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\DAG\u00a0Witness' } } }),
    path: 'dag.witness.directory',
    problem: 'a no-break space (U+00A0)',
    remedy: 'type it again by hand',
  },
  {
    when: 'a namespace has a port',
    rule: 'namespace-host',
    declaration: site({ namespaces: { ...right.namespaces, client: 'https://mail.contoso.com:443/owa' } }),
    path: 'namespaces.client',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: `write only the host name: 'mail.contoso.com'`,
  },
  {
    when: 'an address is that of the machine itself',
    rule: 'address-syntax',
    declaration: site({ servers: [server(1), server(2, { address: '127.0.0.1' })] }),
    path: 'servers[1].address',
    problem: 'is not an address at which clients could reach a server',
    remedy: 'that the clients of the site connect to',
  },
  {
    when: 'two servers have one IPv6 address, spelled in two ways',
    rule: 'server-twice',
    declaration: site({
      servers: [server(1, { address: '2001:db8::1' }), server(2, { address: '2001:0DB8:0::0:1' })],
    }),
    path: 'servers[1].address',
    problem: 'is also declared at servers[0].address',
    remedy: 'its own address',
  },
  {
    when: 'the DAG is named as its witness',
    rule: 'dag-name',
    declaration: site({ dag: { ...dag, name: 'fs01' } }),
    path: 'dag.name',
    problem: 'is the name of the server at ',
    remedy: 'choose another one',
  },
  {
    when: 'the DAG is named as its alternate witness',
    rule: 'dag-name',
    declaration: site({
      dag: {
        ...dag,
        name: 'FS02',
        alternateWitness: { server: 'FS02.contoso.local', directory: 'C:\\Witness\\DAG01' },
      },
    }),
    path: 'dag.name',
    problem: 'is the name of the server at ',
    remedy: 'choose another one',
  },
  {
    when: 'an endpoint has a password in it',
    rule: 'endpoint',
    declaration: site({ connection: { endpoint: 'https://admin:canary@ex01/PowerShell/' } }),
    path: 'connection.endpoint',
    problem: 'there is a password in it',
    remedy: 'the environment',
  },
  {
    when: 'an endpoint has no server',
    rule: 'endpoint',
    declaration: site({ connection: { endpoint: 'https:///PowerShell/' } }),
    path: 'connection.endpoint',
    problem: 'no server in it',
    remedy: 'https://server/PowerShell/',
  },
  {
    when: 'an endpoint has an unknown scheme',
    rule: 'endpoint',
    declaration: site({ connection: { endpoint: 'ftp://ex01/PowerShell/' } }),
    path: 'connection.endpoint',
    problem: 'none of http, https, ssh and process',
    remedy: 'https://server/PowerShell/',
  },
  {
    when: 'the endpoint of a server has a password in it',
    rule: 'endpoint',
    declaration: site({ servers: [server(1), old(2, { endpoint: 'ssh://admin:canary@ex02' })] }),
    path: 'servers[1].endpoint',
    problem: 'there is a password in it',
    remedy: 'the environment',
  },
  {
    when: 'the endpoint of a server was copied with a soft hyphen',
    rule: 'plain-characters',
    declaration: site({ servers: [server(1), old(2, { endpoint: 'https://ex\u00ad02:5986/wsman' })] }),
    path: 'servers[1].endpoint',
    problem: 'it holds a soft hyphen (U+00AD)',
    remedy: 'type it again by hand',
  },
  {
    when: 'a server that the session of the organization reaches has an endpoint of its own',
    rule: 'server-endpoint',
    declaration: site({ servers: [server(1), server(2, { endpoint: 'https://ex02/PowerShell/' })] }),
    path: 'servers[1].endpoint',
    problem: 'EX02 runs Exchange Server 2013, which the session of the organization reaches',
    remedy: 'connection.endpoint',
  },
  {
    when: 'two servers have one endpoint',
    rule: 'server-endpoint',
    declaration: site({
      servers: [old(1, { endpoint: 'ssh://admin@ex01' }), old(2, { endpoint: 'ssh://admin@EX01/' })],
    }),
    path: 'servers[1].endpoint',
    problem: 'EX02 has the endpoint of EX01',
    remedy: 'leads to EX02 itself',
  },
  {
    when: 'a server of 2007 has no endpoint of its own',
    rule: 'server-endpoint-missing',
    declaration: site({
      servers: [server(1), old(2)],
      connection: { endpoint: 'https://ex01/PowerShell/' },
    }),
    path: 'servers[1].endpoint',
    problem: 'no session reaches EX02: Exchange Server 2007 is managed in a Windows PowerShell on the server',
    remedy: `endpoint: 'https://EX02.contoso.local:5986/wsman'`,
  },
  {
    when: 'an endpoint was copied with a zero-width space, which a URL parser drops',
    rule: 'plain-characters',
    declaration: site({ connection: { endpoint: 'https://ex\u200b01/PowerShell/' } }),
    path: 'connection.endpoint',
    problem: 'it holds a zero-width space (U+200B)',
    remedy: 'type it again by hand',
  },
  {
    when: 'an endpoint ends with a line break',
    rule: 'plain-characters',
    declaration: site({ connection: { endpoint: 'https://ex01/PowerShell/\n' } }),
    path: 'connection.endpoint',
    problem: 'a hidden character (U+000A)',
    remedy: 'type it again by hand',
  },
  {
    when: 'an endpoint has a letter of another script',
    rule: 'plain-characters',
    declaration: site({ connection: { endpoint: 'ssh://admin@\u0435x01' } }),
    path: 'connection.endpoint',
    problem: `'\u0435' (U+0435)`,
    remedy: 'ASCII form',
  },
  {
    when: 'an endpoint has a password and a hidden character in it',
    rule: 'endpoint',
    declaration: site({ connection: { endpoint: 'https://admin:canary@ex\u200b01/PowerShell/' } }),
    path: 'connection.endpoint',
    problem: 'there is a password in it',
    remedy: 'the environment',
  },
  {
    when: 'a namespace was copied with a typographic dash',
    rule: 'plain-characters',
    declaration: site({
      namespaces: { client: 'mail\u2013eu.contoso.com', autodiscover: 'autodiscover.contoso.com' },
    }),
    path: 'namespaces.client',
    problem: 'a typographic dash (U+2013)',
    remedy: `write it as 'mail-eu.contoso.com'`,
  },
  {
    when: 'a thumbprint begins with the hidden mark that the Windows dialog puts there',
    rule: 'plain-characters',
    declaration: site({ certificate: { ...certificate, thumbprint: `\u200e${'AB'.repeat(20)}` } }),
    path: 'certificate.thumbprint',
    problem: 'a left-to-right mark (U+200E)',
    remedy: `write it as '${'AB'.repeat(20)}'`,
  },
  {
    when: 'a server name holds a line break',
    rule: 'plain-characters',
    declaration: site({ servers: [server(1), server(2, { name: 'EX02\nGet-Mailbox' })] }),
    path: 'servers[1].name',
    problem: `'EX02?Get-Mailbox' holds a hidden character (U+000A)`,
    remedy: 'type it again by hand',
  },
  {
    when: 'a folder holds a control character, as an unescaped backslash makes one',
    rule: 'plain-characters',
    declaration: site({ dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\Witness\tDAG' } } }),
    path: 'dag.witness.directory',
    problem: 'a hidden character (U+0009)',
    remedy: 'a backslash is written twice',
  },
  {
    when: 'two names are glued into one text',
    rule: 'one-name-each',
    declaration: site({ certificate: names('pop.contoso.com, imap.contoso.com') }),
    path: 'certificate.names[2]',
    problem: 'holds 2 names',
    remedy: `'pop.contoso.com', 'imap.contoso.com'`,
  },
  {
    when: 'a space stands behind a name',
    rule: 'one-name-each',
    declaration: site({ dns: { zones: [{ name: 'contoso.com ' }] } }),
    path: 'dns.zones[0].name',
    problem: 'a space or a comma beside the name',
    remedy: `write it as 'contoso.com'`,
  },
  {
    when: 'no server is declared',
    rule: 'server-missing',
    declaration: site({ servers: [] }),
    path: 'servers',
    problem: 'the site has no server',
    remedy: 'cdktf destroy',
  },
  {
    when: 'a server is named by its FQDN',
    rule: 'server-name',
    declaration: site({ servers: [server(1), server(2, { name: 'EX02.contoso.local' })] }),
    path: 'servers[1].name',
    problem: `'EX02.contoso.local' is not the name of a server`,
    remedy: 'without a domain',
  },
  {
    when: `a server has the name of a part of the script`,
    rule: 'server-name',
    declaration: site({ servers: [server(1), server(2, { name: 'DNS', fqdn: 'dns.contoso.local' })] }),
    path: 'servers[1].name',
    problem: `a word that the script of the plan uses for something else`,
    remedy: 'organization, dns',
  },
  {
    when: 'the FQDN is that of another server',
    rule: 'server-fqdn',
    declaration: site({ servers: [server(1), server(2, { fqdn: 'EX03.contoso.local' })] }),
    path: 'servers[1].fqdn',
    problem: `does not begin with the server's name 'EX02'`,
    remedy: 'servers[1].name',
  },
  {
    when: 'the FQDN has no domain',
    rule: 'server-fqdn',
    declaration: site({ servers: [server(1), server(2, { fqdn: 'EX02' })] }),
    path: 'servers[1].fqdn',
    problem: 'not a name with a domain',
    remedy: 'EX02.contoso.local',
  },
  {
    when: 'an address is malformed',
    rule: 'address-syntax',
    declaration: site({ servers: [server(1), server(2, { address: '10.60.99.327' })] }),
    path: 'servers[1].address',
    problem: `'10.60.99.327' is not an IPv4 or IPv6 address`,
    remedy: '192.0.2.10',
  },
  {
    when: 'an IPv6 address has a zone',
    rule: 'address-syntax',
    declaration: site({ dns: { ...right.dns, publish: { virtualIp: ['192.0.2.9', 'fe80::1%eth0'] } } }),
    path: 'dns.publish.virtualIp[1]',
    problem: `'fe80::1%eth0' is not`,
    remedy: 'without a port, prefix length or zone',
  },
  {
    when: 'a namespace is typed as a URL',
    rule: 'namespace-host',
    declaration: site({
      namespaces: { ...right.namespaces, services: { owa: 'https://mail.contoso.com/owa' } },
    }),
    path: 'namespaces.services.owa',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: `write only the host name: 'mail.contoso.com'`,
  },
  {
    when: 'a namespace is a URL without a host',
    rule: 'namespace-host',
    declaration: site({ namespaces: { ...right.namespaces, client: 'https:///owa' } }),
    path: 'namespaces.client',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: 'write a host name such as mail.contoso.com',
  },
  {
    when: 'a namespace is a URL with a space',
    rule: 'namespace-host',
    declaration: site({
      namespaces: {
        ...right.namespaces,
        client: { internal: 'mail.contoso.com', external: 'https://ma il/' },
      },
    }),
    path: 'namespaces.client.external',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: 'write a host name',
  },
  {
    when: 'a namespace has no domain',
    rule: 'namespace-host',
    declaration: site({ namespaces: { ...right.namespaces, autodiscover: 'autodiscover' } }),
    path: 'namespaces.autodiscover',
    problem: 'not a host name with a domain',
    remedy: 'mail.contoso.com',
  },
  {
    when: 'a wildcard stands in the middle of a certificate name',
    rule: 'certificate-names',
    declaration: site({ certificate: names('mail.*.contoso.com') }),
    path: 'certificate.names[2]',
    problem: 'not a name that a certificate can hold',
    remedy: '*.contoso.com',
  },
  {
    when: 'the name of the DAG has 16 characters',
    rule: 'dag-name',
    declaration: site({ dag: { ...dag, name: 'DAG-CONTOSO-MAIL' } }),
    path: 'dag.name',
    problem: 'has 16 characters; the name of a DAG has at most 15',
    remedy: 'choose a shorter name',
  },
  {
    when: 'the DAG is named as a server, in another letter case',
    rule: 'dag-name',
    declaration: site({ dag: { ...dag, name: 'ex02' } }),
    path: 'dag.name',
    problem: 'is the name of the server at ',
    remedy: 'choose another one',
  },
  {
    when: 'two servers have one name, in another letter case',
    rule: 'server-twice',
    declaration: site({ servers: [server(1), server(1, { name: 'ex01', address: '192.0.2.2' })] }),
    path: 'servers[1].name',
    problem: `the name 'ex01' is also declared at servers[0].name`,
    remedy: 'give each server once',
  },
  {
    when: 'two servers have one address',
    rule: 'server-twice',
    declaration: site({ servers: [server(1), server(2, { address: ['192.0.2.7', '192.0.2.1'] })] }),
    path: 'servers[1].address[1]',
    problem: `the address '192.0.2.1' is also declared at servers[0].address`,
    remedy: 'dns.publish.virtualIp',
  },
  {
    when: 'clients of two servers are given the name of one',
    rule: 'namespace-is-server',
    declaration: site({ namespaces: { ...right.namespaces, client: 'ex01.contoso.local' } }),
    path: 'namespaces.client',
    problem: 'is the FQDN of one server, servers[0]',
    remedy: 'a name that the servers share',
  },
  {
    when: 'a namespace lies outside every zone',
    rule: 'namespace-zone',
    declaration: site({
      namespaces: { ...right.namespaces, client: 'mail.notcontoso.com' },
      certificate: names('mail.notcontoso.com'),
    }),
    path: 'namespaces.client',
    problem: `lies in none of the declared zones (contoso.com)`,
    remedy: `{ name: 'notcontoso.com' }`,
  },
  {
    when: 'Kerberos is to know a DNS server by its address',
    rule: 'zone-kerberos',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com', server: '192.0.2.53', kerberos: { realm: 'CONTOSO.LOCAL' } }] },
    }),
    path: 'dns.zones[0].server',
    problem: 'is an address, and Kerberos knows servers only by name',
    remedy: 'dc1.contoso.local',
  },
  {
    when: 'a TSIG key stands beside Kerberos',
    rule: 'zone-kerberos',
    declaration: site({
      dns: {
        zones: [
          {
            name: 'contoso.com',
            keyName: 'exchange.',
            keyAlgorithm: 'hmac-sha256',
            kerberos: { realm: 'CONTOSO.LOCAL' },
          },
        ],
      },
    }),
    path: 'dns.zones[0].keyName',
    problem: 'TSIG key is declared beside it',
    remedy: 'leave out kerberos and declare both of them',
  },
  {
    when: 'the realm is a URL',
    rule: 'zone-kerberos',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', kerberos: { realm: 'ldap://contoso' } }] } }),
    path: 'dns.zones[0].kerberos.realm',
    problem: 'is not the name of a realm',
    remedy: 'CONTOSO.LOCAL',
  },
  {
    when: 'the user of a realm is written with it',
    rule: 'zone-kerberos',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com', kerberos: { realm: 'CONTOSO.LOCAL', user: 'svc-dns@CONTOSO.LOCAL' } }],
      },
    }),
    path: 'dns.zones[0].kerberos.user',
    problem: 'is not the name of an account',
    remedy: 'write only its name',
  },
  ...[{ keyName: 'exchange.' }, { keyAlgorithm: 'hmac-sha256' as const }].map((half): Case => ({
    when: `half of a TSIG key stands beside Kerberos: ${JSON.stringify(half)}`,
    rule: 'zone-kerberos',
    declaration: signed({}, half),
    path: `dns.zones[0].${Object.keys(half).join('')}`,
    problem: 'a TSIG key is declared beside it',
    remedy: 'leave out kerberos and declare both of them',
  })),
  {
    when: 'the name of a realm is none, in capital letters',
    rule: 'zone-kerberos',
    declaration: signed({ realm: 'CONTOSO_LOCAL/' }),
    path: 'dns.zones[0].kerberos.realm',
    problem: "'CONTOSO_LOCAL/' is not the name of a realm",
    remedy: 'CONTOSO.LOCAL',
  },
  {
    when: 'the name of a keytab is empty',
    rule: 'zone-kerberos',
    declaration: signed({ user: 'svc-dns', keytabFile: ' ' }),
    path: 'dns.zones[0].kerberos.keytabFile',
    problem: 'the name of the keytab is empty',
    remedy: 'or leave it out for a password',
  },
  {
    when: 'a realm is written in small letters',
    rule: 'zone-kerberos',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', kerberos: { realm: 'contoso.local' } }] } }),
    path: 'dns.zones[0].kerberos.realm',
    problem: "'contoso.local' is not the name of a realm",
    remedy: 'capital letters, as CONTOSO.LOCAL',
  },
  {
    when: 'the user of a realm holds what does not show',
    rule: 'plain-characters',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com', kerberos: { realm: 'CONTOSO.LOCAL', user: 'svc-dns\u200b' } }] },
    }),
    path: 'dns.zones[0].kerberos.user',
    problem: 'a zero-width space (U+200B)',
    remedy: "write it as 'svc-dns'",
  },
  {
    when: 'the name of a keytab holds what does not show',
    rule: 'plain-characters',
    declaration: site({
      dns: {
        zones: [
          {
            name: 'contoso.com',
            kerberos: { realm: 'CONTOSO.LOCAL', user: 'svc-dns', keytabFile: 'dns\u200b.keytab' },
          },
        ],
      },
    }),
    path: 'dns.zones[0].kerberos.keytabFile',
    problem: 'a zero-width space (U+200B)',
    remedy: 'type it again by hand',
  },
  {
    when: 'a keytab has no user',
    rule: 'zone-kerberos',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com', kerberos: { realm: 'CONTOSO.LOCAL', keytabFile: 'dns.keytab' } }],
      },
    }),
    path: 'dns.zones[0].kerberos.keytabFile',
    problem: 'whose key',
    remedy: 'user',
  },
  {
    when: 'a TSIG key has no algorithm',
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', keyName: 'exchange' }] } }),
    path: 'dns.zones[0].keyName',
    problem: 'only one of its name and its algorithm',
    remedy: 'keyAlgorithm',
  },
  {
    when: 'an update server has a port in its name',
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', server: '192.0.2.53:5353' }] } }),
    path: 'dns.zones[0].server',
    problem: 'neither a host name nor an address',
    remedy: 'without a port',
  },
  {
    when: 'the secret of a TSIG key stands where its name belongs',
    rule: 'zone',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com', keyName: 'c2VjcmV0/+8=', keyAlgorithm: 'hmac-sha256' }] },
    }),
    path: 'dns.zones[0].keyName',
    problem: 'this is not the name of a TSIG key',
    remedy: 'never its secret',
  },
  {
    when: 'a zone is declared twice',
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com' }, { name: 'Contoso.com.' }] } }),
    path: 'dns.zones[1].name',
    problem: 'is declared at dns.zones[0] already',
    remedy: 'declare it once',
  },
  {
    when: 'a TTL is no whole number',
    rule: 'record-ttl',
    declaration: site({ dns: { ...right.dns, ttlSeconds: 0.5 } }),
    path: 'dns.ttlSeconds',
    problem: '0.5 is not a TTL',
    remedy: '300',
  },
  {
    when: 'a record set to import is none of the site',
    rule: 'existing-record',
    declaration: site({ dns: { ...right.dns, existingRecords: ['www.contoso.com'] } }),
    path: 'dns.existingRecords[0]',
    problem: 'not a published name of the site',
    remedy: 'mail.contoso.com, autodiscover.contoso.com',
  },
  {
    when: 'a record set to import is that of a name that the view leaves out',
    rule: 'existing-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        existingRecords: ['Mail.contoso.com'],
        notPublished: { 'mail.contoso.com': 'the provider has it' },
      },
    }),
    path: 'dns.existingRecords[0]',
    problem:
      "'mail.contoso.com' is left out of this view, by dns.notPublished, so that no record set is made",
    remedy: 'leave it out, here or there',
  },
  {
    when: 'a record set to import is that of a name that the view has no zone for',
    rule: 'existing-record',
    declaration: site({
      namespaces: {
        ...right.namespaces,
        client: { internal: 'mail.contoso.com', external: 'mail.fabrikam.com' },
      },
      certificate: names('mail.fabrikam.com'),
      dns: {
        internal: { zones: [{ name: 'contoso.com' }], existingRecords: ['mail.fabrikam.com'] },
        external: { zones: [{ name: 'fabrikam.com' }, { name: 'contoso.com' }] },
      },
    }),
    path: 'dns.internal.existingRecords[0]',
    problem: "'mail.fabrikam.com' lies in no zone of this view",
    remedy: 'add its zone to dns.internal.zones',
  },
  {
    when: 'a membership to import is that of no member',
    rule: 'existing-object',
    declaration: site({ dag: { ...dag, members: ['EX02'], existingMembers: ['EX01'] } }),
    path: 'dag.existingMembers[0]',
    problem: "'EX01' is none of EX02",
    remedy: 'leave it out',
  },
  {
    when: 'a certificate to import is that of no server',
    rule: 'existing-object',
    declaration: site({ certificate: { ...right.certificate, existingOn: ['ex01', 'EX07'] } }),
    path: 'certificate.existingOn[1]',
    problem: "'EX07' is none of EX01, EX02",
    remedy: 'correct the name',
  },
  {
    when: 'a further name is a URL',
    rule: 'namespace-host',
    declaration: site({
      namespaces: { ...right.namespaces, alsoPublished: ['https://outlook.contoso.com/owa'] },
    }),
    path: 'namespaces.alsoPublished[0]',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: `'outlook.contoso.com'`,
  },
  {
    when: 'a further name is not on the certificate',
    rule: 'certificate-coverage',
    declaration: site({ namespaces: { ...right.namespaces, alsoPublished: ['outlook.contoso.com'] } }),
    path: 'namespaces.alsoPublished[0]',
    problem: `'outlook.contoso.com' is not on the certificate (it has mail.contoso.com, autodiscover.contoso.com)`,
    remedy: `add 'outlook.contoso.com' to certificate.names`,
  },
  {
    when: 'a further name lies in no zone',
    rule: 'namespace-zone',
    declaration: site({
      namespaces: { ...right.namespaces, alsoPublished: ['mail.fabrikam.com'] },
      certificate: names('mail.fabrikam.com'),
    }),
    path: 'namespaces.alsoPublished[0]',
    problem: `'mail.fabrikam.com' lies in none of the declared zones`,
    remedy: `{ name: 'fabrikam.com' }`,
  },
  {
    when: 'a further name is given to clients',
    rule: 'also-published',
    declaration: site({ namespaces: { ...right.namespaces, alsoPublished: ['Mail.contoso.com'] } }),
    path: 'namespaces.alsoPublished[0]',
    problem: `'Mail.contoso.com' is published already, as namespaces.client`,
    remedy: 'leave it out here',
  },
  {
    when: 'a further name is declared twice',
    rule: 'also-published',
    declaration: site({
      namespaces: { ...right.namespaces, alsoPublished: ['outlook.contoso.com', 'outlook.contoso.com'] },
      certificate: names('outlook.contoso.com'),
    }),
    path: 'namespaces.alsoPublished[1]',
    problem: `'outlook.contoso.com' is published already, as namespaces.alsoPublished[0]`,
    remedy: 'leave it out here',
  },
  {
    when: 'a further name for clients inside is given to clients',
    rule: 'also-published',
    declaration: site({
      namespaces: { ...right.namespaces, alsoPublished: [{ internal: 'mail.contoso.com' }] },
    }),
    path: 'namespaces.alsoPublished[0].internal',
    problem: "'mail.contoso.com' is published already, as namespaces.client",
    remedy: 'leave it out here',
  },
  {
    when: 'a further name is said for both sides in one',
    rule: 'declaration-form',
    declaration: site({
      namespaces: {
        ...right.namespaces,
        alsoPublished: [misshapen({ internal: 'a.contoso.com' }, { external: 'b.contoso.com' })],
      },
    }),
    path: 'namespaces.alsoPublished[0].internal',
    problem: 'there is no such property',
    remedy: 'the properties are external',
  },
  {
    when: 'a further name has no side',
    rule: 'declaration-form',
    declaration: site({
      namespaces: { ...right.namespaces, alsoPublished: [{}] as unknown as string[] },
    }),
    path: 'namespaces.alsoPublished[0]',
    problem: 'is an empty object',
    remedy: 'it must be { internal } or { external }',
  },
  {
    when: 'a further name of a datacentre is given to clients there',
    rule: 'also-published',
    declaration: two({ lisbon: { namespaces: { alsoPublished: ['mail.contoso.com'] } } }),
    path: 'datacentres.lisbon.namespaces.alsoPublished[0]',
    problem: `'mail.contoso.com' is published already, as namespaces.client`,
    remedy: 'leave it out here',
  },
  {
    when: 'no server stands in it',
    rule: 'datacentre',
    declaration: two({ madrid: {} }),
    path: 'datacentres.madrid',
    problem: "no server is in 'madrid' (they are in lisbon, porto)",
    remedy: "datacentre: 'madrid'",
  },
  {
    when: 'its name could not be part of an address',
    rule: 'datacentre',
    declaration: two({ 'lis.bon': {} }),
    path: 'datacentres["lis.bon"]',
    problem: "'lis.bon' is not a name of a datacentre",
    remedy: 'such as lisbon',
  },
  {
    when: 'it stands there in two spellings',
    rule: 'datacentre',
    declaration: two({ lisbon: {}, Lisbon: {} }),
    path: 'datacentres.Lisbon',
    problem: 'is declared twice',
    remedy: 'declare it once',
  },
  {
    when: 'every server has another name for it',
    rule: 'namespace-unused',
    declaration: two({
      lisbon: { namespaces: { client: 'lis.contoso.com' } },
      porto: { namespaces: { client: 'opo.contoso.com' } },
    }),
    path: 'namespaces.client',
    problem: "no server gives 'mail.contoso.com' to clients",
    remedy: 'declare it in namespaces.alsoPublished',
  },
  {
    when: 'a view has no zone for a name',
    rule: 'namespace-zone',
    declaration: two(
      {},
      { internal: { zones: [{ name: 'contoso.com' }] }, external: { zones: [{ name: 'fabrikam.com' }] } },
    ),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' lies in none of the declared zones (fabrikam.com) of the external view",
    remedy: 'add its zone to dns.external.zones',
  },
  {
    when: 'the datacentre of a server is mistyped',
    rule: 'server-datacentre',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'Lisboon' })],
      datacentres: { porto: {}, lisbon: { namespaces: { client: 'lis.contoso.com' } } },
    }),
    path: 'servers[1].datacentre',
    problem: "datacentres has no entry for 'Lisboon', so that no settings of a datacentre apply to EX02",
    remedy:
      "correct it to 'lisbon'; or if the name is right, add an empty entry: datacentres: { 'Lisboon': {} }",
  },
  {
    when: 'nothing is said of the datacentre of a server, and its name is like no other',
    rule: 'server-datacentre',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'faro' })],
      datacentres: { lisbon: { namespaces: { client: 'lis.contoso.com' } } },
    }),
    path: 'servers[1].datacentre',
    problem: "datacentres has no entry for 'faro'",
    remedy: 'correct it to one of lisbon; or',
  },
  {
    when: 'what names stand for outside is said where there is no external view',
    rule: 'publishing-unused',
    declaration: two({ lisbon: { publish: { external: { virtualIp: '203.0.113.3' } } }, porto: {} }),
    path: 'datacentres.lisbon.publish.external',
    problem: 'there is no external view of DNS',
    remedy: 'dns: { internal: { … }, external: { … } }',
  },
  {
    when: 'every server of a datacentre says itself what its names stand for',
    rule: 'publishing-unused',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon', publish: 'round-robin' }), server(2)],
      datacentres: { lisbon: { publish: { virtualIp: '198.51.100.1' } } },
    }),
    path: 'datacentres.lisbon.publish',
    problem: 'every server in its scope has a more specific publish',
    remedy: 'take it out',
  },
  {
    when: 'a name has an address at a load balancer whose servers do not give it',
    rule: 'publishing-unused',
    declaration: two({
      lisbon: {
        publish: { virtualIp: '198.51.100.1', virtualIps: { 'OPO.contoso.com': '198.51.100.2' } },
      },
      porto: { namespaces: { client: 'opo.contoso.com' }, publish: { virtualIp: '198.51.100.3' } },
    }),
    path: 'datacentres.lisbon.publish.virtualIps["OPO.contoso.com"]',
    problem: "no server that this publish applies to gives 'OPO.contoso.com' to clients",
    remedy: 'declare it where it has an effect for this name: datacentres.porto.publish',
  },
  {
    when: 'a name for clients inside stands for other machines outside',
    rule: 'publishing-unused',
    declaration: site({
      namespaces: {
        client: { internal: 'inside.contoso.com', external: 'mail.contoso.com' },
        autodiscover: 'autodiscover.contoso.com',
      },
      dns: {
        internal: right.dns as DnsView,
        external: { zones: [{ name: 'contoso.com' }], elsewhere: { 'inside.contoso.com': '203.0.113.7' } },
      },
    }),
    path: 'dns.external.elsewhere["inside.contoso.com"]',
    problem: "'inside.contoso.com' is for clients inside only",
    remedy: 'leave it out',
  },
  {
    when: 'a name stands for other machines in a view that does not hold it',
    rule: 'publishing-unused',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        notPublished: { 'mail.contoso.com': 'the provider has it' },
        elsewhere: { 'mail.contoso.com': '203.0.113.7' },
      },
    }),
    path: 'dns.elsewhere["mail.contoso.com"]',
    problem:
      "'mail.contoso.com' is left out of this view, by dns.notPublished, so that the address has no effect",
    remedy: 'leave it out, here or there',
  },
  {
    when: 'a name has a virtual address, and the site has not the name',
    rule: 'named-in-dns',
    declaration: two({
      lisbon: { publish: { virtualIp: '192.0.2.100', virtualIps: { 'eas.contoso.com': '192.0.2.101' } } },
    }),
    path: 'datacentres.lisbon.publish.virtualIps["eas.contoso.com"]',
    problem: "'eas.contoso.com' is not a published name",
    remedy: 'name one of mail.contoso.com, autodiscover.contoso.com',
  },
  {
    when: 'a view leaves out a name that the site has not',
    rule: 'named-in-dns',
    declaration: two(
      {},
      { zones: [{ name: 'contoso.com' }], notPublished: { 'legacy.contoso.com': 'gone' } },
    ),
    path: 'dns.notPublished["legacy.contoso.com"]',
    problem: "'legacy.contoso.com' is not a published name",
    remedy: 'or leave it out',
  },
  {
    when: 'a name that the site has not stands for other machines',
    rule: 'named-in-dns',
    declaration: two(
      {},
      { zones: [{ name: 'contoso.com' }], elsewhere: { 'legacy.contoso.com': '192.0.2.7' } },
    ),
    path: 'dns.elsewhere["legacy.contoso.com"]',
    problem: "'legacy.contoso.com' is not a published name",
    remedy: 'or leave it out',
  },
  {
    when: 'what a name stands for elsewhere is no address',
    rule: 'address-syntax',
    declaration: two(
      {},
      { zones: [{ name: 'contoso.com' }], elsewhere: { 'mail.contoso.com': ['192.0.2.7', 'OLD1'] } },
    ),
    path: 'dns.elsewhere["mail.contoso.com"][1]',
    problem: "'OLD1' is not an IPv4 or IPv6 address",
    remedy: 'write it as',
  },
  {
    when: 'a name stands elsewhere for nothing',
    rule: 'declaration-form',
    declaration: two({}, { zones: [{ name: 'contoso.com' }], elsewhere: { 'mail.contoso.com': [] } }),
    path: 'dns.elsewhere["mail.contoso.com"]',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'clients outside would be told the private address of another machine',
    rule: 'external-address',
    declaration: two(
      {},
      {
        internal: { zones: [{ name: 'contoso.com', server: 'dns1.contoso.local' }] },
        external: {
          zones: [{ name: 'contoso.com', server: 'ns1.contoso.com' }],
          publish: { virtualIp: '203.0.113.9' },
          elsewhere: { 'MAIL.contoso.com': '10.1.0.21' },
        },
      },
    ),
    path: 'dns.external',
    problem: "mail.contoso.com would resolve to '10.1.0.21', a private address",
    remedy: 'or elsewhere',
  },
  {
    when: 'a view leaves out a name that it would not hold, being for clients inside',
    rule: 'publishing-unused',
    declaration: sided({ external: { notPublished: { 'mail.contoso.com': 'inside only' } } }),
    path: 'dns.external.notPublished["mail.contoso.com"]',
    problem: "'mail.contoso.com' is for clients inside only, so that the view does not hold it anyway",
    remedy: 'take it out',
  },
  {
    when: 'a view leaves out a name for clients outside that lies in none of its zones',
    rule: 'publishing-unused',
    declaration: sided({ internal: { notPublished: { 'mail.fabrikam.com': 'outside only' } } }),
    path: 'dns.internal.notPublished["mail.fabrikam.com"]',
    problem: "'mail.fabrikam.com' lies in no zone of this view, so that the view does not hold it anyway",
    remedy: 'take it out',
  },
  {
    when: 'a view leaves out the own name of a server, which that registers itself',
    rule: 'publishing-unused',
    declaration: site({
      servers: [server(1), server(2, { namespaces: { services: { ews: 'EX02.contoso.local' } } })],
      certificate: names('ex02.contoso.local'),
      dns: {
        zones: [{ name: 'contoso.com' }, { name: 'contoso.local' }],
        notPublished: { 'ex02.contoso.local': 'it is a server' },
      },
    }),
    path: 'dns.notPublished["ex02.contoso.local"]',
    problem: 'is the name of a server, which registers it itself, so that the view does not hold it anyway',
    remedy: 'take it out',
  },
  {
    when: 'two views write into one zone',
    rule: 'zone',
    declaration: two(
      {},
      { internal: { zones: [{ name: 'contoso.com' }] }, external: { zones: [{ name: 'Contoso.com.' }] } },
    ),
    path: 'dns.external.zones[0]',
    problem: 'is that of dns.internal.zones[0]',
    remedy: 'declare for each view a DNS server of its own',
  },
  {
    when: 'clients outside would be told a private address',
    rule: 'external-address',
    declaration: two(
      { lisbon: { publish: { internal: { virtualIp: '10.1.0.100' } } } },
      {
        internal: { zones: [{ name: 'contoso.com', server: 'dns1.contoso.local' }] },
        external: {
          zones: [{ name: 'contoso.com', server: 'ns1.contoso.com' }],
          publish: { virtualIp: '172.16.0.9' },
        },
      },
    ),
    path: 'dns.external',
    problem: "mail.contoso.com, autodiscover.contoso.com would resolve to '172.16.0.9', a private address",
    remedy: 'notPublished',
  },
  {
    when: 'the virtual address of a datacentre is that of a server',
    rule: 'virtual-address',
    declaration: two({ porto: { publish: { external: { virtualIp: ['192.0.2.100', '192.0.2.1'] } } } }),
    path: 'datacentres.porto.publish.external.virtualIp[1]',
    problem: 'is the address of the server EX01',
    remedy: 'the address of the load balancer',
  },
  {
    when: 'the address of a name is none',
    rule: 'address-syntax',
    declaration: two({
      porto: { publish: { virtualIp: '192.0.2.100', virtualIps: { 'mail.contoso.com': '192.0.2' } } },
    }),
    path: 'datacentres.porto.publish.virtualIps["mail.contoso.com"]',
    problem: "'192.0.2' is not an IPv4 or IPv6 address",
    remedy: 'write it as',
  },
  {
    when: 'a server names a URL',
    rule: 'namespace-host',
    declaration: site({
      servers: [server(1), server(2, { namespaces: { client: 'https://legacy.contoso.com/owa' } })],
    }),
    path: 'servers[1].namespaces.client',
    problem:
      "'https://legacy.contoso.com/owa' is not only a host name: it has a scheme, a port, a path or a space",
    remedy: "write only the host name: 'legacy.contoso.com'",
  },
  {
    when: 'publishing of a datacentre is mistyped',
    rule: 'declaration-form',
    declaration: two({ porto: misshapen({}, { publish: { virtualIP: '192.0.2.100' } }) }),
    path: 'datacentres.porto.publish.virtualIP',
    problem: 'there is no such property',
    remedy: 'virtualIp, virtualIps',
  },
  {
    when: 'a mail protocol has no name',
    rule: 'declaration-form',
    declaration: misshapen(right, { mailProtocols: { pop: {} } }),
    path: 'mailProtocols.pop.host',
    problem: 'has no value',
    remedy: 'a text in quotes',
  },
  {
    when: 'a mail protocol is none that there is',
    rule: 'declaration-form',
    declaration: misshapen(right, { mailProtocols: { imap4: { host: 'imap.contoso.com' } } }),
    path: 'mailProtocols.imap4',
    problem: 'there is no such property',
    remedy: 'imap',
  },
  {
    when: 'the name of a mail protocol has a port',
    rule: 'namespace-host',
    declaration: site({ mailProtocols: { imap: { host: 'imap.contoso.com:993' } } }),
    path: 'mailProtocols.imap.host',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: "'imap.contoso.com'",
  },
  {
    when: 'the name of a mail protocol is not on the certificate',
    rule: 'certificate-coverage',
    declaration: site({ mailProtocols: { imap: { host: 'imap.contoso.com' } } }),
    path: 'mailProtocols.imap.host',
    problem: "'imap.contoso.com' is not on the certificate",
    remedy: 'certificate.names',
  },
  {
    when: 'the Autodiscover name of a datacentre called client leads to an old server, too',
    rule: 'namespace-old',
    declaration: site({
      servers: [
        server(1, { version: ExchangeVersion.V2010, datacentre: 'client' }),
        server(2, { version: ExchangeVersion.V2016, datacentre: 'client' }),
      ],
      datacentres: { client: { namespaces: { autodiscover: 'autodiscover.contoso.com' } } },
    }),
    path: 'datacentres.client.namespaces.autodiscover',
    problem: "'autodiscover.contoso.com' resolves to EX01, too",
    remedy: "declare in the DNS view what the name resolves to: elsewhere: { 'autodiscover.contoso.com'",
  },
  {
    when: 'a name of new servers leads to an old one, too',
    rule: 'namespace-old',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 }), server(2, { version: ExchangeVersion.V2016 })],
    }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' resolves to EX01, too",
    remedy: "elsewhere: { 'mail.contoso.com'",
  },
  {
    when: 'a certificate is called as what belongs to another one',
    rule: 'certificate-name',
    declaration: site({ certificate: { 'mail-import': { ...certificate } } }),
    path: 'certificate["mail-import"]',
    problem: "the ending of 'mail-import' is taken",
    remedy: 'give it another name',
  },
  {
    when: 'two names of datacentres differ in a space',
    rule: 'datacentre',
    declaration: two({ lisbon: {}, 'lis bon': {} }),
    path: 'datacentres["lis bon"]',
    problem: 'is declared twice',
    remedy: 'declare it once',
  },
  {
    when: 'a datacentre and a server of one name have pools of their own',
    rule: 'datacentre',
    declaration: site({
      servers: [server(1, { datacentre: 'ex01', publish: { virtualIp: '192.0.2.90' } })],
      datacentres: { ex01: { publish: { virtualIp: '192.0.2.91' } } },
    }),
    path: 'datacentres.ex01',
    problem: 'is also the name of a server',
    remedy: 'a pool is called after',
  },
  {
    when: 'a certificate is given to a mail protocol that has another name',
    rule: 'certificate-mail-name',
    declaration: site({
      mailProtocols: { imap: { host: 'imap.contoso.com' } },
      certificate: {
        web: { ...certificate, names: ['*.contoso.com'] },
        mail: { pfxFile: 'mail.pfx', names: ['smtp.contoso.com'], services: ['SMTP', 'IMAP'] },
      },
    }),
    path: 'certificate.mail.services[1]',
    problem: "is for IMAP, but does not hold the name 'imap.contoso.com' that mailProtocols declares for it",
    remedy: 'take IMAP out',
  },
  {
    when: 'a certificate is given to a mail protocol that has another name on one of its servers',
    rule: 'certificate-mail-name',
    declaration: site({
      servers: [server(1), server(2, { mailProtocols: { imap: { host: 'imap2.contoso.com' } } })],
      mailProtocols: { imap: { host: 'imap.contoso.com' } },
      certificate: { ...names('imap.contoso.com'), services: ['IIS', 'IMAP'] },
    }),
    path: 'certificate.services[1]',
    problem: "is for IMAP, but does not hold the name 'imap2.contoso.com' that mailProtocols declares for it",
    remedy: 'to the names of this certificate; or take IMAP out of its services',
  },
  {
    when: 'every server has a nearer name for a mail protocol',
    rule: 'namespace-unused',
    declaration: site({
      servers: [server(1, { mailProtocols: { imap: { host: 'imap.contoso.com' } } })],
      mailProtocols: { imap: { host: 'common.contoso.com' } },
    }),
    path: 'mailProtocols.imap.host',
    problem: "no server gives 'common.contoso.com' to clients",
    remedy: 'leave it out if it is optional',
  },
  {
    when: 'a certificate with the name of a mail protocol is not given to it',
    rule: 'certificate-mail-protocol',
    declaration: site({
      mailProtocols: { pop: { host: 'POP.contoso.com' } },
      certificate: names('pop.contoso.com'),
    }),
    path: 'certificate.services',
    problem: "POP is not among the services, although the certificate has its name 'POP.contoso.com'",
    remedy: "add 'POP'",
  },
  {
    when: 'mail goes to servers whose certificate is not given to SMTP',
    rule: 'certificate-mail-exchanger',
    declaration: recorded({ mx: { 'contoso.com': [{ preference: 10, exchange: 'Mail.contoso.com.' }] } }),
    path: 'certificate.services',
    problem:
      'SMTP is not among the services of EX01, EX02, to which the MX record of contoso.com sends mail (Mail.contoso.com., at dns.records.mx["contoso.com"][0].exchange)',
    remedy: "add 'SMTP'",
  },
  {
    when: 'of several certificates only one server has one that is given to SMTP',
    rule: 'certificate-mail-exchanger',
    declaration: {
      ...several({ web: certificate, mail: { ...mail, servers: ['EX01'] } }),
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { mx: { 'contoso.com': [{ preference: 10, exchange: 'mail.contoso.com' }] } },
      },
    },
    path: 'certificate.web.services',
    problem: 'SMTP is not among the services of EX02, to which',
    remedy: "add 'SMTP'",
  },
  {
    when: 'the name of a mail protocol is on none of several certificates',
    rule: 'certificate-coverage',
    declaration: site({
      mailProtocols: { imap: { host: 'imap.contoso.com' } },
      certificate: {
        web: certificate,
        post: { pfxFile: 'smtp.pfx', names: ['smtp.contoso.com'], services: ['SMTP'] },
      },
    }),
    path: 'mailProtocols.imap.host',
    problem: "'imap.contoso.com' is not on the certificate web",
    remedy: 'certificate.web.names',
  },
  {
    when: 'the name of a failback is that of clients in the other datacentre',
    rule: 'failback',
    declaration: two({ lisbon: { failback: 'Mail.contoso.com' } }),
    path: 'datacentres.lisbon.failback',
    problem: "'Mail.contoso.com' is a name of the site already, as namespaces.client",
    remedy: 'mailfb-lis.contoso.com',
  },
  {
    when: 'two datacentres have one name for a failback',
    rule: 'failback',
    declaration: two({
      lisbon: { failback: 'mailfb.contoso.com' },
      porto: { failback: 'mailfb.contoso.com' },
    }),
    path: 'datacentres.porto.failback',
    problem: "'mailfb.contoso.com' is a name of the site already, as datacentres.lisbon.failback",
    remedy: 'mailfb-lis.contoso.com',
  },
  {
    when: 'no server of a datacentre has a FailbackUrl',
    rule: 'failback',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon', version: ExchangeVersion.V2007 }),
        server(2, { datacentre: 'porto' }),
      ],
      datacentres: { lisbon: { failback: null } },
    }),
    path: 'datacentres.lisbon.failback',
    problem: "no server of 'lisbon' has a FailbackUrl, which exists in Exchange Server 2010 and later",
    remedy: 'leave it out',
  },
  {
    when: 'the name of a failback is a URL',
    rule: 'namespace-host',
    declaration: two({ lisbon: { failback: 'https://mailfb-lis.contoso.com/owa' } }),
    path: 'datacentres.lisbon.failback',
    problem: 'is not only a host name: it has a scheme, a port, a path or a space',
    remedy: "'mailfb-lis.contoso.com'",
  },
  {
    when: 'the name of a failback is no text',
    rule: 'declaration-form',
    declaration: misshapen(right, { datacentres: { lisbon: { failback: ['mailfb-lis.contoso.com'] } } }),
    path: 'datacentres.lisbon.failback',
    problem: 'is a list',
    remedy: 'a text in quotes, or null',
  },
  {
    when: 'the name of a failback is not on the certificate',
    rule: 'certificate-coverage',
    declaration: two({ lisbon: { failback: 'mailfb-lis.contoso.com' } }),
    path: 'datacentres.lisbon.failback',
    problem: "'mailfb-lis.contoso.com' is not on the certificate",
    remedy: 'certificate.names',
  },
  {
    when: 'the name of a failback lies in no zone',
    rule: 'namespace-zone',
    declaration: two({ lisbon: { failback: 'mailfb.fabrikam.com' } }),
    path: 'datacentres.lisbon.failback',
    problem: "'mailfb.fabrikam.com' lies in none of the declared zones",
    remedy: 'dns.zones',
  },
  {
    when: 'a datacentre is a list',
    rule: 'declaration-form',
    declaration: misshapen(site(), { datacentres: [] }),
    path: 'datacentres',
    problem: 'is an empty list',
    remedy: 'it must be { <name>: ',
  },
  {
    when: 'a view is mistyped',
    rule: 'declaration-form',
    declaration: misshapen(site(), { dns: { internal: { zones: [] }, outside: { zones: [] } } }),
    path: 'dns.outside',
    problem: 'there is no such property',
    remedy: 'internal, external',
  },
  {
    when: 'the virtual address is that of a server',
    rule: 'virtual-address',
    declaration: site({ dns: { ...right.dns, publish: { virtualIp: '192.0.2.2' } } }),
    path: 'dns.publish.virtualIp',
    problem: 'is the address of the server EX02',
    remedy: 'the address of the load balancer',
  },
  {
    when: 'a client access name is not on the certificate',
    rule: 'certificate-coverage',
    declaration: site({ namespaces: { ...right.namespaces, services: { ews: 'ews.contoso.com' } } }),
    path: 'namespaces.services.ews',
    problem: `'ews.contoso.com' is not on the certificate (it has mail.contoso.com, autodiscover.contoso.com)`,
    remedy: `add 'ews.contoso.com' to certificate.names`,
  },
  {
    when: 'a name that is not on the certificate may be a new one for the same thing',
    rule: 'certificate-coverage',
    declaration: site({ namespaces: { ...right.namespaces, client: 'outlook.contoso.com' } }),
    path: 'namespaces.client',
    problem: `'outlook.contoso.com' is not on the certificate`,
    remedy: 'docs/operations.md, "Renaming a namespace"',
  },
  {
    when: 'a wildcard would have to stand for two labels',
    rule: 'certificate-coverage',
    declaration: site({
      namespaces: { ...right.namespaces, client: 'mail.eu.contoso.com' },
      certificate: { ...certificate, names: ['*.contoso.com'] },
    }),
    path: 'namespaces.client',
    problem: 'is not on the certificate (it has *.contoso.com)',
    remedy: 'certificate.names',
  },
  {
    when: 'the certificate lists a server',
    rule: 'certificate-server-name',
    declaration: site({ certificate: names('EX02.contoso.local') }),
    path: 'certificate.names[2]',
    problem: 'is the name of the server EX02 itself',
    remedy: 'must be reissued for every server',
  },
  {
    when: 'a name is under a suffix that nobody can register',
    rule: 'certificate-internal-name',
    declaration: site({ certificate: names('intern.contoso.local') }),
    path: 'certificate.names[2]',
    problem: `no public authority certifies 'intern.contoso.local'`,
    remedy: `certificate.accepted: { 'private-authority'`,
  },
  ...['pop.contoso.net', '*.contoso.net', 'contoso.net'].map((name): Case => ({
    when: `${name} on the certificate is in a domain that no zone declares`,
    rule: 'certificate-zone',
    declaration: site({ certificate: names(name) }),
    path: 'certificate.names[2]',
    problem: `'${name}' lies in none of the declared zones (contoso.com), and clients are not given it`,
    remedy: 'correct it, or add its zone to dns.zones',
  })),
  {
    when: 'a name on the certificate of the reverse proxy is in a domain that no zone declares',
    rule: 'certificate-zone',
    declaration: site({
      dns: {
        internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] },
        external: { zones: [{ name: 'contoso.com' }] },
      },
      reverseProxy: {
        kind: 'isa',
        host: 'proxy.contoso.com',
        address: '203.0.113.3',
        certificateNames: ['mail.contoso.com', 'autodiscover.contoso.com', 'pop.contoso.net'],
      },
    }),
    path: 'reverseProxy.certificateNames[2]',
    problem: "'pop.contoso.net' lies in none of the declared zones (contoso.com)",
    remedy: 'dns.internal.zones',
  },
  ...['*.com', 'ma*l.contoso.com', '*.*.contoso.com', 'mail_contoso.com'].map((name): Case => ({
    when: `the certificate is to have ${name}`,
    rule: 'certificate-names',
    declaration: site({ certificate: names(name) }),
    path: 'certificate.names[2]',
    problem: `'${name}' is not a name that a certificate can hold`,
    remedy: '*.contoso.com',
  })),
  ...(['POP', 'IMAP'] as const).map((service): Case => ({
    when: `a wildcard certificate is given to ${service}`,
    rule: 'certificate-wildcard',
    declaration: site({ certificate: { ...names('*.contoso.com'), services: ['IIS', service] } }),
    path: 'certificate.services[1]',
    problem: `${service} cannot use a wildcard certificate`,
    remedy: `mailProtocols: { ${service.toLowerCase()}:`,
  })),
  {
    when: 'the certificate files of two certificates hold one and the same',
    rule: 'certificate-declared-twice',
    declaration: several({
      web: { ...web, certificateFile: 'certificates/mail.crt' },
      mail: { ...mail, names: web.names, certificateFile: 'certificates/mail.crt' },
    }),
    file: fileWith(...certificate.names),
    path: 'certificate.mail',
    problem: 'as certificate.web is',
    remedy: 'declare it once',
  },
  {
    when: 'something is accepted that nothing is called',
    rule: 'declaration-form',
    declaration: misshapen(right, { certificate: { ...certificate, accepted: { 'self-singed': 'lab' } } }),
    path: 'certificate.accepted["self-singed"]',
    problem: 'there is no such property',
    remedy: 'self-signed',
  },
  {
    when: 'something is accepted without a reason',
    rule: 'declaration-form',
    declaration: site({ certificate: { ...certificate, accepted: { 'self-signed': ' ' } } }),
    path: 'certificate.accepted["self-signed"]',
    problem: `is the text ' '`,
    remedy: 'a text that is not empty',
  },
  {
    when: 'IIS is not to use the certificate',
    rule: 'certificate-iis',
    declaration: site({ certificate: { ...certificate, services: ['POP'] } }),
    path: 'certificate.services',
    problem: 'clients are shown the self-signed certificate',
    remedy: `add 'IIS'`,
  },
  {
    when: 'POP is to use a wildcard',
    rule: 'certificate-wildcard',
    declaration: site({
      certificate: { ...certificate, names: ['*.contoso.com'], services: ['IIS', 'POP'] },
    }),
    path: 'certificate.services[1]',
    problem: 'POP cannot use a wildcard certificate',
    remedy: 'mailProtocols: { pop: { host:',
  },
  {
    when: 'a member of the DAG is not declared',
    rule: 'dag-members',
    declaration: site({ dag: { ...dag, members: ['EX01', 'EX07'] } }),
    path: 'dag.members[1]',
    problem: `'EX07' is none of the declared servers`,
    remedy: 'EX01, EX02',
  },
  {
    when: 'members have different versions',
    rule: 'dag-members',
    declaration: site({ servers: [server(1), server(2, { version: ExchangeVersion.V2016 })] }),
    path: 'dag.members',
    problem: 'EX01 2013, EX02 2016',
    remedy: 'Keep every server in dag.members that is a member already',
  },
  {
    when: 'a DAG is to have no member at all',
    rule: 'declaration-form',
    declaration: site({ dag: { ...dag, members: [] } }),
    path: 'dag.members',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'the list of DAGs is empty, so that the DAG would be removed',
    rule: 'declaration-form',
    declaration: site({ dag: [] }),
    path: 'dag',
    problem: 'is an empty list',
    remedy: 'at least one item',
  },
  {
    when: 'a property of the second DAG is misspelled',
    rule: 'declaration-form',
    declaration: site({ dag: [dag, misshapen(dag, { member: ['EX01'] })] }),
    path: 'dag[1].member',
    problem: 'there is no such property',
    remedy: 'members',
  },
  {
    when: 'the DAG is given by its name alone',
    rule: 'declaration-form',
    declaration: misshapen(right, { dag: 'DAG01' }),
    path: 'dag',
    problem: `is the text 'DAG01'`,
    remedy: 'or a list of such in square brackets',
  },
  {
    when: 'one of several DAGs does not name its members',
    rule: 'dag-members',
    declaration: site({ dag: [{ ...firstDag, members: ['EX01'] }, secondDag, unsaid] }),
    path: 'dag[2]',
    problem: 'does not say which servers are its members',
    remedy: `members: ['EX01', 'EX02']`,
  },
  {
    when: 'a member of the second DAG is not declared',
    rule: 'dag-members',
    declaration: site({ dag: [firstDag, { ...secondDag, members: ['EX02', 'EX09'] }] }),
    path: 'dag[1].members[1]',
    problem: `'EX09' is none of the declared servers`,
    remedy: 'EX01, EX02',
  },
  {
    when: 'some members are updated in place already',
    rule: 'dag-upgrade',
    declaration: site({
      servers: [
        server(1, { version: ExchangeVersion.SE }),
        server(2, { version: ExchangeVersion.V2019 }),
        server(3, { version: ExchangeVersion.V2019 }),
      ],
    }),
    path: 'dag.members',
    problem: 'EX02, EX03 of the members are not Exchange Server SE yet',
    remedy: 'the members stay as they are',
  },
  {
    when: 'two DAGs have one name',
    rule: 'dag-distinct',
    declaration: site({ dag: [firstDag, { ...secondDag, name: 'dag01' }] }),
    path: 'dag[1].name',
    problem: `the name 'dag01' is also declared at dag[0].name`,
    remedy: 'letter case does not count',
  },
  {
    when: 'a server is to be in two DAGs',
    rule: 'dag-distinct',
    declaration: site({ dag: [firstDag, { ...secondDag, members: ['EX02', 'ex01'] }] }),
    path: 'dag[1].members[1]',
    problem: `'ex01' is also declared at dag[0].members[0]`,
    remedy: 'one DAG at a time',
  },
  {
    when: 'two DAGs use one folder of a witness server',
    rule: 'dag-distinct',
    declaration: site({
      dag: [firstDag, { ...secondDag, witness: { server: 'fs01', directory: 'c:\\witness\\dag01\\' } }],
    }),
    path: 'dag[1].witness.directory',
    problem: 'is also declared at dag[0].witness.directory',
    remedy: 'a folder of its own',
  },
  {
    when: 'the alternate witness of one is in the folder of the other witness',
    rule: 'dag-distinct',
    declaration: site({ dag: [firstDag, { ...secondDag, alternateWitness: firstDag.witness }] }),
    path: 'dag[1].alternateWitness.directory',
    problem: 'is also declared at dag[0].witness.directory',
    remedy: 'a folder of its own',
  },
  {
    when: 'the cluster has the address of a server',
    rule: 'dag-addresses',
    declaration: site({ dag: { ...dag, addresses: ['192.0.2.50', '192.0.2.2'] } }),
    path: 'dag.addresses[1]',
    problem: `'192.0.2.2' is also declared at servers[1].address`,
    remedy: 'a free address',
  },
  {
    when: 'the cluster has the address of the load balancer',
    rule: 'dag-addresses',
    declaration: site({
      dag: { ...dag, addresses: ['192.0.2.100'] },
      dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } },
    }),
    path: 'dag.addresses[0]',
    problem: 'is also declared at dns.publish.virtualIp',
    remedy: 'a free address',
  },
  {
    when: 'two clusters have one address',
    rule: 'dag-addresses',
    declaration: site({
      dag: [
        { ...firstDag, addresses: ['192.0.2.50'] },
        { ...secondDag, addresses: ['192.0.2.50'] },
      ],
    }),
    path: 'dag[1].addresses[0]',
    problem: 'is also declared at dag[0].addresses[0]',
    remedy: 'a free address',
  },
  {
    when: 'DHCP stands beside an address',
    rule: 'dag-addresses',
    declaration: site({ dag: { ...dag, addresses: ['192.0.2.50', '0.0.0.0'] } }),
    path: 'dag.addresses[1]',
    problem: 'means DHCP',
    remedy: `give only '0.0.0.0'`,
  },
  {
    when: 'no access point stands beside an address',
    rule: 'dag-addresses',
    declaration: site({ dag: { ...dag, addresses: ['255.255.255.255', '192.0.2.50'] } }),
    path: 'dag.addresses[0]',
    problem: 'means no administrative access point',
    remedy: `give only '255.255.255.255'`,
  },
  {
    when: 'a DAG of 2010 is to have no access point',
    rule: 'dag-addresses',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 })],
      dag: { ...dag, addresses: ['255.255.255.255'] },
    }),
    path: 'dag.addresses[0]',
    problem: 'which Exchange Server 2010 does not have: it came with 2013 SP1 on Windows Server 2012 R2',
    remedy: `'0.0.0.0' for DHCP`,
  },
  {
    when: 'an address of the cluster is none',
    rule: 'attribute-value',
    declaration: site({ dag: [firstDag, { ...secondDag, addresses: ['10.0.0.300'] }] }),
    path: 'dag[1].addresses',
    problem: `'10.0.0.300' is not an IPv4 address`,
    remedy: '10.0.0.10',
  },
  {
    when: 'the second DAG is named as the witness of the first',
    rule: 'dag-name',
    declaration: site({ dag: [firstDag, { ...secondDag, name: 'FS01' }] }),
    path: 'dag[1].name',
    problem: 'is the name of the server at ',
    remedy: 'choose another one',
  },
  {
    when: 'a DAG begins with an underscore',
    rule: 'dag-name',
    declaration: site({ dag: { ...dag, name: '_DAG01' } }),
    path: 'dag.name',
    problem: 'is not a name for a DAG',
    remedy: 'a letter or digit first',
  },
  {
    when: 'the witness of the second DAG is one of its members',
    rule: 'dag-witness',
    declaration: site({
      dag: [firstDag, { ...secondDag, witness: { ...secondDag.witness, server: 'EX02' } }],
    }),
    path: 'dag[1].witness.server',
    problem: 'is the member EX02 of the same DAG',
    remedy: 'a server that is no member',
  },
  {
    when: 'the second DAG is to import a member of the first',
    rule: 'existing-object',
    declaration: site({ dag: [firstDag, { ...secondDag, existingMembers: ['EX01'] }] }),
    path: 'dag[1].existingMembers[0]',
    problem: `'EX01' is none of EX02`,
    remedy: 'correct the name',
  },
  {
    when: 'the second of several DAGs stands in two datacentres',
    rule: 'dag-stretched',
    declaration: site({
      servers: [server(1), server(2, { datacentre: 'east' }), server(3, { datacentre: 'west' })],
      dag: [firstDag, { ...secondDag, members: ['EX02', 'EX03'] }],
    }),
    path: 'dag[1]',
    problem: 'there is no alternate witness',
    remedy: 'declare dag[1].alternateWitness',
  },
  {
    when: 'a version has no DAGs',
    rule: 'version-cmdlets',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2007 })],
      dag: [{ ...firstDag }],
    }),
    path: 'dag[0]',
    problem: 'Exchange Server 2007 has no cmdlet New-DatabaseAvailabilityGroup',
    remedy: 'otherwise take what needs the cmdlet out of the declaration',
  },
  {
    when: 'the witness is a member, named without its domain',
    rule: 'dag-witness',
    declaration: site({ dag: { ...dag, witness: { ...dag.witness, server: 'ex02' } } }),
    path: 'dag.witness.server',
    problem: `the witness 'ex02' is the member EX02 of the same DAG`,
    remedy: 'a server that is no member',
  },
  {
    when: 'the alternate witness is a member, named with its domain',
    rule: 'dag-witness',
    declaration: site({
      dag: { ...dag, alternateWitness: { ...dag.witness, server: 'EX01.contoso.local' } },
    }),
    path: 'dag.alternateWitness.server',
    problem: 'is the member EX01',
    remedy: 'a server that is no member',
  },
  ...[
    ['an FQDN that does not begin with its name', 'Exchange-Munich2.contoso.local'],
    ['its name, with which its FQDN does not begin', 'exchange-munich'],
  ].map(([named, witness = '']): Case => ({
    when: `the witness is a member, named by ${named}`,
    rule: 'dag-witness',
    declaration: site({
      servers: [server(1), server(2, { name: 'EXCHANGE-MUNICH', fqdn: 'exchange-munich2.contoso.local' })],
      dag: { ...dag, witness: { ...dag.witness, server: witness } },
    }),
    path: 'dag.witness.server',
    problem: 'is the member EXCHANGE-MUNICH',
    remedy: 'a server that is no member',
  })),
  {
    when: 'the alternate witness is the witness',
    rule: 'dag-witness',
    declaration: site({ dag: { ...dag, alternateWitness: { ...dag.witness, server: 'fs01' } } }),
    path: 'dag.alternateWitness.server',
    problem: 'is the witness too',
    remedy: 'the other datacentre',
  },
  {
    when: 'a copy is on a server that is no member',
    rule: 'databases',
    declaration: site({
      dag: [firstDag, { ...secondDag, databases: { DB01: { copies: ['EX02', 'EX01'] } } }],
    }),
    path: 'dag[1].databases.DB01.copies[1]',
    problem: `'EX01' is no member of DAG02, whose members are EX02`,
    remedy: 'make the server one',
  },
  {
    when: 'databases of two DAGs have one name',
    rule: 'databases',
    declaration: site({
      dag: [
        { ...firstDag, databases: { DB01: { copies: ['EX01'] } } },
        { ...secondDag, databases: { db01: { copies: ['EX02'] } } },
      ],
    }),
    path: 'dag[1].databases.db01',
    problem: `there is a database 'DB01' already, in dag[0].databases.DB01`,
    remedy: 'another name',
  },
  {
    when: 'two databases on one server have one file',
    rule: 'databases',
    declaration: site({
      dag: {
        ...dag,
        databases: {
          DB01: { copies: ['EX01', 'EX02'], edbFile: 'E:\\DAG01\\DB01.edb' },
          DB02: { copies: ['EX02'], edbFile: 'e:\\dag01\\db01.EDB' },
        },
      },
    }),
    path: 'dag.databases.DB02.edbFile',
    problem: 'is that of DB01 too, and both are on EX02',
    remedy: 'a file of its own',
  },
  {
    when: 'a database of 2010 is declared beside a newer server',
    rule: 'databases',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 }), server(2, { version: ExchangeVersion.V2016 })],
      dag: { ...dag, members: ['EX01'], databases: { DB01: { copies: ['EX01'] } } },
    }),
    path: 'dag.databases.DB01',
    problem: 'beside EX02 (Exchange Server 2016) the session does not show DB01 of Exchange Server 2010',
    remedy: 'a site of their own',
  },
  {
    when: 'a copy is on a server by its FQDN',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { DB01: { copies: ['EX01.contoso.local'] } } } }),
    path: 'dag.databases.DB01.copies',
    problem: `'EX01.contoso.local' is not the name of a server`,
    remedy: 'without a domain, such as EX01',
  },
  {
    when: 'a database has copies on one server twice',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { DB01: { copies: ['EX01', 'ex01'] } } } }),
    path: 'dag.databases.DB01.copies',
    problem: `'ex01' stands twice`,
    remedy: 'name it once',
  },
  {
    when: 'the name of a database is none',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { 'DB/01': { copies: ['EX01'] } } } }),
    path: 'dag.databases["DB/01"]',
    problem: `'DB/01' is not a name for a mailbox database`,
    remedy: 'at most 64',
  },
  {
    when: 'the file of a database is no path on the server',
    rule: 'attribute-value',
    declaration: site({
      dag: { ...dag, databases: { DB01: { copies: ['EX01'], edbFile: '\\\\FS01\\DB01.edb' } } },
    }),
    path: 'dag.databases.DB01.edbFile',
    problem: 'is not the path of a database file',
    remedy: 'write it as E:',
  },
  {
    when: 'the logs of a database have no folder on the server',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { DB01: { copies: ['EX01'], logFolder: 'DB01' } } } }),
    path: 'dag.databases.DB01.logFolder',
    problem: `'DB01' is not a local folder`,
    remedy: 'write it as F:',
  },
  {
    when: 'an alias has the name of the site',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { cname: { 'Mail.contoso.com': 'www.contoso.com' } },
      },
    }),
    path: 'dns.records.cname["Mail.contoso.com"]',
    problem: `'mail.contoso.com' has addresses too`,
    remedy: `take one of them out`,
  },
  {
    when: 'an alias has a text, too',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { cname: { 'www.contoso.com': 'mail.contoso.com' }, txt: { 'www.contoso.com': ['x'] } },
      },
    }),
    path: 'dns.records.cname["www.contoso.com"]',
    problem: `has a record of type TXT too`,
    remedy: `take one of them out`,
  },
  {
    when: 'a record lies in no zone',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { mx: { 'fabrikam.com': [{ preference: 10, exchange: 'mail.contoso.com' }] } },
      },
    }),
    path: 'dns.records.mx["fabrikam.com"]',
    problem: `'fabrikam.com' lies in none of the zones (contoso.com)`,
    remedy: `add its zone to dns.zones`,
  },
  {
    when: 'the name of an address lies in no zone',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { ptr: { '192.0.2.11': 'mail.contoso.com' } } },
    }),
    path: 'dns.records.ptr["192.0.2.11"]',
    problem: `'192.0.2.11' (11.2.0.192.in-addr.arpa) lies in none of the zones`,
    remedy: `{ name: '2.0.192.in-addr.arpa' }`,
  },
  {
    when: 'what has a reverse record is no address',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { ptr: { 'mail.contoso.com': 'mail.contoso.com' } } },
    }),
    path: 'dns.records.ptr["mail.contoso.com"]',
    problem: `'mail.contoso.com' is not an address`,
    remedy: `192.0.2.11`,
  },
  {
    when: 'a service record names no service',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: {
          srv: { 'contoso.com': [{ priority: 0, weight: 0, port: 443, target: 'mail.contoso.com' }] },
        },
      },
    }),
    path: 'dns.records.srv["contoso.com"]',
    problem: `does not name a service and its protocol`,
    remedy: `_autodiscover._tcp.contoso.com`,
  },
  {
    when: 'the port of a service is none',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: {
          srv: {
            '_autodiscover._tcp.contoso.com': [
              { priority: 0, weight: 0, port: 70000, target: 'mail.contoso.com' },
            ],
          },
        },
      },
    }),
    path: 'dns.records.srv["_autodiscover._tcp.contoso.com"][0].port',
    problem: `70000 is no port`,
    remedy: `0 to 65535`,
  },
  {
    when: 'mail goes to a URL',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { mx: { 'contoso.com': [{ preference: 10, exchange: 'https://mail.contoso.com' }] } },
      },
    }),
    path: 'dns.records.mx["contoso.com"][0].exchange',
    problem: `is not a host name`,
    remedy: `without a port or path`,
  },
  ...['Mail.contoso.com', 'mail.contoso.com.'].map((exchange): Case => ({
    when: `mail goes to one host in two spellings, ${exchange}`,
    rule: 'further-record',
    declaration: recorded({
      mx: {
        'contoso.com': [
          { preference: 10, exchange: 'mail.contoso.com' },
          { preference: 20, exchange },
        ],
      },
    }),
    path: 'dns.records.mx["contoso.com"][1].exchange',
    problem: `'${exchange}' is also declared at dns.records.mx["contoso.com"][0].exchange`,
    remedy: 'name each host once',
  })),
  {
    when: 'a service has one host twice',
    rule: 'further-record',
    declaration: recorded({ srv: { [SERVICE]: [host(), host({ target: 'MAIL.contoso.com', weight: 5 })] } }),
    path: `dns.records.srv["${SERVICE}"][1].target`,
    problem: `'MAIL.contoso.com' is also declared at dns.records.srv["${SERVICE}"][0].target`,
    remedy: 'name each host once',
  },
  {
    when: 'mail goes to an alias',
    rule: 'further-record',
    declaration: recorded({
      cname: { 'MX.contoso.com': 'mail.contoso.com' },
      mx: { 'contoso.com': [{ preference: 10, exchange: 'mx.contoso.com.' }] },
    }),
    path: 'dns.records.mx["contoso.com"][0].exchange',
    problem: `'mx.contoso.com.' is an alias, by dns.records.cname["MX.contoso.com"], and MX records name no aliases`,
    remedy: "'mail.contoso.com'",
  },
  {
    when: 'a service is on an alias',
    rule: 'further-record',
    declaration: recorded({
      cname: { 'discover.contoso.com': 'mail.contoso.com' },
      srv: { [SERVICE]: [host({ target: 'discover.contoso.com' })] },
    }),
    path: `dns.records.srv["${SERVICE}"][0].target`,
    problem: `'discover.contoso.com' is an alias`,
    remedy: "'mail.contoso.com'",
  },
  {
    when: 'mail goes to an alias of an alias',
    rule: 'further-record',
    declaration: recorded({
      cname: {
        'mx.contoso.com': 'Relay.contoso.com.',
        'relay.contoso.com': 'gate.contoso.com',
        'gate.contoso.com': 'mail.contoso.com',
      },
      mx: { 'contoso.com': [{ preference: 10, exchange: 'mx.contoso.com' }] },
    }),
    path: 'dns.records.mx["contoso.com"][0].exchange',
    problem: `'mx.contoso.com' is an alias, by dns.records.cname["mx.contoso.com"]`,
    remedy: "name the host that it is an alias of: 'mail.contoso.com'",
  },
  {
    when: 'mail goes to an alias in a circle',
    rule: 'further-record',
    declaration: recorded({
      cname: { 'mx.contoso.com': 'relay.contoso.com', 'relay.contoso.com': 'mx.contoso.com' },
      mx: { 'contoso.com': [{ preference: 10, exchange: 'mx.contoso.com' }] },
    }),
    path: 'dns.records.cname["mx.contoso.com"]',
    problem: `'mx.contoso.com' is an alias of itself, by way of relay.contoso.com`,
    remedy: 'name a host that has addresses',
  },
  {
    when: 'an alias leads to itself',
    rule: 'further-record',
    declaration: recorded({ cname: { 'MX.contoso.com': 'mx.contoso.com.' } }),
    path: 'dns.records.cname["MX.contoso.com"]',
    problem: `'MX.contoso.com' is an alias of itself`,
    remedy: 'name a host that has addresses',
  },
  {
    when: 'aliases lead to two aliases of each other',
    rule: 'further-record',
    declaration: recorded({
      cname: {
        'www.contoso.com': 'a.contoso.com',
        'a.contoso.com': 'b.contoso.com',
        'b.contoso.com': 'A.contoso.com',
      },
    }),
    path: 'dns.records.cname["b.contoso.com"]',
    problem: `'b.contoso.com' is an alias of itself, by way of A.contoso.com`,
    remedy: 'name a host that has addresses',
  },
  {
    when: 'nobody takes the mail, and somebody does',
    rule: 'further-record',
    declaration: recorded({
      mx: {
        'contoso.com': [
          { preference: 0, exchange: '.' },
          { preference: 10, exchange: 'mail.contoso.com' },
        ],
      },
    }),
    path: 'dns.records.mx["contoso.com"][0].exchange',
    problem: `'.' means that the domain has no such host, but others are declared beside it`,
    remedy: "give only '.'",
  },
  {
    when: 'nobody takes the mail, with a preference',
    rule: 'further-record',
    declaration: recorded({ mx: { 'contoso.com': [{ preference: 10, exchange: '.' }] } }),
    path: 'dns.records.mx["contoso.com"][0].exchange',
    problem: `'.' says that nobody takes the mail, with a preference of 10`,
    remedy: "{ preference: 0, exchange: '.' }",
  },
  {
    when: 'a text has a name that DNS does not take',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { txt: { 'a b.contoso.com': ['x'] } } },
    }),
    path: 'dns.records.txt["a b.contoso.com"]',
    problem: `'a b.contoso.com' is not a name that DNS takes`,
    remedy: `write its labels with letters, digits, hyphens and underscores, at most 63 in each`,
  },
  {
    when: 'a record set stands in two spellings',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { txt: { 'contoso.com': ['a'], 'Contoso.com.': ['b'] } },
      },
    }),
    path: 'dns.records.txt["Contoso.com."]',
    problem: `'Contoso.com.' is declared at dns.records.txt`,
    remedy: `in one place`,
  },
  {
    when: 'a text has what hashicorp/dns does not carry',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { txt: { 'contoso.com': ['ok', 'a "b"'] } } },
    }),
    path: 'dns.records.txt["contoso.com"][1]',
    problem: `the text has a character`,
    remedy: `printable ASCII`,
  },
  {
    when: 'a text has two lines',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { txt: { 'contoso.com': ['a\nb'] } } },
    }),
    path: 'dns.records.txt["contoso.com"][0]',
    problem: `the text has a character`,
    remedy: `printable ASCII`,
  },
  {
    when: 'a zone itself is an alias',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [{ name: 'contoso.com' }], records: { cname: { 'Contoso.com': 'mail.contoso.com' } } },
    }),
    path: 'dns.records.cname["Contoso.com"]',
    problem: `'contoso.com' is a zone itself`,
    remedy: `make a name within it the alias`,
  },
  {
    when: 'mail of another domain lies in no zone',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        records: { mx: { 'fabrikam.com': [{ preference: 10, exchange: 'mail.contoso.com' }] } },
      },
    }),
    path: 'dns.records.mx["fabrikam.com"]',
    problem: `lies in none of the zones`,
    remedy: `{ name: 'fabrikam.com' }`,
  },
  {
    when: 'the name of a database has a letter beyond ASCII',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { ß: { copies: ['EX01'] } } } }),
    path: 'dag.databases["ß"]',
    problem: `'ß' is not a name for a mailbox database`,
    remedy: `letters, digits`,
  },
  {
    when: 'the name of a database has two lines',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { 'DB\n01': { copies: ['EX01'] } } } }),
    path: 'dag.databases["DB\\n01"]',
    problem: `is not a name for a mailbox database`,
    remedy: `letters, digits`,
  },
  {
    when: 'the file of a database has a way up in its path',
    rule: 'attribute-value',
    declaration: site({
      dag: { ...dag, databases: { DB01: { copies: ['EX01'], edbFile: 'E:\\y\\..\\DB01.edb' } } },
    }),
    path: 'dag.databases.DB01.edbFile',
    problem: `is not the path of a database file`,
    remedy: `write it as E:`,
  },
  {
    when: 'the file of a database has a letter that does not show',
    rule: 'attribute-value',
    declaration: site({
      dag: { ...dag, databases: { DB01: { copies: ['EX01'], edbFile: 'E:\\D\u200bB.edb' } } },
    }),
    path: 'dag.databases.DB01.edbFile',
    problem: `is not the path of a database file`,
    remedy: `write it as E:`,
  },
  {
    when: 'logs are to lie in the database file',
    rule: 'databases',
    declaration: site({
      dag: {
        ...dag,
        databases: { DB01: { copies: ['EX01'], edbFile: 'E:\\D\\DB.edb', logFolder: 'e:\\d\\db.EDB' } },
      },
    }),
    path: 'dag.databases.DB01.logFolder',
    problem: `is the database file`,
    remedy: `the folder of the logs`,
  },
  {
    when: 'a DAG over two datacentres has no alternate witness',
    rule: 'dag-stretched',
    declaration: site({ servers: [server(1, { datacentre: 'east' }), server(2, { datacentre: 'west' })] }),
    path: 'dag',
    problem: 'there is no alternate witness',
    remedy: 'dag.alternateWitness',
  },
  {
    when: 'a service is newer than the version of a server',
    rule: 'service-version',
    declaration: site({
      servers: [server(1), server(2, { version: ExchangeVersion.V2010 })],
      namespaces: { ...right.namespaces, services: { mapi: 'mail.contoso.com' } },
    }),
    path: 'namespaces.services.mapi',
    problem:
      'EX02 (Exchange Server 2010) has no MAPI over HTTP, which exists in Exchange Server 2013 SP1 and later',
    remedy: 'take mapi out',
  },
  {
    when: 'a service is older than the version of a server',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 })],
      namespaces: {
        ...right.namespaces,
        services: { um: { internal: 'mail.contoso.com', external: null } },
      },
    }),
    path: 'namespaces.services.um',
    problem:
      'EX01 (Exchange Server 2010) has no more Unified Messaging, which exists in Exchange Server 2007 only',
    remedy: 'Exchange 2010 moved it into Exchange Web Services (ews); take um out',
  },
  {
    when: 'health sets are declared for servers that have none',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 })],
      health: { protocols: ['owa'] },
    }),
    path: 'health.protocols[0]',
    problem: `no server reports the health of 'owa': health sets exist in Exchange Server 2013 and later`,
    remedy: 'take health.protocols out',
  },
  {
    when: 'the runner is to look at nothing',
    rule: 'health-from-runner',
    declaration: site({ health: { fromRunner: {} } }),
    path: 'health.fromRunner',
    problem: 'it declares no check',
    remedy: `certificates: ['IIS']`,
  },
  {
    when: 'the runner is not to ask for the pages, and for nothing else',
    rule: 'health-from-runner',
    declaration: site({ health: { fromRunner: { healthcheck: false } } }),
    path: 'health.fromRunner',
    problem: 'it declares no check',
    remedy: 'take fromRunner out',
  },
  {
    when: 'the runner is to see the certificate of IIS on a server for which none is declared',
    rule: 'health-from-runner',
    declaration: site({
      certificate: { ...right.certificate, servers: ['EX01'] },
      health: { fromRunner: { certificates: ['IIS'] } },
    }),
    path: 'health.fromRunner.certificates[0]',
    problem: 'no certificate for IIS is declared for EX02',
    remedy: `'IIS' among its services`,
  },
  {
    when: 'the runner is to see the certificate of IMAP, whose name is declared nowhere',
    rule: 'health-from-runner',
    declaration: site({ health: { fromRunner: { certificates: ['IIS', 'IMAP'] } } }),
    path: 'health.fromRunner.certificates[1]',
    problem: 'no server has a declared name of IMAP to ask for',
    remedy: `mailProtocols: { imap: { host: 'imap.contoso.com' } }`,
  },
  {
    when: 'the runner is to see a certificate of POP that no declared one can be',
    rule: 'health-from-runner',
    declaration: site({
      mailProtocols: { pop: { host: 'pop.contoso.com' } },
      health: { fromRunner: { certificates: ['POP'] } },
    }),
    path: 'health.fromRunner.certificates[0]',
    problem: `no certificate that is declared for EX01, EX02 has 'pop.contoso.com', the name of POP there`,
    remedy: 'give one of theirs that name',
  },
  {
    when: 'the runner is to ask servers for pages that they do not have',
    rule: 'health-from-runner',
    declaration: site({
      servers: [1, 2].map((number) => server(number, { version: ExchangeVersion.V2010 })),
      health: { fromRunner: { healthcheck: true } },
    }),
    path: 'health.fromRunner.healthcheck',
    problem:
      'EX01 (Exchange Server 2010) has no healthcheck.htm, nor has any other server: it exists in Exchange Server 2013 and later',
    remedy: 'older servers are checked by their services',
  },
  {
    when: 'the runner is to look at a server that there is not',
    rule: 'health-from-runner',
    declaration: site({ health: { fromRunner: { healthcheck: true, servers: ['ex01', 'EX09'] } } }),
    path: 'health.fromRunner.servers[1]',
    problem: "there is no server 'EX09'",
    remedy: 'name one of EX01, EX02',
  },
  {
    when: 'the runner is to see what connectors select that nobody reads',
    rule: 'health-from-runner',
    declaration: { ...siteOf2007(), health: { fromRunner: { certificates: ['SMTP'] } } },
    path: 'health.fromRunner.certificates[0]',
    problem:
      'the provider cannot read which certificate the Receive connectors of EX01 (Exchange Server 2007) select',
    remedy: `take 'SMTP' out`,
  },
  {
    when: 'the runner is to ask for a page of a server whose certificate is not declared',
    rule: 'health-from-runner',
    declaration: site({
      certificate: { ...right.certificate, servers: ['EX02'] },
      health: { fromRunner: { healthcheck: true } },
    }),
    path: 'health.fromRunner.healthcheck',
    problem: 'no certificate for IIS is declared for EX01',
    remedy: `'IIS' among its services`,
  },
  {
    when: 'replication is to be checked where there is no DAG',
    rule: 'health-replication',
    declaration: { ...siteOf2007(), health: { replication: true } },
    path: 'health.replication',
    problem: 'no server is a member of a declared DAG',
    remedy: 'declare the DAG with its members (dag)',
  },
  {
    when: 'IMAP is to be tested, whose name is declared nowhere',
    rule: 'health-connectivity',
    declaration: site({ health: { connectivity: { tests: ['ActiveSync', 'IMAP'] } } }),
    path: 'health.connectivity.tests[1]',
    problem: 'no server that is tested has a declared name of IMAP',
    remedy: `mailProtocols: { imap: { host: 'imap.contoso.com' } }`,
  },
  {
    when: 'a server is to be tested that there is not',
    rule: 'health-connectivity',
    declaration: site({ health: { connectivity: { tests: ['ActiveSync'], servers: ['ex01', 'EX09'] } } }),
    path: 'health.connectivity.servers[1]',
    problem: "there is no server 'EX09'",
    remedy: 'name one of EX01, EX02',
  },
  {
    when: 'a mailbox is named that no test asks about',
    rule: 'health-connectivity',
    declaration: site({ health: { connectivity: { tests: ['ActiveSync'], mailbox: 'probe@contoso.com' } } }),
    path: 'health.connectivity.mailbox',
    problem: 'no declared test asks about a mailbox by its address',
    remedy: "test 'OutlookWebServices' or 'Autodiscover'",
  },
  {
    when: 'Autodiscover is to be asked, and nobody is named to ask as',
    rule: 'health-connectivity',
    declaration: site({
      health: { connectivity: { tests: ['Autodiscover'], mailbox: 'probe@contoso.com' } },
    }),
    path: 'health.connectivity.tests[0]',
    problem: 'the Autodiscover test signs in to a mailbox, but mailbox and account are not both declared',
    remedy: 'the password is TF_VAR_mailbox_password',
  },
  {
    when: 'Autodiscover is to be asked by somebody, and about no mailbox',
    rule: 'health-connectivity',
    declaration: site({
      health: { connectivity: { tests: ['Autodiscover'], account: 'probe@contoso.com' } },
    }),
    path: 'health.connectivity.tests[0]',
    problem: 'the Autodiscover test signs in to a mailbox, but mailbox and account are not both declared',
    remedy: "declare both: mailbox: 'probe@contoso.com', account:",
  },
  {
    when: 'Autodiscover is to be asked on a server whose certificate is not declared',
    rule: 'health-connectivity',
    declaration: site({
      certificate: { ...right.certificate, servers: ['EX01'] },
      health: {
        connectivity: {
          tests: ['Autodiscover'],
          mailbox: 'probe@contoso.com',
          account: 'CONTOSO\\probe',
        },
      },
    }),
    path: 'health.connectivity.tests[0]',
    problem: 'no certificate for IIS is declared for EX02',
    remedy: `'IIS' among its services`,
  },
  {
    when: 'servers are to be tested by a cmdlet that is documented for older ones',
    rule: 'health-connectivity-old',
    declaration: site({ health: { connectivity: { tests: ['ActiveSync', 'OutlookWebServices'] } } }),
    path: 'health.connectivity.tests[1]',
    problem: 'Microsoft documents Test-OutlookWebServices as functional in Exchange 2010 only, and EX01',
    remedy: "take 'OutlookWebServices' out for servers of 2013 and later",
  },
  {
    when: 'the only servers that tell of MAPI lack SP1, which it came with',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { build: RTM })],
      dag: { ...dag, addresses: ['0.0.0.0'] },
      health: { protocols: ['owa', 'mapi'] },
    }),
    path: 'health.protocols[1]',
    problem: 'no server has MAPI over HTTP',
    remedy: "take 'mapi' out",
  },
  {
    when: 'the sign-in of MAPI is declared where no server has it',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { build: RTM }), server(2, { version: V2010 })],
      mapiAuthentication: ['Ntlm'],
    }),
    path: 'mapiAuthentication',
    problem: 'no server has MAPI over HTTP, which exists in Exchange Server 2013 SP1 and later',
    remedy: 'take it out',
  },
  {
    when: 'Outlook Anywhere is switched where it is always on',
    rule: 'service-version',
    declaration: site({ servers: [server(1), server(2, { outlookAnywhere: 'disabled' })] }),
    path: 'servers[1].outlookAnywhere',
    problem: 'Outlook Anywhere of EX02 is always on',
    remedy: 'take outlookAnywhere of the server out',
  },
  {
    when: 'Outlook Anywhere is switched on an old server beside a new one, whose session has no cmdlet for it',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010, outlookAnywhere: 'enabled' }), server(2)],
    }),
    path: 'servers[0].outlookAnywhere',
    problem: 'the session of a site with EX02 (Exchange Server 2013) cannot switch Outlook Anywhere of EX01',
    remedy: `endpoint: 'https://EX01.contoso.local/PowerShell/'`,
  },
  {
    when: 'a name is declared for Outlook Anywhere, which is on nowhere',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 })],
      namespaces: { ...right.namespaces, services: { outlookAnywhere: 'mail.contoso.com' } },
    }),
    path: 'namespaces.services.outlookAnywhere',
    problem: 'no server has Outlook Anywhere on',
    remedy: `outlookAnywhere: 'enabled'`,
  },
  {
    when: 'a sign-in is declared for Outlook Anywhere, which is on nowhere',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010, outlookAnywhere: 'disabled' })],
      outlookAnywhere: { externalAuthentication: 'Basic' },
    }),
    path: 'outlookAnywhere',
    problem: 'no server has Outlook Anywhere on',
    remedy: `outlookAnywhere: 'enabled'`,
  },
  {
    when: 'Outlook Anywhere is enabled without a name outside',
    rule: 'attribute-value',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010, outlookAnywhere: 'enabled' })],
      namespaces: { ...right.namespaces, client: { internal: 'mail.contoso.com', external: null } },
    }),
    path: 'namespaces.client.external',
    problem: 'Outlook Anywhere without a host name',
    remedy: 'a name such as mail.contoso.com',
  },
  {
    when: 'Outlook Anywhere is to sign in as 2010 cannot',
    rule: 'attribute-value',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010, outlookAnywhere: 'enabled' })],
      outlookAnywhere: { externalAuthentication: 'Negotiate' },
    }),
    path: 'outlookAnywhere.externalAuthentication',
    problem: `'Negotiate' is not known`,
    remedy: 'Basic, Ntlm',
  },
  {
    when: 'Outlook Anywhere is switched by another word',
    rule: 'declaration-form',
    declaration: misshapen(right, { servers: [{ ...server(1), outlookAnywhere: 'on' }] }),
    path: 'servers[0].outlookAnywhere',
    problem: `is the text 'on'`,
    remedy: `'enabled', 'disabled'`,
  },
  {
    when: 'a service has no such switch of authentication',
    rule: 'declaration-form',
    declaration: misshapen(right, { authentication: { ews: { forms: true } } }),
    path: 'authentication.ews.forms',
    problem: 'there is no such property',
    remedy: 'basic, windows',
  },
  {
    when: 'a switch of authentication of a server is no switch',
    rule: 'declaration-form',
    declaration: misshapen(right, {
      servers: [{ ...server(1), authentication: { ews: { basic: 'on' } } }],
    }),
    path: 'servers[0].authentication.ews.basic',
    problem: `is the text 'on'`,
    remedy: 'true or false',
  },
  {
    when: 'a switch of authentication of a datacentre is no switch',
    rule: 'declaration-form',
    declaration: misshapen(right, { datacentres: { east: { authentication: { owa: { forms: 1 } } } } }),
    path: 'datacentres.east.authentication.owa.forms',
    problem: 'is 1',
    remedy: 'true or false',
  },
  {
    when: 'a version has no such sign-in of a service',
    rule: 'service-version',
    declaration: site({
      servers: [
        server(1, {
          version: ExchangeVersion.V2016,
          authentication: { ecp: { oauth: true }, owa: { oauth: true } },
        }),
      ],
    }),
    path: 'servers[0].authentication.ecp.oauth',
    problem: 'whose Exchange admin center has no such sign-in; it exists in Exchange Server 2019',
    remedy: 'declare it for servers that have it',
  },
  {
    when: 'a sign-in is declared for a service that the version lacks',
    rule: 'service-version',
    declaration: site({
      servers: [server(1, { authentication: { um: { basic: true } } })],
    }),
    path: 'servers[0].authentication.um',
    problem: 'EX01 (Exchange Server 2013) has no more Unified Messaging',
    remedy: 'take um out',
  },
  {
    when: 'users would sign in to the control panel in another way',
    rule: 'web-authentication',
    declaration: site({
      authentication: { owa: { forms: false, windows: true }, ecp: { forms: false, windows: true } },
      servers: [server(1), server(2, { authentication: { ecp: { windows: false } } })],
    }),
    path: 'authentication.owa.windows',
    problem: 'owa and ecp would sign in differently',
    remedy: 'ecp: { windows: true }',
  },
  {
    when: 'the way to sign in is declared for the control panel alone',
    rule: 'web-authentication',
    declaration: site({ authentication: { ecp: { basic: true } } }),
    path: 'authentication.ecp.basic',
    problem: 'ecp and owa would sign in differently',
    remedy: 'owa: { basic: true }',
  },
  {
    when: 'forms stand beside integrated Windows authentication',
    rule: 'web-authentication',
    declaration: site({
      authentication: { owa: { forms: true, windows: true }, ecp: { forms: true, windows: true } },
    }),
    path: 'authentication.owa.windows',
    problem: 'forms authentication turns windows authentication off',
    remedy: 'forms: false',
  },
  {
    when: 'a private key is to be exportable where no import takes that',
    rule: 'certificate-exportable',
    declaration: site({
      servers: [server(1), server(2, { version: ExchangeVersion.V2007 })],
      certificate: { ...certificate, privateKeyExportable: false },
    }),
    path: 'certificate.privateKeyExportable',
    problem:
      'EX02 (Exchange Server 2007) cannot set whether the private key may be exported again: Exchange Server 2010 and later can',
    remedy: 'take it out',
  },
  {
    when: 'the mailbox of a test is no address',
    rule: 'attribute-value',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 }), server(2, { version: ExchangeVersion.V2010 })],
      health: { connectivity: { tests: ['OutlookWebServices'], mailbox: 'probe' } },
    }),
    path: 'health.connectivity.mailbox',
    problem: "'probe'",
    remedy: 'probe@contoso.com',
  },
  {
    when: 'a witness folder is no local folder',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, witness: { ...dag.witness, directory: '\\\\FS01\\Witness' } } }),
    path: 'dag.witness.directory',
    problem: 'is not a local folder',
    remedy: 'C:\\',
  },
  {
    when: 'a thumbprint is too short',
    rule: 'certificate-thumbprint',
    declaration: site({ certificate: { ...certificate, thumbprint: 'ABCD' } }),
    path: 'certificate.thumbprint',
    problem: `'ABCD' is not a thumbprint`,
    remedy: '40 hexadecimal digits',
  },
  {
    when: 'one server lacks the service of its certificate',
    rule: 'certificate-service-version',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2016 }), server(2, { version: ExchangeVersion.V2019 })],
      certificate: { ...certificate, services: ['IIS', 'UM'] },
    }),
    path: 'certificate.services[1]',
    problem: 'EX02 (Exchange Server 2019) has no UM, which exists in',
    remedy: "take 'UM' out",
  },
  {
    when: 'a third server of the site has neither of two certificates from one PFX file',
    rule: 'certificate-declared-twice',
    declaration: site({
      servers: [server(1), server(2), server(3)],
      certificate: {
        first: { ...web, servers: ['EX01'] },
        second: { ...web, servers: ['EX02'] },
        third: { ...web, pfxFile: 'third.pfx', servers: ['EX03'] },
      },
    }),
    path: 'certificate.second.pfxFile',
    problem: 'is the PFX file of certificate.first, too',
    remedy: "certificate.first.servers: ['EX01', 'EX02']",
  },
  {
    when: 'a private key is to be exportable on two servers whose import does not take that',
    rule: 'certificate-exportable',
    declaration: { ...siteOf2007(), certificate: { ...certificate, privateKeyExportable: true } },
    path: 'certificate.privateKeyExportable',
    problem: 'EX01 (Exchange Server 2007) and EX02 (Exchange Server 2007) cannot set',
    remedy: 'take it out',
  },
  {
    when: 'a certificate is for a server, and the site has none',
    rule: 'certificate-servers',
    declaration: site({ servers: [], certificate: { ...certificate, servers: ['EX01'] } }),
    path: 'certificate.servers[0]',
    problem: "'EX01' is none of the servers, since there are none",
    remedy: 'correct the name',
  },
  {
    when: 'a certificate is to be imported whose only server the site does not have',
    rule: 'existing-object',
    declaration: site({ certificate: { ...certificate, servers: ['EX07'], existingOn: ['EX07'] } }),
    path: 'certificate.existingOn[0]',
    problem: "'EX07' is none of the servers, so that there is nothing to import",
    remedy: 'or leave it out',
  },
  {
    when: 'a wave names a server, and the site has none',
    rule: 'rollout-waves',
    declaration: site({ servers: [], rollout: [['EX01']] }),
    path: 'rollout[0][0]',
    problem: "'EX01' is none of the servers, since there are none",
    remedy: 'correct the name',
  },
  {
    when: 'a wave holds all servers that name no datacentre',
    rule: 'rollout-wave-whole',
    declaration: site({
      servers: [server(1), server(2), server(3), server(4, { datacentre: 'porto' })],
      dag: { ...dag, members: ['EX04'] },
      rollout: [['EX01', 'EX02', 'EX03'], ['EX04']],
    }),
    path: 'rollout[0]',
    problem: 'the wave holds all servers that name no datacentre (EX01, EX02, EX03)',
    remedy: 'another wave',
  },
  {
    when: 'servers of two versions have no client access array',
    rule: 'client-access-array',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon' }),
        server(2, { datacentre: 'lisbon', version: ExchangeVersion.V2016 }),
      ],
      dag: { ...dag, members: ['EX01'] },
      datacentres: { lisbon: { activeDirectorySites: ['Lisbon'], ...outlook('outlook.contoso.com') } },
      dns: { internal: { zones: [{ name: 'contoso.com' }] } },
    }),
    path: 'datacentres.lisbon.clientAccessArray',
    problem: 'the servers of lisbon (Exchange Server 2013, Exchange Server 2016) have no client access array',
    remedy: 'over HTTP',
  },
  {
    when: 'a client access array of two servers is declared beside two newer ones',
    rule: 'client-access-array',
    declaration: arrayed(
      {},
      {
        servers: [
          server(1, { datacentre: 'porto', version: ExchangeVersion.V2010 }),
          server(2, { datacentre: 'porto', version: ExchangeVersion.V2010 }),
          server(3, { datacentre: 'lisbon' }),
          server(4, { datacentre: 'lisbon' }),
        ],
        dag: { ...dag, members: ['EX03', 'EX04'] },
      },
    ),
    path: 'datacentres.porto.clientAccessArray',
    problem: 'with EX03 (Exchange Server 2013), EX04 (Exchange Server 2013) has no cmdlets',
    remedy: 'in the management shell of EX01 or EX02,',
  },
  {
    when: 'two datacentres of one site of Active Directory have an array each',
    rule: 'client-access-array',
    declaration: arrayed({ activeDirectorySites: ['Porto'], ...outlook('outlook.contoso.com') }),
    path: 'datacentres.lisbon.clientAccessArray',
    problem: 'the site Porto has the array of datacentres.porto.clientAccessArray already',
    remedy: 'declare it in one datacentre',
  },
  {
    when: 'a copy is on a server that is none of the two members',
    rule: 'databases',
    declaration: site({
      servers: [server(1), server(2), server(3)],
      dag: { ...dag, members: ['EX01', 'EX02'], databases: { DB01: { copies: ['EX03'] } } },
    }),
    path: 'dag.databases.DB01.copies[0]',
    problem: "'EX03' is no member of DAG01, whose members are EX01, EX02",
    remedy: 'name a member',
  },
  {
    when: 'a database of 2010 is declared beside two newer servers',
    rule: 'databases',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2010 }), server(2), server(3)],
      dag: { ...dag, members: ['EX01'], databases: { DB01: { copies: ['EX01'] } } },
    }),
    path: 'dag.databases.DB01',
    problem: 'beside EX02 (Exchange Server 2013), EX03 (Exchange Server 2013) the session does not show DB01',
    remedy: 'a site of their own',
  },
  {
    when: 'a record set to import is none of the names and further records of its view',
    rule: 'existing-record',
    declaration: site({
      dns: {
        internal: {
          zones: [{ name: 'contoso.com', server: '192.0.2.53' }],
          records: { txt: { 'inside.contoso.com': ['x'] } },
        },
        external: {
          zones: [{ name: 'contoso.com' }],
          publish: { virtualIp: '203.0.113.1' },
          existingRecords: ['inside.contoso.com', 'outside.contoso.com'],
          records: { txt: { 'Outside.contoso.com': ['x'] } },
        },
      },
    }),
    path: 'dns.external.existingRecords[0]',
    problem: "'inside.contoso.com' is not a published name of the site",
    remedy: 'name one of mail.contoso.com, autodiscover.contoso.com, Outside.contoso.com, or leave it out',
  },
  {
    when: 'a record set is to be imported, and the view holds none',
    rule: 'existing-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        notPublished: {
          'mail.contoso.com': 'the provider has it',
          'autodiscover.contoso.com': 'the provider has it',
        },
        existingRecords: ['www.contoso.com'],
      },
    }),
    path: 'dns.existingRecords[0]',
    problem: "'www.contoso.com' is not a published name of the site",
    remedy: 'leave it out',
  },
  ...['a.*.contoso.com', '-a.contoso.com', `${'a'.repeat(64)}.contoso.com`, nameOf(254)].map(
    (name): Case => ({
      when: `the name of a text is ${name}`,
      rule: 'further-record',
      declaration: recorded({ txt: { [name]: ['x'] } }),
      path: `dns.records.txt["${name}"]`,
      problem: `'${name}' is not a name that DNS takes`,
      remedy: 'at most 63 in each and 253 with the dots, such as www.contoso.com',
    }),
  ),
  {
    when: 'a preference is too large',
    rule: 'further-record',
    declaration: recorded({ mx: { 'contoso.com': [{ preference: 65_536, exchange: 'mail.contoso.com' }] } }),
    path: 'dns.records.mx["contoso.com"][0].preference',
    problem: '65536 is no preference',
    remedy: 'write a whole number from 0 to 65535',
  },
  {
    when: 'the mail of a part of another domain lies in none of two zones',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }, { name: 'contoso.net' }],
        records: { mx: { 'sales.fabrikam.com': [{ preference: 10, exchange: 'mail.contoso.com' }] } },
      },
    }),
    path: 'dns.records.mx["sales.fabrikam.com"]',
    problem: "'sales.fabrikam.com' lies in none of the zones (contoso.com, contoso.net)",
    remedy: "{ name: 'fabrikam.com' }",
  },
  ...(['cname', 'txt'] as const).flatMap((type) =>
    ['fabrikam.com', 'fabrikam'].map((name): Case => ({
      when: `${name} has a ${type.toUpperCase()} record, and there is no zone`,
      rule: 'further-record',
      declaration: site({
        dns: {
          zones: [],
          records: { [type]: { [name]: { cname: 'mail.contoso.com', txt: ['x'] }[type] } },
        },
      }),
      path: name === 'fabrikam' ? `dns.records.${type}.fabrikam` : `dns.records.${type}["${name}"]`,
      problem: `'${name}' lies in none of the zones (there are none)`,
      remedy:
        type === 'txt'
          ? `add its zone to dns.zones, for example { name: '${name}' }, or correct the name`
          : `such as ${name === 'fabrikam' ? 'fabrikam.contoso.com' : 'www.fabrikam.com'}, and add its zone to dns.zones: an alias cannot have the name of a zone`,
    })),
  ),
  {
    when: 'a name below fabrikam.com is an alias, and there is no zone',
    rule: 'further-record',
    declaration: site({
      dns: { zones: [], records: { cname: { 'www.fabrikam.com': 'mail.contoso.com' } } },
    }),
    path: 'dns.records.cname["www.fabrikam.com"]',
    problem: "'www.fabrikam.com' lies in none of the zones (there are none)",
    remedy: "add its zone to dns.zones, for example { name: 'fabrikam.com' }, or correct the name",
  },
  {
    when: 'the second of two zones itself is an alias',
    rule: 'further-record',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }, { name: 'contoso.net' }],
        records: { cname: { 'contoso.net': 'mail.contoso.com' } },
      },
    }),
    path: 'dns.records.cname["contoso.net"]',
    problem: "'contoso.net' is a zone itself",
    remedy: 'make a name within it the alias',
  },
  {
    when: 'there is no zone',
    rule: 'namespace-zone',
    declaration: site({
      dns: { zones: [], notPublished: { 'autodiscover.contoso.com': 'the provider has it' } },
    }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' lies in none of the declared zones (there are none)",
    remedy: "for example { name: 'contoso.com' }",
  },
  {
    when: 'the only server of several that is newer is to be tested by a cmdlet for older ones',
    rule: 'health-connectivity-old',
    declaration: site({
      servers: [server(1, { version: V2010 }), server(2)],
      dag: { ...dag, members: ['EX02'] },
      health: { connectivity: { tests: ['OutlookWebServices'] } },
    }),
    path: 'health.connectivity.tests[0]',
    problem: 'and EX02 (Exchange Server 2013) would be tested with it',
    remedy: 'the gate waits for its health sets',
  },
  {
    when: 'POP is to be tested on a server that has no name of it',
    rule: 'health-connectivity',
    declaration: site({
      servers: [server(1), server(2, { mailProtocols: { pop: { host: 'mail.contoso.com' } } })],
      health: { connectivity: { tests: ['POP'], servers: ['EX01'] } },
    }),
    path: 'health.connectivity.tests[0]',
    problem: 'no server that is tested has a declared name of POP',
    remedy: "mailProtocols: { pop: { host: 'pop.contoso.com' } }; or take 'POP' out",
  },
  {
    when: 'the only server to be tested is one that there is not',
    rule: 'health-connectivity',
    declaration: site({
      health: {
        connectivity: {
          tests: ['IMAP', 'Autodiscover'],
          servers: ['EX09'],
          mailbox: 'probe@contoso.com',
          account: 'CONTOSO\\probe',
        },
      },
    }),
    path: 'health.connectivity.servers[0]',
    problem: "there is no server 'EX09'",
    remedy: 'name one of EX01, EX02',
  },
  {
    when: 'the only server that the runner is to look at is one that there is not',
    rule: 'health-from-runner',
    declaration: site({
      health: {
        fromRunner: { certificates: ['IIS', 'SMTP', 'POP'], healthcheck: true, servers: ['EX09'] },
      },
    }),
    path: 'health.fromRunner.servers[0]',
    problem: "there is no server 'EX09'",
    remedy: 'name one of EX01, EX02',
  },
  {
    when: 'the runner is to see the certificate of IIS on two servers for which none is declared',
    rule: 'health-from-runner',
    declaration: site({
      servers: [server(1), server(2), server(3)],
      certificate: { ...certificate, servers: ['EX01'] },
      health: { fromRunner: { certificates: ['IIS'] } },
    }),
    path: 'health.fromRunner.certificates[0]',
    problem: 'no certificate for IIS is declared for EX02, EX03',
    remedy: 'for EX02, EX03, or take this out',
  },
  {
    when: 'the runner is to see the certificate of IMAP, and only a name of POP is declared',
    rule: 'health-from-runner',
    declaration: site({
      mailProtocols: { pop: { host: 'mail.contoso.com' } },
      health: { fromRunner: { certificates: ['IMAP'] } },
    }),
    path: 'health.fromRunner.certificates[0]',
    problem: 'no server has a declared name of IMAP to ask for',
    remedy: "or take 'IMAP' out",
  },
  {
    when: 'it is said of a datacentre with servers of two versions, none of 2007',
    rule: 'legacy-clients',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon', version: V2010 }),
        server(2, { datacentre: 'lisbon' }),
        server(3, { datacentre: 'lisbon' }),
      ],
      datacentres: { lisbon: { legacyClients: { activesync: 'proxy' } } },
    }),
    path: 'datacentres.lisbon.legacyClients',
    problem: 'lisbon has Exchange Server 2010 and Exchange Server 2013',
    remedy: 'take it out',
  },
  {
    when: 'it is said of a datacentre without a server',
    rule: 'legacy-clients',
    declaration: two({ madrid: { legacyClients: { activesync: 'proxy' } } }),
    path: 'datacentres.madrid.legacyClients',
    problem: 'it applies to no server of Exchange Server 2007: madrid has no server',
    remedy: 'take it out',
  },
  {
    when: 'servers of two newer versions leave no choice',
    rule: 'legacy-clients',
    declaration: coexisting({ legacyClients: { activesync: 'redirect' } }, ExchangeVersion.V2013, {
      servers: [
        old(1, { namespaces: { client: 'legacy.contoso.com' }, legacyClients: { activesync: 'redirect' } }),
        server(2),
        server(3, { version: ExchangeVersion.V2016 }),
      ],
    }),
    path: 'servers[0].legacyClients',
    problem: 'Exchange Server 2013 and Exchange Server 2016 proxy ActiveSync',
    remedy: 'take it out',
  },
  ...(['owa', 'ews'] as const).flatMap((shared) =>
    [V2010, ExchangeVersion.V2013].map((newer): Case => ({
      when: `a server of 2007 gives only the name of ${newer.label} for ${shared} outside`,
      rule: 'legacy-name',
      declaration: coexisting(
        { namespaces: { services: { [shared]: 'mail.contoso.com' }, client: 'legacy.contoso.com' } },
        newer,
      ),
      path: `servers[0].namespaces.services.${shared}`,
      problem: `'mail.contoso.com' is the external name of servers of ${newer.toString()} and of EX01`,
      remedy: 'give EX01 a name of its own',
    })),
  ),
  ...[
    { text: '//mail.contoso.com/owa', host: 'mail.contoso.com' },
    { text: 'mail.contoso.com/owa', host: 'mail.contoso.com' },
    { text: 'https:mail.contoso.com', host: undefined },
    { text: 'https://mail/owa', host: undefined },
    { text: 'https://ma il.contoso.com/', host: undefined },
  ].map(({ text, host }): Case => ({
    when: `a namespace is typed as ${text}`,
    rule: 'namespace-host',
    declaration: site({ namespaces: { ...right.namespaces, client: text } }),
    path: 'namespaces.client',
    problem: `'${text}' is not only a host name: it has a scheme, a port, a path or a space`,
    remedy:
      host === undefined
        ? 'write a host name such as mail.contoso.com'
        : `write only the host name: '${host}'`,
  })),
  {
    when: 'a namespace is empty',
    rule: 'namespace-host',
    declaration: site({ namespaces: { ...right.namespaces, client: '' } }),
    path: 'namespaces.client',
    problem: 'the host name is empty',
    remedy: 'write it as mail.contoso.com',
  },
  {
    when: 'a folder with a space holds two spaces that are none',
    rule: 'plain-characters',
    declaration: site({
      dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\DAG Wit\u00a0ness\u200b' } },
    }),
    path: 'dag.witness.directory',
    problem: "'C:\\DAG Wit?ness?' holds a no-break space (U+00A0) and a zero-width space (U+200B)",
    remedy: 'type it again by hand',
  },
  {
    when: 'a host name has two letters of another script',
    rule: 'plain-characters',
    declaration: site({ namespaces: { ...right.namespaces, client: 'm\u00fcl\u00e4.contoso.com' } }),
    path: 'namespaces.client',
    problem: "'\u00fc' (U+00FC) and '\u00e4' (U+00E4)",
    remedy: "write the name as 'xn--ml-wia8g.contoso.com'",
  },
  {
    when: 'a host name has a letter of another script and an underscore',
    rule: 'plain-characters',
    declaration: site({ namespaces: { ...right.namespaces, client: 'm\u00fc_ll.contoso.com' } }),
    path: 'namespaces.client',
    problem: "'m\u00fc_ll.contoso.com' holds '\u00fc' (U+00FC)",
    remedy: 'type it again by hand',
  },
  {
    when: 'a name without a domain has a letter of another script',
    rule: 'plain-characters',
    declaration: site({ dag: { ...dag, name: 'D\u00c4G01' } }),
    path: 'dag.name',
    problem: "'D\u00c4G01' holds '\u00c4' (U+00C4)",
    remedy: 'type it again by hand',
  },
  {
    when: 'every server of a datacentre says itself what its names stand for outside',
    rule: 'publishing-unused',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon', publish: { external: { virtualIp: '203.0.113.1' } } }),
        server(2),
      ],
      datacentres: { lisbon: { publish: { external: { virtualIp: '203.0.113.2' } } } },
      dns: {
        internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] },
        external: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '203.0.113.3' } },
      },
    }),
    path: 'datacentres.lisbon.publish.external',
    problem: 'every server in its scope has a more specific publish',
    remedy: 'take it out',
  },
  {
    when: 'a name has an address at a load balancer, and stands for other machines',
    rule: 'publishing-unused',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        publish: { virtualIp: '198.51.100.1', virtualIps: { 'mail.contoso.com': '198.51.100.2' } },
        elsewhere: { 'mail.contoso.com': '203.0.113.7' },
      },
    }),
    path: 'dns.publish.virtualIps["mail.contoso.com"]',
    problem: "no server that this publish applies to gives 'mail.contoso.com' to clients",
    remedy: 'take it out',
  },
  {
    when: 'a name has an address at a load balancer whose servers do not give it, and two other ones do',
    rule: 'publishing-unused',
    declaration: site({
      servers: [
        server(1, { datacentre: 'lisbon' }),
        server(2, { datacentre: 'porto', namespaces: { client: 'opo.contoso.com' } }),
        server(3, { datacentre: 'faro', namespaces: { client: 'opo.contoso.com' } }),
      ],
      certificate: names('opo.contoso.com'),
      datacentres: {
        lisbon: {
          publish: { virtualIp: '198.51.100.1', virtualIps: { 'opo.contoso.com': '198.51.100.2' } },
        },
        porto: { publish: { virtualIp: '198.51.100.3' } },
        faro: { publish: { virtualIp: '198.51.100.4' } },
      },
    }),
    path: 'datacentres.lisbon.publish.virtualIps["opo.contoso.com"]',
    problem: "no server that this publish applies to gives 'opo.contoso.com' to clients",
    remedy: 'for this name: datacentres.porto.publish, datacentres.faro.publish',
  },
  {
    when: 'a view leaves out a name in two spellings',
    rule: 'publishing-unused',
    declaration: site({
      dns: {
        zones: [{ name: 'contoso.com' }],
        notPublished: {
          'mail.contoso.com': 'the provider has it',
          'autodiscover.contoso.com': 'the provider has it',
          'Mail.contoso.com': 'the provider has it',
        },
      },
    }),
    path: 'dns.notPublished["Mail.contoso.com"]',
    problem: "'mail.contoso.com' is left out of this view, by dns.notPublished, so that the view does not",
    remedy: 'take it out',
  },
  {
    when: 'a build is of no version',
    rule: 'server-build',
    declaration: site({ servers: [server(1), server(2, { build: '15.3.1.1' })] }),
    path: 'servers[1].build',
    problem: "'15.3.1.1' is a build of no known version, not of Exchange Server 2013",
    remedy: 'correct the build or the version: Get-ExchangeServer shows both',
  },
  {
    when: 'a DAG is said to have no administrative access point, beside an address, and a member no SP1',
    rule: 'server-build',
    declaration: site({
      servers: [server(1), server(2, { build: RTM })],
      dag: { ...dag, addresses: ['192.0.2.50', '255.255.255.255'] },
    }),
    path: 'servers[1].build',
    problem: 'it cannot be a member of DAG01, a DAG without an administrative access point',
    remedy: "'0.0.0.0' for DHCP",
  },
  {
    when: 'an address of a server is none, in a datacentre with two subnets',
    rule: 'subnet-server',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon', address: ['10.1.0', '10.3.0.11'] }), server(2)],
      datacentres: { lisbon: { subnets: ['10.1.0.0/24', '10.2.0.0/24'] } },
    }),
    path: 'servers[0].address[1]',
    problem: "'10.3.0.11' of EX01 lies in no subnet of lisbon (10.1.0.0/24, 10.2.0.0/24)",
    remedy: 'add its subnet',
  },
  {
    when: 'a subnet stands twice in a datacentre, written alike, beside one that is none',
    rule: 'subnet-overlap',
    declaration: apart({ lisbon: ['10.1.0.0/33', '10.1.0.0/24', '10.1.0.0/24'] }),
    path: 'datacentres.lisbon.subnets[2]',
    problem:
      "'10.1.0.0/24' has addresses of '10.1.0.0/24', which is declared at datacentres.lisbon.subnets[1]",
    remedy: 'correct one of them',
  },
  {
    when: 'a version has neither DAGs nor what their members need',
    rule: 'version-cmdlets',
    declaration: site({
      servers: [old(1, { endpoint: 'environment' })],
      dag: { ...dag, members: ['EX01'] },
      health: { replication: true },
    }),
    path: 'servers[0].version',
    problem:
      'no cmdlet Add-DatabaseAvailabilityGroupServer, which EX01-dag-member (dag-member) needs; no cmdlet Test-ReplicationHealth, which EX01-replication (health) needs',
    remedy: 'correct the version of EX01',
  },
  {
    when: 'a copy is on a server, and the DAG has no member',
    rule: 'databases',
    declaration: site({
      dag: { ...dag, members: ['EX07'], databases: { DB01: { copies: ['EX01'] } } },
    }),
    path: 'dag.databases.DB01.copies[0]',
    problem: "'EX01' is no member of DAG01, which has none",
    remedy: 'make the server one',
  },
  {
    when: 'a switch of sign-in that both have is declared for one of them',
    rule: 'web-authentication',
    declaration: site({
      servers: [server(1, { version: ExchangeVersion.V2019, authentication: { owa: { oauth: true } } })],
    }),
    path: 'servers[0].authentication.owa.oauth',
    problem: 'owa and ecp would sign in differently',
    remedy: 'declare the same for both: ecp: { oauth: true }',
  },
  {
    when: 'forms stand beside Basic authentication that is off',
    rule: 'web-authentication',
    declaration: site({
      authentication: { owa: { forms: true, basic: false }, ecp: { forms: true, basic: false } },
    }),
    path: 'authentication.owa.basic',
    problem: 'forms authentication turns basic authentication on',
    remedy: "take 'basic' out, or declare forms: false",
  },
  ...['-contoso.com', 'contoso..com', ''].map((name): Case => ({
    when: `a zone is called '${name}'`,
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com' }, { name }] } }),
    path: 'dns.zones[1].name',
    problem: `'${name}' is not the name of a zone`,
    remedy: 'write it as contoso.com',
  })),
  ...[0, -1, 53.5, 65_536].map((port): Case => ({
    when: `an update server takes updates on port ${port}`,
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', port }] } }),
    path: 'dns.zones[0].port',
    problem: `${port} is not a port`,
    remedy: 'give a number from 1 to 65535',
  })),
  ...[0, -1, 0.5].map((timeoutSeconds): Case => ({
    when: `an update is waited for ${timeoutSeconds} seconds`,
    rule: 'zone',
    declaration: site({ dns: { zones: [{ name: 'contoso.com', timeoutSeconds }] } }),
    path: 'dns.zones[0].timeoutSeconds',
    problem: `${timeoutSeconds} is not a number of seconds`,
    remedy: 'give a whole number of seconds',
  })),
  ...[
    { views: 'by one key', keys: ['inside', 'Inside'] },
    { views: 'by one key, once with a dot at its end', keys: ['inside', 'inside.'] },
    { views: 'with a key inside only', keys: ['inside', undefined] },
    { views: 'with a key outside only', keys: [undefined, 'outside'] },
  ].map(({ views, keys: [internal, external] }): Case => ({
    when: `two views write into one zone ${views}`,
    rule: 'zone',
    declaration: site({
      dns: { internal: { zones: [keyed(internal)] }, external: { zones: [keyed(external)] } },
    }),
    path: 'dns.external.zones[0]',
    problem: "the zone 'contoso.com' is that of dns.internal.zones[0]: both views would write into it",
    remedy: 'declare for each view a DNS server of its own',
  })),
  ...[0, -1, 2 ** 31].map((ttlSeconds): Case => ({
    when: `a TTL is ${ttlSeconds}`,
    rule: 'record-ttl',
    declaration: site({ dns: { ...right.dns, ttlSeconds } }),
    path: 'dns.ttlSeconds',
    problem: `${ttlSeconds} is not a TTL`,
    remedy: '300',
  })),
  {
    when: 'a further name for both sides is given to clients inside',
    rule: 'also-published',
    declaration: site({
      namespaces: {
        ...right.namespaces,
        client: { internal: 'mail.contoso.com', external: null },
        alsoPublished: ['mail.contoso.com'],
      },
    }),
    path: 'namespaces.alsoPublished[0]',
    problem: "'mail.contoso.com' is published already, as namespaces.client.internal",
    remedy: 'leave it out here',
  },
  {
    when: 'a datacentre of two servers scopes its service connection points to sites that it does not name',
    rule: 'autodiscover-scope',
    declaration: site({
      servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'lisbon' })],
      datacentres: { lisbon: { autodiscoverSiteScope: 'own' } },
    }),
    path: 'datacentres.lisbon.autodiscoverSiteScope',
    problem: 'no Active Directory sites are declared for the datacentre of EX01',
    remedy: "datacentres.lisbon.activeDirectorySites: ['…']",
  },
  {
    when: 'no certificate of two servers is that of IIS, and none of a third one',
    rule: 'certificate-iis',
    declaration: site({
      servers: [server(1), server(2), server(3)],
      certificate: {
        mail: { ...mail, servers: ['EX01', 'EX02'] },
        post: { ...mail, pfxFile: 'post.pfx', servers: ['EX03'] },
      },
    }),
    path: 'certificate.mail.services',
    problem: 'IIS is not among the services of the certificates of EX01, EX02,',
    remedy: "add 'IIS'",
  },
  {
    when: 'one of the servers of a mail protocol has a certificate for it that has another name',
    rule: 'certificate-mail-name',
    declaration: site({
      mailProtocols: { imap: { host: 'mail.contoso.com' } },
      certificate: {
        web: certificate,
        post: { ...mail, services: ['IMAP'], servers: ['EX02'] },
      },
    }),
    path: 'certificate.post.services[0]',
    problem: "is for IMAP, but does not hold the name 'mail.contoso.com'",
    remedy: 'take the certificate out of the declaration',
  },
  {
    when: 'one of the servers of a mail protocol has a certificate with its name, which is not given to it',
    rule: 'certificate-mail-protocol',
    declaration: site({
      mailProtocols: { pop: { host: 'pop.contoso.com' } },
      certificate: {
        web: { ...certificate, names: ['*.contoso.com'] },
        post: { ...mail, names: ['pop.contoso.com'], servers: ['EX02'] },
      },
    }),
    path: 'certificate.post.services',
    problem: 'POP is not among the services',
    remedy: "add 'POP'",
  },
  {
    when: 'two servers have certificates with its name, of which only one is given to a mail protocol',
    rule: 'certificate-mail-protocol',
    declaration: site({
      mailProtocols: { pop: { host: 'pop.contoso.com' } },
      certificate: {
        web: { ...certificate, names: [...certificate.names, 'pop.contoso.com'], servers: ['EX01'] },
        post: { ...mail, names: ['pop.contoso.com'], services: ['POP'], servers: ['EX02'] },
      },
    }),
    path: 'certificate.web.services',
    problem: 'POP is not among the services',
    remedy: "add 'POP'",
  },
  {
    when: 'a certificate with another service is given to a mail protocol, without its name',
    rule: 'certificate-mail-name',
    declaration: site({
      mailProtocols: { pop: { host: 'pop.contoso.com' } },
      certificate: {
        web: { ...certificate, services: ['IIS', 'SMTP', 'POP'] },
        post: { ...mail, names: ['pop.contoso.com'], services: ['SMTP'], servers: ['EX02'] },
      },
    }),
    path: 'certificate.web.services[2]',
    problem: "is for POP, but does not hold the name 'pop.contoso.com'",
    remedy: 'or take POP out of its services',
  },
  {
    when: 'two certificates of two servers have one service',
    rule: 'certificate-service-twice',
    declaration: several({ web: { ...web, services: ['IIS', 'SMTP'] }, mail }),
    path: 'certificate.mail.services[0]',
    problem: 'SMTP of EX01, EX02 has two certificates',
    remedy: 'leave it with one of the two',
  },
  {
    when: 'a name on the certificate lies in none of two zones',
    rule: 'certificate-zone',
    declaration: site({
      certificate: names('pop.fabrikam.com'),
      dns: { zones: [{ name: 'contoso.com' }, { name: 'contoso.net' }] },
    }),
    path: 'certificate.names[2]',
    problem: "'pop.fabrikam.com' lies in none of the declared zones (contoso.com, contoso.net)",
    remedy: 'add its zone to dns.zones',
  },
  {
    when: 'the cluster has an address that two servers have',
    rule: 'dag-addresses',
    declaration: site({
      servers: [server(1), server(2, { address: '192.0.2.1' })],
      dag: { ...dag, addresses: ['192.0.2.1'] },
    }),
    path: 'dag.addresses[0]',
    problem: "the address '192.0.2.1' is also declared at servers[0].address",
    remedy: 'a free address',
  },
  {
    when: 'none of two DAGs names its members',
    rule: 'dag-members',
    declaration: site({ dag: [dag, unsaid] }),
    path: 'dag[1]',
    problem: 'does not say which servers are its members',
    remedy: 'name them',
  },
  {
    when: 'no server is in any datacentre',
    rule: 'datacentre',
    declaration: site({ datacentres: { madrid: {} } }),
    path: 'datacentres.madrid',
    problem: "no server is in 'madrid'",
    remedy: "datacentre: 'madrid'",
  },
  {
    when: 'two servers of 2007 are to be drained, each by its own word',
    rule: 'maintenance',
    declaration: {
      ...siteOf2007(),
      servers: siteOf2007().servers.map((each) => ({ ...each, maintenance: true })),
    },
    path: 'servers[1].maintenance',
    problem: 'EX02 (Exchange Server 2007) cannot be drained',
    remedy: 'or declare maintenance: false for EX02',
  },
  {
    when: 'POP or IMAP would stop with two servers, each drained by its own word',
    rule: 'maintenance-mail-protocols',
    declaration: site({
      ...balanced,
      servers: [server(1, { maintenance: true }), server(2, { maintenance: true })],
      certificate: { ...certificate, services: ['IIS', 'IMAP'] },
    }),
    path: 'servers[1].maintenance',
    problem: 'the services of POP and IMAP of EX02 stop',
    remedy: '(Start-Service MSExchangeIMAP4, MSExchangeIMAP4BE), or declare maintenance: false for EX02',
  },
  {
    when: 'DNS goes on sending clients to the one of two servers that is drained',
    rule: 'maintenance-round-robin',
    declaration: site({ servers: [server(1), server(2, { maintenance: true })] }),
    path: 'servers[1].maintenance',
    problem: 'clients of EX02 are sent by round robin',
    remedy: 'put a load balancer',
  },
  {
    when: 'the clients of a server are given the name of another one',
    rule: 'namespace-is-server',
    declaration: site({
      servers: [server(1, { namespaces: { services: { ews: 'EX02.contoso.local' } } }), server(2)],
      certificate: names('ex02.contoso.local'),
    }),
    path: 'servers[0].namespaces.services.ews',
    problem: "'EX02.contoso.local' is the FQDN of one server, servers[1]",
    remedy: 'a name that the servers share',
  },
  {
    when: 'a name of a new server leads to two old ones, too',
    rule: 'namespace-old',
    declaration: site({
      servers: [server(1, { version: V2010 }), server(2, { version: V2010 }), server(3)],
      dag: { ...dag, members: ['EX03'] },
    }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' resolves to EX01, EX02, too",
    remedy: "elsewhere: { 'mail.contoso.com'",
  },
  {
    when: 'a name of a new server leads to an old one that has other names for what newer ones redirect',
    rule: 'namespace-old',
    declaration: site({
      servers: [
        old(1),
        old(2, { namespaces: { services: { owa: 'legacy.contoso.com', ews: 'legacy.contoso.com' } } }),
        server(3),
      ],
      dag: { ...dag, members: ['EX03'] },
      certificate: names('legacy.contoso.com'),
    }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com' resolves to EX02, too",
    remedy: "elsewhere: { 'mail.contoso.com'",
  },
  ...[' ', ' , '].map((text): Case => ({
    when: `a name is nothing but '${text}'`,
    rule: 'one-name-each',
    declaration: site({ namespaces: { ...right.namespaces, client: text } }),
    path: 'namespaces.client',
    problem: `'${text}' holds no name`,
    remedy: 'write one name',
  })),
  {
    when: 'a name and a URL are glued into one text',
    rule: 'one-name-each',
    declaration: site({ certificate: names('pop.contoso.com; https://imap.contoso.com') }),
    path: 'certificate.names[2]',
    problem: 'holds 2 names',
    remedy: "'pop.contoso.com', 'https://imap.contoso.com'",
  },
  {
    when: 'TLS is to end before servers with Extended Protection, as each datacentre says',
    rule: 'ssl-offload',
    declaration: site({
      ...balanced,
      servers: [
        server(1, { datacentre: 'lisbon', version: ExchangeVersion.SE }),
        server(2, { datacentre: 'porto', version: ExchangeVersion.SE }),
      ],
      datacentres: { lisbon: { sslOffload: true }, porto: { sslOffload: true } },
    }),
    path: 'datacentres.porto.sslOffload',
    problem: 'TLS would end before EX02 (Exchange Server SE) with Extended Protection',
    remedy: 'declare sslOffload: false for EX02',
  },
  {
    when: 'a host name ends in two dots',
    rule: 'trailing-dot',
    declaration: site({ namespaces: { ...right.namespaces, client: 'mail.contoso.com..' } }),
    path: 'namespaces.client',
    problem: "'mail.contoso.com..' ends in a dot",
    remedy: "write it as 'mail.contoso.com'",
  },
  {
    when: 'the name of a database has a tab',
    rule: 'attribute-value',
    declaration: site({ dag: { ...dag, databases: { 'DB\t01': { copies: ['EX01'] } } } }),
    path: 'dag.databases["DB\\t01"]',
    problem: 'is not a name for a mailbox database',
    remedy: 'letters, digits',
  },
  ...PUBLISHING_CASES,
];

const filesWith = (file?: DeclaredFile) =>
  new Map(file === undefined ? [] : [['certificates/mail.crt', file] as const]);
const found = (declaration: ExchangeSiteProps, file?: DeclaredFile) =>
  resolveSite(declaration, filesWith(file)).diagnostics;

describe('the rules of a declaration', () => {
  test('a right declaration has nothing wrong', () => {
    expect(found(site())).toEqual([]);
  });

  beforeAll(() =>
    goldenDiagnostics.update(() =>
      CASES.map((each) => [titleOf(each), whole(found(each.declaration, each.file))]),
    ),
  );

  test.each(CASES)('$rule: found when $when', (each) => {
    const { rule, declaration, file, path, problem, remedy } = each;
    const all = found(declaration, file);
    const hits = all.filter((diagnostic) => diagnostic.rule === rule && formatPath(diagnostic.path) === path);
    expect(hits).toHaveLength(1);
    expect(hits[0]!.summary).toContain(problem);
    expect(hits[0]!.detail).toContain(remedy);
    expect(whole(all)).toBe(goldenDiagnostics.text(titleOf(each)));
  });

  test('of a name that a view leaves out in two spellings only the second is reported: the first has its effect', () => {
    const { diagnostics } = resolveSite(
      site({
        dns: {
          zones: [{ name: 'contoso.com' }],
          notPublished: { 'mail.contoso.com': 'the provider has it', 'Mail.contoso.com': 'again' },
        },
      }),
    );
    expect(diagnostics.map(({ path }) => formatPath(path))).toEqual(['dns.notPublished["Mail.contoso.com"]']);
  });

  test('the golden diagnostics are those of the cases, each with a title of its own', () => {
    expect(goldenDiagnostics.titles).toEqual(CASES.map(titleOf));
  });

  test('every rule has a case, and every file of the folder is a rule in the list', () => {
    expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual(RULES.map(({ id }) => id).sort());
    const files = readdirSync(join(__dirname, '../../exchange/rules'))
      .map((file) => file.replace('.ts', ''))
      .filter((file) => !['index', 'rule', 'rule-ids'].includes(file));
    expect(files.sort()).toEqual(RULES.map(({ id }) => id).sort());
  });

  test('the order is frozen: people read the first one first', () => {
    expect(RULES.map(({ id }) => id)).toEqual([
      'declaration-form',
      'certificate-name',
      'plain-characters',
      'certificate-thumbprint',
      'one-name-each',
      'trailing-dot',
      'server-missing',
      'server-name',
      'server-fqdn',
      'address-syntax',
      'subnet-syntax',
      'namespace-host',
      'certificate-names',
      'dag-name',
      'server-twice',
      'rollout-waves',
      'rollout-wave-whole',
      'datacentre',
      'subnet-overlap',
      'subnet-server',
      'server-datacentre',
      'namespace-is-server',
      'also-published',
      'failback',
      'namespace-unused',
      'namespace-old',
      'legacy-clients',
      'legacy-name',
      'namespace-zone',
      'named-in-dns',
      'publishing-unused',
      'zone',
      'zone-kerberos',
      'record-ttl',
      'further-record',
      'existing-record',
      'existing-object',
      'virtual-address',
      'external-address',
      'load-balancer-layer',
      'nlb',
      'nlb-service-pack',
      'nlb-mail-certificate',
      'reverse-proxy',
      'reverse-proxy-mail',
      'reverse-proxy-certificate',
      'reverse-proxy-sign-in',
      'reverse-proxy-wpad',
      'certificate-servers',
      'certificate-missing',
      'certificate-declared-twice',
      'certificate-service-twice',
      'certificate-service-version',
      'certificate-existing',
      'certificate-exportable',
      'certificate-coverage',
      'certificate-file',
      'certificate-file-thumbprint',
      'certificate-server-name',
      'certificate-internal-name',
      'certificate-zone',
      'certificate-iis',
      'certificate-wildcard',
      'certificate-mail-name',
      'certificate-mail-protocol',
      'certificate-mail-exchanger',
      'autodiscover-scope',
      'outlook-provider',
      'client-access-array',
      'dag-distinct',
      'dag-members',
      'dag-upgrade',
      'dag-addresses',
      'dag-subnets',
      'dag-witness',
      'dag-stretched',
      'databases',
      'endpoint',
      'server-endpoint',
      'server-endpoint-missing',
      'service-version',
      'health-from-runner',
      'health-replication',
      'health-connectivity',
      'health-connectivity-old',
      'web-authentication',
      'ssl-offload',
      'maintenance',
      'maintenance-round-robin',
      'maintenance-mail-protocols',
      'server-build',
      'version-cmdlets',
      'attribute-value',
    ]);
  });

  test.each([null, 3, [], 'site', { servers: null }, { servers: [null] }, { dns: { zones: 'contoso.com' } }])(
    '%j is no declaration, and nothing is made of it',
    (value) => {
      const state = resolveSite(value as unknown as ExchangeSiteProps);
      expect(new Set(state.diagnostics.map(({ rule }) => rule))).toEqual(new Set(['declaration-form']));
      expect(state.elements).toEqual([]);
    },
  );

  describe('an endpoint of a server', () => {
    const about = (declaration: ExchangeSiteProps) =>
      found(declaration).filter(
        ({ rule, path }) => rule.includes('endpoint') || /endpoint|outlookAnywhere/.test(formatPath(path)),
      );

    test.each(['https://ex02:5986/wsman', 'http://ex02:5985/wsman', 'ssh://admin@ex02', 'environment'])(
      'of 2007 may be %s',
      (endpoint) => {
        expect(about(site({ servers: [server(1), old(2, { endpoint })] }))).toEqual([]);
      },
    );

    test('is left out, or left to the environment by several', () => {
      expect(about(site())).toEqual([]);
      const environment = { endpoint: 'environment' };
      expect(about(site({ servers: [server(1), old(2, environment), old(3, environment)] }))).toEqual([]);
    });

    test('of 2010 has Outlook Anywhere switched beside newer servers', () => {
      const switched = { version: ExchangeVersion.V2010, outlookAnywhere: 'enabled' } as const;
      const endpoint = 'https://ex01.contoso.local/PowerShell/';
      expect(about(site({ servers: [server(1, switched), server(2)] }))).toHaveLength(1);
      expect(about(site({ servers: [server(1, { ...switched, endpoint }), server(2)] }))).toEqual([]);
    });
  });

  describe('the certificate file is judged as a plan judges it', () => {
    const judged = (changes: Partial<ExchangeSiteProps['certificate']>, file: DeclaredFile) =>
      found(site({ certificate: { ...committing.certificate, ...changes } }), file).map(
        ({ rule, severity, path, summary }) => [rule, severity, formatPath(path), summary],
      );
    const selfSigned = makeSelfSigned({
      commonName: 'mail.contoso.com',
      subjectAlternativeNames: certificate.names,
      ...long,
    }).certificate;

    test.each([
      [{}, ['mail.contoso.com'], 'autodiscover.contoso.com'],
      [{ names: ['*.contoso.com', 'contoso.com'] }, ['*.contoso.com'], 'contoso.com'],
    ])(
      'a name that clients are given, or that it is said to have, is missing: %j',
      (changes, names, missing) => {
        expect(judged(changes, fileWith(...names))).toEqual([
          [
            'names-missing',
            'error',
            'certificate.names',
            `${missing} is not on the certificate in 'certificates/mail.crt'`,
          ],
        ]);
      },
    );

    test('what is accepted is not said, but where it is not so any more', () => {
      const file = { content: selfSigned.der };
      expect(judged({}, file)).toEqual([
        [
          'self-signed',
          'error',
          'certificate.certificateFile',
          "The certificate in 'certificates/mail.crt' is self-signed",
        ],
      ]);
      const accepted = { 'self-signed': 'lab only' };
      expect(judged({ accepted }, file)).toEqual([]);
      expect(
        judged({ accepted }, fileWith('*.contoso.com')).map(([rule, severity]) => [rule, severity]),
      ).toEqual([['acceptance-unneeded', 'warning']]);
    });

    test('those above it only where the file holds them: alone it does not tell that the PFX has none', () => {
      const { content } = fileWith('*.contoso.com') as { readonly content: Uint8Array };
      const full = toPem(parseCertificate(content)) + toPem(authority.certificate);
      expect(judged({}, { content: Buffer.from(full) }).map(([rule]) => rule)).toEqual(['private-authority']);
      expect(judged({ accepted: { 'private-authority': 'its root is everywhere' } }, { content })).toEqual(
        [],
      );
    });

    test('neither its end nor an acceptance of that, which only a plan can judge', () => {
      const accepted = { 'expires-soon': 'its successor is ordered' };
      expect(judged({ accepted }, fileWith('*.contoso.com'))).toEqual([]);
    });
  });

  test('a certificate file that fits has nothing wrong; whether it has ended, only a plan can say', () => {
    const file = fileWith('*.contoso.com');
    expect(found(committing, file)).toEqual([]);
    const known = resolveSite(committing, filesWith(file)).certificates[0]?.committed;
    const declared = known?.facts.thumbprint.toLowerCase() ?? '';
    const named = site({ certificate: { ...committing.certificate, thumbprint: declared } });
    expect(found(named, file)).toEqual([]);
    expect(known?.facts.notAfter).toBe('2021-01-01T00:00:00.000Z');
  });

  describe('what weighs otherwise by the declaration', () => {
    const stretched = (rules?: ExchangeSiteProps['rules']) =>
      site({
        servers: [server(1, { datacentre: 'east' }), server(2, { datacentre: 'west' })],
        ...(rules === undefined ? {} : { rules }),
      });
    const said = (rules?: ExchangeSiteProps['rules']) =>
      found(stretched(rules)).map(({ rule, severity }) => [rule, severity]);

    test('are all warnings, and errors that stop nothing from being made', () => {
      const changeable = RULES.filter(
        ({ id, severity }) => severity === 'warning' || id === 'external-address',
      );
      expect(CHANGEABLE_RULE_IDS).toEqual(changeable.map(({ id }) => id));
    });

    test('is an error, or a warning', () => {
      expect(said()).toEqual([['dag-stretched', 'warning']]);
      expect(said({ 'dag-stretched': 'error' })).toEqual([['dag-stretched', 'error']]);
      expect(said({ 'dag-stretched': 'warning' })).toEqual([['dag-stretched', 'warning']]);
      expect(said({ 'subnet-server': 'error' })).toEqual([['dag-stretched', 'warning']]);
      const inside = {
        ...site({
          dns: {
            internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] },
            external: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '10.0.0.1' } },
          },
        }),
        rules: { 'external-address': 'warning' as const },
      };
      expect(found(inside).map(({ rule, severity }) => [rule, severity])).toEqual([
        ['external-address', 'warning'],
      ]);
    });

    test('is not said with a reason, of which a needless one is said', () => {
      expect(said({ 'dag-stretched': { accepted: 'the witness comes in May' } })).toEqual([]);
      const needless = found(
        stretched({
          'dag-stretched': { accepted: 'the witness comes in May' },
          'subnet-overlap': { accepted: 'one VLAN' },
        }),
      );
      expect(needless.map(({ rule, path, summary }) => [rule, formatPath(path), summary])).toEqual([
        [
          'acceptance-unneeded',
          'rules["subnet-overlap"]',
          "the acceptance of 'subnet-overlap' has no effect: nothing is found any more that it would accept",
        ],
      ]);
      expect(formatDiagnostic(needless[0]!)).toContain(
        'remedy: take it out; otherwise the problem would stay hidden if it came back',
      );
      expect(needless[0]?.severity).toBe('warning');
    });

    test('is not said with a reason, beside what is said', () => {
      const declaration = site({
        servers: [server(1, { datacentre: 'east' }), server(2, { datacentre: 'west' })],
        maintenance: true,
        rules: { 'dag-stretched': { accepted: 'the witness comes in May' } },
      });
      expect(found(declaration).map(({ rule }) => rule)).toEqual(['maintenance-round-robin']);
    });

    test('is asked for with the words that give it', () => {
      expect(found(stretched())[0]?.detail).toContain(
        "; or accept it with a reason: rules: { 'dag-stretched': { accepted: '<reason>' } }",
      );
    });

    test.each([
      ['', 'an empty text'],
      [' ', "the text ' '"],
    ])('has a reason, not %j', (accepted, shown) => {
      const [first] = found(stretched({ 'dag-stretched': { accepted } }));
      expect([first?.rule, formatPath(first?.path ?? []), first?.summary]).toEqual([
        'declaration-form',
        'rules["dag-stretched"].accepted',
        `is ${shown}`,
      ]);
    });
  });

  describe('what is accepted with a reason', () => {
    const found = (declaration: ExchangeSiteProps) =>
      resolveSite(declaration).diagnostics.map(({ rule, path }) => `${rule} ${formatPath(path)}`);

    test('is not said, and what is accepted without need is', () => {
      const accepted = { 'certificate-server-name': 'until the last old client is gone' };
      const withServer = { ...names('EX02.contoso.com'), accepted };
      const servers = [server(1), server(2, { fqdn: 'EX02.contoso.com' })];
      expect(found(site({ servers, certificate: withServer }))).toEqual([]);
      expect(found(site({ certificate: { ...certificate, accepted } }))).toEqual([
        'acceptance-unneeded certificate.accepted["certificate-server-name"]',
      ]);
    });

    test('is that of one rule, and of no other thing in the same certificate', () => {
      const accepted = { 'certificate-iis': 'a proxy ends TLS' };
      const servers = [server(1), server(2, { fqdn: 'EX02.contoso.com' })];
      const withServer = { ...names('EX02.contoso.com'), services: ['SMTP' as const], accepted };
      expect(found(site({ servers, certificate: withServer }))).toEqual([
        'certificate-server-name certificate.names[2]',
      ]);
    });

    test('is asked for with the word that gives it', () => {
      const [diagnostic] = resolveSite(
        site({ certificate: { ...certificate, services: ['SMTP'] } }),
      ).diagnostics;
      expect(diagnostic?.detail).toContain(`certificate.accepted: { 'certificate-iis': '<reason>' }`);
    });

    test.each(['names', 'services'])('is asked for in its place of a certificate called %s', (name) => {
      const { diagnostics } = resolveSite(several({ [name]: { ...web, services: ['SMTP'] } }));
      const asked = diagnostics.find(({ rule }) => rule === 'certificate-iis');
      expect(asked?.detail).toContain(`certificate.${name}.accepted: { 'certificate-iis': '<reason>' }`);
    });

    test.each(['private-authority', 'self-signed'])(
      'internal names need no word of their own where %s is',
      (id) => {
        const declaration = {
          ...names('intern.contoso.local'),
          accepted: { [id]: 'its root is everywhere' },
        };
        expect(found(site({ certificate: declaration }))).toEqual([]);
      },
    );

    test('goes to the plan where the plan finds it', () => {
      const accepted = {
        'private-authority': 'its root is in the group policy',
        'certificate-iis': 'a proxy ends TLS',
      };
      const { elements } = resolveSite(
        site({ certificate: { ...certificate, services: ['SMTP'], accepted } }),
      );
      const made = elementsOf(elements, 'exchange-object').find(({ id }) => id === 'EX01-certificate');
      expect(made?.attributes['accepted_findings']).toEqual({
        'private-authority': 'its root is in the group policy',
      });
    });
  });

  test.each([
    ['stands in another datacentre', site({ servers: [server(1), server(2, { datacentre: 'west' })] })],
    ['has another version', site({ servers: [server(1), server(2, { version: ExchangeVersion.V2016 })] })],
    ['is the witness', site({ dag: { ...dag, witness: { ...dag.witness, server: 'EX02.contoso.local' } } })],
  ])('a server that is no member of the DAG, and %s, is no fault of the DAG', (_what, declaration) => {
    const members = ['EX01'];
    expect(found({ ...declaration, dag: { ...(declaration.dag as typeof dag), members } })).toEqual([]);
    expect(found(declaration)).toHaveLength(1);
  });

  describe('nothing is wrong with', () => {
    const servers = [1, 2, 3, 4].map((number) => server(number));
    const { V2010, V2019, SE } = ExchangeVersion;
    const of = (version: ExchangeVersion, ...numbers: number[]) =>
      numbers.map((number) => server(number, { version }));
    const other = { server: 'FS02', directory: dag.witness.directory };

    test.each<[string, Partial<ExchangeSiteProps>]>([
      ['a check of the replication of members', { health: { replication: true } }],
      [
        'a witness of another domain that has the short name of a member',
        { dag: { ...dag, witness: { ...dag.witness, server: 'EX02.fabrikam.local' } } },
      ],
      [
        'the certificates and the pages that the runner is to see, of what the servers have',
        {
          mailProtocols: { imap: { host: 'imap.contoso.com' } },
          certificate: {
            ...right.certificate,
            names: ['*.contoso.com'],
          },
          health: { fromRunner: { certificates: ['IIS', 'SMTP', 'IMAP'], healthcheck: true } },
        },
      ],
      ['one DAG in a list, which need not name its members', { dag: [dag] }],
      [
        'a name that goes outside alone, and stays published there',
        {
          namespaces: {
            ...right.namespaces,
            client: { internal: 'mail.contoso.com', external: 'autodiscover.contoso.com' },
            alsoPublished: [{ external: 'mail.contoso.com' }],
          },
        },
      ],
      ['two DAGs with a witness server in common', { dag: [firstDag, secondDag] }],
      [
        'two witness servers with a folder of one name',
        { dag: [firstDag, { ...secondDag, witness: other }] },
      ],
      ['a server that is in none of several', { servers, dag: [firstDag, secondDag] }],
      [
        'a witness that is a member of the other DAG',
        {
          servers,
          dag: [firstDag, { ...secondDag, witness: { ...secondDag.witness, server: 'EX01' } }],
        },
      ],
      [
        'DAGs of different versions',
        {
          servers: [...of(ExchangeVersion.V2016, 1), ...of(SE, 2)],
          dag: [firstDag, secondDag],
        },
      ],
      ['members that are all updated', { servers: of(SE, 1, 2) }],
      ['members of which none is updated', { servers: of(V2019, 1, 2) }],
      ['DHCP', { dag: { ...dag, addresses: ['0.0.0.0'] } }],
      ['no access point', { dag: { ...dag, addresses: ['255.255.255.255'] } }],
      [
        'DHCP, or no access point, for two DAGs',
        {
          dag: [
            { ...firstDag, addresses: ['0.0.0.0'] },
            { ...secondDag, addresses: ['0.0.0.0'] },
          ],
        },
      ],
      [
        'free addresses',
        {
          dag: [
            { ...firstDag, addresses: ['192.0.2.50', '198.51.100.50'] },
            { ...secondDag, addresses: ['192.0.2.51'] },
          ],
        },
      ],
      [
        'names with an underscore',
        {
          dag: { ...dag, name: 'DAG_01', witness: { ...dag.witness, server: 'FS_01.contoso.local' } },
        },
      ],
      [
        'a mail protocol whose name a wildcard has',
        {
          mailProtocols: { pop: { host: 'pop.contoso.com' }, imap: { host: 'imap.contoso.com' } },
          certificate: { ...certificate, names: ['*.contoso.com'] },
        },
      ],
      [
        'a mail protocol whose name stands on a certificate beside a wildcard, which cannot be given to it',
        {
          mailProtocols: { imap: { host: 'imap.contoso.com' } },
          certificate: names('*.contoso.com', 'imap.contoso.com'),
        },
      ],
      [
        'a mail protocol whose name is on a certificate of its own',
        {
          mailProtocols: { imap: { host: 'imap.contoso.com' } },
          certificate: {
            web: certificate,
            post: { pfxFile: 'imap.pfx', names: ['imap.contoso.com'], services: ['IMAP'] },
          },
        },
      ],
      [
        'a mail protocol with a certificate that has its name and is given to it',
        {
          mailProtocols: { imap: { host: 'imap.contoso.com' } },
          certificate: { ...names('imap.contoso.com'), services: ['IIS', 'IMAP'] },
        },
      ],
      [
        'mail that goes to a host which is none of the site, or to machines elsewhere',
        {
          dns: {
            zones: [{ name: 'contoso.com' }],
            elsewhere: { 'autodiscover.contoso.com': '192.0.2.99' },
            records: {
              mx: {
                'contoso.com': [
                  { preference: 10, exchange: 'filter.fabrikam.com' },
                  { preference: 20, exchange: 'autodiscover.contoso.com' },
                ],
              },
            },
          },
        },
      ],
      [
        'a domain whose mail nobody takes, and a service that is not there',
        {
          dns: {
            zones: [{ name: 'contoso.com' }],
            records: {
              mx: { 'contoso.com': [{ preference: 0, exchange: '.' }] },
              srv: { [SERVICE]: [host({ port: 0, target: '.' })] },
            },
          },
        },
      ],
      [
        'several hosts that take mail, and a service on two ports of one host, beside an alias of another view',
        {
          certificate: { ...certificate, services: ['IIS', 'SMTP'] },
          dns: {
            internal: {
              zones: [{ name: 'contoso.com', server: '192.0.2.53' }],
              records: { cname: { 'mx.contoso.com': 'mail.contoso.com' } },
            },
            external: {
              zones: [{ name: 'contoso.com' }],
              publish: { virtualIp: '203.0.113.1' },
              records: {
                mx: {
                  'contoso.com': [
                    { preference: 10, exchange: 'mx.contoso.com' },
                    { preference: 10, exchange: 'mail.contoso.com' },
                  ],
                },
                srv: { [SERVICE]: [host(), host({ port: 444 })] },
              },
            },
          },
        },
      ],
      [
        'a name that a view leaves out though it is for its clients',
        {
          dns: {
            zones: [{ name: 'contoso.com' }],
            notPublished: { 'mail.contoso.com': 'the provider has it' },
          },
        },
      ],
      [
        'a name for clients outside that split DNS would hold inside, and that is left out there',
        {
          ...sided({}),
          dns: {
            internal: {
              zones: [
                { name: 'contoso.com', server: '192.0.2.53' },
                { name: 'fabrikam.com', server: '192.0.2.53' },
              ],
              notPublished: { 'mail.fabrikam.com': 'resolved outside' },
            },
            external: {
              zones: [{ name: 'fabrikam.com' }, { name: 'contoso.com' }],
              publish: { virtualIp: '203.0.113.1' },
            },
          },
        },
      ],
      [
        'a sign-in of MAPI, and a wait for it, that one server of two has',
        {
          servers: [server(1, { build: RTM }), server(2)],
          dag: { ...dag, addresses: ['192.0.2.50'] },
          mapiAuthentication: ['Ntlm'],
          health: { protocols: ['owa', 'mapi'] },
        },
      ],
      [
        'what a site says of TLS, and one datacentre says otherwise',
        {
          ...balanced,
          ...{ servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'porto' })] },
          datacentres: { lisbon: { sslOffload: false }, porto: { subnets: ['192.0.2.0/24'] } },
          dag: {
            ...dag,
            alternateWitness: { server: 'FS02.contoso.local', directory: 'C:\\Witness\\DAG01' },
          },
          sslOffload: true,
        },
      ],
      [
        'imports of members of each DAG',
        {
          dag: [
            { ...firstDag, existingMembers: ['EX01'] },
            { ...secondDag, existingMembers: ['EX02'] },
          ],
        },
      ],
    ])('%s', (_what, changes) => {
      expect(found(site(changes))).toEqual([]);
    });

    test('replication that is not to be checked, without a DAG', () => {
      expect(found({ ...siteOf2007(), health: { replication: false } })).toEqual([]);
    });

    test('a server without a declared certificate that the runner is not to look at', () => {
      const one = site({
        certificate: { ...right.certificate, servers: ['EX01'] },
        health: { fromRunner: { certificates: ['IIS'], healthcheck: true, servers: ['EX01'] } },
      });
      expect(found(one).filter(({ rule }) => rule === 'health-from-runner')).toEqual([]);
    });

    test('the pages of a newer server beside an old one, which has none', () => {
      const mixed = site({
        servers: [...of(V2010, 1), server(2)],
        dag: { ...dag, members: ['EX02'] },
        health: { fromRunner: { healthcheck: true } },
      });
      expect(found(mixed).filter(({ rule }) => rule === 'health-from-runner')).toEqual([]);
    });

    test.each(['msstd:mail.contoso.com', 'MSSTD:*.contoso.com', 'none', null])(
      'the principal name %j',
      (certPrincipalName) => {
        const certificate = names('*.contoso.com');
        expect(found(site({ certificate, outlookProvider: { certPrincipalName } }))).toEqual([]);
      },
    );

    test('client access arrays, with a name for each, beside a wildcard on the certificate', () => {
      expect(found(arrayed(outlook('outlook.contoso.com'), { certificate: names('*.contoso.com') }))).toEqual(
        [],
      );
      expect(
        found(
          arrayed({
            activeDirectorySites: ['Lisbon', 'Lisbon-DMZ'],
            clientAccessArray: { fqdn: 'outlook.contoso.com', activeDirectorySite: 'Lisbon' },
          }),
        ),
      ).toEqual([]);
    });

    test.each([undefined, ['0.0.0.0'], ['192.0.2.50']])('the addresses %j of a DAG of 2010', (addresses) => {
      const given = { ...dag, ...(addresses === undefined ? {} : { addresses }) };
      const diagnostics = found(site({ servers: of(V2010, 1), dag: given }));
      expect(diagnostics.filter(({ rule }) => rule.startsWith('dag-'))).toEqual([]);
    });
  });

  describe('a name of newer servers', () => {
    const old = server(1, { version: ExchangeVersion.V2010 });
    const newer = server(2, { version: ExchangeVersion.V2016 });
    const zones = [{ name: 'contoso.com' }];
    const outside = [{ name: 'contoso.com', server: '203.0.113.1' }];

    test('leads to no old one by a view that does not hold it', () => {
      const reason = 'the provider of the domain has it';
      const declaration = site({
        servers: [old, newer],
        dns: {
          internal: { zones, publish: { virtualIp: '192.0.2.100' } },
          external: {
            zones: outside,
            notPublished: { 'mail.contoso.com': reason, 'autodiscover.contoso.com': reason },
          },
        },
      });
      expect(found(declaration).filter(({ rule }) => rule === 'namespace-old')).toEqual([]);
    });

    test('leads to no old one on the side on which that one does not give it', () => {
      const own = { internal: 'inside.contoso.com', external: 'mail.contoso.com' };
      const declaration = site({
        servers: [old, { ...newer, namespaces: { client: own, autodiscover: 'inside.contoso.com' } }],
        namespaces: {
          client: { internal: 'mail.contoso.com', external: null },
          autodiscover: 'autodiscover.contoso.com',
        },
        dns: { internal: { zones }, external: { zones: outside } },
      });
      expect(found(declaration).filter(({ rule }) => rule === 'namespace-old')).toEqual([]);
    });
  });

  test.each<readonly [string, Partial<ExchangeSiteProps>]>([
    ['servers of 2013 behind a load balancer', { ...balanced, maintenance: true }],
    [
      'one server, whose messages go to the other',
      { ...balanced, servers: [server(1, { maintenance: { redirectTo: 'EX02' } }), server(2)] },
    ],
    [
      'servers of a DAG of 2010, whatever DNS says',
      { servers: [server(1, { version: V2010 }), server(2, { version: V2010 })], maintenance: true },
    ],
    [
      'a member of a DAG of 2010 with a session of its own beside newer servers',
      {
        ...balanced,
        servers: [
          server(1, { version: V2010, endpoint: 'https://EX01.contoso.local/PowerShell/' }),
          server(2),
          server(3),
        ],
        dag: { ...dag, members: ['EX01'] },
        maintenance: true,
      },
    ],
    [
      'all but the one that says no',
      {
        ...balanced,
        servers: [server(1, { version: V2010, maintenance: false }), server(2), server(3)],
        dag: { ...dag, members: ['EX02', 'EX03'] },
        maintenance: true,
      },
    ],
    ['nobody', { maintenance: false }],
  ])('maintenance may be declared of %s', (_what, changes) => {
    const rules = found(site(changes)).map(({ rule }) => rule);
    expect(rules.filter((rule) => rule.startsWith('maintenance'))).toEqual([]);
  });

  test.each<readonly [string, Partial<ExchangeSiteProps>]>([
    ['waves that each leave a server', { rollout: [['ex02'], ['EX01']] }],
    ['servers at once, where that is said in a word', { rollout: 'parallel' }],
    ['servers one after another', { rollout: 'one-after-another' }],
    [
      'a datacentre with one server',
      {
        servers: [1, 2, 3].map((number) => server(number, { datacentre: number === 3 ? 'porto' : 'lisbon' })),
        dag: {
          ...dag,
          members: ['EX01', 'EX02'],
        },
        rollout: [['EX01', 'EX03'], ['EX02']],
      },
    ],
  ])('a rollout may have %s', (_what, changes) => {
    const rules = found(site(changes)).map(({ rule }) => rule);
    expect(rules.filter((rule) => rule.startsWith('rollout'))).toEqual([]);
  });

  test.each<readonly [string, Partial<ExchangeSiteProps>]>([
    ['servers of 2013 and 2016', { servers: [server(1), server(2, { version: ExchangeVersion.V2016 })] }],
    [
      'a server of 2019 that takes no part in it',
      { servers: [server(1), server(2, { version: ExchangeVersion.V2019, sslOffload: false })] },
    ],
    [
      'Outlook Anywhere of 2010',
      { servers: [server(1, { version: V2010, outlookAnywhere: 'enabled' }), server(2, { version: V2010 })] },
    ],
    [
      'names that stand for a proxy which is not declared',
      { dns: { ...right.dns, elsewhere: { 'mail.contoso.com': '192.0.2.99' } } },
    ],
  ])('TLS may end before %s', (_what, changes) => {
    const declaration = site({ ...balanced, sslOffload: true, ...changes });
    expect(found(declaration).filter(({ rule }) => rule === 'ssl-offload')).toEqual([]);
  });

  test.each<readonly [string, ExchangeSiteProps]>([
    [
      'in a declared zone, whoever is given it',
      site({ certificate: names('pop.contoso.com', '*.contoso.com') }),
    ],
    [
      'in a zone of one view only',
      sided({ internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] } }),
    ],
    [
      'which clients are given, and which no view holds',
      site({
        namespaces: { ...right.namespaces, client: 'mail.contoso.net' },
        certificate: { ...certificate, names: ['*.contoso.net', 'autodiscover.contoso.com'] },
        dns: {
          zones: [{ name: 'contoso.com' }],
          notPublished: { 'mail.contoso.net': 'the provider of the domain has it' },
        },
      }),
    ],
    [
      'of a server, which another rule is about',
      site({
        servers: [server(1), server(2, { fqdn: 'EX02.contoso.net' })],
        certificate: names('ex02.contoso.net'),
      }),
    ],
    [
      'that nobody can register, which another rule is about',
      site({ certificate: names('intern.contoso.local') }),
    ],
  ])('a certificate may have a name %s', (_what, declaration) => {
    expect(found(declaration).filter(({ rule }) => rule === 'certificate-zone')).toEqual([]);
  });

  const sha1 = (digit: string) => digit.repeat(40);
  const { V2013, V2016, V2019 } = ExchangeVersion;
  const besides: SiteCertificate = {
    ...web,
    names: ['*.contoso.com'],
    services: ['SMTP'],
    pfxFile: 'wild.pfx',
  };

  test.each<readonly [string, string, ExchangeSiteProps]>([
    [
      'zone-kerberos',
      'a zone without it',
      site({ dns: { zones: [{ name: 'contoso.com', keyName: 'exchange.', keyAlgorithm: 'hmac-sha256' }] } }),
    ],
    ['zone-kerberos', 'updates that whoever runs Terraform signs', signed({})],
    [
      'zone-kerberos',
      'an account with a password',
      signed({ user: 'svc-dns' }, { server: 'dc1.contoso.local' }),
    ],
    ['zone-kerberos', 'an account with a keytab', signed({ user: 'svc-dns', keytabFile: 'dns.keytab' })],
    [
      'also-published',
      'a name that other servers give to clients',
      two({
        lisbon: { namespaces: { client: 'lis.contoso.com' } },
        porto: { namespaces: { alsoPublished: ['lis.contoso.com'] } },
      }),
    ],
    [
      'certificate-declared-twice',
      'two certificates',
      several({ web: { ...web, thumbprint: sha1('A') }, mail: { ...mail, thumbprint: sha1('B') } }),
    ],
    [
      'certificate-declared-twice',
      'one whose thumbprint only is said',
      several({ web, mail: { ...mail, thumbprint: sha1('B') } }),
    ],
    [
      'certificate-existing',
      'the only certificate, also without IIS',
      site({ certificate: { ...certificate, services: ['SMTP'], existingOn: ['EX01'] } }),
    ],
    [
      'certificate-existing',
      'the one that clients see',
      several({ web: { ...web, existingOn: ['EX01'] }, mail }),
    ],
    [
      'certificate-existing',
      'one that has its thumbprint',
      several({ web, mail: { ...mail, existingOn: ['EX01'], thumbprint: sha1('B') } }),
    ],
    ['certificate-existing', 'one that is not there', several({ web, mail })],
    [
      'certificate-exportable',
      'servers whose import takes it',
      site({ certificate: { ...certificate, privateKeyExportable: false } }),
    ],
    [
      'certificate-exportable',
      'a certificate that no server of 2007 has',
      site({
        servers: [server(1), old(2)],
        certificate: {
          newer: { ...web, servers: ['EX01'], privateKeyExportable: false },
          older: { ...mail, servers: ['EX02'] },
        },
      }),
    ],
    [
      'certificate-exportable',
      'servers of 2007 of which it is not said',
      site({ servers: [server(1), old(2)] }),
    ],
    [
      'certificate-file-thumbprint',
      'a thumbprint without a certificate file',
      site({ certificate: { ...certificate, thumbprint: sha1('A') } }),
    ],
    [
      'certificate-mail-name',
      'a certificate for IMAP of servers whose name for it is not declared',
      site({
        servers: [server(1, { mailProtocols: { imap: { host: 'imap.contoso.com' } } }), server(2)],
        certificate: {
          web: names('imap.contoso.com'),
          post: { ...mail, services: ['IMAP'], servers: ['EX02'] },
        },
      }),
    ],
    [
      'certificate-mail-protocol',
      'a certificate beside the wildcard by which the service is found',
      site({
        mailProtocols: { imap: { host: 'imap.contoso.com' } },
        certificate: { web: certificate, besides },
      }),
    ],
    [
      'certificate-mail-protocol',
      'a certificate with the name on servers of which it is not said',
      site({
        servers: [server(1, { mailProtocols: { imap: { host: 'imap.contoso.com' } } }), server(2)],
        certificate: {
          web: certificate,
          besides,
          post: { ...mail, names: ['imap.contoso.com'], servers: ['EX02'] },
        },
      }),
    ],
    ['certificate-names', 'a name without a domain', site({ certificate: names('mail') })],
    [
      'certificate-server-name',
      'the name of the only server, which clients are given',
      site({
        servers: [server(1, { fqdn: 'EX01.contoso.com' })],
        namespaces: { ...right.namespaces, client: 'ex01.contoso.com' },
        certificate: names('ex01.contoso.com'),
      }),
    ],
    [
      'certificate-service-version',
      'a service that all servers have',
      site({
        servers: [server(1, { version: V2013 }), server(2, { version: V2016 })],
        certificate: { ...certificate, services: ['IIS', 'UM', 'UMCallRouter'] },
      }),
    ],
    [
      'certificate-service-version',
      'a service that the servers of the certificate have',
      site({
        servers: [server(1, { version: V2016 }), server(2, { version: V2019 })],
        certificate: { web, um: { ...mail, services: ['UM'], servers: ['EX01'] } },
      }),
    ],
    [
      'databases',
      'files of their own, or of one name on different servers, where both or one are said',
      site({
        servers: [server(1), server(2), server(3)],
        dag: {
          ...dag,
          databases: {
            DB01: { copies: ['EX01', 'EX02'], edbFile: 'E:\\DB01.edb', logFolder: 'E:\\DB01' },
            DB02: { copies: ['EX01', 'EX02'], edbFile: 'E:\\DB02.edb', logFolder: 'E:\\DB02' },
            DB03: { copies: ['EX03'], edbFile: 'E:\\DB01.edb' },
            DB04: { copies: ['EX03'], logFolder: 'E:\\DB01' },
          },
        },
      }),
    ],
    [
      'databases',
      'a DAG of 2010 with no newer servers beside it',
      site({
        servers: [server(1, { version: V2010 }), server(2, { version: V2010 })],
        dag: { ...dag, databases: { DB01: { copies: ['EX01', 'EX02'] } } },
      }),
    ],
    [
      'certificate-mail-protocol',
      'two certificates with the name, of which one is given to the service',
      site({
        mailProtocols: { imap: { host: 'imap.contoso.com' } },
        certificate: {
          web: names('imap.contoso.com'),
          post: { ...mail, names: ['imap.contoso.com'], services: ['IMAP'] },
        },
      }),
    ],
    [
      'certificate-zone',
      'a name in a zone of the external view only',
      { ...sided({}), certificate: names('mail.fabrikam.com', 'pop.fabrikam.com') },
    ],
    [
      'existing-record',
      'a further record of the view',
      site({
        dns: {
          zones: [{ name: 'contoso.com' }, { name: '2.0.192.in-addr.arpa' }],
          existingRecords: ['Contoso.com.', '192.0.2.1'],
          records: { txt: { 'contoso.com': ['x'] }, ptr: { '192.0.2.1': 'mail.contoso.com' } },
        },
      }),
    ],
    ['failback', 'a datacentre without a server', two({ madrid: { failback: 'mailfb.contoso.com' } })],
    [
      'failback',
      'a datacentre of which one server has a FailbackUrl',
      site({
        servers: [old(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'lisbon' })],
        datacentres: { lisbon: { failback: 'mailfb-lis.contoso.com' } },
        certificate: names('mailfb-lis.contoso.com'),
      }),
    ],
    [
      'further-record',
      'a wildcard, a name of 253 characters and a port of 65535',
      recorded({
        txt: { '*.contoso.com': ['x'], [nameOf(253)]: ['x'] },
        srv: { [SERVICE]: [host({ port: 65_535 })] },
      }),
    ],
    [
      'further-record',
      'mail that goes to a host beside an alias',
      recorded({
        cname: { 'www.contoso.com': 'mail.contoso.com' },
        mx: { 'contoso.com': [{ preference: 65_535, exchange: 'mail.contoso.com' }] },
      }),
    ],
    [
      'further-record',
      'an alias of an alias, and two aliases that lead to each other only across the views',
      sided({
        internal: {
          records: {
            cname: {
              'a.contoso.com': 'b.contoso.com',
              'b.contoso.com': 'c.contoso.com',
              'c.contoso.com': 'www.fabrikam.com',
            },
          },
        },
        external: { records: { cname: { 'c.contoso.com': 'a.contoso.com' } } },
      }),
    ],
    [
      'further-record',
      'a text of both views, an alias that is a text in the other view, and one that is a name there',
      sided({
        internal: { records: { txt: { 'contoso.com': ['x'], 'www.contoso.com': ['x'] } } },
        external: {
          records: {
            txt: { 'contoso.com': ['x'] },
            cname: { 'www.contoso.com': 'mail.fabrikam.com', 'mail.contoso.com': 'mail.fabrikam.com' },
          },
        },
      }),
    ],
    [
      'health-connectivity',
      'an Autodiscover test beside a server without a certificate, whose Autodiscover name is cleared',
      site({
        servers: [server(1), server(2, { namespaces: { autodiscover: null } })],
        certificate: { ...certificate, servers: ['EX01'] },
        health: {
          connectivity: { tests: ['Autodiscover'], mailbox: 'probe@contoso.com', account: 'CONTOSO\\probe' },
        },
      }),
    ],
    [
      'health-from-runner',
      'connectors of a newer server beside an old one',
      site({ servers: [old(1), server(2)], health: { fromRunner: { certificates: ['SMTP'] } } }),
    ],
    ['health-replication', 'a site without a server', site({ servers: [], health: { replication: true } })],
    [
      'health-replication',
      'a member of a DAG beside a server that is in none',
      site({ dag: { ...dag, members: ['EX02'] }, health: { replication: true } }),
    ],
    [
      'legacy-clients',
      'a datacentre of a server of 2007 and one of 2010',
      coexisting({ datacentre: 'lisbon' }, V2010, {
        servers: [
          old(1, { datacentre: 'lisbon', namespaces: { client: 'legacy.contoso.com' } }),
          server(2, { datacentre: 'lisbon', version: V2010 }),
        ],
        datacentres: { lisbon: { legacyClients: { activesync: 'proxy' } } },
      }),
    ],
    [
      'legacy-clients',
      'servers of 2007 only, without an external name',
      {
        ...siteOf2007(),
        namespaces: { ...right.namespaces, client: { internal: 'mail.contoso.com', external: null } },
      },
    ],
    [
      'legacy-name',
      'servers without external names',
      coexisting({ namespaces: {} }, V2010, {
        namespaces: { ...right.namespaces, client: { internal: 'mail.contoso.com', external: null } },
      }),
    ],
    [
      'nlb',
      'a name, a VLAN and the priorities that are just allowed',
      clustered({
        name: 'mail.contoso.com',
        switch: { vlan: 1, interfaces: ['Gi1/0/1'] },
        priorities: { EX01: 32, EX02: 1 },
      }),
    ],
    [
      'nlb',
      'the last VLAN, ports that meet, and a range from a port of SMTP on',
      clustered({
        switch: { vlan: 4094, interfaces: ['Gi1/0/1'] },
        ports: ['25-79', '80-442', 443],
        smtpPorts: [2525],
      }),
    ],
    ['nlb', '32 hosts', clustered({}, { servers: hostsOf2010(32) })],
    [
      'nlb',
      'two clusters of different hosts',
      twoClusters({ lisbon: { priorities: { EX01: 1 } }, porto: { priorities: { EX02: 1 } } }),
    ],
    ...(
      [
        ['2007 with a service pack', { version: V2007, build: '8.1.240.6' }],
        ['2007 of which no build is said', { version: V2007 }],
        ['2007 of which a build is said that is none', { version: V2007, build: 'SP1' }],
        ['2010 without a service pack', { version: V2010, build: '14.0.639.21' }],
      ] as const
    ).map(
      ([what, own]) => ['nlb-service-pack', `a host of Exchange ${what}`, clustered({}, { own })] as const,
    ),
    [
      'publishing-unused',
      'a load balancer of a datacentre without a server',
      two({
        madrid: { publish: { virtualIp: '192.0.2.100', virtualIps: { 'mail.contoso.com': '192.0.2.101' } } },
      }),
    ],
    [
      'publishing-unused',
      'a name for clients of the view that lies in none of its zones, and is said to be left out',
      site({
        namespaces: { ...right.namespaces, client: 'mail.contoso.net' },
        dns: {
          zones: [{ name: 'contoso.com' }],
          notPublished: { 'mail.contoso.net': 'the provider of the domain has it' },
        },
      }),
    ],
    [
      'publishing-unused',
      'two names that a view leaves out',
      site({
        dns: {
          zones: [{ name: 'contoso.com' }],
          notPublished: {
            'mail.contoso.com': 'the provider has it',
            'autodiscover.contoso.com': 'the provider has it',
          },
        },
      }),
    ],
    ['record-ttl', 'the smallest TTL', site({ dns: { ...right.dns, ttlSeconds: 1 } })],
    ['record-ttl', 'the largest TTL', site({ dns: { ...right.dns, ttlSeconds: 2 ** 31 - 1 } })],
    ['reverse-proxy', 'a site without a server', proxied({}, { servers: [] })],
    [
      'reverse-proxy-mail',
      'a name of a mail protocol that no server gives to clients, and that leads to the proxy for HTTPS',
      proxied(
        {},
        {
          servers: [1, 2].map((number) =>
            server(number, { mailProtocols: { pop: { host: 'pop.contoso.com' } } }),
          ),
          mailProtocols: { pop: { host: 'mail.contoso.com' } },
          dns: elsewhereOutside({ 'pop.contoso.com': '203.0.113.9' }),
        },
      ),
    ],
    [
      'reverse-proxy-sign-in',
      'Exchange Web Services with another name than Outlook on the web, which the listener has',
      signing(
        {},
        { 'mail.contoso.com': '192.0.2.50' },
        { namespaces: { ...right.namespaces, services: { ews: 'ews.contoso.com' } } },
      ),
    ],
    [
      'reverse-proxy-sign-in',
      'servers without a service connection point',
      signing(
        {},
        { 'mail.contoso.com': '192.0.2.50' },
        {
          namespaces: { ...right.namespaces, services: { ews: 'ews.contoso.com' } },
          servers: [1, 2].map((number) => server(number, { namespaces: { autodiscover: null } })),
        },
      ),
    ],
    [
      'reverse-proxy-wpad',
      'an address that hands out proxy settings and stands behind a name outside',
      proxied(
        { kind: 'isa', listensOnHttp: true, wpadAddress: '203.0.113.77' },
        {
          dns: elsewhereOutside({ 'mail.contoso.com': '203.0.113.77' }),
        },
      ),
    ],
    [
      'server-build',
      'a server without SP1 that is no member of the DAG',
      site({ servers: [server(1), server(2, { build: RTM })], dag: { ...dag, members: ['EX01'] } }),
    ],
    [
      'service-version',
      'Outlook Anywhere that one server of two has on',
      site({
        servers: [server(1, { version: V2010 }), server(2)],
        namespaces: { ...right.namespaces, services: { outlookAnywhere: 'mail.contoso.com' } },
        outlookAnywhere: { externalAuthentication: 'Basic' },
      }),
    ],
    [
      'service-version',
      'a site without a server',
      site({
        servers: [],
        namespaces: { ...right.namespaces, services: { outlookAnywhere: 'mail.contoso.com' } },
        outlookAnywhere: { externalAuthentication: 'Basic' },
        mapiAuthentication: ['Ntlm'],
        health: { protocols: ['owa'] },
      }),
    ],
    [
      'service-version',
      'the sign-in of a service that has the same switches in all versions',
      site({ authentication: { activesync: { basic: true } } }),
    ],
    [
      'service-version',
      'the health of Outlook Anywhere, which is no virtual directory',
      site({ health: { protocols: ['outlook-anywhere'] } }),
    ],
    [
      'ssl-offload',
      'servers before which something ends TLS outside only',
      site({
        sslOffload: true,
        dns: {
          internal: { zones: [{ name: 'contoso.com', server: '192.0.2.53' }] },
          external: { zones: [{ name: 'contoso.com' }], publish: { virtualIp: '203.0.113.1' } },
        },
      }),
    ],
    [
      'web-authentication',
      'a switch of Outlook on the web that the admin center of the version does not have',
      site({
        servers: [server(1, { version: V2016, authentication: { owa: { oauth: true } } })],
      }),
    ],
    [
      'web-authentication',
      'several switches that both have alike',
      site({
        authentication: {
          owa: { forms: false, basic: true, windows: false },
          ecp: { forms: false, basic: true, windows: false },
        },
      }),
    ],
    ...[1, 65_535].map(
      (port) =>
        [
          'zone',
          `an update server with port ${port}, which is waited for one second`,
          site({ dns: { zones: [{ name: 'contoso.com', port, timeoutSeconds: 1 }] } }),
        ] as const,
    ),
    [
      'zone',
      'two views of one zone, which the DNS server tells apart by the key',
      site({ dns: { internal: { zones: [keyed('inside')] }, external: { zones: [keyed('outside')] } } }),
    ],
    [
      'zone',
      'two views of one zone on two DNS servers whose addresses and ports have the same digits',
      site({
        dns: {
          internal: { zones: [{ name: 'contoso.com', server: '192.0.2.5', port: 353 }] },
          external: { zones: [{ name: 'contoso.com', server: '192.0.2.53', port: 53 }] },
        },
      }),
    ],
    [
      'client-access-array',
      'a datacentre that nobody stands in',
      site({
        dns: { internal: { zones: [{ name: 'contoso.com' }] } },
        datacentres: { nowhere: { activeDirectorySites: ['Nowhere'], ...outlook('outlook.contoso.com') } },
      }),
    ],
  ])('%s finds nothing in %s', (rule, _what, declaration) => {
    expect(found(declaration).filter((diagnostic) => diagnostic.rule === rule)).toEqual([]);
  });

  test.each<readonly [string, ExchangeSiteProps]>([
    ['servers and a DAG in their subnets', apart(bothSubnets, '10.1.0.50', '10.2.0.50')],
    ['a DAG without addresses', apart(bothSubnets)],
    ['a DAG with addresses by DHCP', apart(bothSubnets, '0.0.0.0')],
    [
      'a member of whose datacentre no subnets are known',
      apart({ lisbon: ['10.1.0.0/24'] }, '10.1.0.50', '10.9.0.50'),
    ],
    [
      'one subnet that both datacentres are in',
      apart({
        lisbon: [...bothSubnets.lisbon, '10.9.0.0/24'],
        porto: [...bothSubnets.porto, '10.9.0.0/24'],
      }),
    ],
  ])('subnets: nothing is wrong with %s', (_what, declaration) => {
    const rules = ['subnet-syntax', 'subnet-overlap', 'subnet-server', 'dag-subnets'];
    expect(found(declaration).filter(({ rule }) => rules.includes(rule))).toEqual([]);
  });

  test('an IPv6 address of a DAG is reported once', () => {
    const wrong = found(apart(bothSubnets, '10.1.0.50', '2001:db8:2::50'));
    expect(wrong.map(({ rule, path }) => [rule, formatPath(path)])).toEqual([
      ['attribute-value', 'dag.addresses'],
    ]);
  });

  test.each([undefined, '15.0.847.32', '15.0.1497.2', 'Version 15.0 (Build 847.32)'])(
    'the build %s has all that a site of 2013 needs',
    (build) => {
      const own = build === undefined ? {} : { build };
      expect(
        found(site({ ...balanced, servers: [server(1, own), server(2, own)], sslOffload: true })),
      ).toEqual([]);
    },
  );

  test('a server before SP1 is right without what it lacks', () => {
    const old = site({ servers: [server(1, { build: RTM })], dag: { ...dag, addresses: ['192.0.2.50'] } });
    expect(found(old)).toEqual([]);
    expect(resolveSite(old).elements.map(({ id }) => id)).not.toContain('EX01-mapi');
    expect(resolveSite(right).elements.map(({ id }) => id)).toContain('EX01-mapi');
  });

  describe('a server of 2007 beside newer ones', () => {
    const legacy = (declaration: ExchangeSiteProps) =>
      found(declaration).filter(({ rule }) => rule.startsWith('legacy-'));

    test.each([
      ['redirect', V2010],
      ['proxy', V2010],
      [undefined, V2010],
      [undefined, ExchangeVersion.V2013],
    ] as const)('is right under a name of its own: ActiveSync %s, beside %s', (activesync, newer) => {
      const own = activesync === undefined ? {} : { legacyClients: { activesync } };
      expect(legacy(coexisting(own, newer))).toEqual([]);
    });

    test('may say it where the servers of 2010 are declared elsewhere', () => {
      const alone = site({
        servers: [server(1, { version: V2007, legacyClients: { activesync: 'proxy' } })],
      });
      expect(legacy(alone)).toEqual([]);
    });

    test('shares the name for ActiveSync beside 2013, which proxies it', () => {
      const services = { owa: 'legacy.contoso.com', ews: 'legacy.contoso.com' };
      expect(legacy(coexisting({ namespaces: { services } }, ExchangeVersion.V2013))).toEqual([]);
      expect(legacy(coexisting({ namespaces: { services } })).map(({ rule }) => rule)).toEqual([
        'legacy-name',
      ]);
    });

    test('under the names of 2013 is told once to have its own', () => {
      const wrong = found(coexisting({ namespaces: { autodiscover: null } }, ExchangeVersion.V2013));
      const rules = ['namespace-old', 'legacy-name'];
      expect(wrong.filter(({ rule }) => rules.includes(rule)).map(({ rule }) => rule)).toEqual([
        'legacy-name',
      ]);
    });

    test('is not to be led to by a name of 2013 for ActiveSync, which is no name to send clients to', () => {
      const services = { owa: 'legacy.contoso.com', ews: 'legacy.contoso.com' };
      const wrong = found(
        coexisting({ namespaces: { services, autodiscover: null } }, ExchangeVersion.V2013),
      );
      expect(
        wrong.filter(({ rule }) => rule === 'namespace-old').map(({ path }) => formatPath(path)),
      ).toEqual(['namespaces.client']);
    });

    test('shares it beside 2010 where that proxies it', () => {
      const services = { owa: 'legacy.contoso.com', ews: 'legacy.contoso.com' };
      expect(
        legacy(coexisting({ namespaces: { services }, legacyClients: { activesync: 'proxy' } })),
      ).toEqual([]);
    });
  });

  test('the servers whose certificate lacks a name that the runner asks for are told for each name', () => {
    const asked = site({
      servers: [
        server(1, { mailProtocols: { imap: { host: 'imap1.contoso.com' } } }),
        server(2, { mailProtocols: { imap: { host: 'imap2.contoso.com' } } }),
        server(3, { mailProtocols: { imap: { host: 'imap1.contoso.com' } } }),
      ],
      health: { fromRunner: { certificates: ['IMAP'] } },
    });
    const told = found(asked).filter(({ rule }) => rule === 'health-from-runner');
    expect(told.map(({ summary }) => summary)).toEqual([
      "no certificate that is declared for EX01, EX03 has 'imap1.contoso.com', the name of IMAP there",
      "no certificate that is declared for EX02 has 'imap2.contoso.com', the name of IMAP there",
    ]);
  });

  test('a copy by FQDN is said once', () => {
    const wrong = site({ dag: { ...dag, databases: { DB01: { copies: ['EX01.contoso.local', 'EX02'] } } } });
    expect(found(wrong).map(({ rule }) => rule)).toEqual(['attribute-value']);
  });

  test('a copy on a declared member that is no server is said once, of the members', () => {
    const members = ['EX01', 'EX02', 'EX09'];
    const wrong = site({ dag: { ...dag, members, databases: { DB01: { copies: ['EX01', 'EX09'] } } } });
    expect(found(wrong).map((each) => formatPath(each.path))).toEqual(['dag.members[2]']);
  });

  test('a server before SP1 is not waited for with a protocol that it lacks', () => {
    const { elements } = resolveSite(
      site({
        servers: [server(1, { build: RTM }), server(2)],
        dag: { ...dag, addresses: ['192.0.2.50'] },
        health: { protocols: ['owa', 'mapi', 'outlook-anywhere'] },
      }),
    );
    const waited = elementsOf(elements, 'exchange-object').flatMap(({ id, attributes }) =>
      id.endsWith('-health') ? [[id, attributes['protocols']]] : [],
    );
    expect(waited).toEqual([
      ['EX01-health', ['outlook-anywhere', 'owa']],
      ['EX02-health', ['mapi', 'outlook-anywhere', 'owa']],
    ]);
  });

  test('a server of 2010 shares the names of newer ones', () => {
    const shared = site({ servers: [server(1, { version: V2010 }), server(2)] });
    expect(found(shared).filter(({ rule }) => rule.startsWith('legacy-'))).toEqual([]);
  });

  test('no remedy for members of several versions leads to the removal of one', () => {
    const mixed = site({ servers: [server(1), server(2, { version: ExchangeVersion.V2016 })] });
    const [diagnostic] = found(mixed);
    expect(diagnostic?.rule).toBe('dag-members');
    expect(diagnostic?.detail).not.toMatch(/leave|take out|remove|servers of one version/);
  });

  test('all mistakes are found at once', () => {
    const wrong = site({
      servers: [server(1), server(2, { address: '192.0.2.1' })],
      namespaces: { client: 'mail.fabrikam.com', autodiscover: 'autodiscover.contoso.com' },
      dag: { ...dag, witness: { ...dag.witness, server: 'EX01' } },
    });
    expect(found(wrong).map(({ rule }) => rule)).toEqual([
      'server-twice',
      'namespace-zone',
      'certificate-coverage',
      'dag-witness',
    ]);
  });

  test('a misspelled value is reported once, not again for everything that follows from it', () => {
    const wrong = site({ namespaces: { ...right.namespaces, client: 'https://mail.contoso.com/' } });
    expect(found(wrong).map(({ rule, path }) => [rule, formatPath(path)])).toEqual([
      ['namespace-host', 'namespaces.client'],
    ]);
  });

  test.each([undefined, false, true])(
    'SMTP is for every certificate, whether or not it becomes the default one: %s',
    (replaceDefaultSmtpCertificate) => {
      const more = replaceDefaultSmtpCertificate === undefined ? {} : { replaceDefaultSmtpCertificate };
      expect(found(site({ certificate: { ...certificate, services: ['IIS', 'SMTP'], ...more } }))).toEqual(
        [],
      );
    },
  );

  test('names on the certificate in upper case, and wildcards, cover their hosts', () => {
    expect(
      found(site({ certificate: { ...certificate, names: ['MAIL.Contoso.COM', '*.CONTOSO.com'] } })),
    ).toEqual([]);
  });

  test('a diagnostic is two lines: what and where, then the remedy', () => {
    const [first] = found(site({ dag: { ...dag, members: ['EX01', 'EX07'] } }));
    expect(formatDiagnostic(first!)).toBe(
      `dag.members[1]: 'EX07' is none of the declared servers [dag-members]\n` +
        '    remedy: correct the name to one of EX01, EX02, or declare the server among the servers',
    );
  });
});
