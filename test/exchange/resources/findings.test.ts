import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  importIdForm,
  probeText,
  readImportId,
  RESOURCES,
  type AnyResource,
  type Facts,
} from '../../../exchange/resources';
import { type Diagnostic, type KnownValues, type StateOf } from '../../../schema';
import { ExchangeVersion } from '../../../exchange/versions';
import type { PowerShellObject, PowerShellValue } from '../../../powershell/outcome';
import { renderInvocation } from '../../../powershell/script';
import { diagnosticText } from '../../diagnostic-text';
import { GoldenSections } from '../../golden-sections';
import { factsOf, OTHER_THUMBPRINT, sample, SHOWN_DATABASE, THUMBPRINT } from './samples';

/**
 * What a plan says of attributes that do not go together, and of what it finds on the servers; and how a state is read.
 * Every case stands here beside one that differs in little and is well.
 */
const golden = new GoldenSections(
  join(__dirname, 'golden/findings.txt'),
  'What a plan says of attributes that do not go together, and of what it finds on the servers.',
);

type State = StateOf<Record<string, never>>;
type Row = { readonly [property: string]: PowerShellValue };
type Case = readonly [title: string, tell: () => string];

const in2013 = factsOf(ExchangeVersion.V2013);

function resource(name: string): AnyResource {
  const found = RESOURCES.find(({ typeName }) => typeName === `exchange_${name}`);
  if (found === undefined) throw new Error(name);
  return found;
}

function objects(rows: readonly Row[]): readonly PowerShellObject[] {
  return rows.map((properties) => ({ typeNames: [], properties }));
}

function texts(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.length === 0 ? '(nothing)\n' : diagnostics.map(diagnosticText).join('');
}

/** A configuration of attributes, as far as it is known. */
function validated(name: string, config: KnownValues): Case {
  const tell = () => texts(resource(name).validate?.(config) ?? []);
  return [`${name} declared as ${JSON.stringify(config)}`, tell];
}

interface Scene {
  readonly found?: readonly Row[];
  readonly prior?: KnownValues | null;
  readonly planned?: KnownValues | null;
  readonly facts?: Partial<Facts>;
}

/** What the plan of a change foresees, with the values that it knows before the apply. */
function foreseen(name: string, when: string, scene: Scene): Case {
  return [
    `${name} ${when}`,
    () => {
      const definition = resource(name);
      const { found = [], prior = null, planned = null } = scene;
      const change = { prior: prior as State | null, planned: planned as State | null };
      const facts = { ...in2013, ...scene.facts };
      const end = definition.foresee?.(objects(found), change, facts, new Map());
      if (end === undefined) throw new Error(`${name} foresees nothing`);
      const values = Object.entries(end.values).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
      return values.join('') + texts([...end.diagnostics, ...(end.remarks ?? [])]);
    },
  ];
}

/** What stands against a creation, in what is there. */
function obstacle(name: string, when: string, found: readonly Row[], planned: KnownValues): Case {
  return [
    `${name} to be created ${when}`,
    () => {
      const end = resource(name).obstacle?.(objects(found), planned as State);
      return end === undefined ? '(nothing)\n' : `${end.summary}\n  ${end.detail}\n`;
    },
  ];
}

/** What is said of the last step's check, in what is there. */
function checked(name: string, version: ExchangeVersion, when: string, found: readonly Row[]): Case {
  return [
    `${name} in ${version.label} ${when}`,
    () => {
      const change = { prior: null, planned: sample(resource(name)) as State };
      const until = resource(name).steps(change, factsOf(version)).at(-1)?.until;
      if (until === undefined) throw new Error(`${name} checks nothing`);
      return `${until.problem(objects(found)) ?? '(it passes)'}\n`;
    },
  ];
}

/** Which steps a change of attributes runs. */
function steps(name: string, when: string, prior: KnownValues, planned: KnownValues): Case {
  return [
    `${name} changed ${when}`,
    () => {
      const whole = sample(resource(name));
      const change = { prior: { ...whole, ...prior } as State, planned: { ...whole, ...planned } as State };
      const all = resource(name).steps(change, in2013);
      if (all.length === 0) return '(no step)\n';
      return all.map(({ invocation, reason }) => `${renderInvocation(invocation)}\n  ${reason}\n`).join('');
    },
  ];
}

