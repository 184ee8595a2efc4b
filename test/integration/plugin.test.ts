import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeWithTerraform } from '../terraform/available';
import { bundleProvider } from '../terraform/bundle';
import { TerraformWorkspace } from '../terraform/workspace';

interface State {
  readonly values?: {
    readonly outputs?: { readonly [name: string]: { readonly value: unknown } };
    readonly root_module: {
      readonly resources?: readonly {
        readonly address: string;
        readonly tainted?: boolean;
        readonly values: { readonly [name: string]: unknown };
      }[];
    };
  };
}

interface Plan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly after: { readonly [name: string]: unknown } | null;
      readonly after_unknown: { readonly [name: string]: unknown };
    };
  }[];
}

jest.setTimeout(60_000);

/** What Terraform printed, whose line breaks depend on where it runs. */
const said = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
  `${stdout} ${stderr}`.replace(/\s+/g, ' ');

describeWithTerraform('a provider under the real terraform', () => {
  let provider: ReturnType<typeof bundleProvider>;
  let workspace: TerraformWorkspace;

  beforeAll(() => {
    provider = bundleProvider(resolve(__dirname, '../plugin/fixtures/folder-provider.ts'));
  });
  afterAll(() => provider.remove());

  beforeEach(async () => {
    workspace = new TerraformWorkspace([
      { source: 'registry.terraform.io/test/folder', version: '1.0.0', bundle: provider.bundle },
    ]);
    mkdirSync(workspace.path('data'));
    declare({});
    await workspace.init();
  });
  afterEach(() => workspace.remove());

  function declare(resource: object, more: object = {}): void {
    workspace.write({
      terraform: { required_providers: { folder: { source: 'test/folder' } } },
      provider: { folder: { path: workspace.path('data') } },
      ...(Object.keys(resource).length === 0 ? {} : { resource }),
      ...more,
    });
  }

  const stored = (name: string) =>
    JSON.parse(readFileSync(workspace.path('data', `${name}.json`), 'utf8')) as { [name: string]: unknown };
  const put = (name: string, content: object) =>
    writeFileSync(workspace.path('data', `${name}.json`), JSON.stringify(content));
  const fault = (name: string, step: string) => writeFileSync(workspace.path('data', `${name}.fault`), step);
  const mend = (name: string) => rmSync(workspace.path('data', `${name}.fault`));
  const exists = (name: string) => existsSync(workspace.path('data', `${name}.json`));

  async function applied(): Promise<string> {
    const result = await workspace.apply();
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    return result.stdout;
  }
  async function stateOf(address: string) {
    const state = await workspace.show<State>();
    return state.values?.root_module.resources?.find((resource) => resource.address === address);
  }
  async function planned(...args: string[]) {
    const { exitCode, stdout, stderr } = await workspace.plan('-out=plan', ...args);
    if (exitCode === 1) throw new Error(stdout + stderr);
    const plan = await workspace.show<Plan>('plan');
    return { exitCode, stdout, stderr, changes: plan.resource_changes };
  }
  async function expectNothingToDo(): Promise<void> {
    const { exitCode, stdout, stderr } = await workspace.plan();
    expect(`${exitCode}\n${exitCode === 0 ? '' : stdout + stderr}`).toBe('0\n');
  }

  test('creates, shows the steps before, and has nothing to do after', async () => {
    declare({
      folder_file: {
        a: {
          name: 'Alpha',
          title: 'Hello',
          ratio: 0.1,
          size: 9007199254740991,
          tags: ['b', 'a'],
          labels: { one: '1' },
          part: [
            { weight: 20, host: 'b' },
            { weight: 10, host: 'a' },
          ],
          line: [{ content: 'x' }, { content: 'y' }],
        },
      },
    });
    const plan = await planned();
    const steps = [
      'make alpha',
      'set alpha title "Hello"',
      'set alpha size 9007199254740991',
      'set alpha ratio 0.1',
      'set alpha enabled true',
      'set alpha tags ["a","b"]',
      'set alpha labels {"one":"1"}',
      'set alpha part [{"weight":10,"host":"a"},{"weight":20,"host":"b"}]',
      'set alpha line [{"content":"x"},{"content":"y"}]',
    ];
    expect(plan.changes[0]?.change.after).toMatchObject({
      steps,
      enabled: true,
      fingerprint: 'print of alpha',
    });
    expect(plan.changes[0]?.change.after_unknown).toMatchObject({ owner: true });
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(stored('alpha')).toMatchObject({ title: 'Hello', ratio: 0.1, enabled: true });
    expect((await stateOf('folder_file.a'))?.values).toMatchObject({ owner: 'nobody', steps });
    await expectNothingToDo();
  });

  test('shows drift and repairs it', async () => {
    declare({ folder_file: { a: { name: 'a', title: 'Hello' } } });
    await applied();
    put('a', { ...stored('a'), title: 'Other' });
    const plan = await planned();
    expect(plan.changes[0]?.change).toMatchObject({
      actions: ['update'],
      after: { steps: ['set a title "Hello"'] },
    });
    await applied();
    expect(stored('a').title).toBe('Hello');
    await expectNothingToDo();

    // The same once more: Terraform leaves out of a plan what is as it was.
    put('a', { ...stored('a'), title: 'Other' });
    const { stdout } = await workspace.run(['plan', '-input=false', '-no-color']);
    expect(stdout).toContain('+ "set a title \\"Hello\\"",');

    rmSync(workspace.path('data', 'a.json'));
    expect((await planned()).changes[0]?.change.actions).toEqual(['create']);
  });

  test('takes another spelling of the same for no change, in the declaration and in what is read', async () => {
    declare({
      folder_file: { a: { name: 'a', title: 'Hello', tags: ['x', 'y'], part: [{ weight: 1, host: 'h' }] } },
    });
    await applied();
    put('a', { ...stored('a'), title: 'HELLO', tags: ['y', 'x'], part: [{ weight: 1, host: 'H' }] });
    await expectNothingToDo();
    declare({
      folder_file: { a: { name: 'A', title: 'hello', tags: ['y', 'x'], part: [{ weight: 1, host: 'H' }] } },
    });
    await expectNothingToDo();
    declare({ folder_file: { a: { name: 'A', title: 'hello', size: 1 } } });
    expect((await planned()).changes[0]?.change).toMatchObject({
      actions: ['update'],
      after: { steps: ['set a size 1', 'set a tags null', 'set a part []'] },
    });
    await applied();
    await expectNothingToDo();
  });

  test('keeps what nobody declares, and takes defaults back', async () => {
    declare({ folder_file: { a: { name: 'a', owner: 'me', enabled: false } } });
    await applied();
    declare({ folder_file: { a: { name: 'a' } } });
    expect((await planned()).changes[0]?.change.after).toMatchObject({
      owner: 'me',
      enabled: true,
      steps: ['set a enabled true'],
    });
    await applied();
    expect(stored('a')).toMatchObject({ owner: 'me', enabled: true });
    await expectNothingToDo();
  });

  test('imports, and then has nothing to do', async () => {
    put('a', { title: 'Hello', owner: 'me' });
    declare({ folder_file: { a: { name: 'a', title: 'hello' } } });
    await workspace.succeed(['import', '-input=false', 'folder_file.a', 'a']);
    expect((await stateOf('folder_file.a'))?.values).toMatchObject({
      title: 'Hello',
      owner: 'me',
      steps: [],
    });
    await expectNothingToDo();
    const missing = await workspace.run(['import', '-no-color', 'folder_file.a', 'b']);
    expect(missing.exitCode).toBe(1);
  });

  test('replaces: the plan lists the creation, and both run', async () => {
    declare({ folder_file: { a: { name: 'a', title: 'T' } } });
    await applied();
    declare({ folder_file: { a: { name: 'b', title: 'T' } } });
    const plan = await planned();
    const steps = ['make b', 'set b title "T"', 'set b enabled true'];
    expect(plan.changes[0]?.change).toMatchObject({ actions: ['delete', 'create'], after: { steps } });
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect([exists('a'), exists('b')]).toEqual([false, true]);
    expect((await stateOf('folder_file.a'))?.values).toMatchObject({ steps });
    await expectNothingToDo();
  });

  test('replaces with the creation first where create_before_destroy says so', async () => {
    const lifecycle = { create_before_destroy: true };
    declare({ folder_file: { a: { name: 'a', lifecycle } } });
    await applied();
    declare({ folder_file: { a: { name: 'b', lifecycle } } });
    const plan = await planned();
    expect(plan.changes.map(({ change }) => change.actions)).toEqual([['create', 'delete']]);
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect([exists('a'), exists('b')]).toEqual([false, true]);
    await expectNothingToDo();
  });

  test('refuses to replace on request what is changed in place', async () => {
    declare({ folder_note: { n: { name: 'n' } } });
    await applied();
    const inPlace = await workspace.plan('-out=plan', '-replace=folder_note.n');
    expect(inPlace.exitCode).toBe(1);
    expect(said(inPlace)).toContain('folder_note is not replaced');
    await expectNothingToDo();
  });

  test('refuses another identity for an object that is changed in place', async () => {
    declare({ folder_card: { c: { name: 'c' } } });
    await applied();
    declare({ folder_card: { c: { name: 'd' } } });
    const refused = await workspace.plan();
    expect(refused.exitCode).toBe(1);
    expect(said(refused)).toMatch(/name of this folder_card cannot change.*"c".*"d".*terraform state rm/);
    expect([exists('c'), exists('d')]).toEqual([true, false]);
  });

  test('replaces with a value that is known only once it is applied', async () => {
    declare({ folder_file: { a: { name: 'a' }, b: { name: 'b', title: 'x' } } });
    await applied();
    declare({
      folder_file: { a: { name: 'a2' }, b: { name: 'b2', title: '${folder_file.a.owner}' } },
    });
    const plan = await planned();
    expect(plan.changes[1]?.change.after_unknown).toMatchObject({ title: true, steps: true });
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(stored('b2').title).toBe('nobody');
    expect((await stateOf('folder_file.b'))?.values.steps).toEqual([
      'make b2',
      'set b2 title "nobody"',
      'set b2 enabled true',
    ]);
    await expectNothingToDo();
  });

  test('says in the plan of a destroy what it runs', async () => {
    declare({ folder_card: { a: { name: 'a' } }, folder_note: { n: { name: 'n' } } });
    await applied();
    const plan = await workspace.run(['plan', '-destroy', '-no-color']);
    expect(said(plan)).toMatch(/Destroying folder_card a runs one step[^]*1\. remove a/);
    expect(said(plan)).toMatch(/Destroying folder_note runs nothing[^]*The file stays/);
    const destroyed = await workspace.destroy();
    expect(destroyed.exitCode).toBe(0);
    expect([exists('a'), exists('n')]).toEqual([false, true]);
  });

  test('leaves the steps open while an input is unknown, and runs what comes of it', async () => {
    declare({ folder_file: { a: { name: 'a' }, b: { name: '${folder_file.a.owner}', title: 'T' } } });
    const plan = await planned();
    expect(plan.changes[1]?.change.after_unknown).toMatchObject({
      name: true,
      steps: true,
      fingerprint: true,
    });
    await applied();
    expect((await stateOf('folder_file.b'))?.values).toMatchObject({
      fingerprint: 'print of nobody',
      steps: ['make nobody', 'set nobody title "T"', 'set nobody enabled true'],
    });
    await expectNothingToDo();
  });

  test('refuses what an attribute is not to hold, at its place, before anything runs', async () => {
    declare({ folder_file: { a: { name: 'a', title: 'Hey!' } } });
    const result = await workspace.run(['validate', '-no-color', '-json']);
    expect(JSON.parse(result.stdout)).toMatchObject({
      valid: false,
      diagnostics: [{ summary: 'title is not right', detail: expect.stringContaining('shouts') as string }],
    });
    declare({ folder_file: { a: { name: 'a', size: '12345678901234567890123' } } });
    const number = await workspace.plan();
    expect(said(number)).toMatch(/more digits/);
    expect(readdirSync(workspace.path('data'))).toEqual([]);
  });

  test('an update that fails half-way keeps what is done, and the next apply runs the rest', async () => {
    declare({ folder_file: { a: { name: 'a' } } });
    await applied();
    declare({ folder_file: { a: { name: 'a', title: 'T', size: 2 } } });
    fault('a', 'size');
    const failed = await workspace.apply();
    expect(failed.exitCode).toBe(1);
    expect(said(failed)).toMatch(/it broke[^]*as asked[^]*Step 2 of 2: set a size 2/);
    expect((await stateOf('folder_file.a'))?.values).toMatchObject({
      title: 'T',
      size: null,
      steps: ['set a title "T"'],
    });
    mend('a');
    expect((await planned()).changes[0]?.change).toMatchObject({
      actions: ['update'],
      after: { steps: ['set a size 2'] },
    });
    await applied();
    await expectNothingToDo();
  });

  test('a creation that made nothing leaves nothing in the state', async () => {
    declare({ folder_file: { a: { name: 'a' } } });
    fault('a', 'make');
    expect((await workspace.apply()).exitCode).toBe(1);
    expect(await stateOf('folder_file.a')).toBeUndefined();
    mend('a');
    await applied();
    await expectNothingToDo();
  });

  test('a creation that fails half-way leaves nothing in the state, and the next one goes on from what is there', async () => {
    declare({ folder_card: { c: { name: 'c', title: 'T', size: 2 } } });
    fault('c', 'size');
    const failed = await workspace.apply();
    expect(failed.exitCode).toBe(1);
    expect(said(failed)).toMatch(/folder_card is only partly created.*the plan finds it.*1\. remove c/);
    expect(await stateOf('folder_card.c')).toBeUndefined();
    put('c', { ...stored('c'), mark: 'the same file' });
    mend('c');
    const plan = await planned();
    expect(plan.changes[0]?.change).toMatchObject({
      actions: ['create'],
      after: { steps: ['set c size 2'] },
    });
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(stored('c')).toMatchObject({ title: 'T', size: 2, mark: 'the same file' });
    await expectNothingToDo();
  });

  test.each([false, true])(
    'a marked object (taint) that is changed in place stays, create_before_destroy %s',
    async (createFirst) => {
      const lifecycle = { create_before_destroy: createFirst };
      const declared = (more: object = {}) =>
        declare({ folder_card: { c: { name: 'c', title: 'T', lifecycle } }, ...more });
      declared();
      await applied();
      put('c', { ...stored('c'), mark: 'the same file' });
      await workspace.succeed(['taint', 'folder_card.c']);
      const plan = await planned();
      expect(plan.changes[0]?.change.after).toMatchObject({ steps: [] });
      const { stdout, stderr } = await workspace.succeed(['apply', '-no-color', '-input=false', 'plan']);
      expect(said({ stdout, stderr })).toMatch(/folder_card was not removed/);
      expect(stored('c')).toMatchObject({ title: 'T', mark: 'the same file' });
      expect((await stateOf('folder_card.c'))?.tainted).toBeUndefined();
      await expectNothingToDo();
    },
  );

  test('a marked object whose deploy fails is not removed by a later one', async () => {
    const lifecycle = { create_before_destroy: true };
    const card = (size: number) => declare({ folder_card: { c: { name: 'c', size, lifecycle } } });
    card(1);
    await applied();
    await workspace.succeed(['taint', 'folder_card.c']);
    card(2);
    fault('c', 'size');
    expect((await workspace.apply()).exitCode).toBe(1);
    mend('c');
    await applied();
    expect(stored('c')).toMatchObject({ size: 2 });
    await expectNothingToDo();
  });

  test('an object that was forgotten (state rm), or moved to another address, is found again', async () => {
    declare({ folder_card: { c: { name: 'c', title: 'T' } } });
    await applied();
    await workspace.succeed(['state', 'rm', 'folder_card.c']);
    expect((await planned()).changes[0]?.change).toMatchObject({ actions: ['create'], after: { steps: [] } });
    await applied();
    await workspace.succeed(['state', 'mv', 'folder_card.c', 'folder_card.d']);
    declare({ folder_card: { d: { name: 'c', title: 'T' } } });
    await expectNothingToDo();
  });

  test('a saved plan of a removal holds what it runs', async () => {
    declare({ folder_card: { c: { name: 'c' } } });
    await applied();
    declare({});
    const { stdout } = await planned();
    const saved = await workspace.show<Plan>('plan');
    expect(saved.resource_changes[0]?.change).toMatchObject({
      actions: ['delete'],
      before: { removal: ['remove c'] },
    });
    expect(stdout).toMatch(/- removal += \[[^\]]*- "remove c"/);
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(exists('c')).toBe(false);
  });

  test('a creation that fails half-way is removed and made again, where the definition cannot find it', async () => {
    declare({ folder_file: { a: { name: 'a', title: 'T', size: 2 } } });
    fault('a', 'size');
    expect((await workspace.apply()).exitCode).toBe(1);
    mend('a');
    expect((await stateOf('folder_file.a'))?.tainted).toBe(true);
    await planned();
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(stored('a')).toMatchObject({ title: 'T', size: 2 });
    await expectNothingToDo();
  });

  test('a half-made object that was renamed since is removed', async () => {
    declare({ folder_file: { n: { name: 'n', size: 2 } } });
    fault('n', 'size');
    expect((await workspace.apply()).exitCode).toBe(1);
    declare({ folder_file: { n: { name: 'm', size: 2 } } });
    await applied();
    expect([exists('n'), exists('m')]).toEqual([false, true]);
  });

  test('adopts what is there: only the differences run, and the declared spelling is kept', async () => {
    put('n', { title: 'hello', owner: 'setup', enabled: true });
    declare({ folder_note: { n: { name: 'N', title: 'HELLO', size: 3 } } });
    const plan = await planned();
    expect(plan.changes[0]?.change.after).toMatchObject({
      title: 'HELLO',
      owner: 'setup',
      steps: ['set n size 3'],
    });
    await workspace.succeed(['apply', '-input=false', 'plan']);
    expect(stored('n')).toEqual({ title: 'hello', owner: 'setup', enabled: true, size: 3 });
    await expectNothingToDo();
  });

  test('a secret reaches the provider and nothing else', async () => {
    const canary = 'canary-7f3a91';
    declare(
      { folder_file: { a: { name: 'a', password: '${var.password}', password_version: 1 } } },
      { variable: { password: { type: 'string', ephemeral: true } } },
    );
    const environment = {
      TF_VAR_password: canary,
      TF_LOG: 'TRACE',
      TF_LOG_PATH: workspace.path('trace.log'),
    };
    await workspace.succeed(['plan', '-out=plan', '-input=false'], { environment });
    expect(await workspace.show<Plan>('plan')).toMatchObject({
      resource_changes: [
        { change: { after: { steps: ['make a', 'set a enabled true', 'set a password'] } } },
      ],
    });
    await workspace.succeed(['apply', '-input=false', 'plan'], { environment });
    expect(stored('a').passwordLength).toBe(canary.length);
    const shown = [
      JSON.stringify(await workspace.show('plan')),
      workspace.read('terraform.tfstate'),
      workspace.read('trace.log'),
      readFileSync(workspace.path('plan')).toString('latin1'),
    ];
    expect(shown.map((text) => text.includes(canary))).toEqual([false, false, false, false]);
    expect(workspace.read('trace.log')).toContain('folder_file');
    const again = await workspace.run(['plan', '-detailed-exitcode', '-input=false'], { environment });
    expect(again.exitCode).toBe(0);
  });

  test('refuses to run other steps than the plan showed', async () => {
    put('n', { title: 'one' });
    declare({ folder_note: { n: { name: 'n', title: 'two' } } });
    await planned();
    put('n', { title: 'two' });
    const result = await workspace.run(['apply', '-no-color', '-input=false', 'plan']);
    expect(result.exitCode).toBe(1);
    expect(stored('n')).toEqual({ title: 'two' });
  });

  test('upgrades the state of an older version', async () => {
    declare({ folder_file: { a: { name: 'a', title: 'Hello' } } });
    await applied();
    const state = JSON.parse(workspace.read('terraform.tfstate')) as {
      resources: { instances: { schema_version: number; attributes: { [name: string]: unknown } }[] }[];
    };
    const instance = state.resources[0]?.instances[0];
    if (instance === undefined) throw new Error('no instance in the state');
    instance.schema_version = 1;
    instance.attributes.caption = 'Hello';
    delete instance.attributes.title;
    writeFileSync(workspace.path('terraform.tfstate'), JSON.stringify(state));
    await expectNothingToDo();
    instance.schema_version = 3;
    writeFileSync(workspace.path('terraform.tfstate'), JSON.stringify(state));
    const newer = await workspace.plan();
    expect(said(newer)).toMatch(/newer/);
  });

  test('an interrupted apply stops at the next safe place and keeps what is done', async () => {
    declare({ folder_note: { n: { name: 'n', title: 'T' } } });
    writeFileSync(workspace.path('data', 'n.slow'), 'title');
    const interrupted = await workspace.run(['apply', '-no-color', '-input=false', '-auto-approve'], {
      onOutput: {
        text: 'folder_note.n: Creating',
        act: (terraform) => {
          const timer = setInterval(() => {
            if (!exists('n')) return;
            clearInterval(timer);
            terraform.interrupt();
          }, 20);
        },
      },
    });
    expect(interrupted.exitCode).toBe(1);
    expect(said(interrupted)).toMatch(/the step was given up.*Step 2 of 3: set n title/);
    expect(await stateOf('folder_note.n')).toBeUndefined();
    expect(stored('n')).toEqual({});
    rmSync(workspace.path('data', 'n.slow'));
    await applied();
    await expectNothingToDo();
  });

  test('reads data', async () => {
    put('a', {});
    declare(
      {},
      { data: { folder_files: { all: {} } }, output: { names: { value: '${data.folder_files.all.names}' } } },
    );
    await applied();
    expect((await workspace.show<State>()).values?.outputs?.names?.value).toEqual(['a']);
  });

  test('leaves no socket behind', async () => {
    declare({ folder_file: { a: { name: 'a' } } });
    const here = workspace.path('tmp');
    mkdirSync(here);
    await workspace.succeed(['apply', '-auto-approve', '-input=false'], { environment: { TMPDIR: here } });
    expect(readdirSync(here)).toEqual([]);
  });
});
