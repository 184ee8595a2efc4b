import { site as declared } from '../../environments/site-resilient-2010';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [MAIL, FAILOVER] = declared.certificate.names as readonly [string, string];
const SERVERS = declared.servers as readonly [Server, ...Server[]];
const site: ExchangeSiteProps = { ...declared, health: { timeoutSeconds: 1 } };

// The tests build on each other: they are one administrator's day.
describeWithTerraform('Exchange 2010 in two datacentres with one stretched DAG', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({
      tools,
      startDns: startLab,
      certificate: validCertificate([MAIL, FAILOVER]),
      place: {
        stack: 'site-resilient-2010',
        domain: 'exchangeonline.dk',
        zone: 'exchangeonline.dk',
        servers: SERVERS,
        pfxFile: declared.certificate.pfxFile,
      },
    });
    for (const { name, version } of SERVERS.slice(1)) rig.install(name, version);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  test('a name for Unified Messaging is refused: 2010 moved it into Exchange Web Services', () => {
    const withUm: ExchangeSiteProps = {
      ...site,
      namespaces: { ...site.namespaces, services: { um: MAIL } },
    };
    expect(() => rig.synth(withUm)).toThrow(/namespaces\.services\.um: .*2010[^]*Exchange Web Services/);
  });

  test(
    'is deployed as the plan shows it, and the next plan finds nothing to do',
    async () => {
      await rig.declare(site);
      const plan = await rig.plan();
      expect(plan).toMatchObject({ exit: 2 });
      const planned = plannedCmdlets(plan);
      rig.forget();
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
      const { databaseAvailabilityGroups } = rig.organization.read().organization;
      expect(databaseAvailabilityGroups.map(({ name, servers }) => [name, [...servers].sort()])).toEqual([
        ['DAG01', ['EX01', 'EX02', 'EX03', 'EX04']],
      ]);
      expect(await rig.addresses(MAIL)).toEqual(['192.0.2.100']);
      expect(await rig.addresses(FAILOVER)).toEqual(['198.51.100.100']);
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );
});
