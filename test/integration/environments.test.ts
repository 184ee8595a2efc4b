import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { site as coexistence } from '../../environments/coexistence-2007-2010';
import { site as bound } from '../../environments/namespace-models-bound';
import { site as perService } from '../../environments/namespace-models-per-service';
import { site as unbound } from '../../environments/namespace-models-unbound';
import { site as nlbCas2007 } from '../../environments/nlb-cas-2007';
import { site as reverseProxyArr } from '../../environments/reverse-proxy-arr';
import { declaredCertificates, isOnServer } from '../../exchange/declared-certificates';
import { ExchangeVersion, type ExchangeSiteProps, type Server } from '../../exchange/site';
import { endpointCertificate } from '../../lab/wsman/certificate';
import type { RunningEndpoint } from '../../lab/wsman/endpoint';
import { startWindowsEndpoint } from '../../lab/wsman/windows-endpoint';
import { makePfx } from '../../pki';
import { startLab } from '../dns/lab';
import { addressesOf, newKey, type DnsRig } from '../dns/rig';
import { describeWithTerraform } from '../terraform/available';
import { callsIn, expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;
const [USER, PASSWORD] = ['deploy', 'canary-93d7'] as const;
const KEY = newKey('hmac-sha256', 'exchange.');

/** What DNS answers for names, by the label in the zone; sorted. */
type Answers = { readonly [label: string]: readonly string[] };

interface Environment {
  readonly site: ExchangeSiteProps;
  readonly domain: string;
  readonly zone: string;
  /** Some of its names. */
  readonly inside: Answers;
  readonly outside: Answers;
}

/** By the names of their stacks. */
const ENVIRONMENTS: { readonly [stack: string]: Environment } = {
  'coexistence-2007-2010': {
    site: coexistence,
    domain: 'mailmig.com',
    zone: 'mailmig.com',
    inside: {
      mail: ['192.0.2.10'],
      autodiscover: ['192.0.2.10'],
      outlook: ['192.0.2.10'],
      legacy: ['192.0.2.1'],
    },
    outside: { mail: ['203.0.113.3'], autodiscover: ['203.0.113.3'], legacy: ['203.0.113.3'], outlook: [] },
  },
  'nlb-cas-2007': {
    site: nlbCas2007,
    domain: 'ehlo.dk',
    zone: 'ehlo.dk',
    inside: { mail: ['192.0.2.10'], autodiscover: ['192.0.2.10'] },
    outside: {},
  },
  'reverse-proxy-arr': {
    site: reverseProxyArr,
    domain: 'contoso.com',
    zone: 'contoso.com',
    inside: {
      mail: ['192.0.2.11', '192.0.2.12'],
      autodiscover: ['192.0.2.11', '192.0.2.12'],
      activesync: ['192.0.2.11', '192.0.2.12'],
    },
    outside: { mail: ['203.0.113.10'], autodiscover: ['203.0.113.10'], activesync: ['203.0.113.10'] },
  },
  'namespace-models-unbound': {
    site: unbound,
    domain: 'contoso.local',
    zone: 'contoso.com',
    inside: {
      mail: ['10.1.0.100', '10.2.0.100'],
      autodiscover: ['10.1.0.100', '10.2.0.100'],
      imap: ['10.1.0.100', '10.2.0.100'],
      legacy: ['10.1.0.21', '10.2.0.21'],
    },
    outside: { mail: ['198.51.100.100', '203.0.113.100'], legacy: ['203.0.113.20'] },
  },
  'namespace-models-bound': {
    site: bound,
    domain: 'contoso.local',
    zone: 'contoso.com',
    inside: {
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      'mail-wa': ['10.1.0.100'],
      'mailfb-wa': ['10.1.0.100'],
      'mailfb-md': ['10.2.0.100'],
      'oa-md': ['10.2.0.103'],
    },
    outside: {},
  },
  'namespace-models-per-service': {
    site: perService,
    domain: 'contoso.local',
    zone: 'contoso.com',
    inside: {
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      mail: ['10.1.0.100', '10.2.0.100'],
      oa: ['10.1.0.102', '10.2.0.102'],
      legacy: ['10.1.0.21', '10.2.0.21'],
    },
    outside: { mail: ['198.51.100.100', '203.0.113.100'], legacy: ['203.0.113.20'] },
  },
};

const isOld = ({ version }: Server) => version === ExchangeVersion.V2007;

/** The external view on another server; no record is there before the first deploy. */
function movedTo({ address, port }: DnsRig, dns: ExchangeSiteProps['dns']): ExchangeSiteProps['dns'] {
  if (!('internal' in dns)) return { ...dns, existingRecords: [] };
  const internal = { ...dns.internal, existingRecords: [] };
  if (dns.external === undefined) return { internal };
  const zones = dns.external.zones.map((zone) => ({ ...zone, server: address, port }));
  return { internal, external: { ...dns.external, zones, existingRecords: [] } };
}

describeWithTerraform('the sample environments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'environments-'));
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => {
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Windows' own endpoint on each server of Exchange 2007, by its name. */
  async function endpointsOf(
    rig: SiteRig,
    servers: readonly Server[],
  ): Promise<Map<string, RunningEndpoint>> {
    const { cert, key } = endpointCertificate(folder, ['localhost']);
    const endpoints = new Map<string, RunningEndpoint>();
    for (const { name } of servers.filter(isOld)) {
      const endpoint = await startWindowsEndpoint({
        organization: () => rig.organization,
        server: name,
        authentication: { basic: (user, password) => user === USER && password === PASSWORD },
        tls: { cert, key },
      });
      endpoints.set(name, endpoint);
    }
    return endpoints;
  }

  test.each(Object.keys(ENVIRONMENTS))(
    '%s is deployed by what its plan shows, each server of 2007 by a session of its own, and found so by the next plan',
    async (stack) => {
      const { site: declared, domain, zone, inside, outside } = ENVIRONMENTS[stack]!;
      // The session of the organization is on the first, one of the newest version.
      const servers = [
        ...declared.servers.filter((server) => !isOld(server)),
        ...declared.servers.filter(isOld),
      ] as unknown as readonly [Server, ...Server[]];
      const certificates = declaredCertificates(declared).map((certificate) => ({
        ...certificate,
        made: validCertificate(certificate.declared.names),
      }));
      const [first] = certificates;
      if (first === undefined) throw new Error('a site has a certificate');
      const external = await startLab({ zones: [{ name: `${zone}.` }], keys: [KEY] });
      const rig = await SiteRig.create({
        tools,
        startDns: startLab,
        certificate: first.made,
        place: { stack, domain, zone, servers, pfxFile: first.declared.pfxFile },
      });
      for (const { name } of servers.slice(1)) rig.install(name);
      rig.organization.edit(({ organization }) => {
        organization.testMailbox = true;
      });
      const endpoints = await endpointsOf(rig, servers);
      try {
        for (const { declared: own, made } of certificates.slice(1)) {
          const pfx = makePfx(made, { password: rig.pfxPassword });
          writeFileSync(join(rig.project, own.pfxFile), pfx, { mode: 0o600 });
        }
        await rig.declare({
          ...declared,
          servers: declared.servers.map((server) => {
            const port = endpoints.get(server.name)?.port;
            return port === undefined ? server : { ...server, endpoint: `https://localhost:${port}/wsman` };
          }),
          dns: movedTo(external, declared.dns),
          health: { ...declared.health, timeoutSeconds: 1 },
        });
        const environment = {
          [`TF_VAR_dns_key_secret_external_${zone.replace('.', '_')}`]: KEY.secret,
          ...Object.fromEntries(
            certificates.flatMap(({ name }) =>
              name === null ? [] : [[`TF_VAR_pfx_password_${name}`, rig.pfxPassword]],
            ),
          ),
          ...(servers.every(isOld) ? { EXCHANGE_ENDPOINT: undefined } : {}),
          EXCHANGE_CA_FILE: join(folder, 'wsman-ca.pem'),
          EXCHANGE_USER: USER,
          EXCHANGE_PASSWORD: PASSWORD,
        };
        const plan = await rig.plan({ environment });
        rig.forget();
        await expectCarriedOut(rig, plan, { environment });
        expect(plannedCmdlets(plan)).not.toEqual([]);

        for (const server of servers) {
          const { name } = server;
          const sessions = rig
            .writes()
            .filter(({ parameters }) => JSON.stringify(parameters).includes(`"${name}`))
            .map(({ session }) => session.toLowerCase());
          const own = endpoints.has(name) ? name : servers[0].name;
          expect([name, new Set(sessions)]).toEqual([name, new Set([own.toLowerCase()])]);
        }
        for (const server of servers.filter(isOld)) {
          const others = servers.filter((other) => other !== server).map(({ name }) => name);
          const { calls, ofOthers } = callsIn(rig, server.name, others);
          expect(calls.some((call) => call.startsWith('Import-ExchangeCertificate'))).toBe(true);
          expect(ofOthers).toEqual([]);
          const shown = rig.organization.read().servers.get(server.name.toUpperCase())?.certificates ?? [];
          expect(shown.find(({ services }) => services.includes('IIS'))?.thumbprint).toBe(
            certificates.find((certificate) => isOnServer(certificate, server))?.made.certificate.thumbprint,
          );
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
