import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandHost } from '../../remoting/server/command-host';
import { startLab } from '../dns/lab';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { startKerberosEndpoint, type KerberosEndpoint } from '../remoting/peers/wsman-endpoint';
import { describeWithTerraform } from '../terraform/available';
import { commandLines, found, unzipped, type Secrets } from './canaries';
import { bothServers, FIRST, firstServer, SECOND } from './declared-site';
import { startSiteEndpoint, type SiteEndpoint } from './site-endpoint';
import { SiteRig, type RunOptions } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 180_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-3c90';

function basicSecrets(rig: SiteRig): Secrets {
  return [
    ['the password', PASSWORD],
    ['the credentials', Buffer.from(`${USER}:${PASSWORD}`).toString('base64')],
    ['the password of the PFX', rig.pfxPassword],
  ];
}

/** What Terraform and its providers write at each level below TRACE. */
async function plansAtEveryLevel(
  rig: SiteRig,
  environment: NonNullable<RunOptions['environment']>,
): Promise<readonly string[]> {
  const plans = await Promise.all(
    ['ERROR', 'WARN', 'INFO', 'DEBUG'].map((level) =>
      rig.terraform(['plan', '-input=false', '-no-color', '-lock=false'], {
        environment: { ...environment, TF_LOG: level },
      }),
    ),
  );
  expect(plans.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
  expect(plans.at(-1)?.stderr).toContain('provider.terraform-provider-exchange');
  return plans.flatMap(({ stdout, stderr }) => [stdout, stderr]);
}

describeWithTerraform('a site over the endpoint of Exchange', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-wsman-'));
  const passwordFile = join(folder, 'password');
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(async () => {
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    rig = await SiteRig.create({ tools, startDns: startLab });
  }, SETUP_MS);
  afterEach(() => rig.remove());

  describe('with Basic', () => {
    let endpoint: SiteEndpoint;
    /** How often a session was asked what it offers. */
    let questions: number;
    const counted = (host: CommandHost): CommandHost => ({
      powerShellVersion: host.powerShellVersion,
      run(pipeline, signal, client) {
        if (pipeline.statements.flat().some(({ name }) => name === 'Get-Command')) questions += 1;
        return host.run(pipeline, signal, client);
      },
    });
    beforeEach(async () => {
      questions = 0;
      endpoint = await startSiteEndpoint({
        folder,
        user: USER,
        password: PASSWORD,
        organization: () => rig.organization,
        host: (client) => counted(rig.organization.host(FIRST.name, client)),
      });
    });
    afterEach(() => endpoint.close());

    const environment = () => ({
      ...endpoint.environment,
      EXCHANGE_PROCESS_COMMAND: undefined,
      EXCHANGE_PASSWORD: undefined,
      EXCHANGE_PASSWORD_FILE: passwordFile,
    });

    test(
      'is deployed, then unchanged; no shell stays behind and the password shows nowhere',
      async () => {
        rig.install(SECOND.name);
        await rig.declare(bothServers);
        const traced = { ...environment(), TF_LOG: 'TRACE' };
        const seen = new Set<string>();
        const during = () => {
          for (const line of commandLines()) seen.add(line);
        };
        const applied = await rig.apply({ environment: traced, during });
        expect(applied).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(endpoint.service.shells).toBe(0);
        const operations = endpoint.traffic.map(({ operation }) => operation);
        const count = (name: string): number => operations.filter((operation) => operation === name).length;
        // Sessions end as often as they begin, and a call costs two requests.
        expect(count('Delete')).toBe(count('Create'));
        expect(count('Command')).toBeGreaterThan(10);
        expect(applied.stderr).toContain('[TRACE]');
        const written = [applied.stdout, applied.stderr, ...rig.files().values(), ...seen];
        expect(found(basicSecrets(rig), written)).toEqual([]);
      },
      SETUP_MS,
    );

    test.each([
      ['before', 'Command'],
      ['after', 'Command'],
      ['during', 'Receive'],
    ] as const)(
      'reads again on a new session where the connection broke %s the server took a %s',
      async (when, operation) => {
        await rig.declare(firstServer);
        // Of the first reads, which change nothing.
        endpoint.disturbances.arm({ at: 3, operation, effect: { kind: 'reset' }, when });
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        const operations = endpoint.traffic.map((request) => request.operation);
        expect(operations.filter((name) => name === 'Delete')).toHaveLength(
          operations.filter((name) => name === 'Create').length,
        );
        expect(endpoint.service.shells).toBe(0);
      },
      SETUP_MS,
    );

    test.each([
      ['Import-ExchangeCertificate', 'Command', 'before'],
      ['Import-ExchangeCertificate', 'Receive', 'after'],
      ['Set-OwaVirtualDirectory', 'Receive', 'during'],
    ] as const)(
      'does %s once where the connection broke: %s, %s it took effect',
      async (cmdlet, operation, when) => {
        await rig.declare(firstServer);
        endpoint.disturbances.arm({ operation, cmdlet, effect: { kind: 'reset' }, when });
        const broken = await rig.apply({ environment: environment() });
        expect(endpoint.disturbances.waiting).toEqual([]);
        expect(broken.exit).toBe(1);
        expect(broken.said).toContain(`The connection was lost during ${cmdlet} for ${FIRST.name}`);
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(new Set(Object.values(rig.effects()))).toEqual(new Set([1]));
        expect(endpoint.service.shells).toBe(0);
      },
      SETUP_MS,
    );

    test.each([
      ['says nothing', { kind: 'silence' }],
      ['ends its half of the connection', { kind: 'half-close' }],
      ['resets the connection', { kind: 'reset' }],
      ['never ends the head of its answer', { kind: 'endless', part: 'head' }],
      ['never ends the body of its answer', { kind: 'endless', part: 'body' }],
    ] as const)(
      'says what became of the object in flight where the server %s when the lost session is closed',
      async (_what, effect) => {
        await rig.declare(firstServer);
        const cmdlet = 'Import-ExchangeCertificate';
        endpoint.disturbances.arm({ operation: 'Receive', cmdlet, effect: { kind: 'reset' }, when: 'after' });
        // The plan has a session of its own, which closes well.
        endpoint.disturbances.arm({ operation: 'Delete', at: 2, effect });
        const broken = await rig.apply({ environment: environment() });
        expect(endpoint.disturbances.waiting).toEqual([]);
        expect(broken.exit).toBe(1);
        expect(broken.said).not.toContain('Plugin did not respond');
        expect(broken.said).toContain(`The connection was lost during ${cmdlet} for ${FIRST.name}`);
        expect(broken.said).toContain('exchange_certificate is only partly created');
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(new Set(Object.values(rig.effects()))).toEqual(new Set([1]));
      },
      SETUP_MS,
    );

    test(
      'is deployed, and leaves no session behind, where sessions lose requests of their own',
      async () => {
        await rig.declare(firstServer);
        const effect = { kind: 'reset' } as const;
        endpoint.disturbances.arm({ operation: 'Send', effect, when: 'after' });
        endpoint.disturbances.arm({ operation: 'Delete', effect });
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(endpoint.disturbances.waiting).toEqual([]);
        expect(endpoint.service.shells).toBe(0);
        // The plan has a session of its own; this is the one of the apply.
        await rig.declare(bothServers);
        rig.install(SECOND.name);
        endpoint.disturbances.arm({ operation: 'Create', at: 2, effect, when: 'after' });
        const refused = await rig.apply({ environment: environment() });
        expect(refused.exit).toBe(1);
        expect(refused.said).toContain(
          `No session with Exchange at https://localhost:${endpoint.port}/PowerShell/`,
        );
        expect(refused.said).toContain('Nothing was changed.');
        expect(endpoint.service.shells).toBe(0);
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'is not deployed by an account without the rights: the plan names cmdlet, role and remedy',
      async () => {
        await rig.declare(firstServer);
        rig.organization.ssh.add(USER, {
          deniedCmdlets: ['Set-OwaVirtualDirectory', 'Set-EcpVirtualDirectory -ExternalUrl'],
        });
        const { exit, said } = await rig.plan({ environment: environment() });
        expect(exit).toBe(1);
        for (const words of [
          'The account may not run Set-OwaVirtualDirectory for BsAEX01',
          'exchange_owa_virtual_directory needs this cmdlet',
          'Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory`',
          'Exchange Virtual Directories',
          'The account may not use -ExternalUrl of Set-EcpVirtualDirectory for BsAEX01',
          'Nothing was run for this object.',
        ]) {
          expect(said).toContain(words);
        }
        expect(said.match(/The account may not/g)).toHaveLength(2);
        expect(rig.writes()).toEqual([]);
        expect(questions).toBe(1);
        const reviewed = await rig.plan({
          environment: { ...environment(), EXCHANGE_LACKING_RIGHTS: 'warning' },
        });
        expect(reviewed.exit).toBe(2);
        expect(reviewed.said).toContain('Warning: The account may not run Set-OwaVirtualDirectory');

        rig.organization.ssh.add(USER, {});
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        questions = 0;
        // Who has nothing to do needs no rights, and is not asked for them.
        rig.organization.ssh.add(USER, { deniedCmdlets: ['Set-OwaVirtualDirectory'] });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(questions).toBe(0);
      },
      SETUP_MS,
    );

    test(
      'shows no password at any level of the log',
      async () => {
        await rig.declare(firstServer);
        const said = await plansAtEveryLevel(rig, environment());
        expect(found(basicSecrets(rig), said)).toEqual([]);
      },
      SETUP_MS,
    );

    test(
      'is not planned with settings that are out of bounds, and nothing is sent',
      async () => {
        await rig.declare(firstServer);
        const from = endpoint.traffic.length;
        const { exit, said } = await rig.plan({
          environment: {
            ...environment(),
            EXCHANGE_MAX_ENVELOPE_KILOBYTES: '8',
            EXCHANGE_OPERATION_TIMEOUT_SECONDS: '0',
          },
        });
        expect(exit).toBe(1);
        expect(said).toContain("max_envelope_kilobytes is '8'");
        expect(said).toContain('from 32 to 16384');
        expect(said).toContain('EXCHANGE_OPERATION_TIMEOUT_SECONDS');
        expect(endpoint.traffic.length).toBe(from);
      },
      SETUP_MS,
    );

    test(
      'says what to do about a wrong password, and sends it once',
      async () => {
        await rig.declare(firstServer);
        const from = endpoint.traffic.length;
        const wrong = { ...environment(), EXCHANGE_PASSWORD: 'wrong-canary' };
        const { exit, said } = await rig.plan({ environment: wrong });
        expect(exit).toBe(1);
        expect(said).toContain('EXCHANGE_PASSWORD');
        expect(said).not.toContain('wrong-canary');
        expect(endpoint.traffic.length - from).toBe(1);
      },
      SETUP_MS,
    );
  });

  describeWithKerberos('with Kerberos', () => {
    let lab: KerberosEndpoint;
    beforeEach(async () => {
      const file = 'test/remoting/peers/kerberos-endpoint.ts';
      lab = await startKerberosEndpoint(join(rig.folder, 'kdc'), 'deploy', PASSWORD, rig.organizationFolder, {
        file,
      });
    }, SETUP_MS);
    afterEach(() => lab.stop());

    /** @param tickets where they are, or where they come from */
    const environment = (tickets: { readonly [name: string]: string }) => ({
      EXCHANGE_ENDPOINT: lab.endpoint.url,
      EXCHANGE_PROCESS_COMMAND: undefined,
      EXCHANGE_CA_FILE: lab.endpoint.caFile,
      KRB5_CONFIG: lab.kdc.environment['KRB5_CONFIG'],
      // The rig's project has no packages of its own.
      NODE_PATH: [resolve(__dirname, '../../node_modules'), process.env['NODE_PATH'] ?? ''].join(delimiter),
      ...tickets,
    });
    /** A part of each token that went over the wire, as it went and as what it stands for. */
    const tokens = (): Secrets =>
      lab.endpoint.printed
        .filter((token) => token !== '')
        .flatMap((token, index): Secrets => {
          const middle = 4 * Math.floor(token.length / 8);
          const part = token.slice(middle, middle + 40);
          return [
            [`token ${index}`, part],
            [`the bytes of token ${index}`, Buffer.from(part, 'base64')],
          ];
        });

    test(
      'is deployed, then unchanged, and no secret shows anywhere, at any level of the log',
      async () => {
        rig.install(SECOND.name);
        await rig.declare(bothServers);
        const signedIn = environment({ KRB5CCNAME: lab.kdc.signIn(`deploy@${REALM}`, PASSWORD) });
        const traced = { ...signedIn, TF_LOG: 'TRACE' };
        const seen = new Set<string>();
        const during = () => {
          for (const line of commandLines()) seen.add(line);
        };
        const planned = await rig.plan({ environment: traced, during });
        expect(planned).toMatchObject({ exit: 2 });
        const saved = unzipped(readFileSync(join(rig.stackFolder, 'plan')));
        const applied = await rig.applyPlan({ environment: traced, during });
        expect(applied).toMatchObject({ exit: 0 });
        expect(applied.stderr).toContain('[TRACE]');
        const unchanged = await plansAtEveryLevel(rig, signedIn);
        const secrets: Secrets = [
          ['the password', PASSWORD],
          ['the password of the PFX', rig.pfxPassword],
          ...[lab.kdc.keytab, lab.kdc.userKeytab].flatMap((keytab) =>
            lab.kdc.keysOf(keytab).map((key): Secrets[number] => [keytab, Buffer.from(key, 'hex')]),
          ),
          ...tokens(),
        ];
        // A plan, an apply and four plans, each with a token and its answer at least.
        expect(tokens().length).toBeGreaterThanOrEqual(2 * 2 * 6);
        expect(found(secrets, [lab.endpoint.printed.join()])).not.toEqual([]);
        const written = [planned, applied].flatMap(({ stdout, stderr }) => [stdout, stderr]);
        expect(found(secrets, [...written, ...unchanged])).toEqual([]);
        expect(found(secrets, [...rig.files().values(), ...saved])).toEqual([]);
        expect(found(secrets, [...seen])).toEqual([]);
        if (process.platform === 'linux') expect([...seen].join()).toContain('terraform-provider-exchange');
      },
      SETUP_MS,
    );

    test(
      'is deployed with a keytab, and says that a ticket is missing or has expired',
      async () => {
        await rig.declare(firstServer);
        const none = `FILE:${join(rig.folder, 'no-tickets')}`;
        const expired = lab.kdc.signIn(`deploy@${REALM}`, PASSWORD, '1s');
        await sleep(1_500);
        for (const [KRB5CCNAME, remedy] of [
          [none, 'klist shows the tickets that exist'],
          [expired, 'Get a new ticket with kinit'],
        ] as const) {
          const { exit, said } = await rig.plan({ environment: environment({ KRB5CCNAME }) });
          expect(exit).toBe(1);
          expect(said).toContain(`No session with Exchange at ${lab.endpoint.url}`);
          expect(said).toContain('Kerberos gives no ticket for HTTP@localhost');
          expect(said).toContain(remedy);
        }
        const signedIn = environment({ KRB5CCNAME: none, KRB5_CLIENT_KTNAME: lab.kdc.userKeytab });
        // Another connection needs another token.
        rig.organization.arm({ at: 1, cmdlet: 'Get-OwaVirtualDirectory', effect: 'drop' });
        expect(await rig.apply({ environment: signedIn })).toMatchObject({ exit: 0 });
        expect(rig.organization.journal()).toContainEqual(expect.objectContaining({ outcome: 'dropped' }));
        expect(await rig.plan({ environment: signedIn })).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });
});
