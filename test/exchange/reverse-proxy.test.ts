import Ajv2020 from 'ajv/dist/2020';
import schema from '../../docs/exchange-plan.schema.json';
import { elementsOf } from '../../exchange/element';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { resolveSite } from '../../exchange/resolve-site';
import {
  ExchangeVersion,
  type ExchangeSiteProps,
  type ReverseProxy,
  type SiteCertificate,
} from '../../exchange/site';
import type { WindowsVersion } from '../../exchange/windows';
import { formatPath } from '../../schema';
import { server, site } from './sites';

const PROXY: ReverseProxy = { kind: 'arr', host: 'RP.contoso.com', address: '203.0.113.10' };
const zones = [{ name: 'contoso.com' }];
const outside = [{ name: 'contoso.com', server: 'ns1.contoso.com' }];
const views = { internal: { zones }, external: { zones: outside } };
const proxied = (changes: Partial<ReverseProxy> = {}, of: Partial<ExchangeSiteProps> = {}) =>
  site({ dns: views, reverseProxy: { ...PROXY, ...changes }, ...of } as Parameters<typeof site>[0]);

const found = (declaration: ExchangeSiteProps) =>
  resolveSite(declaration).diagnostics.map(({ rule, path, summary }) => [rule, formatPath(path), summary]);
const steps = (declaration: ExchangeSiteProps) => {
  const state = resolveSite(declaration);
  const plan = exchangePlan('site', declaration, state);
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  expect([validate(plan), validate.errors]).toEqual([true, null]);
  return elementsOf(state.elements, 'described').filter(({ id }) => id.startsWith('reverse-proxy-'));
};
const step = (declaration: ExchangeSiteProps, part: string) => {
  const one = steps(declaration).find(({ id }) => id === `reverse-proxy-${part}`);
  if (one === undefined) throw new Error(`there is no step ${part}`);
  return one;
};
const healthOf = (declaration: ExchangeSiteProps) =>
  steps(declaration).flatMap(({ table }) => table?.rows.filter(([name]) => name === 'health test URL') ?? []);

const withNames = (...names: string[]): SiteCertificate => {
  const { certificate } = site();
  return { ...certificate, names: [...certificate.names, ...names], services: ['IIS', 'IMAP'] };
};

