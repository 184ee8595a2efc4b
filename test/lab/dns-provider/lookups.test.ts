import { lookup, Resolver } from 'node:dns/promises';

import { dataSources, type Lookups } from '../../../lab/dns-provider/lookups';
import type { DnsRecord } from '../../../dns/record';
import { startLab } from '../../dns/lab';
import type { DnsRig } from '../../dns/rig';

const ZONE = 'contoso.com.';
const REVERSE = '2.0.192.in-addr.arpa.';
const at = (name: string, data: DnsRecord['data']): DnsRecord => ({ name: `${name}${ZONE}`, ttl: 300, data });

describe('the data source', () => {
  let rig: DnsRig;
  let lookups: Lookups;
  beforeAll(async () => {
    const records = [
      at('mail.', { type: 'A', address: '192.0.2.11' }),
      at('www.', { type: 'CNAME', target: `web.${ZONE}` }),
      at('web.', { type: 'CNAME', target: `mail.${ZONE}` }),
      at('circle.', { type: 'CNAME', target: `circle.${ZONE}` }),
      at('', { type: 'MX', preference: 20, exchange: `b.${ZONE}` }),
      at('', { type: 'MX', preference: 10, exchange: `c.${ZONE}` }),
      at('', { type: 'MX', preference: 10, exchange: `a.${ZONE}` }),
      at('_sip._tcp.', { type: 'SRV', priority: 1, weight: 2, port: 3, target: `mail.${ZONE}` }),
      at('_sip._tcp.', { type: 'SRV', priority: 0, weight: 2, port: 3, target: `mail.${ZONE}` }),
      at('txt.', { type: 'TXT', strings: [Buffer.from('one '), Buffer.from('text')] }),
    ];
    const names = [
      { name: `11.${REVERSE}`, ttl: 300, data: { type: 'PTR' as const, target: `mail.${ZONE}` } },
    ];
    rig = await startLab({
      zones: [
        { name: ZONE, records },
        { name: REVERSE, records: names },
      ],
      keys: [],
    });
    const resolver = new Resolver();
    resolver.setServers([`${rig.address}:${rig.port}`]);
    lookups = {
      lookup,
      resolveCname: (name: string) => resolver.resolveCname(name),
      resolveMx: (name: string) => resolver.resolveMx(name),
      resolveNs: (name: string) => resolver.resolveNs(name),
      resolveSrv: (name: string) => resolver.resolveSrv(name),
      resolveTxt: (name: string) => resolver.resolveTxt(name),
      reverse: (address: string) => resolver.reverse(address),
    };
  });
  afterAll(() => rig.stop());

  const read = (typeName: string, config: { [name: string]: string }) => {
    const source = dataSources(lookups).find((each) => each.typeName === typeName);
    if (source === undefined) throw new Error(`there is no data source ${typeName}`);
    return source.read(config, undefined);
  };

  test.each([
    ['dns_a_record_set', { host: 'localhost' }, { addrs: ['127.0.0.1'] }],
    ['dns_cname_record_set', { host: 'www.contoso.com' }, { cname: 'mail.contoso.com.' }],
    ['dns_cname_record_set', { host: 'mail.contoso.com' }, { cname: 'mail.contoso.com.' }],
    [
      'dns_mx_record_set',
      { domain: 'contoso.com' },
      {
        mx: [
          { preference: 10, exchange: 'a.contoso.com.' },
          { preference: 10, exchange: 'c.contoso.com.' },
          { preference: 20, exchange: 'b.contoso.com.' },
        ],
      },
    ],
    ['dns_ns_record_set', { host: 'contoso.com' }, { nameservers: ['ns1.contoso.com.'] }],
    ['dns_ptr_record_set', { ip_address: '192.0.2.11' }, { ptr: 'mail.contoso.com.' }],
    [
      'dns_srv_record_set',
      { service: '_sip._tcp.contoso.com' },
      {
        srv: [
          { priority: 0, weight: 2, port: 3, target: 'mail.contoso.com.' },
          { priority: 1, weight: 2, port: 3, target: 'mail.contoso.com.' },
        ],
      },
    ],
    ['dns_txt_record_set', { host: 'txt.contoso.com' }, { record: 'one text', records: ['one text'] }],
  ])('%s gives what %j has', async (typeName, config, found) => {
    const [asked] = Object.values(config);
    expect(await read(typeName, config)).toEqual({ state: { ...config, ...found, id: asked } });
  });

  test.each([
    ['dns_mx_record_set', { domain: 'nobody.contoso.com' }],
    ['dns_cname_record_set', { host: 'nobody.contoso.com' }],
    ['dns_cname_record_set', { host: 'circle.contoso.com' }],
  ])('%s says that %j was not found', async (typeName, config) => {
    const { state, diagnostics } = await read(typeName, config);
    expect(state).toBeNull();
    expect(diagnostics).toMatchObject([{ severity: 'error' }]);
  });
});
