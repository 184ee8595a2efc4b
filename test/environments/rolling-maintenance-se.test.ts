import { site } from '../../environments/rolling-maintenance-se';
import type { CmdletStep } from '../../exchange/plan/model';
import { resolveSite } from '../../exchange/resolve-site';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('rolling-maintenance-se', site);
const plan = planOf(files);
const calls = plan.steps.filter((step): step is CmdletStep => 'cmdlet' in step);
const WAVES = [
  ['LIS1', 'OPO1'],
  ['LIS2', 'OPO2'],
] as const;
const SERVERS = WAVES.flat();
/** The last step of the gate of a server. */
const lastLook = (server: string) => `${server}-health/https://${server}.contoso.local/owa/HealthCheck.htm`;

describe('the Subscription Edition in two datacentres, drained in two waves', () => {
  test('the whole site is as it was reviewed', () => expectGolden('rolling-maintenance-se', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test('the servers of a wave wait for the gates of all servers of the one before, and not for each other', () => {
    const waits = calls.flatMap(({ cmdlet, server, after }) =>
      cmdlet === 'Import-ExchangeCertificate' ? [[server, after]] : [],
    );
    const [first, second] = WAVES;
    expect(waits).toEqual([
      ...first.map((server) => [server, [`${server}-scp`]]),
      ...second.map((server) => [server, [`${server}-scp`, ...first.map(lastLook)]]),
    ]);
  });

  test('each is drained around its certificate and Outlook Anywhere, and brought back in the reverse order', () => {
    expect(calls.flatMap(({ id, maintenance }) => (maintenance === undefined ? [] : [id]))).toEqual(
      SERVERS.flatMap((server) => [
        `${server}-certificate/Enable-ExchangeCertificate`,
        `${server}-outlook-anywhere`,
      ]),
    );
    const { before = [], afterwards = [] } = calls.find(({ maintenance }) => maintenance)?.maintenance ?? {};
    const line = ({ cmdlet, parameters }: (typeof before)[number]) =>
      `${cmdlet} ${Object.values(parameters)
        .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
        .join(' ')}`;
    expect([...before, ...afterwards].map(line)).toEqual([
      'Set-ServerComponentState LIS1 HubTransport Draining Maintenance',
      'Redirect-Message LIS1 LIS2.contoso.local false',
      'Set-MailboxServer LIS1 true',
      'Set-MailboxServer LIS1 Blocked',
      // Waits until no database is active there.
      'Get-MailboxDatabase ',
      'Set-ServerComponentState LIS1 ServerWideOffline Inactive Maintenance',
      'Set-ServerComponentState LIS1 ServerWideOffline Active Maintenance',
      'Set-MailboxServer LIS1 {"former":"DatabaseCopyAutoActivationPolicy"}',
      'Set-MailboxServer LIS1 false',
      'Set-ServerComponentState LIS1 HubTransport Active Maintenance',
    ]);
  });

  test('messages go to a server of the other wave', () => {
    const waveOf = (name: string) => WAVES.findIndex((wave) => (wave as readonly string[]).includes(name));
    const { drained } = resolveSite(site);
    expect(drained.map(({ server }) => server)).toEqual(SERVERS);
    for (const { server, redirectTo = '' } of drained) {
      expect(waveOf(redirectTo.replace('.contoso.local', ''))).toBe(1 - waveOf(server));
    }
  });

  test('the runner looks at certificates, connectors and pages of each, and the names are published after that', () => {
    for (const server of SERVERS) {
      const looks = plan.steps.filter((step) => step.server === server && !('cmdlet' in step));
      const kinds = looks.map(({ kind }) => kind).filter((kind) => kind !== 'described');
      expect(kinds).toEqual([
        ...Array.from({ length: 3 }, () => 'shown-certificate'),
        ...Array.from({ length: 2 }, () => 'connector-certificate'),
        ...Array.from({ length: 8 }, () => 'health-page'),
        'load-balancer',
      ]);
    }
    const names = plan.steps.filter(({ kind }) => kind === 'dns');
    expect(names).toHaveLength(2);
    for (const { after } of names) expect(after).toEqual(expect.arrayContaining(SERVERS.map(lastLook)));
  });

  test('no database has both copies in one wave, and each server restarts its Information Store once', () => {
    const held = calls.flatMap(({ cmdlet, parameters }) =>
      cmdlet === 'New-MailboxDatabase' || cmdlet === 'Add-MailboxDatabaseCopy'
        ? [
            [
              parameters['Name'] ?? parameters['Identity'],
              parameters['Server'] ?? parameters['MailboxServer'],
            ],
          ]
        : [],
    );
    expect(held).toEqual([
      ['DB01', 'LIS1'],
      ['DB01', 'OPO2'],
      ['DB02', 'LIS2'],
      ['DB02', 'OPO1'],
    ]);
    const restarts = plan.steps.flatMap((step) =>
      step.kind === 'described' && step.commands.includes('Restart-Service MSExchangeIS') ? [step.host] : [],
    );
    expect([...restarts].sort()).toEqual(SERVERS.map((server) => `${server}.contoso.local`).sort());
  });
});
