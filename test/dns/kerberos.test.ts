import { join } from 'node:path';
import { DnsClient } from '../../dns/client';
import { RCODES } from '../../dns/codes';
import { KerberosRefused, type KerberosSignIn } from '../../dns/kerberos-sign-in';
import { wireRecord } from '../../dns/message';
import { PASSWORD, Realm, USER } from '../kerberos/realm';
import { missingKdc, REALM } from '../remoting/peers/kdc';
import { describeNeeding } from '../requirement';
import { startBind } from './bind';
import { addressesOf, type DnsRig } from './rig';
import { missingBind } from './servers';

const ZONE = 'contoso.com.';
describeNeeding(missingBind() ?? missingKdc(), 'updates that Kerberos signs, on BIND', () => {
  let realm: Realm;
  let rig: DnsRig;
  beforeAll(async () => {
    realm = new Realm();
    await realm.start();
    const keytab = join(realm.folder, 'dns.keytab');
    realm.kdc.administer('addprinc -randkey DNS/localhost');
    realm.kdc.administer(`ktadd -k ${keytab} DNS/localhost`);
    realm.kdc.administer('addprinc -pw other-5f2a guest');
    rig = await startBind({
      zones: [{ name: ZONE }],
      keys: [],
      kerberos: { keytab, principal: USER, environment: realm.kdc.environment },
    });
  });
  beforeEach(() => realm.reset());
  afterAll(async () => {
    await rig.stop();
    await realm.stop();
  });

  const clientWith = (signIn: KerberosSignIn['signIn'], server = 'localhost') =>
    new DnsClient({
      server,
      port: rig.port,
      transport: 'udp4',
      timeoutMs: 5000,
      retries: 0,
      kerberos: { realm: REALM, signIn },
    });
  const byPassword = (principal: string, password: string) =>
    clientWith({ kind: 'password', principal, password: { reveal: () => password } });
  const added = (name: string) =>
    wireRecord({ name: `${name}.${ZONE}`, ttl: 300, data: { type: 'A', address: '192.0.2.1' } });

  test.each([
    ['a password', () => byPassword(USER, PASSWORD)],
    ['a keytab', () => clientWith({ kind: 'keytab', file: realm.kdc.userKeytab, principal: USER })],
    ['the ticket of the account', () => (realm.signIn(), clientWith({ kind: 'account' }))],
    ['a server written in capitals', () => (realm.signIn(), clientWith({ kind: 'account' }, 'LOCALHOST'))],
  ])('are taken with %s', async (way, client) => {
    const name = way.replaceAll(' ', '-');
    expect((await client().update(ZONE, [added(name)])).rcode).toBe(RCODES.NOERROR);
    expect(await addressesOf(rig, `${name}.contoso.com`)).toEqual(['192.0.2.1']);
  });

  test('may be several at once, each with a key of its own', async () => {
    const client = byPassword(USER, PASSWORD);
    const answers = await Promise.all(
      ['one', 'two', 'three', 'four'].map((name) => client.update(ZONE, [added(name)])),
    );
    expect(answers.map(({ rcode }) => rcode)).toEqual([0, 0, 0, 0]);
  });

  test('have questions signed, too', async () => {
    expect((await byPassword(USER, PASSWORD).query(ZONE, 'SOA')).answers).toHaveLength(1);
  });

  test('of somebody else are refused', async () => {
    const guest = byPassword(`guest@${REALM}`, 'other-5f2a');
    expect((await guest.update(ZONE, [added('guest')])).rcode).toBe(RCODES.REFUSED);
    // BIND looks at the rights of each change only, so that an update without one tells nothing of them.
    expect((await guest.update(ZONE, [])).rcode).toBe(RCODES.NOERROR);
  });

  test('are not sent with a wrong password, which is told', async () => {
    const refusal: unknown = await byPassword(USER, 'canary-wrong')
      .update(ZONE, [])
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(KerberosRefused);
    const { message, remedy } = refusal as KerberosRefused;
    expect(message).toContain(`Kerberos and DNS/localhost@${REALM}: `);
    expect(message + remedy).toMatch(/password/);
    expect(message + remedy).not.toContain('canary-wrong');
  });

  test('are not sent to a server that the realm does not know', async () => {
    realm.kdc.administer('delprinc -force DNS/localhost');
    try {
      realm.signIn();
      await expect(clientWith({ kind: 'account' }).update(ZONE, [])).rejects.toThrow('DNS/localhost');
    } finally {
      realm.kdc.administer('addprinc -randkey DNS/localhost');
    }
  });

  test('are not believed where the server has another key than the realm', async () => {
    realm.signIn();
    // The one before it made the realm forget the key that BIND has.
    await expect(clientWith({ kind: 'account' }).update(ZONE, [])).rejects.toThrow('(BADKEY)');
  });
});
