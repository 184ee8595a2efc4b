import { site } from '../../environments/nlb-cas-2007';
import { resolveSite } from '../../exchange/resolve-site';
import { PFX_ON_SERVER } from '../../exchange/resources/certificate-steps';
import { described } from './described';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('nlb-cas-2007', site);
const plan = planOf(files);
const calls = plan.steps.flatMap((step) => ('cmdlet' in step ? [step] : []));
const callsOn = (server: string) =>
  calls.filter((step) => step.server === server).map(({ cmdlet, parameters }) => [cmdlet, parameters]);

const HOST = 'https://mail.ehlo.dk';
const urls = (path: string) => ({ InternalUrl: `${HOST}${path}`, ExternalUrl: `${HOST}${path}` });

describe('Exchange 2007: two client access servers behind Windows NLB', () => {
  test('the whole site is as it was reviewed', () => expectGolden('nlb-cas-2007', files));

  test('the names of the servers on the certificate are warned of, and nothing else is found', () => {
    const found = resolveSite(site).diagnostics;
    expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['certificate-server-name', 'warning'],
      ['certificate-server-name', 'warning'],
    ]);
    expect(found.map(({ summary }) => summary).join()).toMatch(/cas01\.ehlo\.dk.*cas02\.ehlo\.dk/);
  });

  test.each(['CAS01', 'CAS02'])('%s has the certificate, then the names that clients are given', (server) => {
    expect(callsOn(server)).toEqual([
      [
        'Set-ClientAccessServer',
        {
          Identity: server,
          AutoDiscoverServiceInternalUri: 'https://autodiscover.ehlo.dk/Autodiscover/Autodiscover.xml',
        },
      ],
      [
        'Import-ExchangeCertificate',
        { Path: PFX_ON_SERVER, Password: { secret: 'the password of the PFX file' } },
      ],
      [
        'Enable-ExchangeCertificate',
        {
          Thumbprint: { reference: `${server}-certificate`, property: 'Thumbprint' },
          Services: ['IIS', 'POP', 'IMAP'],
        },
      ],
      [
        'Enable-OutlookAnywhere',
        {
          Server: server,
          ExternalHostname: 'mail.ehlo.dk',
          SSLOffloading: false,
          ClientAuthenticationMethod: 'Basic',
        },
      ],
      ['Set-OwaVirtualDirectory', { Identity: `${server}\\owa (Default Web Site)`, ...urls('/owa') }],
      [
        'Set-ActiveSyncVirtualDirectory',
        {
          Identity: `${server}\\Microsoft-Server-ActiveSync (Default Web Site)`,
          ...urls('/Microsoft-Server-ActiveSync'),
        },
      ],
      [
        'Set-WebServicesVirtualDirectory',
        { Identity: `${server}\\EWS (Default Web Site)`, ...urls('/EWS/Exchange.asmx') },
      ],
      ['Set-OabVirtualDirectory', { Identity: `${server}\\OAB (Default Web Site)`, ...urls('/OAB') }],
      [
        'Set-UMVirtualDirectory',
        {
          Identity: `${server}\\UnifiedMessaging (Default Web Site)`,
          ...urls('/UnifiedMessaging/Service.asmx'),
        },
      ],
      ['Test-ServiceHealth', { Server: server }],
      ['Test-ActiveSyncConnectivity', { ClientAccessServer: server }],
      ['Test-OutlookWebServices', { ClientAccessServer: server }],
    ]);
  });

  test('the PFX lies on each server for the time of the import only', () => {
    const removal = { cmdlet: 'Remove-Item', parameters: { Path: PFX_ON_SERVER } };
    const imports = calls.filter(({ cmdlet }) => cmdlet === 'Import-ExchangeCertificate');
    expect(imports).toHaveLength(2);
    for (const { file } of imports) {
      expect(file).toEqual({
        path: PFX_ON_SERVER,
        before: [
          { ...removal, condition: 'only if something lies there' },
          {
            cmdlet: 'Set-Content',
            parameters: {
              Path: PFX_ON_SERVER,
              Value: { file: 'certificates/mail.pfx' },
              Encoding: 'Byte',
            },
          },
        ],
        afterwards: [removal],
      });
    }
  });

  test('each is tested as clients use it, once the names are published', () => {
    const ids = plan.steps.map(({ id }) => id);
    const tests = plan.steps.flatMap((step) => (step.kind === 'connectivity' ? [step] : []));
    expect(tests.map(({ id, after }) => [id, after])).toEqual(
      ['CAS01', 'CAS02'].flatMap((server) => [
        [`${server}-connectivity`, [`${server}-health`, 'mail_ehlo_dk-A', 'autodiscover_ehlo_dk-A']],
        [`${server}-connectivity/Test-OutlookWebServices`, [`${server}-connectivity`]],
      ]),
    );
    expect(tests.map(({ id }) => ids.indexOf(id))).toEqual(
      [...tests.keys()].map((at) => ids.length - 4 + at),
    );
    expect(tests.map(({ wait }) => wait)).toEqual(
      ['CAS01', 'CAS02'].flatMap(() => [
        { seconds: 900, property: 'Result', equals: 'Success' },
        { seconds: 900, property: 'Type', equals: 'Success', allows: ['Information'] },
      ]),
    );
  });

  test('both names stand for the address of the cluster', () => {
    expect(plan.steps.filter(({ kind }) => kind === 'dns')).toMatchObject([
      { name: 'mail', type: 'A', addresses: ['192.0.2.10'] },
      { name: 'autodiscover', type: 'A', addresses: ['192.0.2.10'] },
    ]);
  });

  test('the cluster is described once both are healthy: its hosts by priority, each port balanced or excluded', () => {
    const cluster = described(plan, 'nlb-cluster');
    expect(cluster.host).toBe('cas01.ehlo.dk');
    expect(cluster.after).toEqual(['CAS01-health', 'CAS02-health']);
    expect(cluster.table?.rows).toEqual([
      ['cluster address', '192.0.2.10'],
      ['full internet name', 'mail.ehlo.dk'],
      ['mode', 'unicast'],
      ['MAC address', '02-BF-C0-00-02-0A'],
      ['host', 'CAS01, 192.0.2.11, priority 1'],
      ['host', 'CAS02, 192.0.2.12, priority 2'],
    ]);
    const excluded = (port: string) => [port, 'TCP', 'disabled', 'none'];
    const balanced = (port: string) => [port, 'TCP', 'multiple hosts', 'single'];
    expect(described(plan, 'nlb-rules').table?.rows).toEqual([
      excluded('25'),
      balanced('80'),
      balanced('110'),
      balanced('143'),
      balanced('443'),
      excluded('465'),
      excluded('587'),
      balanced('993'),
      balanced('995'),
    ]);
  });

  test('nothing of it can be run where the Windows Server is not known, and names come after it', () => {
    const steps = plan.steps.flatMap((step) => (step.kind === 'described' ? [step] : []));
    expect(steps.map(({ id, commands }) => [id, commands])).toEqual([
      ['nlb-cluster', []],
      ['nlb-rules', []],
      ['nlb-join-CAS02', []],
    ]);
    for (const step of plan.steps.filter(({ kind }) => kind === 'dns')) {
      expect(step.after).toContain('nlb-join-CAS02');
    }
  });
});
