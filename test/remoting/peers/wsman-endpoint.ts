import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { startKdc, type Kdc } from './kdc';

const root = resolve(__dirname, '../../..');

export interface EndpointProcess {
  readonly url: string;
  readonly caFile: string;
  /** Of its HTTP listener; empty where it has none. */
  readonly httpUrl: string;
  /** What it printed since, a line each. */
  readonly printed: readonly string[];
  stop(): Promise<void>;
}

/** Node with this project's TypeScript. */
export function program(file: string): readonly string[] {
  return ['--import', 'tsx', resolve(root, file)];
}

/** The program of the lab's endpoint, and what it is started with besides. */
export interface EndpointProgram {
  /** @default 'lab/wsman/main.ts' */
  readonly file?: string;
  /** @default none */
  readonly options?: readonly string[];
}

/** The lab's endpoint as a program of its own. */
export async function startEndpointProcess(
  folder: string,
  server: string,
  service: string | undefined,
  environment: { readonly [name: string]: string },
  { file = 'lab/wsman/main.ts', options = [] }: EndpointProgram = {},
): Promise<EndpointProcess> {
  const services = service === undefined ? [] : [service];
  const args = [...program(file), folder, server, '0', ...services, '--name', 'localhost', ...options];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'close').then(() => [''])])) as [
    string,
  ];
  const printed: string[] = [];
  lines.on('line', (next) => printed.push(next));
  const [url = '', caFile = '', httpUrl = ''] = line.split(' ');
  if (url === '') throw new Error('the endpoint did not start');
  return {
    url,
    caFile,
    httpUrl,
    printed,
    async stop() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

export interface KerberosEndpoint {
  readonly kdc: Kdc;
  readonly endpoint: EndpointProcess;
  stop(): Promise<void>;
}

/**
 * The lab's endpoint, which takes tickets of a key distribution center of its own, made in `folder`.
 *
 * @param started what it is; `test/remoting/peers/kerberos-endpoint.ts` also prints the tokens
 */
export async function startKerberosEndpoint(
  folder: string,
  user: string,
  password: string,
  organizationFolder: string,
  started: EndpointProgram = {},
): Promise<KerberosEndpoint> {
  const kdc = await startKdc(folder, user, password);
  const environment = { ...process.env, ...kdc.environment, KRB5_KTNAME: kdc.keytab } as Record<
    string,
    string
  >;
  const endpoint = await startEndpointProcess(
    organizationFolder,
    'BSAEX01',
    'HTTP@localhost',
    environment,
    started,
  ).catch(async (error: unknown) => {
    // It would keep the tests' process alive.
    await kdc.stop();
    throw error;
  });
  return {
    kdc,
    endpoint,
    async stop() {
      await endpoint.stop();
      await kdc.stop();
    },
  };
}
