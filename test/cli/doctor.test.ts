import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { Server as SshServer, type ServerChannel } from 'ssh2';
import { examine as examineIt } from '../../cli/doctor/doctor';
import { readPlan } from '../../cli/doctor/plan-file';
import { CHECKS } from '../../cli/doctor/checks';
import type { Checkup } from '../../cli/doctor/checkup';
import { servers } from '../../cli/doctor/servers';
import { renderJson, renderText, type Report } from '../../cli/doctor/report';
import type { Ports } from '../../cli/doctor/doors/place';
import { type ExchangePlan, PLAN_FORMAT_VERSION } from '../../exchange/plan/model';
import { ExchangeVersion } from '../../exchange/versions';
import { certificateState } from '../../lab/exchange/setup';
import { startExchangeEndpoint } from '../../lab/wsman/exchange-endpoint';
import { makeAuthority, toPem } from '../../pki';
import type { Settings } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { ExchangeTarget } from '../../provider/target';
import { keytabOf } from '../kerberos/keytab-of';
import { objects, ScriptedSession } from '../provider/scripted-session';
import { newPrivateKey, startSshServer } from '../remoting/peers/ssh-server';
import { CANARY, closedPort, containing, failure, useRig, states, stranger, USER } from './rig';

const root = resolve(__dirname, '../..');
const golden = resolve(root, 'test/golden/two-node-dag-2013');
/** Without the stack beside it, whose PFX and zones `stack.test.ts` looks at. */
let plan: string;

/** Whatever comes of it, no secret is in what is printed. Of doors only the endpoint's own is looked at. */
async function examine(...given: Parameters<typeof examineIt>): ReturnType<typeof examineIt> {
  const [options, environment] = given;
  const report = await examineIt({ doors: { ports: NOBODY }, ...options }, environment);
  expect(renderText(report) + renderJson(report)).not.toContain(CANARY);
  return report;
}

const rig = useRig();
let NOBODY: Ports;
beforeAll(async () => {
  plan = join(rig().folder, 'exchange-plan.json');
  copyFileSync(join(golden, 'exchange-plan.json'), plan);
  const port = await closedPort();
  NOBODY = { http: port, https: port, ssh: port, 'windows-https': port, 'windows-http': port };
});

const ALL_WELL_HTTPS =
  'name ok, tcp ok, tls ok, authentication ok, session ok, servers ok, certificates ok, cmdlets ok';

test('the checks come in the order in which a deploy meets them', () => {
  expect(CHECKS.map(({ name }) => name).join(' ')).toBe(
    'name tcp tls host-key authentication session servers certificates cmdlets',
  );
});

describe('an endpoint where all is well', () => {
  test('passes every check over https', async () => {
    const report = await examine({ servers: { bsaex01: '2013' } }, rig().https);
    expect(states(report)).toBe(ALL_WELL_HTTPS);
    expect(report.ok).toBe(true);
    expect(report.endpoints[0]?.checks.at(-1)?.detail).toContain('57 cmdlets that the provider can use');
  });

  test('passes every check over SSH', async () => {
    const report = await examine({ planFile: plan }, rig().ssh);
    expect(states(report)).toBe(
      'name ok, tcp ok, host-key ok, authentication ok, session ok, servers ok, certificates ok, cmdlets ok',
    );
    expect(report.endpoints[0]?.checks.at(-1)?.detail).toContain('31 cmdlets that the plan needs');
  });

  test('passes every check as a process', async () => {
    const words = [
      process.execPath,
      '--import',
      'tsx',
      resolve(root, 'lab/exchange/stdio.ts'),
      rig().organization.folder,
      'BSAEX01',
    ];
    const report = await examine(
      {},
      { EXCHANGE_ENDPOINT: 'process:', EXCHANGE_PROCESS_COMMAND: JSON.stringify(words) },
    );
    expect(states(report)).toBe('session ok, servers ok, certificates ok, cmdlets ok');
  });

  test('is only read from: nothing that changes is called', async () => {
    rig().organization.clearJournal();
    await examine({ servers: { bsaex01: '2013' } }, rig().https);
    expect(
      new Set(
        rig()
          .organization.journal()
          .map(({ cmdlet }) => cmdlet),
      ),
    ).toEqual(new Set(['Get-ExchangeServer', 'Get-ExchangeCertificate']));
  });

  test('leaves no session behind', async () => {
    const from = rig().endpoint.traffic.length;
    await examine({}, rig().https);
    const operations = rig()
      .endpoint.traffic.slice(from)
      .map(({ operation }) => operation);
    expect(operations.filter((name) => name === 'Create')).toHaveLength(1);
    expect(operations.filter((name) => name === 'Delete')).toHaveLength(1);
  });
});

