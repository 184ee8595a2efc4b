import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

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
