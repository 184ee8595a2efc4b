import type { DatabaseAvailabilityGroup, ExchangeSiteProps, Server } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, SECOND } from './declared-site';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig, TWO_NODES, type Place, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 240_000;

const server = (number: number): Server => ({
  ...SECOND,
  name: `BsAEX0${number}`,
  fqdn: `BsAEX0${number}.apatricio.local`,
  address: `10.60.99.${230 + number}`,
});
const servers = [FIRST, SECOND, server(3), server(4)] as const;
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

const { V2010, V2019, SE } = ExchangeVersion;
const SE_BUILD = '15.2.2562.17';

/** The sample with servers of another version. */
const placeOf = (version: ExchangeVersion): Place => ({
  ...TWO_NODES,
  servers: [
    { ...FIRST, version },
    { ...SECOND, version },
  ],
});

/** Addresses of what changes but for the gates, which look anew where a membership changed. */
function changed(plan: Plan): readonly string[] {
  return plan.changes
    .filter(({ type }) => type !== 'exchange_health_gate')
    .map(({ address, change }) => `${change.actions.join()} ${address.replace(/^.*\./, '')}`)
    .sort();
}

describeWithTerraform('availability groups', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  // The tests build on each other: they are one administrator's day.
  describe('two DAGs of a site', () => {
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
      rig = await SiteRig.create({ tools, startDns: startLab, place: { ...TWO_NODES, servers } });
      for (const { name } of servers.slice(1)) rig.install(name);
      await rig.deploy(withDags(FIRST_DAG));
    }, SETUP_MS);
    afterAll(() => rig.remove());

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
        await expectCarriedOut(rig, plan);
        expect(ran()[0]).toBe('New-DatabaseAvailabilityGroup DAG_02');
        expect(ran().slice(1).sort()).toEqual([
          `Add-DatabaseAvailabilityGroupServer DAG_02 ${three}`,
          `Add-DatabaseAvailabilityGroupServer DAG_02 ${four}`,
        ]);
        expect(members()).toEqual({ DAG01: upper(one, two), DAG_02: upper(three, four) });
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

  describe('a DAG of 2010 without addresses', () => {
    let rig: SiteRig;
    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, place: placeOf(V2010) });
    }, SETUP_MS);
    afterAll(() => rig.remove());

    test(
      'has its cluster get one by DHCP, which the plan shows, and what Exchange says of its witness is shown',
      async () => {
        rig.organization.edit(({ organization }) => {
          organization.unpreparedWitnesses = [DAG.witness.server];
        });
        await rig.declare({ ...bothServers, servers: [{ ...FIRST, version: V2010 }] });
        const plan = await rig.plan();
        const group = plan.changes.find(({ type }) => type === 'exchange_database_availability_group');
        expect(group?.change.after?.['cmdlets']).toEqual([
          expect.stringContaining(`-DatabaseAvailabilityGroupIpAddresses @('0.0.0.0')`),
        ]);
        const { exit, said } = await rig.applyPlan();
        expect(exit).toBe(0);
        expect(said).toContain('New-DatabaseAvailabilityGroup warns');
        expect(said).toContain(
          `not a member of the local Administrators group on specified witness server ${DAG.witness.server}`,
        );
        expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      },
      SETUP_MS,
    );
  });

  describe('members that are updated in place from 2019 to the Subscription Edition', () => {
    let rig: SiteRig;
    const declared = (first: ExchangeVersion, second: ExchangeVersion): ExchangeSiteProps => ({
      ...bothServers,
      servers: [
        { ...FIRST, version: first },
        { ...SECOND, version: second },
      ],
    });
    const update = (name: string) =>
      rig.organization.editServer(name, (updated) => {
        updated.build = SE_BUILD;
      });
    /** Nothing is to be done, least of all a removal. */
    const nothingPlanned = async () => {
      const plan = await rig.plan();
      expect(plan).toMatchObject({ exit: 0, changes: [] });
      return plan.said;
    };

    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, place: placeOf(V2019) });
      rig.install(SECOND.name);
      await rig.deploy(declared(V2019, V2019));
    }, SETUP_MS);
    afterAll(() => rig.remove());

    test(
      'stay members, whichever comes first, the update or its declaration',
      async () => {
        update(FIRST.name);
        expect(await nothingPlanned()).toContain(`${FIRST.name} is Exchange Server SE, and declared as`);
        await rig.declare(declared(SE, V2019));
        expect(await nothingPlanned()).not.toContain('and declared as');
        await rig.declare(declared(SE, SE));
        expect(await nothingPlanned()).toContain(`${SECOND.name} is Exchange Server 2019, and declared as`);
        update(SECOND.name);
        expect(await nothingPlanned()).not.toContain('and declared as');
        expect(rig.organization.read().organization.databaseAvailabilityGroups[0]?.servers).toHaveLength(2);
      },
      SETUP_MS,
    );
  });
});
