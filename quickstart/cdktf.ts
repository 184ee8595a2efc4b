import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The CLI of this project's own installation. */
export function cdktfProgram(): string {
  const manifest = require.resolve('cdktf-cli/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly bin: { readonly cdktf: string } };
  return join(dirname(manifest), bin.cdktf);
}

/** Whoever manages real servers from this machine must not reach them, or use their passwords, from the sandbox. */
function withoutOwnServers(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(EXCHANGE|DNS_UPDATE)_/.test(name)),
  );
}

/** Runs cdktf and shows its output as it comes. @throws Error where it ends with another exit code than 0 */
export async function cdktf(
  args: readonly string[],
  folder: string,
  variables: { readonly [name: string]: string },
): Promise<void> {
  process.stdout.write(`\n$ cdktf ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [cdktfProgram(), ...args], {
    cwd: folder,
    // CHECKPOINT_DISABLE keeps Terraform from contacting HashiCorp: the sandbox works without a network.
    env: { ...withoutOwnServers(process.env), CHECKPOINT_DISABLE: '1', ...variables, CI: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`cdktf ${args.join(' ')} ended with ${code ?? 'a signal'}`);
}
