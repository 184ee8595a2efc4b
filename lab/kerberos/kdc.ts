import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port';
import { findKdcPrograms, type KdcPrograms } from './programs';

export interface RealmOptions {
  /** For example `LAB.TEST`. */
  readonly realm: string;
  readonly users: readonly { readonly name: string; readonly password: string }[];
  /** Services of this machine, for example `HTTP/localhost`. Their keys are in one keytab. */
  readonly services: readonly string[];
}

export interface Kdc {
  /** The environment variables for processes that use the realm. */
  readonly environment: {
    readonly PATH: string;
    readonly KRB5_CONFIG: string;
    readonly KRB5_KDC_PROFILE: string;
  };
  /** The keytab file of the services. */
  readonly keytab: string;
  /**
   * Runs commands of `kadmin.local`, whose exit code does not show errors.
   *
   * @returns the printed text
   */
  administer(...commands: readonly string[]): string;
  stop(): Promise<void>;
}

type Programs = Extract<KdcPrograms, { readonly kind: 'there' }>['files'];

/**
 * Starts a real key distribution center of MIT Kerberos on the loopback address. One that was in the folder before
 * continues with its principals and its port. Users and services are created together with the realm. Secrets are
 * passed through pipes, never on a command line.
 *
 * @param folder of its own, created where it does not exist
 * @throws Error where the programs are missing, or the center does not start
 */
export async function startKdc(folder: string, options: RealmOptions): Promise<Kdc> {
  const programs = findKdcPrograms();
  if (programs.kind === 'missing') throw new Error(programs.remedy);
  const { realm, services } = options;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    KRB5_CONFIG: join(folder, 'krb5.conf'),
    KRB5_KDC_PROFILE: join(folder, 'kdc.conf'),
  };
  const keytab = join(folder, 'services.keytab');
  const run = (program: keyof Programs, args: readonly string[], input: readonly string[]): string =>
    execFileSync(programs.files[program], [...args, '-r', realm], {
      env: environment,
      encoding: 'utf8',
      input: input.map((line) => `${line}\n`).join(''),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const administer = (...commands: readonly string[]): string => run('kadmin.local', [], commands);
  if (!existsSync(keytab)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeConfiguration(folder, realm, await freePort());
    const master = randomBytes(18).toString('base64url');
    run('kdb5_util', ['create', '-s'], [master, master]);
    administer(
      ...options.users.map(({ name, password }) => `addprinc -pw ${quoted(password)} ${name}`),
      ...services.map((service) => `addprinc -randkey ${service}`),
      ...services.map((service) => `ktadd -k ${keytab} ${service}`),
    );
    if (!existsSync(keytab)) throw new Error(`the realm ${realm} could not be made in ${folder}`);
  }
  const kdc = spawn(programs.files.krb5kdc, ['-n', '-r', realm, '-P', join(folder, 'pid')], {
    env: environment,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => kdc.once('close', () => resolve()));
  await reachable(portIn(environment.KRB5_KDC_PROFILE), kdc);
  return {
    environment,
    keytab,
    administer,
    async stop() {
      kdc.kill();
      await ended;
    },
  };
}

/** Quotes a text for the shell of `kadmin.local`. @throws Error where it cannot be quoted */
function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new Error('a password has no line breaks');
  return `"${text.replaceAll('"', '""')}"`;
}

function writeConfiguration(folder: string, realm: string, port: number): void {
  const client = [
    '[libdefaults]',
    `default_realm = ${realm}`,
    'dns_lookup_kdc = false',
    'dns_lookup_realm = false',
    'dns_canonicalize_hostname = false',
    'qualify_shortname = ""',
    'rdns = false',
    'udp_preference_limit = 1',
    '[realms]',
    `${realm} = {`,
    `kdc = 127.0.0.1:${port}`,
    '}',
    '[domain_realm]',
    `localhost = ${realm}`,
    '',
  ];
  const server = [
    '[kdcdefaults]',
    `kdc_listen = 127.0.0.1:${port}`,
    `kdc_tcp_listen = 127.0.0.1:${port}`,
    '[realms]',
    `${realm} = {`,
    `database_name = ${join(folder, 'principal')}`,
    `key_stash_file = ${join(folder, 'stash')}`,
    `acl_file = ${join(folder, 'acl')}`,
    '}',
    '',
  ];
  writeFileSync(join(folder, 'krb5.conf'), client.join('\n'));
  writeFileSync(join(folder, 'kdc.conf'), server.join('\n'));
}

function portIn(profile: string): number {
  return Number(/kdc_tcp_listen = .*:(\d+)/.exec(readFileSync(profile, 'utf8'))?.[1]);
}

async function reachable(port: number, kdc: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100 && kdc.exitCode === null; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  kdc.kill();
  throw new Error(`the key distribution center does not listen on port ${port}`);
}
