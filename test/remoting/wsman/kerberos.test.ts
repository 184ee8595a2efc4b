import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { removeFolders, twoServers } from '../../lab/exchange/session';
import { describeWithKerberos, REALM } from '../peers/kdc';
import { program, startKerberosEndpoint, type KerberosEndpoint } from '../peers/wsman-endpoint';

const PASSWORD = 'canary-77aa';

describeWithKerberos('Negotiate with a real key distribution center', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kerberos-'));
  let lab: KerberosEndpoint;

  beforeAll(async () => {
    lab = await startKerberosEndpoint(folder, 'admin', PASSWORD, twoServers().folder);
  });
  afterAll(async () => {
    await lab.stop();
    removeFolders();
    rmSync(folder, { recursive: true, force: true });
  });

  async function client(cache: string): Promise<{ readonly result: unknown; readonly text: string }> {
    const env = {
      ...process.env,
      ...lab.kdc.environment,
      KRB5CCNAME: cache,
    };
    const args = [...program('test/remoting/peers/wsman-client.ts'), lab.endpoint.url, lab.endpoint.caFile];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    return { result: JSON.parse(stdout), text: stdout + stderr };
  }

  test('opens a session with a ticket and runs calls, at once on connections of their own', async () => {
    const { result } = await client(lab.kdc.signIn(`admin@${REALM}`, PASSWORD));
    expect(result).toEqual([
      ['BSAEX01', 'BSAEX02'],
      ['BSAEX01', 'BSAEX02'],
      ['BSAEX01', 'BSAEX02'],
    ]);
  });

  test('says that there is no ticket', async () => {
    const { result, text } = await client(`FILE:${join(folder, 'none')}`);
    expect(result).toMatchObject({ kind: 'authentication-refused' });
    expect(text).toContain('HTTP@localhost');
    expect(text).not.toContain(PASSWORD);
  });

  test('says that the ticket has expired', async () => {
    const cache = lab.kdc.signIn(`admin@${REALM}`, PASSWORD, '1s');
    await sleep(2_000);
    const { result } = await client(cache);
    expect(result).toMatchObject({ kind: 'authentication-refused' });
  });
});
