import { site } from '../../environments/site-resilient-2010';
import { resolveSite } from '../../exchange/resolve-site';
import { formatDiagnostic } from '../../exchange/rules';
import type { DatabaseAvailabilityGroup, ExchangeSiteProps } from '../../exchange/site';
import { formatPath } from '../../schema';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('site-resilient-2010', site);
const plan = planOf(files);
const calls = plan.steps.flatMap((step) => ('cmdlet' in step ? [step] : []));
const callsOn = (server: string | null) =>
  calls.filter((step) => step.server === server).map(({ cmdlet, parameters }) => [cmdlet, parameters]);

const NAMES = {
  EX01: 'mail.exchangeonline.dk',
  EX03: 'mail.exchangeonline.dk',
  EX02: 'failover.exchangeonline.dk',
  EX04: 'failover.exchangeonline.dk',
};

/** The two URLs of a service; paths as the deployment has them, which compare without letter case. */
const urls = (host: string, path: string) => ({
  InternalUrl: `https://${host}${path}`,
  ExternalUrl: `https://${host}${path}`,
});

/** Six databases from a number on: made and mounted on one server, with a copy on another. */
const databaseCalls = (first: number, server: string, copy: string, array: string) =>
  Array.from({ length: 6 }, (_each, index) => {
    const name = `DAG01-MDB${String(first + index).padStart(3, '0')}`;
    return [
      [
        'New-MailboxDatabase',
        {
          Name: name,
          Server: server,
          EdbFilePath: `E:\\DAG01\\${name}.edb`,
          LogFolderPath: `F:\\DAG01\\${name}`,
        },
      ],
      ['Mount-Database', { Identity: name }],
      ['Add-MailboxDatabaseCopy', { Identity: name, MailboxServer: copy, ActivationPreference: 2 }],
      ['Set-MailboxDatabase', { Identity: name, RpcClientAccessServer: array }],
    ];
  }).flat();

