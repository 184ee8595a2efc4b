import { spawnSync } from 'node:child_process';
import { removeFolders, twoServers } from '../exchange/session';
import { program } from '../../remoting/peers/wsman-endpoint';

describe('the endpoint as a program', () => {
  afterAll(removeFolders);

  test.each([
    [['--default'], '--default needs a service.'],
    [['0', 'HTTP@localhost', '--default', '--scheme', 'Basic'], 'Basic is none of Kerberos, Negotiate.'],
    [
      ['0', 'HTTP@localhost', '--default', '--extended-protection', 'on'],
      'on is none of None, Allow, Require.',
    ],
    [['--windows', '2016'], '2016 is none of 2019, 2022, 2025.'],
  ])('refuses %j and says how it is used', (args, reason) => {
    const all = [...program('lab/wsman/main.ts'), twoServers().folder, 'BSAEX01', ...args];
    const { status, stderr, stdout } = spawnSync(process.execPath, all, { encoding: 'utf8', input: '' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^${reason.replaceAll('.', '\\.')}\nusage: main `));
  });
});
