import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { site as declared } from '../../environments/nlb-cas-2007';
import { PFX_ON_SERVER } from '../../exchange/resources/certificate-steps';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { startSshServer, type RunningSshServer } from '../../lab/exchange/ssh-server';
import { startLab } from '../dns/lab';
import { missingProc, testWhere } from '../requirement';
import { describeWithTerraform } from '../terraform/available';
import { found, unzipped, type Secrets } from './canaries';
import { expectCarriedOut } from './executed-cmdlets';
import { gone, processesOf } from './processes';
import { SiteRig, type Finished } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
jest.setTimeout(SETUP_MS);
const [USER, PASSWORD] = ['admin', 'canary-of-the-session-19c4'] as const;
const NAMES = ['mail.ehlo.dk', 'autodiscover.ehlo.dk'];
const server: Server = { ...declared.servers[0]!, endpoint: 'environment' };
const site: ExchangeSiteProps = {
  ...declared,
  servers: [server],
  certificate: { pfxFile: 'certificates/mail.pfx', names: NAMES, services: ['IIS', 'POP', 'IMAP'] },
  // One server is no cluster.
  dns: { zones: [{ name: 'ehlo.dk' }] },
  health: { timeoutSeconds: 1 },
};

describeWithTerraform('the PFX that lies on a server of Exchange 2007 for its import', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  let ssh: RunningSshServer;
  let secrets: Secrets;
  const runs: Finished[] = [];
  const plans: Buffer[] = [];
  let environment: { readonly [name: string]: string | undefined };
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({
      tools,
      startDns: startLab,
      certificate: validCertificate(NAMES),
      place: {
        stack: 'nlb-cas-2007',
        domain: 'ehlo.dk',
        zone: 'ehlo.dk',
        servers: [server],
        pfxFile: 'certificates/mail.pfx',
      },
    });
    rig.organization.ssh.add(USER, { password: PASSWORD });
    ssh = await startSshServer(rig.organization, { server: server.name, isBare: true });
    environment = {
      EXCHANGE_ENDPOINT: undefined,
      EXCHANGE_SERVER_ENDPOINTS: JSON.stringify({ [server.name]: `ssh://${USER}@127.0.0.1:${ssh.port}` }),
      EXCHANGE_SSH_PASSWORD: PASSWORD,
      EXCHANGE_SSH_HOST_KEY: rig.organization.ssh.hostFingerprint(),
      TF_LOG: 'TRACE',
      TF_LOG_PATH: join(rig.folder, 'trace.log'),
    };
    const pfx = readFileSync(rig.pfxFile);
    secrets = [
      ['the password of the PFX', rig.pfxPassword],
      ['the PFX', pfx.subarray(0, 48)],
      ['the middle of the PFX', pfx.subarray(600, 648)],
      ['the password of the session', PASSWORD],
    ];
    await rig.declare(site);
  }, SETUP_MS);
  afterAll(async () => {
    await ssh.close();
    await rig.remove();
    tools.remove();
  });

  const files = () => Object.keys(rig.organization.read().servers.get(server.name)?.files ?? {});
  const plan = async () => {
    const planned = await rig.plan({ environment });
    runs.push(planned);
    plans.push(readFileSync(join(rig.stackFolder, 'plan')));
    return planned;
  };
  const cmdletsOf = ({ changes }: Awaited<ReturnType<typeof plan>>) =>
    changes.flatMap(({ type, change }) =>
      type === 'exchange_certificate' ? (change.after?.['cmdlets'] as readonly string[]) : [],
    );

  testWhere(
    missingProc(),
    'is left by a provider that was killed, and the next plan shows its removal',
    async () => {
      expect(cmdletsOf(await plan())).toHaveLength(5);
      rig.organization.arm({
        at: 1,
        cmdlet: 'Import-ExchangeCertificate',
        effect: 'delay',
        when: 'after',
        delayMs: 600_000,
      });
      let group = 0;
      const killed = await rig.applyPlan({
        environment,
        during: (leader) => {
          group = leader;
          const isImported = rig.organization.read().servers.get(server.name)!.certificates.length > 1;
          if (!isImported || files().length === 0) return;
          const [provider] = processesOf(leader).filter(({ command }) =>
            command.includes('terraform-provider-exchange'),
          );
          if (provider !== undefined) process.kill(provider.pid, 'SIGKILL');
        },
      });
      runs.push(killed);
      await gone(group);
      expect(killed.exit).toBe(1);
      expect(files()).toEqual([PFX_ON_SERVER.toLowerCase()]);

      const rest = await plan();
      const shown = cmdletsOf(rest);
      expect(shown).toHaveLength(2);
      expect(shown[0]).toMatch(/^Enable-ExchangeCertificate /);
      expect(shown[1]).toBe(`Remove-Item -Path '${PFX_ON_SERVER}' (only if an earlier deploy left it)`);
      rig.forget();
      await expectCarriedOut(rig, rest, { environment });
      expect(files()).toEqual([]);
    },
  );

  test('is renewed and goes, also where the session is lost meanwhile', async () => {
    rig.writePfx(validCertificate(NAMES));
    secrets = [...secrets, ['the renewed PFX', readFileSync(rig.pfxFile).subarray(0, 48)]];
    await plan();
    rig.organization.arm({ at: 1, cmdlet: 'Import-ExchangeCertificate', effect: 'drop', when: 'after' });
    const lost = await rig.applyPlan({ environment });
    runs.push(lost);
    expect(lost.exit).toBe(1);
    expect(lost.said).toContain('The connection was lost during Import-ExchangeCertificate for CAS01');
    expect(files()).toEqual([]);
    await plan();
    const applied = await rig.applyPlan({ environment });
    runs.push(applied);
    expect(applied.exit).toBe(0);
    expect(await rig.plan({ environment })).toMatchObject({ exit: 0, changes: [] });
  });

  test('stands in no plan, no file of the project, no log and nothing that was said', () => {
    const log = readFileSync(join(rig.folder, 'trace.log'));
    expect(log.toString('latin1')).toContain('Set-Content -Path');
    const zipped = plans.flatMap(unzipped);
    expect(zipped.some((part) => part.includes('Set-Content'))).toBe(true);
    const project = [...rig.files()].filter(([path]) => !path.endsWith('.pfx')).map(([, content]) => content);
    const said = runs.flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect(found(secrets, [log, ...zipped, ...project, ...said])).toEqual([]);
  });
});