describe('a reverse proxy of kind arr', () => {
  test('is a right declaration', () => expect(found(proxied())).toEqual([]));

  test('has tables only where its Windows is not declared', () => {
    for (const { commands, table } of steps(proxied())) {
      expect(commands).toEqual([]);
      expect(table?.rows.length).toBeGreaterThan(0);
    }
    expect(step(proxied({ windows: '2019' }), 'rules').commands).not.toEqual([]);
    expect(step(proxied({ windows: '2008' }), 'rules').commands).toEqual([]);
  });

  test('names the features of Windows Server 2012 and later where its Windows is not declared', () => {
    const named = (windows?: WindowsVersion) =>
      step(proxied(windows === undefined ? {} : { windows }), 'features').table?.rows.flat() ?? [];
    expect(named()).toContain('Web-Net-Ext45');
    expect(named()).toEqual(named('2019'));
    expect(named('2008 R2')).toContain('NET-Win-CFAC');
  });

  test('leaves /ecp open unless it is closed', () => {
    const first = (declaration: ExchangeSiteProps) => step(declaration, 'rules').table?.rows[0]?.[1];
    expect(first(proxied())).toBe('autodiscover.contoso.com');
    expect(first(proxied({ closeEcp: true }))).toBe('ecp-closed');
  });

  test('has no hosts file where DNS of the perimeter network answers', () => {
    const ids = (declaration: ExchangeSiteProps) => steps(declaration).map(({ id }) => id);
    expect(ids(proxied())).toContain('reverse-proxy-hosts');
    expect(ids(proxied({ perimeterDns: true }))).not.toContain('reverse-proxy-hosts');
  });

  test('asks for each service in a farm of its own where it is to know them apart', () => {
    const declaration = proxied({ farms: 'protocol' });
    const urls = healthOf(declaration).map(([, url]) => url);
    expect(urls).toEqual([
      'https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm',
      ...['rpc', 'ecp', 'Microsoft-Server-ActiveSync', 'EWS', 'OAB', 'mapi', 'owa'].map(
        (directory) => `https://mail.contoso.com/${directory}/HealthCheck.htm`,
      ),
    ]);
    const rules = step(declaration, 'rules').table?.rows.map(([, name, pattern]) => [name, pattern]);
    expect(rules?.slice(0, 2)).toEqual([
      ['autodiscover.contoso.com', '*'],
      ['mail.contoso.com-rpc', 'rpc*'],
    ]);
    // People type the name only: what no other service has is Outlook on the web's.
    expect(rules?.at(-1)).toEqual(['mail.contoso.com-owa', '*']);
  });

  test('has no farm for what it closes, in a farm for each service as well as in one of its own name', () => {
    const services = { ecp: 'ecp.contoso.com' };
    const own = proxied(
      { farms: 'protocol', closeEcp: true },
      { namespaces: { ...site().namespaces, services }, certificate: withNames('ecp.contoso.com') },
    );
    for (const declaration of [proxied({ farms: 'protocol', closeEcp: true }), own]) {
      const rules = step(declaration, 'rules').table?.rows.map(([, name]) => name) ?? [];
      expect(rules[0]).toBe('ecp-closed');
      expect(rules.slice(1)).not.toContainEqual(expect.stringContaining('ecp'));
      expect(rules.at(-1)).toBe('mail.contoso.com-owa');
      const farms = steps(declaration).filter(({ id }) => id.startsWith('reverse-proxy-farm-'));
      expect(farms).toHaveLength(rules.length - 1);
    }
  });

  test('asks servers before 2013 for nothing, and has a farm for the names that they only give', () => {
    const declaration = proxied(
      {},
      {
        servers: [
          server(1, { version: ExchangeVersion.V2010, namespaces: { client: 'legacy.contoso.com' } }),
          server(2),
        ],
        certificate: withNames('legacy.contoso.com'),
        dag: { ...site().dag, name: 'DAG01', members: ['EX02'] } as ExchangeSiteProps['dag'] & object,
      },
    );
    const farms = steps(declaration).filter(({ id }) => id.startsWith('reverse-proxy-farm-'));
    const settings = (name: string) =>
      farms.find(({ id }) => id === `reverse-proxy-farm-${name}`)?.table?.rows ?? [];
    const none = ['health test URL', expect.stringMatching(/^none: /) as unknown];
    expect(settings('legacy.contoso.com')).toContainEqual(none);
    expect(settings('legacy.contoso.com')).not.toContainEqual(['server', 'EX02.contoso.local']);
    expect(settings('mail.contoso.com')).toContainEqual([
      'health test URL',
      'https://mail.contoso.com/owa/HealthCheck.htm',
    ]);
    // Both give it, so that a server which has no page stands in its farm.
    expect(settings('autodiscover.contoso.com')).toContainEqual(none);
    expect(settings('autodiscover.contoso.com')).toContainEqual(['server', 'EX02.contoso.local']);
  });

  test('has the records outside described where the declaration has no view for them', () => {
    const last = step(proxied({}, { dns: { zones } }), 'external-dns');
    expect(last.table?.rows).toEqual([
      ['autodiscover.contoso.com', 'A', '203.0.113.10'],
      ['mail.contoso.com', 'A', '203.0.113.10'],
    ]);
    expect(steps(proxied()).map(({ id }) => id)).not.toContain('reverse-proxy-external-dns');
    const twice = step(
      proxied({ address: ['203.0.113.10', '203.0.113.10'] }, { dns: { zones } }),
      'external-dns',
    );
    expect(twice.table?.rows).toHaveLength(2);
  });

  test('leaves names that stand elsewhere, or that nobody publishes', () => {
    const external = { zones: outside, elsewhere: { 'autodiscover.contoso.com': '203.0.113.99' } };
    const declaration = proxied({}, { dns: { internal: { zones }, external } });
    expect(found(declaration)).toEqual([]);
    expect(step(declaration, 'rules').table?.rows.map(([, name]) => name)).toEqual(['mail.contoso.com']);
  });
});

describe('a reverse proxy', () => {
  const external = { zones: outside, notPublished: { 'imap.contoso.com': 'inside only' } };

  test('is right beside a name of IMAP that is not published outside', () => {
    const declaration = proxied(
      {},
      {
        certificate: withNames('imap.contoso.com'),
        mailProtocols: { imap: { host: 'imap.contoso.com' } },
        dns: { internal: { zones }, external },
      },
    );
    expect(found(declaration)).toEqual([]);
  });

  test('is right with a wildcard on its certificate', () => {
    expect(found(proxied({ certificateNames: ['*.contoso.com'] }))).toEqual([]);
  });

  test('is right before a load balancer inside', () => {
    const internal = { zones, publish: { virtualIp: '192.0.2.100' } };
    expect(found(proxied({}, { dns: { internal, external: { zones: outside } } }))).toEqual([]);
  });
});

