import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import type { ExchangeSiteProps, OwnNamespaces, Publish, Server } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/versions';
import { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { exchangeProvider } from '../../provider/definition';
import { openSession } from '../../remoting/session';
import type * as SessionKey from '../../remoting/session-key';
import { withEveryAttribute } from '../../schema';
import { validCertificate } from '../integration/valid-certificate';
import { loopback } from '../remoting/peers/loopback';
import { Deployment } from './deployment';

// A key takes as long as half a deploy; the deploys here share one.
jest.mock('../../remoting/session-key', () => {
  const actual = jest.requireActual<typeof SessionKey>('../../remoting/session-key');
  let exchange: Promise<SessionKey.KeyExchange> | undefined;
  return { ...actual, KeyExchange: { start: () => (exchange ??= actual.KeyExchange.start()) } };
});

/** In CI; more by hand: DECLARATIONS=5000. */
const RUNS = Number(process.env['DECLARATIONS'] ?? 200);
const LONG_MS = RUNS * 3_000;
const PFX_PASSWORD = 'canary-pfx-3b1c';

const { V2013, V2016, V2019, SE } = ExchangeVersion;
/** Versions of the servers, in the order of the rollout. */
const ORGANIZATIONS: readonly (readonly ExchangeVersion[])[] = [
  [V2013],
  [V2013, V2013],
  [V2016, V2016, V2016],
  [V2013, V2019],
  [SE, SE],
];

const host = fc
  .constantFrom('mail', 'autodiscover', 'ews', 'eas', 'lis', 'opo', 'legacy', 'Mail')
  .map((name) => `${name}.contoso.com`);
const namespace = fc.oneof(
  host,
  fc.record({ internal: host, external: fc.option(host, { nil: null, freq: 3 }) }),
);
const some = <T extends object>(properties: { [name in keyof T]: fc.Arbitrary<T[name]> }) =>
  fc.record(properties, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
const services = some({
  owa: namespace,
  ews: namespace,
  activesync: namespace,
  mapi: namespace,
  outlookAnywhere: namespace,
  powershell: namespace,
});
const further = fc.uniqueArray(host, { maxLength: 2 });
const ownNamespaces = some({
  client: namespace,
  autodiscover: host,
  services,
  alsoPublished: further,
}) as fc.Arbitrary<OwnNamespaces>;
const publish: fc.Arbitrary<Publish> = fc.oneof(
  fc.constant('round-robin' as const),
  fc.constantFrom('198.51.100.1', '198.51.100.2').map((virtualIp) => ({ virtualIp })),
  fc.record({
    virtualIp: fc.constant(['198.51.100.1', '2001:db8::1']),
    virtualIps: fc.dictionary(host, fc.constantFrom('198.51.100.7', '198.51.100.8'), { maxKeys: 2 }),
  }),
);
const publishing = fc.oneof(publish, some({ internal: publish, external: publish }));
const datacentre = some({ namespaces: ownNamespaces, publish: publishing });

function serversOf(versions: readonly ExchangeVersion[]): fc.Arbitrary<readonly Server[]> {
  return fc.tuple(
    ...versions.map((version, index) =>
      some({
        datacentre: fc.constantFrom('lisbon', 'porto', 'Porto'),
        namespaces: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: ownNamespaces },
        ),
        publish: publishing,
      }).map((own): Server => {
        const name = `EX0${index + 1}`;
        return { name, fqdn: `${name}.contoso.local`, address: `192.0.2.${index + 1}`, version, ...own };
      }),
    ),
  );
}

const zones = { zones: [{ name: 'contoso.com' }, { name: 'contoso.local' }] };
const outside = { zones: [{ name: 'contoso.com', server: '198.51.100.53' }] };
const dns: fc.Arbitrary<ExchangeSiteProps['dns']> = fc.oneof(
  fc.constant(zones),
  publish.map((own) => ({ ...zones, publish: own })),
  publish.map((own) => ({ internal: zones, external: { ...outside, publish: own } })),
);

/** Declarations in which every value is possible, although they may contradict each other. */
const declarations = fc.constantFrom(...ORGANIZATIONS).chain((versions) =>
  fc.record(
    {
      servers: serversOf(versions),
      namespaces: fc.record(
        { client: namespace, autodiscover: host, services, alsoPublished: further },
        { requiredKeys: ['client', 'autodiscover'] },
      ),
      datacentres: some({ lisbon: datacentre, porto: datacentre }),
      certificate: fc.record({
        pfxFile: fc.constant('mail.pfx'),
        names: fc.constant(['*.contoso.com']),
        services: fc.constantFrom<ExchangeSiteProps['certificate']['services']>(['IIS'], ['SMTP', 'IIS']),
      }),
      dag: some({ alternateWitness: fc.constant({ server: 'FS02', directory: 'C:\\DAG01' }) }).map(
        (more) => ({
          name: 'DAG01',
          witness: { server: 'FS01.contoso.local', directory: 'C:\\DAG01' },
          ...more,
        }),
      ),
      dns,
      rollout: fc.constantFrom('one-after-another' as const, 'parallel' as const),
      outlookAnywhere: some({
        internalAuthentication: fc.constantFrom('Basic' as const, 'Ntlm' as const, 'Negotiate' as const),
      }),
      mapiAuthentication: fc.constant(['Ntlm' as const, 'Negotiate' as const]),
      health: fc.record({ timeoutSeconds: fc.constant(1) }),
    },
    { requiredKeys: ['servers', 'namespaces', 'certificate', 'dns', 'health'] },
  ),
) as fc.Arbitrary<ExchangeSiteProps>;

