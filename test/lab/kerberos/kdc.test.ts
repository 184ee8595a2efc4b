import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startKdc, type Kdc } from '../../../lab/kerberos/kdc';
import { findKdcPrograms } from '../../../lab/kerberos/programs';
import { describeWithKerberos } from '../../remoting/peers/kdc';

const REALM = 'SAND.TEST';
const USERS = [
  { name: 'deploy', password: 'canary-5b' },
  { name: 'hostile', password: `ca"nary 'x' $(y) \\ #` },
];

describeWithKerberos('a key distribution center of the lab', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-kdc-'));
  const path = process.env['PATH'];
  let kdc: Kdc | undefined;
  const start = async (): Promise<Kdc> =>
    (kdc = await startKdc(join(folder, 'realm'), {
      realm: REALM,
      users: USERS,
      services: ['HTTP/localhost'],
    }));
  const signIn = (password: string, name: string): string =>
    execFileSync('kinit', ['-c', `FILE:${join(folder, name)}`, name], {
      env: { ...kdc?.environment },
      input: `${password}\n`,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  afterEach(async () => {
    process.env['PATH'] = path;
    await kdc?.stop();
    kdc = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has its users and services, and puts no secret on a command line', async () => {
    const programs = findKdcPrograms();
    if (programs.kind === 'missing') throw new Error(programs.remedy);
    const log = join(folder, 'command-lines');
    for (const [name, file] of Object.entries(programs.files)) {
      writeFileSync(join(folder, name), `#!/bin/sh\necho "$0 $*" >> '${log}'\nexec '${file}' "$@"\n`);
      chmodSync(join(folder, name), 0o700);
    }
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    const { keytab } = await start();
    for (const { name, password } of USERS) signIn(password, name);
    expect(() => signIn('canary-6', 'deploy')).toThrow();
    expect(statSync(keytab).mode & 0o077).toBe(0);
    const lines = readFileSync(log, 'utf8');
    for (const name of Object.keys(programs.files)) expect(lines).toContain(join(folder, name));
    expect(lines).not.toMatch(/nary|-P [^/]|-pw/);
  });

  test('goes on after a restart, at the same place with the same keys', async () => {
    const first = await start();
    const before = [readFileSync(first.keytab), readFileSync(first.environment.KRB5_CONFIG)];
    await first.stop();
    const { keytab, environment } = await start();
    expect([readFileSync(keytab), readFileSync(environment.KRB5_CONFIG)]).toEqual(before);
    signIn(USERS[0]?.password ?? '', 'deploy');
  });

  test('takes no password that would be two lines', async () => {
    const users = [{ name: 'a', password: 'b\ndelprinc -force c' }];
    const starting = startKdc(join(folder, 'other'), { realm: REALM, users, services: ['HTTP/localhost'] });
    await expect(starting).rejects.toThrow('a password has no line breaks');
  });
});

test('what is missing for one is named, with what to install', () => {
  const missing = expect.stringMatching(
    /krb5kdc, kdb5_util, kadmin.local not found.*apt-get install krb5-kdc/,
  ) as string;
  expect(findKdcPrograms([])).toEqual({ kind: 'missing', remedy: missing });
});
