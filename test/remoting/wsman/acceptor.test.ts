import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endpointCertificate } from '../../../lab/wsman/certificate';
import { Realm, USER } from '../../kerberos/realm';
import { startAcceptor, type Acceptor } from '../peers/acceptor';
import { missingKdc } from '../peers/kdc';
import { missingPypsrp, python, pythonEnvironment } from '../peers/python';
import { describeNeeding } from '../../requirement';

const SIZES = [0, 1, 1_000, 5_000_000];

/** Neither end is ours: what these two agree on is what our client is held to. */
describeNeeding(missingKdc() ?? missingPypsrp(), 'the acceptor of pyspnego, and pypsrp as its client', () => {
  const realm = new Realm();
  let environment: { readonly [name: string]: string };
  let acceptor: Acceptor;
  beforeAll(async () => {
    await realm.start();
    environment = { ...realm.kdc.environment, KRB5CCNAME: realm.signIn(), KRB5_KTNAME: realm.kdc.keytab };
    acceptor = await startAcceptor(environment);
  });
  beforeEach(() => acceptor.look());
  afterAll(async () => {
    await acceptor.stop();
    await realm.stop();
  });

  async function client(
    address: string,
    scheme: string,
    sizes: readonly number[],
    authority = '-',
    binding: 'bound' | 'unbound' = 'bound',
  ): Promise<readonly (string | true)[]> {
    const program = join(__dirname, '../python/acceptor_client.py');
    const args = [program, address, scheme, authority, binding, ...sizes.map(String)];
    const { stdout } = await promisify(execFile)(python, args, {
      env: { ...pythonEnvironment, ...environment },
    });
    return JSON.parse(stdout) as readonly (string | true)[];
  }

  test.each(['Kerberos', 'Negotiate'])('bodies go both ways over %s', async (scheme) => {
    const address = `http://localhost:${acceptor.port}/${scheme}/proven/echo/exchange`;
    expect(await client(address, scheme.toLowerCase(), SIZES)).toEqual(SIZES.map(() => true));
    const seen = await acceptor.look();
    const [asked, signedIn, ...bodies] = seen;
    expect(asked).toMatchObject({ authorization: '', bodyBytes: 0 });
    expect(signedIn).toMatchObject({ authorization: scheme, bodyBytes: 0, complete: true, peer: USER });
    expect(bodies.map(({ plainBytes }) => plainBytes)).toEqual(SIZES);
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(1);
  });

  test.each([
    ['altered', 'SpnegoError'],
    ['altered_header', 'SpnegoError'],
    ['altered_length', 'WinRMError'],
    ['repeated', 'SpnegoError'],
    ['skipped', 'SpnegoError'],
    ['reflected', 'SpnegoError'],
    ['cut', 'SpnegoError'],
  ])('an answer that is %s is refused', async (answer, error) => {
    const address = `http://localhost:${acceptor.port}/Kerberos/proven/told/${answer}`;
    const [told, refused] = await client(address, 'kerberos', [100, 100]);
    expect(told).toContain('"bytes": 100');
    expect(refused).toBe(error);
    expect((await acceptor.look()).at(-1)).toMatchObject({ plainBytes: 100 });
  });

  test.each([
    ['is', 'taken', 'bound', undefined],
    ['is not', 'refused', 'bound', 'BadBindingsError'],
    ['is', 'refused', 'unbound', 'bound to nothing'],
  ] as const)(
    'over TLS, a token for a certificate that %s the right one is %s: %s',
    async (is, _, binding, reason) => {
      const { caFile } = endpointCertificate(realm.folder, ['localhost']);
      const certificateFile = join(realm.folder, 'wsman-cert.pem');
      const bound = await startAcceptor(environment, {
        certificateFile,
        keyFile: join(realm.folder, 'wsman-key.pem'),
        boundTo: is === 'is' ? certificateFile : caFile,
      });
      const address = `https://localhost:${bound.port}/Kerberos/proven/told`;
      const [answer] = await client(address, 'kerberos', [1_000], caFile, binding);
      const seen = await bound.look();
      await bound.stop();
      if (reason === undefined) expect(answer).toContain('"bytes": 1000');
      else expect(seen.at(-1)?.refused).toContain(reason);
    },
  );
});
