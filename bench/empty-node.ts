import { run, type Program } from './measurement';

/** Peak memory of a Node process that does nothing else, in MB (Linux only). */
export async function peakOfEmptyNode({
  folder,
  environment,
}: Pick<Program, 'folder' | 'environment'>): Promise<number> {
  const { stdout } = await run({
    command: process.execPath,
    args: [
      '-p',
      `/VmHWM:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1] / 1024`,
    ],
    folder,
    environment,
  });
  return Number(stdout);
}
