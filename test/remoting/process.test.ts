import { join, resolve } from 'node:path';
import { openSession, type RemotingSession } from '../../remoting/session';
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

  const script = (code: string): Promise<RemotingSession> =>
    openSession(processTransport({ command: process.execPath, args: ['-e', code], env: { ONLY: 'this' } }));

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
    await expect(script('console.log("PowerShell 7"); setTimeout(() => 0, 5000)')).rejects.toMatchObject({
      kind: 'protocol',
    });
    const noise = 'console.error("<Data>noise</Data>"); process.exit(4)';
    await expect(script(noise)).rejects.toMatchObject({ kind: 'closed', facts: { exitCode: 4 } });
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
