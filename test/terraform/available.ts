import { spawnSync } from 'node:child_process';
import { describeNeeding, type Want } from '../requirement';

/** Undefined where the real terraform is on the PATH. */
export function missingTerraform(): Want | undefined {
  const environment = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const found = spawnSync('terraform', ['version'], { env: environment }).status === 0;
  return found ? undefined : { what: 'Terraform 1.11 or later on the PATH', check: 'terraform version' };
}

/** `describe` for tests that need the real terraform. */
export function describeWithTerraform(title: string, tests: () => void): void {
  describeNeeding(missingTerraform(), title, tests);
}
