import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SecureText } from '../../powershell/invocation';
import type { Outcome } from '../../powershell/outcome';
import { openSession, type RemotingSession } from '../../remoting/session';
import { processTransport } from '../../remoting/transports/process';
import { QUESTION } from './peers/sample-host';
import { describeWithPython, python, pythonEnvironment } from './peers/python';

const root = resolve(__dirname, '../..');
const HOSTILE =
  "quote ' \u2019 dash \u2013 `$x _x0041_ _X0041_ \u{1f600} \u0000\u001f\u007f\u2028\ufffe\uffff\n";

function values(outcome: Outcome): readonly unknown[] {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome.objects.map((object) => object.properties['Value']);
}

describeWithPython('our client and a server built on psrpcore', () => {
  let session: RemotingSession;
  const echo = (parameters: Parameters<RemotingSession['invoke']>[0]['parameters']): Promise<Outcome> =>
    session.invoke({ cmdlet: 'Get-Echo', parameters });

  const server = {
    command: python,
    args: [join(__dirname, 'python/server.py')],
    env: pythonEnvironment,
  };
  beforeAll(async () => {
    session = await openSession(processTransport(server), { runspaces: 3 });
  });
  afterAll(() => session.close());

  test('text arrives as it was', async () => {
    expect(values(await echo({ Text: HOSTILE }))).toEqual([HOSTILE]);
  });

  test('types arrive as what they are', async () => {
    const parameters = { A: 'x', B: 5, C: 2 ** 40, D: true, E: null, F: 1.5, G: new Uint8Array(3), H: ['a'] };
    expect(values(await session.invoke({ cmdlet: 'Get-Types', parameters }))).toEqual([
      'PSString',
      'PSInt',
      'PSInt64',
      'bool',
      'NoneType',
      'PSDouble',
      'PSByteArray',
      'PSList',
    ]);
    expect(values(await echo({ B: 5, C: 2 ** 40, D: true, F: 1.5, G: new Uint8Array([1, 255]) }))).toEqual([
      5,
      2 ** 40,
      true,
      1.5,
      new Uint8Array([1, 255]),
    ]);
  });

  // psrpcore sends it as a message without data, as real PowerShell does.
  test('$null in the output is a value', async () => {
    expect(values(await echo({ A: null, B: 'x', C: null }))).toEqual([null, 'x', null]);
  });

  test('secure strings arrive', async () => {
    expect(values(await echo({ Password: new SecureText(HOSTILE, 'test') }))).toEqual([HOSTILE]);
  });

  test('warnings and errors are kept, other streams tolerated', async () => {
    expect(await session.invoke({ cmdlet: 'Get-Trouble', parameters: {} })).toMatchObject({
      kind: 'objects',
      warnings: ['mind the gap'],
      errors: [{ fullyQualifiedErrorId: 'NotThere,Get-Trouble', message: 'no', category: 'ObjectNotFound' }],
      objects: [{ text: 'survived' }],
    });
  });

  test('megabytes go both ways', async () => {
    const [big] = values(await session.invoke({ cmdlet: 'Get-Big', parameters: { Bytes: 3_000_000 } }));
    expect((big as Uint8Array).length).toBe(3_000_000);
    const parameters = { Value: new Uint8Array(2_000_000) };
    expect(values(await session.invoke({ cmdlet: 'Get-Length', parameters }))).toEqual([2_000_000]);
  });

  test('a message that is too large ends its call, and not the session', async () => {
    const bounds = { maxMessageBytes: 200_000 };
    const narrow = await openSession(processTransport(server), { runspaces: 2, bounds });
    const big = { cmdlet: 'Get-Big', parameters: { Bytes: 3_000_000 } };
    expect(await narrow.invoke(big)).toMatchObject({
      kind: 'unknown',
      interruption: 'too-large',
      bound: { name: 'maxMessageBytes', limit: 200_000 },
    });
    expect(values(await narrow.invoke({ cmdlet: 'Get-Echo', parameters: { A: 'on' } }))).toEqual(['on']);
    expect(narrow.failure).toBeUndefined();
    await narrow.close();
  });

  test('several calls run at once', async () => {
    const ended: number[] = [];
    await Promise.all(
      [400, 250, 100].map(async (wait) => {
        await session.invoke({ cmdlet: 'Wait-Short', parameters: { Milliseconds: wait, Tag: wait } });
        ended.push(wait);
      }),
    );
    expect(ended).toEqual([100, 250, 400]);
  });

  test('a running call is stopped', async () => {
    const stop = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), 'psrpcore-'));
    const marker = join(folder, 'running');
    const running = session.invoke(
      { cmdlet: 'Wait-Long', parameters: { Marker: marker } },
      { signal: stop.signal },
    );
    while (!existsSync(marker)) await new Promise((resume) => setTimeout(resume, 10));
    stop.abort();
    const outcome = await running;
    rmSync(folder, { recursive: true });
    expect(outcome).toMatchObject({ kind: 'unknown', interruption: 'stopped' });
    expect(values(await echo({ After: 'alive' }))).toEqual(['alive']);
  });

  test.each([
    ['no', 2],
    ['yes', 0],
  ] as const)('a question is answered %s, and what is printed besides is let be', async (answer, number) => {
    const question = { text: 'Overwrite the thing', names: 'A1', answer };
    const asking = { cmdlet: 'Request-Choice', parameters: {} };
    expect(values(await session.invoke({ ...asking, question }))).toEqual(['before', number]);
    expect(values(await session.invoke(asking))).toEqual(['nobody is there']);
  });

  test('a question that is not the expected one is answered with an error that the server can read', async () => {
    const question = { text: 'Overwrite the thing', names: 'A1', answer: 'no' } as const;
    for (const refused of [
      { cmdlet: 'Request-Choice', parameters: { Read: true }, question },
      { cmdlet: 'Request-Choice', parameters: {}, question: { ...question, text: 'Remove', names: 'B2' } },
    ]) {
      expect(await session.invoke(refused)).toMatchObject({
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'UnexpectedQuestion', category: 'InvalidOperation' },
      });
    }
    expect(values(await echo({ After: 'alive' }))).toEqual(['alive']);
  });

  test('the server tells how many runspaces it has', async () => {
    expect(await session.availableRunspaces()).toBe(3);
  });
});

