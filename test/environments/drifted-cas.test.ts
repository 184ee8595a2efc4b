import { site } from '../../environments/drifted-cas';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('drifted-cas', site);
const plan = planOf(files);

const URLS = (path: string) => ({
  InternalUrl: `https://mail.domain.com${path}`,
  ExternalUrl: `https://mail.domain.com${path}`,
});

describe('two client access servers of Exchange 2010 whose URLs drifted', () => {
  test('the whole site is as it was reviewed', () => expectGolden('drifted-cas', files));

  test.each(['ECAS1', 'ECAS2'])('%s is brought to the declared values by the cmdlets of 2010', (server) => {
    const steps = plan.steps.filter((step) => step.server === server && 'cmdlet' in step);
    expect(
      steps
        .map((step) => ('cmdlet' in step ? [step.cmdlet, step.parameters] : []))
        .filter(([cmdlet]) => (cmdlet as string).startsWith('Set-')),
    ).toEqual([
      [
        'Set-ClientAccessServer',
        {
          Identity: server,
          AutoDiscoverServiceInternalUri: 'https://mail.domain.com/Autodiscover/Autodiscover.xml',
        },
      ],
      ['Set-OwaVirtualDirectory', { Identity: `${server}\\owa (Default Web Site)`, ...URLS('/owa') }],
      ['Set-EcpVirtualDirectory', { Identity: `${server}\\ecp (Default Web Site)`, ...URLS('/ecp') }],
      [
        'Set-ActiveSyncVirtualDirectory',
        {
          Identity: `${server}\\Microsoft-Server-ActiveSync (Default Web Site)`,
          ...URLS('/Microsoft-Server-ActiveSync'),
        },
      ],
      [
        'Set-WebServicesVirtualDirectory',
        {
          Identity: `${server}\\EWS (Default Web Site)`,
          ...URLS('/EWS/Exchange.asmx'),
          BasicAuthentication: true,
          Force: true,
        },
      ],
      ['Set-OabVirtualDirectory', { Identity: `${server}\\OAB (Default Web Site)`, ...URLS('/OAB') }],
    ]);
    expect(steps.map((step) => ('cmdlet' in step ? step.cmdlet : ''))).toEqual([
      'Set-ClientAccessServer',
      'Import-ExchangeCertificate',
      'Enable-ExchangeCertificate',
      'Set-OwaVirtualDirectory',
      'Set-EcpVirtualDirectory',
      'Set-ActiveSyncVirtualDirectory',
      'Set-WebServicesVirtualDirectory',
      'Set-OabVirtualDirectory',
      'Test-ServiceHealth',
    ]);
  });

  test('what 2010 does not have is not there', () => {
    expect(files['cdk.tf.json']).not.toMatch(/mapi|outlook_anywhere|Get-HealthReport/);
  });
});
