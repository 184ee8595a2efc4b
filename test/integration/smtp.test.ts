import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import type { OneCertificateSite } from '../exchange/sites';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { startSiteEndpoint, type SiteEndpoint } from './site-endpoint';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const TEST_MS = 400_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-77ab';
const QUESTION = "If it asks 'Overwrite the existing default SMTP certificate?', the answer is";

/** A site whose certificate serves SMTP, too. */
function withSmtp(site: OneCertificateSite, replaceDefaultSmtpCertificate?: boolean): ExchangeSiteProps {
  return {
    ...site,
    certificate: {
      ...site.certificate,
      services: ['IIS', 'SMTP'],
      ...(replaceDefaultSmtpCertificate === undefined ? {} : { replaceDefaultSmtpCertificate }),
    },
  };
}

describeWithTerraform('a site whose certificate serves SMTP', () => {
  const certificate = validCertificate();
  const { thumbprint } = certificate.certificate;
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());
  beforeEach(async () => {
    rig = await SiteRig.create({ tools, startDns: startLab, certificate });
  }, SETUP_MS);
  afterEach(() => rig.remove());

  const certificatesOf = (server: string) =>
    rig.organization.read().servers.get(server.toUpperCase())?.certificates ?? [];
  /** The certificate that the servers use among themselves. */
  const defaultOf = (server: string) =>
    certificatesOf(server).flatMap((one) => (one.internalTransport ? [one.thumbprint] : []));
  const servicesOf = (server: string) =>
    certificatesOf(server).find((one) => one.thumbprint === thumbprint)?.services;
  const answers = () =>
    rig.organization.journal().flatMap((entry) => (entry.answers ?? []).map(({ yes }) => yes));

  test(
    'keeps the default one until its replacement is declared, and gets it back',
    async () => {
      rig.install(SECOND.name);
      const names = [FIRST.name, SECOND.name];
      const before = names.map(defaultOf);

      await rig.declare(withSmtp(bothServers));
      const first = await rig.plan();
      expect(first.said).toContain(`${QUESTION} No.`);
      expect(plannedCmdlets(first).filter((text) => /^enable-.*-force/.test(text))).toEqual([]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(executedCmdlets(rig.organization.journal(), plannedCmdlets(first))).toEqual(
        plannedCmdlets(first),
      );
      expect(answers()).toEqual([false, false]);
      expect(names.map(defaultOf)).toEqual(before);
      expect(names.map(servicesOf)).toEqual(names.map(() => ['IIS', 'SMTP']));
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      rig.forget();
      await rig.declare(withSmtp(bothServers, true));
      const second = await rig.plan();
      expect(plannedCmdlets(second)).toEqual(
        names
          .map((name) =>
            `Enable-ExchangeCertificate -Server '${name}' -Thumbprint '${thumbprint}' -Services @('SMTP') # ${QUESTION} Yes.`.toLowerCase(),
          )
          .sort(),
      );
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(executedCmdlets(rig.organization.journal(), plannedCmdlets(second))).toEqual(
        plannedCmdlets(second),
      );
      expect(names.map(defaultOf)).toEqual(names.map(() => [thumbprint]));
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      await rig.declare(withSmtp(bothServers));
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(names.map(defaultOf)).toEqual(before);
      expect(names.map(servicesOf)).toEqual(names.map(() => ['IIS', 'SMTP']));
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  test(
    'that is the default one leaves it to that of Setup when the site goes',
    async () => {
      const before = defaultOf(FIRST.name);
      await rig.deploy(withSmtp(firstServer, true));
      expect(defaultOf(FIRST.name)).toEqual([thumbprint]);
      const { exit, said } = await rig.terraform(['destroy', '-input=false', '-no-color', '-auto-approve']);
      expect([exit, exit === 0 ? '' : said]).toEqual([0, '']);
      expect(defaultOf(FIRST.name)).toEqual(before);
      expect(certificatesOf(FIRST.name).map((one) => one.thumbprint)).not.toContain(thumbprint);
    },
    TEST_MS,
  );

  test(
    'is renewed, and its replacement becomes the default one only where that is declared',
    async () => {
      const before = defaultOf(FIRST.name);
      await rig.deploy(withSmtp(firstServer));
      for (const [days, replaces] of [
        [500, undefined],
        [600, true],
      ] as const) {
        const renewed = validCertificate(undefined, -1, days);
        rig.writePfx(renewed);
        await rig.deploy(withSmtp(firstServer, replaces));
        const imported = certificatesOf(FIRST.name).filter(({ services }) => services.includes('IIS'));
        expect(imported.map((one) => one.thumbprint)).toEqual([renewed.certificate.thumbprint]);
        expect(imported[0]?.services).toEqual(['IIS', 'SMTP']);
        expect(defaultOf(FIRST.name)).toEqual(replaces === true ? [renewed.certificate.thumbprint] : before);
        // Setup's three, and the renewed one: the old one is gone, although Exchange takes SMTP from none.
        expect(certificatesOf(FIRST.name)).toHaveLength(4);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      }
    },
    TEST_MS,
  );

  test(
    'that a Send connector names stays when it is renewed, and goes once the connector does not',
    async () => {
      await rig.deploy(withSmtp(firstServer));
      const { issuer, subject } = certificate.certificate;
      rig.organization.addSendConnector('To Office 365', {
        TlsCertificateName: `<I>${issuer}<S>${subject}`,
      });
      const stays = `The certificate ${thumbprint} stays on ${FIRST.name}`;
      rig.writePfx(validCertificate(undefined, -1, 500));
      const renewal = await rig.plan();
      expect(renewal.said).toContain(stays);
      expect(renewal.said).toContain("Set-SendConnector -Identity 'To Office 365' -TlsCertificateName $null");
      expect(plannedCmdlets(renewal).filter((text) => text.startsWith('remove-'))).toEqual([]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      const idle = await rig.plan();
      expect([idle.exit, idle.said.includes(stays)]).toEqual([0, false]);
      expect(servicesOf(FIRST.name)).toEqual(['SMTP']);

      rig.organization.edit(({ organization }) => {
        for (const { settings } of organization.sendConnectors) settings['TlsCertificateName'] = null;
      });
      rig.forget();
      const removal = await rig.plan();
      expect(plannedCmdlets(removal)).toContainEqual(
        `remove-exchangecertificate -server '${FIRST.name}' -thumbprint '${thumbprint}' -confirm:$false`.toLowerCase(),
      );
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(executedCmdlets(rig.organization.journal(), plannedCmdlets(removal))).toEqual(
        plannedCmdlets(removal),
      );
      expect(servicesOf(FIRST.name)).toBeUndefined();
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  test(
    'that something holds is left on a server that leaves, which goes all the same',
    async () => {
      rig.install(SECOND.name);
      await rig.deploy(withSmtp(bothServers));
      rig.organization.editServer(SECOND.name, ({ certificates }) => {
        for (const each of certificates) each.internalTransport = each.thumbprint === thumbprint;
      });
      await rig.declare(withSmtp(firstServer));
      rig.forget();
      const { exit, said } = await rig.plan();
      expect(exit).toBe(2);
      expect(said).toContain(`The certificate ${thumbprint} stays on ${SECOND.name}`);
      expect(said).toContain('internal transport certificate');
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(rig.effects()).toEqual({
        'Enable-ExchangeCertificate': 1,
        'Remove-DatabaseAvailabilityGroupServer': 1,
      });
      expect(servicesOf(SECOND.name)).toEqual(['SMTP']);
      expect(rig.stateAddresses().filter((address) => address.includes(SECOND.name))).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    TEST_MS,
  );

  describe('over the endpoint of Exchange', () => {
    const folder = mkdtempSync(join(tmpdir(), 'site-smtp-'));
    const passwordFile = join(folder, 'password');
    let endpoint: SiteEndpoint;
    beforeAll(() => writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 }));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    beforeEach(async () => {
      endpoint = await startSiteEndpoint({
        folder,
        user: USER,
        password: PASSWORD,
        organization: () => rig.organization,
      });
    });
    afterEach(() => endpoint.close());

    test.each([
      ['keeps the default one', undefined],
      ['becomes the default one where that is declared', true],
    ] as const)(
      '%s',
      async (_, replaces) => {
        const environment = {
          ...endpoint.environment,
          EXCHANGE_PROCESS_COMMAND: undefined,
          EXCHANGE_PASSWORD: undefined,
          EXCHANGE_PASSWORD_FILE: passwordFile,
        };
        const before = defaultOf(FIRST.name);
        await rig.declare(withSmtp(firstServer, replaces));
        expect(await rig.apply({ environment })).toMatchObject({ exit: 0 });
        expect(answers()).toEqual([replaces === true]);
        expect(defaultOf(FIRST.name)).toEqual(replaces === true ? [thumbprint] : before);
        expect(servicesOf(FIRST.name)).toEqual(['IIS', 'SMTP']);
        expect(await rig.plan({ environment })).toMatchObject({ exit: 0 });
      },
      TEST_MS,
    );
  });
});
