import { SecureText } from '../../powershell/invocation';
import type { Outcome } from '../../powershell/outcome';
import { openSession, type RemotingSession } from '../../remoting/session';
import { processTransport } from '../../remoting/transports/process';
import { describeWithPwsh, pwsh } from './peers/pwsh';

const HOSTILE = "quote ' \u2019 dash \u2013 `$x _x0041_ _X0041_ \u{1f600} \u0000\u001f\u007f\u2028 \ud800\n";

describeWithPwsh('our client and real PowerShell', () => {
  let session: RemotingSession;
  const texts = (outcome: Outcome): readonly unknown[] => {
    if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
    return outcome.objects.map((object) => object.properties['Value']);
  };

  beforeAll(async () => {
    const transport = processTransport({
      command: pwsh ?? '',
      args: ['-s', '-NoLogo', '-NoProfile'],
      env: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
    });
    session = await openSession(transport, { runspaces: 2 });
  });
  afterAll(() => session.close());

  test('opening tells the versions', () => {
    expect(session.protocolVersion).toMatch(/^2\./);
    expect(session.powerShellVersion).toMatch(/^\d+\.\d+/);
  });

  test('values arrive as what they are', async () => {
    const parameters = { InputObject: [HOSTILE, 5, 2 ** 40, true, 1.5] };
    expect(texts(await session.invoke({ cmdlet: 'Write-Output', parameters }))).toEqual(
      parameters.InputObject,
    );
  });

  test('a secure string arrives', async () => {
    const parameters = { SecureString: new SecureText('pässwörd _x0041_', 'test'), AsPlainText: true };
    expect(texts(await session.invoke({ cmdlet: 'ConvertFrom-SecureString', parameters }))).toEqual([
      'pässwörd _x0041_',
    ]);
  });

  test('warnings and non-terminating errors are kept', async () => {
    const warned = await session.invoke({ cmdlet: 'Write-Warning', parameters: { Message: 'mind the gap' } });
    expect(warned).toMatchObject({ kind: 'objects', warnings: ['mind the gap'] });
    const parameters = { Message: 'no', ErrorId: 'NotThere', Category: 'ObjectNotFound' };
    expect(await session.invoke({ cmdlet: 'Write-Error', parameters })).toMatchObject({
      kind: 'objects',
      errors: [
        { fullyQualifiedErrorId: expect.stringMatching(/^NotThere/) as string, category: 'ObjectNotFound' },
      ],
    });
  });

  test('errors have their ids', async () => {
    expect(await session.invoke({ cmdlet: 'Get-Process', parameters: { NoSuch: 1 } })).toMatchObject({
      kind: 'failed',
      error: { fullyQualifiedErrorId: expect.stringMatching(/^NamedParameterNotFound,/) as string },
    });
    expect(await session.invoke({ cmdlet: 'Get-NoSuchThing', parameters: {} })).toMatchObject({
      kind: 'failed',
      error: { fullyQualifiedErrorId: expect.stringMatching(/^CommandNotFoundException/) as string },
    });
  });

  test('megabytes go both ways', async () => {
    const text = 'x'.repeat(1_500_000);
    expect(
      texts(await session.invoke({ cmdlet: 'Write-Output', parameters: { InputObject: text } })),
    ).toEqual([text]);
  });

  test('a running call is stopped, and the session goes on', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const sleep = { cmdlet: 'Start-Sleep', parameters: { Seconds: 60 } };
    expect(await session.invoke(sleep, { signal: stop.signal })).toMatchObject({
      kind: 'unknown',
      interruption: 'stopped',
    });
    expect(
      texts(await session.invoke({ cmdlet: 'Write-Output', parameters: { InputObject: 'on' } })),
    ).toEqual(['on']);
  });
});
