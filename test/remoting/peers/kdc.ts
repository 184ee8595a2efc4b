import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startKdc as startRealm } from '../../../lab/kerberos/kdc';
import { findKdcPrograms } from '../../../lab/kerberos/programs';
import { describeNeeding, type Want } from '../../requirement';

export const REALM = 'LAB.TEST';
const SERVICE = 'HTTP/localhost';

/** What of a key distribution center is not on this machine; undefined where all is there. */
export function missingKdc(): Want | undefined {
  const programs = findKdcPrograms();
  if (programs.kind === 'there') return undefined;
  const check = ['krb5kdc', 'kdb5_util', 'kadmin.local']
    .map((program) => `PATH=$PATH:/usr/sbin:/usr/local/sbin command -v ${program}`)
    .join(' && ');
  return { what: programs.remedy, check };
}

export function describeWithKerberos(title: string, body: () => void): void {
  describeNeeding(missingKdc(), title, body);
}

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
  /** Runs a command of kadmin, for example `addprinc -randkey HTTP/other`. */
  administer(command: string): void;
  stop(): Promise<void>;
}

/** A real key distribution center in a folder, with the service `HTTP/localhost` and one user. */
export async function startKdc(folder: string, user: string, password: string): Promise<Kdc> {
  const users = [{ name: user, password }];
  const kdc = await startRealm(folder, { realm: REALM, users, services: [SERVICE] });
  const { environment, keytab } = kdc;
  const userKeytab = join(folder, 'user.keytab');
  kdc.administer(`ktadd -norandkey -k ${userKeytab} ${user}`);
  let caches = 0;
  return {
    environment,
    keytab,
    userKeytab,
    administer: (command) => void kdc.administer(command),
    keysOf(file) {
      const listed = execFileSync('klist', ['-k', '-K', file], { env: environment, encoding: 'utf8' });
      return [...listed.matchAll(/\(0x([0-9a-f]+)\)/g)].map(([, key = '']) => key);
    },
    signIn(name, secret, lifetime = '10h') {
      const cache = `FILE:${join(folder, `cache-${++caches}`)}`;
      execFileSync('kinit', ['-c', cache, '-l', lifetime, name], {
        env: environment,
        stdio: ['pipe', 'ignore', 'pipe'],
        input: `${secret}\n`,
      });
      return cache;
    },
    stop: () => kdc.stop(),
  };
}
