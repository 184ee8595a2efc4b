import { site as declared } from '../../environments/drifted-cas';
import { INTERRUPTS_ATTRIBUTE } from '../../exchange/resources';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { certificateState } from '../../lab/exchange/setup';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig, type Plan } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const MAIL = 'mail.domain.com';
const MAILV = 'https://mailv.domain.com';
const SERVERS = declared.servers as readonly [Server, Server];
const ADDRESSES = SERVERS.map(({ address }) => address as string);
const site: ExchangeSiteProps = { ...declared, health: { timeoutSeconds: 1 } };

/** Paths of the URLs that both servers have in common. */
const PATHS = {
  Owa: '/owa',
  Ecp: '/ecp',
  ActiveSync: '/Microsoft-Server-ActiveSync',
  Oab: '/OAB',
} as const;
const SERVICES = { Owa: 'owa', Ecp: 'ecp', ActiveSync: 'activesync', Oab: 'oab' } as const;
const SCP = '/Autodiscover/Autodiscover.xml';

function setUrls(
  rig: SiteRig,
  server: string,
  kind: string,
  urls: { readonly [name: string]: string | null },
) {
  rig.organization.editServer(server, ({ virtualDirectories }) => {
    const found = virtualDirectories.find((directory) => directory.kind === kind);
    if (found === undefined) throw new Error(`${server} has no ${kind}`);
    Object.assign(found.settings, urls);
  });
}

/** The live state of the scenario: two servers in production, whose URLs somebody has left at an older name. */
async function drifted(tools: SiteTools): Promise<SiteRig> {
  const certificate = validCertificate([MAIL]);
  const rig = await SiteRig.create({
    tools,
    startDns: startLab,
    certificate,
    place: {
      stack: 'drifted-cas',
      domain: 'domain.local',
      zone: 'domain.com',
      servers: SERVERS,
      pfxFile: 'certificates/mail.pfx',
    },
  });
  rig.install('ECAS2');
  for (const { name } of SERVERS) {
    for (const [kind, path] of Object.entries(PATHS)) {
      setUrls(rig, name, kind, { InternalUrl: `${MAILV}${path}`, ExternalUrl: `${MAILV}${path}` });
    }
    setUrls(rig, name, 'WebServices', {
      InternalUrl: name === 'ECAS1' ? null : `${MAILV}/EWS/Exchange.asmx`,
      ExternalUrl: `${MAILV}/ews/exchange.asmx`,
    });
    rig.organization.editServer(name, (server) => {
      (server.services['ClientAccessServer'] ??= {})['AutoDiscoverServiceInternalUri'] = `${MAILV}${SCP}`;
      for (const other of server.certificates)
        other.services = other.services.filter((service) => service !== 'IIS');
      server.certificates.push(certificateState(certificate, { services: ['IIS'], exportable: true }));
    });
  }
  await rig.setAddresses(MAIL, ADDRESSES);
  await rig.setAddresses('mailv.domain.com', ADDRESSES);
  return rig;
}

const changeOf = (plan: Plan, address: string) =>
  plan.changes.find((change) => change.address === address)?.change;

/** What an object shows of its change, and of nothing before it. */
const OF_STEPS: readonly string[] = ['cmdlets', INTERRUPTS_ATTRIBUTE];

/** Attributes that a plan changes, each as it is and as it is to be. */
function differences(plan: Plan): { readonly [address: string]: object } {
  return Object.fromEntries(
    plan.changes
      .filter(({ change: { actions } }) => actions.join() === 'update')
      .map(({ address, change: { before, after } }) => [
        address,
        Object.fromEntries(
          Object.entries(after ?? {})
            .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name]))
            .map(([name, value]) => [name, OF_STEPS.includes(name) ? value : [before?.[name], value]]),
        ),
      ]),
  );
}

