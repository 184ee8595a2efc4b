import type { Step } from '../../exchange/resources';
import { ExchangeVersion } from '../../exchange/versions';
import type { ErrorRecord, Outcome } from '../../powershell/outcome';
import type { Settings } from '../../provider/configuration';
import type { Session } from '../../powershell/session';
import { Run } from '../../provider/run';
import { ExchangeTarget } from '../../provider/target';
import { RemotingError } from '../../remoting/remoting-error';
import { failed, objects, ScriptedSession } from './scripted-session';

const settings: Settings = {
  endpoint: {
    kind: 'ssh',
    host: 'ex1.contoso.local',
    port: 22,
    user: 'admin',
    subsystem: 'powershell',
    hostKey: null,
    knownHostsFile: null,
    privateKeyFile: null,
  },
  fallbacks: [],
  serverSessions: new Map(),
  organizationServer: null,
  versions: new Map([['ex1', ExchangeVersion.V2013]]),
  rollout: [],
  maintenance: new Map(),
  autodiscoverUrls: [],
  spellings: new Map([['ex1', 'EX1']]),
  snapIn: null,
  domainController: null,
  callTimeoutMs: 1000,
  openTimeoutMs: 1000,
  parallelCalls: 1,
  lackingRights: 'error',
  connectTo: new Map(),
};
const { signal } = new AbortController();
const read = { cmdlet: 'Get-OwaVirtualDirectory', parameters: { ADPropertiesOnly: true } };
const write: Step = {
  kind: 'virtual-directory',
  server: 'EX1',
  reason: 'because',
  invocation: { cmdlet: 'Set-OwaVirtualDirectory', parameters: { Identity: 'EX1\\owa (Default Web Site)' } },
};
const lost: Outcome = { kind: 'unknown', message: 'the stream ended', interruption: 'closed' };
const unsent: Outcome = { ...(failed('x') as Extract<Outcome, { kind: 'failed' }>), notSent: 'closed' };

function targetOn(...sessions: readonly ScriptedSession[]) {
  return targetWith(settings, ...sessions);
}

function targetWith(given: Settings, ...sessions: readonly ScriptedSession[]) {
  let opened = 0;
  const target = new ExchangeTarget(
    given,
    async () => sessions[opened++] ?? Promise.reject(new Error('no session')),
  );
  return { target, opened: () => opened };
}

test('a read is made once for all that ask, and again after a write', async () => {
  const session = new ScriptedSession(() => objects({ Name: 'EX1' }));
  const { target } = targetOn(session);
  await Promise.all([target.observe(read), target.observe({ ...read })]);
  expect(session.calls).toHaveLength(1);
  expect(await target.run(write, signal)).toEqual({ kind: 'done', diagnostics: [] });
  await target.observe(read);
  expect(session.calls.map((call) => call.cmdlet)).toEqual([
    'Get-OwaVirtualDirectory',
    'Set-OwaVirtualDirectory',
    'Get-OwaVirtualDirectory',
  ]);
});

test('a file that lies on the server for one step outdates no reading, also where none lay there before', async () => {
  const nothingThere = failed('PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand');
  const session = new ScriptedSession(({ cmdlet }) =>
    cmdlet === 'Remove-Item' ? nothingThere : objects({ Name: 'EX1' }),
  );
  const { target } = targetOn(session);
  await target.observe(read);
  const file = { path: 'C:\\Windows\\Temp\\a.pfx', content: new Uint8Array([1]) };
  expect(await target.run({ ...write, file, outdates: ['Get-ExchangeCertificate'] }, signal)).toEqual({
    kind: 'done',
    diagnostics: [],
  });
  await target.observe(read);
  expect(session.calls.map(({ cmdlet }) => cmdlet)).toEqual([
    'Get-OwaVirtualDirectory',
    'Remove-Item',
    'Set-Content',
    'Set-OwaVirtualDirectory',
    'Remove-Item',
  ]);
});

