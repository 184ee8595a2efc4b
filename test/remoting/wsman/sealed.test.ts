import type { SecurityContext } from '../../../kerberos';
import { SecureText } from '../../../powershell/invocation';
import { openSession, type RemotingSession, type SessionOptions } from '../../../remoting/session';
import { writeEncryptedMessage } from '../../../remoting/transports/wsman/encrypted-message';
import { wsmanTransport, type WsmanOptions } from '../../../remoting/transports/wsman/transport';
import { setNativeEnvironment } from '../../kerberos/native-environment';
import { PASSWORD, Realm, USER } from '../../kerberos/realm';
import { startSilentCenter } from '../../kerberos/silent-center';
import { describeWithKerberos } from '../peers/kdc';
import { SealedServer, type Meddling, type Reply, type SealedServerOptions } from './sealed-server';

const echo = { cmdlet: 'Get-Echo', parameters: { A: 'canary-body-91' } };

describeWithKerberos('PowerShell over HTTP that Kerberos seals', () => {
  const realm = new Realm();
  const servers: SealedServer[] = [];
  let server: SealedServer;

  beforeAll(() => realm.start());
  beforeEach(async () => {
    realm.reset();
    server = await serve();
  });
  afterEach(async () => {
    for (const one of servers.splice(0)) await one.stop();
    realm.closeAll();
  });
  afterAll(() => realm.stop());

  async function serve(options?: SealedServerOptions): Promise<SealedServer> {
    const one = await new SealedServer(realm, options).start();
    servers.push(one);
    return one;
  }

  const signIn = {
    kind: 'password',
    principal: USER,
    password: new SecureText(PASSWORD, 'the password'),
  } as const;

  function connect(
    wsman: Partial<WsmanOptions> = {},
    session: SessionOptions = {},
  ): Promise<RemotingSession> {
    const transport = wsmanTransport({
      url: server.url,
      authentication: { kind: 'negotiate', signIn },
      ...wsman,
    });
    return openSession(transport, session);
  }

  test('opens, calls and closes over one connection that signs in with an empty request', async () => {
    const session = await connect();
    expect(await session.invoke(echo)).toMatchObject({
      kind: 'objects',
      objects: [{ properties: { Value: 'canary-body-91' } }],
    });
    await session.close();
    const seen = [...server.requests];
    expect(server.operations()).toEqual(['', 'Create', 'Receive', 'Command', 'Receive', 'Delete']);
    expect(seen[0]).toMatchObject({
      authorization: expect.stringMatching(/^Kerberos /) as string,
      contentType: 'application/soap+xml;charset=UTF-8',
      bodyBytes: 0,
    });
    for (const request of seen.slice(1)) {
      expect(request).toMatchObject({ authorization: '', connection: 1 });
      expect(request.contentType).toMatch(
        /^multipart\/encrypted;protocol="application\/HTTP-Kerberos-session/,
      );
    }
    expect(server.service.shells).toBe(0);
    expect(server.wire).not.toContain('Envelope');
    for (const canary of ['canary-body-91', PASSWORD]) {
      expect(server.wire).not.toContain(canary);
      expect(server.wire).not.toContain(Buffer.from(canary).toString('base64').replace(/=+$/, ''));
    }
  });

  test('signs in once more for the signals that let go of commands, however many they are', async () => {
    const session = await connect();
    for (let call = 0; call < 20; call += 1) {
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    }
    await session.close();
    const operations = server.operations();
    expect(operations.filter((operation) => operation === '')).toHaveLength(2);
    expect(operations.filter((operation) => operation === 'Signal').length).toBeGreaterThan(10);
  });

  test('signs in no more for signals once that was refused, which might lock the account', async () => {
    const session = await connect();
    expect(server.operations()).toContain('Create');
    let isLast = false;
    server.meddle = (reply, { operation }) => {
      if (operation === '') return { status: 401, headers: {}, body: Buffer.alloc(0) };
      return isLast && operation === 'Receive'
        ? { ...reply, headers: { ...reply.headers, Connection: 'close' } }
        : undefined;
    };
    for (let call = 0; call < 10; call += 1) {
      isLast = call === 9;
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const operations = server.operations();
    expect(operations.filter((operation) => operation === '')).toHaveLength(1);
    expect(operations.filter((operation) => operation === 'Signal').length).toBeGreaterThan(5);
    server.meddle = () => undefined;
    await session.close();
    expect(server.service.shells).toBe(0);
  });

  test('goes on over the connection that it has where the key distribution center becomes silent', async () => {
    const silent = await startSilentCenter();
    try {
      const session = await connect();
      const preference = 'udp_preference_limit = 1465';
      realm.configure('silent', [preference], [`127.0.0.1:${silent.port}`]);
      const begin = performance.now();
      for (let call = 0; call < 20; call += 1) {
        expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      }
      expect(silent.heard.udp).toBeGreaterThan(0);
      expect(server.service.commands).toBeLessThanOrEqual(10);
      await session.close();
      // A signal waits ten seconds for its connection. No call waits for that, and closing waits for one second of it.
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(server.service.shells).toBe(0);
      expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(1);
    } finally {
      await silent.stop();
    }
  });

  test('signs each connection in, where calls run at once', async () => {
    const session = await connect({}, { runspaces: 3 });
    server.operations();
    await Promise.all([1, 2, 3].map(() => session.invoke(echo)));
    const signedIn = server.requests.filter(({ operation }) => operation === '');
    expect(signedIn.length).toBeGreaterThan(0);
    const connections = new Set(server.requests.map(({ connection }) => connection));
    for (const connection of connections) {
      const over = server.requests.filter((request) => request.connection === connection);
      expect(over.slice(1).map(({ operation }) => operation)).not.toContain('');
    }
    await session.close();
  });

  test('bodies as large as an envelope go both ways', async () => {
    const session = await connect();
    const bytes = new Uint8Array(1_500_000).fill(9);
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { FileData: bytes } });
    if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
    expect(Buffer.from(outcome.objects[0]?.properties['Value'] as Uint8Array).equals(bytes)).toBe(true);
    await session.close();
  });

  test('goes over to Negotiate where the server offers that alone', async () => {
    server = await serve({ schemes: ['Negotiate'] });
    const session = await connect();
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    const [refused, signedIn, create] = server.requests;
    expect(refused).toMatchObject({ authorization: expect.stringMatching(/^Kerberos /) as string });
    expect(signedIn).toMatchObject({ authorization: expect.stringMatching(/^Negotiate /) as string });
    expect(create?.contentType).toContain('HTTP-SPNEGO-session-encrypted');
    await session.close();
  });

  test.each([
    ['tickets of the account', () => realm.signIn()],
    ['a keytab', () => setNativeEnvironment({ KRB5_CLIENT_KTNAME: realm.kdc.userKeytab })],
  ])('signs in with %s', async (_what, prepare) => {
    prepare();
    const session = await connect({ authentication: { kind: 'negotiate' } });
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    await session.close();
  });

  test.each([
    ['Basic', { kind: 'basic', user: 'a', password: new SecureText(PASSWORD, 'x') }],
    ['a certificate', { kind: 'certificate', files: { certificateFile: 'a.pem', keyFile: 'a.pem' } }],
  ] as const)('is refused with %s before anything is sent', async (_what, authentication) => {
    await expect(connect({ authentication })).rejects.toMatchObject({ kind: 'usage' });
    expect(server.wire).toBe('');
  });

  test('goes past a proxy', async () => {
    const proxy = 'http://127.0.0.1:9';
    const environment = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy };
    await (await connect({ environment })).close();
    expect(server.operations()).toContain('Create');
  });

  describe('a sign-in', () => {
    const empty = Buffer.alloc(0);
    const atSignIn = (reply: Partial<Reply>): Meddling => {
      return (real, { operation }) => (operation === '' ? { ...real, ...reply } : undefined);
    };

    test.each<[string, Partial<Reply>, string]>([
      ['without a proof', { headers: {} }, 'not-sealed'],
      [
        'with a proof that is none',
        { headers: { 'WWW-Authenticate': 'Kerberos AAAA' } },
        'authentication-refused',
      ],
      [
        'refused with other schemes',
        { status: 401, headers: { 'WWW-Authenticate': 'Basic' } },
        'authentication-refused',
      ],
      [
        'that sends us on',
        { status: 302, headers: { Location: 'http://localhost/PowerShell/' } },
        'not-sealed',
      ],
      ['that finds nothing', { status: 404, headers: {} }, 'not-sealed'],
      ['that is too busy', { status: 503, headers: { 'Retry-After': '0' } }, 'not-sealed'],
      ['that fails', { status: 500, headers: {} }, 'not-sealed'],
    ])('%s gets no body, and its connection ends', async (_what, reply, kind) => {
      server.meddle = atSignIn({ body: empty, ...reply });
      await expect(connect({ allowedRedirectHosts: ['localhost:80'] })).rejects.toMatchObject({
        kind,
        facts: { noEffect: true },
      });
      expect(server.operations()).toEqual(['']);
      expect(server.wire).not.toContain('Encrypted Boundary');
    });
  });

  test('a server that ends each connection after one answer gets no body', async () => {
    server.meddle = (reply) => ({ ...reply, headers: { ...reply.headers, Connection: 'close' } });
    await expect(connect()).rejects.toMatchObject({ kind: 'closed', facts: { noEffect: true } });
    expect(server.operations()).toEqual(['']);
  });

  describe('an answer to a call', () => {
    type Change = (reply: Reply) => Reply | 'drop';
    const plainAnswer = Buffer.from('<html/>');
    const unsealed = (status: number, headers: Reply['headers'] = {}): Change => {
      return () => ({ status, headers: { 'Content-Type': 'text/html', ...headers }, body: plainAnswer });
    };
    const altered: Change = (reply) => {
      const body = Buffer.from(reply.body);
      body.writeUInt8(body.readUInt8(body.length - 60) ^ 1, body.length - 60);
      return { ...reply, body };
    };
    const changes: readonly (readonly [string, Change])[] = [
      ['that is not sealed (200)', unsealed(200)],
      [
        'that is not sealed, but of the right type',
        unsealed(200, { 'Content-Type': 'application/soap+xml;charset=UTF-8' }),
      ],
      [
        'that asks for credentials',
        unsealed(401, { 'WWW-Authenticate': 'Basic realm="x", Kerberos, Negotiate' }),
      ],
      ['that is too busy', unsealed(429, { 'Retry-After': '0' })],
      ['that is not there', unsealed(503, { 'Retry-After': '0' })],
      ['that sends us on', unsealed(302, { Location: 'https://localhost/PowerShell/' })],
      ['that knows no such thing', unsealed(404)],
      ['that finds it too large', unsealed(413)],
      ['that finds it wrong', unsealed(400)],
      ['that was altered', altered],
      ['that is cut', (reply) => ({ ...reply, body: reply.body.subarray(0, reply.body.length - 40) })],
      [
        'that is compressed',
        (reply) => ({ ...reply, headers: { ...reply.headers, 'Content-Encoding': 'gzip' } }),
      ],
      ['that is past every bound', (reply) => ({ ...reply, body: Buffer.alloc(2_000_000) })],
      ['that says it is sealed and holds nothing', (reply) => ({ ...reply, body: Buffer.alloc(0) })],
      ['that never comes', () => 'drop'],
    ];

    test.each(changes)('%s leaves the outcome unknown, and ends the connection', async (_what, change) => {
      const session = await connect({ allowedRedirectHosts: ['localhost:443'] });
      server.operations();
      server.meddle = (reply, { operation }) => (operation === 'Command' ? change(reply) : undefined);
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
      expect(session.failure).toBeDefined();
      expect(session.failure).not.toHaveProperty('facts.noEffect');
      // Not asked again, neither there nor elsewhere.
      expect(server.operations()).toEqual(['Command']);
      server.meddle = () => undefined;
      await session.close();
      // The shell is deleted over another connection, signed in anew.
      expect(server.operations()).toEqual(['', 'Delete']);
      expect(server.service.shells).toBe(0);
    });

    test.each<[string, Partial<Reply>]>([
      ['HTTP 503', { status: 503 }],
      ['HTTP 401', { status: 401 }],
      ['HTTP 404', { status: 404 }],
    ])('whose head somebody makes %s is what its seal says', async (_what, change) => {
      const session = await connect();
      server.meddle = (reply, { operation }) =>
        operation === 'Command'
          ? { ...reply, ...change, headers: { ...reply.headers, 'Retry-After': '0' } }
          : undefined;
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      await session.close();
    });

    test('that is the last of its connection is taken all the same', async () => {
      const session = await connect();
      server.meddle = (reply, { operation }) =>
        operation === 'Command' || operation === 'Receive'
          ? { ...reply, headers: { ...reply.headers, Connection: 'close' } }
          : undefined;
      for (let call = 0; call < 2; call += 1) {
        expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      }
      await session.close();
      expect(server.service.shells).toBe(0);
    });

    test('whose head sends us on is what its seal says', async () => {
      server.meddle = (reply, { operation }) =>
        operation === 'Create'
          ? {
              ...reply,
              status: 302,
              headers: { ...reply.headers, Location: 'https://localhost/PowerShell/' },
            }
          : undefined;
      const session = await connect({ allowedRedirectHosts: ['localhost:443'] });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      await session.close();
    });

    test.each(['repeated', 'reflected', 'left out'])('that was %s is refused', async (how) => {
      const session = await connect();
      const earlier: Reply[] = [];
      server.meddle = (reply, { operation }) => {
        earlier.push(reply);
        if (operation !== 'Receive') return undefined;
        if (how === 'repeated') return earlier[0];
        return how === 'reflected' ? { ...reply, body: server.lastBody } : undefined;
      };
      if (how === 'left out') {
        // The server seals one more, which never goes out.
        server.sealOneMore = true;
      }
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
      expect(session.failure).toMatchObject({ kind: 'not-sealed' });
      expect(session.failure?.message).toContain(
        'an answer cannot be decrypted with the Kerberos session of this connection',
      );
      server.meddle = () => undefined;
      server.sealOneMore = false;
      await session.close();
    });

    test.each([
      [
        'says another length',
        (context: SecurityContext, plain: Buffer) =>
          writeEncryptedMessage('Kerberos', plain.length + 1, context.seal(plain)),
      ],
      [
        'is encrypted under another scheme',
        (context: SecurityContext, plain: Buffer) =>
          writeEncryptedMessage('Negotiate', plain.length, context.seal(plain)),
      ],
      [
        'is signed only',
        (context: SecurityContext, plain: Buffer) =>
          writeEncryptedMessage('Kerberos', plain.length, { header: context.sign(plain), data: plain }),
      ],
    ])('that %s is refused', async (_what, seal) => {
      server = await serve({ seal });
      const error: unknown = await connect().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: expect.stringMatching(/^(protocol|not-sealed)$/) as string });
      expect(error).not.toHaveProperty('facts.noEffect');
    });

    test('in UTF-16 is read', async () => {
      const seal = (context: SecurityContext, plain: Buffer): Buffer => {
        const wide = Buffer.from(`\ufeff${plain.toString('utf8')}`, 'utf16le');
        const type = 'application/soap+xml;charset=UTF-16';
        return writeEncryptedMessage('Kerberos', wide.length, context.seal(wide), { type });
      };
      server = await serve({ seal });
      const session = await connect();
      expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
      await session.close();
    });
  });

  test('cookies of a balancer go back over every connection of the session', async () => {
    server.meddle = (reply, { operation }) =>
      operation === '' || operation === 'Create'
        ? { ...reply, headers: { ...reply.headers, 'Set-Cookie': `at-${operation}=one; path=/; HttpOnly` } }
        : undefined;
    const session = await connect({}, { runspaces: 2 });
    await Promise.all([session.invoke(echo), session.invoke(echo)]);
    const [first, create, ...later] = server.requests;
    expect(first?.cookie).toBe('');
    expect(create?.cookie).toBe('at-=one');
    for (const { cookie } of later) expect(cookie.split('; ').sort()).toEqual(['at-=one', 'at-Create=one']);
    await session.close();
  });

  test('a server that is lost before it is signed in to leaves the call without effect', async () => {
    const session = await connect();
    server.meddle = (_reply, { operation }) => (operation === '' ? 'drop' : undefined);
    server.dropConnections();
    await until(() => server.connections === 0);
    expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
    server.meddle = () => undefined;
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    await session.close();
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
