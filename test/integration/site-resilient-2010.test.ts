import { site as declared } from '../../environments/site-resilient-2010';
import type { DatabaseAvailabilityGroup, Datacentre, ExchangeSiteProps, Server } from '../../exchange/site';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { expectCarriedOut, plannedRemovals } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [MAIL, FAILOVER] = ['mail.exchangeonline.dk', 'failover.exchangeonline.dk'] as const;
const SERVERS = declared.servers as readonly [Server, ...Server[]];
const site: ExchangeSiteProps = { ...declared, health: { timeoutSeconds: 1 } };

const arrays = (rig: SiteRig) =>
  rig.organization
    .read()
    .organization.clientAccessArrays.map(({ name, settings }) => [name, settings['Fqdn'], settings['Site']])
    .sort();

/** The declaration with something else said of the failover datacentre. */
const failover = (changes: Datacentre): ExchangeSiteProps => ({
  ...site,
  datacentres: { ...site.datacentres, failover: { ...site.datacentres?.['failover'], ...changes } },
});

// The tests build on each other: they are one administrator's day.
describeWithTerraform('Exchange 2010 in two datacentres with one stretched DAG', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({
      tools,
      startDns: startLab,
      certificate: validCertificate([MAIL, FAILOVER]),
      place: {
        stack: 'site-resilient-2010',
        domain: 'exchangeonline.dk',
        zone: 'exchangeonline.dk',
        servers: SERVERS,
        sites: Object.fromEntries(SERVERS.map(({ name, datacentre }) => [name, datacentre ?? ''])),
        pfxFile: 'certificates/mail.pfx',
      },
    });
    for (const { name } of SERVERS.slice(1)) rig.install(name);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  test(
    'is deployed as the plan shows it, and the next plan finds nothing to do',
    async () => {
      await rig.declare(site);
      const plan = await rig.plan();
      rig.forget();
      await expectCarriedOut(rig, plan);
      const { databaseAvailabilityGroups } = rig.organization.read().organization;
      expect(databaseAvailabilityGroups.map(({ name, servers }) => [name, [...servers].sort()])).toEqual([
        ['DAG01', ['EX01', 'EX02', 'EX03', 'EX04']],
      ]);
      const { outlookProviders } = rig.organization.read().organization;
      expect(outlookProviders.map(({ name, settings }) => [name, settings['CertPrincipalName']])).toEqual([
        ['EXCH', undefined],
        ['EXPR', `msstd:${MAIL}`],
        ['WEB', undefined],
      ]);
      expect(arrays(rig)).toEqual([
        ['outlook-failover', 'outlook-failover.exchangeonline.dk', 'failover'],
        ['outlook-primary', 'outlook-primary.exchangeonline.dk', 'primary'],
      ]);
      expect(await rig.addresses('outlook-failover.exchangeonline.dk')).toEqual(['198.51.100.100']);
      expect(await rig.addresses(MAIL)).toEqual(['192.0.2.100']);
      expect(await rig.addresses(FAILOVER)).toEqual(['198.51.100.100']);
    },
    SETUP_MS,
  );

  test(
    'a database is made in spite of a failure half-way, gets a copy more, is mounted again, and is removed',
    async () => {
      const { dag } = site;
      if (dag === undefined || !('name' in dag)) throw new Error('there is no DAG');
      const withLast = (
        copies?: readonly string[],
        more: Partial<DatabaseAvailabilityGroup> = {},
      ): ExchangeSiteProps => ({
        ...site,
        dag: {
          ...dag,
          ...more,
          databases: { ...dag.databases, ...(copies === undefined ? {} : { 'DAG01-MDB013': { copies } }) },
        },
      });
      const ran = () => rig.writes().map(({ cmdlet }) => cmdlet);
      const last = () =>
        rig.organization.read().organization.databases.find(({ name }) => name.endsWith('013'));

      await rig.declare(withLast(['EX01', 'EX02']));
      rig.organization.arm({ at: 1, cmdlet: 'Mount-Database', effect: 'fail' });
      expect(await rig.apply()).toMatchObject({ exit: 1 });
      rig.forget();
      await expectCarriedOut(rig, await rig.plan());
      expect(ran()).toEqual(['Mount-Database', 'Add-MailboxDatabaseCopy']);

      await rig.declare(withLast(['EX04', 'EX01', 'EX02'], { datacenterActivation: 'DagOnly' }));
      rig.forget();
      await expectCarriedOut(rig, await rig.plan());
      // Its first server stands in the other datacentre now, which has an array of its own.
      expect(ran().sort()).toEqual([
        'Add-MailboxDatabaseCopy',
        'Set-DatabaseAvailabilityGroup',
        'Set-MailboxDatabase',
      ]);
      expect(last()?.settings['RpcClientAccessServer']).toBe('outlook-failover.exchangeonline.dk');
      expect(rig.organization.read().organization.databaseAvailabilityGroups[0]?.settings).toMatchObject({
        DatacenterActivationMode: 'DagOnly',
      });
      expect(
        last()?.copies.map(({ server, activationPreference }) => [server, activationPreference]),
      ).toEqual(
        expect.arrayContaining([
          ['EX04', 1],
          ['EX01', 2],
          ['EX02', 3],
        ]),
      );

      await rig.declare(withLast(['EX04', 'EX02']));
      expect((await rig.plan()).said).toContain(
        'The database DAG01-MDB013 is active on EX01, which is to lose its copy',
      );
      rig.organization.edit(({ organization }) => {
        const moved = organization.databases.find(({ name }) => name.endsWith('013'));
        if (moved === undefined) throw new Error('there is no such database');
        moved.server = 'EX02';
        moved.mounted = false;
      });
      rig.forget();
      await expectCarriedOut(rig, await rig.plan());
      expect(ran()).toEqual(['Mount-Database', 'Remove-MailboxDatabaseCopy']);

      await rig.declare(withLast());
      rig.forget();
      const plan = await rig.plan();
      expect(plannedRemovals(plan)).toEqual([
        `remove-mailboxdatabasecopy -identity 'dag01-mdb013\\ex04' -confirm:$false`,
        `remove-mailboxdatabase -identity 'dag01-mdb013' -confirm:$false`,
      ]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(last()).toBeUndefined();
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });

      // One that was made before there was an array is imported, and has the name of a server, which is drift.
      rig.organization.edit(({ organization: { databases } }) => {
        const [first] = databases;
        if (first === undefined) throw new Error('there is no database');
        databases.push({ ...first, name: 'DAG01-MDB013', guid: '7d0c4b52-5a0e-4f0e-9a51-3f1f0a9c1e13' });
      });
      const made = last();
      if (made === undefined) throw new Error('it was not made');
      expect(made.settings['RpcClientAccessServer']).toBe(SERVERS[0].fqdn);
      const copies = [...made.copies]
        .sort((one, other) => one.activationPreference - other.activationPreference)
        .map(({ server }) => server);
      await rig.declare({
        ...site,
        dag: { ...dag, databases: { ...dag.databases, 'DAG01-MDB013': { copies, existing: true } } },
      });
      rig.forget();
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(ran()).toEqual(['Set-MailboxDatabase']);
      expect(last()?.settings['RpcClientAccessServer']).toBe('outlook-primary.exchangeonline.dk');
      await rig.declare(withLast());
      expect(await rig.apply()).toMatchObject({ exit: 0 });
      expect(last()).toBeUndefined();
    },
    SETUP_MS,
  );

  test(
    'what somebody changes of the Outlook provider is drift, and is set again; null clears it',
    async () => {
      const edit = (principal: string | null) =>
        rig.organization.edit(({ organization: { outlookProviders } }) => {
          const expr = outlookProviders.find(({ name }) => name === 'EXPR');
          if (expr === undefined) throw new Error('there is no EXPR');
          expr.settings['CertPrincipalName'] = principal;
        });
      edit('none');
      rig.forget();
      const plan = await rig.plan();
      expect(
        plan.changes.map(({ address, change }) => [address, change.before?.['cert_principal_name']]),
      ).toEqual([['exchange_outlook_provider.outlook-provider-EXPR', 'none']]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      await rig.deploy({ ...site, outlookProvider: { certPrincipalName: null } });
      expect(rig.writes().map(({ cmdlet, parameters }) => [cmdlet, parameters['CertPrincipalName']])).toEqual(
        [
          ['Set-OutlookProvider', `msstd:${MAIL}`],
          ['Set-OutlookProvider', ''],
        ],
      );
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
      await rig.deploy(site);
    },
    SETUP_MS,
  );

  test(
    'an array is given another name, and is taken out after its name has left DNS',
    async () => {
      const ran = () => rig.writes().map(({ cmdlet, parameters }) => [cmdlet, parameters['Identity']]);
      const [was, is] = ['outlook-failover.exchangeonline.dk', 'casarray.exchangeonline.dk'];
      rig.forget();
      await rig.deploy(failover({ clientAccessArray: { fqdn: is } }));
      expect(ran()).toEqual([['Set-ClientAccessArray', was]]);
      expect(arrays(rig)[0]).toEqual(['outlook-failover', is, 'failover']);
      expect([await rig.addresses(was), await rig.addresses(is)]).toEqual([[], ['198.51.100.100']]);
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });

      const others = Object.entries(site.datacentres?.['failover'] ?? {}).filter(
        ([property]) => property !== 'clientAccessArray',
      );
      await rig.declare({
        ...site,
        datacentres: { ...site.datacentres, failover: Object.fromEntries(others) },
      });
      rig.forget();
      const plan = await rig.plan();
      expect(plannedRemovals(plan)).toEqual([`remove-clientaccessarray -identity '${is}' -confirm:$false`]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(ran()).toEqual([['Remove-ClientAccessArray', is]]);
      expect(await rig.addresses(is)).toEqual([]);
      expect(rig.updates).toHaveLength(1);
      expect(rig.updates[0]?.time).toBeLessThanOrEqual(Date.parse(rig.writes()[0]?.time ?? ''));
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );

  test(
    'an array that is there already is named by the plan, with what to declare, and then taken over',
    async () => {
      await rig.declare(site);
      rig.organization.edit(({ organization }) => {
        const [first] = organization.clientAccessArrays;
        if (first === undefined) throw new Error('there is no array');
        organization.clientAccessArrays.push({
          ...first,
          name: 'cas',
          guid: 'b1e6a1f0-6c5e-4b7e-9d5b-0a2b7c3d4e5f',
          settings: { Site: 'failover', Fqdn: 'cas.exchangeonline.dk' },
        });
      });
      const found = await rig.plan();
      expect(found.said).toContain('exchange_client_access_array failover exists already');
      expect(found.said).toContain(`clientAccessArray: { fqdn: 'cas.exchangeonline.dk', existing: true }`);
      await rig.declare(
        failover({ clientAccessArray: { fqdn: 'outlook-failover.exchangeonline.dk', existing: true } }),
      );
      rig.forget();
      const plan = await rig.plan();
      const change = plan.changes.find(({ type }) => type === 'exchange_client_access_array')?.change;
      expect(change).toMatchObject({
        actions: ['update'],
        before: { fqdn: 'cas.exchangeonline.dk' },
        after: { fqdn: 'outlook-failover.exchangeonline.dk' },
      });
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(rig.writes().map(({ cmdlet }) => cmdlet)).toEqual(['Set-ClientAccessArray']);
      expect(await rig.plan()).toMatchObject({ exit: 0, changes: [] });
    },
    SETUP_MS,
  );
});
