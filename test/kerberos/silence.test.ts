import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { program } from '../remoting/peers/wsman-endpoint';
import { Realm } from './realm';
import { startSilentCenter, type SilentCenter } from './silent-center';

const LIMIT_MS = 400;
/** The library itself gives up later than that. */
const LIBRARY_MS = 20_000;

describeWithKerberos('a key distribution center that swallows packets', () => {
  const realm = new Realm();
  let silent: SilentCenter;

  beforeAll(async () => {
    silent = await startSilentCenter();
    await realm.start();
  });
  afterAll(async () => {
    await silent.stop();
    await realm.stop();
  });

  async function client(how: 'exit' | 'signal', preference: string) {
    const file = realm.configure(`silent-${how}`, [preference], [`127.0.0.1:${silent.port}`]);
    const args = [
      ...program('test/kerberos/silent-center-client.ts'),
      `admin@${REALM}`,
      String(LIMIT_MS),
      how,
    ];
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, KRB5_CONFIG: file, UV_THREADPOOL_SIZE: '4' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const code = child.exitCode;
    return { result: JSON.parse(printed) as unknown, code, ms: performance.now() - started };
  }

  test('is named when the caller’s time is over, and holds neither the event loop nor the end of the process', async () => {
    const { result, code, ms } = await client('exit', 'udp_preference_limit = 1465');
    const failure = {
      kind: 'timeout',
      message: expect.stringContaining(`127.0.0.1:${silent.port}`) as string,
      facts: {
        principal: `admin@${REALM}`,
        realm: REALM,
        kdcs: [`127.0.0.1:${silent.port}`],
        limit: LIMIT_MS,
      },
    };
    expect(result).toMatchObject({ first: failure, second: failure });
    const { firstMs, longestDelayMs } = result as {
      readonly firstMs: number;
      readonly longestDelayMs: number;
    };
    expect(firstMs).toBeGreaterThanOrEqual(LIMIT_MS - 1);
    expect(longestDelayMs).toBeLessThan(LIMIT_MS);
    expect(JSON.stringify(result)).not.toContain('canary');
    expect(code).toBe(3);
    expect(ms).toBeLessThan(LIBRARY_MS);
    expect(silent.heard.udp).toBeGreaterThan(0);
  });

  test('is left at the caller’s signal, by TCP too', async () => {
    const { result, code, ms } = await client('signal', 'udp_preference_limit = 1');
    expect(result).toMatchObject({ first: { name: 'TimeoutError' }, second: { name: 'TimeoutError' } });
    expect(code).toBe(3);
    expect(ms).toBeLessThan(LIBRARY_MS);
    expect(silent.heard.tcp).toBeGreaterThan(0);
  });
});
