import { declaredCertificates } from '../../exchange/declared-certificates';
import { site as bound } from '../../environments/namespace-models-bound';
import type { ExchangeSiteProps, Server } from '../../exchange/site';
import { site as perService } from '../../environments/namespace-models-per-service';
import { startLab } from '../dns/lab';
import { addressesOf, newKey, type DnsRig } from '../dns/rig';
import { describeWithTerraform } from '../terraform/available';
import { expectCarriedOut, plannedCmdlets } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 300_000;

/** What DNS answers for names, by the label in contoso.com; sorted. */
type Answers = { readonly [label: string]: readonly string[] };

/** Some names of each plan, inside and outside. */
const PLANS: readonly (readonly [
  stack: string,
  site: ExchangeSiteProps,
  inside: Answers,
  outside: Answers,
])[] = [
  [
    'namespace-models-bound',
    bound,
    {
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      'mail-wa': ['10.1.0.100'],
      'mailfb-wa': ['10.1.0.100'],
      'mailfb-md': ['10.2.0.100'],
      'oa-md': ['10.2.0.103'],
    },
    {},
  ],
  [
    'namespace-models-per-service',
    perService,
    {
      autodiscover: ['10.1.0.101', '10.2.0.101'],
      mail: ['10.1.0.100', '10.2.0.100'],
      oa: ['10.1.0.102', '10.2.0.102'],
      legacy: ['10.1.0.21', '10.2.0.21'],
    },
    { mail: ['198.51.100.100', '203.0.113.100'], legacy: ['203.0.113.20'] },
  ],
];

const KEY = newKey('hmac-sha256', 'exchange.');

/** The external view on another server. */
function movedTo({ address, port }: DnsRig, dns: ExchangeSiteProps['dns']): ExchangeSiteProps['dns'] {
  if (!('internal' in dns) || dns.external === undefined) return dns;
  const zones = dns.external.zones.map((zone) => ({ ...zone, server: address, port }));
  return { ...dns, external: { ...dns.external, zones } };
}

describeWithTerraform('the namespace plans', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  test.each(PLANS)(
    '%s is deployed by what its plan shows, and found as it is by the next one',
    async (stack, declared, inside, outside) => {
      const servers = declared.servers as readonly [Server, ...Server[]];
      const external = await startLab({ zones: [{ name: 'contoso.com.' }], keys: [KEY] });
      const site = { ...declared, dns: movedTo(external, declared.dns), health: { timeoutSeconds: 1 } };
      const environment = { TF_VAR_dns_key_secret_external_contoso_com: KEY.secret };
      const [certificate] = declaredCertificates(declared);
      if (certificate === undefined) throw new Error('a site has a certificate');
      const { names, pfxFile } = certificate.declared;
      const rig = await SiteRig.create({
        tools,
        startDns: startLab,
        certificate: validCertificate(names),
        place: {
          stack,
          domain: 'contoso.local',
          zone: 'contoso.com',
          servers,
          pfxFile,
        },
      });
      try {
        servers.slice(1).forEach(({ name }) => rig.install(name));
        await rig.declare(site);
        const plan = await rig.plan({ environment });
        expect(plannedCmdlets(plan).length).toBeGreaterThan(0);
        await expectCarriedOut(rig, plan, { environment });
        for (const [label, addresses] of Object.entries(inside)) {
          expect([label, await rig.addresses(`${label}.contoso.com`)]).toEqual([label, addresses]);
        }
        for (const [label, addresses] of Object.entries(outside)) {
          expect([label, await addressesOf(external, `${label}.contoso.com`)]).toEqual([label, addresses]);
        }
      } finally {
        await rig.remove();
        await external.stop();
      }
    },
    SETUP_MS,
  );
});
