import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { declarations, hasOld, isRight, mended, SEED } from '../exchange/any-declaration';
import { makePfx } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

/** In CI; more by hand: TERRAFORM_DECLARATIONS=100. */
const RUNS = Number(process.env['TERRAFORM_DECLARATIONS'] ?? 5);
const LONG_MS = 120_000;

describeWithTerraform('declarations that nobody wrote', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, LONG_MS);
  afterAll(() => tools.remove());

  // A view of its own for clients outside would need a second DNS server, and one of 2007 an endpoint of Windows:
  // datacentres.test.ts and environments.test.ts have them.
  const withOneView = declarations
    .filter((site) => !('internal' in site.dns) && !hasOld(site))
    .map(mended)
    .filter(isRight);
  const sites = fc.sample(withOneView, { numRuns: RUNS, seed: SEED });

  test.each(sites.map((site, index) => [`${index} of the seed ${SEED}`, site] as const))(
    'are deployed as their plan says, and the next plan has nothing to do: %s',
    async (_name, site) => {
      // The session is with the first one, and the newest version, which is declared last, has the cmdlets of all.
      const [newest, ...older] = [...site.servers].reverse();
      if (newest === undefined) throw new Error('a site has servers');
      const rig = await SiteRig.create({
        tools,
        startDns: startLab,
        certificate: validCertificate(['*.contoso.com']),
        place: {
          stack: 'declared',
          domain: 'contoso.local',
          zone: 'contoso.com',
          servers: [newest, ...older],
          pfxFile: 'mail.pfx',
        },
      });
      try {
        for (const { name } of older) rig.install(name);
        const password = 'canary-smtp-71c0';
        const smtp = makePfx(validCertificate(['smtp.contoso.com']), { password });
        writeFileSync(join(rig.project, 'smtp.pfx'), smtp, { mode: 0o600 });
        const environment = {
          TF_VAR_pfx_password_web: rig.pfxPassword,
          TF_VAR_pfx_password_mail: password,
        };
        await rig.declare(site);
        await expectCarriedOut(rig, await rig.plan({ environment }), { environment });
      } finally {
        await rig.remove();
      }
    },
    LONG_MS,
  );
});
