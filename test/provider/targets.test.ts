import { ExchangeVersion } from '../../exchange/versions';
import type { Step } from '../../exchange/resources';
import type { Settings } from '../../provider/configuration';
import { settingsFrom } from '../../provider/configuration';
import { connect } from '../../provider/connection';
import { Targets } from '../../provider/targets';
import { RemotingError } from '../../remoting/remoting-error';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { withEveryAttribute } from '../../schema';
import type { Known } from '../../schema';
import { objects, ScriptedSession } from './scripted-session';

const ENVIRONMENT = { EXCHANGE_USER: 'admin', EXCHANGE_PASSWORD: 'secret' };
const OLD1 = 'https://old1.contoso.local:5986/wsman';
const { signal } = new AbortController();

function settingsOf(config: { readonly [name: string]: Known }, environment = {}): Settings {
  const { settings, diagnostics } = settingsFrom(withEveryAttribute(CONFIGURATION_SCHEMA, config), {
    ...ENVIRONMENT,
    ...environment,
  });
  if (settings === undefined) throw new Error(JSON.stringify(diagnostics));
  return settings;
}

/** The sessions of a run by their endpoints, and what each was asked. */
function run(settings: Settings) {
  const sessions = new Map<string, ScriptedSession>();
  const targets = new Targets(settings, async ({ endpoint }) => {
    const where = endpoint.kind === 'wsman' ? new URL(endpoint.url).hostname : endpoint.kind;
    const session = new ScriptedSession(({ cmdlet }) =>
      cmdlet === 'Get-ExchangeServer'
        ? objects(
            { Name: 'EX1', AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' },
            { Name: 'OLD1', AdminDisplayVersion: 'Version 8.3 (Build 83.6)' },
          )
        : cmdlet === 'Get-Item'
          ? objects({ Value: where.split('.')[0]?.toUpperCase() ?? null })
          : objects({ Name: 'owa' }),
    );
    sessions.set(where, session);
    return session;
  });
  const asked = () =>
    Object.fromEntries(
      [...sessions].map(([where, { calls }]) => [
        where,
        calls.map(({ cmdlet }) => cmdlet).filter((cmdlet) => cmdlet !== 'Get-Item'),
      ]),
    );
  return { targets, sessions, asked };
}

const mixed = settingsOf({
  endpoint: 'https://ex1.contoso.local/PowerShell/',
  servers: { EX1: '2013', OLD1: '2007' },
  server_endpoints: { OLD1 },
});
const read = { cmdlet: 'Get-OwaVirtualDirectory', parameters: {} };
const write = (server: string): Step => ({
  kind: 'virtual-directory',
  server,
  reason: 'because',
  invocation: { cmdlet: 'Set-OwaVirtualDirectory', parameters: { Identity: `${server}\\owa` } },
});

test('what is of a server with an endpoint of its own runs there, and all else in the session of the organization', async () => {
  const { targets, asked } = run(mixed);
  await targets.of('old1').observe(read, 'OLD1');
  await targets.of('OLD1').run(write('OLD1'), signal);
  await targets.of('EX1').run(write('EX1'), signal);
  await targets.of(null).observe({ cmdlet: 'Get-OutlookProvider', parameters: {} });
  expect(asked()).toEqual({
    'old1.contoso.local': ['Get-OwaVirtualDirectory', 'Set-OwaVirtualDirectory'],
    'ex1.contoso.local': ['Set-OwaVirtualDirectory', 'Get-OutlookProvider'],
  });
});

test('a session is opened when something of its server is read', async () => {
  const { targets, asked } = run(mixed);
  await targets.of('EX1').observe(read, 'EX1');
  expect(Object.keys(asked())).toEqual(['ex1.contoso.local']);
  expect(await targets.of('OLD1').versionProblems('OLD1')).toEqual([]);
  expect(asked()['old1.contoso.local']).toEqual(['Get-ExchangeServer']);
  await targets.close();
});

test('the own session is asked of its server alone; that of the organization of all', async () => {
  const { targets, sessions } = run(mixed);
  await targets.of('OLD1').observe(read, 'OLD1');
  await targets.of('EX1').observe(read, 'EX1');
  expect(sessions.get('old1.contoso.local')?.calls.at(-1)?.parameters).toEqual({ Server: 'OLD1' });
  expect(sessions.get('ex1.contoso.local')?.calls[0]?.parameters).toEqual({});
});

test('what one session writes the other reads anew', async () => {
  const { targets, asked } = run(mixed);
  await targets.of('EX1').observe(read, 'EX1');
  await targets.of('OLD1').run(write('OLD1'), signal);
  await targets.of('EX1').observe(read, 'EX1');
  expect(asked()['ex1.contoso.local']).toEqual(['Get-OwaVirtualDirectory', 'Get-OwaVirtualDirectory']);
  expect(targets.run.hasRun).toBe(true);
});

test('what is said is said once in a run, whatever session finds it', () => {
  const { targets } = run(mixed);
  const said = [{ severity: 'warning' as const, summary: 'one', detail: 'thing' }];
  expect(targets.run.reportOnce(said)).toEqual(said);
  expect(targets.run.reportOnce(said)).toEqual([]);
});

test('each session goes by the versions of its servers', async () => {
  const { targets } = run(mixed);
  expect(targets.of(null).versionFor(null)).toBe(ExchangeVersion.V2013);
  expect(targets.of('OLD1').catalogFor('OLD1')?.version).toBe(ExchangeVersion.V2007);
  // Roles do not apply to a snap-in.
  expect(await targets.of('OLD1').rights()).toEqual({ diagnostics: [] });
});

test('the certificates of all servers are one trip without those of other sessions', async () => {
  const { targets, sessions } = run(
    settingsOf({
      endpoint: 'https://ex1.contoso.local/PowerShell/',
      servers: { EX1: '2013', EX2: '2013', OLD1: '2007' },
      server_endpoints: { OLD1 },
    }),
  );
  await targets
    .of('EX1')
    .observe({ cmdlet: 'Get-ExchangeCertificate', parameters: { Server: 'EX1' } }, 'EX1');
  const calls = sessions.get('ex1.contoso.local')?.calls ?? [];
  expect(calls.filter(({ parameters }) => Object.values(parameters).includes('OLD1'))).toEqual([]);
});

test.each([
  [new RemotingError('unreachable', 'connect ECONNREFUSED'), 'Check that the server runs'],
  [
    new RemotingError('refused', 'no such shell', { faultCode: 2150858811 }),
    "Microsoft.PowerShell, Windows' own, which Exchange 2007 needs",
  ],
])(
  'a session that does not come about names the server, its endpoint and the remedy: %s',
  async (error, remedy) => {
    const targets = new Targets(mixed, async ({ endpoint }) => {
      if (endpoint.kind === 'wsman' && endpoint.url === OLD1) throw error;
      return new ScriptedSession(() => objects({ Name: 'owa' }));
    });
    expect((await targets.of('EX1').observe(read, 'EX1')).kind).toBe('objects');
    const reading = await targets.of('OLD1').observe(read, 'OLD1');
    const [problem] = reading.kind === 'failed' ? reading.diagnostics : [];
    expect(problem?.summary).toBe(`No session with Exchange at ${OLD1} for OLD1`);
    expect(problem?.detail).toContain('EXCHANGE_SERVER_ENDPOINTS');
    expect(problem?.detail).toContain(remedy);
    // They are of the session of the organization.
    expect(problem?.detail).not.toMatch(/EXCHANGE_ENDPOINT|EXCHANGE_SHELL_RESOURCE/);
  },
);

test('an endpoint that nothing listens at is said to be that of the server', async () => {
  const nowhere = settingsOf({
    endpoint: 'https://ex1.contoso.local/PowerShell/',
    servers: { EX1: '2013', OLD1: '2007' },
    server_endpoints: { OLD1: 'https://127.0.0.1:1/wsman' },
  });
  const targets = new Targets(nowhere, (settings) => connect(settings, ENVIRONMENT));
  const end = await targets.of('OLD1').run(write('OLD1'), signal);
  expect(end.diagnostics[0]?.detail).toContain(
    'the address comes from endpoint of OLD1 in the declaration or EXCHANGE_SERVER_ENDPOINTS',
  );
});

test.each([
  [{ Value: 'OLD2' }, 'the session runs on OLD2, and not on OLD1'],
  [{ Other: 'OLD1' }, 'the session does not tell on which server it runs'],
])('a session on another server is not used: %j', async (computer, why) => {
  const session = new ScriptedSession(() => objects(computer));
  const targets = new Targets(mixed, async () => session);
  const end = await targets.of('OLD1').run(write('OLD1'), signal);
  expect(end.kind).toBe('failed');
  expect(end.diagnostics[0]?.detail).toContain(why);
  expect(end.diagnostics[0]?.detail).toContain('the endpoint that leads to OLD1 itself');
  expect(session.calls.map(({ cmdlet }) => cmdlet)).toEqual(['Get-Item']);
  expect(session.closed).toBe(1);
});

describe('where every server has an endpoint of its own', () => {
  const config = {
    servers: { OLD1: '2007', CAS1: '2010' },
    server_endpoints: { OLD1, CAS1: 'https://cas1.contoso.local/PowerShell/' },
  };

  test('the session on the first of the newest version is that of the organization', async () => {
    const { targets, asked } = run(settingsOf(config));
    await targets.of(null).observe({ cmdlet: 'Get-OutlookProvider', parameters: {} });
    await targets.of('CAS1').run(write('CAS1'), signal);
    expect(asked()).toEqual({ 'cas1.contoso.local': ['Get-OutlookProvider', 'Set-OwaVirtualDirectory'] });
  });

  test('unless one is given for it', async () => {
    const { targets, asked } = run(settingsOf({ ...config, endpoint: 'https://ex9.contoso.local/' }));
    await targets.of(null).observe({ cmdlet: 'Get-OutlookProvider', parameters: {} });
    expect(asked()).toEqual({ 'ex9.contoso.local': ['Get-OutlookProvider'] });
  });

  test('one that left the declaration is reached by the session of a newer one', async () => {
    const { targets, asked } = run(settingsOf(config));
    await targets.of('CAS2').run(write('CAS2'), signal);
    expect(asked()).toEqual({ 'cas1.contoso.local': ['Set-OwaVirtualDirectory'] });
  });

  describe('of Exchange 2007, one that left the declaration', () => {
    const only = { servers: { OLD1: '2007' }, server_endpoints: { OLD1 } };

    test.each([undefined, 'https://old1.contoso.local/PowerShell/'])(
      'has nothing done on another one, also where the organization has the endpoint %s',
      async (endpoint) => {
        const { targets, asked } = run(settingsOf(endpoint === undefined ? only : { ...only, endpoint }));
        const end = await targets.of('OLD2').run(write('OLD2'), signal);
        expect(end.kind).toBe('failed');
        expect(end.diagnostics[0]?.summary).toBe('No session reaches OLD2');
        expect(end.diagnostics[0]?.detail).toContain(
          `name its endpoint for this deploy: EXCHANGE_SERVER_ENDPOINTS='{"OLD2":"https://<its FQDN>:5986/wsman"}'.`,
        );
        expect(asked()).toEqual({});
        expect(await targets.isUninstalled('OLD2')).toBe(true);
      },
    );

    test('has it done where the environment names its endpoint', async () => {
      const OLD2 = 'https://old2.contoso.local:5986/wsman';
      const environment = { EXCHANGE_SERVER_ENDPOINTS: JSON.stringify({ OLD2 }) };
      const { targets, asked } = run(settingsOf(only, environment));
      expect((await targets.of('OLD2').run(write('OLD2'), signal)).kind).toBe('done');
      expect(asked()).toEqual({ 'old2.contoso.local': ['Set-OwaVirtualDirectory'] });
      expect(targets.of('OLD2').isDeclared('OLD2')).toBe(false);
    });
  });
});
