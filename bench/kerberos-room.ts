import { performance } from 'node:perf_hooks';

/** What it costs a process to load Kerberos. */
export interface CostOfKerberos {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly megabytes: number;
}

/** Loads `kerberos/` with koffi and the library of the system, as the first context does. Asks for no tickets. */
async function main(): Promise<void> {
  // Every provider has loaded this already, since Terraform connects to it by TLS; so it does not count.
  await import('node:crypto');
  const [begin, cpu, before] = [performance.now(), process.cpuUsage(), process.memoryUsage.rss()];
  const { initiate } = await import('../kerberos');
  initiate({ service: 'HTTP@localhost' }).close();
  const milliseconds = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const cost: CostOfKerberos = {
    milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    megabytes: (process.memoryUsage.rss() - before) / 2 ** 20,
  };
  process.stdout.write(JSON.stringify(cost));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
