import { join } from 'node:path';
import { startKdc, type Kdc } from '../lab/kerberos/kdc';
import { findKdcPrograms } from '../lab/kerberos/programs';

const NAME = 'BENCH.TEST';
const SERVICE = 'HTTP@localhost';
/** Variable that names the Kerberos service to the lab. */
export const SERVICE_VARIABLE = 'BENCH_SERVICE';

/** A real key distribution center, with the environment variables for a client and for the service. */
export class Realm {
  readonly #kdc: Kdc;
  readonly #folder: string;

  private constructor(kdc: Kdc, folder: string) {
    this.#kdc = kdc;
    this.#folder = folder;
  }

  /** Undefined where the programs of MIT Kerberos are missing; a message on stderr then says so. */
  static async start(folder: string, user: string, password: string): Promise<Realm | undefined> {
    const programs = findKdcPrograms();
    if (programs.kind === 'missing') {
      process.stderr.write(`remoting: sealed HTTP is not measured. ${programs.remedy}\n`);
      return undefined;
    }
    const users = [{ name: user, password }];
    const kdc = await startKdc(folder, { realm: NAME, users, services: ['HTTP/localhost'] });
    const realm = new Realm(kdc, folder);
    kdc.administer(`ktadd -norandkey -k ${realm.#clientKeytab} ${user}`);
    return realm;
  }

  get #clientKeytab(): string {
    return join(this.#folder, 'client.keytab');
  }

  /** A keytab, and a ticket cache that all clients share: the first one fills it. */
  get clientEnvironment(): { readonly [name: string]: string } {
    return {
      KRB5_CONFIG: this.#kdc.environment.KRB5_CONFIG,
      KRB5_CLIENT_KTNAME: this.#clientKeytab,
      KRB5CCNAME: `FILE:${join(this.#folder, 'cache')}`,
    };
  }

  get serviceEnvironment(): { readonly [name: string]: string } {
    return {
      [SERVICE_VARIABLE]: SERVICE,
      KRB5_CONFIG: this.#kdc.environment.KRB5_CONFIG,
      KRB5_KTNAME: this.#kdc.keytab,
    };
  }

  stop(): Promise<void> {
    return this.#kdc.stop();
  }
}