test('a write whose connection was lost is not repeated; the next call opens a new session', async () => {
  const first = new ScriptedSession(() => lost);
  const second = new ScriptedSession(() => objects());
  const { target, opened } = targetOn(first, second);
  const end = await target.run(write, signal);
  expect(end.kind).toBe('uncertain');
  expect(end.diagnostics[0]?.summary).toBe('The connection was lost during Set-OwaVirtualDirectory for EX1');
  expect(first.calls).toHaveLength(1);
  expect(first.closed).toBe(1);
  await target.observe(read);
  expect(opened()).toBe(2);
  expect(second.calls).toHaveLength(1);
});

test('a write that never left is sent over a new session', async () => {
  const first = new ScriptedSession(() => unsent);
  const second = new ScriptedSession(() => objects());
  const { target } = targetOn(first, second);
  expect((await target.run(write, signal)).kind).toBe('done');
  expect(second.calls).toHaveLength(1);
});

test('a read whose connection was lost is made once more', async () => {
  const first = new ScriptedSession(() => lost);
  const second = new ScriptedSession(() => objects({ Name: 'EX1' }));
  const { target } = targetOn(first, second);
  expect((await target.observe(read)).kind).toBe('objects');
});

test('a read whose connection was lost twice says so, and claims no effect', async () => {
  const { target } = targetOn(new ScriptedSession(() => lost), new ScriptedSession(() => lost));
  const reading = await target.observe(read);
  expect(reading).toMatchObject({
    kind: 'failed',
    diagnostics: [{ summary: 'The connection was lost during Get-OwaVirtualDirectory' }],
  });
  const detail = reading.kind === 'failed' ? reading.diagnostics[0]?.detail : '';
  expect(detail).toContain('sent a second time');
  expect(detail).not.toContain('took effect');
});

describe('a call that did not end in time', () => {
  const late: Outcome = {
    kind: 'unknown',
    message: 'Set-OwaVirtualDirectory did not end within 900000 ms',
    interruption: 'timeout',
    bound: { name: 'callTimeoutMs', limit: 900_000 },
  };

  test('is headed so, names its limit, and says that it may still take effect', async () => {
    const session = new ScriptedSession(() => late);
    const end = await targetOn(session).target.run(write, signal);
    expect(end.kind).toBe('uncertain');
    expect(session.calls).toHaveLength(1);
    expect(session.closed).toBe(0);
    expect(end.diagnostics).toEqual([
      {
        severity: 'error',
        summary: 'Set-OwaVirtualDirectory for EX1 did not end within 900 seconds',
        detail: expect.stringMatching(
          /the change may still take effect.*\n.*call_timeout_seconds.*EXCHANGE_CALL_TIMEOUT_SECONDS/,
        ) as string,
      },
    ]);
  });

  test('and only looks claims no effect', async () => {
    const session = new ScriptedSession(() => late);
    const reading = await targetOn(session).target.observe(read);
    expect(session.calls).toHaveLength(2);
    if (reading.kind !== 'failed') throw new Error(reading.kind);
    expect(reading.diagnostics[0]?.summary).toBe('Get-OwaVirtualDirectory did not end within 900 seconds');
    expect(reading.diagnostics[0]?.detail).toContain('EXCHANGE_CALL_TIMEOUT_SECONDS');
    expect(reading.diagnostics[0]?.detail).not.toContain('effect');
  });

  test('since it had not its turn had no effect, and says so', async () => {
    const waited: Outcome = {
      ...(failed('CallNotSent,timeout') as Extract<Outcome, { kind: 'failed' }>),
      notSent: 'timeout',
      bound: { name: 'callTimeoutMs', limit: 1_000 },
    };
    const end = await targetOn(new ScriptedSession(() => waited)).target.run(write, signal);
    expect(end.kind).toBe('failed');
    expect(end.diagnostics[0]?.summary).toBe('Set-OwaVirtualDirectory for EX1 was not sent within 1 second');
    expect(end.diagnostics[0]?.detail).toMatch(
      /never sent and changed nothing\.\n.*EXCHANGE_CALL_TIMEOUT_SECONDS/,
    );
  });

  test('since the peer acknowledged nothing is a connection that was lost', async () => {
    const unacknowledged: Outcome = { ...late, bound: { name: 'ackTimeoutMs', limit: 60_000 } };
    const session = new ScriptedSession(() => unacknowledged);
    const { target, opened } = targetOn(session, new ScriptedSession(() => objects()));
    const end = await target.run(write, signal);
    expect(end.diagnostics[0]?.summary).toContain('The connection was lost during');
    expect(session.closed).toBe(1);
    expect((await target.run(write, signal)).kind).toBe('done');
    expect(opened()).toBe(2);
  });
});

