import { MAIL_PROTOCOLS } from '../../../exchange/mail-protocols';
import { type AnyResource, type Facts, resourcesOf } from '../../../exchange/resources';
import { SERVICES, type VirtualDirectoryService } from '../../../exchange/services';
import { catalogOf, existsIn, ExchangeVersion, type Lifespan } from '../../../exchange/versions';
import { Reference, SecureText } from '../../../powershell/invocation';
import type { KnownValues } from '../../../schema';

export const THUMBPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';
export const OTHER_THUMBPRINT = '76543210FEDCBA9876543210FEDCBA9876543210';

function directory(row: VirtualDirectoryService): KnownValues {
  const url = `https://mail.contoso.com${row.path}`;
  return {
    server: 'EX2',
    web_site: 'Default Web Site',
    identity: `EX2\\${row.directory} (Default Web Site)`,
    ...(row.hasUrls ? { internal_url: url, external_url: url } : {}),
    ...(row.failback === undefined ? {} : { failback_url: `https://mailfb.contoso.com${row.path}` }),
    ...(row.authenticationMethods ? { iis_authentication_methods: ['Ntlm', 'OAuth', 'Negotiate'] } : {}),
    ...Object.fromEntries(
      Object.keys(row.authentication).map((name) => [name, name !== 'windows_authentication']),
    ),
  };
}

/** One declared state of each resource type, whole. */
export const SAMPLES: { readonly [typeName: string]: KnownValues } = {
  exchange_datacenter_activation: { dag: 'DAG01', mode: 'DagOnly' },
  exchange_mailbox_database: {
    name: 'DAG01-MDB001',
    copies: ['EX1', 'EX2'],
    edb_file: 'E:\\DAG01\\DAG01-MDB001.edb',
    log_folder: 'F:\\DAG01\\DAG01-MDB001',
    circular_logging: true,
    rpc_client_access_server: 'outlook.contoso.local',
    mounted: true,
    active_on: 'EX1',
  },
  exchange_service_connection_point: {
    server: 'EX2',
    uri: 'https://autodiscover.contoso.com/Autodiscover/Autodiscover.xml',
    site_scope: ['Redmond'],
  },
  exchange_certificate: {
    server: 'EX2',
    pfx_file: 'mail.pfx',
    pfx_password: null,
    required_names: ['mail.contoso.com'],
    expected_thumbprint: null,
    accepted_findings: { 'private-authority': 'its root is in the group policy' },
    warn_before_expiry_days: 30,
    private_key_exportable: true,
    services: ['IIS', 'SMTP'],
    replace_default_smtp_certificate: true,
    protocols: ['owa'],
    timeout_seconds: 600,
    thumbprint: THUMBPRINT,
    imported: [THUMBPRINT],
    left_on_server: [],
    fallback_thumbprint: OTHER_THUMBPRINT,
    subject: 'CN=mail.contoso.com',
    issuer: 'CN=CA',
    names: ['mail.contoso.com'],
    not_after: '2027-01-01T00:00:00.000Z',
  },
  exchange_pop_settings: {
    server: 'EX2',
    certificate_name: 'pop.contoso.com',
    external_connection_settings: ['pop.contoso.com:995:SSL', 'pop.contoso.com:110:TLS'],
    internal_connection_settings: ['pop.contoso.com:995:SSL'],
  },
  exchange_imap_settings: {
    server: 'EX2',
    certificate_name: 'imap.contoso.com',
    external_connection_settings: ['imap.contoso.com:993:SSL', 'imap.contoso.com:143:TLS'],
    internal_connection_settings: ['imap.contoso.com:993:SSL'],
  },
  exchange_outlook_anywhere: {
    server: 'EX2',
    identity: 'EX2\\Rpc (Default Web Site)',
    internal_hostname: 'mail.contoso.com',
    internal_clients_require_ssl: true,
    internal_client_authentication_method: 'Ntlm',
    external_hostname: 'mail.contoso.com',
    external_clients_require_ssl: true,
    external_client_authentication_method: 'Negotiate',
    ssl_offloading: true,
    iis_authentication_methods: ['Basic', 'Ntlm', 'Negotiate'],
  },
  exchange_outlook_anywhere_2010: {
    server: 'EX2',
    identity: 'EX2\\Rpc (Default Web Site)',
    enabled: true,
    external_hostname: 'mail.contoso.com',
    ssl_offloading: false,
    client_authentication_method: 'Basic',
    iis_authentication_methods: ['Basic', 'Ntlm'],
  },
  ...Object.fromEntries(SERVICES.map((row) => [`exchange_${row.service}_virtual_directory`, directory(row)])),
  exchange_outlook_provider: { name: 'EXPR', cert_principal_name: 'msstd:mail.contoso.com' },
  exchange_client_access_array: { site: 'Redmond', fqdn: 'outlook.contoso.local' },
  exchange_database_availability_group: {
    name: 'DAG01',
    witness_server: 'FS01.contoso.local',
    witness_directory: 'C:\\DAGFileShareWitnesses\\DAG01',
    alternate_witness_server: 'FS02.contoso.local',
    alternate_witness_directory: 'C:\\DAGFileShareWitnesses\\DAG01',
    ip_addresses: ['255.255.255.255'],
  },
  exchange_database_availability_group_member: { dag: 'DAG01', server: 'EX2' },
  exchange_replication_gate: {
    server: 'EX2',
    checks: ['ClusterService', 'QuorumGroup'],
    timeout_seconds: 60,
    triggers: { dag: 'DAG01' },
  },
  exchange_connectivity_check: {
    server: 'EX2',
    tests: ['ActiveSync', 'OutlookWebServices', 'POP', 'IMAP'],
    mailbox: 'probe@contoso.com',
    account: 'CONTOSO\\probe',
    mailbox_password: null,
    autodiscover_certificate: { 'tls://EX2.contoso.local:443/autodiscover.contoso.com': THUMBPRINT },
    autodiscover_urls: { 'ews internal': 'https://mail.contoso.com/EWS/Exchange.asmx' },
    timeout_seconds: 60,
    triggers: { certificate: THUMBPRINT },
  },
  exchange_health_gate: {
    server: 'EX2',
    protocols: ['owa', 'mapi', 'outlook-anywhere'],
    timeout_seconds: 60,
    shown_certificates: { 'tls://EX2.contoso.local:443/ex2.contoso.local': THUMBPRINT },
    connector_certificates: ['smtp://EX2.contoso.local:25'],
    health_pages: ['https://EX2.contoso.local/owa/healthcheck.htm'],
    triggers: { certificate: THUMBPRINT },
  },
};