describe('the first failure and what to do about it', () => {
  test('a setting that is wrong', async () => {
    const report = await examine({}, { EXCHANGE_ENDPOINT: 'ftp://ex1/PowerShell/' });
    expect(failure(report)).toMatchObject({ check: 'settings', remedy: containing('https') });
    expect(report.endpoints).toEqual([]);
  });

  test('a name that nobody knows', async () => {
    const report = await examine(
      {},
      { ...rig().https, EXCHANGE_ENDPOINT: 'https://ex1.invalid/PowerShell/' },
    );
    expect(states(report)).toMatch(/^name failed, tcp skipped, .* cmdlets skipped$/);
    expect(failure(report).remedy).toContain(
      'Correct the name in EXCHANGE_ENDPOINT, or let this machine use',
    );
  });

  test('a name of a fallback that nobody knows', async () => {
    const EXCHANGE_FALLBACK_ENDPOINTS = 'https://ex2.invalid/PowerShell/';
    const report = await examine({}, { ...rig().https, EXCHANGE_FALLBACK_ENDPOINTS });
    expect(failure(report).remedy).toContain('Correct the name in EXCHANGE_FALLBACK_ENDPOINTS, or let');
  });

  test('a name of the proxy that nobody knows', async () => {
    for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
      const report = await examine({}, { ...rig().https, [variable]: 'http://proxy.invalid:8080' });
      expect(failure(report)).toMatchObject({ check: 'name', detail: containing('the proxy proxy.invalid') });
      expect(failure(report).remedy).toContain(`Correct the name in ${variable}, or let`);
    }
  });

  test('a port where nothing listens', async () => {
    const port = await closedPort();
    for (const EXCHANGE_ENDPOINT of [`https://127.0.0.1:${port}/`, `ssh://admin@127.0.0.1:${port}`]) {
      const report = await examine({}, { ...rig().https, ...rig().ssh, EXCHANGE_ENDPOINT });
      expect(states(report)).toMatch(/^name ok, tcp failed, /);
      expect(failure(report).detail).toContain(`port ${port}`);
      expect(failure(report).remedy).toContain('this machine may reach it');
    }
  });

  test('a port that does not speak TLS', async () => {
    const other = await stranger((socket) => socket.end('SSH-2.0-x\r\n'));
    const report = await examine(
      {},
      { ...rig().https, EXCHANGE_ENDPOINT: `https://127.0.0.1:${other.port}/` },
    );
    other.close();
    expect(states(report)).toMatch(/^name ok, tcp ok, tls failed, /);
    expect(failure(report).remedy).toContain('port of the endpoint');
  });

  test('a certificate that is not trusted', async () => {
    const report = await examine({}, { ...rig().https, EXCHANGE_CA_FILE: undefined });
    expect(states(report)).toMatch(/^name ok, tcp ok, tls failed, authentication skipped/);
    expect(failure(report).remedy).toContain('EXCHANGE_CA_FILE');
  });

  test('a certificate for another name', async () => {
    const EXCHANGE_ENDPOINT = `https://127.0.0.1:${rig().endpoint.port}/PowerShell/`;
    const report = await examine({}, { ...rig().https, EXCHANGE_ENDPOINT });
    expect(failure(report)).toMatchObject({ check: 'tls', remedy: containing('localhost') });
  });

  test('a host key that has changed', async () => {
    const EXCHANGE_SSH_HOST_KEY = `SHA256:${'A'.repeat(43)}`;
    const report = await examine({}, { ...rig().ssh, EXCHANGE_SSH_HOST_KEY });
    expect(states(report)).toMatch(/^name ok, tcp ok, host-key failed, authentication skipped/);
    expect(failure(report).remedy).toContain(rig().organization.ssh.hostFingerprint());
  });

  test('a host key that nobody knows', async () => {
    const EXCHANGE_SSH_KNOWN_HOSTS = join(rig().folder, 'known_hosts');
    writeFileSync(EXCHANGE_SSH_KNOWN_HOSTS, '');
    const report = await examine(
      {},
      { ...rig().ssh, EXCHANGE_SSH_HOST_KEY: undefined, EXCHANGE_SSH_KNOWN_HOSTS },
    );
    expect(failure(report)).toMatchObject({
      check: 'host-key',
      remedy: containing('ssh-keygen -lf'),
    });
  });

  test('a wrong password', async () => {
    const https = await examine({}, { ...rig().https, EXCHANGE_PASSWORD: `${CANARY}-wrong` });
    expect(states(https)).toMatch(/^name ok, tcp ok, tls ok, authentication failed, session skipped/);
    expect(failure(https).remedy).toContain('EXCHANGE_PASSWORD');
    expect(failure(https).remedy).not.toMatch(/SSH|klist/);
    const ssh = await examine({}, { ...rig().ssh, EXCHANGE_SSH_PASSWORD: `${CANARY}-wrong` });
    expect(states(ssh)).toMatch(/^name ok, tcp ok, host-key ok, authentication failed, session skipped/);
    expect(failure(ssh).remedy).toContain('EXCHANGE_SSH_PASSWORD');
    expect(failure(ssh).remedy).not.toMatch(/EXCHANGE_PASSWORD|klist/);
  });

  test('no way to sign in: nothing was tried, so nothing is called well', async () => {
    const report = await examine({}, { ...rig().ssh, EXCHANGE_SSH_PASSWORD: undefined });
    expect(states(report)).toMatch(
      /host-key skipped, authentication skipped, session failed, servers skipped/,
    );
    expect(failure(report).detail).toContain('there is no way to sign in as ');
  });

  test('a path where Exchange is not', async () => {
    const EXCHANGE_ENDPOINT = `https://localhost:${rig().endpoint.port}/wsman`;
    const report = await examine({}, { ...rig().https, EXCHANGE_ENDPOINT });
    expect(states(report)).toMatch(/tls ok, authentication skipped, session failed/);
    expect(failure(report).remedy).toContain('https://server/PowerShell/');
  });

  test('an account that may not open a session', async () => {
    rig().endpoint.disturbances.arm({
      operation: 'Create',
      effect: { kind: 'fault', subcode: 'w:AccessDenied', windowsCode: 5 },
    });
    const report = await examine({}, rig().https);
    rig().endpoint.disturbances.disarm();
    expect(states(report)).toMatch(
      /authentication ok, session failed, servers skipped, certificates skipped, cmdlets skipped$/,
    );
    expect(failure(report).remedy).toContain('RemotePowerShellEnabled');
  });

  test('a subsystem that SSH does not have', async () => {
    const report = await examine({}, { ...rig().ssh, EXCHANGE_SSH_SUBSYSTEM: 'pwsh' });
    expect(states(report)).toMatch(/host-key ok, authentication ok, session failed/);
  });

  test('a program that is not there', async () => {
    const report = await examine(
      {},
      { EXCHANGE_ENDPOINT: 'process:', EXCHANGE_PROCESS_COMMAND: '["no-such-powershell"]' },
    );
    expect(failure(report)).toMatchObject({
      check: 'session',
      remedy: containing('EXCHANGE_PROCESS_COMMAND'),
    });
  });

  test('a server of another version', async () => {
    const report = await examine({ servers: { BSAEX02: '2019' } }, rig().https);
    expect(states(report)).toMatch(/session ok, servers failed, certificates skipped, cmdlets skipped$/);
    expect(failure(report).detail).toContain('is not Exchange Server 2019');
    expect(failure(report).remedy).toContain('Exchange Server 2013');
  });

  test('no server that is updated in place, which is warned of', async () => {
    const found = { Name: 'EX1', AdminDisplayVersion: 'Version 15.2 (Build 2562.17)' };
    const settings = {
      versions: new Map([['ex1', ExchangeVersion.V2019]]),
      serverSessions: new Map(),
    } as unknown as Settings;
    const session = new ScriptedSession(() => objects(found));
    const checkup = {
      settings,
      target: async () => new ExchangeTarget(settings, async () => session),
    } as unknown as Checkup;
    expect(await servers.run(checkup)).toEqual({
      state: 'warning',
      detail: 'ex1 is Exchange Server SE, and declared as Exchange Server 2019',
      remedy: containing('declare it as ExchangeVersion.SE'),
    });
    expect(checkup.servers).toEqual([{ name: 'EX1', version: ExchangeVersion.SE }]);
  });

  test('what drains a server is needed where the plan does so', async () => {
    const planFile = join(rig().folder, 'drained-plan.json');
    const before = [
      { cmdlet: 'Set-ServerComponentState', parameters: { Identity: 'BSAEX01', State: 'Draining' } },
      { cmdlet: 'Redirect-Message', parameters: { Target: 'BSAEX02' } },
    ];
    const steps = [
      { kind: 'outlook-anywhere', cmdlet: 'Set-OutlookAnywhere', server: 'BSAEX01', maintenance: { before } },
    ];
    writeFileSync(planFile, JSON.stringify({ formatVersion: PLAN_FORMAT_VERSION, steps }));
    const plan = await readPlan(planFile);
    expect(plan).toMatchObject({
      plan: {
        cmdlets: [
          'Set-OutlookAnywhere',
          'Set-ServerComponentState',
          'Redirect-Message',
          'Get-MailboxServer',
          'Get-ServerComponentState',
        ],
        parameters: { 'Set-ServerComponentState': ['Identity', 'State'], 'Redirect-Message': ['Target'] },
      },
    });
  });

  test('a server of the plan that the organization does not have', async () => {
    const planFile = join(rig().folder, 'other-plan.json');
    const steps = [
      { kind: 'scp', cmdlet: 'Set-ClientAccessServer', server: 'EX9' },
      // Not every step is a cmdlet.
      { kind: 'load-balancer', server: 'EX9' },
      { kind: 'dns', server: null },
    ];
    writeFileSync(planFile, JSON.stringify({ formatVersion: PLAN_FORMAT_VERSION, steps }));
    const report = await examine({ planFile }, rig().https);
    expect(failure(report)).toMatchObject({
      check: 'servers',
      detail: containing('has no EX9; it has BSAEX01 (Exchange Server 2013)'),
    });
  });
});

