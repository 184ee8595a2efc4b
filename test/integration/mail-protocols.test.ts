import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { firstServer, FIRST, ZONE } from './declared-site';
import { expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const IMAP = `imap.${ZONE}`;
const WILDCARD = [`*.${ZONE}`];

/** The first server of the sample, with IMAP, and a certificate that is found for it by the name alone. */
const site: ExchangeSiteProps = {
  ...firstServer,
  mailProtocols: { imap: { host: IMAP } },
  certificate: { pfxFile: 'certificates/webmail.pfx', names: WILDCARD, services: ['IIS', 'SMTP'] },
};

describeWithTerraform('IMAP with a wildcard certificate', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab, certificate: validCertificate(WILDCARD) });
    await rig.declare(site);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  test(
    'is set by its name and published; the plan says what to restart, and the next one has nothing to do',
    async () => {
      const plan = await rig.plan();
      expect(plan.said).toContain(
        `IMAP4 of ${FIRST.name} goes on with its old settings until its services are restarted`,
      );
      expect(plan.said).toContain('Restart-Service MSExchangeIMAP4, MSExchangeIMAP4BE');
      expect(plannedCmdlets(plan)).toContain(
        `Set-ImapSettings -Server '${FIRST.name}' -X509CertificateName '${IMAP}' -ExternalConnectionSettings '${IMAP}:143:TLS', '${IMAP}:993:SSL' -InternalConnectionSettings '${IMAP}:143:TLS', '${IMAP}:993:SSL'`.toLowerCase(),
      );
      await expectCarriedOut(rig, plan);
      expect(await rig.addresses(IMAP)).toEqual([FIRST.address]);
    },
    SETUP_MS,
  );
});
