import { readFileSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { FIRST, NAMES, SECOND } from './declared-site';
import { SiteRig, STACK, type Finished } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 300_000;
const root = resolve(__dirname, '..', '..');

describeWithTerraform('cdktf, typed as a user types it', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    const settings = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as object;
    const app = `node --require tsx/cjs ${JSON.stringify(join(root, 'main.ts'))}`;
    writeFileSync(join(rig.project, 'cdktf.json'), JSON.stringify({ ...settings, app }));
    symlinkSync(join(root, 'node_modules'), join(rig.project, 'node_modules'));
    mkdirSync(join(rig.project, 'environments'));
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  /** The sample environment, or the same without the line of the second server. */
  function write(servers: 'first' | 'both'): void {
    const sample = readFileSync(join(root, 'environments', `${STACK}.ts`), 'utf8').replace(
      /from '\.\.\/exchange\/site'/,
      `from ${JSON.stringify(join(root, 'exchange', 'site'))}`,
    );
    const first = sample.replace(/ {4}\{\n {6}name: 'BsAEX02',[^}]*\},\n/, '');
    expect(first).not.toBe(sample);
    writeFileSync(join(rig.project, 'environments', `${STACK}.ts`), servers === 'both' ? sample : first);
  }

  function cdktf(...args: readonly string[]): Promise<Finished> {
    const manifest = require.resolve('cdktf-cli/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      readonly bin: { readonly cdktf: string };
    };
    const program = join(dirname(manifest), bin.cdktf);
    return rig.run(process.execPath, [program, ...args], rig.project, { environment: { CI: '1' } });
  }

  test(
    'plans and deploys one server, then the second, and then finds nothing to do',
    async () => {
      write('first');
      expect(await cdktf('deploy', '--auto-approve')).toMatchObject({ exit: 0 });
      for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
      rig.install(SECOND.name);
      rig.forget();
      write('both');
      const planned = await cdktf('plan');
      expect(planned.exit).toBe(0);
      expect(planned.said).toContain('Plan: 8 to import, 3 to add, 11 to change, 0 to destroy.');
      expect(planned.said).toContain(
        "Add-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'BsAEX02'",
      );
      expect(rig.writes()).toEqual([]);
      expect(await cdktf('deploy', '--auto-approve')).toMatchObject({ exit: 0 });
      for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address, SECOND.address]);
      const empty = await cdktf('plan');
      expect(empty.exit).toBe(0);
      expect(empty.said).toContain('No changes.');
    },
    SETUP_MS,
  );

  test(
    'two synths are byte for byte the same',
    async () => {
      const files = async () => {
        expect(await cdktf('synth')).toMatchObject({ exit: 0 });
        return [...rig.files()].filter(([path]) => /cdktf\.out\/.*\.(json|ps1|hcl)$/.test(path));
      };
      const once = await files();
      expect(once.length).toBeGreaterThanOrEqual(5);
      expect(await files()).toEqual(once);
    },
    SETUP_MS,
  );
});