describe('which services use a certificate', () => {
  afterEach(() => rig().organization.setOptions({}));

  test('that the session does not tell is a warning with the remedy, and no failure', async () => {
    rig().organization.setOptions({ certificateForm: 'raw', selectObject: 'restricted' });
    const report = await examine({ servers: { bsaex01: '2013' } }, rig().https);
    expect(states(report)).toMatch(/servers ok, certificates warning, cmdlets ok$/);
    expect(report.ok).toBe(true);
    expect(renderText(report)).toMatch(/^warning {2}certificates .* of BSAEX01$/m);
    expect(renderText(report)).toMatch(/^What to do: .*serializationLevel=Full.*Select-Object/m);
  });

  test('a server that does not answer is named beside those that do', async () => {
    rig().organization.stopServer('BSAEX02');
    try {
      const report = await examine({}, rig().https);
      expect(states(report)).toMatch(/servers ok, certificates warning, cmdlets ok$/);
      expect(renderText(report)).toMatch(/^warning {2}certificates .*BSAEX02 could not be read: \S/m);
      expect(renderText(report)).toMatch(/^What to do: .*Start the server/m);
    } finally {
      rig().organization.startServer('BSAEX02');
    }
  });

  test('is not asked of an account that may not look, whose rights are the next check', async () => {
    rig().organization.ssh.add('contoso\\blind', {
      password: CANARY,
      deniedCmdlets: ['Get-ExchangeCertificate'],
    });
    const report = await examine({}, { ...rig().https, EXCHANGE_USER: 'contoso\\blind' });
    expect(states(report)).toMatch(/servers ok, certificates skipped, cmdlets failed$/);
    expect(failure(report).detail).toContain('Get-ExchangeCertificate');
  });
});

