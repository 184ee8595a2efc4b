import { rmSync } from 'node:fs';
import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { DAG as GROUP, FIRST, firstServer } from './declared-site';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const THERE = 'there';
const OTHER_WITNESS = 'other.apatricio.local';
const DAG = 'exchange_database_availability_group.dag-DAG01';
const MEMBER = `exchange_database_availability_group_member.${FIRST.name}-dag-member`;
const CERTIFICATE = `exchange_certificate.${FIRST.name}-certificate`;

/** The site as one that is there already. */
const existing: ExchangeSiteProps = {
  ...firstServer,
  certificate: { ...firstServer.certificate, existingOn: [FIRST.name] },
  dag: { ...GROUP, existing: true, existingMembers: [FIRST.name] },
};

describeWithTerraform('a DAG, a member and a certificate that are there before the first deploy', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    await rig.deploy(firstServer);
    rig.organization.edit(
      ({
        organization: {
          databaseAvailabilityGroups: [group],
        },
      }) => {
        if (group !== undefined) group.settings['WitnessServer'] = OTHER_WITNESS;
      },
    );
    rig.organization.editServer(FIRST.name, ({ certificates }) => {
      for (const { services } of certificates)
        services.splice(0, services.length, ...services.filter((name) => name !== 'IIS'));
      certificates[0]?.services.push('IIS');
    });
    rig.save(THERE);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });
  beforeEach(() => {
    rig.restore(THERE);
    rmSync(rig.stateFile);
    rig.forget();
  });

  const changeOf = (plan: Plan, address: string) =>
    plan.changes.find((change) => change.address === address)?.change;
  const writes = () => rig.writes().map(({ cmdlet }) => cmdlet);
  const thumbprints = () =>
    (rig.organization.read().servers.get(FIRST.name.toUpperCase())?.certificates ?? []).map(
      ({ thumbprint }) => thumbprint,
    );

  test(
    'are named by the plan with what differs and the line to add; the deploy goes on from them',
    async () => {
      await rig.declare(firstServer);
      const plan = await rig.plan();
      expect(plan.said).toContain('exchange_database_availability_group DAG01 exists already');
      expect(plan.said).toContain(`witness_server: "${OTHER_WITNESS}" -> "BsAFS01.apatricio.local"`);
      expect(plan.said).toContain(`declare dag: { name: 'DAG01', …, existing: true } for the site`);
      expect(plan.said).toContain(`exchange_database_availability_group_member ${FIRST.name} exists already`);
      expect(plan.said).toContain(`existingMembers: ['${FIRST.name}']`);
      expect(plan.said).toMatch(new RegExp(`exchange_certificate ${FIRST.name}/[0-9A-F]{40} exists already`));
      expect(plan.said).toContain('services: ["SMTP"] -> ["IIS","SMTP"]');
      expect(plan.said).toContain(`existingOn: ['${FIRST.name}']`);
      const old = thumbprints();
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(writes().sort()).toEqual(['Enable-ExchangeCertificate', 'Set-DatabaseAvailabilityGroup']);
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      // A certificate that was there before is never removed.
      rig.writePfx(validCertificate());
      rig.forget();
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(writes()).toEqual(['Import-ExchangeCertificate', 'Enable-ExchangeCertificate']);
      expect(thumbprints()).toEqual(expect.arrayContaining(old));
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'are imported where the declaration says so: old and new values, and no more cmdlets than they take',
    async () => {
      rig.writePfx(validCertificate());
      await rig.declare(existing);
      const plan = await rig.plan();
      expect(plan.said).not.toContain('exists already');
      expect(changeOf(plan, DAG)).toMatchObject({
        actions: ['update'],
        before: { witness_server: OTHER_WITNESS },
        after: {
          cmdlets: [
            "Set-DatabaseAvailabilityGroup -Identity 'DAG01' -WitnessServer 'BsAFS01.apatricio.local'",
          ],
        },
      });
      expect(changeOf(plan, MEMBER)).toBeUndefined();
      // Clients see the one that Setup made.
      const [shown] = thumbprints();
      expect(changeOf(plan, CERTIFICATE)).toMatchObject({
        actions: ['update'],
        before: { thumbprint: shown, imported: [] },
        after: {
          cmdlets: [
            expect.stringMatching('^Import-ExchangeCertificate '),
            expect.stringMatching('^Enable-ExchangeCertificate '),
          ],
        },
      });
      const old = thumbprints();
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(writes().sort()).toEqual([
        'Enable-ExchangeCertificate',
        'Import-ExchangeCertificate',
        'Set-DatabaseAvailabilityGroup',
      ]);
      expect(thumbprints()).toEqual(expect.arrayContaining(old));
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    "are imported by hand, a virtual directory by Exchange's own name of it",
    async () => {
      await rig.declare(firstServer);
      const directory = `exchange_owa_virtual_directory.${FIRST.name}-owa`;
      const identity = `${FIRST.name}\\owa (Default Web Site)`;
      const other = await rig.terraform([
        'import',
        '-no-color',
        directory,
        `${FIRST.name}\\ecp (Default Web Site)`,
      ]);
      expect(other.exit).toBe(1);
      expect(other.said).toContain(
        `'${FIRST.name}\\ecp (Default Web Site)' is not an import id of an exchange_owa_virtual_directory`,
      );
      expect(await rig.terraform(['import', '-no-color', directory, identity])).toMatchObject({ exit: 0 });
      expect(await rig.terraform(['import', '-no-color', MEMBER, `DAG01/${FIRST.name}`])).toMatchObject({
        exit: 0,
      });
      expect(await rig.terraform(['import', '-no-color', CERTIFICATE, FIRST.name])).toMatchObject({
        exit: 0,
      });
      expect(rig.stateValues()).toMatchObject({
        [directory]: { server: FIRST.name, web_site: 'Default Web Site', identity },
        [MEMBER]: { dag: 'DAG01' },
        [CERTIFICATE]: { thumbprint: thumbprints()[0], imported: [] },
      });
      const plan = await rig.plan();
      expect(changeOf(plan, directory)).toBeUndefined();
      expect(changeOf(plan, MEMBER)).toBeUndefined();
    },
    SETUP_MS,
  );
});
