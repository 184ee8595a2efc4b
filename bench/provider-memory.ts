import { existsSync, readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 5;

export interface Peak {
  /** Watches the provider processes of this Terraform. */
  readonly watch: (terraform: number) => () => void;
  /** The highest peak of any of them; undefined where the system has no /proc. */
  readonly megabytes: () => number | undefined;
}

/**
 * Finds the most memory that a provider held. It reads the peak that the kernel records (VmHWM of /proc/<pid>/status) at
 * intervals. That peak only rises, so only memory that a process takes in its last milliseconds can be missed.
 */
export function peakOfProvider(): Peak {
  let highest: number | undefined;
  const look = (terraform: number) => {
    for (const child of childrenOf(terraform)) {
      if (!isProvider(child)) continue;
      const peak = peakMegabytes(child);
      if (peak !== undefined) highest = Math.max(highest ?? 0, peak);
    }
  };
  return {
    watch: (terraform) => {
      if (!existsSync('/proc/self/status')) return () => undefined;
      const timer = setInterval(look, EVERY_MS, terraform);
      return () => clearInterval(timer);
    },
    megabytes: () => highest,
  };
}

/** Undefined where the process is gone. */
export function peakMegabytes(pid: number | 'self'): number | undefined {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`));
  return found === null ? undefined : Number(found[1]) / 1024;
}

/** Linux lists a child process under the thread that started it. */
function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It has ended.
  }
  return threads.flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** Right after its start a child still is a copy of the Terraform process (fork before exec), which must not count. */
function isProvider(pid: number): boolean {
  return textOf(`/proc/${pid}/cmdline`).includes('terraform-provider-exchange');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process has ended.
  }
}
