import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Finished, type Program } from './measurement';

/** A folder with a configuration in which the real Terraform runs. */
export class TerraformFolder {
  constructor(
    readonly folder: string,
    readonly environment: Program['environment'],
  ) {}

  write(configuration: object): void {
    writeFileSync(join(this.folder, 'main.tf.json'), JSON.stringify(configuration, null, 2));
  }

  async init(): Promise<void> {
    await this.#terraform(['init']);
  }

  /** Runs `terraform apply`; `watch` as in `Program`. */
  apply(watch?: Program['watch']): Promise<Finished> {
    return this.#terraform(['apply', '-auto-approve'], watch);
  }

  /** Runs a plan that must find nothing to do. @throws Error where it finds a change */
  noOpPlan(watch?: Program['watch']): Promise<Finished> {
    // With this option a plan with changes ends with exit code 2, which `run` takes as a failure.
    return this.#terraform(['plan', '-detailed-exitcode'], watch);
  }

  #terraform([command = '', ...args]: readonly string[], watch?: Program['watch']): Promise<Finished> {
    return run({
      command: 'terraform',
      args: [command, '-input=false', '-no-color', ...args],
      folder: this.folder,
      environment: this.environment,
      ...(watch === undefined ? {} : { watch }),
    });
  }
}
