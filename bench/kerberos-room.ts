import { performance } from 'node:perf_hooks';

/** What it costs a process to have Kerberos at hand. */
export interface CostOfKerberos {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly megabytes: number;
}

/** Loads the room with koffi and the library of the system, as the first context does; tickets are not asked for. */
async function main(): Promise<void> {
  // Each provider has it before: Terraform speaks TLS to it.
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
