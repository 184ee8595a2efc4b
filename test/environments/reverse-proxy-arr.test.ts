import { site } from '../../environments/reverse-proxy-arr';
import { resolveSite } from '../../exchange/resolve-site';
import type { DescribedStep } from '../../exchange/plan/model';
import { described } from './described';
import { records } from './namespace-plan';
import { expectGolden, planOf, synthesize } from './synthesized';

const files = synthesize('reverse-proxy-arr', site);
const plan = planOf(files);
const steps = plan.steps.filter((step): step is DescribedStep => step.kind === 'described');
const step = (part: string) => described(plan, `reverse-proxy-${part}`);
const rowsOf = (part: string) => step(part).table?.rows;
const NAMES = ['autodiscover.contoso.com', 'activesync.contoso.com', 'mail.contoso.com'];
const FARM = 'farm-mail.contoso.com';

describe('Exchange 2016 behind Application Request Routing', () => {
  test('the whole site is as it was reviewed', () => expectGolden('reverse-proxy-arr', files));

  test('nothing is found against it', () => expect(resolveSite(site).diagnostics).toEqual([]));

  test('the proxy is set up once all servers are healthy and inside every name leads to them, each step after the one before', () => {
    expect(steps.map(({ id }) => id)).toEqual(
      [
        'network',
        'hosts',
        'features',
        'modules',
        'certificate',
        FARM,
        'own-rules',
        'rules',
        'request-filtering',
      ].map((part) => `reverse-proxy-${part}`),
    );
    expect(steps.every(({ host }) => host === 'RP.contoso.com')).toBe(true);
    const [first, ...others] = steps;
    const gates = plan.steps.filter(
      ({ id, kind }) => kind === 'health' && !plan.steps.some((other) => other.id.startsWith(`${id}/`)),
    );
    expect(first?.after).toEqual(expect.arrayContaining(gates.map(({ id }) => id)));
    expect(first?.after).toEqual(
      expect.arrayContaining(
        plan.steps.flatMap((one) => (one.kind === 'dns' && one.view === undefined ? [one.id] : [])),
      ),
    );
    expect(others.map(({ after }) => after)).toEqual(steps.slice(0, -1).map(({ id }) => [id]));
  });

  test('outside the names stand for the proxy, once it is set up; inside for the servers', () => {
    const both = ['192.0.2.11', '192.0.2.12'];
    expect(records(plan)).toEqual({ mail: both, autodiscover: both, activesync: both });
    const proxy = ['203.0.113.10'];
    expect(records(plan, 'external')).toEqual({ mail: proxy, autodiscover: proxy, activesync: proxy });
    const outside = plan.steps.filter((one) => one.kind === 'dns' && one.view === 'external');
    expect(outside).toHaveLength(3);
    for (const { after } of outside) expect(after).toContain('reverse-proxy-request-filtering');
  });

  test('the hosts file has a line for each server', () => {
    expect(step('hosts').commands).toEqual([
      String.raw`Add-Content -Path 'C:\Windows\System32\Drivers\etc\hosts' -Value '192.0.2.11 ex1-srv.contoso.com'`,
      String.raw`Add-Content -Path 'C:\Windows\System32\Drivers\etc\hosts' -Value '192.0.2.12 ex2-srv.contoso.com'`,
    ]);
    expect(rowsOf('network')).toContainEqual(['primary DNS suffix', 'contoso.com']);
  });

  test('the features have the names of its Windows', () => {
    const [command] = step('features').commands;
    expect(command).toMatch(/^Install-WindowsFeature -Name .*'Web-Net-Ext45'/);
    expect(command).not.toMatch(/NET-Win-CFAC|'Web-Net-Ext'/);
    // It has the cmdlets of the steps after it.
    expect(command).toContain("'Web-Scripting-Tools'");
  });

  test('the features of Windows Server 2008 R2 are those of the scenario', () => {
    const old = { ...site, reverseProxy: { ...site.reverseProxy!, windows: '2008 R2' as const } };
    const features = described(planOf(synthesize('old', old)), 'reverse-proxy-features');
    const named = features.table?.rows.flat().sort();
    expect(named).toEqual(
      'Web-Static-Content, Web-Default-Doc, Web-Dir-Browsing, Web-Http-Errors, Web-Net-Ext, Web-Http-Logging, Web-Request-Monitor, Web-Http-Tracing, Web-Filtering, Web-Stat-Compression, Web-Mgmt-Console, NET-Framework-Core, NET-Win-CFAC, NET-Non-HTTP-Activ, NET-HTTP-Activation, RSAT-Web-Server'
        .split(', ')
        .sort(),
    );
    expect(features.commands[0]).toBe("Import-Module -Name 'ServerManager'");
    for (const part of [FARM, 'own-rules', 'rules', 'request-filtering']) {
      const { commands } = described(planOf(synthesize('old', old)), `reverse-proxy-${part}`);
      expect(commands[0]).toBe("Import-Module -Name 'WebAdministration'");
    }
  });

  test('the certificate has the published names and is bound to 443', () => {
    expect(rowsOf('certificate')).toEqual([
      ['store', 'Cert:\\LocalMachine\\My, with its private key'],
      ['names', 'mail.contoso.com, autodiscover.contoso.com, activesync.contoso.com'],
      ['binding', 'Default Web Site, https, port 443'],
    ]);
  });

  test('one farm has both servers, one health URL and its settings', () => {
    expect(rowsOf(FARM)).toEqual([
      ['server farm', 'mail.contoso.com'],
      ['server', 'ex1-srv.contoso.com'],
      ['server', 'ex2-srv.contoso.com'],
      ['health test URL', 'https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'],
      ['disk cache', 'off'],
      ['proxy time-out', '200 s'],
      ['response buffer threshold', '0'],
    ]);
    expect(step(FARM).commands).toContain(
      `Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter 'webFarms/webFarm[@name=''mail.contoso.com'']/applicationRequestRouting/protocol' -Name 'timeout' -Value '00:03:20'`,
    );
  });

  test('the rules that it makes itself go before its own: /ecp, Autodiscover, ActiveSync, mail', () => {
    expect(rowsOf('own-rules')).toEqual([
      ['ARR_mail.contoso.com_loadbalance'],
      ['ARR_mail.contoso.com_loadbalance_SSL'],
    ]);
    expect(rowsOf('rules')).toEqual([
      ['1', 'ecp-closed', 'ecp*', 'none', 'answer 403', 'yes'],
      ...NAMES.map((name, index) => [
        String(index + 2),
        name,
        '*',
        `{HTTP_HOST} is ${name}, {HTTPS} is on`,
        'route to the farm mail.contoso.com by https',
        'yes',
      ]),
    ]);
  });

  test('requests of 2 GiB are let in', () => {
    expect(step('request-filtering').commands).toEqual([
      `Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter 'system.webServer/security/requestFiltering/requestLimits' -Name 'maxAllowedContentLength' -Value 2147483648`,
    ]);
  });
});