test('an answer that is too large is told as that, and not asked for again', async () => {
  const session = new ScriptedSession(() => ({
    kind: 'unknown',
    message: 'a message is larger than maxMessageBytes (33554432)',
    interruption: 'too-large',
    bound: { name: 'maxMessageBytes', limit: 33_554_432 },
  }));
  const reading = await targetOn(session).target.observe(read);
  expect(session.calls).toHaveLength(1);
  expect(reading).toMatchObject({
    diagnostics: [
      {
        summary: 'The answer to Get-OwaVirtualDirectory is too large',
        detail: expect.stringContaining('maxMessageBytes (33554432)') as string,
      },
    ],
  });
});

describe('where one server of the organization is down', () => {
  const ofIis = { cmdlet: 'Get-MapiVirtualDirectory', parameters: {} };
  const down: Outcome = {
    ...objects({ Name: 'mapi', Server: 'EX1' }),
    errors: [{ fullyQualifiedErrorId: 'IISGeneralCOMException', message: 'EX2 does not answer' }],
  };
  const session = () =>
    new ScriptedSession(({ parameters }) =>
      parameters['Server'] === 'EX1' ? objects({ Name: 'mapi', Server: 'EX1' }) : down,
    );

  test('another one is read alone', async () => {
    const { target } = targetOn(session());
    expect(await target.observe(ofIis, 'EX1')).toMatchObject({ kind: 'objects' });
  });

  test('its own objects are what the error names', async () => {
    const { target } = targetOn(session());
    expect(await target.observe(ofIis, 'EX2')).toMatchObject({
      diagnostics: [{ summary: 'Get-MapiVirtualDirectory does not show everything for EX2' }],
    });
  });

  test('the organization is asked once, and each server once', async () => {
    const asked = session();
    const { target } = targetOn(asked);
    await Promise.all(['EX1', 'EX2', 'EX1', 'EX2'].map((server) => target.observe(ofIis, server)));
    expect(asked.calls.map(({ parameters }) => parameters['Server'])).toEqual([undefined, 'EX1', 'EX2']);
  });

  test('a failure as a whole is not asked about again', async () => {
    const asked = new ScriptedSession(() => failed('CommandNotFoundException'));
    const { target } = targetOn(asked);
    expect(await target.observe(ofIis, 'EX1')).toMatchObject({ kind: 'failed' });
    expect(asked.calls).toHaveLength(1);
  });
});

