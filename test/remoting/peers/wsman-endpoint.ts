import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { startKdc, type Kdc } from './kdc';

const root = resolve(__dirname, '../../..');

export interface EndpointProcess {
  readonly url: string;
  readonly caFile: string;
  stop(): Promise<void>;
}

/** Node with this project's TypeScript. */
export function program(file: string): readonly string[] {
  return ['--import', 'tsx', resolve(root, file)];
}

/** The lab's endpoint as a program of its own. */
export async function startEndpointProcess(
  folder: string,
  server: string,
  service: string | undefined,
  environment: { readonly [name: string]: string },
): Promise<EndpointProcess> {
  const args = [
    ...program('lab/wsman/main.ts'),
    folder,
    server,
    '0',
    ...(service === undefined ? [] : [service]),
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'close').then(() => ['']),
  ])) as [string];
  const [url = '', caFile = ''] = line.split(' ');
  if (url === '') throw new Error('the endpoint did not start');
  return {
    url,
    caFile,
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

/** The lab's endpoint, which takes tickets of a key distribution center of its own, made in `folder`. */
export async function startKerberosEndpoint(
  folder: string,
  user: string,
  password: string,
  organizationFolder: string,
): Promise<KerberosEndpoint> {
  const kdc = await startKdc(folder, user, password);
  const environment = { ...process.env, ...kdc.environment, KRB5_KTNAME: kdc.keytab } as Record<
    string,
    string
  >;
  const endpoint = await startEndpointProcess(organizationFolder, 'BSAEX01', 'HTTP@localhost', environment);
  return {
    kdc,
    endpoint,
    async stop() {
      await endpoint.stop();
      await kdc.stop();
    },
  };
}
