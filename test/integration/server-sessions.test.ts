import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSite, ExchangeVersion, type ExchangeSiteProps, type Server } from '../../exchange/site';
import { startSshServer, type RunningSshServer } from '../../lab/exchange/ssh-server';
import { endpointCertificate } from '../../lab/wsman/certificate';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { startExchangeEndpoint } from '../../lab/wsman/exchange-endpoint';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { callsIn, expectCarriedOut } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { issuerOfValidCertificates, validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [USER, PASSWORD] = ['deploy', 'canary-71c2'] as const;
const NAMES = ['mail.contoso.com', 'autodiscover.contoso.com'] as const;

const serverOf = (name: string, version: ExchangeVersion, number: number): Server => ({
  name,
  fqdn: `${name.toLowerCase()}.contoso.com`,
  address: `192.0.2.${number}`,
  version,
});
const CAS1 = serverOf('CAS1', ExchangeVersion.V2010, 1);
const CAS2 = serverOf('CAS2', ExchangeVersion.V2010, 2);
const EX1 = serverOf('EX1', ExchangeVersion.V2013, 3);

const siteOf = (...servers: readonly Server[]): ExchangeSiteProps =>
  defineSite({
    servers,
    namespaces: { client: NAMES[0], autodiscover: NAMES[1] },
    certificate: { pfxFile: 'certificates/mail.pfx', names: [...NAMES], services: ['IIS'] },
    dns: { zones: [{ name: 'contoso.com' }] },
    health: { timeoutSeconds: 1 },
  });

describeWithTerraform('servers with endpoints of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'server-sessions-'));
  let tools: SiteTools;
  let rig: SiteRig;
  let ssh: RunningSshServer;
  let https: RunningEndpoint;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => {
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    rig = await SiteRig.create({
      tools,
      startDns: startLab,
      certificate: validCertificate([...NAMES]),
      place: {
        stack: 'sessions',
        domain: 'contoso.com',
        zone: 'contoso.com',
        servers: [EX1, CAS1, CAS2],
        pfxFile: 'certificates/mail.pfx',
      },
    });
    rig.organization.ssh.add(USER, { password: PASSWORD });
    const { caFile, ...boundByHand } = endpointCertificate(folder, ['localhost']);
    writeFileSync(join(folder, 'trusted.pem'), readFileSync(caFile, 'latin1') + issuerOfValidCertificates());
    ssh = await startSshServer(rig.organization, { server: 'CAS1', isBare: true });
    https = await startExchangeEndpoint({
      organization: () => rig.organization,
      server: 'CAS2',
      authentication: { basic: (user, password) => user === USER && password === PASSWORD },
      boundByHand,
    });
  }, SETUP_MS);
  afterEach(async () => {
    await ssh.close();
    await https.close();
    await rig.remove();
  });

  const environment = () => ({
    EXCHANGE_SERVER_ENDPOINTS: JSON.stringify({ CAS1: `ssh://${USER}@127.0.0.1:${ssh.port}` }),
    EXCHANGE_SSH_PASSWORD: PASSWORD,
    EXCHANGE_SSH_HOST_KEY: rig.organization.ssh.hostFingerprint(),
    EXCHANGE_CA_FILE: join(folder, 'trusted.pem'),
    EXCHANGE_CERTIFICATE_NAMES: NAMES.join(),
    EXCHANGE_USER: USER,
    EXCHANGE_PASSWORD: PASSWORD,
  });
  const declared = () =>
    [
      { ...CAS1, endpoint: 'environment', outlookAnywhere: 'enabled' },
      { ...CAS2, endpoint: `https://localhost:${https.port}/PowerShell/`, outlookAnywhere: 'enabled' },
    ] as const;

  test(
    'have all that is theirs read and done in their own sessions, without one for the organization',
    async () => {
      rig.install('CAS1');
      rig.install('CAS2');
      await rig.declare(siteOf(...declared()));
      const options = { environment: { ...environment(), EXCHANGE_ENDPOINT: undefined } };
      const plan = await rig.plan(options);
      rig.forget();
      await expectCarriedOut(rig, plan, options);
      for (const [own, other] of [
        ['CAS1', 'CAS2'],
        ['CAS2', 'CAS1'],
      ] as const) {
        const { calls, ofOthers } = callsIn(rig, own, [other]);
        expect(calls.some((call) => call.startsWith('Enable-OutlookAnywhere'))).toBe(true);
        expect(calls.some((call) => call.startsWith('Import-ExchangeCertificate'))).toBe(true);
        expect(ofOthers).toEqual([]);
      }
      expect(rig.organization.journal().filter(({ session }) => session === 'EX1')).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'beside a newer one have done what the session of the organization cannot do',
    async () => {
      rig.install('CAS1');
      await rig.declare(siteOf({ ...declared()[0] }, EX1));
      const options = { environment: environment() };
      const plan = await rig.plan(options);
      rig.forget();
      await expectCarriedOut(rig, plan, options);
      expect(callsIn(rig, 'CAS1', ['EX1']).ofOthers).toEqual([]);
      expect(callsIn(rig, 'EX1', ['CAS1']).ofOthers).toEqual([]);
      const switched = rig.writes().filter(({ cmdlet }) => cmdlet === 'Enable-OutlookAnywhere');
      expect(switched.map(({ session }) => session)).toEqual(['CAS1']);

      await ssh.close();
      const unreached = await rig.plan(options);
      expect(unreached.exit).toBe(1);
      expect(unreached.said).toContain(`No session with Exchange at 127.0.0.1:${ssh.port} for CAS1`);
      expect(unreached.said).toContain('EXCHANGE_SERVER_ENDPOINTS');
      rig.install('CAS2');
      ssh = await startSshServer(rig.organization, { server: 'CAS2', isBare: true });
      const elsewhere = await rig.plan({ environment: environment() });
      expect(elsewhere.said).toContain('the session runs on CAS2, and not on CAS1');
    },
    SETUP_MS,
  );
});
