import './one-session-key';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { maintenanceOfServer } from '../../exchange/declared-maintenance';
import { elementsOf } from '../../exchange/element';
import { groupsOf } from '../../exchange/placed-groups';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import type { ExchangeSiteProps } from '../../exchange/site';
import type { ExchangeVersion } from '../../exchange/versions';
import { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { CONFIGURATION_SCHEMA } from '../../provider/configuration';
import { exchangeProvider } from '../../provider/definition';
import { openSession } from '../../remoting/session';
import { withEveryAttribute } from '../../schema';
import { declarations, isRight, mended, SEED, spoil, wrong } from '../exchange/any-declaration';
import { validCertificate } from '../integration/valid-certificate';
import { loopback } from '../remoting/peers/loopback';
import { Deployment } from './deployment';

/** In CI; more by hand: DECLARATIONS=5000. */
const RUNS = Number(process.env['DECLARATIONS'] ?? 200);
/** A deploy and its plans take a second where nothing else is at work. */
const LONG_MS = RUNS * 20_000;
const PFX_PASSWORD = 'canary-pfx-3b1c';
/** With the name on each. */
const PFX_FILES = { 'mail.pfx': '*.contoso.com', 'smtp.pfx': 'smtp.contoso.com' };

describe('any declaration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'declarations-'));
    for (const [name, host] of Object.entries(PFX_FILES)) {
      const pfx = makePfx(validCertificate([host]), { password: PFX_PASSWORD, iterations: 1 });
      writeFileSync(join(folder, name), pfx, { mode: 0o600 });
    }
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

  /** The newest version, which is the last one, has the cmdlets of all. */
  const endpointOf = (site: ExchangeSiteProps) =>
    site.servers.at(-1)?.endpoint === undefined ? { EXCHANGE_ENDPOINT: 'process:' } : {};

  const deploymentOf = (site: ExchangeSiteProps, organization: SimulatedOrganization) =>
    new Deployment({
      provider: () =>
        exchangeProvider(
          // Where all servers are of 2007, the session of the first one is that of the organization.
          { EXCHANGE_USER: 'admin', EXCHANGE_PASSWORD: 'of the admin', ...endpointOf(site) },
          {
            open: ({ endpoint }) =>
              openSession(
                loopback(
                  organization.host(
                    endpoint.kind === 'wsman'
                      ? (new URL(endpoint.url).hostname.split('.')[0] ?? '').toUpperCase()
                      : (site.servers.at(-1)?.name ?? ''),
                  ),
                ),
                { runspaces: 4 },
              ),
          },
        ),
      config: {
        ...withEveryAttribute(CONFIGURATION_SCHEMA, {
          servers: Object.fromEntries(site.servers.map(({ name, version }) => [name, version.label])),
          server_endpoints: Object.fromEntries(
            site.servers.flatMap(({ name, endpoint }) => (endpoint === undefined ? [] : [[name, endpoint]])),
          ),
        }),
        site_certificate: resolveSite(site).certificates.flatMap(({ name, declared }) =>
          name === null
            ? []
            : [
                {
                  name,
                  pfx_file: join(folder, declared.pfxFile),
                  services: declared.services,
                  servers: declared.servers ?? site.servers.map((server) => server.name),
                },
              ],
        ),
        maintenance: site.servers.flatMap((server) => {
          const maintenance = maintenanceOfServer(site, groupsOf(site), server);
          if (maintenance === undefined) return [];
          return [{ server: server.name, redirect_to: maintenance.redirectTo?.fqdn ?? null }];
        }),
      },
      extras: {
        [certificate.typeName]: ({ pfx_file: file }) => ({
          pfx_file: join(folder, file as string),
          pfx_password: PFX_PASSWORD,
        }),
      },
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
          expect([summary, detail].join('\n')).not.toMatch(/undefined|\[object|is not a function/);
          expect(Array.isArray(path)).toBe(true);
        }
      }),
      { numRuns: RUNS * 10, seed: SEED },
    );
  });

  test(
    'that has nothing wrong is deployed, and the next plan has nothing to do',
    async () => {
      await fc.assert(
        fc.asyncProperty(declarations.map(mended).filter(isRight), async (site) => {
          const organization = organizationOf(site.servers.map(({ version }) => version));
          const deployment = deploymentOf(site, organization);
          const objects = elementsOf(resolveSite(site).elements, 'exchange-object');
          const said = await deployment.apply(objects);
          expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
          const next = await deployment.plan(objects);
          expect([...next.changes]).toEqual([]);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    LONG_MS,
  );
});
