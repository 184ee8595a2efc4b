import { declaredCertificates } from '../../exchange/declared-certificates';
import { site as bound } from '../../environments/namespace-models-bound';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;

/** What DNS answers for names of each plan, by the label in contoso.com. */
const PLANS: readonly (readonly [
  stack: string,
  site: ExchangeSiteProps,
  answers: { readonly [label: string]: readonly string[] },
])[] = [
  [
    'namespace-models-bound',
    bound,
    {
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      'mail-wa': ['10.1.0.100'],
      'mailfb-wa': ['10.1.0.100'],
      'mailfb-md': ['10.2.0.100'],
      'oa-md': ['10.2.0.103'],
    },
  ],
];

describeWithTerraform('the namespace plans', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  test.each(PLANS)(
    '%s is deployed by what its plan shows, and found as it is by the next one',
    async (stack, declared, answers) => {
      const servers = declared.servers as readonly [Server, ...Server[]];
      const site: ExchangeSiteProps = { ...declared, health: { timeoutSeconds: 1 } };
      const [certificate] = declaredCertificates(declared);
      if (certificate === undefined) throw new Error('a site has a certificate');
      const { names, pfxFile } = certificate.declared;
      const rig = await SiteRig.create({
        tools,
        startDns: startLab,
        certificate: validCertificate(names),
        place: {
          stack,
          domain: 'contoso.local',
          zone: 'contoso.com',
          servers,
          pfxFile,
        },
      });
      try {
        servers.slice(1).forEach(({ name, version }) => rig.install(name, version));
        await rig.declare(site);
        const plan = await rig.plan();
        expect(plan).toMatchObject({ exit: 2 });
        expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
        const planned = plannedCmdlets(plan);
        expect(planned.length).toBeGreaterThan(0);
        expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
        for (const [label, addresses] of Object.entries(answers)) {
          expect([label, await rig.addresses(`${label}.contoso.com`)]).toEqual([label, addresses]);
        }
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      } finally {
        await rig.remove();
      }
    },
    SETUP_MS,
  );
});
