import { wireRecord } from '../../dns/message';
import type { ExchangeSiteProps } from '../../exchange/site';
import { addressesOf, clientOf, newKey, type DnsRig } from '../dns/rig';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { bothServers, DAG, FIRST, NAMES, SECOND, ZONE } from './declared-site';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [, AUTODISCOVER] = NAMES;
const LISBON = `lis.${ZONE}`;
const PORTO = `opo.${ZONE}`;
const SYNC = `eas-opo.${ZONE}`;
const NEW = `porto.${ZONE}`;
const ALL = [AUTODISCOVER, LISBON, PORTO, SYNC, NEW];

/** A virtual address in each datacentre on either side of the firewall. */
const balanced = (inside: string, outside: string, virtualIps: { readonly [name: string]: string } = {}) => ({
  internal: { virtualIp: inside, virtualIps },
  external: { virtualIp: outside },
});

/** The sample in two datacentres, each with a name of its own, and with an external view of the same zone. */
function inTwo(external: DnsRig, keyName: string, porto: string): ExchangeSiteProps {
  return {
    ...bothServers,
    servers: [
      { ...FIRST, datacentre: 'lisbon' },
      { ...SECOND, datacentre: 'porto' },
    ],
    namespaces: { client: LISBON, autodiscover: AUTODISCOVER },
    datacentres: {
      lisbon: { publish: balanced('10.1.0.100', '203.0.113.1') },
      porto: {
        namespaces: {
          client: porto,
          services: { activesync: SYNC },
          ...(porto === PORTO ? {} : { alsoPublished: [PORTO] }),
        },
        publish: balanced('10.2.0.100', '203.0.113.2', { [SYNC]: '10.2.0.101' }),
      },
    },
    certificate: { ...bothServers.certificate, names: ALL },
    dag: { ...DAG, alternateWitness: { server: 'FS02.apatricio.local', directory: 'C:\\Witness' } },
    dns: {
      internal: { zones: [{ name: ZONE }] },
      external: {
        zones: [
          { name: ZONE, server: external.address, port: external.port, keyName, keyAlgorithm: 'hmac-sha256' },
        ],
        notPublished: { [SYNC]: 'no device outside asks for it' },
      },
    },
  };
}

describeWithTerraform('two datacentres and two views of DNS', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  describeEachServer('are deployed', (startDns) => {
    let rig: SiteRig;
    let external: DnsRig;
    const key = newKey('hmac-sha256', 'outside.');
    const environment = {
      [`TF_VAR_dns_key_secret_external_${ZONE.replace('.', '_')}`]: key.secret,
    };
    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns, certificate: validCertificate(ALL) });
      rig.install(SECOND.name);
      external = await startDns({ zones: [{ name: `${ZONE}.` }], keys: [key] });
    }, SETUP_MS);
    afterAll(async () => {
      await rig.remove();
      await external.stop();
    });

    /** Addresses of each name, inside and outside. */
    const answered = async () =>
      Object.fromEntries(
        await Promise.all(
          ALL.map(
            async (name) => [name, [await rig.addresses(name), await addressesOf(external, name)]] as const,
          ),
        ),
      );

    /** What the servers have, in their order. */
    const urls = (service: string) =>
      [FIRST, SECOND].map(
        ({ name }) =>
          rig.stateValues()[`exchange_${service}_virtual_directory.${name}-${service}`]?.['external_url'],
      );

    test(
      'with the names and addresses of each, shown in the plan, and found as they are by the next one',
      async () => {
        await rig.declare(inTwo(external, key.name, PORTO));
        const plan = await rig.plan({ environment });
        expect(plan.said).not.toContain(key.secret);
        await expectCarriedOut(rig, plan, { environment });
        expect(urls('owa')).toEqual([`https://${LISBON}/owa`, `https://${PORTO}/owa`]);
        expect(urls('activesync')).toEqual([
          `https://${LISBON}/Microsoft-Server-ActiveSync`,
          `https://${SYNC}/Microsoft-Server-ActiveSync`,
        ]);
        expect(await answered()).toEqual({
          [AUTODISCOVER]: [
            ['10.1.0.100', '10.2.0.100'],
            ['203.0.113.1', '203.0.113.2'],
          ],
          [LISBON]: [['10.1.0.100'], ['203.0.113.1']],
          [PORTO]: [['10.2.0.100'], ['203.0.113.2']],
          [SYNC]: [['10.2.0.101'], []],
          [NEW]: [[], []],
        });
      },
      SETUP_MS,
    );

    test(
      'a rename in one of them stops before clients there would be given what neither view answers',
      async () => {
        rig.forget();
        await rig.declare(inTwo(external, key.name, NEW));
        const { exit, said } = await rig.plan({ environment });
        expect(exit).toBe(1);
        expect(said).toContain(`Clients would be given ${NEW} before DNS publishes it`);
        expect(said).toContain(`${SECOND.name} is in production`);
        expect(said).toContain(`client: '${PORTO}'`);
        expect(said).toContain(`alsoPublished: ['${NEW}']`);
        expect(rig.writes()).toEqual([]);
        expect(rig.updates).toEqual([]);
      },
      SETUP_MS,
    );

    test(
      'what somebody publishes outside under a name that nobody declared stops the plan',
      async () => {
        rig.forget();
        const site = inTwo(external, key.name, PORTO);
        const withNew: ExchangeSiteProps = {
          ...site,
          namespaces: { ...site.namespaces, alsoPublished: [NEW] },
        };
        await rig.declare(withNew);
        await clientOf(external, key).update(`${ZONE}.`, [
          wireRecord({
            name: `${NEW}.`,
            ttl: 600,
            data: { type: 'A', address: '203.0.113.77' },
          }),
        ]);
        const { exit, said } = await rig.plan({ environment });
        expect(exit).toBe(1);
        expect(said).toContain(`${NEW} has addresses in DNS that nobody declared`);
        expect(said).toContain('203.0.113.77');
        expect(said).toContain('dns.external.existingRecords');
        expect(rig.updates).toEqual([]);
      },
      SETUP_MS,
    );
  });
});