describe('rights to the cmdlets', () => {
  const weak = 'contoso\\viewer';
  beforeAll(() => {
    const deniedCmdlets = [
      'Set-OwaVirtualDirectory',
      'Enable-ExchangeCertificate',
      'Remove-ExchangeCertificate',
    ];
    rig().organization.ssh.add(weak, { password: CANARY, deniedCmdlets });
    rig().organization.ssh.add('contoso\\nobody', {
      password: CANARY,
      deniedCmdlets: ['Get-ExchangeServer'],
    });
  });

  test('that the account lacks are named, with the roles that likely hold them', async () => {
    const report = await examine({ planFile: plan }, { ...rig().https, EXCHANGE_USER: weak });
    expect(states(report)).toMatch(/servers ok, certificates ok, cmdlets failed$/);
    const { detail, remedy } = failure(report);
    expect(detail).toContain('does not offer Enable-ExchangeCertificate, Set-OwaVirtualDirectory (2 of 25');
    expect(remedy).toContain('Get-ManagementRole -Cmdlet Enable-ExchangeCertificate');
    expect(remedy).toContain('Exchange Server Certificates, Exchange Virtual Directories');
  });

  test('that only tell what holds a certificate are a warning, with what a deploy then does', async () => {
    const user = 'contoso\\half';
    const deniedCmdlets = ['Get-TransportService', 'Get-AuthConfig'];
    rig().organization.ssh.add(user, { password: CANARY, deniedCmdlets });
    const report = await examine({}, { ...rig().https, EXCHANGE_USER: user });
    expect(report.ok).toBe(true);
    const finding = report.endpoints[0]?.checks.at(-1);
    expect(finding).toMatchObject({ check: 'cmdlets', state: 'warning' });
    expect(finding?.detail).toMatch(/all 47 cmdlets .*, but not Get-AuthConfig, Get-TransportService$/);
    expect(finding?.state === 'warning' && finding.remedy).toContain('View-Only Configuration');
  });

  test('that only health.connectivity needs are a warning where no plan says whether the site declares it', async () => {
    const user = 'contoso\\untested';
    rig().organization.ssh.add(user, { password: CANARY, deniedCmdlets: ['Test-PopConnectivity'] });
    const report = await examine({}, { ...rig().https, EXCHANGE_USER: user });
    expect(report.ok).toBe(true);
    const finding = report.endpoints[0]?.checks.at(-1);
    expect(finding).toMatchObject({ check: 'cmdlets', state: 'warning' });
    expect(finding?.detail).toMatch(/ cmdlets that the provider can use, but not Test-PopConnectivity$/);
    expect(finding?.state === 'warning' && finding.remedy).toMatch(
      /^Only a site that declares health\.connectivity needs Test-PopConnectivity\. .*Monitoring/,
    );
  });

  test('are looked for over SSH alike, and without a plan for all that the provider can use', async () => {
    const endpoint = rig().ssh['EXCHANGE_ENDPOINT']?.replace(
      encodeURIComponent(USER),
      encodeURIComponent(weak),
    );
    const report = await examine({}, { ...rig().ssh, EXCHANGE_ENDPOINT: endpoint });
    expect(failure(report).detail).toContain('Remove-ExchangeCertificate');
    expect(failure(report).detail).toContain('(3 of 47 cmdlets that the provider can use)');
    expect(failure(report).remedy).toContain('Give it the exchange-plan.json of the site');
  });

  test('with the parameters that the plan gives', async () => {
    const user = 'contoso\\part';
    const deniedCmdlets = [
      'set-owavirtualdirectory -internalurl',
      'set-owavirtualdirectory -logonformat',
      'import-exchangecertificate -filedata',
    ];
    rig().organization.ssh.add(user, { password: CANARY, deniedCmdlets });
    const report = await examine({ planFile: plan }, { ...rig().https, EXCHANGE_USER: user });
    expect(states(report)).toMatch(/certificates ok, cmdlets failed$/);
    const { detail, remedy } = failure(report);
    expect(detail).toBe(
      'the session offers Import-ExchangeCertificate without -FileData; the session offers Set-OwaVirtualDirectory without -InternalUrl',
    );
    expect(remedy).toContain(
      'Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory -CmdletParameters InternalUrl',
    );
  });

  test('even to Get-ExchangeServer', async () => {
    const report = await examine({}, { ...rig().https, EXCHANGE_USER: 'contoso\\nobody' });
    expect(failure(report)).toMatchObject({
      check: 'servers',
      remedy: containing('View-Only Configuration'),
    });
  });
});

