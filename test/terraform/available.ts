import { spawnSync } from 'node:child_process';
import { describeNeeding } from '../requirement';

/** Empty where the real terraform is on the PATH. */
export function missingTerraform(): string {
  const environment = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const found = spawnSync('terraform', ['version'], { env: environment }).status === 0;
  return found ? '' : 'terraform on the PATH; install Terraform 1.11 or later';
}

/** `describe` for tests that need the real terraform. */
export function describeWithTerraform(title: string, tests: () => void): void {
  describeNeeding(missingTerraform(), title, tests);
}
