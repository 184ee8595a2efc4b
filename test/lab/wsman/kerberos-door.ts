import type { InitiateOptions, SecurityContext } from '../../../kerberos';
import { kerberosSignIn } from '../../../lab/wsman/kerberos';
import type { KerberosSignIn } from '../../../lab/wsman/sign-in';
import { envelope, receiveBody, shellBody } from '../../../remoting/transports/wsman/request';
import { EXCHANGE_SHELL, type Operation } from '../../../remoting/transports/wsman/names';
import type { EndpointOptions } from '../../../lab/wsman/endpoint';
import { Realm, SERVICE } from '../../kerberos/realm';
import { removeCertificate, startLab, type Lab } from '../../remoting/wsman/lab';
import { RawClient } from './raw-client';
import type { AgentOptions } from 'node:https';

const SHELL = '3F2504E0-4F89-41D3-9A0C-0305E82C3301';

/** The text of a request, of no consequence to anybody. */
export function asked(operation: Operation, shellId = SHELL): string {
  const about = {
    operation,
    to: 'http://localhost/PowerShell/',
    messageId: SHELL,
    sessionId: SHELL,
    shellResource: EXCHANGE_SHELL,
    ...(operation === 'Create' ? {} : { shellId }),
    maxEnvelopeBytes: 512_000,
    operationTimeoutMs: 100,
  };
  return envelope(about, operation === 'Create' ? shellBody(shellId, []) : receiveBody(undefined));
}

/** Endpoints that take tickets of a realm, and clients that have one. */
export class KerberosDoor {
  readonly realm = new Realm();
  readonly #labs: Lab[] = [];
  readonly #clients: RawClient[] = [];

  async start(): Promise<void> {
    await this.realm.start();
    this.realm.signIn();
  }

  /** With HTTP and HTTPS, Kerberos only. */
  async open(
    options: Partial<EndpointOptions> = {},
    kerberos: Omit<KerberosSignIn, 'accept'> = {},
  ): Promise<Lab> {
    const lab = await startLab({
      http: {},
      authentication: { kerberos: kerberosSignIn(SERVICE, kerberos) },
      ...options,
    });
    this.#labs.push(lab);
    return lab;
  }

  client(url: string, tls?: AgentOptions): RawClient {
    const client = new RawClient(url, tls);
    this.#clients.push(client);
    return client;
  }

  initiate(options: Partial<InitiateOptions> = {}): SecurityContext {
    return this.realm.initiate(options);
  }

  /** A connection over HTTP that is signed in. */
  async signedIn(lab: Lab): Promise<{ readonly client: RawClient; readonly context: SecurityContext }> {
    const client = this.client(lab.httpUrl);
    const context = this.initiate();
    await client.signIn(context);
    return { client, context };
  }

  async closeAll(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.end();
    this.realm.closeAll();
    await Promise.all(this.#labs.splice(0).map((lab) => lab.stop()));
  }

  stop(): Promise<void> {
    return this.realm.stop();
  }
}

/** One for the tests of a block: it starts before them, is empty after each, and ends with the last. */
export function doorOfTests(): KerberosDoor {
  const door = new KerberosDoor();
  beforeAll(() => door.start(), 60_000);
  afterEach(() => door.closeAll());
  afterAll(async () => {
    await door.stop();
    removeCertificate();
  });
  return door;
}
