import type { ExchangeSiteProps, Namespaces } from '../../exchange/site';
import type { OneCertificateSite } from '../exchange/sites';
import { startLab } from '../dns/lab';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND, ZONE } from './declared-site';
import { expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [WEBMAIL, AUTODISCOVER] = NAMES;
const OUTLOOK = `outlook.${ZONE}`;
const DISCOVER = `discover.${ZONE}`;
const EWS = `ews.${ZONE}`;
const LEGACY = `legacy.${ZONE}`;
const ALL = [...NAMES, OUTLOOK, DISCOVER, EWS, LEGACY];
const BOTH = [FIRST.address, SECOND.address];

function named(namespaces: Partial<Namespaces>, site: OneCertificateSite = bothServers): ExchangeSiteProps {
  return {
    ...site,
    namespaces: { ...site.namespaces, ...namespaces },
    certificate: { ...site.certificate, names: ALL },
  };
}

describeWithTerraform('a name is renamed', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  /** Plans, sees that something is to do, and applies that. */
  const deploy = async (site: ExchangeSiteProps) => {
    rig.forget();
    await rig.declare(site);
    const plan = await rig.plan();
    await expectCarriedOut(rig, plan);
    return plan;
  };
  /** What a plan says that stops before anything runs. */
  const refusal = async (site: ExchangeSiteProps) => {
    rig.forget();
    await rig.declare(site);
    const { exit, said } = await rig.plan();
    expect(exit).toBe(1);
    expect(rig.writes()).toEqual([]);
    expect(rig.updates).toEqual([]);
    return said;
  };
  const answered = async () =>
    Object.fromEntries(
      await Promise.all(
        ALL.map(async (name): Promise<[string, readonly string[]]> => [name, await rig.addresses(name)]),
      ),
    );
  const nobody = Object.fromEntries(ALL.map((name) => [name, [] as readonly string[]]));

  describeEachServer('in three deploys', (startDns) => {
    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns, certificate: validCertificate(ALL) });
      rig.install(SECOND.name);
      await rig.deploy(named({}));
    }, SETUP_MS);
    afterAll(() => rig.remove());

    test(
      'a plan that gives servers a name that DNS does not publish stops, and says what is first',
      async () => {
        const said = await refusal(named({ client: OUTLOOK }));
        expect(said).toContain(`Clients would be given ${OUTLOOK} before DNS publishes it`);
        expect(said).toContain(`${FIRST.name} and ${SECOND.name} are in production`);
        expect(said).toContain(
          `namespaces: { client: '${WEBMAIL}', autodiscover: '${AUTODISCOVER}', alsoPublished: ['${OUTLOOK}'], },`,
        );
        // One step at a time.
        expect(said).not.toContain('would leave DNS');
        expect(await answered()).toEqual({ ...nobody, [WEBMAIL]: BOTH, [AUTODISCOVER]: BOTH });
      },
      SETUP_MS,
    );

    test(
      'first the new name is published, and nothing of Exchange changes',
      async () => {
        const plan = await deploy(named({ alsoPublished: [OUTLOOK] }));
        expect(plannedCmdlets(plan)).toEqual([]);
        expect(rig.updates).toHaveLength(1);
        expect(await answered()).toEqual({
          ...nobody,
          [WEBMAIL]: BOTH,
          [AUTODISCOVER]: BOTH,
          [OUTLOOK]: BOTH,
        });
      },
      SETUP_MS,
    );

    test(
      'a plan that takes a name away that servers give to clients stops, and says what is second',
      async () => {
        const said = await refusal(named({ client: OUTLOOK }));
        expect(said).toContain(`${WEBMAIL} would leave DNS while servers give it to clients`);
        expect(said).toContain(`${FIRST.name} (outlookAnywhere, owa, ecp, activesync, ews, oab, mapi);`);
        expect(said).toContain(
          `namespaces: { client: '${OUTLOOK}', autodiscover: '${AUTODISCOVER}', alsoPublished: ['${WEBMAIL}'], },`,
        );
      },
      SETUP_MS,
    );

    test(
      'then servers give it to clients, and a gate that fails in between leaves both names',
      async () => {
        rig.forget();
        await rig.declare(named({ client: OUTLOOK, alsoPublished: [WEBMAIL] }));
        rig.organization.setHealth(FIRST.name, 'OWA.Proxy', 'Unhealthy');
        expect(await rig.apply()).toMatchObject({ exit: 1 });
        rig.organization.setHealth(FIRST.name, 'OWA.Proxy', 'Healthy');
        const both = { ...nobody, [WEBMAIL]: BOTH, [AUTODISCOVER]: BOTH, [OUTLOOK]: BOTH };
        expect(await answered()).toEqual(both);
        // The second server still gives the old name.
        const said = await refusal(named({ client: OUTLOOK }));
        expect(said).toContain(`${WEBMAIL} would leave DNS while servers give it to clients`);
        expect(said).not.toContain(`${FIRST.name} (`);

        await deploy(named({ client: OUTLOOK, alsoPublished: [WEBMAIL] }));
        expect(rig.updates).toEqual([]);
        expect(await answered()).toEqual(both);
      },
      SETUP_MS,
    );

    test(
      'last the old name leaves DNS, and nothing of Exchange changes',
      async () => {
        const plan = await deploy(named({ client: OUTLOOK }));
        expect(plannedCmdlets(plan)).toEqual([]);
        expect(rig.updates).toHaveLength(1);
        expect(await answered()).toEqual({ ...nobody, [OUTLOOK]: BOTH, [AUTODISCOVER]: BOTH });
      },
      SETUP_MS,
    );
  });

  test(
    'Autodiscover and a service with a name of its own take the same three deploys',
    async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, certificate: validCertificate(ALL) });
      try {
        await rig.deploy(named({}, firstServer));
        const wanted: Partial<Namespaces> = { autodiscover: DISCOVER, services: { ews: EWS } };
        const first = await refusal(named(wanted, firstServer));
        expect(first).toContain(`before DNS publishes them`);
        expect(first).toContain(
          `namespaces: { client: '${WEBMAIL}', autodiscover: '${AUTODISCOVER}', alsoPublished: ['${DISCOVER}', '${EWS}'], },`,
        );
        await deploy(named({ alsoPublished: [DISCOVER, EWS] }, firstServer));

        const second = await refusal(named(wanted, firstServer));
        expect(second).toContain(`${AUTODISCOVER} would leave DNS while servers give it to clients`);
        expect(second).toContain(
          `namespaces: { client: '${WEBMAIL}', autodiscover: '${DISCOVER}', services: { ews: '${EWS}' }, alsoPublished: ['${AUTODISCOVER}'], },`,
        );
        await deploy(named({ ...wanted, alsoPublished: [AUTODISCOVER] }, firstServer));
        await deploy(named(wanted, firstServer));

        // The service goes back to the client name.
        const third = await refusal(named({ autodiscover: DISCOVER }, firstServer));
        expect(third).toContain(`${EWS} would leave DNS while servers give it to clients`);
        await deploy(named({ autodiscover: DISCOVER, alsoPublished: [EWS] }, firstServer));
        await deploy(named({ autodiscover: DISCOVER }, firstServer));
        const one = [FIRST.address];
        expect(await answered()).toEqual({ ...nobody, [WEBMAIL]: one, [DISCOVER]: one });
      } finally {
        await rig.remove();
      }
    },
    SETUP_MS,
  );

  describe('by the first deploy in an organization', () => {
    beforeEach(async () => {
      rig = await SiteRig.create({ tools, startDns: startLab, certificate: validCertificate(ALL) });
    }, SETUP_MS);
    afterEach(() => rig.remove());

    const giveToClients = (host: string) =>
      rig.organization.editServer(FIRST.name, ({ virtualDirectories, services }) => {
        for (const { settings } of virtualDirectories) {
          for (const name of ['InternalUrl', 'ExternalUrl']) {
            const url = settings[name];
            if (typeof url === 'string') settings[name] = url.replace(/^https:\/\/[^/]+/, `https://${host}`);
          }
          if ('InternalHostname' in settings) settings['InternalHostname'] = host;
        }
        const point = (services['ClientAccessServer'] ??= {});
        point['AutoDiscoverServiceInternalUri'] = `https://${host}/Autodiscover/Autodiscover.xml`;
      });

    test(
      'that gives clients a name which the zone does not hold, nothing is in its way',
      async () => {
        giveToClients(LEGACY);
        await deploy(named({}, firstServer));
        expect(await answered()).toEqual({
          ...nobody,
          [WEBMAIL]: [FIRST.address],
          [AUTODISCOVER]: [FIRST.address],
        });
      },
      SETUP_MS,
    );

    test(
      'whose servers have their own names in the zone of the site, nothing is in its way',
      async () => {
        const own = `${FIRST.name}.${ZONE}`;
        giveToClients(own);
        await rig.setAddresses(own, [FIRST.address as string]);
        await deploy(named({}, firstServer));
        expect(await rig.addresses(WEBMAIL)).toEqual([FIRST.address]);
      },
      SETUP_MS,
    );

    test(
      'whose clients reach the servers by a name of the zone, it is published beside the new one first',
      async () => {
        giveToClients(LEGACY);
        await rig.setAddresses(LEGACY, [FIRST.address as string]);
        const said = await refusal(named({}, firstServer));
        expect(said).toContain(
          `namespaces: { client: '${LEGACY}', autodiscover: '${LEGACY}', alsoPublished: ['${AUTODISCOVER}', '${WEBMAIL}'], },`,
        );
        const before = named(
          { client: LEGACY, autodiscover: LEGACY, alsoPublished: [AUTODISCOVER, WEBMAIL] },
          { ...firstServer, dns: { ...firstServer.dns, existingRecords: [LEGACY] } },
        );
        await deploy(before);
        await deploy({ ...named({ alsoPublished: [LEGACY] }, firstServer) });
        await deploy(named({}, firstServer));
        expect(await answered()).toEqual({
          ...nobody,
          [WEBMAIL]: [FIRST.address],
          [AUTODISCOVER]: [FIRST.address],
        });
      },
      SETUP_MS,
    );
  });
});