describe('an error record of a call that completed', () => {
  const record = (target?: string) => ({
    fullyQualifiedErrorId: '8288830C,Microsoft.Exchange.Management.SystemConfigurationTasks.X',
    message: `no answer from ${target ?? 'a server'}`,
    ...(target === undefined ? {} : { target }),
  });
  const completed = (...errors: readonly ErrorRecord[]): Outcome => ({
    ...objects({ Name: 'EX1', RequiredServicesRunning: true }),
    warnings: ['IIS must be restarted'],
    errors,
  });
  const well = () => undefined;

  test('beside a write makes it a failure that may be in effect in part', async () => {
    const { target } = targetOn(new ScriptedSession(() => completed(record())));
    const { kind, diagnostics } = await target.run(write, signal);
    expect(kind).toBe('uncertain');
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'Set-OwaVirtualDirectory failed for EX1' },
      { severity: 'warning', detail: 'IIS must be restarted' },
    ]);
    expect(diagnostics[0]?.detail).toContain('its change may be in effect wholly or in part');
  });

  test('beside a read says what the answer lacks', async () => {
    const { target } = targetOn(new ScriptedSession(() => completed(record('EX2\\owa'), record('EX3\\owa'))));
    const reading = await target.observe(read);
    const [problem] = reading.kind === 'failed' ? reading.diagnostics : [];
    expect(problem?.summary).toBe('Get-OwaVirtualDirectory does not show everything');
    expect(problem?.detail).toContain('It returned 1 object, but nothing about EX2\\owa, EX3\\owa');
    expect(problem?.detail).toContain('no answer from EX3');
  });

  test('is shown ten times at most', async () => {
    const many = new Array(12).fill(record()) as ErrorRecord[];
    const { target } = targetOn(new ScriptedSession(() => completed(...many)));
    const { diagnostics } = await target.run(write, signal);
    expect(diagnostics[0]?.detail.match(/8288830C/g)).toHaveLength(10);
    expect(diagnostics[0]?.detail).toContain('and 2 more errors');
  });

  test('beside the read of a guard keeps the step from running, whatever the guard would say', async () => {
    const session = new ScriptedSession(() => completed(record('EX1')));
    const { target } = targetOn(session);
    const guarded: Step = { ...write, guard: { invocation: read, inquiries: [], omission: well } };
    const { kind, diagnostics } = await target.run(guarded, signal);
    expect(kind).toBe('failed');
    expect(diagnostics).toMatchObject([{ summary: 'Set-OwaVirtualDirectory was not run for EX1' }]);
    expect(diagnostics[0]?.detail).toContain('Get-OwaVirtualDirectory does not show everything for EX1');
    expect(session.calls.map(({ cmdlet }) => cmdlet)).toEqual(['Get-OwaVirtualDirectory']);
  });

  test('beside what a check shows never passes for health', async () => {
    const session = new ScriptedSession(() => completed(record()));
    const { target } = targetOn(session);
    const invocation = { cmdlet: 'Test-ServiceHealth', parameters: { Server: 'EX1' } };
    const until = { seconds: 0, problem: well, expected: { property: 'x', equals: true } };
    const { kind, diagnostics } = await target.run({ ...write, invocation, until }, signal);
    expect(kind).toBe('failed');
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'Test-ServiceHealth does not show everything for EX1' },
    ]);
    expect(diagnostics[0]?.detail).toContain(
      'Later steps of the deploy, including the DNS records, were not run',
    );
  });

  test('beside the list of servers does not make one look uninstalled', async () => {
    const { target } = targetOn(new ScriptedSession(() => completed(record('EX2'))));
    expect(await target.isUninstalled('EX2')).toBe(false);
    expect(await target.versionProblems('EX1')).toMatchObject([
      { summary: 'Get-ExchangeServer does not show everything' },
    ]);
  });

  test.each([
    ['shows no server', objects()],
    ['does not tell the name of each', objects({ Name: 'EX1' }, { AdminDisplayVersion: 'x' })],
  ])('is not needed where a list %s: no server looks uninstalled', async (_case, list) => {
    const { target } = targetOn(new ScriptedSession(() => list));
    expect(await target.isUninstalled('EX2')).toBe(false);
  });

  test('is not needed for a failure that ended the pipeline: both are told', async () => {
    const outcome: Outcome = { ...failed('Ended', 'it ended'), errors: [record()] } as Outcome;
    const { target } = targetOn(new ScriptedSession(() => outcome));
    const { kind, diagnostics } = await target.run(write, signal);
    expect(kind).toBe('failed');
    expect(diagnostics[0]?.detail).toMatch(/^it ended\n\(Ended\)\nno answer from a server/);
  });
});