describe('Exchange 2010 in two datacentres with one stretched DAG', () => {
  test('the whole site is as it was reviewed', () => expectGolden('site-resilient-2010', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test.each(Object.entries(NAMES))('%s gives clients the name of its datacentre, %s', (server, host) => {
    expect(callsOn(server)).toEqual([
      [
        'Set-ClientAccessServer',
        {
          Identity: server,
          AutoDiscoverServiceInternalUri: 'https://mail.exchangeonline.dk/Autodiscover/Autodiscover.xml',
        },
      ],
      ['Import-ExchangeCertificate', expect.objectContaining({ Server: server })],
      ['Enable-ExchangeCertificate', expect.objectContaining({ Server: server, Services: ['IIS'] })],
      [
        'Enable-OutlookAnywhere',
        {
          Server: server,
          ExternalHostname: host,
          SSLOffloading: false,
          DefaultAuthenticationMethod: 'Ntlm',
        },
      ],
      ['Set-OwaVirtualDirectory', { Identity: `${server}\\owa (Default Web Site)`, ...urls(host, '/owa') }],
      ['Set-EcpVirtualDirectory', { Identity: `${server}\\ecp (Default Web Site)`, ...urls(host, '/ecp') }],
      [
        'Set-ActiveSyncVirtualDirectory',
        {
          Identity: `${server}\\Microsoft-Server-ActiveSync (Default Web Site)`,
          ...urls(host, '/Microsoft-Server-ActiveSync'),
        },
      ],
      [
        'Set-WebServicesVirtualDirectory',
        {
          Identity: `${server}\\EWS (Default Web Site)`,
          ...urls(host, '/EWS/Exchange.asmx'),
          Force: true,
        },
      ],
      ['Set-OabVirtualDirectory', { Identity: `${server}\\OAB (Default Web Site)`, ...urls(host, '/OAB') }],
      ['Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: server }],
      ['Test-ServiceHealth', { Server: server }],
    ]);
  });

  test('the organization has arrays, an Outlook provider, and a DAG with a witness and an address in each datacentre', () => {
    expect(callsOn(null)).toEqual([
      ['New-ClientAccessArray', { Fqdn: 'outlook-primary.exchangeonline.dk', Site: 'primary' }],
      ['New-ClientAccessArray', { Fqdn: 'outlook-failover.exchangeonline.dk', Site: 'failover' }],
      [
        'New-DatabaseAvailabilityGroup',
        {
          Name: 'DAG01',
          WitnessServer: 'FS01',
          WitnessDirectory: 'C:\\DAG01',
          DatabaseAvailabilityGroupIpAddresses: ['192.0.2.50', '198.51.100.50'],
        },
      ],
      [
        'Set-DatabaseAvailabilityGroup',
        {
          Identity: 'DAG01',
          AlternateWitnessServer: 'FS02',
          AlternateWitnessDirectory: 'C:\\DAG01',
        },
      ],
      ['Set-OutlookProvider', { Identity: 'EXPR', CertPrincipalName: 'msstd:mail.exchangeonline.dk' }],
      ...databaseCalls(1, 'EX01', 'EX02', 'outlook-primary.exchangeonline.dk'),
      ...databaseCalls(7, 'EX03', 'EX04', 'outlook-primary.exchangeonline.dk'),
    ]);
  });

  test('the servers join in the order of the deployment, once both file servers are prepared', () => {
    expect(
      calls
        .filter(({ cmdlet }) => cmdlet === 'Add-DatabaseAvailabilityGroupServer')
        .map(({ parameters }) => parameters['MailboxServer']),
    ).toEqual(['EX01', 'EX03', 'EX02', 'EX04']);
    const described = resolveSite(site).elements.filter(({ type }) => type === 'described');
    expect(described).toMatchObject([{ host: 'FS01' }, { host: 'FS02' }]);
    expect(resolveSite(site).elements.find(({ id }) => id === 'dag-DAG01')?.dependsOn).toEqual(
      expect.arrayContaining(described.map(({ id }) => id)),
    );
  });

  test('each name stands for the load balancer of its datacentre, and its servers belong into that pool', () => {
    expect(plan.steps.filter(({ kind }) => kind === 'dns')).toMatchObject([
      { name: 'mail', type: 'A', addresses: ['192.0.2.100'] },
      { name: 'failover', type: 'A', addresses: ['198.51.100.100'] },
      { name: 'outlook-primary', type: 'A', addresses: ['192.0.2.100'] },
      { name: 'outlook-failover', type: 'A', addresses: ['198.51.100.100'] },
    ]);
    expect(
      resolveSite(site).elements.flatMap((element) =>
        element.type === 'pool-member' ? [[element.server, element.pool, element.virtualAddresses]] : [],
      ),
    ).toEqual([
      ['EX01', 'primary', ['192.0.2.100']],
      ['EX03', 'primary', ['192.0.2.100']],
      ['EX02', 'failover', ['198.51.100.100']],
      ['EX04', 'failover', ['198.51.100.100']],
    ]);
  });

  test('an external view does not hold the names of the arrays', () => {
    const zones = [{ name: 'exchangeonline.dk' }];
    const records = resolveSite({
      ...site,
      dns: { internal: { zones }, external: { zones: [{ ...zones[0]!, server: 'ns.example.net' }] } },
    }).elements.flatMap((element) => (element.type === 'record-set' ? [[element.view, element.name]] : []));
    expect(records).toEqual([
      ['internal', 'mail'],
      ['internal', 'failover'],
      ['internal', 'outlook-primary'],
      ['internal', 'outlook-failover'],
      ['external', 'mail'],
      ['external', 'failover'],
    ]);
  });

  test('the failover servers may hand out their own name for Autodiscover', () => {
    const { failover } = site.datacentres ?? {};
    const own: ExchangeSiteProps = {
      ...site,
      datacentres: {
        ...site.datacentres,
        failover: {
          ...failover,
          namespaces: { client: 'failover.exchangeonline.dk', autodiscover: 'failover.exchangeonline.dk' },
          publish: { virtualIp: '198.51.100.100' },
        },
      },
    };
    expect(resolveSite(own).diagnostics).toEqual([]);
    const handedOut = planOf(synthesize('own', own)).steps.flatMap((step) =>
      'cmdlet' in step && step.cmdlet === 'Set-ClientAccessServer'
        ? [[step.server, step.parameters['AutoDiscoverServiceInternalUri']]]
        : [],
    );
    expect(handedOut).toEqual(
      Object.entries(NAMES).map(([server, host]) => [
        server,
        `https://${host}/Autodiscover/Autodiscover.xml`,
      ]),
    );
  });

  test.each<readonly [string, Partial<DatabaseAvailabilityGroup>, string]>([
    ['one address for two subnets', { addresses: ['192.0.2.50'] }, 'error dag-subnets dag.addresses'],
    [
      'an address beside DHCP',
      { addresses: ['0.0.0.0', '198.51.100.50'] },
      'error dag-addresses dag.addresses[0]',
    ],
    [
      'the address of a server',
      { addresses: ['192.0.2.11', '198.51.100.50'] },
      'error dag-addresses dag.addresses[0]',
    ],
    [
      'no administrative access point, which 2010 does not have',
      { addresses: ['255.255.255.255'] },
      'error dag-addresses dag.addresses[0]',
    ],
    [
      'a member for its witness',
      { witness: { server: 'EX01', directory: 'C:\\DAG01' } },
      'error dag-witness dag.witness.server',
    ],
  ])('the DAG with %s is refused', (_what, changes, said) => {
    const dag = { ...(site.dag as DatabaseAvailabilityGroup), ...changes };
    expect(
      resolveSite({ ...site, dag }).diagnostics.map(
        ({ severity, rule, path }) => `${severity} ${rule} ${formatPath(path)}`,
      ),
    ).toContain(said);
  });

  test('the DAG without addresses has its cluster get them by DHCP, and without an alternate witness is warned of', () => {
    const { name, witness, databases } = site.dag as DatabaseAvailabilityGroup;
    const bare = { ...site, dag: { name, witness, databases: databases ?? {} } };
    expect(resolveSite(bare).diagnostics.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      'warning dag-stretched',
    ]);
    const made = planOf(synthesize('bare', bare)).steps.find(({ kind }) => kind === 'dag');
    expect(made).toMatchObject({ parameters: { DatabaseAvailabilityGroupIpAddresses: ['0.0.0.0'] } });
  });

  test('logs may lie beside their database', () => {
    const databases = {
      'DAG01-MDB001': {
        copies: ['EX01', 'EX02'],
        edbFile: 'E:\\DAG01\\DAG01-MDB001.edb',
        logFolder: 'E:\\DAG01\\DAG01-MDB001',
      },
    };
    const dag = { ...(site.dag as DatabaseAvailabilityGroup), databases };
    expect(resolveSite({ ...site, dag }).diagnostics).toEqual([]);
  });

  test('Unified Messaging with a name is refused: 2010 moved it into Exchange Web Services', () => {
    const found = resolveSite({
      ...site,
      namespaces: { ...site.namespaces, services: { um: 'um.exchangeonline.dk' } },
    }).diagnostics.filter(({ rule }) => rule === 'service-version');
    expect(found.map(formatDiagnostic).join('\n')).toMatch(
      /namespaces\.services\.um: EX01 .*2010.*Unified Messaging[^]*Exchange Web Services/,
    );
  });
});
