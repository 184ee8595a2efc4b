import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { makePfx, type KeyedCertificate } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { found, unzipped, type Secrets } from './canaries';
import { bothServers, FIRST, NAMES, SECOND, ZONE } from './declared-site';
import { expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig, type Finished, type Plan } from './site-rig';
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
  /** With the names of both. */
  const all = validCertificate([...NAMES, `smtp.${ZONE}`]);
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

  const options = () => ({
    environment: {
      ...environment,
      TF_VAR_pfx_password_web: rig.pfxPassword,
      TF_VAR_pfx_password_front: rig.pfxPassword,
    },
  });
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

  test(
    'goes from one to several and back, and nothing runs for what stays',
    async () => {
      await rig.deploy(bothServers);
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'] });

      const several = await planOf(withSeveral({ web, mail: { ...mail, servers: [FIRST.name] } }));
      expect(changesOf(several)).toEqual([
        `enable-exchangecertificate -server '${FIRST.name}' -thumbprint '${mailPrint}' -services @('smtp') # if it asks 'overwrite the existing default smtp certificate?', the answer is no.`.toLowerCase(),
        expect.stringMatching(`^import-exchangecertificate -server '${FIRST.name}' `.toLowerCase()),
      ]);
      // Of the server that has the new one only: on the other nothing runs at all.
      expect(plannedCmdlets(several).filter((text) => text.includes(SECOND.name.toLowerCase()))).toEqual([]);
      expect(several.said).toContain(`SMTP of ${FIRST.name} goes to certificate.mail`);
      expect(several.said).toContain(`The certificate ${webPrint} keeps SMTP on ${SECOND.name}`);
      await expectCarriedOut(rig, several, options());
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'], [mailPrint]: ['SMTP'] });
      expect(servicesOn(SECOND.name)).not.toHaveProperty(mailPrint);

      const back = await planOf(bothServers);
      expect(changesOf(back)).toEqual([
        `remove-exchangecertificate -server '${FIRST.name}' -thumbprint '${mailPrint}' -confirm:$false`.toLowerCase(),
      ]);
      await expectCarriedOut(rig, back, options());
      expect(servicesOn(FIRST.name)).toMatchObject({ [webPrint]: ['IIS', 'SMTP'] });
      expect(servicesOn(FIRST.name)).not.toHaveProperty(mailPrint);
    },
    TEST_MS,
  );

  test(
    'under other names is the same site: nothing runs for its certificates, and none is removed',
    async () => {
      await rig.declare(withSeveral({ web, mail }));
      expect(await rig.apply(options())).toMatchObject({ exit: 0 });
      const renamed = await planOf(withSeveral({ front: web, smtp: mail }));
      expect(changesOf(renamed).filter((text) => !text.startsWith('remove-'))).toEqual([]);
      expect(renamed.said).toContain(
        `The certificate ${mailPrint} stays on ${FIRST.name} as certificate.smtp`,
      );
      expect(renamed.changes.map(({ address }) => address)).not.toContain(
        `exchange_certificate.${FIRST.name}-certificate`,
      );
      const { exit, said } = await rig.applyPlan(options());
      expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
      expect(rig.writes()).toEqual([]);
      for (const name of [FIRST.name, SECOND.name]) {
        expect(servicesOn(name)).toMatchObject({ [webPrint]: ['IIS'], [mailPrint]: ['SMTP'] });
      }
      expect(await rig.plan(options())).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  test(
    'that goes back to one gives its services to that before the other goes, and never to that of Setup',
    async () => {
      await rig.declare(withSeveral({ web, mail: { ...mail, services: ['POP'] } }));
      expect(await rig.apply(options())).toMatchObject({ exit: 0 });
      const one = await planOf({ ...bothServers, certificate: { ...web, services: ['IIS', 'POP'] } });
      const { exit, said } = await rig.applyPlan(options());
      expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
      const ran = rig
        .writes()
        .map(({ cmdlet, parameters }) => `${cmdlet} ${parameters['Thumbprint'] as string}`);
      for (const server of [FIRST, SECOND]) {
        const own = rig
          .writes()
          .flatMap(({ parameters }, index) =>
            parameters['Server'] === server.name ? (ran[index] ?? []) : [],
          );
        expect(own).toEqual([
          `Enable-ExchangeCertificate ${webPrint}`,
          `Remove-ExchangeCertificate ${mailPrint}`,
        ]);
      }
      expect(one.said).toContain('Destroying exchange_certificate');
      expect(await rig.plan(options())).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  test(
    'whose certificates change places keeps both, and IIS is never without one',
    async () => {
      writeMail(all);
      const [webPart, mailPart] = [web, { ...mail, names: [...NAMES, `smtp.${ZONE}`] }];
      await rig.declare(withSeveral({ web: webPart, mail: mailPart }));
      expect(await rig.apply(options())).toMatchObject({ exit: 0 });
      const swapped = withSeveral({
        web: { ...webPart, services: ['SMTP'] },
        mail: { ...mailPart, services: ['IIS'] },
      });
      rig.forget();
      await rig.declare(swapped);
      const { exit, said } = await rig.apply(options());
      expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
      expect(Object.keys(rig.effects())).toEqual(['Enable-ExchangeCertificate']);
      for (const name of [FIRST.name, SECOND.name]) {
        expect(servicesOn(name)[all.certificate.thumbprint]).toContain('IIS');
        expect(servicesOn(name)[webPrint]).toEqual(['SMTP']);
      }
      expect(await rig.plan(options())).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  test(
    'keeps each password to itself: none is written, and none is tried on the file of the other',
    async () => {
      const secrets: Secrets = [
        ['the password of web', rig.pfxPassword],
        ['the password of mail', MAIL_PASSWORD],
      ];
      const log = join(rig.folder, 'trace.log');
      const noted = { environment: { ...options().environment, TF_LOG: 'TRACE', TF_LOG_PATH: log } };
      await rig.declare(withSeveral({ web, mail }));
      const runs: Finished[] = [await rig.plan(noted)];
      const plans = unzipped(readFileSync(join(rig.stackFolder, 'plan')));
      runs.push(await rig.applyPlan(noted));
      // With the password of the other: it is refused, and the variable of that one is named.
      for (const [own, other] of [
        ['web', MAIL_PASSWORD],
        ['mail', rig.pfxPassword],
      ] as const) {
        const crossed = { ...noted.environment, [`TF_VAR_pfx_password_${own}`]: other };
        const refused = await rig.plan({ environment: crossed });
        runs.push(refused);
        expect(refused.said.match(/TF_VAR_pfx_password\w*/g)).toEqual([`TF_VAR_pfx_password_${own}`]);
      }
      expect(runs.map(({ exit }) => exit)).toEqual([2, 0, 1, 1]);
      const texts = [
        ...rig.files().values(),
        ...plans,
        ...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
        readFileSync(log),
      ];
      expect(found(secrets, texts)).toEqual([]);
      for (const [name, secret] of secrets)
        expect(found(secrets, [`{"x":"${String(secret)}"}`])).toEqual([name]);
    },
    TEST_MS,
  );
});