test('the PFX and the zones of the stack beside a plan are looked at, and each failure has its remedy', async () => {
  const report = await examine({ planFile: join(golden, 'exchange-plan.json') }, rig().ssh);
  expect(report.ok).toBe(false);
  expect(report.settings.map(({ check, state }) => `${check} ${state}`)).toEqual([
    'settings ok',
    'pfx failed',
    'dns failed',
  ]);
  expect(states(report)).toMatch(/cmdlets ok$/);
  const text = renderText(report);
  expect(text).toContain('correct certificate.pfxFile in the declaration');
  expect(text).toContain('Set server in dns.zones of the declaration, or DNS_UPDATE_SERVER');
});

test('of a plan without its stack the report says that they are not looked at', async () => {
  const { settings } = await examine({ planFile: plan }, rig().ssh);
  expect(settings.map(({ check, state }) => `${check} ${state}`)).toEqual([
    'settings ok',
    'pfx skipped',
    'dns skipped',
  ]);
});

describe('the doors of the server', () => {
  test('are a line where a session came about', async () => {
    const text = renderText(await examine({ servers: { bsaex01: '2013' } }, rig().https));
    expect(text).toMatch(/^found {4}ways in {9}HTTPS with Basic \(\d+\)$/m);
    expect(text).not.toContain('Ways into the server');
    const user = 'contoso\\keyless';
    rig().organization.ssh.add(user, { password: CANARY, deniedCmdlets: ['Get-ExchangeServer'] });
    const withoutRights = await examine({}, { ...rig().https, EXCHANGE_USER: user });
    expect(failure(withoutRights).check).toBe('servers');
    expect(renderText(withoutRights)).toMatch(/^found {4}ways in/m);
  });

  test('are told one by one where none did, with the one to take', async () => {
    const kerberos = createServer((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Kerberos' }).end();
    }).listen(0, '127.0.0.1');
    await once(kerberos, 'listening');
    try {
      const { port } = kerberos.address() as AddressInfo;
      const doors = { ports: { ...NOBODY, http: port } };
      const report = await examine({ doors }, { ...rig().https, EXCHANGE_PASSWORD: `${CANARY}-wrong` });
      const text = renderText(report);
      expect(text).not.toMatch(/^found/m);
      const url = `http://localhost:${port}/PowerShell/`;
      expect(text).toContain(`open    HTTP encrypted by Kerberos  ${url}: it asks for Kerberos\n`);
      expect(text).toMatch(/^closed {2}SSH .*ECONNREFUSED$/m);
      expect(text).toContain(`\nUse HTTP encrypted by Kerberos: EXCHANGE_ENDPOINT=${url} `);
      const said = JSON.parse(renderJson(report)) as Report;
      expect(said.endpoints[0]?.doors.found).toHaveLength(6);
    } finally {
      kerberos.close();
    }
  });

  test('say where the endpoint is the best of them already', async () => {
    const text = renderText(await examine({}, { ...rig().https, EXCHANGE_PASSWORD: `${CANARY}-wrong` }));
    expect(text).toMatch(
      /^The endpoint already uses the best way that is open, HTTPS with Basic\. The failed check above/m,
    );
  });

  test('each say what opens it where it is faulty', async () => {
    const text = renderText(await examine({}, { ...rig().https, EXCHANGE_CA_FILE: undefined }));
    expect(text).toMatch(/^faulty {2}HTTPS with Basic .*not trusted.*\n {8}Compare the fingerprint/m);
    expect(text).toMatch(
      /^No way is open\. The best one to repair is HTTPS with Basic\. Compare the fingerprint/m,
    );
  });

  test('are not told of a name that nobody knows', async () => {
    const environment = { ...rig().https, EXCHANGE_ENDPOINT: 'https://ex1.invalid/PowerShell/' };
    const report = await examine({}, environment);
    expect(report.endpoints[0]?.doors).toEqual({ found: [] });
    expect(renderText(report)).not.toContain('Ways into the server');
  });
});

