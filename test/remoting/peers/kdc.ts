import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port';

export const REALM = 'LAB.TEST';
const PROGRAM = '/usr/sbin/krb5kdc';

/** `describe`, or with a word about it `describe.skip` where MIT Kerberos is missing; in CI never. */
export const describeWithKerberos: typeof describe.skip = ((): typeof describe.skip => {
  if (existsSync(PROGRAM) || process.env['CI'] !== undefined) return describe;
  process.stderr.write(
    'SKIPPED: tests of Kerberos. To run them: apt-get install krb5-kdc krb5-admin-server krb5-user\n',
  );
  return describe.skip;
})();

export interface Kdc {
  /** Environment of whoever uses the realm. */
  readonly environment: { readonly [name: string]: string };
  /** Of the service. */
  readonly keytab: string;
  /** Of the user: what signs in a program that nobody types a password for. */
  readonly userKeytab: string;
  /** Every key of a keytab, in hexadecimal. */
  keysOf(keytab: string): readonly string[];
  /** Gets a ticket into a cache of its own, which it names. Left out: ten hours. */
  signIn(user: string, password: string, lifetime?: string): string;
  /** Runs a query of kadmin, for example `addprinc -randkey HTTP/other`. */
  administer(query: string): void;
  stop(): Promise<void>;
}

/** A real key distribution center in a folder, with the service `HTTP/localhost` and one user. */
export async function startKdc(folder: string, user: string, password: string): Promise<Kdc> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const keytab = join(folder, 'http.keytab');
  const userKeytab = join(folder, 'user.keytab');
  const environment = {
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`,
    KRB5_CONFIG: join(folder, 'krb5.conf'),
    KRB5_KDC_PROFILE: join(folder, 'kdc.conf'),
  };
  writeFileSync(
    environment.KRB5_CONFIG,
    [
      '[libdefaults]',
      `default_realm = ${REALM}`,
      'dns_lookup_kdc = false',
      'dns_lookup_realm = false',
      'dns_canonicalize_hostname = false',
      'qualify_shortname = ""',
      'rdns = false',
      'udp_preference_limit = 1',
      '[realms]',
      `${REALM} = {`,
      `kdc = 127.0.0.1:${port}`,
      '}',
      '[domain_realm]',
      `localhost = ${REALM}`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    environment.KRB5_KDC_PROFILE,
    [
      '[kdcdefaults]',
      `kdc_listen = 127.0.0.1:${port}`,
      `kdc_tcp_listen = 127.0.0.1:${port}`,
      '[realms]',
      `${REALM} = {`,
      `database_name = ${join(folder, 'principal')}`,
      `key_stash_file = ${join(folder, 'stash')}`,
      `acl_file = ${join(folder, 'acl')}`,
      '}',
      '',
    ].join('\n'),
  );
  const run = (command: string, args: readonly string[], input?: string): void => {
    execFileSync(command, args, {
      env: environment,
      stdio: ['pipe', 'ignore', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
  };
  run('/usr/sbin/kdb5_util', ['create', '-s', '-P', 'master', '-r', REALM]);
  const administer = (query: string): void => run('/usr/sbin/kadmin.local', ['-r', REALM, '-q', query]);
  administer(`addprinc -pw ${password} ${user}`);
  administer('addprinc -randkey HTTP/localhost');
  administer(`ktadd -k ${keytab} HTTP/localhost`);
  administer(`ktadd -norandkey -k ${userKeytab} ${user}`);
  const kdc = spawn(PROGRAM, ['-n', '-r', REALM, '-P', join(folder, 'pid')], {
    env: environment,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => kdc.once('close', () => resolve()));
  await reachable(port);
  let caches = 0;
  return {
    environment,
    keytab,
    userKeytab,
    administer,
    keysOf(file) {
      const listed = execFileSync('klist', ['-k', '-K', file], { env: environment, encoding: 'utf8' });
      return [...listed.matchAll(/\(0x([0-9a-f]+)\)/g)].map(([, key = '']) => key);
    },
    signIn(name, secret, lifetime = '10h') {
      const cache = `FILE:${join(folder, `cache-${++caches}`)}`;
      run('kinit', ['-c', cache, '-l', lifetime, name], `${secret}\n`);
      return cache;
    },
    async stop() {
      kdc.kill();
      await ended;
    },
  };
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error('the key distribution center does not listen');
}
