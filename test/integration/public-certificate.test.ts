import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExchangeSiteProps } from '../../exchange/site';
import { toPem, type KeyedCertificate } from '../../pki';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { found, unzipped, type Secrets } from './canaries';
import { bothServers, FIRST, NAMES, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig, type Finished, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;

const FILE = 'certificates/webmail.crt';
const site: ExchangeSiteProps = {
  ...bothServers,
  certificate: { ...bothServers.certificate, certificateFile: FILE },
};

/** The pipeline of a pull request: no password, and most detailed logs. */
const pullRequest = (log: string) => ({
  environment: { TF_VAR_pfx_password: undefined, TF_LOG: 'TRACE', TF_LOG_PATH: log },
});

describeWithTerraform('a certificate that is committed beside its PFX', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  const [first, renewed] = [365, 700].map((days) => validCertificate(NAMES, -1, days)) as [
    KeyedCertificate,
    KeyedCertificate,
  ];
  const [old, next] = [first.certificate.thumbprint, renewed.certificate.thumbprint];
  const runs: Finished[] = [];
  const noted = async <Run extends Finished>(run: Promise<Run>): Promise<Run> => {
    const finished = await run;
    runs.push(finished);
    return finished;
  };
  const commit = (certificate: KeyedCertificate) =>
    writeFileSync(join(rig.project, FILE), toPem(certificate.certificate));
  let log: string;
  let plan: Plan;
  let saved: Buffer;

  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab, certificate: first });
    log = join(rig.folder, 'trace.log');
    rig.install(SECOND.name);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  test(
    'stops a deploy without the password, and one whose PFX holds another one, before anything runs',
    async () => {
      commit(first);
      await rig.declare(site);
      rig.forget();
      const unable = await noted(rig.apply({ environment: { TF_VAR_pfx_password: undefined } }));
      expect(unable.exit).toBe(1);
      expect(unable.said).toContain('plan again with the password');
      expect(rig.writes()).toEqual([]);
      expect(await noted(rig.plan())).toMatchObject({ exit: 2 });
      rig.writePfx(renewed);
      rig.forget();
      const applied = await noted(rig.applyPlan());
      expect(applied.exit).toBe(1);
      expect(applied.said).toContain(
        `'${FILE}' is not the certificate in '../../../certificates/webmail.pfx'`,
      );
      expect(applied.said).toContain(`has thumbprint ${old}, the PFX holds ${next}. Nothing was run.`);
      expect(rig.organization.journal()).toEqual([]);
      expect(rig.updates).toEqual([]);
      expect(await noted(rig.plan())).toMatchObject({ exit: 1 });
      rig.writePfx(first);
      expect(await noted(rig.apply())).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'shows a pull request all that a renewal runs, without PFX and password',
    async () => {
      commit(renewed);
      rmSync(rig.pfxFile);
      rig.forget();
      await rig.declare(site);
      plan = await noted(rig.plan(pullRequest(log)));
      saved = readFileSync(join(rig.stackFolder, 'plan'));
      expect(existsSync(rig.pfxFile)).toBe(false);
      expect(new Set(plan.changes.map(({ address }) => address.replace(/^.*\./, '')))).toEqual(
        new Set([FIRST, SECOND].flatMap(({ name }) => [`${name}-certificate`, `${name}-health`])),
      );
      for (const { name } of [FIRST, SECOND]) {
        const cmdlets = plan.changes.find(({ address }) => address.endsWith(`.${name}-certificate`))?.change
          .after?.['cmdlets'] as readonly string[];
        expect(cmdlets).toEqual([
          expect.stringContaining(`Import-ExchangeCertificate -Server '${name}'`),
          expect.stringContaining(`Enable-ExchangeCertificate -Server '${name}' -Thumbprint '${next}'`),
          expect.stringContaining('Test-ServiceHealth'),
          expect.stringContaining('Get-HealthReport'),
          expect.stringContaining(`Remove-ExchangeCertificate -Server '${name}' -Thumbprint '${old}'`),
        ]);
      }
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'lets no apply begin that cannot open the PFX, and needs a plan with the password then',
    async () => {
      const without = await noted(rig.applyPlan(pullRequest(log)));
      expect(without.exit).toBe(1);
      expect(without.said).toContain(`${FIRST.name}, ${SECOND.name} do not have the certificate yet`);
      rig.writePfx(renewed);
      // Terraform takes no plan twice.
      await noted(rig.plan(pullRequest(log)));
      const locked = await noted(rig.applyPlan(pullRequest(log)));
      expect(locked.exit).toBe(1);
      expect(locked.said).toContain('plan again with the password');
      await noted(rig.plan(pullRequest(log)));
      expect((await noted(rig.applyPlan())).said).toContain('was not set during the planning phase');
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'is deployed as the pull request showed it, and a plan without the PFX then shows nothing',
    async () => {
      rig.forget();
      const planned = await noted(rig.plan({ environment: { TF_LOG: 'TRACE', TF_LOG_PATH: log } }));
      expect(plannedCmdlets(planned)).toEqual(plannedCmdlets(plan));
      expect(
        await noted(rig.applyPlan({ environment: { TF_LOG: 'TRACE', TF_LOG_PATH: log } })),
      ).toMatchObject({ exit: 0 });
      expect(executedCmdlets(rig.organization.journal(), plannedCmdlets(plan))).toEqual(plannedCmdlets(plan));
      rmSync(rig.pfxFile);
      expect(await noted(rig.plan(pullRequest(log)))).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test('leaves neither key nor password in files, state, plans, output or the most detailed log', () => {
    const secrets: Secrets = [
      ['the password of the PFX', rig.pfxPassword],
      ...[first, renewed].flatMap(({ privateKey }, index): Secrets => {
        const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
        const { d = '' } = privateKey.export({ format: 'jwk' });
        return [
          [`key ${index} in PEM`, pem.split('\n')[5] ?? ''],
          [`key ${index} in bytes`, Buffer.from(d, 'base64url').subarray(0, 32)],
        ];
      }),
    ];
    expect(
      found(
        secrets,
        secrets.map(([, secret]) => secret),
      ),
    ).toHaveLength(secrets.length);
    expect(existsSync(rig.pfxFile)).toBe(false);
    const files = [...rig.files()];
    expect(files.map(([path]) => path.replace(/^.*\//, ''))).toEqual(
      expect.arrayContaining(['cdk.tf.json', 'exchange-plan.ps1', `terraform.two-node-dag-2013.tfstate`]),
    );
    expect(
      found(
        secrets,
        files.map(([, content]) => content),
      ),
    ).toEqual([]);
    expect(unzipped(saved).join()).toContain('Import-ExchangeCertificate');
    expect(found(secrets, unzipped(saved))).toEqual([]);
    expect(
      found(
        secrets,
        runs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ),
    ).toEqual([]);
    const lines = readFileSync(log, 'utf8');
    expect(lines).toContain('Import-ExchangeCertificate');
    expect(found(secrets, [lines])).toEqual([]);
  });
});