/** The checks from this machine, as the plan shows them. */
function looks(name: string, planned: KnownValues): Case {
  return [
    `${name} looking from the runner at ${JSON.stringify(planned)}`,
    () => {
      const change = { prior: null, planned: { ...sample(resource(name)), ...planned } as State };
      return (resource(name).probes?.(change, in2013) ?? []).map((probe) => `${probeText(probe)}\n`).join('');
    },
  ];
}

/** The attributes that are read from what is there. */
function viewed(name: string, when: string, found: readonly Row[], state: KnownValues): Case {
  return [
    `${name} read ${when}`,
    () => {
      const seen = resource(name).view?.(objects(found), state as State, in2013);
      if (seen === null) return '(not there)\n';
      return Object.entries(seen ?? {})
        .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(state[key] ?? null))
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
        .join('');
    },
  ];
}

const owa = sample(resource('owa_virtual_directory'));
const ews = sample(resource('ews_virtual_directory'));
const scp: KnownValues = { ...sample(resource('service_connection_point')), site_scope: null };
const database = sample(resource('mailbox_database'));
const group = sample(resource('database_availability_group'));
const pop = sample(resource('pop_settings'));
/** A certificate is known by the hash of its bytes, also where these are none of a certificate. */
const MAIL = createHash('sha1').update('mail').digest('hex').toUpperCase();
const certificate: KnownValues = {
  ...sample(resource('certificate')),
  thumbprint: MAIL,
  fallback_thumbprint: null,
};
const gate = {
  shown_certificates: { 'tls://EX2.contoso.local:443/mail.contoso.com': THUMBPRINT },
  health_pages: ['https://ex2.contoso.local/owa/healthcheck.htm'],
};

const OWA = { Server: 'EX2', Name: 'owa (Default Web Site)', FormsAuthentication: true };
const ANYWHERE = {
  internal_hostname: 'mail.contoso.com',
  internal_clients_require_ssl: true,
  internal_client_authentication_method: 'Ntlm',
};
const ENABLED = {
  enabled: true,
  external_hostname: 'mail.contoso.com',
  ssl_offloading: false,
  client_authentication_method: 'Basic',
};
const ALONE = { ...SHOWN_DATABASE, Servers: ['EX1'], ActivationPreference: ['[EX1, 1]'] };
const ofDatabase = (when: string, found: Row, planned: KnownValues) =>
  foreseen('mailbox_database', when, { found: [found], planned: { ...database, ...planned } });

const isDeclared = (server: string) => server === 'EX2';
const OWN_NAME = {
  Server: 'EX9',
  Name: 'EWS (Default Web Site)',
  InternalUrl: 'https://ex9.contoso.local/EWS/Exchange.asmx',
};
const ofEws = (
  when: string,
  found: Row,
  planned: KnownValues | null,
  facts: Partial<Facts> = { isDeclared },
) => foreseen('ews_virtual_directory', when, { found: [found], planned, facts });
const OTHER_SCP = {
  Name: 'EX9',
  AutoDiscoverServiceInternalUri: 'https://ex9.contoso.local/Autodiscover/Autodiscover.xml',
};
const ofScp = (
  when: string,
  found: Row,
  planned: KnownValues | null,
  facts: Partial<Facts> = { isDeclared },
) => foreseen('service_connection_point', when, { found: [found], planned, facts });

const installed = (name: string, services: string | null): Row => ({
  RawData: new TextEncoder().encode(name),
  Services: services,
});
const INSTALLED = installed('mail', 'IIS, SMTP, POP');
const UNTOLD = installed('mail', null);
const SMTP_ONLY = installed('other', 'SMTP');
const renewed = { ...certificate, services: ['IIS'] };
const beside = (...services: string[]) => ({
  declared: [{ name: 'mail', pfxFile: 'other.pfx', services }],
});
const ofServices = (when: string, facts: Partial<Facts>, planned: KnownValues = {}) =>
  foreseen('certificate', when, {
    found: [INSTALLED],
    prior: { ...certificate, services: ['IIS', 'SMTP', 'POP', 'UM'], imported: [] },
    planned: { ...renewed, imported: [], ...planned },
    facts,
  });

