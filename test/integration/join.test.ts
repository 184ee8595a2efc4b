import type { ExchangeSiteProps } from '../../exchange/site';
import { describeEachServer } from '../dns/servers';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 120_000;
const VIRTUAL_DIRECTORIES = ['Owa', 'Ecp', 'ActiveSync', 'WebServices', 'Oab', 'Mapi'];
/** In the order of the scenario; those within one list may run at once. */
const JOINING: readonly (readonly string[])[] = [
  ['Set-ClientAccessServer'],
  ['Import-ExchangeCertificate'],
  ['Enable-ExchangeCertificate'],
  ['Set-OutlookAnywhere', ...VIRTUAL_DIRECTORIES.map((kind) => `Set-${kind}VirtualDirectory`)].sort(),
  ['Add-DatabaseAvailabilityGroupServer'],
];

/** Calls in their order, those that may run at once sorted among themselves. */
function inStages(
  cmdlets: readonly string[],
  stages: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  let rest = cmdlets;
  return stages.map(({ length }) => {
    const stage = rest.slice(0, length);
    rest = rest.slice(length);
    return [...stage].sort();
  });
}

/** Addresses of what a plan changes on a server. */
function touching(plan: Plan, server: string): readonly string[] {
  return plan.changes.map(({ address }) => address).filter((address) => address.includes(`.${server}-`));
}

