import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const { app } = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as { app: string };

/** Runs the app as cdktf does, in a project's folder that holds copies of the sources and environments by name. */
function runAll(
  files: { readonly [name: string]: string },
  prepare: (project: string) => void = () => undefined,
) {
  const project = mkdtempSync(join(tmpdir(), 'main-'));
  try {
    for (const name of ['main.ts', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(project, name));
    for (const name of ['constructs', 'exchange', 'schema', 'powershell', 'pki', 'node_modules']) {
      symlinkSync(join(root, name), join(project, name));
    }
    mkdirSync(join(project, 'environments'));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(project, 'environments', `${name}.ts`), text);
      // As an earlier synth left it.
      mkdirSync(join(project, 'cdktf.out/stacks', name), { recursive: true });
      writeFileSync(join(project, 'cdktf.out/stacks', name, 'cdk.tf.json'), 'earlier');
    }
    prepare(project);
    const [program, ...args] = app.split(' ') as [string, ...string[]];
    const env = { ...process.env };
    delete env['CDKTF_OUTDIR'];
    const { status, stderr } = spawnSync(program, args, { cwd: project, env, encoding: 'utf8' });
    const synthesized = Object.keys(files).map((name) => {
      const file = join(project, 'cdktf.out/stacks', name, 'cdk.tf.json');
      return [name, existsSync(file) ? readFileSync(file, 'utf8') : undefined] as const;
    });
    const committed = join(project, 'plans/of/sample/exchange-plan.ps1');
    const plans = Object.keys(files).map((name) => {
      const folder = join(project, 'plans', name);
      return [name, existsSync(folder) ? readdirSync(folder).sort() : undefined] as const;
    });
    return {
      status,
      stderr,
      synthesized: Object.fromEntries(synthesized),
      plans: Object.fromEntries(plans),
      committed: existsSync(committed) ? readFileSync(committed, 'utf8') : undefined,
    };
  } finally {
    rmSync(project, { recursive: true });
  }
}

function run(environment: string) {
  const { status, stderr, committed, synthesized } = runAll({ sample: environment });
  return { status, stderr, committed, synthesized: synthesized['sample'] };
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

test('shows what is wrong with each environment, and synthesizes those that are right', () => {
  const { status, stderr, synthesized } = runAll({
    first: sample.replace(`name: 'DAG01'`, `name: 'A-DAG-NAME-TOO-LONG'`),
    second: 'export const site = undefined;',
    third: 'throw new Error("EXCHANGE_SITE is not set");',
    fourth: sample,
  });
  expect(status).toBe(1);
  expect(stderr).toContain('The declaration of first has a mistake');
  expect(stderr).toContain(`dag.name: 'A-DAG-NAME-TOO-LONG' has 19 characters`);
  expect(stderr).toContain('environments/second.ts exports no site');
  expect(stderr).toContain('environments/third.ts: Error: EXCHANGE_SITE is not set');
  expect(Object.entries(synthesized).map(([name, text]) => [name, text?.includes('"stackName"')])).toEqual([
    ['first', undefined],
    ['second', undefined],
    ['third', undefined],
    ['fourth', true],
  ]);
});

test('writes the plans where they can be committed, too; the script names the PFX from there', () => {
  expect(run(sample).committed).toBeUndefined();
  const { stderr, committed } = run(`${sample}\nexport const plans = 'plans/of/sample';\n`);
  expect(stderr).toBe('');
  expect(committed).toContain(`'../../../certificates/webmail.pfx'`);
});

test.each([
  ['', 'plans is not a text'],
  ['.', `plans is '.', the folder of the project`],
  ['package.json', `plans is 'package.json', which cannot be created`],
])('refuses plans in %p, and makes the others all the same', (plans, problem) => {
  const { status, stderr, synthesized } = runAll({
    first: `${sample}\nexport const plans = '${plans}';\n`,
    second: sample,
  });
  expect(status).toBe(1);
  expect(stderr).toContain(`environments/first.ts: ${problem}`);
  expect([synthesized['first'], synthesized['second']?.includes('"stackName"')]).toEqual([undefined, true]);
});

test('refuses one folder for the plans of two environments', () => {
  const declared = `${sample}\nexport const plans = 'plans/of';\n`;
  const { status, stderr } = runAll({
    first: declared,
    second: declared.replace('plans/of', './plans//of/'),
  });
  expect(status).toBe(1);
  expect(stderr).toContain(
    'environments/second.ts: plans names the folder that environments/first.ts uses already',
  );
});

const planning = (name: string, declaration = sample) =>
  `${declaration}\nexport const plans = 'plans/${name}';\n`;
const PLANS = ['exchange-plan.json', 'exchange-plan.ps1'];

test('takes away the committed plans of a declaration that is refused, and nothing else beside them', () => {
  const earlier = (project: string) => {
    for (const name of ['first', 'second']) {
      mkdirSync(join(project, 'plans', name), { recursive: true });
      for (const file of PLANS) writeFileSync(join(project, 'plans', name, file), 'earlier');
    }
    writeFileSync(join(project, 'plans/second/README.md'), 'ours');
  };
  const wrong = sample.replace(`name: 'DAG01'`, `name: 'A-DAG-NAME-TOO-LONG'`);
  const { status, plans } = runAll(
    {
      first: planning('first', wrong),
      second: planning('second', wrong),
      third: planning('third', wrong),
      fourth: planning('fourth'),
    },
    earlier,
  );
  expect(status).toBe(1);
  expect(plans).toEqual({ first: undefined, second: ['README.md'], third: undefined, fourth: PLANS });
});

test('an environment that fails while it is written leaves nothing, and the others are written', () => {
  const { status, stderr, synthesized, plans } = runAll(
    { first: planning('first'), second: planning('second') },
    // A folder in the place of the script.
    (project) => mkdirSync(join(project, 'plans/first/exchange-plan.ps1/taken'), { recursive: true }),
  );
  expect(status).toBe(1);
  expect(stderr).toContain('environments/first.ts: ');
  expect(stderr).toContain('EISDIR');
  expect([synthesized['first'], synthesized['second']?.includes('"stackName"')]).toEqual([undefined, true]);
  expect(plans).toEqual({ first: ['exchange-plan.ps1'], second: PLANS });
});
