import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** One line of the result: a figure, its peer from the same run, and the target. */
export interface Figure {
  readonly benchmark: string;
  readonly measured: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | 'calls' | 'requests' | 'libraries';
  /** How many rounds `value` is the median of. Counts have one round; of peaks the highest is given. */
  readonly rounds: number;
  readonly peer?: { readonly measured: string; readonly value: number };
  /** Why the peer is missing. Left out where there is a peer, or none is intended. */
  readonly peerMissing?: string;
  /** `value` divided by that of the peer, or by that of the smallest site. */
  readonly ratio?: number;
  readonly target?: Target;
}

/** The highest acceptable ratio or value. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly atMost: number;
}

export type Verdict = 'below target' | 'at target' | 'above target' | 'no target';

export function verdict({ value, ratio, target }: Figure): Verdict {
  if (target === undefined) return 'no target';
  const found = target.of === 'ratio' ? ratio : value;
  if (found === undefined) throw new Error('a target for a ratio needs a peer');
  // Rounded as in the table, so that a figure which is printed like its target is not called above it.
  const difference = Math.round((found - target.atMost) * 100);
  return difference < 0 ? 'below target' : difference === 0 ? 'at target' : 'above target';
}

/** Does something and returns how many milliseconds it took. */
export type Timed = () => Promise<number>;

/**
 * Runs the tasks in turn, so that other work on the machine affects all of them alike. The first round fills caches and does
 * not count.
 */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  tasks: { readonly [name in Name]: () => Promise<Result> },
): Promise<{ readonly [name in Name]: readonly Result[] }> {
  const names = Object.keys(tasks) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as {
    [name in Name]: Result[];
  };
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const result = await tasks[name]();
      if (round > 0) found[name].push(result);
    }
  }
  return found;
}

/** Runs the tasks in turn and returns the median of each. */
export async function medians<Name extends string>(
  rounds: number,
  timed: { readonly [name in Name]: Timed },
): Promise<{ readonly [name in Name]: number }> {
  const found = await inTurns(rounds, timed);
  const entries = Object.entries<readonly number[]>(found).map(([name, values]) => [name, median(values)]);
  return Object.fromEntries(entries) as { [name in Name]: number };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('no values, no median');
  return (low + high) / 2;
}

export interface Finished {
  readonly milliseconds: number;
  readonly stdout: string;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: { readonly [name: string]: string };
  /** Called with the process id once it runs; what it returns is called when it has ended. */
  readonly watch?: (pid: number) => () => void;
}

/** Runs a program to its end. @throws Error with the end of its output where its exit code is not 0 */
export function run({ command, args, folder, environment, watch }: Program): Promise<Finished> {
  const begin = performance.now();
  const child = spawn(command, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const unwatch = child.pid === undefined ? undefined : watch?.(child.pid);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => {
      const milliseconds = performance.now() - begin;
      unwatch?.();
      const output = Buffer.concat(stdout).toString();
      if (exit === 0) resolve({ milliseconds, stdout: output });
      else {
        const end = (output + Buffer.concat(stderr).toString()).slice(-4000);
        reject(new Error(`${command} ${args.join(' ')} ended with ${exit}\n${end}`));
      }
    });
  });
}