const CASES: readonly Case[] = [
  ...[
    { failback_url: 'https://mail.contoso.com/owa', external_url: 'https://MAIL.contoso.com/owa' },
    { failback_url: 'https://mailfb.contoso.com/owa', external_url: 'https://mail.contoso.com/owa' },
    { failback_url: null, external_url: null },
    ...[true, false].flatMap((forms) =>
      [true, false].map((on) => ({
        forms_authentication: forms,
        basic_authentication: on,
        windows_authentication: on,
      })),
    ),
  ].map((config) => validated('owa_virtual_directory', config)),
  ...[
    ANYWHERE,
    { ...ANYWHERE, internal_clients_require_ssl: null },
    { ...ANYWHERE, internal_clients_require_ssl: null, internal_client_authentication_method: null },
    { ...ANYWHERE, internal_hostname: '', internal_clients_require_ssl: null },
    { ...ANYWHERE, internal_hostname: null, internal_clients_require_ssl: null },
    { internal_hostname: 'mail.contoso.com' },
    { external_hostname: 'mail.contoso.com', external_client_authentication_method: null },
  ].map((config) => validated('outlook_anywhere', config)),
  ...[
    ENABLED,
    { ...ENABLED, external_hostname: null },
    { ...ENABLED, external_hostname: null, ssl_offloading: null },
    { enabled: true },
    { ...ENABLED, enabled: false },
    { enabled: false, external_hostname: null },
    { ...ENABLED, enabled: null },
    { ...ENABLED, enabled: null, ssl_offloading: null },
  ].map((config) => validated('outlook_anywhere_2010', config)),
  ...(['FS02', null] as const).flatMap((server) =>
    (['C:\\DAG01', null] as const).map((directory) =>
      validated('database_availability_group', {
        alternate_witness_server: server,
        alternate_witness_directory: directory,
      }),
    ),
  ),
  validated('database_availability_group', { alternate_witness_server: 'FS02' }),
  validated('database_availability_group', { alternate_witness_directory: null }),
  ...[
    gate,
    { ...gate, health_pages: ['https://EX2.contoso.local:444/owa/healthcheck.htm'] },
    { ...gate, health_pages: ['https://EX3.contoso.local/owa/healthcheck.htm'] },
    { ...gate, health_pages: ['owa/healthcheck.htm'] },
    { ...gate, shown_certificates: { nowhere: THUMBPRINT } },
    { ...gate, shown_certificates: null },
    { ...gate, health_pages: null },
    { health_pages: gate.health_pages },
  ].map((config) => validated('health_gate', config)),
  ...[
    {
      autodiscover_certificate: gate.shown_certificates,
      mailbox: 'probe@contoso.com',
      account: 'probe@contoso.com',
    },
    { autodiscover_certificate: gate.shown_certificates, mailbox: null, account: 'probe@contoso.com' },
    { autodiscover_certificate: gate.shown_certificates, mailbox: 'probe@contoso.com', account: null },
    { autodiscover_certificate: null, mailbox: null, account: null },
  ].map((config) => validated('connectivity_check', config)),

  ...[
    { basic_authentication: false, windows_authentication: true },
    { basic_authentication: true, windows_authentication: false },
    { basic_authentication: null, windows_authentication: null },
    { basic_authentication: false, windows_authentication: true, forms_authentication: false },
    { basic_authentication: false, windows_authentication: true, web_site: 'Second' },
  ].flatMap((values) =>
    [true, false].map((forms) =>
      foreseen(
        'owa_virtual_directory',
        `planned as ${JSON.stringify(values)}, with forms ${forms ? 'on' : 'off'}`,
        {
          found: [
            { ...OWA, FormsAuthentication: forms, BasicAuthentication: forms, WindowsAuthentication: !forms },
          ],
          planned: { ...owa, forms_authentication: null, ...values },
        },
      ),
    ),
  ),
  foreseen('owa_virtual_directory', 'whose server has already what forms would turn off', {
    found: [{ ...OWA, BasicAuthentication: false, WindowsAuthentication: true }],
    planned: {
      ...owa,
      forms_authentication: null,
      basic_authentication: false,
      windows_authentication: true,
    },
  }),
  foreseen('owa_virtual_directory', 'that is taken out', { found: [OWA], prior: owa }),
  ...[
    { internal_url: '', external_url: '' },
    { internal_url: '' },
    { external_url: '' },
    { internal_url: 'https://ex2.contoso.local/EWS/Exchange.asmx', external_url: '' },
    {},
  ].map((missing) =>
    foreseen('ews_virtual_directory', `that has ${JSON.stringify(missing)}`, {
      prior: { ...ews, ...missing },
      planned: ews,
    }),
  ),
  foreseen('ews_virtual_directory', 'of which no URL is declared', {
    prior: { ...ews, internal_url: '' },
    planned: { ...ews, internal_url: null },
  }),
  foreseen('ews_virtual_directory', 'that is taken out', { prior: { ...ews, internal_url: '' } }),
  ofEws('beside an undeclared server that gives its own name', OWN_NAME, ews),
  ofEws(
    'beside an undeclared server that gives another name',
    { ...OWN_NAME, InternalUrl: ews['internal_url'] as string },
    ews,
  ),
  ofEws('beside an undeclared server without a URL', { ...OWN_NAME, InternalUrl: null }, ews),
  ofEws('beside a server whose name is not told', { ...OWN_NAME, Server: null }, ews),
  ofEws('beside a server where nobody knows which are declared', OWN_NAME, ews, {}),
  ofEws('whose own URL is cleared, beside an undeclared server', OWN_NAME, { ...ews, internal_url: '' }),
  ofEws('that is taken out, beside an undeclared server', OWN_NAME, null),

  ofScp('beside an undeclared server that gives its own name', OTHER_SCP, scp),
  ofScp(
    'beside an undeclared server that gives another name',
    { ...OTHER_SCP, AutoDiscoverServiceInternalUri: 'https://old.contoso.com/Autodiscover/Autodiscover.xml' },
    scp,
  ),
  ofScp(
    'beside an undeclared server that gives the declared URL',
    {
      ...OTHER_SCP,
      AutoDiscoverServiceInternalUri: 'https://AUTODISCOVER.contoso.com/autodiscover/autodiscover.xml',
    },
    scp,
  ),
  ofScp(
    'beside an undeclared server that gives none',
    { ...OTHER_SCP, AutoDiscoverServiceInternalUri: null },
    scp,
  ),
  ofScp('beside a server whose name is not told', { ...OTHER_SCP, Name: null }, scp),
  ofScp('beside an undeclared server, in a site of two URLs', OTHER_SCP, scp, {
    isDeclared,
    autodiscoverUrls: ['https://lisbon.contoso.com/Autodiscover/Autodiscover.xml', '', scp['uri'] as string],
  }),
  ofScp('that is cleared, beside an undeclared server', OTHER_SCP, { ...scp, uri: '' }),
  ofScp('that is taken out, beside an undeclared server', OTHER_SCP, null),
  ofScp('beside a server where nobody knows which are declared', OTHER_SCP, scp, {}),

  foreseen('pop_settings', 'that change', { prior: { ...pop, certificate_name: 'EX2' }, planned: pop }),
  foreseen('pop_settings', 'that stay', { prior: pop, planned: pop }),
  foreseen('pop_settings', 'that are taken out', { prior: pop }),

  foreseen('mailbox_database', 'that is not there', { planned: database }),
  foreseen('mailbox_database', 'without copies that is not there', {
    planned: { ...database, copies: null },
  }),
  foreseen('mailbox_database', 'that is taken out', { found: [SHOWN_DATABASE], prior: database }),
  foreseen('mailbox_database', 'that is neither declared nor there', {}),
  ofDatabase('as declared', SHOWN_DATABASE, {}),
  ofDatabase(
    'with its files elsewhere',
    { ...SHOWN_DATABASE, EdbFilePath: 'C:\\DB.edb', LogFolderPath: 'C:\\Logs' },
    {},
  ),
  ofDatabase(
    'with its folder in other letters',
    { ...SHOWN_DATABASE, LogFolderPath: 'f:\\dag01\\DAG01-MDB001\\' },
    {},
  ),
  ofDatabase(
    'with no folder declared',
    { ...SHOWN_DATABASE, LogFolderPath: 'C:\\Logs' },
    { log_folder: null },
  ),
  ofDatabase('with no folder told', { ...SHOWN_DATABASE, LogFolderPath: null }, {}),
  ofDatabase(
    'alone, of which circular logging changes',
    { ...ALONE, CircularLoggingEnabled: false },
    { copies: ['EX1'] },
  ),
  ofDatabase('alone, of which circular logging stays', ALONE, { copies: ['EX1'] }),
  ofDatabase(
    'alone, of which circular logging is not declared',
    { ...ALONE, CircularLoggingEnabled: false },
    { copies: ['EX1'], circular_logging: null },
  ),
  ofDatabase(
    'with copies, of which circular logging changes',
    { ...SHOWN_DATABASE, CircularLoggingEnabled: false },
    {},
  ),
  ofDatabase('alone, which gets a copy while circular logging is on', ALONE, {}),
  ofDatabase(
    'alone, which gets a copy while circular logging is off',
    { ...ALONE, CircularLoggingEnabled: false },
    {},
  ),
  ofDatabase('which loses its last passive copy while circular logging is on', SHOWN_DATABASE, {
    copies: ['EX1'],
  }),
  ofDatabase(
    'which loses its last passive copy while circular logging is off',
    { ...SHOWN_DATABASE, CircularLoggingEnabled: false },
    { copies: ['EX1'] },
  ),
  ofDatabase('which loses its last passive copy, and circular logging with it', SHOWN_DATABASE, {
    copies: ['EX1'],
    circular_logging: false,
  }),
  ofDatabase(
    'which loses one of three copies',
    {
      ...SHOWN_DATABASE,
      Servers: ['EX1', 'EX2', 'EX3'],
      ActivationPreference: ['[EX1, 1]', '[EX2, 2]', '[EX3, 3]'],
    },
    {},
  ),
  ofDatabase('which changes one of two copies', SHOWN_DATABASE, { copies: ['EX1', 'EX3'] }),
  ofDatabase('active on a server that loses its copy', SHOWN_DATABASE, { copies: ['EX2'] }),
  ofDatabase('active on a server that loses its copy, as all of them do', SHOWN_DATABASE, {
    copies: ['EX8', 'EX9'],
  }),
  ofDatabase(
    'of which nobody knows where it is active',
    { ...SHOWN_DATABASE, Server: null },
    { copies: ['EX2', 'EX3'] },
  ),

  ...['C:\\DAGFileShareWitnesses\\DAG01', 'C:\\Other'].flatMap((folder) =>
    ['', 'Alternate'].map((which) =>
      obstacle(
        'database_availability_group',
        `beside one with ${folder} as ${which}Witness`,
        [
          { Name: 'DAG01', WitnessServer: 'FS01', WitnessDirectory: 'C:\\DAGFileShareWitnesses\\DAG01' },
          { Name: 'DAG02', [`${which}WitnessServer`]: 'FS01', [`${which}WitnessDirectory`]: folder },
          { Name: 'DAG03', WitnessServer: null, WitnessDirectory: null },
        ],
        group,
      ),
    ),
  ),
  obstacle(
    'database_availability_group',
    'without a witness, beside one without',
    [{ Name: 'DAG02', WitnessServer: '', WitnessDirectory: '' }],
    {
      name: 'DAG01',
    },
  ),
  foreseen('database_availability_group', 'that moves its witness to the folder of another', {
    found: [
      {
        Name: 'DAG02',
        WitnessServer: 'fs01.contoso.local',
        WitnessDirectory: 'c:\\dagfilesharewitnesses\\DAG01',
      },
    ],
    prior: { ...group, witness_directory: 'C:\\Before' },
    planned: group,
  }),
  foreseen('database_availability_group', 'that has the folder of another already', {
    found: [{ Name: 'DAG02', WitnessServer: 'FS01', WitnessDirectory: 'C:\\DAGFileShareWitnesses\\DAG01' }],
    prior: group,
    planned: group,
  }),
  obstacle(
    'database_availability_group_member',
    'of a server in another DAG',
    [{ Name: 'DAG02', Servers: ['EX1', 'EX2.contoso.local'] }],
    { dag: 'DAG01', server: 'EX2' },
  ),
  obstacle(
    'database_availability_group_member',
    'of a server in none',
    [{ Name: 'DAG02', Servers: ['EX1'] }],
    { dag: 'DAG01', server: 'EX2' },
  ),
  obstacle('certificate', 'as the one that clients see, where nobody knows which that is', [UNTOLD], {
    server: 'EX2',
    thumbprint: null,
    services: null,
  }),
  obstacle('certificate', 'as the one that clients see, where the session tells', [INSTALLED], {
    server: 'EX2',
    thumbprint: null,
    services: null,
  }),
  obstacle('certificate', 'by its thumbprint, where the session does not tell its services', [UNTOLD], {
    server: 'EX2',
    thumbprint: MAIL,
    services: null,
  }),

  ofServices('of which services are no longer declared', {}),
  ofServices(
    'of which services are no longer declared, and another one is known',
    {},
    { fallback_thumbprint: OTHER_THUMBPRINT },
  ),
  ofServices('of which another one gets the services', beside('SMTP', 'POP', 'UM')),
  ofServices('of which another one gets one service', beside('POP')),
  foreseen('certificate', 'of which every service stays', {
    found: [INSTALLED],
    prior: { ...renewed, imported: [] },
    planned: { ...renewed, imported: [] },
  }),

  viewed(
    'owa_virtual_directory',
    'of the second web site',
    [{ ...OWA, Name: 'owa (Second)', InternalUrl: 'https://a.contoso.com/owa' }],
    { ...owa, web_site: 'Second' },
  ),
  viewed(
    'owa_virtual_directory',
    'where the web site is not told',
    [{ ...OWA, BasicAuthentication: 'False' }],
    { server: 'ex2' },
  ),
  viewed('owa_virtual_directory', 'of a server that has none', [{ ...OWA, Server: 'EX1' }], owa),
  ...['outlook_anywhere', 'outlook_anywhere_2010'].flatMap((name) => [
    viewed(
      name,
      'by the name of the server',
      [{ ServerName: 'EX1' }, { ServerName: 'EX2', SSLOffloading: 'True' }],
      { server: 'EX2' },
    ),
    viewed(name, 'by the server itself', [{ Server: 'EX2', ExternalHostname: 'mail.contoso.com' }], {
      server: 'EX2',
    }),
    viewed(name, 'of another server', [{ ServerName: 'EX1' }, { Server: 'EX3' }], { server: 'EX2' }),
  ]),
  viewed(
    'service_connection_point',
    'with a scope',
    [{ Name: 'EX2', AutoDiscoverSiteScope: ['Redmond', 'Lisbon'] }],
    scp,
  ),
  viewed('service_connection_point', 'without one', [{ Name: 'EX2', AutoDiscoverSiteScope: null }], scp),
  viewed('service_connection_point', 'of another server', [{ Name: 'EX1' }], scp),
  viewed(
    'pop_settings',
    'of the server',
    [{ X509CertificateName: 'pop.contoso.com', ExternalConnectionSettings: [] }],
    { server: 'EX2' },
  ),
  viewed('pop_settings', 'where there are none', [], pop),
  viewed(
    'datacenter_activation',
    'of another DAG',
    [{ Name: 'DAG02', DatacenterActivationMode: 'DagOnly' }],
    { dag: 'DAG01', mode: 'Off' },
  ),
  viewed(
    'datacenter_activation',
    'of the DAG',
    [
      { Name: 'DAG02', DatacenterActivationMode: 'Off' },
      { Name: 'DAG01', DatacenterActivationMode: 'DagOnly' },
    ],
    { dag: 'dag01', mode: 'Off' },
  ),
  viewed('database_availability_group_member', 'of another DAG', [{ Name: 'DAG02', Servers: ['EX2'] }], {
    dag: 'DAG01',
    server: 'EX2',
  }),
  viewed(
    'database_availability_group',
    'beside another',
    [
      { Name: 'DAG02', WitnessServer: 'FS09' },
      { Name: 'DAG01', WitnessServer: '', DatabaseAvailabilityGroupIpAddresses: [] },
    ],
    group,
  ),
  viewed(
    'mailbox_database',
    'with copies in order of preference',
    [
      {
        ...SHOWN_DATABASE,
        ActivationPreference: ['[EX12, 10]', '[EX2, 2]', '[EX1, 1]'],
        Servers: ['EX12', 'EX2', 'EX1'],
      },
    ],
    database,
  ),
  viewed(
    'mailbox_database',
    'with a preference in another form',
    [{ ...SHOWN_DATABASE, ActivationPreference: ['[EX1, 1]', 'EX2: 2'], Servers: ['EX9', 'EX2', 'EX1'] }],
    { ...database, copies: ['EX2', 'EX3'] },
  ),
  viewed(
    'mailbox_database',
    'with a preference that has more around it',
    [{ ...SHOWN_DATABASE, ActivationPreference: ['x[EX2, 1]', '[EX1, 2]x'] }],
    { ...database, copies: ['EX1', 'EX2'] },
  ),
  viewed(
    'mailbox_database',
    'on a server that is down',
    [{ ...SHOWN_DATABASE, Mounted: null, Server: null, RpcClientAccessServer: '' }],
    database,
  ),
  viewed('certificate', 'by the server alone', [SMTP_ONLY, INSTALLED], {
    server: 'EX2',
    thumbprint: null,
    services: null,
  }),
  viewed('certificate', 'by the server alone, where none serves clients', [SMTP_ONLY], {
    server: 'EX2',
    thumbprint: null,
    services: null,
  }),

  ...[
    [{ Role: 'Mailbox', RequiredServicesRunning: true }],
    [
      {
        Role: 'Mailbox',
        RequiredServicesRunning: false,
        ServicesNotRunning: ['MSExchangeIS', 'MSExchangeRepl'],
      },
      { RequiredServicesRunning: 'False', ServicesNotRunning: [] },
      { Role: 'Hub', RequiredServicesRunning: 'True' },
    ],
    [],
  ].map((found) =>
    checked(
      'health_gate',
      ExchangeVersion.V2010,
      `where Test-ServiceHealth shows ${JSON.stringify(found)}`,
      found,
    ),
  ),
  ...[
    ['OWA', 'Outlook', 'OutlookMapiHttp'].map((set) => ({
      HealthSet: `${set}.Proxy`,
      AlertValue: 'Healthy',
    })),
    [
      { HealthSet: 'OWA.Proxy', AlertValue: 'Unhealthy' },
      { HealthSet: 'OutlookMapiHttp.Proxy', AlertValue: null },
    ],
  ].map((found) =>
    checked(
      'health_gate',
      ExchangeVersion.V2016,
      `where Get-HealthReport shows ${JSON.stringify(found)}`,
      found,
    ),
  ),
  ...[
    [
      { Check: 'ClusterService', Result: 'Passed' },
      { Check: 'QuorumGroup', Result: 'Passed' },
    ],
    [{ Check: 'ClusterService', Result: '*FAILED*', Error: ' it is\n  down ' }, { Check: 'QuorumGroup' }],
  ].map((found) =>
    checked(
      'replication_gate',
      ExchangeVersion.V2016,
      `where Test-ReplicationHealth shows ${JSON.stringify(found)}`,
      found,
    ),
  ),
  ...[
    [{ Scenario: 'IMAP4', Result: 'Success' }],
    [{ Scenario: ' ', Result: 'Failure', Error: ' ', Message: ' not\n let in ' }],
    [{ Result: { typeNames: [], properties: {} }, Error: 'why' }],
    [{ Scenario: 'IMAP4' }],
    [],
  ].map((found) =>
    checked(
      'connectivity_check',
      ExchangeVersion.V2010,
      `where the last test shows ${JSON.stringify(found)}`,
      found,
    ),
  ),
  steps(
    'health_gate',
    'in a service that joins a certificate',
    { triggers: { 'a-services': 'IIS' } },
    { triggers: { 'a-services': 'IIS SMTP' } },
  ),
  steps(
    'health_gate',
    'in a service that leaves a certificate',
    { triggers: { 'a-services': 'IIS SMTP' } },
    { triggers: { 'a-services': 'SMTP' } },
  ),
  steps(
    'health_gate',
    'in one service for another',
    { triggers: { 'a-services': 'IIS SMTP' } },
    { triggers: { 'a-services': 'SMTP POP' } },
  ),
  steps(
    'health_gate',
    'in a trigger that leaves',
    { triggers: { 'a-services': 'IIS', b: 'x' } },
    { triggers: { 'a-services': 'IIS' } },
  ),
  ...['a', 'b'].map((last) =>
    steps(
      'health_gate',
      `in nothing but the order, with ${last} last`,
      {
        shown_certificates: { 'tls://a:443/x': THUMBPRINT, 'tls://b:443/x': OTHER_THUMBPRINT },
        connector_certificates: ['smtp://a:25', 'smtp://b:25'],
      },
      {
        shown_certificates:
          last === 'a'
            ? { 'tls://b:443/x': OTHER_THUMBPRINT, 'tls://a:443/x': THUMBPRINT }
            : { 'tls://a:443/x': THUMBPRINT, 'tls://b:443/x': OTHER_THUMBPRINT },
        connector_certificates: ['smtp://b:25', 'smtp://a:25'],
      },
    ),
  ),
  steps(
    'mailbox_database',
    'in the order of three copies',
    { copies: ['EX1', 'EX2', 'EX3'] },
    { copies: ['EX3', 'EX1', 'EX2'] },
  ),
  steps(
    'mailbox_database',
    'in the order of the last two copies',
    { copies: ['EX1', 'EX2', 'EX3'] },
    { copies: ['EX1', 'EX3', 'EX2'] },
  ),
  looks('health_gate', {
    shown_certificates: { 'tls://EX2:444/mail.contoso.com': THUMBPRINT },
    connector_certificates: ['smtp://EX2:587'],
    health_pages: ['https://EX2:444/owa/healthcheck.htm', 'https://EX2/owa/healthcheck.htm'],
  }),
  looks('connectivity_check', {
    autodiscover_certificate: {
      'tls://EX2:444/autodiscover.contoso.com': THUMBPRINT,
      'tls://EX3:443/autodiscover.contoso.com': THUMBPRINT,
    },
  }),
  looks('connectivity_check', { mailbox: null }),

  ...RESOURCES.map((each): Case => [`${each.typeName} in an import id`, () => `${importIdForm(each)}\n`]),
  ...[
    'EX2/owa',
    'EX2/Default Web Site/forms_authentication',
    'EX2/forms_authentication,x',
    'EX2/forms_authentication,basic_authentication',
  ].map((id): Case => [
    `owa_virtual_directory imported as ${id}`,
    () => `${JSON.stringify(readImportId(resource('owa_virtual_directory'), id))}\n`,
  ]),
  ...[
    'EX2\\owa (Default Web Site)',
    'ex2\\OWA (Second)',
    'EX2\\Rpc (Default Web Site)',
    'EX2\\owa',
    'a/EX2\\owa (W)',
    'EX2\\owa (W) x',
    'EX2',
  ].flatMap((identity) =>
    ['owa_virtual_directory', 'outlook_anywhere', 'outlook_anywhere_2010'].map((name): Case => [
      `${name} imported as ${identity}`,
      () => `${JSON.stringify(readImportId(resource(name), identity))}\n`,
    ]),
  ),
];

beforeAll(() => golden.update(() => CASES.map(([title, tell]) => [title, tell()])));

test.each(CASES)('%s', (title, tell) => {
  expect(tell()).toBe(golden.text(title));
});

test.each([
  [['EX1', 'EX2'], ['ex1', 'EX2'], true],
  [['EX1', 'EX2'], ['EX2', 'EX1'], false],
  [['EX1', 'EX2'], ['EX1', 'EX3'], false],
  [['EX1'], ['EX1', 'EX2'], false],
  [['EX1', 'EX2'], ['EX1'], false],
  [[], [], true],
])('copies on %j and on %j are the same: %s', (left, right, same) => {
  expect(resource('mailbox_database').schema.attributes['copies']?.equals?.(left, right)).toBe(same);
});

test('no other case is in the golden file, and each has a title of its own', () => {
  expect(golden.titles).toEqual(CASES.map(([title]) => title));
});
