import type { ExchangeSiteProps } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;

describeWithTerraform('a site over time', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());
  beforeEach(async () => {
    rig = await SiteRig.create({ tools, startDns: startLab });
  }, SETUP_MS);
  afterEach(() => rig.remove());

  /** Thumbprints on a server that were not Setup's, and which of them serves the web. */
  const certificatesOf = (server: string) => {
    const certificates = rig.organization.read().servers.get(server.toUpperCase())?.certificates ?? [];
    return {
      imported: certificates.filter(({ exportable, friendlyName }) => exportable && friendlyName === ''),
      web: certificates
        .filter(({ services }) => services.includes('IIS'))
        .map(({ thumbprint }) => thumbprint),
    };
  };

  test(
    'a new certificate is imported, takes the services over, and only then the old one goes',
    async () => {
      rig.install(SECOND.name);
      await rig.deploy(bothServers);
      const renewed = validCertificate(NAMES, -1, 700);
      rig.writePfx(renewed);
      rig.forget();
      const plan = await rig.plan();
      expect(new Set(plan.changes.map(({ address }) => address.replace(/^.*\./, '')))).toEqual(
        new Set([FIRST, SECOND].flatMap(({ name }) => [`${name}-certificate`, `${name}-health`])),
      );
      const [old = ''] = certificatesOf(FIRST.name).web;
      for (const { name } of [FIRST, SECOND]) {
        const removal = `Remove-ExchangeCertificate -Server '${name}' -Thumbprint '${old}' -Confirm:$false`;
        expect(plannedCmdlets(plan)).toContainEqual(expect.stringContaining(removal.toLowerCase()));
      }
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      for (const { name } of [FIRST, SECOND]) {
        const calls = rig.organization
          .journal()
          .filter(({ parameters }) => [parameters['Server'], parameters['Identity']].includes(name))
          .map(({ cmdlet }) => cmdlet)
          .filter((cmdlet) => cmdlet !== 'Get-ExchangeCertificate');
        expect(calls).toEqual([
          // What holds the old one, asked as Terraform plans anew in the apply. Before the first write one trip brought it of
          // all servers, by names in lower case.
          ...(name === FIRST.name ? [] : ['Get-PopSettings', 'Get-ImapSettings']),
          'Import-ExchangeCertificate',
          'Enable-ExchangeCertificate',
          'Test-ServiceHealth',
          'Get-HealthReport',
          // Whether something holds the old one after all; what shows all servers at once is not of one.
          'Get-PopSettings',
          'Get-ImapSettings',
          'Remove-ExchangeCertificate',
          // The gate of the server, which others wait for.
          'Test-ServiceHealth',
          'Get-HealthReport',
        ]);
        expect(certificatesOf(name).web).toEqual([renewed.certificate.thumbprint]);
        expect(certificatesOf(name).imported).toHaveLength(1);
      }
      const planned = plannedCmdlets(plan);
      expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
      expect(rig.updates).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'whether a key is exportable is decided at the import: declaring it anew runs nothing',
    async () => {
      await rig.deploy(firstServer);
      rig.forget();
      await rig.deploy({
        ...firstServer,
        certificate: { ...firstServer.certificate, privateKeyExportable: false },
      });
      expect(rig.writes()).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'a site in production whose version is declared wrongly is told so, not that cmdlets are missing',
    async () => {
      await rig.deploy(firstServer);
      rig.forget();
      await rig.declare({ ...firstServer, servers: [{ ...FIRST, version: ExchangeVersion.V2016 }] });
      const { exit, said } = await rig.plan();
      expect(exit).toBe(1);
      expect(said).toContain('BsAEX01 is not Exchange Server 2016');
      expect(said).not.toContain('CommandNotFoundException');
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'a server that was uninstalled and taken out of the declaration leaves the state without a cmdlet',
    async () => {
      const withoutDag = ({ dag: _, ...site }: ExchangeSiteProps): ExchangeSiteProps => site;
      rig.install(SECOND.name);
      await rig.deploy(withoutDag(bothServers));
      rig.organization.removeServer(SECOND.name);
      rig.forget();
      await rig.deploy(withoutDag(firstServer));
      expect(rig.writes()).toEqual([]);
      for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
      expect(rig.stateAddresses().filter((address) => address.includes(SECOND.name))).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'a server that is declared in other letter case stays as it is',
    async () => {
      rig.install(SECOND.name);
      await rig.deploy(bothServers);
      rig.forget();
      const shouted = { ...SECOND, name: SECOND.name.toUpperCase() };
      await rig.declare({ ...bothServers, servers: [FIRST, shouted] });
      const plan = await rig.plan();
      expect(plan.said).toContain(`${SECOND.name} is now spelled ${shouted.name}`);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(rig.writes()).toEqual([]);
      expect(rig.updates).toEqual([]);
      expect(rig.stateAddresses().filter((address) => address.includes(SECOND.name))).toEqual([]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  describe('the health gate', () => {
    beforeEach(async () => {
      await rig.deploy(firstServer);
      rig.install(SECOND.name);
      rig.forget();
      await rig.declare(bothServers);
    }, SETUP_MS);

    test(
      'stops before DNS where a protocol does not answer, names it and the server, and lets pass once it is healed',
      async () => {
        rig.organization.setHealth(SECOND.name, 'OWA.Proxy', 'Unhealthy');
        const stopped = await rig.apply();
        expect(stopped.exit).toBe(1);
        expect(stopped.said).toContain('BsAEX02 is not healthy');
        expect(stopped.said).toContain('owa (OWA.Proxy) is Unhealthy');
        // A gate stands for no object.
        expect(stopped.said).not.toMatch(/was read back|partly created/);
        expect(rig.updates).toEqual([]);
        const writes = rig.writes();
        rig.organization.setHealth(SECOND.name, 'OWA.Proxy', 'Healthy');
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.writes()).toEqual(writes);
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address, SECOND.address]);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'a server that is stopped during the deploy is named, and the next deploy finishes',
      async () => {
        rig.organization.setHealth(SECOND.name, 'ECP.Proxy', 'Unhealthy');
        expect(await rig.apply()).toMatchObject({ exit: 1 });
        rig.organization.setHealth(SECOND.name, 'ECP.Proxy', 'Healthy');
        rig.organization.stopServer(SECOND.name);
        const stopped = await rig.apply();
        expect(stopped.exit).toBe(1);
        expect(stopped.said).toContain(SECOND.name);
        expect(rig.updates).toEqual([]);
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
        rig.organization.startServer(SECOND.name);
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address, SECOND.address]);
      },
      SETUP_MS,
    );

    test(
      'with one server stopped the names still resolve to the other, and a check says which one is down',
      async () => {
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        rig.organization.stopServer(SECOND.name);
        for (const name of NAMES) expect(await rig.addresses(name)).toContain(FIRST.address);
        const { exit, said } = await rig.terraform([
          'apply',
          '-input=false',
          '-no-color',
          '-auto-approve',
          '-refresh=false',
          '-replace=exchange_health_gate.BsAEX02-health',
        ]);
        expect(exit).toBe(1);
        expect(said).toContain(SECOND.name);
        expect(said).not.toContain(`${FIRST.name} is`);
      },
      SETUP_MS,
    );
  });

  describe('with one server down', () => {
    beforeEach(async () => {
      rig.install(SECOND.name);
      await rig.deploy(bothServers);
      rig.organization.stopServer(SECOND.name);
      rig.forget();
    }, SETUP_MS);

    test(
      'a plan says which one it is, and blames nothing on the other',
      async () => {
        const { exit, said } = await rig.plan();
        expect(exit).toBe(1);
        const blamed = [...said.matchAll(/Error: (.*)$/gm)].map(([, summary]) => summary);
        expect(blamed.length).toBeGreaterThan(0);
        for (const summary of blamed) expect(summary).toContain(`failed for ${SECOND.name}`);
      },
      SETUP_MS,
    );

    test(
      'taking it out of the declaration takes it out of DNS, and the rest waits until it is back',
      async () => {
        await rig.declare(firstServer);
        const removal = await rig.plan();
        expect(removal.exit).toBe(2);
        expect(removal.said).toContain(`${SECOND.name} is no longer declared`);
        const stopped = await rig.applyPlan();
        expect(stopped.exit).toBe(1);
        expect(stopped.said).toContain(`Remove-DatabaseAvailabilityGroupServer failed for ${SECOND.name}`);
        for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
        rig.organization.startServer(SECOND.name);
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.stateAddresses().filter((address) => address.includes(SECOND.name))).toEqual([]);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });

  describe('is disturbed, and', () => {
    test(
      'a DAG that was made when the connection was lost is not made twice, and gets its alternate witness',
      async () => {
        const alternateWitness = { server: 'BsAFS02.apatricio.local', directory: DAG.witness.directory };
        await rig.declare({ ...firstServer, dag: { ...DAG, alternateWitness } });
        rig.organization.arm({
          at: 1,
          cmdlet: 'New-DatabaseAvailabilityGroup',
          effect: 'drop',
          when: 'after',
        });
        expect(await rig.apply()).toMatchObject({ exit: 1 });
        rig.organization.arm({ at: 1, cmdlet: 'Set-DatabaseAvailabilityGroup', effect: 'fail' });
        const failed = await rig.apply();
        expect(failed.exit).toBe(1);
        expect(failed.said).toContain('Set-DatabaseAvailabilityGroup failed');
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.effects()).toMatchObject({
          'New-DatabaseAvailabilityGroup': 1,
          'Set-DatabaseAvailabilityGroup': 1,
        });
        const [group] = rig.organization.read().organization.databaseAvailabilityGroups;
        expect(group?.settings['AlternateWitnessServer']).toBe(alternateWitness.server);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );

    test(
      'a server on its way out goes on where it was stopped',
      async () => {
        rig.install(SECOND.name);
        await rig.deploy(bothServers);
        rig.forget();
        await rig.declare(firstServer);
        const removals = [
          'Remove-DatabaseAvailabilityGroupServer',
          'Enable-ExchangeCertificate',
          'Remove-ExchangeCertificate',
        ];
        for (const cmdlet of removals) {
          rig.organization.arm({ at: 1, cmdlet, effect: 'drop', when: 'after' });
          const failed = await rig.apply();
          expect(failed.exit).toBe(1);
          expect(failed.said).toContain(`The connection was lost during ${cmdlet} for ${SECOND.name}`);
        }
        expect(await rig.apply()).toMatchObject({ exit: 0 });
        expect(rig.effects()).toEqual(Object.fromEntries(removals.map((cmdlet) => [cmdlet, 1])));
        expect(rig.stateAddresses().filter((address) => address.includes(SECOND.name))).toEqual([]);
        expect(await rig.plan()).toMatchObject({ exit: 0 });
      },
      SETUP_MS,
    );
  });
});
