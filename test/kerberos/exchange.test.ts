import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { KerberosError, type SecurityContext } from '../../kerberos';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { setNativeEnvironment } from './native-environment';
import { Realm, USER } from './realm';

/** Of a token that is none, or was changed. */
const REFUSALS = ['token-invalid', 'no-credentials', 'encryption-unsupported'];

describeWithKerberos('the exchange of tokens', () => {
  const realm = new Realm();
  let cache: string;

  beforeAll(async () => {
    await realm.start();
    cache = realm.signIn();
  });
  beforeEach(() => {
    realm.reset();
    setNativeEnvironment({ KRB5CCNAME: cache });
  });
  afterEach(() => realm.closeAll());
  afterAll(() => realm.stop());

  async function failure(context: SecurityContext, received?: Uint8Array): Promise<KerberosError> {
    const error: unknown = await context.token(received).catch((reason: unknown) => reason);
    if (error instanceof KerberosError) return error;
    throw new Error(`no error but ${String(error)}`);
  }

  test('names both ends', async () => {
    const [client, server] = [realm.initiate(), realm.accept()];
    const answer = await server.token(await client.token());
    // One token each way is all that Kerberos has.
    expect(await client.token(answer)).toBeUndefined();
    expect(client).toMatchObject({ complete: true, peer: `HTTP/localhost@${REALM}`, bound: false });
    expect(server).toMatchObject({ complete: true, peer: USER, bound: false });
  });

  test.each([`HTTP/localhost@${REALM}`, 'HTTP/localhost', 'HTTP@localhost'])(
    'finds the service %s',
    async (service) => {
      const { client } = await realm.pair({ service });
      expect(client.peer).toBe(`HTTP/localhost@${REALM}`);
    },
  );

  test('accepts any service, with any name', async () => {
    const keytab = join(realm.folder, 'cifs.keytab');
    realm.kdc.administer('addprinc -randkey cifs/files.test');
    realm.kdc.administer(`ktadd -k ${keytab} cifs/files.test`);
    const service = `cifs/files.test@${REALM}`;
    expect((await realm.pair({ service }, { keytab })).client.peer).toBe(service);
    expect((await realm.pair({ service }, { keytab, service })).client.peer).toBe(service);
    const token = await realm.initiate({ service }).token();
    // The acceptor's keytab has no such key.
    expect((await failure(realm.accept(), token)).kind).toBe('no-credentials');
  });

  test('an empty name is the caller’s mistake', async () => {
    expect((await failure(realm.initiate({ service: '' }))).kind).toBe('usage');
    expect((await failure(realm.initiate({ service: 'HTTP@a\0b' }))).kind).toBe('usage');
  });

  test('bindings that fit are seen by the acceptor', async () => {
    const bindings = Buffer.concat([Buffer.from('tls-server-end-point:'), randomBytes(32)]);
    const { client, server } = await realm.pair({ bindings }, { bindings });
    expect([client.bound, server.bound]).toEqual([true, true]);
  });

  test('bindings of another channel are refused', async () => {
    const token = await realm.initiate({ bindings: Buffer.from('tls-server-end-point:a') }).token();
    const server = realm.accept({ bindings: Buffer.from('tls-server-end-point:b') });
    expect((await failure(server, token)).kind).toBe('bindings-mismatch');
  });

  test('the acceptor sees that the client names no channel', async () => {
    const { server } = await realm.pair({}, { bindings: Buffer.from('tls-server-end-point:a') });
    expect(server.bound).toBe(false);
  });

  test('a token that comes twice is refused', async () => {
    const token = await realm.initiate().token();
    await realm.accept().token(token);
    expect((await failure(realm.accept(), token)).kind).toBe('token-invalid');
  });

  test('a token that comes late shows as a clock that differs', async () => {
    realm.configure('skew', ['clockskew = 1'], realm.centers);
    const token = await realm.initiate().token();
    await sleep(2_500);
    expect((await failure(realm.accept(), token)).kind).toBe('clock-skew');
  });

  test('one without a keytab says so', async () => {
    setNativeEnvironment({ KRB5_KTNAME: join(realm.folder, 'none') });
    const token = await realm.initiate().token();
    expect((await failure(realm.accept(), token)).kind).toBe('no-credentials');
    const keytab = join(realm.folder, 'none-either');
    const error = await failure(realm.accept({ keytab }), token);
    expect(error.kind).toBe('no-credentials');
    expect(error.message).toContain(keytab);
  });

  test('an answer of another exchange proves nothing', async () => {
    const client = realm.initiate();
    await client.token();
    const answer = await realm.accept().token(await realm.initiate().token());
    expect((await failure(client, answer)).kind).toBe('token-invalid');
    expect(client.complete).toBe(false);
  });

  test('a broken context takes no further token', async () => {
    const client = realm.initiate();
    await client.token();
    await failure(client, Buffer.from('nonsense'));
    expect((await failure(client, Buffer.from('nonsense'))).kind).toBe('usage');
  });

  test('one call at a time', async () => {
    const client = realm.initiate();
    const first = client.token();
    expect((await failure(client)).kind).toBe('usage');
    expect(await first).toBeInstanceOf(Buffer);
  });

  test('closing while the library works waits for it', async () => {
    const client = realm.initiate();
    const token = client.token();
    client.close();
    expect(await token).toBeInstanceOf(Buffer);
    expect(client.complete).toBe(false);
    expect((await failure(client)).kind).toBe('usage');
  });

  test('a token of two megabytes is not given to the library', async () => {
    expect(await failure(realm.accept(), Buffer.alloc(2 << 20, 0x60))).toMatchObject({
      kind: 'too-large',
      facts: { limit: 1024 * 1024 },
    });
  });

  test('any bytes for a token are refused with a kind', async () => {
    const token = (await realm.initiate().token()) ?? Buffer.alloc(0);
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      // Lengths of DER that lie.
      fc
        .uint8Array({ minLength: 1, maxLength: 9 })
        .map((bytes) => Buffer.concat([Buffer.from([0x60, 0x84]), bytes])),
      // A real token, changed somewhere, or cut.
      fc.tuple(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
        const copy = Buffer.from(token);
        copy[at] = (copy[at] ?? 0) ^ by;
        return copy;
      }),
      fc.nat(token.length - 1).map((length) => token.subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        const server = realm.accept();
        const outcome: unknown = await server.token(bytes).catch((error: unknown) => error);
        const { complete, peer } = server;
        server.close();
        // Not every byte of a ticket is protected (RFC 4120, section 5.3: kvno and the type of a name are not).
        if (outcome instanceof KerberosError) expect(REFUSALS).toContain(outcome.kind);
        else expect(peer).toBe(complete ? USER : '');
      }),
      { numRuns: 400 },
    );
  });

  test('any bytes for an answer are refused with a kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const client = realm.initiate();
        await client.token();
        const error = await failure(client, bytes);
        client.close();
        expect(['token-invalid', 'refused', 'failed']).toContain(error.kind);
        expect(client.complete).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