describe('the keytab that signs in', () => {
  const environment = (KRB5_CLIENT_KTNAME: string, more: Environment = {}): Environment => ({
    EXCHANGE_ENDPOINT: 'http://ex1.invalid/PowerShell/',
    KRB5_CLIENT_KTNAME,
    ...more,
  });
  const file = (content: Uint8Array | string): string => {
    const path = join(rig().folder, 'deploy.keytab');
    writeFileSync(path, content);
    return path;
  };

  test('is told whose it is before the server is looked for', async () => {
    const path = file(keytabOf('deploy@CORP.EXAMPLE', 23, 18));
    for (const named of [path, `FILE:${path}`]) {
      const report = await examine({}, environment(named));
      expect(report.settings.map(({ state, detail }) => `${state} ${detail}`)).toEqual([
        'ok the settings are complete',
        'ok the keytab of deploy@CORP.EXAMPLE has an AES key',
      ]);
      expect(failure(report).check).toBe('name');
    }
  });

  test.each([
    ['that is not there', undefined, 'there is no file'],
    ['that is empty', '', 'is empty'],
    ['that is not decoded', keytabOf('deploy@CORP.EXAMPLE', 18).toString('base64'), 'is still Base64 text'],
  ])('%s is said before the server is looked for', async (_, content, detail) => {
    const path = content === undefined ? join(rig().folder, 'none.keytab') : file(content);
    const report = await examine({}, environment(path));
    expect(failure(report)).toMatchObject({ check: 'settings', detail: containing(detail) });
    expect(failure(report).remedy).toContain('unset KRB5_CLIENT_KTNAME');
    expect(report.endpoints).toEqual([]);
  });

  test('with RC4 only is a warning, since the domain has the last word', async () => {
    const report = await examine({}, environment(file(keytabOf('deploy@CORP.EXAMPLE', 23))));
    expect(report.settings.at(-1)).toMatchObject({
      state: 'warning',
      detail: containing('has no AES key, but RC4 of deploy@CORP.EXAMPLE'),
    });
    expect(failure(report).check).toBe('name');
  });

  test('is not looked at where something else signs in', async () => {
    const report = await examine({}, { ...rig().https, KRB5_CLIENT_KTNAME: '/none.keytab' });
    expect(report.ok).toBe(true);
    expect(report.settings).toHaveLength(1);
  });

  test.each([
    ['KRB5_CLIENT_KTNAME', 'deploy.keytab'],
    ['KRB5_CLIENT_KTNAME', 'FILE:deploy.keytab'],
    ['KRB5_CONFIG', 'krb5.conf'],
    ['KRB5_CONFIG', '/etc/krb5.conf:more.conf'],
  ])('and the configuration are named by absolute paths: %s=%s', async (variable, value) => {
    const keytab = file(keytabOf('deploy@CORP.EXAMPLE', 18));
    const report = await examine({}, environment(keytab, { [variable]: value }));
    expect(failure(report)).toMatchObject({
      check: 'settings',
      detail: containing(`${variable} is a relative path`),
      remedy: containing('Terraform runs in the folder of the stack'),
    });
  });
});

test('a fallback is checked too, also where the first endpoint is well', async () => {
  const EXCHANGE_FALLBACK_ENDPOINTS = `https://localhost:${await closedPort()}/PowerShell/`;
  const report = await examine({}, { ...rig().https, EXCHANGE_FALLBACK_ENDPOINTS });
  expect(states(report, 0)).toBe(ALL_WELL_HTTPS);
  expect(states(report, 1)).toMatch(/^name ok, tcp failed/);
  expect(report.ok).toBe(false);
});

test('what to do about a fallback is said of its own credentials', async () => {
  const { https, ssh } = rig();
  const EXCHANGE_FALLBACK_ENDPOINTS = ssh['EXCHANGE_ENDPOINT'];
  const wrong = { EXCHANGE_FALLBACK_ENDPOINTS, EXCHANGE_SSH_PASSWORD: `${CANARY}-wrong` };
  const { remedy } = failure(await examine({}, { ...ssh, ...https, ...wrong }));
  expect(remedy).toContain('EXCHANGE_SSH_PASSWORD');
  expect(remedy).not.toContain('EXCHANGE_PASSWORD');
});

