import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Realm, USER } from '../kerberos/realm';
import { startSilentCenter, type SilentCenter } from '../kerberos/silent-center';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { startEndpointProcess, type EndpointProcess } from '../remoting/peers/wsman-endpoint';

/** The library itself waits more than 25 s. */
const OPEN_SECONDS = 3;
const SOON_MS = 20_000;

describeWithKerberos('doctor, where the key distribution center swallows packets', () => {
  const realm = new Realm();
  let silent: SilentCenter;
  let endpoint: EndpointProcess;

  beforeAll(async () => {
    silent = await startSilentCenter();
    await realm.start();
    const environment = { ...process.env, ...realm.kdc.environment, KRB5_KTNAME: realm.kdc.keytab };
    const { folder } = twoServers();
    endpoint = await startEndpointProcess(folder, 'BSAEX01', 'HTTP@localhost', environment);
  });
  afterAll(async () => {
    await endpoint.stop();
    await silent.stop();
    await realm.stop();
    removeFolders();
  });

  test('names it before the limit for opening, and ends', async () => {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', 'tsx', 'cli/doctor-main.ts'], {
      cwd: resolve(__dirname, '../..'),
      env: {
        ...process.env,
        KRB5_CONFIG: realm.configure('silent', [], [`127.0.0.1:${silent.port}`]),
        EXCHANGE_ENDPOINT: endpoint.url,
        EXCHANGE_CA_FILE: endpoint.caFile,
        EXCHANGE_AUTHENTICATION: 'negotiate',
        EXCHANGE_USER: USER,
        EXCHANGE_PASSWORD: 'canary-0d0d',
        EXCHANGE_OPEN_TIMEOUT_SECONDS: String(OPEN_SECONDS),
      },
    });
    const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect({ code: child.exitCode, errors }).toEqual({ code: 1, errors: '' });
    expect(silent.heard.udp + silent.heard.tcp).toBeGreaterThan(0);
    expect(said).toContain('Kerberos gave no token for HTTP@localhost');
    expect(said).toContain(`key distribution centers of the realm ${REALM}: 127.0.0.1:${silent.port}`);
    expect(said).toContain(`What to do: Check that 127.0.0.1:${silent.port} can be reached from here`);
    expect(said).not.toContain('canary');
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  }, 120_000);
});
