import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { ConnectionDropped } from '../../../lab/exchange/host';
import { SimulatedOrganization } from '../../../lab/exchange/organization';
import { call, only, removeFolders, twoServers } from './session';

afterAll(removeFolders);

const OWA = 'BSAEX02\\owa (Default Web Site)';
const url = (path: string) => `https://mail.contoso.com/${path}`;
let lab: SimulatedOrganization;
beforeEach(() => {
  lab = twoServers();
});

const set = (path: string) => call(lab, 'Set-OwaVirtualDirectory', { Identity: OWA, ExternalUrl: url(path) });
const read = async () => only(await call(lab, 'Get-OwaVirtualDirectory', { Identity: OWA }), 'ExternalUrl');

describe('a fault', () => {
  test('hits the call it is set for, once', async () => {
    lab.arm({ at: 2, cmdlet: 'set-owavirtualdirectory', effect: 'fail' });
    expect((await set('1')).failed).toBeUndefined();
    expect(await read()).toBe(url('1'));
    expect((await set('2')).failed).toContain('ADTransientException');
    expect(await read()).toBe(url('1'));
    expect((await set('3')).failed).toBeUndefined();
  });

  test('may come after the change', async () => {
    lab.arm({ at: 1, effect: 'fail', when: 'after' });
    expect((await set('1')).failed).toBeDefined();
    expect(await read()).toBe(url('1'));
    expect(lab.journal()[0]).toMatchObject({ outcome: 'failed', applied: true });
  });

  test('breaks the connection before the change', async () => {
    lab.arm({ at: 1, effect: 'drop' });
    await expect(set('1')).rejects.toThrow(ConnectionDropped);
    expect(await read()).toBeNull();
  });

  test('delays', async () => {
    lab.arm({ at: 1, effect: 'delay', delayMs: 200 });
    const before = Date.now();
    await set('1');
    expect(Date.now() - before).toBeGreaterThanOrEqual(190);
  });

  test('is taken back', async () => {
    lab.arm({ at: 1, effect: 'fail' });
    lab.disarm();
    expect((await set('1')).failed).toBeUndefined();
  });
});

test('reads lag behind for as many calls as asked', async () => {
  lab.lagReads(2);
  await set('1');
  expect([await read(), await read(), await read()]).toEqual([null, null, url('1')]);
  lab.lagReads(0);
  await set('2');
  expect(await read()).toBe(url('2'));
});

describe('the journal', () => {
  test('has every call in order, with full names, and what became of it', async () => {
    await call(lab, 'Get-OwaVirtualDirectory', { iden: OWA });
    await set('1');
    await call(lab, 'Set-OwaVirtualDirectory', { Identity: 'BSAEX02\\nope' });
    expect(lab.journal()).toMatchObject([
      { sequence: 1, cmdlet: 'Get-OwaVirtualDirectory', parameters: { Identity: OWA }, outcome: 'completed' },
      {
        sequence: 2,
        parameters: { Identity: OWA, ExternalUrl: url('1') },
        outcome: 'completed',
        applied: true,
      },
      { sequence: 3, outcome: 'failed', applied: false },
    ]);
  });
});

