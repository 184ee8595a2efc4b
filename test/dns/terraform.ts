import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Finished {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which Terraform runs against providers of one mirror, apart from the user's own settings. */
export class TerraformFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'terraform-dns-'));
  /** Everything that Terraform and its providers wrote, logs included. */
  output = '';

  constructor(
    mirror: string,
    private readonly env: { readonly [name: string]: string } = {},
  ) {
    writeFileSync(
      join(this.path, 'cli.tfrc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
  }

  configure(configuration: object): void {
    writeFileSync(join(this.path, 'main.tf.json'), JSON.stringify(configuration));
  }

  run(...args: string[]): Promise<Finished> {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(TF_|DNS_UPDATE_)/.test(name));
    const env = {
      ...Object.fromEntries(inherited),
      TF_CLI_CONFIG_FILE: join(this.path, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      ...this.env,
    };
    return new Promise((resolve) => {
      execFile('terraform', args, { cwd: this.path, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        this.output += stdout + stderr;
        resolve({
          exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          stdout,
          stderr,
        });
      });
    });
  }

  /** Attributes by address as the state file has them. */
  state(): { [address: string]: object } {
    const path = join(this.path, 'terraform.tfstate');
    if (!existsSync(path)) return {};
    const state = JSON.parse(readFileSync(path, 'utf8')) as {
      resources: { type: string; name: string; instances: { attributes: object }[] }[];
    };
    return Object.fromEntries(
      state.resources.flatMap(({ type, name, instances }) =>
        instances.map(({ attributes }) => [`${type}.${name}`, attributes]),
      ),
    );
  }

  read(name: string): string {
    return readFileSync(join(this.path, name)).toString('latin1');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
