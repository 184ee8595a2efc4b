import type { DatabaseAvailabilityGroup, ExchangeSiteProps, Server } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 240_000;

const server = (number: number): Server => ({
  ...SECOND,
  name: `BsAEX0${number}`,
  fqdn: `BsAEX0${number}.apatricio.local`,
  address: `10.60.99.${230 + number}`,
});
const servers = [FIRST, SECOND, server(3), server(4)];
const [one, two, three, four] = servers.map(({ name }) => name) as [string, string, string, string];
const FIRST_DAG: DatabaseAvailabilityGroup = { ...DAG, members: [one, two] };
const SECOND_DAG: DatabaseAvailabilityGroup = {
  name: 'DAG_02',
  witness: { ...DAG.witness, directory: 'C:\\DAGFileShareWitnesses\\DAG_02' },
  members: [three, four],
};
const withDags = (dag: NonNullable<ExchangeSiteProps['dag']>): ExchangeSiteProps => ({
  ...bothServers,
  servers,
  dag,
});

/** Addresses of what changes but for the gates, which look anew where a membership changed. */
function changed(plan: Plan): readonly string[] {
  return plan.changes
    .filter(({ type }) => type !== 'exchange_health_gate')
    .map(({ address, change }) => `${change.actions.join()} ${address.replace(/^.*\./, '')}`)
    .sort();
}

// The tests build on each other: they are one administrator's day.
describeWithTerraform('two DAGs of a site', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  const ran = () =>
    rig.writes().map(({ cmdlet, parameters }) => {
      const { Name, Identity, MailboxServer } = parameters as { readonly [name: string]: string };
      return [cmdlet, Name ?? Identity, MailboxServer].filter((part) => part !== undefined).join(' ');
    });
  const members = () =>
    Object.fromEntries(
      rig.organization
        .read()
        .organization.databaseAvailabilityGroups.map((group) => [group.name, [...group.servers].sort()]),
    );
  const upper = (...names: readonly string[]) => names.map((name) => name.toUpperCase());

  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.install(SECOND.name);
    for (const { name, fqdn, version } of [server(3), server(4)]) {
      rig.organization.addServer({ name, fqdn, version });
    }
    await rig.deploy(withDags(FIRST_DAG));
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  test(
    'the first goes into a list, and nothing is planned for it',
    async () => {
      expect(members()).toEqual({ DAG01: upper(one, two) });
      await rig.declare(withDags([FIRST_DAG]));
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test(
    'the second is made, its servers join it, and then there is nothing to do',
    async () => {
      await rig.declare(withDags([FIRST_DAG, SECOND_DAG]));
      rig.forget();
      const plan = await rig.plan();
      expect(changed(plan)).toEqual([
        `create ${three}-dag-member`,
        `create ${four}-dag-member`,
        'create dag-DAG_02',
      ]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      const planned = plannedCmdlets(plan);
      expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
      expect(ran()[0]).toBe('New-DatabaseAvailabilityGroup DAG_02');
      expect(ran().slice(1).sort()).toEqual([
        `Add-DatabaseAvailabilityGroupServer DAG_02 ${three}`,
        `Add-DatabaseAvailabilityGroupServer DAG_02 ${four}`,
      ]);
      expect(members()).toEqual({ DAG01: upper(one, two), DAG_02: upper(three, four) });
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test(
    'the first is given up and its servers move: they leave it and join the other before it is removed',
    async () => {
      await rig.declare(withDags([{ ...SECOND_DAG, members: [one, two, three, four] }]));
      rig.forget();
      const plan = await rig.plan();
      expect(changed(plan)).toEqual(
        ['delete dag-DAG01', `update ${one}-dag-member`, `update ${two}-dag-member`].sort(),
      );
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(ran().at(-1)).toBe('Remove-DatabaseAvailabilityGroup DAG01');
      expect(members()).toEqual({ DAG_02: upper(one, two, three, four) });
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test(
    'one of two is taken out: its members leave first, and the other stays as it is',
    async () => {
      await rig.deploy(withDags([SECOND_DAG, FIRST_DAG]));
      await rig.declare(withDags([FIRST_DAG]));
      rig.forget();
      const plan = await rig.plan();
      expect(changed(plan)).toEqual([
        `delete ${three}-dag-member`,
        `delete ${four}-dag-member`,
        'delete dag-DAG_02',
      ]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(ran().slice(0, 2).sort()).toEqual([
        `Remove-DatabaseAvailabilityGroupServer DAG_02 ${three}`,
        `Remove-DatabaseAvailabilityGroupServer DAG_02 ${four}`,
      ]);
      expect(ran().slice(2)).toEqual(['Remove-DatabaseAvailabilityGroup DAG_02']);
      expect(members()).toEqual({ DAG01: upper(one, two) });
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );
});
