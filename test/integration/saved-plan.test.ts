import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, firstServer, SECOND } from './declared-site';
import {
  conditionalCmdlets,
  executedCmdlets,
  inOrder,
  plannedCmdlets,
  plannedRemovals,
} from './executed-cmdlets';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;

/** The same site with its DAG called otherwise, which to Exchange is another DAG. */
const inDag = (site: ExchangeSiteProps, name: string): ExchangeSiteProps => ({
  ...site,
  dag: { ...DAG, name, witness: { ...DAG.witness, directory: `C:\\DAGFileShareWitnesses\\${name}` } },
});

// Each goes on from the one before: it is one site, from its first deploy to its end.
describeWithTerraform('a saved plan holds every cmdlet that its apply runs, and no other', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.install(SECOND.name);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });
  beforeEach(() => rig.forget());

  /** Saves a plan, applies it, and compares. */
  async function carriedOut(...options: readonly string[]): Promise<Plan> {
    const plan = await rig.plan({ args: options });
    expect(plan).toMatchObject({ exit: 2 });
    expect(rig.writes()).toEqual([]);
    rig.forget();
    expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
    const planned = plannedCmdlets(plan);
    const ran = executedCmdlets(rig.organization.journal(), planned);
    const conditional = conditionalCmdlets(plan);
    expect(planned.filter((text) => ran.includes(text) || !conditional.includes(text))).toEqual(ran);
    return plan;
  }
  const ranInOrder = (plan: Plan) => inOrder(rig.organization.journal(), plannedCmdlets(plan));
  const names = (texts: readonly string[]) => texts.map((text) => text.split(' ')[0] ?? '');

  test(
    'a creation',
    async () => {
      await rig.declare(bothServers);
      const plan = await carriedOut();
      expect(names(plannedCmdlets(plan))).toEqual(
        expect.arrayContaining(['new-databaseavailabilitygroup', 'import-exchangecertificate']),
      );
      expect(plannedRemovals(plan)).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'the repair of drift',
    async () => {
      rig.organization.edit(({ organization: { databaseAvailabilityGroups } }) => {
        for (const { settings } of databaseAvailabilityGroups)
          settings['WitnessServer'] = 'other.apatricio.local';
      });
      rig.organization.editServer(SECOND.name, ({ certificates, virtualDirectories }) => {
        for (const { settings } of virtualDirectories) delete settings['ExternalUrl'];
        for (const one of certificates) one.services = one.services.filter((name) => name !== 'IIS');
      });
      const plan = await carriedOut();
      expect(names(plannedCmdlets(plan))).toEqual(
        expect.arrayContaining(['set-databaseavailabilitygroup', 'enable-exchangecertificate']),
      );
    },
    SETUP_MS,
  );

  test(
    'a renewal, whose removals are marked as conditional',
    async () => {
      rig.writePfx(validCertificate());
      const plan = await carriedOut();
      expect(names(conditionalCmdlets(plan))).toEqual([
        'remove-exchangecertificate',
        'remove-exchangecertificate',
      ]);
    },
    SETUP_MS,
  );

  test(
    'members that move to another DAG',
    async () => {
      await rig.declare(inDag(bothServers, 'DAG02'));
      const plan = await carriedOut();
      expect(names(ranInOrder(plan)).filter((name) => name.includes('availability'))).toEqual([
        'new-databaseavailabilitygroup',
        'remove-databaseavailabilitygroupserver',
        'add-databaseavailabilitygroupserver',
        'remove-databaseavailabilitygroupserver',
        'add-databaseavailabilitygroupserver',
        'remove-databaseavailabilitygroup',
      ]);
    },
    SETUP_MS,
  );

  test(
    'the removal of a server, in the order of the places that it shows',
    async () => {
      await rig.declare(inDag(firstServer, 'DAG02'));
      const plan = await carriedOut();
      expect(names(plannedRemovals(plan))).toEqual([
        'remove-databaseavailabilitygroupserver',
        'enable-exchangecertificate',
        'remove-exchangecertificate',
      ]);
      expect(ranInOrder(plan)).toEqual(plannedRemovals(plan));
      const shown = await rig.terraform(['show', '-no-color', 'plan']);
      expect(shown.said).toContain(`- "Remove-DatabaseAvailabilityGroupServer -Identity 'DAG02'`);
      expect(shown.said).toContain('- removal_place = 22 -> null');
    },
    SETUP_MS,
  );

  test(
    'a server that joins at the end changes no place of the others, and one in the middle leaves without a change of them',
    async () => {
      await rig.declare(inDag(bothServers, 'DAG02'));
      const joining = await carriedOut();
      expect(
        joining.changes.map(({ address }) => address).filter((one) => one.includes(`${FIRST.name}-`)),
      ).toEqual([]);
      await rig.declare({ ...inDag(bothServers, 'DAG02'), servers: [SECOND, FIRST] });
      const turned = await rig.plan();
      expect(turned.changes.filter(({ type }) => type.startsWith('exchange_'))).toEqual([]);
      await rig.declare(inDag(bothServers, 'DAG02'));
    },
    SETUP_MS,
  );

  test(
    'a destroy, in the order of the places that it shows',
    async () => {
      const plan = await carriedOut('-destroy');
      const planned = plannedRemovals(plan);
      const ran = ranInOrder(plan);
      // The DAG waits for its members only.
      const isDag = (text: string) => text.startsWith('remove-databaseavailabilitygroup -');
      expect(planned.at(-1)).toMatch(/^remove-databaseavailabilitygroup -/);
      expect(ran.filter((text) => !isDag(text))).toEqual(planned.slice(0, -1));
      const members = ran.flatMap((text, index) =>
        text.startsWith('remove-databaseavailabilitygroupserver') ? [index] : [],
      );
      expect(members).toHaveLength(2);
      expect(ran.findIndex(isDag)).toBeGreaterThan(members.at(-1) ?? Infinity);
      expect(rig.stateAddresses()).toEqual([]);
    },
    SETUP_MS,
  );
});
