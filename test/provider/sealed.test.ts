import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIGURATION_SCHEMA, settingsFrom } from '../../provider/configuration';
import type { Environment } from '../../provider/environment';
import { connect } from '../../provider/connection';
import { connectionProblem } from '../../provider/connection-problem';
import type { Values } from '../../schema';
import { setNativeEnvironment } from '../kerberos/native-environment';
import { PASSWORD, USER } from '../kerberos/realm';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { KerberosDoor } from '../lab/wsman/kerberos-door';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { startTcpRecorder, type TcpRecorder } from '../remoting/peers/tcp-recorder';
import { removeCertificate } from '../remoting/wsman/lab';

const EMPTY = Object.fromEntries(Object.keys(CONFIGURATION_SCHEMA.attributes).map((name) => [name, null]));

describeWithKerberos('a session of the provider over HTTP that Kerberos seals', () => {
  const door = new KerberosDoor();
  const folder = mkdtempSync(join(tmpdir(), 'provider-sealed-'));
  let wire: TcpRecorder;
  let before: number;
  /** Everything that comes to the server in a test. */
  const sent = () => Buffer.concat(wire.conversations.slice(before).map((one) => one.sent));
  let endpoint: string;

  beforeAll(async () => {
    await door.start();
    const lab = await door.open({ host: ({ query, drop }) => twoServers().host('BSAEX01', { query, drop }) });
    wire = await startTcpRecorder(lab.httpPort);
    endpoint = `http://localhost:${wire.port}`;
  }, 60_000);
  beforeEach(() => {
    door.realm.reset();
    before = wire.conversations.length;
  });
  afterEach(() => {
    const text = sent().toString('latin1');
    expect(text).not.toContain('Envelope');
    for (const form of [PASSWORD, Buffer.from(PASSWORD).toString('base64').slice(0, -2)]) {
      expect(text).not.toContain(form);
    }
  });
  afterAll(async () => {
    await wire.close();
    await door.closeAll();
    await door.stop();
    removeFolders();
    removeCertificate();
    rmSync(folder, { recursive: true, force: true });
  });

  function settings(values: Values, environment: Environment) {
    const found = settingsFrom({ ...EMPTY, endpoint, ...values }, environment);
    if (found.settings === undefined) throw new Error(JSON.stringify(found.diagnostics));
    return found.settings;
  }

  async function serversThrough(values: Values, environment: Environment = {}): Promise<unknown> {
    const session = await connect(settings(values, environment), environment);
    const outcome = await session.invoke({ cmdlet: 'Get-ExchangeServer', parameters: {} });
    await session.close();
    return outcome.kind === 'objects' ? outcome.objects.map(({ text }) => text) : outcome;
  }

  const BOTH = ['BSAEX01', 'BSAEX02'];

  test('is opened with the ticket of the account', async () => {
    door.realm.signIn();
    expect(await serversThrough({})).toEqual(BOTH);
    expect(sent().toString('latin1')).toContain('multipart/encrypted');
  });

  test('is opened with a keytab', async () => {
    // The library keeps the tickets that it gets by it.
    const KRB5CCNAME = `FILE:${join(folder, 'cache')}`;
    setNativeEnvironment({ KRB5_CLIENT_KTNAME: door.realm.kdc.userKeytab, KRB5CCNAME });
    expect(await serversThrough({})).toEqual(BOTH);
  });

  test('is opened with a password from the environment, or from a file of its owner', async () => {
    expect(await serversThrough({ user: USER }, { EXCHANGE_PASSWORD: PASSWORD })).toEqual(BOTH);
    const file = join(folder, 'password');
    writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
    expect(await serversThrough({ user: USER }, { EXCHANGE_PASSWORD_FILE: file })).toEqual(BOTH);
  });

  test('that has no ticket says what to do, and sends nothing', async () => {
    const error: unknown = await serversThrough({}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'authentication-refused', facts: { noEffect: true } });
    const { detail } = connectionProblem(settings({}, {}), error);
    expect(detail).toContain('Sign in with kinit');
    expect(detail).toContain('Nothing was changed.');
    expect(sent()).toHaveLength(0);
  });

  test('with a wrong password says so, does not go to the next endpoint, and does not show it', async () => {
    const environment = { EXCHANGE_PASSWORD: 'canary-wrong' };
    const values = { user: USER, fallback_endpoints: [endpoint] };
    const error: unknown = await serversThrough(values, environment).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'authentication-refused' });
    const problem = connectionProblem(settings(values, environment), error);
    expect(problem.detail).toContain(`did not accept the password of ${USER}`);
    expect(JSON.stringify(problem) + String(error)).not.toContain('canary');
    expect(sent()).toHaveLength(0);
  });

  test('goes to the next endpoint where something else answers in the place of the first', async () => {
    door.realm.signIn();
    // What IIS says of an application pool that has stopped has no proof either.
    const other = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'));
    });
    other.listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const stopped = `http://localhost:${(other.address() as AddressInfo).port}`;
    expect(await serversThrough({ endpoint: stopped, fallback_endpoints: [endpoint] })).toEqual(BOTH);
    other.close();
  });
});
