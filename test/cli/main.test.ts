import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { CANARY, useRig } from './rig';

const root = resolve(__dirname, '../..');

const rig = useRig();

async function doctor(args: readonly string[], environment: { readonly [name: string]: string | undefined }) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/doctor-main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(stdout + stderr).not.toContain(CANARY);
  // What Basic sends.
  expect(stdout + stderr).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, -3));
  return { code, stdout, stderr };
}

test('ends with 0 where all is well, a line for each check', async () => {
  const { code, stdout } = await doctor(['--server', 'bsaex01=2013'], rig().https);
  expect(stdout.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(9);
  expect(stdout).not.toContain('What to do');
  expect(code).toBe(0);
});

test('ends with 1 and the remedy of the first failure', async () => {
  const { code, stdout } = await doctor([], { ...rig().https, EXCHANGE_PASSWORD: `${CANARY}-wrong` });
  expect(stdout).toMatch(/^failed {3}authentication /m);
  expect(stdout).toMatch(/^What to do: .*EXCHANGE_PASSWORD/m);
  expect(code).toBe(1);
});

test('says the same as JSON for a pipeline', async () => {
  const { code, stdout } = await doctor(['--json'], {
    ...rig().ssh,
    EXCHANGE_SSH_PASSWORD: `${CANARY}-wrong`,
  });
  expect(JSON.parse(stdout)).toMatchObject({
    formatVersion: 1,
    ok: false,
    endpoints: [{ checks: [{}, {}, {}, { check: 'authentication', state: 'failed' }, {}, {}, {}, {}] }],
  });
  expect(code).toBe(1);
});

test.each([[['--password', 'x']], [['--server', 'ex1']], [['a.json', 'b.json']]])(
  'refuses the arguments %j with 2 and how it is used',
  async (args) => {
    const { code, stdout, stderr } = await doctor(args, {});
    expect(stdout).toBe('');
    expect(stderr).toContain('usage: npm run doctor');
    expect(code).toBe(2);
  },
);