const isRight = (site: ExchangeSiteProps) =>
  resolveSite(site).diagnostics.every(({ severity }) => severity !== 'error');

/** What somebody writes who mistypes, forgets, or pastes something else. */
const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', 0, -1, NaN, true, [], {}, '.', 'a.', '*', '__proto__', 'a b'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('constructor', 'toString', '255.255.255.255', '::', '${x}', 'x'.repeat(300)),
);

/** Somewhere in a declaration, one value is another one, or stands under another name. */
function spoil(value: unknown, way: readonly number[], by: unknown, renames: boolean): unknown {
  const [step = 0, ...rest] = way;
  if (typeof value !== 'object' || value === null || value instanceof ExchangeVersion) return by;
  const entries = Object.entries(value);
  if (entries.length === 0 || way.length === 0) return by;
  const at = step % entries.length;
  const changed = entries.map(([name, item], index): [string, unknown] => {
    if (index !== at) return [name, item];
    if (renames && rest.length === 0) return [typeof by === 'string' ? by : `${name}s`, item];
    return [name, spoil(item, rest, by, renames)];
  });
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}

describe('any declaration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'declarations-'));
    const pfx = makePfx(validCertificate(['*.contoso.com']), { password: PFX_PASSWORD, iterations: 1 });
    writeFileSync(join(folder, 'mail.pfx'), pfx, { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** An organization with these servers as Setup leaves them; keys take a while, so that each is made once. */
  const organizationOf = (versions: readonly ExchangeVersion[]): SimulatedOrganization => {
    const template = join(folder, versions.map(({ label }) => label).join('-'));
    if (!made.has(template)) {
      made.add(template);
      const organization = SimulatedOrganization.create(template, { domain: 'contoso.local' });
      versions.forEach((version, index) => {
        const name = `EX0${index + 1}`;
        organization.addServer({ name, fqdn: `${name}.contoso.local`, version });
      });
    }
    const copy = join(folder, 'now');
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(copy);
    cpSync(template, copy, { recursive: true });
    return SimulatedOrganization.open(copy);
  };
  const made = new Set<string>();

  const deploymentOf = (site: ExchangeSiteProps, organization: SimulatedOrganization) =>
    new Deployment({
      provider: () =>
        exchangeProvider(
          { EXCHANGE_ENDPOINT: 'process:' },
          // The newest version, which is the last one, has the cmdlets of all.
          {
            open: () =>
              openSession(loopback(organization.host(site.servers.at(-1)?.name ?? '')), { runspaces: 4 }),
          },
        ),
      config: withEveryAttribute(CONFIGURATION_SCHEMA, {
        servers: Object.fromEntries(site.servers.map(({ name, version }) => [name, version.label])),
      }),
      extras: { [certificate.typeName]: { pfx_file: join(folder, 'mail.pfx'), pfx_password: PFX_PASSWORD } },
      concurrent: true,
    });

  test('comes to something, or is told what is wrong with it', () => {
    const ways = fc.array(fc.nat(), { maxLength: 6 });
    fc.assert(
      fc.property(declarations, ways, wrong, fc.boolean(), (site, way, by, renames) => {
        const spoiled = spoil(site, way, by, renames) as ExchangeSiteProps;
        const { elements, diagnostics } = resolveSite(spoiled);
        expect(elements.length + diagnostics.length).toBeGreaterThan(0);
        for (const { summary, detail, path } of diagnostics) {
          expect([summary, detail].join('\n')).not.toMatch(/undefined|\[object|NaN is not a function/);
          expect(Array.isArray(path)).toBe(true);
        }
      }),
      { numRuns: RUNS * 10 },
    );
  });

  test(
    'that has nothing wrong is deployed, and the next plan has nothing to do',
    async () => {
      let deployed = 0;
      await fc.assert(
        fc.asyncProperty(declarations.filter(isRight), async (site) => {
          const organization = organizationOf(site.servers.map(({ version }) => version));
          const deployment = deploymentOf(site, organization);
          const objects = elementsOf(resolveSite(site).elements, 'exchange-object');
          const said = await deployment.apply(objects);
          expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
          const next = await deployment.plan(objects);
          expect([...next.changes]).toEqual([]);
          deployed += 1;
        }),
        { numRuns: RUNS },
      );
      expect(deployed).toBeGreaterThanOrEqual(RUNS);
    },
    LONG_MS,
  );
});
