import { join, resolve } from 'node:path';
import { RemotingError } from '../../remoting/remoting-error';
import { openSession, type RemotingSession, type SessionOptions } from '../../remoting/session';
import { processTransport } from '../../remoting/transports/process';

const root = resolve(__dirname, '../..');
const server = {
  command: process.execPath,
  args: ['--require', 'tsx/cjs', join(__dirname, 'peers/stdio-server.ts')],
  cwd: root,
  env: { PATH: process.env['PATH'] ?? '' },
};

describe('the process transport', () => {
  test('runs calls on a server in another process', async () => {
    const session = await openSession(processTransport(server));
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Name: 'x' } });
    await session.close();
    expect(outcome).toMatchObject({
      kind: 'objects',
      objects: [{ text: 'Name', properties: { Value: 'x' } }],
    });
  });

  test('says which program could not be started', async () => {
    const transport = processTransport({ command: 'no-such-powershell' });
    await expect(openSession(transport)).rejects.toMatchObject({
      kind: 'unreachable',
      facts: { command: 'no-such-powershell', code: 'ENOENT' },
    });
  });

  const script = (code: string, options: SessionOptions = {}): Promise<RemotingSession> =>
    openSession(
      processTransport({ command: process.execPath, args: ['-e', code], env: { ONLY: 'this' } }),
      options,
    );

  test('tells how a program ended that is no server, with the last of its stderr', async () => {
    await expect(script('console.error("x".repeat(9000) + "boom"); process.exit(3)')).rejects.toMatchObject({
      kind: 'closed',
      facts: {
        command: process.execPath,
        exitCode: 3,
        stderr: expect.stringMatching(/^x{3995}boom$/) as string,
      },
    });
  });

  test('takes stderr for no part of the protocol, and a banner for a breach of it', async () => {
    const banner = `console.log("\\u001b[1mWillkommen, grüße! " + "x".repeat(900)); setTimeout(() => 0, 5000)`;
    const refusal = await script(banner).catch((error: RemotingError) => error);
    expect(refusal).toMatchObject({ kind: 'protocol', facts: { reached: 'user' } });
    const { output = '' } = refusal instanceof RemotingError ? refusal.facts : {};
    expect(output).toMatch(/^\[1mWillkommen, grüße! x+$/);
    expect(output.length).toBeLessThan(501);
    expect((refusal as Error).message).toContain('Willkommen');
    const noise = 'console.error("<Data>noise</Data>"); process.exit(4)';
    await expect(script(noise)).rejects.toMatchObject({ kind: 'closed', facts: { exitCode: 4 } });
  });

  // As `pwsh -sshs` says that its session configuration file is broken.
  test('tells what a PowerShell says that cannot start', async () => {
    const code = 'console.log("__NamedPipeError__:The file x.pssc is not valid."); setTimeout(() => 0, 5000)';
    await expect(script(code)).rejects.toMatchObject({
      kind: 'not-started',
      message: expect.stringContaining('The file x.pssc is not valid.') as string,
      facts: { output: 'The file x.pssc is not valid.', reached: 'user' },
    });
  });

  // `pwsh -s` writes to stderr and stays alive.
  test.each([
    ['to stderr', 'console.error("x".repeat(9000) + "boom")', { stderr: /^x{3995}boom$/ }],
    ['and asks for something', 'process.stdout.write("Password: ")', { output: /^Password:$/ }],
  ])('tells with the time-out what a program writes %s that never answers', async (_, code, facts) => {
    const [[name, text] = ['', /^$/]] = Object.entries(facts);
    for (const [bound, options] of [
      ['openTimeoutMs', { openTimeoutMs: 2_000 }],
      ['ackTimeoutMs', { ackTimeoutMs: 1_500 }],
    ] as const) {
      const waiting = `${code}; setTimeout(() => 0, 20000)`;
      const late = await script(waiting, options).catch((error: unknown) => error);
      expect(late).toMatchObject({
        kind: 'timeout',
        message: expect.stringMatching(/ms; the program wrote: (x{496}boom|Password:)$/) as string,
        facts: { bound, reached: 'user', [name]: expect.stringMatching(text) as string },
      });
    }
  });

  test('gives the program the environment that was passed, and no other', async () => {
    const code =
      'console.error(Object.keys(process.env).filter((name) => !/^__/.test(name)).join()); process.exit(5)';
    await expect(script(code)).rejects.toMatchObject({ facts: { stderr: 'ONLY' } });
  });

  test('gives an unknown outcome where the program dies in a call', async () => {
    const session = await openSession(processTransport(server));
    const running = session.invoke({ cmdlet: 'Stop-Server', parameters: {} });
    expect(await running).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { signal: 'SIGKILL' } });
    await session.close();
  });
});
