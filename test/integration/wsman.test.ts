import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { startEndpoint, type RunningEndpoint } from '../../lab/wsman/endpoint';
import type { CommandHost } from '../../remoting/server/command-host';
import { startLab } from '../dns/lab';
import { describeWithKerberos, REALM } from '../remoting/peers/kdc';
import { startKerberosEndpoint, type KerberosEndpoint } from '../remoting/peers/wsman-endpoint';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, SECOND } from './declared-site';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 180_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-3c90';

describeWithTerraform('a site over the endpoint of Exchange', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-wsman-'));
  const { cert, key, caFile } = endpointCertificate(folder, ['localhost']);
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
    let endpoint: RunningEndpoint;
    /** How often a session was asked what it offers. */
    let questions: number;
    const counted = (host: CommandHost): CommandHost => ({
      powerShellVersion: host.powerShellVersion,
      run(pipeline, signal) {
        if (pipeline.statements.flat().some(({ name }) => name === 'Get-Command')) questions += 1;
        return host.run(pipeline, signal);
      },
    });
    beforeEach(async () => {
      questions = 0;
      endpoint = await startEndpoint({
        host: (user, drop) => counted(rig.organization.host(FIRST.name, drop, user)),
        authentication: { basic: (user, password) => user === USER && password === PASSWORD },
        tls: { cert, key },
      });
    });
    afterEach(() => endpoint.close());

    const environment = () => ({
      EXCHANGE_ENDPOINT: `https://localhost:${endpoint.port}`,
      EXCHANGE_PROCESS_COMMAND: undefined,
      EXCHANGE_CA_FILE: caFile,
      EXCHANGE_USER: USER,
      EXCHANGE_PASSWORD_FILE: passwordFile,
    });

    test(
      'is deployed, then unchanged; no shell stays behind and the password shows nowhere',
      async () => {
        rig.install(SECOND.name);
        await rig.declare(bothServers);
        const traced = { ...environment(), TF_LOG: 'TRACE' };
        const applied = await rig.apply({ environment: traced });
        expect(applied).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(endpoint.service.shells).toBe(0);
        const operations = endpoint.traffic.map(({ operation }) => operation);
        const count = (name: string): number => operations.filter((operation) => operation === name).length;
        // Sessions end as often as they begin, and a call costs two requests.
        expect(count('Delete')).toBe(count('Create'));
        expect(count('Command')).toBeGreaterThan(10);
        const secrets = [PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString('base64')];
        const files = [...rig.files()].map(([path, content]) => `${path} ${content.toString('latin1')}`);
        for (const secret of secrets) {
          expect(applied.stdout + applied.stderr).not.toContain(secret);
          expect(files.filter((content) => content.includes(secret))).toEqual([]);
        }
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

    test.each(['before', 'after'] as const)(
      'does nothing twice where the connection broke %s a change took effect',
      async (when) => {
        await rig.declare(firstServer);
        rig.organization.arm({ at: 1, cmdlet: 'Import-ExchangeCertificate', effect: 'drop', when });
        const broken = await rig.apply({ environment: environment() });
        expect(broken.exit).toBe(1);
        expect(broken.said).toContain('The connection was lost during Import-ExchangeCertificate');
        expect(await rig.apply({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment: environment() })).toMatchObject({ exit: 0 });
        expect(rig.effects()['Import-ExchangeCertificate']).toBe(1);
        expect(endpoint.service.shells).toBe(0);
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
          'exchange_owa_virtual_directory needs it',
          'Get-ManagementRole -Cmdlet Set-OwaVirtualDirectory`',
          'Exchange Virtual Directories',
          'The account may not use -ExternalUrl of Set-EcpVirtualDirectory for BsAEX01',
          'Nothing was run for it.',
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
      const folder = join(rig.folder, 'kdc');
      lab = await startKerberosEndpoint(folder, 'deploy', PASSWORD, rig.organizationFolder);
    }, SETUP_MS);
    afterEach(() => lab.stop());

    test(
      'is deployed, then unchanged',
      async () => {
        const { KRB5_CONFIG } = lab.kdc.environment;
        // The rig's project has no packages of its own.
        const packages = [resolve(__dirname, '../../node_modules'), process.env['NODE_PATH'] ?? ''];
        const environment = {
          EXCHANGE_ENDPOINT: lab.endpoint.url,
          EXCHANGE_PROCESS_COMMAND: undefined,
          EXCHANGE_CA_FILE: lab.endpoint.caFile,
          KRB5_CONFIG,
          KRB5CCNAME: lab.kdc.signIn(`deploy@${REALM}`, PASSWORD),
          NODE_PATH: packages.join(delimiter),
        };
        await rig.declare(firstServer);
        expect(await rig.apply({ environment })).toMatchObject({ exit: 0 });
        expect(await rig.plan({ environment })).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });
});
