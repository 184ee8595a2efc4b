import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes of a group, with their command lines. Linux only, as Terraform's processes are looked for in /proc. */
export function processesOf(group: number): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // Behind the name, which may hold anything: state, parent, group.
      const [state, , groupOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(groupOf) !== group || state === 'Z') return [];
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

/** Waits until no process of a group is left. */
export async function gone(group: number): Promise<void> {
  while (processesOf(group).length > 0) await sleep(50);
}
