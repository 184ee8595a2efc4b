import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, initiate, type SecurityContext } from '../../kerberos';
import { describeWithKerberos, REALM, startKdc, type Kdc } from '../remoting/peers/kdc';
import { setNativeEnvironment } from './native-environment';

const PASSWORD = 'canary-4d1b';
const SERVICE = 'HTTP@localhost';

describeWithKerberos('contexts with a real key distribution center', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kerberos-contexts-'));
  let kdc: Kdc;
  const open: SecurityContext[] = [];

  beforeAll(async () => {
    kdc = await startKdc(folder, 'admin', PASSWORD);
    setNativeEnvironment({
      ...kdc.environment,
      KRB5_KTNAME: kdc.keytab,
      KRB5CCNAME: kdc.signIn(`admin@${REALM}`, PASSWORD),
    });
  }, 60_000);
  afterEach(() => {
    for (const context of open.splice(0)) context.close();
  });
  afterAll(async () => {
    await kdc.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function kept<T extends SecurityContext>(context: T): T {
    open.push(context);
    return context;
  }

  test('both ends prove themselves, and what one seals the other unseals', async () => {
    const client = kept(initiate({ service: SERVICE }));
    const server = kept(accept());
    const answer = await server.token(await client.token());
    expect(await client.token(answer)).toBeUndefined();
    expect([client.complete, server.complete]).toEqual([true, true]);
    expect(client.peer).toBe(`HTTP/localhost@${REALM}`);
    expect(server.peer).toBe(`admin@${REALM}`);
    const message = Buffer.from('<s:Envelope/>');
    expect(server.unseal(client.seal(message))).toEqual(message);
    expect(client.unseal(server.seal(message))).toEqual(message);
  });
});
