import type { RecordType } from '../../dns/record';
import type { DnsView, ExchangeSiteProps, FurtherRecords } from '../../exchange/site';
import { clientOf, newKey, type DnsRig } from '../dns/rig';
import { describeEachServer } from '../dns/servers';
import { describeWithTerraform } from '../terraform/available';
import { firstServer, NAMES, ZONE } from './declared-site';
import { expectCarriedOut } from './executed-cmdlets';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';
import { validCertificate } from './valid-certificate';

const SETUP_MS = 240_000;
const [WEBMAIL] = NAMES;
const REVERSE = '99.60.10.in-addr.arpa';
const SERVICE = `_autodiscover._tcp.${ZONE}`;

const RECORDS: FurtherRecords = {
  cname: { [`OWA.${ZONE}`]: WEBMAIL },
  mx: { [ZONE]: [{ preference: 10, exchange: WEBMAIL }] },
  srv: { [SERVICE]: [{ priority: 0, weight: 5, port: 443, target: `${WEBMAIL}.` }] },
  // What Terraform would take as a template.
  txt: { [ZONE]: ['v=spf1 mx -all', 'a ${text} %{of} it'] },
  ptr: { '10.60.99.225': WEBMAIL },
};

describeWithTerraform('records beside the addresses', () => {
  let tools: SiteTools;
  beforeAll(async () => {
    tools = await siteTools();
  }, SETUP_MS);
  afterAll(() => tools.remove());

  describeEachServer('are published', (startDns) => {
    let rig: SiteRig;
    let external: DnsRig;
    const key = newKey('hmac-sha256', 'outside.');
    const environment = {
      [`TF_VAR_dns_key_secret_external_${ZONE.replace('.', '_')}`]: key.secret,
      [`TF_VAR_dns_key_secret_external_${REVERSE.replaceAll('.', '_')}`]: key.secret,
    };
    beforeAll(async () => {
      rig = await SiteRig.create({ tools, startDns, certificate: validCertificate(NAMES) });
      external = await startDns({ zones: [{ name: `${ZONE}.` }, { name: `${REVERSE}.` }], keys: [key] });
    }, SETUP_MS);
    afterAll(async () => {
      await rig.remove();
      await external.stop();
    });

    const declaring = (view: Partial<DnsView>): ExchangeSiteProps => {
      const { address: server, port } = external;
      const zone = { server, port, keyName: key.name, keyAlgorithm: 'hmac-sha256' } as const;
      const zones = [ZONE, REVERSE].map((name) => ({ name, ...zone }));
      return {
        ...firstServer,
        dns: {
          internal: { zones: [{ name: ZONE }] },
          external: { zones, publish: { virtualIp: '203.0.113.1' }, ...view },
        },
      };
    };

    const answered = async (name: string, type: RecordType) => {
      const { answers } = await clientOf(external).query(`${name}.`, type);
      return answers.map(({ ttl, data }) => ({ ttl, ...data }));
    };

    test(
      'as they are declared, and found so by the next plan',
      async () => {
        await rig.declare(declaring({ records: RECORDS }));
        const plan = await rig.plan({ environment });
        rig.forget();
        await expectCarriedOut(rig, plan, { environment });
        expect(await answered(`owa.${ZONE}`, 'CNAME')).toEqual([
          { ttl: 300, type: 'CNAME', target: `${WEBMAIL}.` },
        ]);
        expect(await answered(ZONE, 'MX')).toEqual([
          { ttl: 300, type: 'MX', preference: 10, exchange: `${WEBMAIL}.` },
        ]);
        expect(await answered(SERVICE, 'SRV')).toEqual([
          { ttl: 300, type: 'SRV', priority: 0, weight: 5, port: 443, target: `${WEBMAIL}.` },
        ]);
        expect(await answered(`225.${REVERSE}`, 'PTR')).toEqual([
          { ttl: 300, type: 'PTR', target: `${WEBMAIL}.` },
        ]);
        const texts = (await answered(ZONE, 'TXT')).map((record) =>
          'strings' in record ? Buffer.concat([...record.strings]).toString() : '',
        );
        expect(texts.sort()).toEqual(['a ${text} %{of} it', 'v=spf1 mx -all']);
      },
      SETUP_MS,
    );

    test(
      'change and go as the declaration does, and what was there before is taken over',
      async () => {
        await rig.declare(
          declaring({ records: { mx: { [ZONE]: [{ preference: 20, exchange: WEBMAIL }] } } }),
        );
        const changed = await rig.plan({ environment });
        rig.forget();
        await expectCarriedOut(rig, changed, { environment });
        expect(await answered(ZONE, 'MX')).toMatchObject([{ preference: 20 }]);
        expect([await answered(SERVICE, 'SRV'), await answered(`225.${REVERSE}`, 'PTR')]).toEqual([[], []]);

        await rig.declare(
          declaring({ records: { mx: RECORDS.mx ?? {} }, existingRecords: [ZONE.toUpperCase()] }),
        );
        const plan = await rig.plan({ environment });
        expect(plan.changes.filter(({ type }) => type === 'dns_mx_record_set')).toMatchObject([
          { change: { actions: ['update'] } },
        ]);
        rig.forget();
        await expectCarriedOut(rig, plan, { environment });
        expect(await answered(ZONE, 'MX')).toMatchObject([{ preference: 10 }]);
      },
      SETUP_MS,
    );
  });
});