describe('an answer about certificates', () => {
  const certificates = { cmdlet: 'Get-ExchangeCertificate', parameters: { Server: 'EX1' } };
  const RawData = new Uint8Array([1]);

  test.each([
    ['shows none', objects()],
    ['lacks one of them', objects({ RawData }, { Thumbprint: 'AB', Services: 'None' })],
  ])('that %s does not tell which there are: nothing is removed by it', async (_case, answer) => {
    const session = new ScriptedSession(() => answer);
    const { target } = targetOn(session);
    expect(await target.observe(certificates)).toMatchObject({
      kind: 'failed',
      partial: false,
      diagnostics: [{ summary: 'Get-ExchangeCertificate does not show everything for EX1' }],
    });
    const guarded: Step = {
      ...write,
      guard: { invocation: certificates, inquiries: [], omission: () => undefined },
    };
    expect((await target.run(guarded, signal)).kind).toBe('failed');
    expect(session.calls.map(({ cmdlet }) => cmdlet)).not.toContain(write.invocation.cmdlet);
  });

  test('in the trip of all servers is read once more, of the server alone', async () => {
    const versions = new Map(['ex1', 'ex2'].map((name) => [name, ExchangeVersion.V2013]));
    const session = new ScriptedSession(({ cmdlet, parameters }) =>
      cmdlet === 'Get-ExchangeServer'
        ? objects(
            ...['EX1', 'EX2']
              .filter((Name) => [undefined, Name.toLowerCase()].includes(parameters['Identity'] as string))
              .map((Name) => ({ Name, AdminDisplayVersion: 'Version 15.0 (Build 1497.2)' })),
          )
        : parameters['Server'] === 'ex2'
          ? objects({ Thumbprint: 'AB' })
          : objects({ RawData }),
    );
    const target = new ExchangeTarget({ ...settings, versions }, async () => session);
    const of = (Server: string) => target.observe({ ...certificates, parameters: { Server } });
    expect(await Promise.all([of('ex1'), of('ex2')])).toMatchObject([
      { kind: 'objects' },
      {
        kind: 'failed',
        diagnostics: [{ summary: 'Get-ExchangeCertificate does not show everything for ex2' }],
      },
    ]);
    expect(session.trips).toEqual([4]);
  });
});

describe('a guard', () => {
  const inquiry = { cmdlet: 'Get-AuthConfig', parameters: {} };
  const stays = { summary: 'It stays', detail: 'Because of that:', mayPass: false };

  test('leaves a step out, and the deploy goes on', async () => {
    const session = new ScriptedSession(() => objects());
    const { target } = targetOn(session);
    const guarded: Step = {
      ...write,
      guard: { invocation: read, inquiries: [inquiry], omission: () => stays },
    };
    const end = await target.run(guarded, signal);
    expect(end).toMatchObject({
      kind: 'omitted',
      diagnostics: [{ severity: 'warning', summary: 'It stays' }],
    });
    expect(end.diagnostics[0]?.detail).toContain('Set-OwaVirtualDirectory');
    expect(session.calls.map((call) => call.cmdlet)).toEqual(['Get-OwaVirtualDirectory', 'Get-AuthConfig']);
  });

  test('takes an inquiry that fails for unknown', async () => {
    const session = new ScriptedSession(({ cmdlet }) =>
      cmdlet === 'Get-AuthConfig' ? failed('CommandNotFoundException') : objects(),
    );
    const { target } = targetOn(session);
    const seen: unknown[] = [];
    const omission = (_objects: unknown, answers: ReadonlyMap<string, unknown>) => {
      seen.push(answers.get('Get-AuthConfig'));
      return undefined;
    };
    const guarded: Step = { ...write, guard: { invocation: read, inquiries: [inquiry], omission } };
    expect((await target.run(guarded, signal)).kind).toBe('done');
    expect(seen).toEqual([null]);
  });

  test('looks again where that may show otherwise', async () => {
    const session = new ScriptedSession(() => objects());
    const { target } = targetOn(session);
    let looks = 0;
    const omission = () => (++looks < 2 ? { ...stays, mayPass: true } : undefined);
    const guarded: Step = { ...write, guard: { invocation: read, inquiries: [], omission } };
    expect((await target.run(guarded, signal)).kind).toBe('done');
    expect(looks).toBe(2);
  });
});