describeWithPython('our server and a client built on psrpcore', () => {
  let report: { readonly [name: string]: unknown };

  beforeAll(async () => {
    const server = [process.execPath, '--require', 'tsx/cjs', join(__dirname, 'peers/stdio-server.ts')];
    const { stdout } = await promisify(execFile)(python, [join(__dirname, 'python/client.py'), ...server], {
      cwd: root,
      env: pythonEnvironment,
      maxBuffer: 64 << 20,
      timeout: 30_000,
    });
    report = JSON.parse(stdout) as typeof report;
  });

  test('opening tells the version', () => {
    expect(report['version']).toBe('5.1.14393.0');
  });

  test('values arrive as what they are', () => {
    const { output } = report['echo'] as { output: { Name: string; Value: unknown }[] };
    expect(Object.fromEntries(output.map(({ Name, Value }) => [Name, Value]))).toEqual({
      Text: report['text'],
      Number: 5,
      Large: 2 ** 40,
      Yes: true,
      Nothing: null,
      List: ['a', 'b'],
      Table: { Add: 'x' },
      Bytes: { bytes: 3, sum: 258 },
      Fraction: 1.5,
      Id: '00000000-0000-0000-0000-000000000007',
    });
  });

  test('secure strings arrive', () => {
    expect(report['secret']).toMatchObject({ output: [{ Value: report['text'], Secure: true }] });
  });

  test('values without a name arrive', () => {
    expect(report['unnamed']).toMatchObject({
      output: [
        { Name: null, Value: 'first' },
        { Name: 'Named', Value: 2 },
      ],
    });
  });

  test('$null in the output arrives', () => {
    expect(report['nothing']).toMatchObject({
      state: 'Completed',
      output: [null, [null, 'between'], { Name: null }, null],
    });
  });

  test('streams arrive', () => {
    expect(report['trouble']).toMatchObject({
      state: 'Completed',
      output: ['survived'],
      progress: ['working'],
      errors: [{ id: 'NotThere,Get-Trouble', message: 'no', category: 'ObjectNotFound' }],
    });
    expect(JSON.stringify(report['trouble'])).toContain('mind the gap');
  });

  test('terminating errors arrive', () => {
    expect(report['failure']).toMatchObject({
      state: 'Failed',
      reason: { id: 'Broken,Get-Failure', message: 'broken', category: 'InvalidArgument' },
    });
    expect(report['unknown']).toMatchObject({ state: 'Failed', reason: { id: 'CommandNotFoundException' } });
  });

  test('megabytes go both ways', () => {
    expect(report['big']).toMatchObject({ output: [{ bytes: 3_000_000, sum: 21_000_000 }] });
    expect(report['sent']).toMatchObject({ output: [{ Value: { bytes: 2_000_000, sum: 10_000_000 } }] });
  });

  test('several pipelines run at once', () => {
    expect(report['several']).toEqual([100, 200, 300]);
  });

  test('several statements and piped input arrive', () => {
    expect(report['statements']).toMatchObject({ output: [{ Name: 'First' }, { Name: 'Second' }] });
    expect(report['piped']).toMatchObject({ output: ['in', ['a', 2]] });
  });

  test('a running pipeline is stopped, and the pool still answers', () => {
    expect(report['stopped']).toMatchObject({ state: 'Stopped', reason: { id: 'PipelineStopped' } });
    expect(report['available']).toEqual([3]);
  });

  test('a question arrives, and its answer is taken', () => {
    const choices = ['&Yes', 'Yes to &All', '&No', 'No to A&ll'];
    expect(report['asked']).toEqual(['Confirm', QUESTION, choices, 0]);
    expect(report['no']).toMatchObject({ state: 'Completed', output: ['before', 2] });
    expect(report['refused']).toMatchObject({
      state: 'Failed',
      output: ['before'],
      reason: { id: 'Refused', message: 'not today' },
    });
    expect(report['unattended']).toMatchObject({
      state: 'Failed',
      reason: { id: 'HostFunctionNotImplemented,Sample.RequestChoice', category: 'NotImplemented' },
    });
  });

  test('the server leaves when the pool is closed', () => {
    expect(report['exit']).toBe(0);
  });
});
