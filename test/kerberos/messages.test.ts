import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KerberosError, type Sealed, type SecurityContext } from '../../kerberos';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { setNativeEnvironment } from './native-environment';
import { Realm } from './realm';

/** Encryption types of a service's key, and the header of its messages beside a message of any length. */
const TYPES = [
  ['aes256-cts-hmac-sha1-96', 60],
  ['aes128-cts-hmac-sha1-96', 60],
  ['aes128-cts-hmac-sha256-128', 64],
  ['aes256-cts-hmac-sha384-192', 72],
] as const;

describeWithKerberos('messages', () => {
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

  function failure(work: () => unknown): KerberosError {
    try {
      work();
    } catch (error) {
      if (error instanceof KerberosError) return error;
      throw error;
    }
    throw new Error('nothing failed');
  }

  test.each([0, 1, 15, 16, 17, 1_000, 65_535, 65_536, 500_000, 5_000_000])(
    'of %i bytes arrive, both ways',
    async (bytes) => {
      const { client, server } = await realm.pair();
      const message = randomBytes(bytes);
      const sealed = client.seal(message);
      expect(sealed.data).toHaveLength(bytes);
      expect(sealed.header).toHaveLength(60);
      if (bytes > 15) expect(Buffer.concat([sealed.header, sealed.data]).includes(message)).toBe(false);
      expect(server.unseal(sealed).equals(message)).toBe(true);
      expect(client.unseal(server.seal(message)).equals(message)).toBe(true);
    },
  );

  describe.each(TYPES)('with %s', (type, headerBytes) => {
    const host = type.replaceAll('-', '');
    const keytab = join(realm.folder, `${type}.keytab`);

    beforeAll(() => {
      realm.kdc.administer(`addprinc -randkey -e ${type}:normal HTTP/${host}.test`);
      realm.kdc.administer(`ktadd -e ${type}:normal -k ${keytab} HTTP/${host}.test`);
    });

    test('the header is split off as Windows has it', async () => {
      realm.configure(type, [`permitted_enctypes = ${type} aes256-cts-hmac-sha1-96`], [...realm.centers]);
      const { client, server } = await realm.pair({ service: `HTTP/${host}.test@LAB.TEST` }, { keytab });
      const message = randomBytes(3_000);
      const sealed = client.seal(message);
      expect(sealed.header).toHaveLength(headerBytes);
      expect(sealed.header.readUInt16BE(6)).toBe(headerBytes - 32);
      expect(server.unseal(sealed).equals(message)).toBe(true);
    });
  });

  test('a service that has only a key of RC4 is refused', async () => {
    realm.configure(
      'rc4',
      ['allow_weak_crypto = true', 'permitted_enctypes = rc4-hmac aes256-cts-hmac-sha1-96'],
      [...realm.centers],
    );
    const keytab = join(realm.folder, 'rc4.keytab');
    realm.kdc.administer('addprinc -randkey -e arcfour-hmac:normal HTTP/rc4.test');
    realm.kdc.administer(`ktadd -e arcfour-hmac:normal -k ${keytab} HTTP/rc4.test`);
    const ends = realm.pair({ service: 'HTTP/rc4.test@LAB.TEST' }, { keytab });
    const error: unknown = await ends
      .then(({ client }) => failure(() => client.seal(Buffer.from('x'))))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'encryption-unsupported' });
  });

  const alter = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  test('an altered bit anywhere is noticed, and nothing is believed then', async () => {
    const message = Buffer.from('<s:Envelope>delete nothing</s:Envelope>');
    for (let at = 0; at < 60 + message.length; at += 1) {
      const { client, server } = await realm.pair();
      const { header, data } = client.seal(message);
      const altered: Sealed =
        at < 60 ? { header: alter(header, at), data } : { header, data: alter(data, at - 60) };
      expect(failure(() => server.unseal(altered)).kind).toBe('message-invalid');
      // The right one comes too late.
      expect(failure(() => server.unseal({ header, data })).kind).toBe('usage');
      realm.closeAll();
    }
  });

  test.each<[string, (client: SecurityContext, server: SecurityContext) => Sealed]>([
    [
      'repeated',
      (client, server) => {
        const sealed = client.seal(Buffer.from('once'));
        server.unseal(sealed);
        return sealed;
      },
    ],
    ['reflected', (_, server) => server.seal(Buffer.from('ours'))],
    [
      'after one that is missing',
      (client) => {
        client.seal(Buffer.from('lost'));
        return client.seal(Buffer.from('next'));
      },
    ],
    ['of another context', () => ({ header: Buffer.alloc(60, 5), data: Buffer.alloc(10) })],
    ['without a header', () => ({ header: Buffer.alloc(0), data: Buffer.alloc(10) })],
    ['without data', (client) => ({ ...client.seal(Buffer.from('data')), data: Buffer.alloc(0) })],
    [
      'cut',
      (client) => {
        const { header, data } = client.seal(Buffer.from('data'));
        return { header, data: data.subarray(1) };
      },
    ],
    ['with a header of a megabyte', () => ({ header: Buffer.alloc(1 << 20, 5), data: Buffer.alloc(10) })],
    [
      'signed and not sealed',
      (client) => {
        const message = Buffer.from('data');
        return { header: client.sign(message), data: message };
      },
    ],
    // RFC 4121: the flag of sealing taken away.
    [
      'that says it is not sealed',
      (client) => {
        const { header, data } = client.seal(Buffer.from('data'));
        const open = Buffer.from(header);
        open[2] = (open[2] ?? 0) & ~2;
        return { header: open, data };
      },
    ],
  ])('one %s is refused', async (_name, make) => {
    const { client, server } = await realm.pair();
    expect(failure(() => server.unseal(make(client, server))).kind).toBe('message-invalid');
  });

  test('are signed, and a signature of another is refused', async () => {
    const message = Buffer.from('signed');
    const { client, server } = await realm.pair();
    server.verify(message, client.sign(message));
    client.verify(message, server.sign(message));
    const signature = client.sign(message);
    expect(failure(() => server.verify(Buffer.from('signec'), signature)).kind).toBe('message-invalid');
  });

  test.each([0, 1, 27, 28, 29, 5_000_000])('a signature of %i bytes is refused', async (bytes) => {
    const { server } = await realm.pair();
    expect(failure(() => server.verify(Buffer.from('x'), randomBytes(bytes))).kind).toBe('message-invalid');
  });

  test('more than the bound is not sealed', async () => {
    const { client } = await realm.pair();
    expect(failure(() => client.seal(Buffer.alloc(64 * 1024 * 1024 + 1)))).toMatchObject({
      kind: 'too-large',
      facts: { limit: 64 * 1024 * 1024 },
    });
    // It was not sent, so that the context goes on.
    expect(client.complete).toBe(true);
  });

  test('are neither sealed nor read before both ends are proved, nor after the end', async () => {
    const client = realm.initiate();
    await client.token();
    expect(failure(() => client.seal(Buffer.from('early'))).kind).toBe('usage');
    const ends = await realm.pair();
    ends.client.close();
    ends.client.close();
    expect(failure(() => ends.client.seal(Buffer.from('late'))).kind).toBe('usage');
    expect(failure(() => ends.server.unseal({ header: Buffer.alloc(60), data: Buffer.alloc(0) })).kind).toBe(
      'message-invalid',
    );
  });
});