/** What the first plan shows of a server. */
function expected(server: string): { readonly [address: string]: object } {
  const urls = (path: string) =>
    `-InternalUrl 'https://${MAIL}${path}' -ExternalUrl 'https://${MAIL}${path}'`;
  const ews = 'https://mail.domain.com/EWS/Exchange.asmx';
  return {
    [`exchange_service_connection_point.${server}-scp`]: {
      uri: [`${MAILV}${SCP}`, `https://${MAIL}${SCP}`],
      cmdlets: [
        `Set-ClientAccessServer -Identity '${server}' -AutoDiscoverServiceInternalUri 'https://${MAIL}${SCP}'`,
      ],
    },
    ...Object.fromEntries(
      (Object.keys(PATHS) as (keyof typeof PATHS)[]).map((kind) => [
        `exchange_${SERVICES[kind]}_virtual_directory.${server}-${SERVICES[kind]}`,
        {
          internal_url: [`${MAILV}${PATHS[kind]}`, `https://${MAIL}${PATHS[kind]}`],
          external_url: [`${MAILV}${PATHS[kind]}`, `https://${MAIL}${PATHS[kind]}`],
          cmdlets: [
            `Set-${kind}VirtualDirectory -Identity '${server}\\${PATHS[kind].slice(1)} (Default Web Site)' ${urls(PATHS[kind])}`,
          ],
        },
      ]),
    ),
    [`exchange_ews_virtual_directory.${server}-ews`]: {
      internal_url: [server === 'ECAS1' ? '' : `${MAILV}/EWS/Exchange.asmx`, ews],
      external_url: [`${MAILV}/ews/exchange.asmx`, ews],
      basic_authentication: [false, true],
      cmdlets: [
        `Set-WebServicesVirtualDirectory -Identity '${server}\\EWS (Default Web Site)' ${urls('/EWS/Exchange.asmx')} -BasicAuthentication:$true -Force:$true`,
      ],
      interrupts: [expect.stringContaining('they sign in anew') as string],
    },
  };
}

