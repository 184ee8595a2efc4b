import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { App } from 'cdktf';
import { DeclarationError, explanation } from './constructs/declaration-error';
import { discardStack, SiteStack } from './constructs/site-stack';
import type { Environment } from './constructs/site-stack';

// One stack per file under environments/ of the project's folder, which is where cdktf runs this program.
const projectFolder = process.cwd();
const environments = join(projectFolder, 'environments');
const load = createRequire(__filename);
const app = new App({ stackTraces: false });
const problems: string[] = [];
/** Environments by the folders of their plans. */
const planFolders = new Map<string, string>();

/** What is wrong with one environment hides nothing of the others, and keeps none of them from being synthesized. */
function attempt(id: string, work: () => string | undefined): void {
  try {
    const refusal = work();
    if (refusal === undefined) return;
    problems.push(refusal);
  } catch (error) {
    // A mistake in a declaration says where it is; what a file throws does not.
    const where = error instanceof DeclarationError ? '' : `environments/${id}.ts: `;
    problems.push(`${where}${explanation(error)}`);
  }
  discardStack(app, id);
}

for (const file of readdirSync(environments)
  .filter((name) => name.endsWith('.ts'))
  .sort()) {
  const id = basename(file, '.ts');
  attempt(id, () => {
    const stack = new SiteStack(app, id, load(join(environments, file)) as Environment, projectFolder);
    const other = stack.plans === undefined ? undefined : planFolders.get(stack.plans);
    if (other !== undefined) {
      throw new DeclarationError(
        `environments/${id}.ts: plans is the folder of environments/${other}.ts, too; write one of its own`,
      );
    }
    if (stack.plans !== undefined) planFolders.set(stack.plans, id);
    return stack.site.refusal;
  });
}
try {
  app.synth();
} catch (error) {
  problems.push(explanation(error));
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
}
