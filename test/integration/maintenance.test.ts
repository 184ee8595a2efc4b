import { site as rolling } from '../../environments/rolling-maintenance-se';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { FrontEnd } from '../../lab/front-end/front-end';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, NAMES, SECOND } from './declared-site';
import { expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;

describeWithTerraform('servers that are drained, in waves', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });

  const drained: ExchangeSiteProps = {
    ...bothServers,
    maintenance: true,
    rollout: [[SECOND.name], [FIRST.name]],
  };
  const entries = () => rig.organization.journal();
  const states = () =>
    [...rig.organization.read().servers.values()].map(({ components }) => Object.keys(components));

  test(
    'a deploy drains one after another, leaves nobody out of service, and plans clean',
    async () => {
      rig.install(SECOND.name);
      await rig.deploy(drained);
      const redirected = entries()
        .filter(({ cmdlet }) => cmdlet === 'Redirect-Message')
        .map(({ parameters }) => [parameters['Server'], parameters['Target']]);
      // For the certificate and for Outlook Anywhere, of the second wave last.
      expect(redirected).toEqual([
        ...[1, 2].map(() => [SECOND.name, [FIRST.fqdn]]),
        ...[1, 2].map(() => [FIRST.name, [SECOND.fqdn]]),
      ]);
      expect(states()).toEqual([[], []]);
      rig.forget();
      expect((await rig.plan()).changes).toEqual([]);
      expect(entries().filter(({ cmdlet }) => cmdlet.startsWith('Set-'))).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'a renewal drains each server once, around the assignment',
    async () => {
      rig.writePfx(validCertificate(NAMES, -1, 700));
      rig.forget();
      const plan = await rig.plan();
      const planned = plannedCmdlets(plan).filter((line) => line.startsWith('redirect-message'));
      expect(planned).toHaveLength(2);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      for (const { name } of [FIRST, SECOND]) {
        const calls = entries()
          .filter(({ parameters }) => [parameters['Server'], parameters['Identity']].includes(name))
          .map(({ cmdlet }) => cmdlet)
          .filter((cmdlet) => /^(Set|Redirect|Enable)-/.test(cmdlet));
        expect(calls).toEqual([
          'Set-ServerComponentState',
          'Redirect-Message',
          'Set-MailboxServer',
          'Set-MailboxServer',
          'Set-ServerComponentState',
          'Enable-ExchangeCertificate',
          'Set-ServerComponentState',
          'Set-MailboxServer',
          'Set-MailboxServer',
          'Set-ServerComponentState',
        ]);
      }
      expect(states()).toEqual([[], []]);
    },
    SETUP_MS,
  );
});

// The tests build on each other.
describeWithTerraform('the environment that is drained in two waves and seen from the runner', () => {
  const [MAIL, AUTODISCOVER] = ['mail.contoso.com', 'autodiscover.contoso.com'] as const;
  const SERVERS = rolling.servers as readonly [Server, ...Server[]];
  const WAVES = [
    ['LIS1', 'OPO1'],
    ['LIS2', 'OPO2'],
  ] as const;
  const site: ExchangeSiteProps = { ...rolling, health: { ...rolling.health, timeoutSeconds: 3 } };
  const fronts: FrontEnd[] = [];
  let tools: SiteTools;
  let rig: SiteRig;
  let environment: { readonly [name: string]: string };
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({
      tools,
      startDns: startLab,
      certificate: validCertificate([MAIL, AUTODISCOVER]),
      place: {
        stack: 'rolling-maintenance-se',
        domain: 'contoso.local',
        zone: 'contoso.com',
        servers: SERVERS,
        pfxFile: 'certificates/mail.pfx',
      },
    });
    const places: { [from: string]: string } = {};
    for (const { name, fqdn } of SERVERS) {
      if (name !== SERVERS[0].name) rig.install(name);
      const front = await FrontEnd.start({ organization: () => rig.organization, server: name });
      fronts.push(front);
      places[`${fqdn}:443`] = `127.0.0.1:${front.port}`;
      for (const port of [25, 587]) places[`${fqdn}:${port}`] = `127.0.0.1:${await front.startSmtp(port)}`;
    }
    environment = { EXCHANGE_CONNECT_TO: JSON.stringify(places) };
    await rig.declare(site);
  }, SETUP_MS);
  afterAll(async () => {
    for (const front of fronts) await front.close();
    await rig.remove();
    tools.remove();
  });
  /** Names of the servers in whose turn a cmdlet ran, each once. */
  const turns = (cmdlet: string) => [
    ...new Set(
      rig.organization
        .journal()
        .flatMap((entry) => (entry.cmdlet === cmdlet ? [entry.parameters['Server'] as string] : [])),
    ),
  ];

  test(
    'is deployed wave by wave as its plan shows, and found so by the next one',
    async () => {
      const plan = await rig.plan({ environment });
      rig.forget();
      await expectCarriedOut(rig, plan, { environment });
      const order = turns('Enable-ExchangeCertificate');
      expect(WAVES.map((_wave, index) => order.slice(2 * index, 2 * index + 2).sort())).toEqual(WAVES);
      for (const front of fronts) {
        expect(front.names).toEqual(expect.arrayContaining([MAIL, AUTODISCOVER]));
        expect(front.requests.length).toBeGreaterThanOrEqual(8);
      }
      expect(await rig.addresses(MAIL)).toEqual(['10.1.0.100', '10.2.0.100']);
    },
    SETUP_MS,
  );

  test(
    'a renewal moves what is active to the other wave, brings every server back, and drains nobody again',
    async () => {
      rig.writePfx(validCertificate([MAIL, AUTODISCOVER], -1, 700));
      rig.forget();
      const plan = await rig.plan({ environment });
      await expectCarriedOut(rig, plan, { environment });
      const order = turns('Redirect-Message');
      expect(WAVES.map((_wave, index) => order.slice(2 * index, 2 * index + 2).sort())).toEqual(WAVES);
      for (const { components } of rig.organization.read().servers.values()) expect(components).toEqual({});
      rig.forget();
      expect((await rig.plan({ environment })).exit).toBe(0);
      expect(turns('Redirect-Message')).toEqual([]);
    },
    SETUP_MS,
  );
});
