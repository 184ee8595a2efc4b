import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { python, pythonEnvironment } from './python';

/** What the acceptor saw of a request. */
export interface Seen {
  /** Port at the client's end. */
  readonly connection: number;
  readonly path: string;
  /** Scheme of the header Authorization; empty where there is none. */
  readonly authorization: string;
  readonly type: string | null;
  readonly bodyBytes: number;
  /** Of a right token. */
  readonly complete?: boolean;
  readonly peer?: string;
  /** Bytes of the session key. */
  readonly keyBytes?: number;
  readonly bound?: boolean;
  /** Of a body that could be read. */
  readonly plainBytes?: number;
  /** Of the token that sealed it, as it stands before the data. */
  readonly headerBytes?: number;
  readonly sha256?: string;
  /** Why the acceptor did not take it. */
  readonly refused?: string;
}

export interface Acceptor {
  readonly port: number;
  /** Every request that was answered since the last look, in order. */
  look(): Promise<readonly Seen[]>;
  stop(): Promise<void>;
}

export interface AcceptorTls {
  /** Files in PEM. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Certificate that tokens must be bound to. */
  readonly boundTo: string;
}

/**
 * The acceptor of `python/acceptor.py`, which tells what addresses it takes.
 *
 * @param environment where the service's keytab is
 */
export async function startAcceptor(
  environment: { readonly [name: string]: string },
  tls?: AcceptorTls,
): Promise<Acceptor> {
  const files = tls === undefined ? [] : [tls.certificateFile, tls.keyFile, tls.boundTo];
  const child = spawn(python, [join(__dirname, '../python/acceptor.py'), ...files], {
    env: { ...pythonEnvironment, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [port] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'close').then(() => ['']),
  ])) as string[];
  if (port === undefined || port === '') throw new Error('the acceptor did not start');
  let seen: Seen[] = [];
  const looks: ((seen: readonly Seen[]) => void)[] = [];
  lines.on('line', (line) => {
    if (line !== '') seen.push(JSON.parse(line) as Seen);
    else {
      looks.shift()?.(seen);
      seen = [];
    }
  });
  return {
    port: Number(port),
    look: () =>
      new Promise((resolve) => {
        looks.push(resolve);
        child.stdin.write('\n');
      }),
    async stop() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
