import './one-session-key';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementsOf } from '../../exchange/element';
import { resolveSite } from '../../exchange/resolve-site';
import { certificate } from '../../exchange/resources';
import { type ExchangeSiteProps, ExchangeVersion, type LegacyClients } from '../../exchange/site';
import type { SimulatedOrganization } from '../../lab/exchange/organization';
import { makePfx } from '../../pki';
import { CONFIGURATION_SCHEMA, type Settings } from '../../provider/configuration';
import { exchangeProvider } from '../../provider/definition';
import { openSession } from '../../remoting/session';
import { withEveryAttribute } from '../../schema';
import { organization, removeFolders } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';
import { certificateFor } from './certificate-server';
import { Deployment } from './deployment';

const PASSWORD = 'canary-legacy';
const NAMES = ['mail.mailmig.com', 'autodiscover.mailmig.com', 'legacy.mailmig.com', 'old1.mailmig.com'];
const OLD_ENDPOINT = 'https://old1.mailmig.com:5986/wsman';
const folder = mkdtempSync(join(tmpdir(), 'legacy-clients-'));

/** One server of 2007 beside one of 2010, whose clients are switched first. */
const coexisting = (activesync: LegacyClients['activesync']): ExchangeSiteProps => ({
  servers: [
    {
      name: 'OLD1',
      fqdn: 'OLD1.mailmig.com',
      address: '192.0.2.1',
      version: ExchangeVersion.V2007,
      endpoint: OLD_ENDPOINT,
      namespaces: { client: { internal: 'old1.mailmig.com', external: 'legacy.mailmig.com' } },
      legacyClients: { activesync },
    },
    { name: 'NEW1', fqdn: 'NEW1.mailmig.com', address: '192.0.2.3', version: ExchangeVersion.V2010 },
  ],
  namespaces: { client: 'mail.mailmig.com', autodiscover: 'autodiscover.mailmig.com' },
  certificate: {
    pfxFile: 'mail.pfx',
    names: NAMES,
    services: ['IIS'],
    accepted: { 'self-signed': 'of a test' },
  },
  dns: { zones: [{ name: 'mailmig.com' }] },
  health: { timeoutSeconds: 1 },
});

let lab: SimulatedOrganization;
let deployment: Deployment<unknown>;

beforeAll(() => {
  lab = organization('mailmig.com');
  const { servers } = coexisting('proxy');
  for (const { name, fqdn, version } of servers) lab.addServer({ name, fqdn, version });
  const pfx = join(folder, 'mail.pfx');
  writeFileSync(pfx, makePfx(certificateFor(NAMES, 300), { password: PASSWORD, iterations: 1 }), {
    mode: 0o600,
  });
  const serverOf = ({ endpoint }: Settings) =>
    endpoint.kind === 'wsman' && endpoint.url.startsWith(OLD_ENDPOINT) ? 'OLD1' : 'NEW1';
  deployment = new Deployment<unknown>({
    provider: () =>
      exchangeProvider(
        {
          EXCHANGE_ENDPOINT: 'https://new1.mailmig.com/PowerShell/',
          EXCHANGE_USER: 'admin',
          EXCHANGE_PASSWORD: 'of the admin',
        },
        { open: async (settings) => openSession(loopback(lab.host(serverOf(settings)))) },
      ),
    config: withEveryAttribute(CONFIGURATION_SCHEMA, {
      servers: Object.fromEntries(servers.map(({ name, version }) => [name, version.label])),
      server_endpoints: { OLD1: OLD_ENDPOINT },
    }),
    extras: { [certificate.typeName]: { pfx_file: pfx, pfx_password: PASSWORD } },
  });
});
afterAll(() => {
  removeFolders();
  rmSync(folder, { recursive: true, force: true });
});

const activeSyncOf = (name: string) =>
  lab
    .read()
    .servers.get(name)
    ?.virtualDirectories.find(({ kind }) => kind === 'ActiveSync')?.settings;
const PATH = '/Microsoft-Server-ActiveSync';

test.each([
  ['proxy', null],
  ['redirect', `https://legacy.mailmig.com${PATH}`],
  ['proxy', null],
] as const)('ActiveSync of 2007: %s, so that its external URL is %j', async (activesync, ExternalUrl) => {
  const site = coexisting(activesync);
  const { elements, diagnostics } = resolveSite(site);
  expect(diagnostics).toEqual([]);
  const objects = elementsOf(elements, 'exchange-object');
  const said = await deployment.apply(objects);
  expect(said.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(activeSyncOf('OLD1')).toMatchObject({ InternalUrl: `https://old1.mailmig.com${PATH}`, ExternalUrl });
  expect(activeSyncOf('NEW1')).toMatchObject({ ExternalUrl: `https://mail.mailmig.com${PATH}` });
  const next = await deployment.plan(objects);
  expect(next.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect([...next.changes]).toEqual([]);
});