test('through a proxy it is the proxy that must be reached', async () => {
  const environment = {
    ...rig().https,
    HTTPS_PROXY: `http://user:${CANARY}@127.0.0.1:${await closedPort()}`,
  };
  const report = await examine({}, environment);
  expect(failure(report)).toMatchObject({ check: 'tcp', detail: containing('the proxy 127') });
});

test('over http it is the server itself: proxies are for https', async () => {
  const port = await closedPort();
  const report = await examine(
    {},
    { EXCHANGE_ENDPOINT: `http://localhost:${port}/PowerShell/`, HTTPS_PROXY: 'http://127.0.0.1:1' },
  );
  expect(failure(report)).toMatchObject({
    check: 'tcp',
    detail: containing(`localhost cannot be reached on port ${port}`),
  });
});

test('a plan says which names the endpoint may show at a server of its site', async () => {
  const { folder, organization, https } = rig();
  const day = 86_400_000;
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
  const authority = makeAuthority({ commonName: 'Certificates of the site', ...validity });
  const names = ['webmail.andersonpatricio.info'];
  const issued = authority.issue({ commonName: 'webmail', subjectAlternativeNames: names, ...validity });
  organization.editServer('BSAEX01', ({ certificates }) => {
    for (const own of certificates) own.services = own.services.filter((service) => service !== 'IIS');
    certificates.push(certificateState(issued, { services: ['IIS'] }));
  });
  const endpoint = await startExchangeEndpoint({
    organization: () => organization,
    server: 'BSAEX01',
    authentication: { basic: () => true },
  });
  const caFile = join(folder, 'site-ca.pem');
  writeFileSync(caFile, toPem(authority.certificate));
  const environment = {
    ...https,
    EXCHANGE_ENDPOINT: `https://localhost:${endpoint.port}/PowerShell/`,
    EXCHANGE_CA_FILE: caFile,
  };
  const content = JSON.parse(readFileSync(plan, 'utf8')) as ExchangePlan;
  const planFile = join(folder, 'site-plan.json');
  const { endpointCertificate } = content;
  expect(endpointCertificate.hosts).toEqual(
    ['BsAEX01', 'BsAEX02'].flatMap((name) => [name, `${name}.apatricio.local`]),
  );
  const local = { ...endpointCertificate, hosts: ['localhost'] };
  writeFileSync(planFile, JSON.stringify({ ...content, endpointCertificate: local }));
  try {
    expect(states(await examine({ planFile }, environment))).toBe(ALL_WELL_HTTPS);
    expect(failure(await examine({ planFile: plan }, environment))).toMatchObject({
      check: 'tls',
      detail: containing('shows a certificate for other names'),
      remedy: containing('EXCHANGE_CERTIFICATE_NAMES'),
    });
    expect(failure(await examine({}, environment))).toMatchObject({
      check: 'tls',
      remedy: containing('Run the doctor with the exchange-plan.json of the site'),
    });
  } finally {
    await endpoint.close();
  }
});

test.each([
  ['nothing', undefined, 'cannot be read'],
  ['text', 'Set-OwaVirtualDirectory', 'is not JSON'],
  ['another JSON', '{"formatVersion":7}', 'is not an Exchange plan'],
  ['an Exchange plan of another form', '{"formatVersion":1,"steps":[]}', 'is not an Exchange plan'],
  ['no cmdlets', '{"formatVersion":2,"steps":[]}', 'has no step'],
  ['a command that is none', '{"formatVersion":2,"steps":[{"cmdlet":"Get-*; x"}]}', 'which is not a cmdlet'],
])('a plan file with %s is refused with the remedy', async (_what, content, summary) => {
  const planFile = join(rig().folder, 'plan.json');
  if (content !== undefined) writeFileSync(planFile, content);
  const report = await examine({ planFile }, rig().https);
  expect(failure(report)).toMatchObject({
    check: 'settings',
    detail: containing(summary),
    remedy: containing('exchange-plan.json'),
  });
});

test('what a peer says cannot steer the terminal', async () => {
  const esc = '\u001b[2J';
  const text = renderText({
    ok: false,
    settings: [],
    endpoints: [
      {
        endpoint: 'x',
        checks: [{ check: 'session', state: 'failed', detail: `a${esc}\nb`, remedy: `c${esc}` }],
        doors: {
          found: [
            {
              door: 'ssh',
              address: 'ssh://x',
              port: 22,
              state: 'faulty',
              detail: `d${esc}\ne`,
              remedy: `f${esc}`,
            },
          ],
          advice: `g${esc}`,
        },
      },
    ],
  });
  expect(text).not.toContain('\u001b');
  expect(text).toContain('a\\u{1B}[2J; b');
  expect(text).toContain('d\\u{1B}[2J; e');
});

