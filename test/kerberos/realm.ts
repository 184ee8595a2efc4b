import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accept,
  initiate,
  type AcceptOptions,
  type InitiateOptions,
  type SecurityContext,
} from '../../kerberos';
import { REALM, startKdc, type Kdc } from '../remoting/peers/kdc';
import { setNativeEnvironment } from './native-environment';

export const PASSWORD = 'canary-4d1b';
export const USER = `admin@${REALM}`;
export const SERVICE = 'HTTP@localhost';

/** A key distribution center for the tests of one file, and what they opened. */
export class Realm {
  readonly folder = mkdtempSync(join(tmpdir(), 'kerberos-'));
  kdc!: Kdc;
  readonly #open: SecurityContext[] = [];

  async start(): Promise<void> {
    this.kdc = await startKdc(this.folder, 'admin', PASSWORD);
    this.reset();
  }

  /** The account of the tests has no ticket and no keytab; the service has its own. */
  reset(): void {
    setNativeEnvironment({
      ...this.kdc.environment,
      KRB5_KTNAME: this.kdc.keytab,
      KRB5_CLIENT_KTNAME: undefined,
      KRB5CCNAME: `FILE:${join(this.folder, 'no-cache')}`,
    });
  }

  /** As `kinit` would. */
  signIn(lifetime?: string): string {
    const cache = this.kdc.signIn(USER, PASSWORD, lifetime);
    setNativeEnvironment({ KRB5CCNAME: cache });
    return cache;
  }

  /** Addresses of the key distribution centers. */
  get centers(): readonly string[] {
    const configuration = readFileSync(this.kdc.environment['KRB5_CONFIG'] ?? '', 'utf8');
    return [...configuration.matchAll(/kdc = (.*)/g)].map(([, center = '']) => center);
  }

  /** Another configuration of the client, with these lines for the defaults and these centers; its file. */
  configure(name: string, defaults: readonly string[], centers: readonly string[]): string {
    const file = join(this.folder, `${name}.conf`);
    const lines = [
      '[libdefaults]',
      `default_realm = ${REALM}`,
      'dns_lookup_kdc = false',
      'dns_lookup_realm = false',
      'dns_canonicalize_hostname = false',
      'rdns = false',
      ...defaults,
      '[realms]',
      `${REALM} = {`,
      ...centers.map((center) => `kdc = ${center}`),
      '}',
      '[domain_realm]',
      `localhost = ${REALM}`,
      '',
    ];
    writeFileSync(file, lines.join('\n'));
    setNativeEnvironment({ KRB5_CONFIG: file });
    return file;
  }

  initiate(options: Partial<InitiateOptions> = {}): SecurityContext {
    return this.#kept(initiate({ service: SERVICE, ...options }));
  }

  accept(options: AcceptOptions = {}): SecurityContext {
    return this.#kept(accept(options));
  }

  /** Both ends of a complete exchange. */
  async pair(
    client: Partial<InitiateOptions> = {},
    server: AcceptOptions = {},
  ): Promise<{ readonly client: SecurityContext; readonly server: SecurityContext }> {
    const ends = { client: this.initiate(client), server: this.accept(server) };
    await ends.client.token(await ends.server.token(await ends.client.token()));
    return ends;
  }

  closeAll(): void {
    for (const context of this.#open.splice(0)) context.close();
  }

  async stop(): Promise<void> {
    await this.kdc.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #kept(context: SecurityContext): SecurityContext {
    this.#open.push(context);
    return context;
  }
}
