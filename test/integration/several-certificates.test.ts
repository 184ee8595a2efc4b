import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { makePfx, type KeyedCertificate } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, SECOND, ZONE } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const TEST_MS = 400_000;
const MAIL_PASSWORD = 'mail-canary-2f81';
const MAIL_FILE = 'certificates/smtp.pfx';

const mail: SiteCertificate = { pfxFile: MAIL_FILE, names: [`smtp.${ZONE}`], services: ['SMTP'] };

/** Several certificates in the place of the only one. */
const withSeveral = (certificates: { readonly [name: string]: SiteCertificate }): ExchangeSiteProps => ({
  ...bothServers,
  certificate: certificates,
});
const web: SiteCertificate = { ...bothServers.certificate, services: ['IIS'] };

describeWithTerraform('a site with several certificates', () => {
  const first = validCertificate();
  const second = validCertificate([`smtp.${ZONE}`]);
  const [webPrint, mailPrint] = [first, second].map(({ certificate }) => certificate.thumbprint) as [
    string,
    string,
  ];
  const environment = { TF_VAR_pfx_password_mail: MAIL_PASSWORD, TF_VAR_pfx_password_smtp: MAIL_PASSWORD };
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());
  beforeEach(async () => {
    rig = await SiteRig.create({ tools, startDns: startLab, certificate: first });
    rig.install(SECOND.name);
    writeMail(second);
  }, SETUP_MS);
  afterEach(() => rig.remove());

  const options = () => ({ environment: { ...environment, TF_VAR_pfx_password_web: rig.pfxPassword } });
  const writeMail = (certificate: KeyedCertificate) =>
    writeFileSync(join(rig.project, MAIL_FILE), makePfx(certificate, { password: MAIL_PASSWORD }), {
      mode: 0o600,
    });
  const servicesOn = (server: string) =>
    Object.fromEntries(
      (rig.organization.read().servers.get(server.toUpperCase())?.certificates ?? []).map(
        ({ thumbprint, services }) => [thumbprint, services],
      ),
    );
  /** Of changes alone: a gate that checks again changes nothing. */
  const changesOf = (plan: Plan) => plannedCmdlets(plan).filter((text) => !/^(test|get)-/.test(text));
  const planOf = async (site: ExchangeSiteProps) => {
    rig.forget();
    await rig.declare(site);
    return rig.plan(options());
  };
  /** Applies the plan, and sees that it ran what it showed and that nothing is left. */
  const carriedOut = async (plan: Plan) => {
    const { exit, said } = await rig.applyPlan(options());
    expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
    expect(executedCmdlets(rig.organization.journal(), plannedCmdlets(plan))).toEqual(plannedCmdlets(plan));
    const again = await rig.plan(options());
    expect([again.exit, again.exit === 0 ? '' : again.said]).toEqual([0, '']);
    return said;
  };

  test(
    'goes from one to several and back, and nothing runs for what stays',
    async () => {
      await rig.deploy(bothServers);
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'] });

      const several = await planOf(withSeveral({ web, mail: { ...mail, servers: [FIRST.name] } }));
      expect(several).toMatchObject({ exit: 2 });
      expect(changesOf(several)).toEqual([
        `enable-exchangecertificate -server '${FIRST.name}' -thumbprint '${mailPrint}' -services @('smtp') # if it asks 'overwrite the existing default smtp certificate?', the answer is no.`.toLowerCase(),
        expect.stringMatching(`^import-exchangecertificate -server '${FIRST.name}' `.toLowerCase()),
      ]);
      // Of the server that has the new one only: on the other nothing runs at all.
      expect(plannedCmdlets(several).filter((text) => text.includes(SECOND.name.toLowerCase()))).toEqual([]);
      expect(several.said).toContain(`SMTP of ${FIRST.name} goes to certificate.mail`);
      expect(several.said).toContain(`The certificate ${webPrint} keeps SMTP on ${SECOND.name}`);
      await carriedOut(several);
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'], [mailPrint]: ['SMTP'] });
      expect(servicesOn(SECOND.name)).not.toHaveProperty(mailPrint);

      const back = await planOf(bothServers);
      expect(changesOf(back)).toEqual([
        `remove-exchangecertificate -server '${FIRST.name}' -thumbprint '${mailPrint}' -confirm:$false`.toLowerCase(),
      ]);
      await carriedOut(back);
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'] });
      expect(servicesOn(FIRST.name)).not.toHaveProperty(mailPrint);
    },
    TEST_MS,
  );
});
