import { SecureText } from '../../../powershell/invocation';
import { openSession, type RemotingSession, type SessionOptions } from '../../../remoting/session';
import { wsmanTransport, type WsmanOptions } from '../../../remoting/transports/wsman/transport';
import { PASSWORD, Realm, USER } from '../../kerberos/realm';
import { describeWithKerberos } from '../peers/kdc';
import { SealedServer, type SealedServerOptions } from './sealed-server';

const echo = { cmdlet: 'Get-Echo', parameters: { A: 'canary-body-91' } };

describeWithKerberos('PowerShell over HTTP that Kerberos seals', () => {
  const realm = new Realm();
  const servers: SealedServer[] = [];
  let server: SealedServer;

  beforeAll(() => realm.start(), 60_000);
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
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    expect(await session.invoke(echo)).toMatchObject({
      kind: 'objects',
      objects: [{ properties: { Value: 'canary-body-91' } }],
    });
    await session.close();
    const seen = [...server.requests];
    expect(server.operations()).toEqual([
      '',
      'Create',
      'Receive',
      'Command',
      'Receive',
      'Command',
      'Receive',
      'Delete',
    ]);
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
});
