import { existsSync, readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 5;

export interface Peak {
  /** Watches the provider processes of this Terraform. */
  readonly watch: (terraform: number) => () => void;
  /** The highest peak of any of them; undefined where the system has no /proc. */
  readonly megabytes: () => number | undefined;
}

/**
 * The most memory that a provider held, as the kernel kept it (VmHWM of /proc/<pid>/status). It only rises, so that
 * what looking at intervals misses is what a process still takes in its last milliseconds.
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

/** A child belongs to the thread that started it. */
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

/** Right after it was started it still is a copy of Terraform, which must not count. */
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
