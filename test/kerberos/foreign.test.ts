import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { bundle } from '../../install/bundle';

const PACKAGES = resolve(__dirname, '../../node_modules');
const NATIVE_PART = `@koromix/koffi-${process.platform}-${process.arch}`;

describe('koffi for a program that is installed apart', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'foreign-')));
  const program = join(folder, 'mirror', 'program');
  beforeAll(() => bundle('test/kerberos/foreign-client.ts', program));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What the program prints in a project with these packages. */
  function loadedIn(project: string, packages: readonly string[]): unknown {
    const modules = join(folder, project, 'node_modules');
    mkdirSync(modules, { recursive: true });
    for (const name of packages) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(PACKAGES, name), join(modules, name));
    }
    const { PATH } = process.env;
    const options = { cwd: join(folder, project), env: { PATH }, encoding: 'utf8' } as const;
    return JSON.parse(execFileSync(process.execPath, [program], options));
  }

  test('is its native part only, without the search that its own program does', () => {
    const { bytes, files } = loadedIn('npm', ['koffi', NATIVE_PART]) as {
      readonly bytes: number;
      readonly files: readonly string[];
    };
    expect(bytes).toBe(8);
    expect(files.some((file) => file.endsWith('koffi.node'))).toBe(true);
    expect(files.filter((file) => !file.includes(join('node_modules', NATIVE_PART)))).toEqual([]);
  });

  test('is found by itself where the package manager hides its native part, as pnpm does', () => {
    expect(loadedIn('pnpm', ['koffi'])).toMatchObject({ bytes: 8 });
  });

  test('is missed with what to do', () => {
    expect(loadedIn('empty', [])).toMatchObject({
      kind: 'library-missing',
      message: expect.stringContaining('needs the package koffi, which is not installed') as string,
      remedy: 'Run npm install in the project, without --omit=optional.',
    });
  });
});