describe('a reverse proxy of kind isa', () => {
  const isa = (changes: Partial<ReverseProxy> = {}, elsewhere: { readonly [name: string]: string } = {}) =>
    proxied(
      { kind: 'isa', insideAddress: '192.0.2.50', ...changes },
      { dns: { internal: { zones, elsewhere }, external: { zones: outside } } },
    );

  test('has a rule for each kind of client, and nothing that can be run', () => {
    expect(found(isa())).toEqual([]);
    expect(steps(isa()).map(({ id, commands }) => [id, commands])).toEqual(
      ['network', 'listener', 'rules'].map((part) => [`reverse-proxy-${part}`, []]),
    );
    const rows = step(isa(), 'rules').table?.rows.map(([, name, , paths]) => [name, paths]);
    expect(rows).toEqual([
      ['Exch2013OutlookAnywhere', '/Autodiscover/*, /rpc/*, /EWS/*, /OAB/*, /mapi/*'],
      ['Exch2013ActiveSync', '/Microsoft-Server-ActiveSync/*'],
      ['Exch2013OWA', '/owa/*, /ecp/*'],
    ]);
    const closed = step(isa({ closeEcp: true }), 'rules').table?.rows.at(-1);
    expect(closed?.[3]).toBe('/owa/*');
  });

  test('hands the names of each datacentre on to its own load balancer, and a name with its own address to that', () => {
    const declaration = {
      ...isa(),
      servers: [server(1, { datacentre: 'lisbon' }), server(2, { datacentre: 'porto' })],
      datacentres: {
        lisbon: {
          publish: {
            internal: { virtualIp: '192.0.2.100', virtualIps: { 'eas.contoso.com': '192.0.2.101' } },
          },
          namespaces: { services: { activesync: 'eas.contoso.com' } },
        },
        porto: {
          namespaces: { client: 'porto.contoso.com' },
          publish: { internal: { virtualIp: '192.0.2.200' } },
        },
      },
      certificate: { ...site().certificate, names: ['*.contoso.com'] },
    };
    const rows = step(declaration, 'rules').table?.rows.map(([, name, names, , to]) => [name, names, to]);
    expect(rows).toEqual([
      [
        'Exch2013OutlookAnywhere autodiscover.contoso.com',
        'autodiscover.contoso.com',
        '192.0.2.100, 192.0.2.200',
      ],
      ['Exch2013OutlookAnywhere mail.contoso.com', 'mail.contoso.com', '192.0.2.100'],
      ['Exch2013OutlookAnywhere porto.contoso.com', 'porto.contoso.com', '192.0.2.200'],
      ['Exch2013ActiveSync eas.contoso.com', 'eas.contoso.com', '192.0.2.101'],
      ['Exch2013ActiveSync porto.contoso.com', 'porto.contoso.com', '192.0.2.200'],
      ['Exch2013OWA mail.contoso.com', 'mail.contoso.com', '192.0.2.100'],
      ['Exch2013OWA porto.contoso.com', 'porto.contoso.com', '192.0.2.200'],
    ]);
  });

  test('hands on names of IMAP', () => {
    const declaration = {
      ...isa(),
      certificate: withNames('imap.contoso.com'),
      mailProtocols: { imap: { host: 'imap.contoso.com' } },
    };
    expect(found(declaration)).toEqual([]);
  });

  test('delegates nothing where it signs nobody in', () => {
    const delegation = (changes: Partial<ReverseProxy>) =>
      new Set(step(isa(changes), 'rules').table?.rows.map((row) => row.at(-1)));
    expect(delegation({})).toEqual(new Set(['NTLM']));
    expect(delegation({ signIn: 'none' })).toEqual(new Set(['none, clients sign in themselves']));
  });

  test.each(['none', 'basic'] as const)('may stand for names inside where its sign-in is %s', (signIn) => {
    expect(found(isa({ signIn }, { 'mail.contoso.com': '192.0.2.50' }))).toEqual([]);
  });

  test('may take port 80 beside proxy settings at another address', () => {
    expect(found(isa({ listensOnHttp: true, wpadAddress: '192.0.2.50' }))).toEqual([]);
    const { table } = step(isa({ listensOnHttp: true }), 'listener');
    expect(table?.rows).toContainEqual(['HTTP', 'port 80, all requests sent to HTTPS']);
  });

  test('may hand out proxy settings where its listener takes no port 80', () => {
    const declaration = isa(
      { signIn: 'none', wpadAddress: '192.0.2.50' },
      { 'mail.contoso.com': '192.0.2.50' },
    );
    expect(found(declaration)).toEqual([]);
  });

  test('leads names outside to itself once its rules are there', () => {
    const state = resolveSite(isa());
    const sets = elementsOf(state.elements, 'record-set').filter(({ view }) => view === 'external');
    expect(sets).toHaveLength(2);
    for (const { addresses, dependsOn } of sets) {
      expect(addresses).toEqual(['203.0.113.10']);
      expect(dependsOn).toContain('reverse-proxy-rules');
    }
  });
});
