import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { App } from 'cdktf';
import { catchSynth, EnvironmentError, explanation } from './constructs/declaration-error';
import { discardStack, plansOf, SiteStack } from './constructs/site-stack';
import type { Environment } from './constructs/site-stack';

// Each file in environments/ becomes one stack. cdktf runs this program in the project's folder.
const projectFolder = process.cwd();
const environments = join(projectFolder, 'environments');
const load = createRequire(__filename);
const app = new App({ stackTraces: false });
const problems: string[] = [];
/** Which environment writes its plans into which folder. */
const planFolders = new Map<string, string>();

/** Records a problem of one environment and discards its stack. The other environments are synthesized all the same. */
function refuse(id: string, why: unknown, plans?: string): void {
  const where = why instanceof EnvironmentError ? '' : `environments/${id}.ts: `;
  problems.push(typeof why === 'string' ? why : `${where}${explanation(why)}`);
  discardStack(app, id, plans);
}

function make(id: string, file: string): void {
  let plans: string | undefined;
  try {
    const environment = load(file) as Environment;
    const folder = plansOf(environment, projectFolder);
    const other = folder === undefined ? undefined : planFolders.get(folder);
    if (other !== undefined) {
      throw new EnvironmentError(
        `environments/${id}.ts: plans names the folder that environments/${other}.ts uses already; name another folder`,
      );
    }
    if (folder !== undefined) planFolders.set(folder, id);
    plans = folder;
    const stack = new SiteStack(app, id, environment, projectFolder);
    if (stack.site.refusal !== undefined) refuse(id, stack.site.refusal, plans);
    else catchSynth(stack, (error) => refuse(id, error, plans));
  } catch (error) {
    refuse(id, error, plans);
  }
}

for (const name of readdirSync(environments)
  .filter((file) => file.endsWith('.ts'))
  .sort()) {
  make(basename(name, '.ts'), join(environments, name));
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