describe('health', () => {
  const alerts = async (server: string) => {
    const report = await call(lab, 'Get-HealthReport', { Identity: server });
    return report.failed === undefined
      ? report.objects
          .filter(({ properties }) => (properties['AlertValue'] as { text: string }).text !== 'Healthy')
          .map(({ text }) => text)
      : 'failed';
  };

  test('says which protocol is ill, on which server', async () => {
    lab.setHealth('BSAEX02', 'OWA.Proxy', 'Unhealthy');
    expect(await alerts('BSAEX01')).toEqual([]);
    expect(await alerts('BSAEX02')).toEqual(['OWA.Proxy']);
    const health = await call(lab, 'Get-ServerHealth', { Identity: 'BSAEX02', HealthSet: 'owa.proxy' });
    expect(only(health, 'AlertValue')).toBe('Unhealthy');
    lab.setHealth('BSAEX02', 'OWA.Proxy', 'Healthy');
    expect(await alerts('BSAEX02')).toEqual([]);
  });

  test('fails for a server that is down, and for that alone', async () => {
    lab.stopServer('BSAEX02');
    expect(await alerts('BSAEX02')).toBe('failed');
    expect(await alerts('BSAEX01')).toEqual([]);
    expect((await call(lab, 'Test-ServiceHealth', { Server: 'BSAEX02' })).failed).toBeDefined();
    lab.startServer('BSAEX02');
    expect(await alerts('BSAEX02')).toEqual([]);
  });

  test('follows the component states', async () => {
    const state = async () => {
      const report = await call(lab, 'Get-HealthReport', { Identity: 'BSAEX02', HealthSet: 'OWA.Proxy' });
      return only(report, 'State');
    };
    expect(await state()).toBe('Online');
    await call(lab, 'Set-ServerComponentState', {
      Identity: 'BSAEX02',
      Component: 'ServerWideOffline',
      Requester: 'Maintenance',
      State: 'Inactive',
    });
    expect(await state()).toBe('Offline');
  });

  test('names the service that does not run', async () => {
    lab.setHealth('BSAEX01', 'Store', 'Unhealthy');
    const { objects } = await call(lab, 'Test-ServiceHealth');
    expect(objects[0]?.properties).toMatchObject({
      RequiredServicesRunning: false,
      ServicesNotRunning: ['MSExchangeIS'],
    });
  });

  test('a session on a server that is down breaks', async () => {
    const host = lab.host('BSAEX02');
    lab.stopServer('BSAEX02');
    const pipeline = { statements: [[{ name: 'Get-ExchangeServer', isScript: false, args: [] }]] };
    const run = async () => {
      for await (const emission of host.run(pipeline, new AbortController().signal)) return emission;
      return undefined;
    };
    await expect(run()).rejects.toThrow(ConnectionDropped);
    expect(() => lab.host('BSAEX02')).toThrow('stopped');
  });
});

test('several processes change one organization without losing a change', async () => {
  const script = resolve(__dirname, 'change-scope.ts');
  const root = resolve(__dirname, '../../..');
  // Long enough that they meet, though they do not start together.
  const each = 150;
  const workers = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, ['--import', 'tsx', script, lab.folder, name, String(each)], { cwd: root }),
  );
  const codes = await Promise.all(
    workers.map(async (worker) => ((await once(worker, 'exit')) as number[])[0]),
  );
  expect(codes).toEqual([0, 0, 0]);
  const scope = lab.read().servers.get('BSAEX01')?.services['ClientAccessServer']?.['AutoDiscoverSiteScope'];
  expect(new Set(scope as string[]).size).toBe(3 * each + 1);
}, 60_000);

describe('the folder', () => {
  test('is not taken over when it is not empty', () => {
    expect(() => SimulatedOrganization.create(lab.folder, { domain: 'x.local' })).toThrow('not empty');
  });

  test('a server leaves only when it is in no DAG', async () => {
    await call(lab, 'New-DatabaseAvailabilityGroup', { Name: 'DAG01' });
    await call(lab, 'Add-DatabaseAvailabilityGroupServer', { Identity: 'DAG01', MailboxServer: 'BSAEX02' });
    expect(() => lab.removeServer('BSAEX02')).toThrow('DAG01');
    await call(lab, 'Remove-DatabaseAvailabilityGroupServer', {
      Identity: 'DAG01',
      MailboxServer: 'BSAEX02',
      Confirm: false,
    });
    lab.removeServer('BSAEX02');
    expect((await call(lab, 'Get-ExchangeServer')).objects).toHaveLength(1);
  });

  test('a change behind the tool’s back is seen', async () => {
    lab.editServer('BSAEX02', (server) => {
      server.virtualDirectories[0]!.settings['ExternalUrl'] = url('drift');
    });
    expect(await read()).toBe(url('drift'));
  });
});
