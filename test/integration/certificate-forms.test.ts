import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabOptions } from '../../lab/exchange/options';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, FIRST, firstServer, NAMES, SECOND } from './declared-site';
import { executedCmdlets, plannedCmdlets } from './executed-cmdlets';
import { startSiteEndpoint, type SiteEndpoint } from './site-endpoint';
import { SiteRig, type Plan, type RunOptions } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 180_000;
const LIFE_MS = 600_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-5d17';
const SERVERS = [FIRST.name, SECOND.name] as const;
const UNTOLD = 'This session does not tell which services use a certificate';

/** A way in, and what comes of certificates on it. */
interface Form {
  readonly title: string;
  /** Of the address; undefined where it is a process. */
  readonly query?: string;
  readonly options: Partial<LabOptions>;
  readonly tellsServices: boolean;
}

const FORMS: readonly Form[] = [
  {
    title: 'WSMan at the Full level: RawData and SerializationData',
    query: '',
    // It would tell services, too.
    options: { selectObject: 'none' },
    tellsServices: true,
  },
  {
    title: 'WSMan at another level, without a projection: RawData only',
    query: '?serializationLevel=Partial',
    options: { selectObject: 'none' },
    tellsServices: false,
  },
  {
    title: 'Windows PowerShell with the snap-in: a projection tells services',
    options: {},
    tellsServices: true,
  },
  {
    title: 'a no-language endpoint: RawData only',
    options: { languageMode: 'none' },
    tellsServices: false,
  },
];

describeWithTerraform('the life of a site, as its certificates arrive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-forms-'));
  let tools: SiteTools;
  let rig: SiteRig;
  let endpoint: SiteEndpoint | undefined;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => {
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    rig = await SiteRig.create({ tools, startDns: startLab });
    rig.install(SECOND.name);
  }, SETUP_MS);
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
    await rig.remove();
  });

  async function reach({ query, options }: Form): Promise<RunOptions> {
    rig.organization.setOptions(options);
    if (query === undefined) return {};
    endpoint = await startSiteEndpoint({
      folder,
      user: USER,
      password: PASSWORD,
      organization: () => rig.organization,
    });
    return {
      environment: {
        ...endpoint.environment,
        EXCHANGE_ENDPOINT: `${endpoint.url}${query}`,
        EXCHANGE_PROCESS_COMMAND: undefined,
      },
    };
  }

  const storeOf = (server: string) =>
    rig.organization.read().servers.get(server.toUpperCase())?.certificates ?? [];
  /** Thumbprints of the certificates that IIS shows. */
  const onTheWeb = (server: string) =>
    storeOf(server)
      .filter(({ services }) => services.includes('IIS'))
      .map(({ thumbprint }) => thumbprint);
  const holds = (server: string, thumbprint: string) =>
    storeOf(server).some((certificate) => certificate.thumbprint === thumbprint);

  /** Plans and applies: what was planned is what runs. */
  async function deploy(options: RunOptions): Promise<Plan> {
    rig.forget();
    const plan = await rig.plan(options);
    expect(plan).toMatchObject({ exit: 2 });
    const applied = await rig.applyPlan(options);
    expect(applied).toMatchObject({ exit: 0 });
    const planned = plannedCmdlets(plan);
    expect(executedCmdlets(rig.organization.journal(), planned)).toEqual(planned);
    return plan;
  }

  test.each(FORMS)(
    '$title',
    async (form) => {
      const options = await reach(form);
      const { tellsServices } = form;
      /** Nothing is left to do, and a session that does not tell services says so once. */
      const isSettled = async () => {
        const { exit, said } = await rig.plan(options);
        expect({ exit, untold: said.split(UNTOLD).length - 1 }).toEqual({
          exit: 0,
          untold: tellsServices ? 0 : 1,
        });
      };

      const setups = new Map(SERVERS.map((name) => [name, onTheWeb(name)]));
      const first = validCertificate();
      const { thumbprint: old } = first.certificate;
      rig.writePfx(first);
      await rig.declare(bothServers);
      await deploy(options);
      for (const name of SERVERS) expect(onTheWeb(name)).toEqual([old]);
      await isSettled();

      rig.organization.editServer(SECOND.name, ({ certificates }) => {
        for (const each of certificates) each.services = each.services.filter((name) => name !== 'IIS');
        certificates[0]?.services.push('IIS');
      });
      if (!tellsServices) {
        await isSettled();
        const address = `exchange_certificate.${SECOND.name}-certificate`;
        expect(await rig.terraform(['state', 'rm', address])).toMatchObject({ exit: 0 });
      }
      await deploy(options);
      expect(rig.effects()).toEqual({ 'Enable-ExchangeCertificate': 1 });
      expect(onTheWeb(SECOND.name)).toEqual([old]);
      await isSettled();

      const renewed = validCertificate(NAMES, -1, 700);
      const { thumbprint } = renewed.certificate;
      rig.writePfx(renewed);
      const removalOf = (name: string) =>
        `Remove-ExchangeCertificate -Server '${name}' -Thumbprint '${old}' -Confirm:$false`;
      const plan = await deploy(options);
      for (const name of SERVERS) {
        expect(onTheWeb(name)).toEqual([thumbprint]);
        expect(holds(name, old)).toBe(!tellsServices);
        // One that the state forgot counts as one that was there before.
        const isOwn = tellsServices || name === FIRST.name;
        expect(plannedCmdlets(plan).includes(removalOf(name).toLowerCase())).toBe(tellsServices);
        expect(plan.said.includes(`The certificate ${old} stays on ${name}`)).toBe(isOwn && !tellsServices);
      }
      await isSettled();

      await rig.declare(firstServer);
      const removal = await rig.apply(options);
      expect(removal).toMatchObject({ exit: 0 });
      expect(removal.said.includes(`The certificate ${thumbprint} stays on ${SECOND.name}`)).toBe(
        !tellsServices,
      );
      expect(onTheWeb(SECOND.name)).toEqual(setups.get(SECOND.name));
      expect(onTheWeb(FIRST.name)).toEqual([thumbprint]);
      expect(holds(SECOND.name, thumbprint)).toBe(!tellsServices);
      for (const name of NAMES) expect(await rig.addresses(name)).toEqual([FIRST.address]);
      await isSettled();

      const destroyed = await rig.terraform(
        ['destroy', '-input=false', '-no-color', '-auto-approve'],
        options,
      );
      expect(destroyed).toMatchObject({ exit: 0 });
      expect(onTheWeb(FIRST.name)).toEqual(setups.get(FIRST.name));
      expect(holds(FIRST.name, thumbprint)).toBe(!tellsServices);
      expect(rig.stateAddresses()).toEqual([]);
    },
    LIFE_MS,
  );
});