describeWithTerraform('a second server joins the site', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  // The tests of a group build on each other: they are one administrator's day.
  describeEachServer('with round robin', (startDns) => {
    let rig: SiteRig;
    let plan: Plan;
    let before: string;
    const first = () => JSON.stringify(rig.organization.read().servers.get('BSAEX01'));

    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns });
      await rig.deploy(firstServer);
      rig.install(SECOND.name);
      rig.forget();
      before = first();
      await rig.declare(bothServers);
      plan = await rig.plan();
    }, SETUP_MS);
    afterAll(() => rig.remove());

    test('planning only reads, and shows nothing of the first server', () => {
      expect(plan.exit).toBe(2);
      expect(rig.writes()).toEqual([]);
      expect(rig.updates).toEqual([]);
      expect(touching(plan, FIRST.name)).toEqual([]);
      expect(touching(plan, SECOND.name)).toHaveLength(11);
      const others = plan.changes.filter(({ address }) => !touching(plan, SECOND.name).includes(address));
      expect(others.map(({ type }) => type).sort()).toEqual([
        'dns_a_record_set',
        'dns_a_record_set',
        'exchange_published_names',
      ]);
    });

    test('both names get the second address and keep the first in the plan', () => {
      const records = plan.changes.filter(({ type }) => type === 'dns_a_record_set');
      expect(records).toHaveLength(2);
      for (const { change } of records) {
        expect(change.actions).toEqual(['update']);
        expect(change.before).toMatchObject({ addresses: [FIRST.address] });
        expect(change.after).toMatchObject({ addresses: [FIRST.address, SECOND.address] });
      }
    });

    test(
      'the deploy runs the steps in the order of the scenario, DNS after the health gate',
      async () => {
        rig.forget();
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        const ran = rig.writes().map(({ cmdlet }) => cmdlet);
        expect(ran).toHaveLength(JOINING.flat().length);
        expect(inStages(ran, JOINING)).toEqual(JOINING);
        const calls = rig.organization.journal().map(({ cmdlet }) => cmdlet);
        expect(calls.indexOf('Test-ServiceHealth')).toBeGreaterThan(
          calls.indexOf('Add-DatabaseAvailabilityGroupServer'),
        );
        const checked = rig.organization.journal().filter(({ cmdlet }) => cmdlet === 'Get-HealthReport');
        expect(checked).toHaveLength(1);
        expect(rig.updates).toHaveLength(2);
        for (const { time } of rig.updates) {
          expect(time).toBeGreaterThanOrEqual(Date.parse(checked[0]?.time ?? ''));
        }
      },
      SETUP_MS,
    );

    test('exactly the cmdlets that the plan showed were run', () => {
      const planned = plannedCmdlets(plan);
      expect(planned).toHaveLength(JOINING.flat().length + 2);
      expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
    });

    test('nothing of the first server has changed', () => {
      expect(first()).toBe(before);
      for (const { changes } of rig.updates) {
        expect(changes).toEqual([expect.stringMatching(`^\\S+ 300 IN A ${SECOND.address as string}$`)]);
      }
    });

    test('both servers serve the web with the same certificate', () => {
      const [one, two] = [...rig.organization.read().servers.values()].map(({ certificates }) =>
        certificates.find(({ services }) => services.includes('IIS')),
      );
      expect(one?.thumbprint).toMatch(/^[0-9A-F]{40}$/);
      expect(two?.thumbprint).toBe(one?.thumbprint);
      expect(two?.privateKey).not.toBeNull();
    });

    test('both names resolve to both servers', async () => {
      for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address, SECOND.address]);
    });

    test(
      'then there is nothing to do',
      async () => {
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      },
      SETUP_MS,
    );

    test(
      'a synth of the same declaration is byte for byte the same',
      () => {
        const synthesized = () => [...rig.files()].filter(([path]) => /\.(json|ps1)$/.test(path));
        rig.synth(bothServers);
        const once = synthesized();
        rig.synth(bothServers);
        expect(synthesized()).toEqual(once);
        expect(once.map(([path]) => path.replace(/^.*\//, '')).sort()).toEqual(
          ['cdk.tf.json', 'exchange-plan.json', 'exchange-plan.ps1', 'manifest.json'].sort(),
        );
      },
      SETUP_MS,
    );

    test(
      'taking it out again runs the reverse, DNS first, and leaves the first server alone',
      async () => {
        await rig.declare(firstServer);
        rig.forget();
        const removal = await rig.plan();
        expect(touching(removal, FIRST.name)).toEqual([]);
        expect(removal.said).toContain(
          "Remove-DatabaseAvailabilityGroupServer -Identity 'DAG01' -MailboxServer 'BsAEX02'",
        );
        expect(removal.said).toContain("Remove-ExchangeCertificate -Server 'BsAEX02'");
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        const ran = rig.writes();
        expect(ran.map(({ cmdlet }) => cmdlet)).toEqual([
          'Remove-DatabaseAvailabilityGroupServer',
          'Enable-ExchangeCertificate',
          'Remove-ExchangeCertificate',
        ]);
        expect(rig.updates).toHaveLength(2);
        for (const { time } of rig.updates) expect(time).toBeLessThanOrEqual(Date.parse(ran[0]?.time ?? ''));
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
        expect(first()).toBe(before);
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      },
      SETUP_MS,
    );
  });

  test(
    'behind a virtual address the pool gains the server and loses it first, and no DNS record changes',
    async () => {
      const behind = (site: ExchangeSiteProps): ExchangeSiteProps => ({
        ...site,
        dns: { ...site.dns, publish: { virtualIp: '10.60.99.240' } },
      });
      const rig = await SiteRig.create({ tools, startDns: startLab });
      try {
        await rig.deploy(behind(firstServer));
        rig.install(SECOND.name);
        rig.forget();
        await rig.declare(behind(bothServers));
        const plan = await rig.plan();
        const ofNames = ({ type }: { readonly type: string }) =>
          type.startsWith('dns_') || type === 'exchange_published_names';
        expect(plan.changes.filter(ofNames)).toEqual([]);
        expect(touching(plan, SECOND.name)).toHaveLength(11);
        const [pool, ...others] = plan.changes.filter(({ type }) => type === 'terraform_data');
        expect(others).toEqual([]);
        expect(pool?.change).toMatchObject({
          actions: ['update'],
          before: { input: { members: { BsAEX01: [FIRST.address] } } },
          after: { input: { members: { BsAEX01: [FIRST.address], BsAEX02: [SECOND.address] } } },
        });
        const joined = await rig.applyPlan();
        expect(joined).toMatchObject({ exit: 0 });
        expect(joined.said).toMatch(/BsAEX02-health: Creation complete[^]*load-balancer-pool: Modifying/);
        expect(rig.updates).toEqual([]);
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual(['10.60.99.240']);
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });

        await rig.declare(behind(firstServer));
        const left = await rig.apply();
        expect(left).toMatchObject({ exit: 0 });
        expect(left.said).toMatch(/load-balancer-pool: Modifications complete[^]*BsAEX02-health: Destroying/);
        expect(rig.updates).toEqual([]);
      } finally {
        await rig.remove();
      }
    },
    SETUP_MS,
  );

  test(
    'an alternate witness is set in a second step, which the plan shows',
    async () => {
      const directory = 'C:\\DAGFileShareWitnesses\\DAG01';
      const site = {
        ...firstServer,
        dag: { ...DAG, alternateWitness: { server: 'BsAFS02.apatricio.local', directory } },
      };
      const rig = await SiteRig.create({ tools, startDns: startLab });
      try {
        await rig.declare(site);
        const plan = await rig.plan();
        const group = plan.changes.find(({ type }) => type === 'exchange_database_availability_group');
        expect(group?.change.after?.['cmdlets']).toEqual([
          "New-DatabaseAvailabilityGroup -Name 'DAG01' -WitnessServer 'BsAFS01.apatricio.local' " +
            `-WitnessDirectory '${directory}' -DatabaseAvailabilityGroupIpAddresses @('255.255.255.255')`,
          "Set-DatabaseAvailabilityGroup -Identity 'DAG01' -AlternateWitnessServer 'BsAFS02.apatricio.local' " +
            `-AlternateWitnessDirectory '${directory}'`,
        ]);
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        const planned = plannedCmdlets(plan);
        expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      } finally {
        await rig.remove();
      }
    },
    SETUP_MS,
  );
});
