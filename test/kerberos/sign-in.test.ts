import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KerberosError, type SignIn } from '../../kerberos';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { keytabOf } from './keytab-of';
import { setNativeEnvironment } from './native-environment';
import { PASSWORD, Realm, USER } from './realm';

const password = (principal: string, text: string): SignIn => ({
  kind: 'password',
  principal,
  password: { reveal: () => text },
});

describeWithKerberos('signing in', () => {
  const realm = new Realm();

  beforeAll(() => realm.start());
  beforeEach(() => realm.reset());
  afterEach(() => realm.closeAll());
  afterAll(() => realm.stop());

  /** What goes wrong; nothing secret may stand in it. */
  async function failure(options: Parameters<Realm['initiate']>[0]): Promise<KerberosError> {
    const error: unknown = await realm
      .initiate(options)
      .token()
      .catch((reason: unknown) => reason);
    if (!(error instanceof KerberosError)) throw new Error(`no error but ${String(error)}`);
    expect(JSON.stringify({ ...error, text: error.message })).not.toContain('canary');
    return error;
  }

  test('with a ticket', async () => {
    realm.signIn();
    const { server } = await realm.pair();
    expect(server.peer).toBe(USER);
  });

  test('with a password', async () => {
    const { server } = await realm.pair({ signIn: password(USER, PASSWORD) });
    expect(server.peer).toBe(USER);
  });

  test('with a password, in the default realm', async () => {
    const { server } = await realm.pair({ signIn: password('admin', PASSWORD) });
    expect(server.peer).toBe(USER);
  });

  test('with a keytab of the environment', async () => {
    setNativeEnvironment({
      KRB5_CLIENT_KTNAME: realm.kdc.userKeytab,
      KRB5CCNAME: `FILE:${join(realm.folder, 'by-keytab')}`,
    });
    const { server } = await realm.pair();
    expect(server.peer).toBe(USER);
  });

  test('with a keytab that is named', async () => {
    const file = realm.kdc.userKeytab;
    expect((await realm.pair({ signIn: { kind: 'keytab', file } })).server.peer).toBe(USER);
    const named = await realm.pair({ signIn: { kind: 'keytab', file, principal: USER } });
    expect(named.server.peer).toBe(USER);
  });

  test('with a keytab that is named, asks for a ticket once and not for every context', async () => {
    const signIn = { kind: 'keytab', file: realm.kdc.userKeytab, principal: USER } as const;
    await realm.pair({ signIn });
    // Nobody listens there.
    realm.configure('gone', [], ['127.0.0.1:1']);
    expect((await realm.pair({ signIn })).server.peer).toBe(USER);
    expect(await failure({ signIn: password(USER, PASSWORD) })).toMatchObject({ kind: 'kdc-unreachable' });
  });

  test('says that there is no ticket, and where it looked', async () => {
    const error = await failure({});
    expect(error.kind).toBe('no-credentials');
    expect(error.message).toContain(join(realm.folder, 'no-cache'));
    expect(error.remedy).toContain('kinit');
  });

  test('says that a keytab cannot be read', async () => {
    const file = join(realm.folder, 'none.keytab');
    const error = await failure({ signIn: { kind: 'keytab', file } });
    expect(error.kind).toBe('no-credentials');
    expect(error.message).toContain(file);
  });

  test('says that a file is no keytab', async () => {
    const file = join(realm.folder, 'text.keytab');
    writeFileSync(file, 'no keytab');
    const error = await failure({ signIn: { kind: 'keytab', file, principal: USER } });
    expect(error.kind).toBe('no-credentials');
    expect(error.message).toContain(file);
  });

  describe('with a keytab of the environment', () => {
    const [DEPLOY, DEPLOY_AT] = ['deploy', `deploy@${REALM}`];
    const made = (name: string): string => join(realm.folder, `${name}.keytab`);
    /** With no tickets that another test has left. */
    const use = (file: string): void =>
      setNativeEnvironment({ KRB5_CLIENT_KTNAME: file, KRB5CCNAME: `MEMORY:${randomUUID()}` });

    beforeAll(() => {
      realm.kdc.administer(`addprinc -pw canary-5 ${DEPLOY}`);
      realm.kdc.administer(`ktadd -norandkey -k ${made('old')} ${DEPLOY}`);
      realm.kdc.administer(`cpw -pw canary-6 ${DEPLOY}`);
      realm.kdc.administer('addprinc -pw canary-7 weak');
      writeFileSync(made('rc4'), keytabOf(`weak@${REALM}`, 23));
      writeFileSync(made('empty'), '');
      writeFileSync(made('base64'), readFileSync(realm.kdc.userKeytab).toString('base64'));
      writeFileSync(made('text'), 'no keytab');
      writeFileSync(made('bare'), Buffer.from([5, 2]));
    });

    test.each([
      ['missing', 'there is no file', 'KRB5_CLIENT_KTNAME'],
      ['empty', 'is empty', 'again'],
      ['base64', 'is still Base64 text', 'base64 -d'],
      ['text', 'is not a keytab', 'ktutil'],
      ['bare', 'has no key in it', 'again'],
      ['rc4', `has no AES key, but RC4 of weak@${REALM}`, 'aes256-cts-hmac-sha1-96'],
    ])('says which file it is, and what is wrong with it: %s', async (name, message, remedy) => {
      const file = made(name);
      for (const named of [file, `FILE:${file}`]) {
        use(named);
        const error = await failure({});
        expect(error.kind).toBe('no-credentials');
        expect(error.facts.keytab).toBe(file);
        expect(error.message).toContain(file);
        expect(error.message).toContain(message);
        expect(error.remedy).toContain(remedy);
        expect(error.remedy).not.toContain('kinit');
      }
      const error = await failure({ signIn: { kind: 'keytab', file } });
      expect(error.message).toContain(message);
    });

    test('says that it cannot be read, since it is no file', async () => {
      use(realm.folder);
      const error = await failure({});
      expect(error.kind).toBe('no-credentials');
      expect(error.message).toContain(`${realm.folder} is a directory, not a file`);
    });

    test('says that it is older than the password, and whose it is', async () => {
      use(made('old'));
      const error = await failure({});
      expect(error.kind).toBe('password-refused');
      expect(error.message).toContain(`did not accept the key in ${made('old')} of ${DEPLOY_AT}`);
      expect(error.remedy).toContain('Make the keytab anew. Either the password was changed');
      expect(error.facts).toMatchObject({ principal: DEPLOY_AT, keytab: made('old'), realm: REALM });
    });

    test('says whose it is where the realm does not have that account any more', async () => {
      realm.kdc.administer('addprinc -pw canary-8 gone');
      realm.kdc.administer(`ktadd -norandkey -k ${made('gone')} gone`);
      realm.kdc.administer('delprinc -force gone');
      use(made('gone'));
      const error = await failure({});
      expect(error.kind).toBe('account-unknown');
      expect(error.message).toContain(`has no account gone@${REALM}`);
    });

    test('is silent of the keytab where tickets of somebody were taken', async () => {
      use(made('old'));
      realm.signIn();
      const error = await failure({ service: `HTTP/elsewhere.test@${REALM}` });
      expect(error.kind).toBe('service-unknown');
      expect(error.facts).toMatchObject({ principal: USER });
      expect(error.facts.keytab).toBeUndefined();
    });

    test('says that it got no new ticket for one that has expired', async () => {
      realm.kdc.administer('addprinc -pw canary-9 late');
      realm.kdc.administer(`ktadd -norandkey -k ${made('late')} late`);
      const cache = realm.kdc.signIn('late', 'canary-9', '1s');
      realm.kdc.administer('cpw -pw canary-10 late');
      setNativeEnvironment({ KRB5_CLIENT_KTNAME: made('late'), KRB5CCNAME: cache });
      await sleep(2_000);
      const error = await failure({});
      expect(error.kind).toBe('credentials-expired');
      expect(error.message).toContain(
        `the Kerberos ticket of late@${REALM} in ${cache} has expired, and no new one was obtained with the keytab ${made('late')}`,
      );
      expect(error.remedy).toMatch(
        new RegExp(`^Run KRB5CCNAME=MEMORY: kinit -k -t ${made('late')} late@${REALM} to see why\\. `),
      );
    });

    test('says that it is of another where the ticket has expired', async () => {
      const cache = realm.signIn('1s');
      setNativeEnvironment({ KRB5_CLIENT_KTNAME: made('old'), KRB5CCNAME: cache });
      await sleep(2_000);
      const error = await failure({});
      expect(error.kind).toBe('credentials-expired');
      expect(error.message).toContain(`${made('old')} has no key of ${USER}, but of ${DEPLOY_AT}`);
      expect(error.remedy).toContain(`Name the keytab of ${USER}`);
      expect(error.remedy).toMatch(
        /If the ticket cache holds tickets of another account, KRB5CCNAME=MEMORY: leaves them aside\.$/,
      );
    });

    test('is not blamed for a service that lacks an encryption type', async () => {
      realm.kdc.administer('addprinc -randkey HTTP/weak.test');
      realm.kdc.administer('setstr HTTP/weak.test session_enctypes camellia128-cts-cmac');
      realm.configure('aes', ['permitted_enctypes = aes256-cts-hmac-sha1-96'], [...realm.centers]);
      realm.signIn();
      const service = `HTTP/weak.test@${REALM}`;
      for (const name of ['rc4', 'old']) {
        setNativeEnvironment({ KRB5_CLIENT_KTNAME: made(name) });
        const error = await failure({ service });
        expect(error.kind).toBe('encryption-unsupported');
        expect(error.message).toContain(
          `there is no encryption type that both ${USER} and ${service} may use`,
        );
        expect(error.facts.keytab).toBeUndefined();
      }
    });

    test('says whose keys it has where it is asked for those of another', async () => {
      const principal = `other@${REALM}`;
      const error = await failure({ signIn: { kind: 'keytab', file: realm.kdc.userKeytab, principal } });
      expect(error.kind).toBe('no-credentials');
      expect(error.message).toMatch(/has no key of other@LAB\.TEST, but of admin@LAB\.TEST$/);
    });

    test('does not blame a keytab that is well', async () => {
      setNativeEnvironment({
        KRB5_CLIENT_KTNAME: realm.kdc.userKeytab,
        KRB5CCNAME: `FILE:${join(realm.folder, 'no-folder', 'cache')}`,
      });
      const error = await failure({});
      expect(error.kind).toBe('no-credentials');
      expect(error.message).toMatch(
        /^the keytab \S+ has a key of admin@\S+, but there is no ticket in FILE:/,
      );
      expect(error.remedy).toContain('KRB5CCNAME=MEMORY:');
    });
  });

  test('says that the password is wrong', async () => {
    const error = await failure({ signIn: password(USER, 'canary-wrong') });
    expect(error.kind).toBe('password-refused');
    expect(error.message).toContain(USER);
    expect(error.facts.kdcs).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
  });

  test('says that the keytab is older than the password', async () => {
    realm.kdc.administer('addprinc -pw canary-1 moved');
    const file = join(realm.folder, 'moved.keytab');
    realm.kdc.administer(`ktadd -norandkey -k ${file} moved`);
    realm.kdc.administer('cpw -pw canary-2 moved');
    const error = await failure({ signIn: { kind: 'keytab', file } });
    expect(error.kind).toBe('password-refused');
    expect(error.message).toContain(file);
  });

  test('says that the account is unknown', async () => {
    const error = await failure({ signIn: password(`nobody@${REALM}`, PASSWORD) });
    expect(error.kind).toBe('account-unknown');
    expect(error.message).toContain(`nobody@${REALM}`);
  });

  test('says that the account is disabled', async () => {
    realm.kdc.administer('addprinc -pw canary-3 disabled');
    realm.kdc.administer('modprinc -allow_tix disabled');
    const error = await failure({ signIn: password('disabled', 'canary-3') });
    expect(error.kind).toBe('account-refused');
  });

  test('says that the password has to be changed', async () => {
    realm.kdc.administer('addprinc -pw canary-4 +needchange stale');
    const error = await failure({ signIn: password('stale', 'canary-4') });
    expect(error.kind).toBe('account-refused');
  });

  test('says that the service is unknown', async () => {
    realm.signIn();
    const error = await failure({ service: `HTTP/elsewhere.test@${REALM}` });
    expect(error.kind).toBe('service-unknown');
    expect(error.message).toContain('HTTP/elsewhere.test');
    expect(error.facts).toMatchObject({ principal: USER, realm: REALM });
  });

  test('says that nothing tells where the realm is', async () => {
    const error = await failure({ signIn: password('admin@NOWHERE.TEST', PASSWORD) });
    expect(error.kind).toBe('realm-unknown');
    expect(error.message).toContain('NOWHERE.TEST');
  });

  test('says that the ticket has expired', async () => {
    const cache = realm.signIn('1s');
    await sleep(2_000);
    const error = await failure({});
    expect(error.kind).toBe('credentials-expired');
    expect(error.message).toContain(cache);
  });

  test.each([
    ['a comment behind a name', 'dns_canonicalize_hostname = false', '$&  # as it is written'],
    ['a comment behind a switch', 'rdns = false', '$&\nallow_weak_crypto = false  # none'],
    ['a line that is none', 'rdns = false', 'rdns'],
  ])('says that the configuration cannot be read: %s', async (name, line, wrong) => {
    const file = realm.configure(name.replaceAll(' ', '-'), [], [...realm.centers]);
    writeFileSync(file, readFileSync(file, 'utf8').replace(line, wrong));
    for (const signIn of [{ kind: 'account' } as const, password(USER, PASSWORD)]) {
      const error = await failure({ signIn });
      expect(error.kind).toBe('configuration-invalid');
      expect(error.message).toContain(`cannot read its configuration, ${file} (KRB5_CONFIG)`);
      expect(error.remedy).toContain('a comment must be on a line of its own');
      expect(error.facts.configuration).toBe(file);
    }
  });

  test('says that the key distribution center is down', async () => {
    realm.configure('down', [], ['127.0.0.1:1']);
    const error = await failure({ signIn: password(USER, PASSWORD) });
    expect(error.kind).toBe('kdc-unreachable');
    expect(error.message).toContain('127.0.0.1:1');
    expect(error.message).toContain(REALM);
  });
});
