import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { wireRecord } from '../../../dns/message';
import { clientOf, newKey } from '../../dns/rig';

const ZONE = 'contoso.com.';
const key = newKey();

describe("the lab's DNS server as a program", () => {
  let folder: string;
  const running = new Set<ChildProcess>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-dns-'));
    buildSync({
      entryPoints: [join(__dirname, '..', '..', '..', 'lab', 'dns', 'main.ts')],
      outfile: join(folder, 'dns.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
    });
  });
  afterAll(() => {
    running.forEach((child) => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (args: readonly string[], env: { [name: string]: string } = {}) => {
    const child = spawn(process.execPath, [join(folder, 'dns.js'), ...args], { env: { PATH: '', ...env } });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'exit').then(([code]) => {
      running.delete(child);
      return { code: code as number | null, output };
    });
    const listening = async (): Promise<{ address: string; port: number }> => {
      await Promise.race([once(child.stdout, 'data'), ended]);
      return JSON.parse(output) as { address: string; port: number };
    };
    return { child, ended, listening };
  };
  const zone = ['--zone', ZONE, '--key-name', key.name, '--key-algorithm', key.algorithm];

  test('prints its port, keeps records over a restart, and never its secret', async () => {
    const state = join(folder, 'zones.json');
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, `${key.secret}\n`);

    const first = start([...zone, '--state', state], { LAB_DNS_KEY_SECRET: key.secret });
    const text = { type: 'TXT', strings: [Buffer.from([0, 255]), Buffer.from('"')] } as const;
    const record = wireRecord({ name: `kept.${ZONE}`, ttl: 300, data: text });
    expect((await clientOf(await first.listening(), key).update(ZONE, [record])).rcode).toBe(0);
    first.child.kill('SIGTERM');
    const stopped = await first.ended;
    expect(stopped.code).toBe(0);

    const second = start([...zone, '--state', state, '--key-secret-file', secretFile, '--stop-with-stdin']);
    const client = clientOf(await second.listening(), key);
    expect((await client.query(`kept.${ZONE}`, 'TXT')).answers.map(({ data }) => data)).toEqual([text]);
    const [soa] = (await client.query(ZONE, 'SOA')).answers;
    expect((soa?.data as { serial: number }).serial).toBe(2);
    second.child.stdin.end();
    const ended = await second.ended;
    expect(ended.code).toBe(0);
    expect(stopped.output + ended.output + readFileSync(state, 'utf8')).not.toContain(key.secret);
    expect(existsSync(`${state}.next`)).toBe(false);
  });

  test.each([
    ['no secret', zone, {}, 'LAB_DNS_KEY_SECRET'],
    ['no zone', ['--key-name', 'update.'], { LAB_DNS_KEY_SECRET: key.secret }, '--zone'],
    [
      'a zone without a dot',
      ['--zone', 'contoso.com', ...zone.slice(2)],
      { LAB_DNS_KEY_SECRET: key.secret },
      'dot',
    ],
    ['a secret that is not Base64', zone, { LAB_DNS_KEY_SECRET: 'canary!' }, 'Base64'],
    [
      'a state of something else',
      [...zone, '--state', __filename],
      { LAB_DNS_KEY_SECRET: key.secret },
      'zones',
    ],
  ])('ends with one clear line for %s', async (_, args, env, said) => {
    const { code, output } = await start(args, env).ended;
    expect(code).toBe(1);
    expect(output).toContain(said);
    expect(output).not.toContain('canary!');
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});
