import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, firstServer, FIRST, NAMES, SECOND } from './declared-site';
import { plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 300_000;
const TESTED = { timeoutSeconds: 1, connectivity: { tests: ['ActiveSync'] } } as const;
const first: ExchangeSiteProps = { ...firstServer, health: TESTED };
const both: ExchangeSiteProps = { ...bothServers, health: TESTED };

describeWithTerraform('what is tested after the records', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  const tests = () => rig.organization.journal().filter(({ cmdlet }) => cmdlet.startsWith('Test-ActiveSync'));

  test(
    'fails behind the records with what to do, and is all that is left to run',
    async () => {
      await rig.declare(first);
      const stopped = await rig.apply();
      expect(stopped.exit).toBe(1);
      expect(await rig.addresses(NAMES[0])).toEqual([FIRST.address]);
      expect(stopped.said).toContain('New-TestCasConnectivityUser.ps1');
      expect(stopped.said).toContain('The DNS records are published already');
      expect(stopped.said).not.toContain('were not run');

      rig.organization.edit(({ organization }) => {
        organization.testMailbox = true;
      });
      rig.organization.editServer(FIRST.name, (server) => {
        server.connectivity = { 'Test-ActiveSyncConnectivity': 'Failure' };
      });
      const plan = await rig.plan();
      expect(plannedCmdlets(plan)).toEqual([
        `Test-ActiveSyncConnectivity -ClientAccessServer '${FIRST.name}'`.toLowerCase(),
      ]);
      const failed = await rig.apply();
      expect(failed.said).toContain(`Clients do not reach ${FIRST.name} as they should`);
      expect(failed.said).toContain('Options is Failure (Test-ActiveSyncConnectivity is disturbed.)');

      rig.organization.editServer(FIRST.name, (server) => {
        delete server.connectivity;
      });
      expect((await rig.apply()).exit).toBe(0);
      expect((await rig.plan()).changes).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'runs again on each server whose names another record changes, and a server still leaves DNS before it is undone',
    async () => {
      rig.install(SECOND.name);
      rig.forget();
      await rig.declare(both);
      const joined = await rig.apply();
      expect(joined.exit).toBe(0);
      const published = rig.updates.at(-1)?.time ?? Infinity;
      expect(tests().map(({ parameters }) => parameters['ClientAccessServer'])).toEqual(
        expect.arrayContaining([FIRST.name, SECOND.name]),
      );
      expect(tests().every(({ time }) => Date.parse(time) >= published)).toBe(true);

      rig.forget();
      await rig.declare(first);
      expect((await rig.apply()).exit).toBe(0);
      const left = rig.updates.at(-1)?.time ?? Infinity;
      const undone = rig.organization.journal().filter(({ cmdlet }) => cmdlet.startsWith('Remove-'));
      expect(undone.length).toBeGreaterThan(0);
      expect(undone.every(({ time }) => Date.parse(time) >= left)).toBe(true);
    },
    SETUP_MS,
  );
});