test('a check is repeated until it is well', async () => {
  const session = new ScriptedSession((_call, count) => objects({ well: count > 1 }));
  const { target } = targetOn(session);
  const check: Step = {
    ...write,
    until: {
      seconds: 30,
      expected: { property: 'well', equals: true },
      problem: ([object]) => (object?.properties['well'] === true ? undefined : 'not yet'),
    },
  };
  expect((await target.run(check, signal)).kind).toBe('done');
  expect(session.calls).toHaveLength(2);
});

test('a check whose cmdlet is not offered is not repeated: waiting does not change that', async () => {
  const session = new ScriptedSession(() => failed('CommandNotFoundException'));
  const { target } = targetOn(session);
  const until = { seconds: 900, expected: { property: 'well', equals: true }, problem: () => 'not yet' };
  const invocation = { cmdlet: 'Test-ServiceHealth', parameters: { Server: 'EX1' } };
  const { kind, diagnostics } = await target.run({ ...write, invocation, until }, signal);
  expect(kind).toBe('failed');
  expect(session.calls).toHaveLength(1);
  expect(diagnostics[0]?.detail).toContain('Get-ManagementRole -Cmdlet Test-ServiceHealth');
  expect(diagnostics[0]?.detail).toContain(
    'Later steps of the deploy, including the DNS records, were not run',
  );
  expect(diagnostics[0]?.detail).not.toContain('seconds');
});

test('a check that never gets well names the server and what is wrong', async () => {
  const { target } = targetOn(new ScriptedSession(() => objects({})));
  const end = await target.run(
    {
      ...write,
      until: {
        seconds: 0,
        expected: { property: 'well', equals: true },
        problem: () => 'OWA.Proxy is Unhealthy',
      },
    },
    signal,
  );
  expect(end.diagnostics[0]).toMatchObject({ severity: 'error', summary: 'EX1 is not healthy' });
  expect(end.diagnostics[0]?.detail).toContain('OWA.Proxy is Unhealthy');
});

test('an error is told with its id and a remedy chosen by the id', async () => {
  const { target } = targetOn(new ScriptedSession(() => failed('CommandNotFoundException')));
  const end = await target.run(write, signal);
  expect(end.diagnostics[0]?.summary).toBe('Set-OwaVirtualDirectory failed for EX1');
  expect(end.diagnostics[0]?.detail).toContain('Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory');
  expect(end.diagnostics[0]?.detail).toContain('Exchange Virtual Directories');
});

test.each([
  [new RemotingError('unreachable', 'refused', { code: 'ECONNREFUSED' }), 'EXCHANGE_ENDPOINT'],
  [new RemotingError('authentication-refused', 'no', { methods: ['publickey'] }), 'offers publickey'],
  [
    new RemotingError('host-key-changed', 'no', {
      fingerprint: 'SHA256:abc',
      knownHostsEntry: 'known_hosts:3',
    }),
    'known_hosts:3',
  ],
  [new RemotingError('host-key-unknown', 'no', { fingerprint: 'SHA256:abc' }), 'SHA256:abc'],
  [new RemotingError('not-started', 'no', { output: 'x.pssc is not valid' }), '.pssc'],
  [new RemotingError('protocol', 'no', { output: 'Welcome' }), 'Turn this text off'],
  [new RemotingError('protocol', 'no', {}), 'not a PowerShell remoting server'],
  [new RemotingError('timeout', 'no', {}), 'EXCHANGE_OPEN_TIMEOUT_SECONDS'],
  [new RemotingError('timeout', 'no', { stderr: 'no such file' }), 'printed this text and opened no session'],
])(
  'where no session comes about, %s, the remedy is named and the server asked once',
  async (error, remedy) => {
    let asked = 0;
    const target = new ExchangeTarget(settings, async () => {
      asked += 1;
      throw error;
    });
    const readings = await Promise.all([
      target.observe(read),
      target.observe({ cmdlet: 'Get-X', parameters: {} }),
    ]);
    const [reading] = readings;
    if (reading?.kind !== 'failed') throw new Error('expected a failure');
    expect(reading.diagnostics[0]?.summary).toBe('No session with Exchange at ex1.contoso.local:22');
    expect(reading.diagnostics[0]?.detail).toContain(remedy);
    expect(reading.diagnostics[0]?.detail).toContain('Nothing was changed');
    expect(asked).toBe(1);
  },
);