describe('what had succeeded is not called skipped where a later step fails', () => {
  const PASSWORD = `${CANARY}-peer`;
  const withPeer = async (
    onChannel: (channel: ServerChannel) => void,
    use: (environment: Environment) => Promise<void>,
  ): Promise<void> => {
    const peer = await startSshServer({ password: PASSWORD, onChannel });
    const key = createHash('sha256').update(peer.hostKey).digest('base64').replace(/=+$/, '');
    try {
      await use({
        EXCHANGE_ENDPOINT: `ssh://admin@127.0.0.1:${peer.port}`,
        EXCHANGE_SSH_PASSWORD: PASSWORD,
        EXCHANGE_SSH_HOST_KEY: `SHA256:${key}`,
      });
    } finally {
      await peer.close();
    }
  };
  const SIGNED_IN = /^name ok, tcp ok, host-key ok, authentication ok, session failed, servers skipped/;

  test.each<[string, (channel: ServerChannel) => void, string, string]>([
    [
      'a banner in front of the session',
      (channel) => channel.write('Welcome to EX1\r\n'),
      "'Welcome to EX1'",
      'EXCHANGE_SSH_SUBSYSTEM',
    ],
    [
      'a PowerShell that cannot start',
      (channel) => channel.write('__NamedPipeError__:The file x.pssc is not valid.\r\n'),
      'The file x.pssc is not valid.',
      '.pssc',
    ],
    [
      'a program that only complains',
      (channel) => channel.stderr.write('no configuration\n'),
      'the program wrote: no configuration',
      'EXCHANGE_OPEN_TIMEOUT_SECONDS',
    ],
    ['a channel that ends', (channel) => channel.end(), 'closed the connection', 'not a PowerShell'],
  ])('by %s', (_, onChannel, detail, remedy) =>
    withPeer(onChannel, async (environment) => {
      const report = await examine({}, { ...environment, EXCHANGE_OPEN_TIMEOUT_SECONDS: '2' });
      expect(states(report)).toMatch(SIGNED_IN);
      expect(failure(report)).toMatchObject({ detail: containing(detail), remedy: containing(remedy) });
    }),
  );

  test('by a sign-in that never ends', async () => {
    const server = new SshServer({ hostKeys: [newPrivateKey()] }, (connection) => {
      connection.on('error', () => connection.end());
      connection.on('authentication', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const shown = await examine({}, { ...peerAt(port), EXCHANGE_SSH_HOST_KEY: `SHA256:${'A'.repeat(43)}` });
    const fingerprint = /SHA256:\S{43}/.exec(failure(shown).remedy)?.[0] ?? '';
    const report = await examine({}, { ...peerAt(port), EXCHANGE_SSH_HOST_KEY: fingerprint });
    server.close();
    expect(states(report)).toMatch(/^name ok, tcp ok, host-key ok, authentication skipped, session failed/);
  });

  const peerAt = (port: number): Environment => ({
    EXCHANGE_ENDPOINT: `ssh://admin@127.0.0.1:${port}`,
    EXCHANGE_SSH_PASSWORD: PASSWORD,
    EXCHANGE_OPEN_TIMEOUT_SECONDS: '2',
  });

  test('by an endpoint that takes TLS and does not answer', async () => {
    rig().endpoint.disturbances.arm({ operation: 'Create', effect: { kind: 'silence' } });
    const report = await examine({}, { ...rig().https, EXCHANGE_OPEN_TIMEOUT_SECONDS: '1' });
    rig().endpoint.disturbances.disarm();
    expect(states(report)).toMatch(/^name ok, tcp ok, tls ok, authentication skipped, session failed/);
  });

  test('by a shell that does not open', async () => {
    rig().endpoint.disturbances.arm({
      operation: 'Receive',
      effect: { kind: 'silence' },
    });
    const report = await examine({}, { ...rig().https, EXCHANGE_OPEN_TIMEOUT_SECONDS: '1' });
    rig().endpoint.disturbances.disarm();
    expect(states(report)).toMatch(/^name ok, tcp ok, tls ok, authentication ok, session failed/);
  });
});

test('a server that hangs in TLS ends with the time-out, and nothing is called well that was not seen', async () => {
  const silent = await stranger(() => undefined);
  const report = await examine(
    {},
    {
      ...rig().https,
      EXCHANGE_ENDPOINT: `https://127.0.0.1:${silent.port}/`,
      EXCHANGE_OPEN_TIMEOUT_SECONDS: '1',
    },
  );
  silent.close();
  expect(states(report)).toMatch(/^name ok, tcp ok, tls skipped, authentication skipped, session failed/);
  expect(failure(report).remedy).toContain('EXCHANGE_OPEN_TIMEOUT_SECONDS');
});
