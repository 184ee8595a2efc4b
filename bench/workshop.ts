import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../exchange/provider-address';
import { bundle } from '../install/bundle';
import { layProvider, type ProviderAddress } from '../install/mirror';

/** What all benchmarks share: the provider as users have it, the lab as a program, and temporary folders. */
export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly mirror = join(this.#folder, 'mirror');
  /** A PowerShell remoting server on its standard streams: `<program> <state folder> <server>`. */
  readonly labProgram = join(this.#folder, 'lab.js');
  /** The lab's WSMan endpoint and SSH server: `remoting-lab.ts`. */
  readonly endpointProgram = join(this.#folder, 'endpoint.js');
  readonly #ends: (() => Promise<void>)[] = [];
  #providerFile = '';
  #idleProvider: Promise<string> | undefined;

  static async create(): Promise<Workshop> {
    const made = new Workshop();
    made.#providerFile = await layProvider(made.mirror, 'provider/main.ts', {
      source: PROVIDER_SOURCE,
      version: PROVIDER_VERSION,
    });
    await bundle('lab/exchange/stdio.ts', made.labProgram);
    await bundle('bench/remoting-lab.ts', made.endpointProgram);
    writeFileSync(
      made.#cliFile,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(made.mirror)}\n  }\n}\n`,
    );
    mkdirSync(made.#temporary);
    return made;
  }

  /** The program that Terraform starts. */
  get providerFile(): string {
    return this.#providerFile;
  }

  /** Puts the provider that does nothing into the mirror. @returns its address */
  async idleProvider(): Promise<ProviderAddress> {
    const address = { source: 'terraform.local/bench/idle', version: '0.1.0' };
    await (this.#idleProvider ??= layProvider(this.mirror, 'bench/idle-provider.ts', address));
    return address;
  }

  get #cliFile(): string {
    return join(this.#folder, 'terraform.rc');
  }

  get #temporary(): string {
    return join(this.#folder, 'tmp');
  }

  /** Makes a new folder, which `close` removes. */
  folder(name: string): string {
    return mkdtempSync(join(this.#folder, `${name}-`));
  }

  /**
   * The same few variables for every program, so that variables of the shell do not distort the figures:
   * NODE_EXTRA_CA_CERTS by itself can double the start of an empty Node.
   */
  environment(more: { readonly [name: string]: string } = {}): { readonly [name: string]: string } {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#folder,
      TMPDIR: this.#temporary,
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      TF_CLI_CONFIG_FILE: this.#cliFile,
      ...more,
    };
  }

  /** Registers what must end before the folders are removed, such as a program that runs in one of them. */
  beforeClose(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#ends.map((end) => end()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
