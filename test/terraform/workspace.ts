import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformPlatform } from '../../install/mirror';

/** A provider as one JavaScript file, laid into the workspace's mirror. */
export interface MirroredProvider {
  /** For example `registry.terraform.io/hashicorp/dns`. */
  readonly source: string;
  readonly version: string;
  /** Path of a bundle that runs under Node. */
  readonly bundle: string;
}

export interface TerraformResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: { readonly [name: string]: string };
  /** Called once the output contains the text. */
  readonly onOutput?: { readonly text: string; readonly act: (terraform: { interrupt(): void }) => void };
}

/** A folder with a configuration, in which the real `terraform` runs; its providers come from a mirror of its own. */
export class TerraformWorkspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'terraform-test-'));

  constructor(providers: readonly MirroredProvider[]) {
    for (const provider of providers) this.#lay(provider);
    const mirror = JSON.stringify(join(this.folder, 'mirror'));
    writeFileSync(
      join(this.folder, 'cli.tfrc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`,
    );
  }

  #lay({ source, version, bundle }: MirroredProvider): void {
    const folder = join(this.folder, 'mirror', ...source.split('/'), version, terraformPlatform());
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `terraform-provider-${source.split('/').at(-1)}_v${version}`);
    // The bundle itself is the program: a wrapper that does not `exec` would outlive a kill.
    writeFileSync(file, `#!${process.execPath}\n${readFileSync(bundle, 'utf8')}`);
    chmodSync(file, 0o755);
  }

  /** Writes `main.tf.json`, or another file of the configuration. */
  write(configuration: object, name = 'main.tf.json'): void {
    writeFileSync(join(this.folder, name), JSON.stringify(configuration, null, 2));
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<TerraformResult> {
    const terraform = spawn('terraform', args, {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        CHECKPOINT_DISABLE: '1',
        TF_IN_AUTOMATION: '1',
        TF_CLI_CONFIG_FILE: join(this.folder, 'cli.tfrc'),
        ...options.environment,
      },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // As Ctrl-C does: every process of the group gets it, the providers too.
    const interrupt = () => void (terraform.pid !== undefined && process.kill(-terraform.pid, 'SIGINT'));
    let stdout = '';
    let stderr = '';
    let pending = options.onOutput;
    terraform.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      if (pending !== undefined && stdout.includes(pending.text)) {
        pending.act({ interrupt });
        pending = undefined;
      }
    });
    terraform.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      terraform.once('error', reject);
      terraform.once('close', resolve);
    });
    return { exitCode, stdout, stderr };
  }

  /** Runs and throws, with what Terraform said, where it did not end well. */
  async succeed(args: readonly string[], options?: RunOptions): Promise<TerraformResult> {
    const result = await this.run(args, options);
    if (result.exitCode !== 0) {
      throw new Error(
        `terraform ${args.join(' ')} ended with ${result.exitCode}\n${result.stdout}${result.stderr}`,
      );
    }
    return result;
  }

  init(): Promise<TerraformResult> {
    return this.succeed(['init', '-no-color', '-input=false']);
  }

  /** Exit code 0: nothing to do; 2: changes; 1: an error. */
  plan(...args: readonly string[]): Promise<TerraformResult> {
    return this.run(['plan', '-no-color', '-input=false', '-detailed-exitcode', ...args]);
  }

  apply(...args: readonly string[]): Promise<TerraformResult> {
    return this.run(['apply', '-no-color', '-input=false', '-auto-approve', ...args]);
  }

  destroy(...args: readonly string[]): Promise<TerraformResult> {
    return this.run(['destroy', '-no-color', '-input=false', '-auto-approve', ...args]);
  }

  /** `terraform show -json` of the state, or of the plan file that is named. */
  async show<Shown>(plan?: string): Promise<Shown> {
    const { stdout } = await this.succeed([
      'show',
      '-json',
      '-no-color',
      ...(plan === undefined ? [] : [plan]),
    ]);
    return JSON.parse(stdout) as Shown;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
