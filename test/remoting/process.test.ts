import { join, resolve } from 'node:path';
import { openSession } from '../../remoting/session';
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
});
