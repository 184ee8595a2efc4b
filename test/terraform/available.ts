import { spawnSync } from 'node:child_process';
import { describeNeeding } from '../requirement';

/** `describe` for tests that need the real terraform on the PATH. */
export function describeWithTerraform(title: string, tests: () => void): void {
  const environment = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const found = spawnSync('terraform', ['version'], { env: environment }).status === 0;
  describeNeeding(found ? '' : 'terraform on the PATH; install Terraform 1.11 or later', title, tests);
}