test('a first session that does not open is not said to have changed nothing once another one has', async () => {
  const run = new Run();
  const elsewhere = new ExchangeTarget(settings, async () => new ScriptedSession(() => objects()), { run });
  const target = new ExchangeTarget(settings, () => Promise.reject(new Error('no session')), { run });
  expect(await elsewhere.run(write, signal)).toMatchObject({ kind: 'done' });
  const reading = await target.observe(read);
  if (reading.kind !== 'failed') throw new Error('expected a failure');
  expect(reading.diagnostics[0]?.detail).toContain('What was done before stays done');
  expect(reading.diagnostics[0]?.detail).not.toContain('Nothing was changed');
});

describe('the version of a server', () => {
  const servers = (display: string) =>
    new ScriptedSession(() => objects({ Name: 'EX1', AdminDisplayVersion: display }));

  test('as declared is no problem', async () => {
    const { target } = targetOn(servers('Version 15.0 (Build 1497.2)'));
    expect(await target.versionProblems('ex1')).toEqual([]);
  });

  test('another one stops the plan', async () => {
    const { target } = targetOn(servers('Version 15.1 (Build 2375.7)'));
    expect(await target.versionProblems('EX1')).toMatchObject([
      { severity: 'error', summary: 'EX1 is not Exchange Server 2013' },
    ]);
  });

  const declaredAs = (version: ExchangeVersion, display: string) =>
    targetWith({ ...settings, versions: new Map([['ex1', version]]) }, servers(display)).target;

  test.each([
    [ExchangeVersion.V2019, 'Version 15.2 (Build 2562.17)', 'declare it as ExchangeVersion.SE'],
    [ExchangeVersion.SE, 'Version 15.2 (Build 1748.10)', 'Update the server in place'],
  ])(
    'declared as %s while it is updated in place is warned of, and stops nothing',
    async (version, display, detail) => {
      const problems = await declaredAs(version, display).versionProblems('EX1');
      expect(problems).toMatchObject([{ severity: 'warning' }]);
      expect(problems[0]?.detail).toContain(detail);
      expect(problems[0]?.detail).toContain('no member has to leave the DAG');
    },
  );

  test.each([
    [ExchangeVersion.V2019, 'Version 15.1 (Build 2375.7)'],
    [ExchangeVersion.SE, 'Version 15.1 (Build 2375.7)'],
    [ExchangeVersion.V2016, 'Version 15.2 (Build 1748.10)'],
    [ExchangeVersion.SE, 'Version 15.3 (Build 1.1)'],
  ])('declared as %s and found as %s is no update in place', async (version, display) => {
    expect(await declaredAs(version, display).versionProblems('EX1')).toMatchObject([{ severity: 'error' }]);
  });

  test('a server that is not there is named, with those that are', async () => {
    const session = new ScriptedSession(() => objects({ Name: 'EX9', AdminDisplayVersion: 'x' }));
    const [problem] = await targetOn(session).target.versionProblems('EX1');
    expect(problem?.detail).toContain('EX9');
  });

  test('must be declared', async () => {
    const [problem] = await targetOn().target.versionProblems('EX7');
    expect(problem?.summary).toBe('The version of EX7 is not declared');
  });
});

test('the domain controller of the run goes with every cmdlet that takes one', () => {
  const target = new ExchangeTarget({ ...settings, domainController: 'dc1.contoso.local' }, () =>
    Promise.reject(new Error()),
  );
  expect(target.addressed(read).parameters).toEqual({
    ADPropertiesOnly: true,
    DomainController: 'dc1.contoso.local',
  });
  const report = { cmdlet: 'Get-HealthReport', parameters: { Identity: 'EX1' } };
  expect(target.addressed(report)).toEqual(report);
});

