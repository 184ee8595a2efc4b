import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';

/**
 * Makes a stack write files beside its `cdk.tf.json`. A stack's synthesizer is the one place that cdktf lets be
 * replaced.
 */
export function writeBesideStack(
  stack: TerraformStack,
  files: () => { readonly [name: string]: string },
): void {
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session) => {
      inner.synthesize(session);
      const folder = join(session.outdir, session.manifest.forStack(stack).workingDirectory);
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(files())) writeFileSync(join(folder, name), text);
    },
  };
}
