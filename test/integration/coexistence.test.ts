import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { site as coexistence } from '../../environments/coexistence-2007-2010';
import { site as unbound } from '../../environments/namespace-models-unbound';
import { declaredCertificates } from '../../exchange/declared-certificates';
import { ExchangeVersion, type ExchangeSiteProps, type Server } from '../../exchange/site';
import { endpointCertificate } from '../../lab/wsman/certificate';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { startWindowsEndpoint } from '../../lab/wsman/windows-endpoint';
import { makePfx } from '../../pki';
import { startLab } from '../dns/lab';
import { addressesOf, newKey, type DnsRig } from '../dns/rig';
import { describeWithTerraform } from '../terraform/available';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;
const [USER, PASSWORD] = ['deploy', 'canary-93d7'] as const;
const KEY = newKey('hmac-sha256', 'exchange.');

type Answers = { readonly [label: string]: readonly string[] };

const SITES: readonly (readonly [
  stack: string,
  site: ExchangeSiteProps,
  domain: string,
  zone: string,
  inside: Answers,
  outside: Answers,
])[] = [
  [
    'coexistence-2007-2010',
    coexistence,
    'mailmig.com',
    'mailmig.com',
    {
      mail: ['192.0.2.10'],
      autodiscover: ['192.0.2.10'],
      outlook: ['192.0.2.10'],
      legacy: ['192.0.2.1'],
    },
    { mail: ['203.0.113.3'], autodiscover: ['203.0.113.3'], legacy: ['203.0.113.3'], outlook: [] },
  ],
  [
    'namespace-models-unbound',
    unbound,
    'contoso.local',
    'contoso.com',
    {
      mail: ['10.1.0.100', '10.2.0.100'],
      autodiscover: ['10.1.0.100', '10.2.0.100'],
      imap: ['10.1.0.100', '10.2.0.100'],
      legacy: ['10.1.0.21', '10.2.0.21'],
    },
    { mail: ['198.51.100.100', '203.0.113.100'], legacy: ['203.0.113.20'] },
  ],
];

const isOld = ({ version }: Server) => version === ExchangeVersion.V2007;

/** The external view on another server; nothing is there before the first deploy. */
function movedTo({ address, port }: DnsRig, dns: ExchangeSiteProps['dns']): ExchangeSiteProps['dns'] {
  if (!('internal' in dns) || dns.external === undefined) throw new Error('there are two views');
  const zones = dns.external.zones.map((zone) => ({ ...zone, server: address, port }));
  return {
    internal: { ...dns.internal, existingRecords: [] },
    external: { ...dns.external, zones, existingRecords: [] },
  };
}

describeWithTerraform('servers of Exchange 2007 beside newer ones', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coexistence-'));
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => {
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(SITES)(
    '%s is deployed by what its plan shows, each old server by a session of its own, and found so by the next plan',
    async (stack, declared, domain, zone, inside, outside) => {
      // The session of the organization is on the first, one of the newest version.
      const servers = [
        ...declared.servers.filter((server) => !isOld(server)),
        ...declared.servers.filter(isOld),
      ] as unknown as readonly [Server, ...Server[]];
      const certificates = declaredCertificates(declared);
      const external = await startLab({ zones: [{ name: `${zone}.` }], keys: [KEY] });
      const rig = await SiteRig.create({
        tools,
        startDns: startLab,
        certificate: validCertificate(certificates[0]?.declared.names ?? []),
        place: { stack, domain, zone, servers, pfxFile: certificates[0]?.declared.pfxFile ?? '' },
      });
      const { cert, key } = endpointCertificate(folder, ['localhost']);
      const endpoints = new Map<string, RunningEndpoint>();
      try {
        servers.slice(1).forEach(({ name }) => rig.install(name));
        for (const { declared: own } of certificates.slice(1)) {
          const pfx = makePfx(validCertificate(own.names), { password: rig.pfxPassword });
          writeFileSync(join(rig.project, own.pfxFile), pfx, { mode: 0o600 });
        }
        for (const { name } of servers.filter(isOld)) {
          const authentication = {
            basic: (user: string, password: string) => user === USER && password === PASSWORD,
          };
          const endpoint = { organization: () => rig.organization, server: name, authentication };
          endpoints.set(name, await startWindowsEndpoint({ ...endpoint, tls: { cert, key } }));
        }
        await rig.declare({
          ...declared,
          servers: declared.servers.map((server) =>
            isOld(server)
              ? { ...server, endpoint: `https://localhost:${endpoints.get(server.name)?.port ?? 0}/wsman` }
              : server,
          ),
          dns: movedTo(external, declared.dns),
          health: { timeoutSeconds: 1 },
        });
        const word = zone.replace('.', '_');
        const environment = {
          [`TF_VAR_dns_key_secret_external_${word}`]: KEY.secret,
          ...Object.fromEntries(
            certificates.flatMap(({ name }) =>
              name === null ? [] : [[`TF_VAR_pfx_password_${name}`, rig.pfxPassword]],
            ),
          ),
          EXCHANGE_CA_FILE: join(folder, 'wsman-ca.pem'),
          EXCHANGE_USER: USER,
          EXCHANGE_PASSWORD: PASSWORD,
        };
        const plan = await rig.plan({ environment });
        rig.forget();
        await expectCarriedOut(rig, plan, { environment });
        for (const { name } of servers) {
          const sessions = rig
            .writes()
            .filter(({ parameters }) => JSON.stringify(parameters).includes(`"${name}`))
            .map(({ session }) => session?.toLowerCase());
          const own = endpoints.has(name) ? name : servers[0].name;
          expect(new Set(sessions)).toEqual(new Set([own.toLowerCase()]));
        }
        for (const [label, addresses] of Object.entries(inside)) {
          expect([label, await rig.addresses(`${label}.${zone}`)]).toEqual([label, addresses]);
        }
        for (const [label, addresses] of Object.entries(outside)) {
          expect([label, await addressesOf(external, `${label}.${zone}`)]).toEqual([label, addresses]);
        }
      } finally {
        for (const endpoint of endpoints.values()) await endpoint.close();
        await rig.remove();
        await external.stop();
      }
    },
    SETUP_MS,
  );
});