/** What Get-MailboxDatabase shows of the sample. */
export const SHOWN_DATABASE = {
  Name: 'DAG01-MDB001',
  Server: 'EX1',
  Servers: ['EX1', 'EX2'],
  ActivationPreference: ['[EX1, 1]', '[EX2, 2]'],
  EdbFilePath: 'E:\\DAG01\\DAG01-MDB001.edb',
  LogFolderPath: 'F:\\DAG01\\DAG01-MDB001',
  CircularLoggingEnabled: true,
  RpcClientAccessServer: 'outlook.contoso.local',
  Mounted: true,
};

export function factsOf(version: ExchangeVersion): Facts {
  const catalog = catalogOf(version);
  return {
    has: (...asked) => catalog.has(...asked),
    version,
    pfx: {
      content: new Reference('content of mail.pfx', 'PfxContent'),
      password: new SecureText('canary', 'the PFX password'),
    },
  };
}

/** DAGs came with 2010. */
const NOT_IN_2007 = ['exchange_database_availability_group', 'exchange_database_availability_group_member'];
/** The versions in which a resource can be declared, oldest first. */
export const versionsOf = (resource: AnyResource) =>
  ExchangeVersion.ALL.filter((version) => resourcesOf(version).includes(resource)).filter(
    (version) => version !== ExchangeVersion.V2007 || !NOT_IN_2007.includes(resource.typeName),
  );

export function sample(resource: AnyResource): KnownValues {
  const found = SAMPLES[resource.typeName];
  if (found === undefined) throw new Error(`no sample of ${resource.typeName}`);
  return found;
}

/** Without what the version has not, of which a rule tells. */
export function sampleIn(resource: AnyResource, version: ExchangeVersion): KnownValues {
  const row = SERVICES.find(({ service }) => resource.typeName === `exchange_${service}_virtual_directory`);
  const protocol = MAIL_PROTOCOLS.find(
    ({ protocol }) => resource.typeName === `exchange_${protocol}_settings`,
  );
  const lifespans: { readonly [attribute: string]: Lifespan | undefined } = {
    ...row?.switchLifespans,
    failback_url: row?.failback,
    external_connection_settings: protocol?.connections,
    internal_connection_settings: protocol?.connections,
    rpc_client_access_server: { since: ExchangeVersion.V2010, last: ExchangeVersion.V2010 },
  };
  return Object.fromEntries(
    Object.entries(sample(resource)).map(([name, value]) => {
      const lifespan = lifespans[name];
      return [name, lifespan === undefined || existsIn(lifespan, version) ? value : null];
    }),
  );
}