test.each([
  [ExchangeVersion.V2007, ExchangeVersion.V2010, 'New-DatabaseAvailabilityGroup'],
  [ExchangeVersion.V2010, ExchangeVersion.V2013, 'Set-MapiVirtualDirectory'],
  [ExchangeVersion.V2010, ExchangeVersion.V2007, 'New-ClientAccessArray'],
])('nor does a server of %s beside one of %s keep it from %s', (first, second, cmdlet) => {
  const versions = new Map([
    ['ex1', first],
    ['ex2', second],
  ]);
  const { target } = targetWith({ ...settings, versions, domainController: 'dc1.contoso.local' });
  expect(target.addressed({ cmdlet, parameters: {} }).parameters).toEqual({
    DomainController: 'dc1.contoso.local',
  });
});

describe('a cmdlet that asks what nobody expected', () => {
  const question = 'PromptForChoice: Confirm Remove everything?';

  test('is told with what it asked, and did not take effect', async () => {
    const refused = {
      ...failed('UnexpectedQuestion', 'not expected'),
      unexpectedQuestion: question,
    } as Outcome;
    const { target } = targetOn(new ScriptedSession(() => refused));
    const { kind, diagnostics } = await target.run(write, signal);
    expect(kind).toBe('failed');
    expect(diagnostics).toMatchObject([
      { severity: 'error', summary: 'Set-OwaVirtualDirectory asked an unexpected question for EX1' },
    ]);
    expect(diagnostics[0]?.detail).toContain(`${question}\n(UnexpectedQuestion)\n`);
    expect(diagnostics[0]?.detail).toContain('Exchange Management Shell');
  });

  test('is uncertain where it went on all the same, and is no lost connection', async () => {
    const unknown: Outcome = { kind: 'unknown', message: question, interruption: 'prompt' };
    const { target } = targetOn(new ScriptedSession(() => unknown));
    const { kind, diagnostics } = await target.run(write, signal);
    expect(kind).toBe('uncertain');
    expect(diagnostics).toMatchObject([
      { summary: 'Set-OwaVirtualDirectory asked an unexpected question for EX1' },
    ]);
    expect(diagnostics[0]?.detail).toContain(question);
  });
});

test.each(['one session', 'sessions of their own'])(
  'members of one DAG join and leave one after another, those of another DAG at once: in %s',
  async (sessions) => {
    const under = new Map<string, number>();
    const most = new Map<string, number>();
    const slow: Session = {
      invoke: async ({ parameters: { Identity } }) => {
        const group = Identity as string;
        for (const each of [group, 'all']) {
          under.set(each, (under.get(each) ?? 0) + 1);
          most.set(each, Math.max(most.get(each) ?? 0, under.get(each) ?? 0));
        }
        await new Promise((resume) => setTimeout(resume, 20));
        for (const each of [group, 'all']) under.set(each, (under.get(each) ?? 0) - 1);
        return objects();
      },
      invokeInTurn: async () => lost,
      close: async () => undefined,
    };
    const run = new Run();
    const shared = new ExchangeTarget(settings, async () => slow, { run });
    const join = (group: string, server: string) =>
      (sessions === 'one session' ? shared : new ExchangeTarget(settings, async () => slow, { run })).run(
        {
          kind: 'dag-member',
          server,
          reason: 'because',
          invocation: {
            cmdlet: 'Add-DatabaseAvailabilityGroupServer',
            parameters: { Identity: group, MailboxServer: server },
          },
        },
        signal,
      );
    await Promise.all([join('DAG01', 'EX1'), join('dag01', 'EX2'), join('DAG02', 'EX3')]);
    expect([...most]).toEqual([
      ['DAG01', 1],
      ['all', 2],
      ['DAG02', 1],
      ['dag01', 1],
    ]);
  },
);
