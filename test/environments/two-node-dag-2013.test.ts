import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { site } from '../../environments/two-node-dag-2013';
import type { ExchangeSiteProps } from '../../exchange/site';
import { expectGolden, planOf, synthesize, type Files } from './synthesized';

/** The scenario before the second server joins. */
const before: ExchangeSiteProps = { ...site, servers: site.servers.slice(0, 1) };

const STACK = 'two-node-dag-2013';
const full = synthesize(STACK, site);
const single = synthesize(STACK, before);
const plan = planOf(full);

describe('the second server joins', () => {
  test('the whole site is as it was reviewed', () => expectGolden('two-node-dag-2013', full));
  test('the state before is as it was reviewed', () => expectGolden('two-node-dag-2013/before', single));

  test.each(['true', 'input', 'false'])('git leaves the script as it is: core.autocrlf=%s', (autocrlf) => {
    const folder = mkdtempSync(join(tmpdir(), 'checkout-'));
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', `core.autocrlf=${autocrlf}`, ...args], { cwd: folder, stdio: 'pipe' });
    try {
      cpSync(join(__dirname, '../../.gitattributes'), join(folder, '.gitattributes'));
      writeFileSync(join(folder, 'exchange-plan.ps1'), full['exchange-plan.ps1']);
      git('init', '--quiet');
      git('add', '.');
      rmSync(join(folder, 'exchange-plan.ps1'));
      git('checkout-index', '--all');
      expect(readFileSync(join(folder, 'exchange-plan.ps1'), 'utf8')).toBe(full['exchange-plan.ps1']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the steps of the second server come in the order of the scenario, DNS last', () => {
    const steps = plan.steps.filter(({ server, kind }) => server === 'BsAEX02' || kind === 'dns');
    expect(steps.map((step) => ('cmdlet' in step ? step.cmdlet : step.kind))).toEqual([
      'Set-ClientAccessServer',
      'Import-ExchangeCertificate',
      'Enable-ExchangeCertificate',
      'Set-OutlookAnywhere',
      'Set-OwaVirtualDirectory',
      'Set-EcpVirtualDirectory',
      'Set-ActiveSyncVirtualDirectory',
      'Set-WebServicesVirtualDirectory',
      'Set-OabVirtualDirectory',
      'Set-MapiVirtualDirectory',
      'Add-DatabaseAvailabilityGroupServer',
      'Test-ServiceHealth',
      'Get-HealthReport',
      'dns',
      'dns',
    ]);
    expect(steps[0]).toMatchObject({
      after: [],
      parameters: {
        Identity: 'BsAEX02',
        AutoDiscoverServiceInternalUri:
          'https://autodiscover.andersonpatricio.info/Autodiscover/Autodiscover.xml',
      },
    });
  });

  test('round robin carries both servers, behind the gates of both', () => {
    expect(plan.steps.filter(({ kind }) => kind === 'dns')).toMatchObject([
      { name: 'webmail', type: 'A', addresses: ['10.60.99.225', '10.60.99.227'] },
      { name: 'autodiscover', type: 'A', addresses: ['10.60.99.225', '10.60.99.227'] },
    ]);
    const gates = ['BsAEX01-health/Get-HealthReport', 'BsAEX02-health/Get-HealthReport'];
    expect(plan.steps.filter(({ kind }) => kind === 'dns').map(({ after }) => after)).toEqual([
      gates,
      [...gates, 'webmail_andersonpatricio_info-A'],
    ]);
  });

  test('the plan files say what round robin does not notice, as long as it sends clients to several servers', () => {
    const said = 'Round robin does not notice a dead server';
    const balanced = { ...site, dns: { ...site.dns, publish: { virtualIp: '10.60.99.230' } } };
    for (const [files, isSaid] of [
      [full, true],
      [single, false],
      [synthesize(STACK, balanced), false],
    ] as const) {
      const reasons = planOf(files).steps.flatMap(({ kind, reason }) => (kind === 'dns' ? [reason] : []));
      expect(reasons.map((reason) => reason.includes(said))).toEqual([isSaid, isSaid]);
      const comments = files['exchange-plan.ps1'].replaceAll(/\s+# /g, ' ');
      expect(comments.includes(said)).toBe(isSaid);
    }
  });

  test('nothing of the first server changes, nor of the DAG: only the record sets and the names before them do', () => {
    type Resources = { readonly [type: string]: { readonly [id: string]: unknown } };
    const resources = (files: Files) =>
      (JSON.parse(files['cdk.tf.json']) as { resource: Resources }).resource;
    const [was, is] = [resources(single), resources(full)];
    const changed = Object.entries(was).flatMap(([type, blocks]) =>
      Object.entries(blocks)
        .filter(([id, block]) => JSON.stringify(block) !== JSON.stringify(is[type]?.[id]))
        .map(([id]) => id),
    );
    expect(changed).toEqual([
      'autodiscover_andersonpatricio_info-A',
      'webmail_andersonpatricio_info-A',
      'names',
    ]);
    const added = Object.entries(is).flatMap(([type, blocks]) =>
      Object.keys(blocks).filter((id) => was[type]?.[id] === undefined),
    );
    expect(added.every((id) => id.startsWith('BsAEX02-'))).toBe(true);
    expect(added).toHaveLength(11);
  });

  test('behind a virtual address the record sets do not change either', () => {
    const balanced = (declaration: ExchangeSiteProps): ExchangeSiteProps => ({
      ...declaration,
      dns: { ...declaration.dns, publish: { virtualIp: '10.60.99.230' } },
    });
    const addresses = (files: Files) =>
      planOf(files).steps.flatMap((step) => (step.kind === 'dns' ? [[step.name, step.addresses]] : []));
    const both = [
      ['webmail', ['10.60.99.230']],
      ['autodiscover', ['10.60.99.230']],
    ];
    expect(addresses(synthesize(STACK, balanced(before)))).toEqual(both);
    expect(addresses(synthesize(STACK, balanced(site)))).toEqual(both);
  });

  test('the declaration reads like the site: about 40 lines', () => {
    const source = readFileSync(join(__dirname, '../../environments/two-node-dag-2013.ts'), 'utf8');
    expect(source.split('\n').length).toBeLessThanOrEqual(45);
  });
});
