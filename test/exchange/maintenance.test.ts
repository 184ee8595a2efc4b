import { maintenanceOfServer } from '../../exchange/declared-maintenance';
import { groupsOf } from '../../exchange/placed-groups';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import type { CmdletStep, PlanCall } from '../../exchange/plan/model';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/versions';
import { dag, server, site } from './sites';

const { V2010, V2016 } = ExchangeVersion;
const right = site();
const balanced: Partial<ExchangeSiteProps> = { dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } } };

describe('what is declared', () => {
  const placed = (declaration: ExchangeSiteProps) => {
    const groups = groupsOf(declaration);
    return declaration.servers.map((each) => {
      const found = maintenanceOfServer(declaration, groups, each);
      return found && (found.redirectTo?.name ?? 'nobody');
    });
  };
  const three = (changes: Partial<ExchangeSiteProps>) =>
    placed(site({ servers: [server(1), server(2), server(3)], ...changes }));

  test('nothing, and nobody is drained', () => {
    expect(three({})).toEqual([undefined, undefined, undefined]);
    expect(three({ maintenance: false })).toEqual([undefined, undefined, undefined]);
  });

  test('of the server counts before that of its datacentre, and that before that of the site', () => {
    const servers = [
      server(1, { datacentre: 'lisbon', maintenance: false }),
      server(2, { datacentre: 'lisbon' }),
      server(3, { maintenance: { redirectTo: 'ex01' } }),
    ];
    const datacentres = { lisbon: { maintenance: { redirectTo: 'EX03' } } };
    expect(three({ servers, datacentres })).toEqual([undefined, 'EX03', 'EX01']);
    expect(three({ servers: servers.slice(0, 2), maintenance: true })).toEqual([undefined, 'EX01']);
  });

  test('messages go to a member of the DAG, then to a server of the datacentre, one of another wave before', () => {
    const lisbon = { datacentre: 'lisbon' };
    expect(
      three({
        maintenance: true,
        servers: [server(1, lisbon), server(2, lisbon), server(3)],
        dag: { ...dag, members: ['EX01', 'EX03'] },
      }),
    ).toEqual(['EX03', 'EX01', 'EX01']);
    expect(three({ maintenance: true, rollout: [['EX01', 'EX02'], ['EX03']] })).toEqual([
      'EX03',
      'EX03',
      'EX01',
    ]);
  });

  test('no server of 2010 hands messages on, or takes any', () => {
    expect(
      placed(
        site({
          maintenance: true,
          servers: [
            server(1, { version: V2010 }),
            server(2, { version: V2016 }),
            server(3, { version: V2016 }),
          ],
          dag: { ...dag, members: ['EX02', 'EX03'] },
        }),
      ),
    ).toEqual(['nobody', 'EX03', 'EX02']);
  });
});

test('the servers that are drained stand in the order of the rollout, with who takes over their messages', () => {
  const { drained } = resolveSite(site({ ...balanced, maintenance: true, rollout: [['EX02'], ['EX01']] }));
  expect(drained).toEqual([
    { server: 'EX02', redirectTo: 'EX01.contoso.local' },
    { server: 'EX01', redirectTo: 'EX02.contoso.local' },
  ]);
  const alone = { servers: [server(1)], dag: { ...dag, members: ['EX01'] }, maintenance: true };
  expect(resolveSite(site(alone)).drained).toEqual([{ server: 'EX01' }]);
  expect(resolveSite(right).drained).toEqual([]);
});

