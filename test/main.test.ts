import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const { app } = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as { app: string };

/** Runs the app as cdktf does, in a project's folder that holds copies of the sources and an environment. */
function run(environment: string) {
  const project = mkdtempSync(join(tmpdir(), 'main-'));
  try {
    for (const name of ['main.ts', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(project, name));
    for (const name of ['constructs', 'exchange', 'schema', 'powershell', 'pki', 'node_modules']) {
      symlinkSync(join(root, name), join(project, name));
    }
    mkdirSync(join(project, 'environments'));
    writeFileSync(join(project, 'environments/sample.ts'), environment);
    const [program, ...args] = app.split(' ') as [string, ...string[]];
    const env = { ...process.env };
    delete env['CDKTF_OUTDIR'];
    const { status, stderr } = spawnSync(program, args, { cwd: project, env, encoding: 'utf8' });
    const read = () => readFileSync(join(project, 'cdktf.out/stacks/sample/cdk.tf.json'), 'utf8');
    return { status, stderr, synthesized: status === 0 ? read() : undefined };
  } finally {
    rmSync(project, { recursive: true });
  }
}

const sample = readFileSync(join(root, 'environments/two-node-dag-2013.ts'), 'utf8');

test('makes a stack of each environment, the same in every folder', () => {
  const [first, second] = [run(sample), run(sample)];
  expect(first.stderr).toBe('');
  expect(first.synthesized).toContain('"stackName": "sample"');
  expect(first.synthesized).toBe(second.synthesized);
});

test('stops with the remedy where a declaration is wrong', () => {
  const { status, stderr } = run(sample.replace(`name: 'DAG01'`, `name: 'A-DAG-NAME-TOO-LONG'`));
  expect(status).not.toBe(0);
  expect(stderr).toContain(`dag.name: 'A-DAG-NAME-TOO-LONG' has 19 characters`);
});
