import { site } from '../../environments/coexistence-2007-2010';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { formatDiagnostic } from '../../exchange/rules';
import type { NamedCertificates } from '../../exchange/site';
import { described } from './described';
import { records } from './namespace-plan';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('coexistence-2007-2010', site);
const plan = planOf(files);
const call = (server: string | null, cmdlet: string) =>
  plan.steps.flatMap((step) =>
    'cmdlet' in step && step.server === server && step.cmdlet === cmdlet ? [step.parameters] : [],
  );

const OLD = 'mail01-srv';
const both = { internal: 'https://mail01-srv.mailmig.com', external: 'https://legacy.mailmig.com' };
const legacy = (path: string) => ({
  InternalUrl: `${both.internal}${path}`,
  ExternalUrl: `${both.external}${path}`,
});
const shared = (path: string) => ({
  InternalUrl: `https://mail.mailmig.com${path}`,
  ExternalUrl: `https://mail.mailmig.com${path}`,
});

describe('Exchange 2010 beside 2007, which has a legacy name', () => {
  test('the whole site is as it was reviewed', () => expectGolden('coexistence-2007-2010', files));

  test('the names of the servers on the certificate are warned of, and IMAP without one, and nothing else is found', () => {
    expect(resolveSite(site).diagnostics.map(({ rule }) => rule)).toEqual([
      'nlb-mail-certificate',
      'certificate-server-name',
      'certificate-server-name',
    ]);
  });

  test('a name of the certificate in a zone that nobody declares, as the notes had it, is warned of', () => {
    const { cas, legacy: old } = site.certificate as NamedCertificates;
    const names = cas!.names.map((name) => name.replace('pop.mailmig.com', 'pop.mailmig.ru'));
    const mistyped = { ...site, certificate: { cas: { ...cas!, names }, legacy: old! } };
    const [said, ...more] = resolveSite(mistyped).diagnostics.filter(
      ({ rule }) => rule === 'certificate-zone',
    );
    expect(more).toEqual([]);
    expect(formatDiagnostic(said!)).toMatch(/^certificate\.cas\.names\[3\]: 'pop\.mailmig\.ru'/);
  });

  test.each<readonly [string, object]>([
    ['Disable-OutlookAnywhere', { Server: OLD }],
    [
      'Set-OwaVirtualDirectory',
      { ...legacy('/owa'), WindowsAuthentication: true, FormsAuthentication: false },
    ],
    [
      'Set-ActiveSyncVirtualDirectory',
      {
        ...legacy('/Microsoft-Server-ActiveSync'),
        ExternalUrl: null,
        BasicAuthEnabled: true,
        WindowsAuthEnabled: true,
      },
    ],
    [
      'Set-WebServicesVirtualDirectory',
      { ...legacy('/EWS/Exchange.asmx'), BasicAuthentication: true, WindowsAuthentication: true },
    ],
    [
      'Set-OabVirtualDirectory',
      { ...legacy('/OAB'), BasicAuthentication: true, WindowsAuthentication: true },
    ],
    ['Set-ClientAccessServer', { Identity: OLD, AutoDiscoverServiceInternalUri: null }],
  ])('the server of 2007: %s', (cmdlet, parameters) => {
    expect(call(OLD, cmdlet)).toEqual([expect.objectContaining(parameters)]);
  });

  describe.each(['srv-mx03', 'srv-mx04'])('%s', (server) => {
    test.each<readonly [string, object]>([
      [
        'Enable-OutlookAnywhere',
        {
          Server: server,
          ExternalHostname: 'mail.mailmig.com',
          SSLOffloading: false,
          DefaultAuthenticationMethod: 'Basic',
        },
      ],
      ['Enable-ExchangeCertificate', { Services: ['IIS', 'POP', 'SMTP'] }],
      [
        'Set-OwaVirtualDirectory',
        { ...shared('/owa'), WindowsAuthentication: true, FormsAuthentication: false },
      ],
      [
        'Set-EcpVirtualDirectory',
        { ...shared('/ecp'), WindowsAuthentication: true, FormsAuthentication: false },
      ],
      ['Set-ActiveSyncVirtualDirectory', shared('/Microsoft-Server-ActiveSync')],
      [
        'Set-WebServicesVirtualDirectory',
        { ...shared('/EWS/Exchange.asmx'), BasicAuthentication: true, WindowsAuthentication: true },
      ],
      ['Set-OabVirtualDirectory', shared('/OAB')],
    ])('%s', (cmdlet, parameters) => {
      expect(call(server, cmdlet)).toEqual([expect.objectContaining(parameters)]);
    });
  });

  test('the array is made for the one Active Directory site', () => {
    expect(call(null, 'New-ClientAccessArray')).toEqual([
      { Fqdn: 'outlook.mailmig.com', Site: 'Default-First-Site-Name' },
    ]);
  });

  test('inside names stand for the cluster and the old server, outside for the proxy', () => {
    expect(records(plan)).toEqual({
      mail: ['192.0.2.10'],
      autodiscover: ['192.0.2.10'],
      legacy: ['192.0.2.1'],
      outlook: ['192.0.2.10'],
    });
    expect(records(plan, 'external')).toEqual({
      mail: ['203.0.113.3'],
      autodiscover: ['203.0.113.3'],
      legacy: ['203.0.113.3'],
    });
    const members = elementsOf(resolveSite(site).elements, 'pool-member');
    expect(members.map(({ server, virtualAddresses }) => [server, virtualAddresses])).toEqual([
      ['srv-mx03', ['192.0.2.10']],
      ['srv-mx04', ['192.0.2.10']],
    ]);
  });

  test('the cluster balances the ports of the scenario in multicast mode, and none of SMTP', () => {
    expect(described(plan, 'nlb-cluster').table?.rows).toEqual([
      ['cluster address', '192.0.2.10'],
      ['full internet name', 'outlook.mailmig.com'],
      ['mode', 'multicast'],
      ['MAC address', '03-BF-C0-00-02-0A'],
      ['host', 'srv-mx03, 192.0.2.3, priority 1'],
      ['host', 'srv-mx04, 192.0.2.4, priority 2'],
    ]);
    const rules = described(plan, 'nlb-rules').table?.rows ?? [];
    expect(rules.filter(([, , mode]) => mode === 'multiple hosts')).toEqual(
      ['80', '110', '135', '143', '443', '993', '995', '1024-65535'].map((port) => [
        port,
        'TCP',
        'multiple hosts',
        'single',
      ]),
    );
    expect(rules.filter(([, , mode]) => mode === 'disabled').map(([port]) => port)).toEqual([
      '25',
      '465',
      '587',
    ]);
  });

  test('the commands are those of Windows Server 2008 R2, what is not known left in brackets', () => {
    const adapter = "-InterfaceName '<adapter>'";
    expect(described(plan, 'nlb-cluster').commands).toEqual([
      "Import-Module -Name 'ServerManager'",
      "Add-WindowsFeature -Name 'NLB', 'RSAT-NLB'",
      "Import-Module -Name 'NetworkLoadBalancingClusters'",
      `New-NlbCluster ${adapter} -ClusterName 'outlook.mailmig.com' -ClusterPrimaryIP '192.0.2.10' -SubnetMask '<subnet mask>' -OperationMode 'Multicast'`,
      `Set-NlbClusterNode -HostName 'srv-mx03' ${adapter} -HostPriority 1`,
    ]);
    const rules = described(plan, 'nlb-rules').commands;
    expect(rules).toContain(
      `Add-NlbClusterPortRule ${adapter} -StartPort 1024 -EndPort 65535 -Protocol 'Tcp' -Mode 'Multiple' -Affinity 'Single'`,
    );
    expect(rules).toContain(
      `Add-NlbClusterPortRule ${adapter} -StartPort 25 -EndPort 25 -Protocol 'Tcp' -Mode 'Disabled'`,
    );
    const joined = described(plan, 'nlb-join-srv-mx04');
    expect(joined.host).toBe('srv-mx04.mailmig.com');
    expect(joined.commands.slice(-2)).toEqual([
      `Add-NlbClusterNode -HostName 'srv-mx03' ${adapter} -NewNodeName 'srv-mx04' -NewNodeInterface '<adapter>'`,
      `Set-NlbClusterNode -HostName 'srv-mx04' ${adapter} -HostPriority 2`,
    ]);
  });

  test('the switch has two static entries', () => {
    expect(described(plan, 'nlb-switch').commands).toEqual([
      'arp 192.0.2.10 03bf.c000.020a ARPA',
      'mac address-table static 03bf.c000.020a vlan 3 interface Po1 Po2',
    ]);
  });

  test('the proxy has one listener with forms, and its rules in the order of the scenario', () => {
    expect(described(plan, 'reverse-proxy-listener').table?.rows).toEqual([
      ['addresses', '203.0.113.3'],
      ['HTTPS', 'port 443'],
      ['HTTP', 'off'],
      ['certificate', 'mail.mailmig.com, legacy.mailmig.com, autodiscover.mailmig.com'],
      ['client authentication', 'HTML forms'],
    ]);
    const { commands, table } = described(plan, 'reverse-proxy-rules');
    expect(commands).toEqual([]);
    const cluster = '192.0.2.10';
    expect(table?.rows).toEqual([
      [
        '1',
        'Exch2010OutlookAnywhere',
        'autodiscover.mailmig.com, mail.mailmig.com',
        '/Autodiscover/*, /rpc/*, /EWS/*, /OAB/*',
        cluster,
        'NTLM',
      ],
      [
        '2',
        'Exch2007OWA',
        'legacy.mailmig.com',
        '/owa/*, /EWS/*, /OAB/*, /UnifiedMessaging/*, /Exchange/*, /Exchweb/*, /Public/*',
        'mail01-srv.mailmig.com',
        'NTLM',
      ],
      ['3', 'Exch2010ActiveSync', 'mail.mailmig.com', '/Microsoft-Server-ActiveSync/*', cluster, 'NTLM'],
      [
        '4',
        'Exch2010OWA',
        'mail.mailmig.com',
        '/owa/*, /ecp/*, /Exchange/*, /Exchweb/*, /Public/*',
        cluster,
        'NTLM',
      ],
    ]);
  });

  test('the plan says what each client of 2007 sees', () => {
    expect(plan.legacyClients?.map(({ client, sees }) => [client, sees])).toEqual([
      [
        'Outlook on the web',
        `is redirected to ${both.external}/owa, with a second sign-in unless both servers sign in by forms`,
      ],
      ['Exchange Control Panel', 'is not in Exchange 2007: a mailbox has it once it has moved'],
      [
        'ActiveSync, a device that knows Autodiscover',
        `is proxied to ${both.internal}/Microsoft-Server-ActiveSync/Proxy`,
      ],
      ['ActiveSync, another device', `is proxied to ${both.internal}/Microsoft-Server-ActiveSync/Proxy`],
      [
        'Exchange Web Services',
        `is given ${both.external}/EWS/Exchange.asmx by Autodiscover; requests to the newer server are not redirected`,
      ],
      ['Outlook Anywhere', 'is proxied to the old mailbox server'],
      ['POP and IMAP', 'is proxied'],
      ['Outlook inside (MAPI)', 'connects to the old mailbox server itself'],
    ]);
  });
});
