import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { LEFT_OUT, ROOMS } from './rooms';
import { percent, scoreOf, survivors, type Report } from './score';

const USAGE = `usage: npm run mutation -- [ROOM|FILE]...

Changes the code of a room in one place after another and runs the tests that reach the place. A change that no test
notices is printed at the end. Rooms: ${Object.keys(ROOMS).join(', ')}; without arguments, all of them. A file is
changed alone. Results are kept in .stryker, and what has not changed since is not run again.
`;

const root = resolve(__dirname, '../..');
const FOLDERS = ['pki', 'plugin', 'provider', 'exchange', 'test'];

/** What one run changes, of which room. */
interface Task {
  readonly room: string;
  readonly files: readonly string[];
}

/** Every source, from the root, with slashes. */
function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path.split(sep).join('/')}`),
  ).sort();
}

/** @throws Error where an argument is neither a room nor a file of one */
function tasks(names: readonly string[], paths: readonly string[]): Task[] {
  return names.map((name) => {
    const named = ROOMS[name];
    if (named !== undefined) return { room: name, files: paths.filter((path) => named.mutated.test(path)) };
    const home = Object.entries(ROOMS).find(([, { mutated }]) => paths.includes(name) && mutated.test(name));
    if (home === undefined) throw new Error(`there is no room and no file of a room ${name}\n\n${USAGE}`);
    return { room: home[0], files: [name] };
  });
}

async function run({ room, files }: Task, paths: readonly string[]): Promise<void> {
  const { Stryker } = await import('@stryker-mutator/core');
  const kept = `.stryker/${room.replace('/', '-')}`;
  mkdirSync(join(root, '.stryker'), { recursive: true });
  const named = (ROOMS[room]?.tests ?? []).flatMap((some) => paths.filter((path) => some.test(path)));
  const tests = [...new Set(named)].filter((path) => !LEFT_OUT.includes(path));
  const started = performance.now();
  await new Stryker({
    mutate: [...files],
    testRunner: 'mocha',
    plugins: ['@stryker-mutator/mocha-runner'],
    testRunnerNodeArgs: ['--import', 'tsx'],
    mochaOptions: { require: ['./test/mutation/jest-interface.js'], spec: tests },
    coverageAnalysis: 'perTest',
    // What a module computes when it is loaded would need a new process for each mutant.
    ignoreStatic: true,
    ignorePatterns: ['.venv', '.stryker', '.quickstart', 'cdktf.out', 'dist'],
    tempDirName: `${kept}-sandbox`,
    incremental: true,
    incrementalFile: `${kept}-incremental.json`,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: `${kept}.json` },
    concurrency: availableParallelism(),
    timeoutMS: 5000,
  }).runMutationTest();
  const minutes = (performance.now() - started) / 60_000;
  const report = JSON.parse(readFileSync(join(root, `${kept}.json`), 'utf8')) as Report;
  const score = scoreOf(Object.values(report.files).flatMap(({ mutants }) => mutants));
  process.stdout.write(
    [
      '',
      ...survivors(report),
      '',
      '| room | killed | survived | not tried | score | minutes |',
      '| --- | --- | --- | --- | --- | --- |',
      `| ${room} | ${score.killed} | ${score.survived} | ${score.ignored} | ${percent(score)} % | ${minutes.toFixed(0)} |`,
      '',
    ].join('\n'),
  );
}

async function main(names: readonly string[]): Promise<void> {
  const paths = sources();
  process.chdir(root);
  for (const task of tasks(names.length > 0 ? names : Object.keys(ROOMS), paths)) await run(task, paths);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
