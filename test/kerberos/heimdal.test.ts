import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { InitiateOptions, SecurityContext, System } from '../../kerberos';
import { foreignFunctions } from '../../kerberos/foreign';
import { gssSystem } from '../../kerberos/gssapi/system';
import { withRealm } from '../../kerberos/problem';
import { missingKdc } from '../remoting/peers/kdc';
import { program } from '../remoting/peers/wsman-endpoint';
import { describeNeeding, type Want } from '../requirement';
import { PASSWORD, Realm, SERVICE, USER } from './realm';

/** Heimdal's library, which Apple's comes from, as Linux has it. */
const LIBRARY = 'libgssapi.so.3';

function missingHeimdal(): Want | undefined {
  try {
    foreignFunctions().load(LIBRARY);
    return undefined;
  } catch {
    const what = `${LIBRARY} (Debian: apt-get install libgssapi3-heimdal)`;
    return { what, check: `ldconfig -p | grep ${LIBRARY}` };
  }
}

describeNeeding(missingKdc() ?? missingHeimdal(), 'with the library of Heimdal', () => {
  const realm = new Realm();
  let heimdal: System;
  let cache: string;

  beforeAll(async () => {
    await realm.start();
    cache = realm.signIn();
    heimdal = gssSystem({ file: LIBRARY, packed: false }, withRealm);
  });
  afterAll(() => realm.stop());

  async function pair(
    options: Partial<InitiateOptions> = {},
  ): Promise<{ readonly client: SecurityContext; readonly server: SecurityContext }> {
    const client = heimdal.initiate({ service: SERVICE, ...options });
    const server = realm.accept();
    await client.token(await server.token(await client.token()));
    return { client, server };
  }

  test('messages go both ways to MIT’s', async () => {
    const { client, server } = await pair();
    expect([client.complete, server.complete, server.peer]).toEqual([true, true, USER]);
    for (const bytes of [0, 1, 16, 1_000, 500_000]) {
      const message = randomBytes(bytes);
      const sealed = client.seal(message);
      expect(sealed.header).toHaveLength(60);
      expect(server.unseal(sealed).equals(message)).toBe(true);
      expect(client.unseal(server.seal(message)).equals(message)).toBe(true);
    }
    client.verify(Buffer.from('x'), server.sign(Buffer.from('x')));
    server.verify(Buffer.from('x'), client.sign(Buffer.from('x')));
    client.close();
    realm.closeAll();
  });

  test('signs in with a password, and says that one is wrong', async () => {
    const password = (text: string) => ({
      kind: 'password' as const,
      principal: USER,
      password: { reveal: () => text },
    });
    const { server } = await pair({ signIn: password(PASSWORD) });
    expect(server.peer).toBe(USER);
    const wrong = heimdal.initiate({ service: SERVICE, signIn: password('canary-wrong') });
    await expect(wrong.token()).rejects.toMatchObject({ kind: 'password-refused' });
  });

  test('a process that used it ends well', () => {
    const args = [...program('test/kerberos/heimdal-client.ts'), LIBRARY, SERVICE];
    const env = { ...process.env, ...realm.kdc.environment, KRB5CCNAME: cache };
    expect(spawnSync(process.execPath, args, { env, encoding: 'utf8' })).toMatchObject({
      stderr: '',
      status: 0,
      signal: null,
    });
  });
});
