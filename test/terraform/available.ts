import { spawnSync } from 'node:child_process';

/**
 * `describe` where the real terraform is on the PATH. Elsewhere it says so and skips; in CI, where it must be there,
 * it fails.
 */
export function describeWithTerraform(title: string, tests: () => void): void {
  const found =
    spawnSync('terraform', ['version'], { env: { ...process.env, CHECKPOINT_DISABLE: '1' } }).status === 0;
  if (found) {
    describe(title, tests);
    return;
  }
  const reason = 'terraform is not on the PATH; install Terraform 1.11 or later to run these tests';
  if (process.env.CI) {
    describe(title, () => {
      test('needs terraform', () => {
        throw new Error(reason);
      });
    });
    return;
  }
  process.stderr.write(`SKIPPED: ${title}: ${reason}\n`);
  describe.skip(`${title} (${reason})`, tests);
}
