import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { initiate, KerberosError } from '../../kerberos';

/**
 * Signs in where the key distribution center swallows packets, and ends: `<principal> <milliseconds> <how>`; `how` is
 * `exit` or `signal`. Prints what became of it.
 */
async function main([principal = '', limit = '', how = '']: readonly string[]): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const attempt = async (): Promise<unknown> => {
    const context = initiate({
      service: 'HTTP@localhost',
      signIn: { kind: 'password', principal, password: { reveal: () => 'canary-5c3a' } },
    });
    const waiting =
      how === 'signal' ? { signal: AbortSignal.timeout(Number(limit)) } : { timeoutMs: Number(limit) };
    const error: unknown = await context.token(undefined, waiting).catch((reason: unknown) => reason);
    context.close();
    if (!(error instanceof KerberosError)) return { name: (error as Error).name };
    return { kind: error.kind, message: error.message, remedy: error.remedy, facts: error.facts };
  };
  delay.enable();
  const started = performance.now();
  const first = await attempt();
  const firstMs = performance.now() - started;
  // The first one's call still runs; the second never comes to its turn.
  const second = await attempt();
  await readFile(__filename);
  delay.disable();
  const result = { first, firstMs, second, longestDelayMs: delay.max / 1e6 };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(3);
}

void main(process.argv.slice(2));