describeWithTerraform('two client access servers of Exchange 2010 whose URLs drifted', () => {
  let tools: SiteTools;
  let rig: SiteRig;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await drifted(tools);
    await rig.declare(site);
  }, SETUP_MS);
  afterAll(async () => {
    await rig.remove();
    tools.remove();
  });
  beforeEach(() => rig.forget());

  test(
    'the first plan takes them over and shows what differs and the cmdlets; the deploy repairs it, and nothing is left',
    async () => {
      const plan = await rig.plan();
      // What only the declaration says of a certificate the state takes over: the servers hold it, and nothing is run.
      const {
        'exchange_certificate.ECAS1-certificate': first,
        'exchange_certificate.ECAS2-certificate': second,
        ...others
      } = differences(plan);
      expect(others).toEqual({ ...expected('ECAS1'), ...expected('ECAS2') });
      for (const taken of [first, second]) {
        expect(Object.keys(taken ?? {})).not.toContain('cmdlets');
        expect(Object.values(taken ?? {}).filter((values) => (values as unknown[])[0] !== null)).toEqual([]);
      }
      // Nothing is made but the checks, and the memory of what is published.
      const made = plan.changes.filter(({ change }) => change.actions.join() !== 'update');
      expect(made.map(({ type, change }) => [type, change.actions.join()])).toEqual([
        ['exchange_health_gate', 'create'],
        ['exchange_health_gate', 'create'],
        ['exchange_published_names', 'create'],
      ]);
      expect(plan.said).toContain('ECAS1 gives clients inside the firewall no URL of Exchange Web Services');
      expect(plan.said).toContain('neither out-of-office replies nor the availability of others');
      expect(plan.said).not.toContain('ECAS2 gives clients');
      expect(rig.writes()).toEqual([]);

      rig.forget();
      await expectCarriedOut(rig, plan);
      expect(rig.updates).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'what somebody changes by hand later is drift; letter case is none',
    async () => {
      setUrls(rig, 'ECAS2', 'WebServices', { InternalUrl: `https://MAIL.domain.com/ews/EXCHANGE.asmx` });
      setUrls(rig, 'ECAS2', 'Oab', { ExternalUrl: `https://mail.DOMAIN.com/oab` });
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      setUrls(rig, 'ECAS2', 'WebServices', { InternalUrl: `${MAILV}/EWS/Exchange.asmx` });
      const plan = await rig.plan();
      expect(differences(plan)).toEqual({
        'exchange_ews_virtual_directory.ECAS2-ews': {
          internal_url: [`${MAILV}/EWS/Exchange.asmx`, `https://${MAIL}/EWS/Exchange.asmx`],
          cmdlets: [
            `Set-WebServicesVirtualDirectory -Identity 'ECAS2\\EWS (Default Web Site)' -InternalUrl 'https://${MAIL}/EWS/Exchange.asmx' -Force:$true`,
          ],
        },
      });
      expect(changeOf(plan, 'exchange_ews_virtual_directory.ECAS1-ews')).toBeUndefined();
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(await rig.plan()).toMatchObject({ exit: 0 });
    },
    SETUP_MS,
  );

  test(
    'Outlook Anywhere is enabled, repaired and disabled where the declaration says so, and left alone where not',
    async () => {
      const withAnywhere = (outlookAnywhere: 'enabled' | 'disabled'): ExchangeSiteProps => ({
        ...site,
        servers: [{ ...SERVERS[0], outlookAnywhere }, SERVERS[1]],
      });
      const ADDRESS = 'exchange_outlook_anywhere_2010.ECAS1-outlook-anywhere';
      const IDENTITY = "-Identity 'ECAS1\\Rpc (Default Web Site)'";
      const ENABLE = `Enable-OutlookAnywhere -Server 'ECAS1' -ExternalHostname '${MAIL}' -SSLOffloading:$false -DefaultAuthenticationMethod 'Ntlm'`;
      const cmdletsOf = (plan: Plan) => changeOf(plan, ADDRESS)?.after?.['cmdlets'];
      const isOn = (server: string) =>
        rig.organization
          .read()
          .servers.get(server)
          ?.virtualDirectories.some(({ kind }) => kind === 'OutlookAnywhere');

      await rig.declare(withAnywhere('enabled'));
      const first = await rig.plan();
      expect(changeOf(first, ADDRESS)).toMatchObject({
        actions: ['update'],
        before: { enabled: false, external_hostname: null },
        after: { enabled: true, external_hostname: MAIL },
      });
      expect(cmdletsOf(first)).toEqual([ENABLE]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect([isOn('ECAS1'), isOn('ECAS2')]).toEqual([true, false]);
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      setUrls(rig, 'ECAS1', 'OutlookAnywhere', { ExternalHostname: 'mailv.domain.com' });
      const drift = await rig.plan();
      expect(differences(drift)[ADDRESS]).toEqual({
        external_hostname: ['mailv.domain.com', MAIL],
        cmdlets: [`Set-OutlookAnywhere ${IDENTITY} -ExternalHostname '${MAIL}'`],
        interrupts: [expect.stringContaining('Outlook that reaches the server over RPC and HTTP') as string],
      });
      rig.organization.editServer('ECAS1', (server) => {
        server.virtualDirectories = server.virtualDirectories.filter(
          ({ kind }) => kind !== 'OutlookAnywhere',
        );
      });
      expect(cmdletsOf(await rig.plan())).toEqual([ENABLE]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });

      await rig.declare(withAnywhere('disabled'));
      const off = await rig.plan();
      expect(changeOf(off, ADDRESS)).toMatchObject({
        before: { enabled: true, external_hostname: MAIL },
        after: { enabled: false, external_hostname: null },
      });
      expect(cmdletsOf(off)).toEqual(["Disable-OutlookAnywhere -Server 'ECAS1' -Confirm:$false"]);
      expect(await rig.applyPlan()).toMatchObject({ exit: 0 });
      expect(isOn('ECAS1')).toBe(false);
      expect(await rig.plan()).toMatchObject({ exit: 0 });

      rig.forget();
      await rig.deploy(site);
      expect(rig.writes()).toEqual([]);
    },
    SETUP_MS,
  );

  test(
    'a server that no declaration names and that hands out its own name is named in every plan',
    async () => {
      rig.organization.addServer({ name: 'ECAS3', fqdn: 'ECAS3.domain.local', version: SERVERS[0].version });
      for (let time = 0; time < 2; time += 1) {
        const plan = await rig.plan();
        expect(plan.exit).toBe(0);
        expect(plan.said.split('ECAS3 is not declared and hands out another Autodiscover URL')).toHaveLength(
          2,
        );
        expect(plan.said.split('ECAS3 is not declared and gives clients inside its own name')).toHaveLength(
          2,
        );
        expect(plan.said).toContain(
          `https://ecas3.domain.local${SCP} by it today, the server's own name, which Setup registers`,
        );
        expect(plan.said).toContain(
          `Set-ClientAccessServer -Identity 'ECAS3' -AutoDiscoverServiceInternalUri 'https://${MAIL}${SCP}'`,
        );
      }
      rig.organization.editServer('ECAS3', ({ services, virtualDirectories }) => {
        (services['ClientAccessServer'] ??= {})['AutoDiscoverServiceInternalUri'] = `https://${MAIL}${SCP}`;
        for (const { kind, settings } of virtualDirectories) {
          if (kind === 'WebServices') settings['InternalUrl'] = `https://${MAIL}/EWS/Exchange.asmx`;
        }
      });
      const { said } = await rig.plan();
      expect(said).not.toContain('ECAS3');
    },
    SETUP_MS,
  );
});