describe('the plan files', () => {
  const stepsOf = (declaration: ExchangeSiteProps) =>
    exchangePlan('contoso', declaration, resolveSite(declaration)).steps.filter(
      (step): step is CmdletStep => 'cmdlet' in step,
    );
  const short = ({ cmdlet, parameters }: PlanCall) => [cmdlet, ...Object.values(parameters).slice(1)];

  const drained = site({ ...balanced, maintenance: true });

  test('show drain and return at the steps that clients feel, and at no others', () => {
    const ids = stepsOf(drained).flatMap(({ id, maintenance }) => (maintenance === undefined ? [] : [id]));
    expect(ids.filter((id) => id.startsWith('EX01'))).toEqual([
      'EX01-certificate/Enable-ExchangeCertificate',
      'EX01-outlook-anywhere',
    ]);
    const outlook = stepsOf(drained).find(({ id }) => id === 'EX01-outlook-anywhere');
    expect(outlook?.maintenance?.before.map(short)).toEqual([
      ['Set-ServerComponentState', 'HubTransport', 'Draining', 'Maintenance'],
      ['Redirect-Message', 'EX02.contoso.local', false],
      ['Set-MailboxServer', true],
      ['Set-MailboxServer', 'Blocked'],
      ['Get-MailboxDatabase'],
      ['Set-ServerComponentState', 'ServerWideOffline', 'Inactive', 'Maintenance'],
    ]);
    expect(outlook?.maintenance?.afterwards.map(short)).toEqual([
      ['Set-ServerComponentState', 'ServerWideOffline', 'Active', 'Maintenance'],
      ['Set-MailboxServer', { former: 'DatabaseCopyAutoActivationPolicy' }],
      ['Set-MailboxServer', false],
      ['Set-ServerComponentState', 'HubTransport', 'Active', 'Maintenance'],
    ]);
    expect(outlook?.interrupts).toHaveLength(3);
    expect(stepsOf(right).filter((step) => 'maintenance' in step)).toEqual([]);
  });

  test('of 2010 show the policy and the move, where it has a way', () => {
    const old = site({
      servers: [server(1, { version: V2010 }), server(2, { version: V2010, maintenance: false })],
      authentication: { owa: { basic: true } },
      maintenance: true,
    });
    const maintained = stepsOf(old).filter((step) => 'maintenance' in step);
    expect(maintained.map(({ id }) => id)).toEqual([
      'EX01-certificate/Enable-ExchangeCertificate',
      'EX01-owa',
    ]);
    expect(maintained[0]?.maintenance?.before.map(short)).toEqual([
      ['Set-MailboxServer', 'Blocked'],
      ['Move-ActiveMailboxDatabase', false],
      ['Get-MailboxDatabase'],
    ]);
    expect(maintained[0]?.maintenance?.afterwards).toHaveLength(1);
  });

  test('the script brings the server back in finally, and looks first', () => {
    const script = exchangePlanScript('contoso', drained, resolveSite(drained), (file) => file);
    const [, outlook] = /Start-Step \d+ 'Set-OutlookAnywhere' 'EX01'\r\n([^]*?)Start-Step/.exec(script) ?? [];
    const order = [
      "$before = Get-Service2013 -Server 'EX01'",
      'try {',
      'if ($before.InService) {',
      "State = 'Draining'",
      'Redirect-Message',
      'if ($before.InService -and $before.IsMember) {',
      'DatabaseCopyActivationDisabledAndMoveNow:$true',
      "DatabaseCopyAutoActivationPolicy 'Blocked'",
      "Wait-Healthy -Server 'EX01' -Seconds 900",
      "State = 'Inactive'",
      'Set-OutlookAnywhere',
      '} finally {',
      "'ServerWideOffline'",
      "State = 'Active'",
      'DatabaseCopyAutoActivationPolicy $before.Policy',
      'DatabaseCopyActivationDisabledAndMoveNow:$false',
      "'HubTransport'",
      "State = 'Active'",
    ];
    // A long call has its parameters in a hash table, with its names in a column.
    let rest = (outlook ?? '').replace(/ += /g, ' = ');
    for (const each of order) {
      expect(rest).toContain(each);
      rest = rest.slice(rest.indexOf(each) + each.length);
    }
    expect(script.match(/^function Get-Service2013 \{/gm)).toHaveLength(1);
    expect(script).not.toContain('Get-Service2010');
  });

  test('what does not come back in the script keeps nothing else out of service', () => {
    const script = exchangePlanScript('contoso', drained, resolveSite(drained), (file) => file);
    const [, outlook = ''] =
      /Start-Step \d+ 'Set-OutlookAnywhere' 'EX01'\r\n([^]*?)Start-Step/.exec(script) ?? [];
    const after = outlook.slice(outlook.indexOf('} finally {'));
    // Four calls bring it back: each but the last one stands before a finally that has the next.
    expect(after.match(/try \{/g)).toHaveLength(3);
    expect(after.match(/\} finally \{/g)).toHaveLength(4);
  });

  test.each([
    [V2016, 'Get-Service2013', "-not ($isMember -and $moves -eq 'True')"],
    [V2010, 'Get-Service2010', "-not ($isMember -and $policy -eq 'Blocked')"],
  ])(
    'the script of %s stops where a server does not tell, and judges by what concerns members in members only',
    (version, name, ofMember) => {
      const declared = site({
        ...balanced,
        servers: [server(1, { version }), server(2, { version })],
        maintenance: true,
      });
      const script = exchangePlanScript('contoso', declared, resolveSite(declared), (file) => file);
      const [, look = ''] = new RegExp(`\\nfunction ${name} \\{([^]*?)\\n\\}`).exec(script) ?? [];
      const order = ["$policy -eq ''", 'throw ($Server +', '$isMember =', ofMember, 'return @{'];
      const places = order.map((part) => look.indexOf(part));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
    },
  );
});
