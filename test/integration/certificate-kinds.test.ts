import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { certificateState } from '../../lab/exchange/setup';
import { makePfx, makeSelfSigned, parseCertificate, type PfxOptions } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const fixture = (name: string) => readFileSync(join(__dirname, '..', 'pki', 'fixtures', name));
const DAY_MS = 86_400_000;
const PASSWORD = 'open-sesame';

describeWithTerraform('certificates of every kind', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.install(SECOND.name);
    await rig.declare(firstServer);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });
  beforeEach(() => rig.forget());

  const mail = validCertificate();
  const write = (data: Uint8Array) => writeFileSync(rig.pfxFile, data, { mode: 0o600 });
  const written = (options: Partial<PfxOptions> = {}) => makePfx(mail, { password: PASSWORD, ...options });
  const environment = { TF_VAR_pfx_password: PASSWORD };
  const accepting = (accepted: SiteCertificate['accepted']): ExchangeSiteProps => ({
    ...firstServer,
    certificate: { ...firstServer.certificate, ...(accepted === undefined ? {} : { accepted }) },
  });
  const selfSigned = makeSelfSigned({
    commonName: NAMES[0],
    subjectAlternativeNames: NAMES,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
  });

  test.each([
    [
      'a PFX as text',
      () => Buffer.from(Buffer.from(written()).toString('base64')),
      ['is a PFX as text', 'certutil -decode'],
    ],
    [
      'one exported to groups or users',
      () => fixture('protected-to-principals.pfx'),
      ['was exported to groups or users', 'choose "Password"'],
    ],
    [
      'a key on a curve for 2013',
      () => fixture('ec.pfx'),
      ['is on an elliptic curve', 'Exchange Server 2013 cannot use it'],
    ],
    [
      'one that is self-signed',
      () => makePfx(selfSigned, { password: PASSWORD }),
      ['is self-signed', `certificate.accepted: { 'self-signed': '<reason>' }`],
    ],
    [
      'the keys of two, of which neither has the names',
      () =>
        makePfx([validCertificate(['a.contoso.com']), validCertificate(['b.contoso.com'])], {
          password: PASSWORD,
        }),
      ['holds the keys of several certificates', 'CN=a.contoso.com', 'CN=b.contoso.com'],
    ],
  ])(
    'a plan refuses %s',
    async (_what, data, words) => {
      write(data());
      const { exit, said } = await rig.plan({ environment });
      expect(exit).toBe(1);
      for (const word of words) expect(said).toContain(word);
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'what may be right is said in a plan, once for all servers, and not any more where it is accepted',
    async () => {
      write(written({ chain: [mail.certificate], keyProvider: 'Microsoft Software Key Storage Provider' }));
      await rig.declare(bothServers);
      const { exit, said } = await rig.plan({ environment });
      expect(exit).toBe(2);
      for (const problem of [
        'holds the certificate of the servers twice',
        `is marked for 'Microsoft Software Key Storage Provider'`,
        'The issuer of the certificate, CN=Certificates for tests, is not in',
      ]) {
        expect(said.split(problem)).toHaveLength(2);
      }
      const accepted = {
        'certificate-twice': 'it comes so from the supplier',
        'cng-key': 'OWA is behind a proxy that signs people in',
        'chain-incomplete': 'the servers have it from the domain',
        'self-signed': 'of an earlier one',
      };
      await rig.declare({ ...bothServers, certificate: { ...bothServers.certificate, accepted } });
      const again = await rig.plan({ environment });
      expect(again.exit).toBe(2);
      expect(again.said).not.toContain('is marked for');
      expect(again.said).not.toContain('holds the certificate of the servers twice');
      expect(again.said).not.toContain('The issuer of the certificate');
      // One that nothing needs any more is what is left to say.
      expect(
        again.said.split(`certificate.accepted has 'self-signed', and nothing of the kind`),
      ).toHaveLength(2);
      expect(again.said).toContain('it comes so from the supplier');
    },
    SETUP_MS,
  );

  test(
    'a self-signed one for whose acceptance there is a reason is deployed, beside one that nobody can decode',
    async () => {
      const gost = parseCertificate(fixture('gost.der'));
      rig.organization.editServer(FIRST.name, (server) => {
        server.certificates.unshift(
          certificateState({ certificate: gost, privateKey: selfSigned.privateKey }, { services: ['POP'] }),
        );
      });
      write(makePfx(selfSigned, { password: PASSWORD }));
      await rig.declare(accepting({ 'self-signed': 'lab only, ends in May' }));
      const planned = await rig.plan({ environment });
      expect(planned.exit).toBe(2);
      expect(planned.said).not.toContain('is self-signed');
      // Of the certificate nothing; the second server is installed here and declared by nobody.
      const warnings = [...planned.said.matchAll(/Warning: (.*?) with /g)].map(([, summary]) => summary);
      const undeclared = SECOND.name.toUpperCase();
      expect(warnings.sort()).toEqual([
        `${undeclared} is not declared and gives clients inside its own name for Exchange Web Services`,
        `${undeclared} is not declared and hands out another Autodiscover URL`,
      ]);
      const { exit, said } = await rig.applyPlan({ environment });
      expect({ exit, said }).toMatchObject({ exit: 0 });
      expect(await rig.plan({ environment })).toMatchObject({ exit: 0 });
      const [state] = Object.values(rig.stateValues()).filter((values) => 'imported' in values);
      expect(state).toMatchObject({
        thumbprint: selfSigned.certificate.thumbprint,
        services: firstServer.certificate.services,
      });
    },
    SETUP_MS,
  );
});
