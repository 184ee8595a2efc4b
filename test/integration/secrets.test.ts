import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSshKeyPair } from '../../lab/exchange/ssh-key-pair';
import { startSshServer, type RunningSshServer } from '../../lab/exchange/ssh-server';
import type { ExchangeSiteProps } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { commandLines, forms, found as foundOf, unzipped, type Secrets } from './canaries';
import { bothServers, firstServer, SECOND, ZONE } from './declared-site';
import { SiteRig, type Finished } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { missingProc, testWhere } from '../requirement';

const SETUP_MS = 240_000;
const PASSPHRASE = 'canary-of-the-ssh-passphrase-7d1f';
const PASSWORD = 'canary-of-the-ssh-password-52aa';
const ACCOUNT = 'APATRICIO\\probe';
const MAILBOX_PASSWORD = 'canary-of-the-mailbox-password-3c90';

describeWithTerraform('secrets', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  let server: RunningSshServer;
  let secrets: Secrets;
  let environment: { readonly [name: string]: string | undefined };
  /** Everything that was run, in order. */
  const runs: Finished[] = [];
  const seen = new Set<string>();
  const plans: Buffer[] = [];
  const synthesized: Buffer[] = [];
  let log: readonly string[] = [];

  /** With the key's name in the declaration, its secret goes through a variable of the stack. */
  const signed = (site: ExchangeSiteProps): ExchangeSiteProps => ({
    ...site,
    dns: { ...site.dns, zones: [{ name: ZONE, keyName: rig.key.name, keyAlgorithm: 'hmac-sha256' }] },
    health: { ...site.health, connectivity: { tests: ['ActiveSync'], account: ACCOUNT } },
  });
  const during = () => {
    for (const line of commandLines()) seen.add(line);
  };

  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.organization.edit(({ organization }) => {
      organization.mailboxes = [
        { address: 'probe@contoso.com', account: ACCOUNT, password: MAILBOX_PASSWORD },
      ];
    });
    const pair = newSshKeyPair(PASSPHRASE);
    const keyFile = join(rig.folder, 'id_ed25519');
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    rig.organization.ssh.add('admin', { password: PASSWORD, publicKeys: [pair.public] });
    server = await startSshServer(rig.organization, { server: 'BsAEX01' });
    secrets = [
      ['the password of the PFX', rig.pfxPassword],
      ["the DNS key's secret", rig.key.secret],
      ['the passphrase of the SSH key', PASSPHRASE],
      ['the SSH password', PASSWORD],
      ['the password of the mailbox', MAILBOX_PASSWORD],
      ['the SSH key', pair.private.split('\n')[2] ?? ''],
    ];
    const logFile = join(rig.folder, 'trace.log');
    environment = {
      TF_LOG: 'TRACE',
      TF_LOG_PATH: logFile,
      EXCHANGE_ENDPOINT: `ssh://admin@127.0.0.1:${server.port}`,
      EXCHANGE_SSH_HOST_KEY: rig.organization.ssh.hostFingerprint(),
      EXCHANGE_SSH_PRIVATE_KEY_FILE: keyFile,
      EXCHANGE_SSH_PASSPHRASE: PASSPHRASE,
      DNS_UPDATE_KEYNAME: undefined,
      DNS_UPDATE_KEYALGORITHM: undefined,
      DNS_UPDATE_KEYSECRET: undefined,
      TF_VAR_dns_key_secret: rig.key.secret,
      TF_VAR_mailbox_password: MAILBOX_PASSWORD,
    };
    const byPassword = {
      ...environment,
      EXCHANGE_SSH_PRIVATE_KEY_FILE: undefined,
      EXCHANGE_SSH_PASSPHRASE: undefined,
      EXCHANGE_SSH_PASSWORD: PASSWORD,
    };
    const step = async (options: { readonly environment: typeof environment }): Promise<void> => {
      runs.push(await rig.plan({ ...options, during }));
      plans.push(readFileSync(join(rig.stackFolder, 'plan')));
      runs.push(await rig.terraform(['show', '-json', 'plan'], options));
      runs.push(await rig.applyPlan({ ...options, during }));
      synthesized.push(...rig.files().values());
    };
    await rig.declare(signed(firstServer));
    await step({ environment });
    rig.install(SECOND.name);
    await rig.declare(signed(bothServers));
    // A deploy that fails says most; the state has a backup after it.
    rig.organization.arm({ at: 1, cmdlet: 'Import-ExchangeCertificate', effect: 'fail', when: 'after' });
    await step({ environment: byPassword });
    await step({ environment: byPassword });
    runs.push(
      await rig.plan({ environment: { ...environment, TF_VAR_pfx_password: `${rig.pfxPassword}x` } }),
    );
    log = readFileSync(logFile, 'utf8').split('\n');
  }, SETUP_MS);
  afterAll(async () => {
    await server.close();
    await rig.remove();
    tools.remove();
  });

  const found = (texts: readonly (Buffer | string)[]) => foundOf(secrets, texts);

  test('were all used: the deploys failed and went through as they should', () => {
    expect(runs.map(({ exit }) => exit)).toEqual([2, 0, 0, 2, 0, 1, 2, 0, 0, 1]);
  });

  test('are found where they are, whatever the form', () => {
    for (const [name, secret] of secrets) {
      for (const form of forms(secret))
        expect(found([Buffer.concat([Buffer.from('{"x":"'), form])])).toContain(name);
    }
    const zipped = plans.flatMap(unzipped).map((part) => part.toString('latin1'));
    expect(zipped.join()).toContain('Import-ExchangeCertificate');
  });

  test('stand in no file of the project: state, its backup, synthesized files, lock file', () => {
    const names = [...rig.files().keys()].map((path) => path.replace(/^.*\//, ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'terraform.two-node-dag-2013.tfstate',
        'terraform.two-node-dag-2013.tfstate.backup',
        '.terraform.lock.hcl',
        'cdk.tf.json',
        'exchange-plan.json',
        'exchange-plan.ps1',
      ]),
    );
    expect(found(synthesized)).toEqual([]);
  });

  test('stand in no saved plan', () => {
    expect(plans).toHaveLength(3);
    expect(found(plans.flatMap(unzipped))).toEqual([]);
  });

  test('stand in nothing that was written to the terminal', () => {
    expect(found(runs.flatMap(({ stdout, stderr }) => [stdout, stderr]))).toEqual([]);
  });

  test('stand in no line of a provider in the most detailed log', () => {
    const lines = log.filter((line) => line.includes('provider.terraform-provider-'));
    expect(lines.length).toBeGreaterThan(10);
    // Terraform understands the lines: level and text are apart.
    expect(
      lines.filter((line) => /\[DEBUG\] provider\.terraform-provider-exchange\S*: Import-/.test(line)),
    ).not.toEqual([]);
    expect(found(lines)).toEqual([]);
  });

  test('stand in no line of Terraform itself either', () => {
    expect(found(log)).toEqual([]);
  });

  testWhere(missingProc(), 'stand in no command line', () => {
    const lines = [...seen];
    expect(lines.some((line) => line.includes('terraform-provider-exchange'))).toBe(true);
    expect(lines.some((line) => line.includes('terraform-provider-dns'))).toBe(true);
    expect(found(lines)).toEqual([]);
  });
});
