import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { App } from 'cdktf';
import { explanation } from './constructs/declaration-error';
import { SiteStack } from './constructs/site-stack';
import type { Environment } from './constructs/site-stack';

// One stack per file under environments/ of the project's folder, which is where cdktf runs this program.
const projectFolder = process.cwd();
const environments = join(projectFolder, 'environments');
const load = createRequire(__filename);
const app = new App({ stackTraces: false });

try {
  for (const file of readdirSync(environments)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    new SiteStack(app, basename(file, '.ts'), load(join(environments, file)) as Environment, projectFolder);
  }
  app.synth();
} catch (error) {
  process.stderr.write(`${explanation(error)}\n`);
  process.exitCode = 1;
}
