import { elementsOf } from '../../exchange/element';
import { publishedHosts, purposesOf } from '../../exchange/namespaces';
import { publishedNamesOf } from '../../exchange/published-names';
import { dnsRecords } from '../../exchange/dns-records';
import { resolveSite } from '../../exchange/resolve-site';
import { ExchangeVersion, type ExchangeSiteProps } from '../../exchange/site';
import { path } from '../../schema';
import { server, site as siteWithDag } from './sites';

const { servers, namespaces, certificate, dns } = siteWithDag();
const site = (changes: Partial<ExchangeSiteProps>): ExchangeSiteProps => ({
  ...{ servers, namespaces, certificate, dns },
  ...changes,
});

/** What clients of each server are given, by its service: both sides where they differ. */
function given(declared: ExchangeSiteProps): {
  readonly [server: string]: { readonly [service: string]: string };
} {
  const servers: { [server: string]: { [service: string]: string } } = {};
  for (const { server: of, definition, id, attributes } of elementsOf(
    resolveSite(declared).elements,
    'exchange-object',
  )) {
    if (!['virtual-directory', 'outlook-anywhere', 'scp'].includes(definition.kind) || of === null) continue;
    const sides = ['uri', 'internal_url', 'external_url', 'internal_hostname', 'external_hostname']
      .flatMap((name) => (name in attributes ? [attributes[name] as string] : []))
      .map((text) => (URL.canParse(text) ? new URL(text).hostname : text).replace('.contoso.com', ''));
    (servers[of] ??= {})[id.slice(of.length + 1)] = [...new Set(sides)].join(' ');
  }
  return servers;
}

/** Addresses by name and view. */
function answers(declared: ExchangeSiteProps): { readonly [name: string]: readonly string[] } {
  return Object.fromEntries(
    elementsOf(resolveSite(declared).elements, 'record-set').map(({ view, host, addresses }) => [
      `${host.replace('.contoso.com', '')}${view === 'external' ? ' outside' : ''}`,
      addresses,
    ]),
  );
}

const errorsOf = (declared: ExchangeSiteProps) =>
  resolveSite(declared)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ rule, summary }) => `${rule}: ${summary}`);

const wildcard = { pfxFile: 'c.pfx', names: ['*.contoso.com'], services: ['IIS' as const] };
const all = (client: string, others: object = {}) => ({
  activesync: client,
  ecp: client,
  ews: client,
  mapi: client,
  oab: client,
  'outlook-anywhere': client,
  owa: client,
  scp: 'autodiscover',
  ...others,
});

describe('a bound model, with names of its own in each datacentre', () => {
  const names = (x: string) => ({
    client: `mail-${x}.contoso.com`,
    services: {
      activesync: `eas-${x}.contoso.com`,
      outlookAnywhere: `oa-${x}.contoso.com`,
      mapi: `oa-${x}.contoso.com`,
      ews: `ews-${x}.contoso.com`,
      oab: `oab-${x}.contoso.com`,
    },
  });
  const publish = (x: string, net: string) => ({
    virtualIp: `${net}.100`,
    virtualIps: {
      [`eas-${x}.contoso.com`]: `${net}.101`,
      [`oa-${x}.contoso.com`]: `${net}.102`,
      [`ews-${x}.contoso.com`]: `${net}.103`,
      [`oab-${x}.contoso.com`]: `${net}.104`,
    },
  });
  const declared = site({
    servers: [
      server(1, { datacentre: 'Redmond' }),
      server(2, { datacentre: 'bel air' }),
      server(3, { datacentre: 'redmond' }),
    ],
    namespaces: { client: 'mail-wa.contoso.com', autodiscover: 'autodiscover.contoso.com' },
    datacentres: {
      redmond: { namespaces: names('wa'), publish: publish('wa', '10.1.0') },
      'bel air': { namespaces: names('md'), publish: publish('md', '10.2.0') },
    },
    certificate: wildcard,
  });

  test('has every server give the names of its datacentre', () => {
    expect(errorsOf(declared)).toEqual([]);
    const of = (x: string) =>
      all(`mail-${x}`, {
        activesync: `eas-${x}`,
        'outlook-anywhere': `oa-${x}`,
        mapi: `oa-${x}`,
        ews: `ews-${x}`,
        oab: `oab-${x}`,
      });
    expect(given(declared)).toEqual({ EX01: of('wa'), EX02: of('md'), EX03: of('wa') });
  });

  test('has each name stand for its own address there, and a shared one for those of both', () => {
    expect(answers(declared)).toEqual({
      autodiscover: ['10.1.0.100', '10.2.0.100'],
      'mail-wa': ['10.1.0.100'],
      'eas-wa': ['10.1.0.101'],
      'oa-wa': ['10.1.0.102'],
      'ews-wa': ['10.1.0.103'],
      'oab-wa': ['10.1.0.104'],
      'mail-md': ['10.2.0.100'],
      'eas-md': ['10.2.0.101'],
      'oa-md': ['10.2.0.102'],
      'ews-md': ['10.2.0.103'],
      'oab-md': ['10.2.0.104'],
    });
  });

  test('has a pool in each datacentre', () => {
    const members = elementsOf(resolveSite(declared).elements, 'pool-member');
    expect(members.map(({ server: name, pool, virtualAddresses }) => [name, pool, virtualAddresses])).toEqual(
      [
        ['EX01', 'redmond', ['10.1.0.100', '10.1.0.101', '10.1.0.102', '10.1.0.103', '10.1.0.104']],
        ['EX02', 'bel air', ['10.2.0.100', '10.2.0.101', '10.2.0.102', '10.2.0.103', '10.2.0.104']],
        ['EX03', 'redmond', ['10.1.0.100', '10.1.0.101', '10.1.0.102', '10.1.0.103', '10.1.0.104']],
      ],
    );
  });

  test('leaves the address of another load balancer out of a pool, however it is spelled', () => {
    const members = elementsOf(
      resolveSite(
        site({
          servers: [server(1, { datacentre: 'redmond' }), server(2, { datacentre: 'bel air' })],
          datacentres: {
            redmond: { publish: { virtualIp: '2001:db8:1::100' } },
            'bel air': {
              publish: {
                virtualIp: '2001:db8:2::100',
                virtualIps: { 'autodiscover.contoso.com': '2001:DB8:1:0::100' },
              },
            },
          },
        }),
      ).elements,
      'pool-member',
    );
    expect(members.map(({ pool, virtualAddresses }) => [pool, virtualAddresses])).toEqual([
      ['redmond', ['2001:db8:1::100']],
      ['bel air', ['2001:db8:2::100']],
    ]);
  });

  test('tells the provider where each name stands, and in which datacentre each server', () => {
    const published = publishedNamesOf(declared, dnsRecords(declared));
    expect(published['datacentres']).toEqual({ EX01: 'redmond', EX02: 'bel air', EX03: 'redmond' });
    expect(purposesOf(declared)).toMatchObject({
      'mail-wa.contoso.com': 'datacentres.redmond.client',
      'oa-md.contoso.com': 'datacentres.bel air.services.outlookAnywhere, datacentres.bel air.services.mapi',
      'autodiscover.contoso.com': 'autodiscover',
    });
  });
});

describe('a datacentre that can be failed back', () => {
  const declared = (
    failback: string | null | undefined,
    versions = [ExchangeVersion.V2010, ExchangeVersion.V2013],
  ) =>
    site({
      servers: [
        ...versions.map((version, index) => server(index + 1, { datacentre: 'Lisbon', version })),
        server(3, { datacentre: 'porto' }),
      ],
      datacentres: { lisbon: failback === undefined ? {} : { failback } },
      certificate: wildcard,
    });
  /** FailbackUrl of each server; undefined where it is left as it is. */
  const urls = (of: ExchangeSiteProps) =>
    elementsOf(resolveSite(of).elements, 'exchange-object').flatMap(({ id, attributes }) =>
      id.endsWith('-owa') ? [attributes['failback_url']] : [],
    );

  test('is reached by OWA under a name of its own, with the addresses of its servers', () => {
    const failback = declared('mailfb-lis.contoso.com');
    expect(errorsOf(failback)).toEqual([]);
    expect(urls(failback)).toEqual([
      'https://mailfb-lis.contoso.com/owa',
      'https://mailfb-lis.contoso.com/owa',
      undefined,
    ]);
    expect(answers(failback)['mailfb-lis']).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(purposesOf(failback)['mailfb-lis.contoso.com']).toBe('datacentres.lisbon.failback');
  });

  test('and no other service is: ECP has no such URL', () => {
    const others = elementsOf(resolveSite(declared('mailfb-lis.contoso.com')).elements, 'exchange-object')
      .filter(({ attributes }) => 'failback_url' in attributes)
      .map(({ definition }) => definition.typeName);
    expect([...new Set(others)]).toEqual(['exchange_owa_virtual_directory']);
  });

  test('by null no more, and left out it stays as it is on the servers', () => {
    expect(errorsOf(declared(null))).toEqual([]);
    expect(urls(declared(null))).toEqual(['', '', undefined]);
    expect(urls(declared(undefined))).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(answers(declared(null)))).toEqual(['mail', 'autodiscover']);
  });

  test('holds a server of 2007 beside the others that has no such URL, nor an address under the name', () => {
    const mixed = declared('mailfb-lis.contoso.com', [ExchangeVersion.V2007, ExchangeVersion.V2013]);
    expect(urls(mixed)).toEqual([undefined, 'https://mailfb-lis.contoso.com/owa', undefined]);
    expect(answers(mixed)['mailfb-lis']).toEqual(['192.0.2.2']);
  });
});

describe('POP and IMAP', () => {
  const declared = site({
    servers: [server(1), server(2, { version: ExchangeVersion.V2010 })],
    mailProtocols: { imap: { host: 'imap.contoso.com' } },
    certificate: wildcard,
  });

  test('have their names published for all servers, and set on each after its certificate', () => {
    expect(errorsOf(declared)).toEqual([]);
    expect(answers(declared)['imap']).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(purposesOf(declared)['imap.contoso.com']).toBe('mailProtocols.imap');
    const settings = elementsOf(resolveSite(declared).elements, 'exchange-object').filter(
      ({ definition }) => definition.kind === 'mail-protocol',
    );
    expect(settings.map(({ id, attributes, dependsOn }) => [id, attributes, dependsOn])).toEqual(
      ['EX01', 'EX02'].map((name) => [
        `${name}-imap`,
        {
          server: name,
          certificate_name: 'imap.contoso.com',
          external_connection_settings: ['imap.contoso.com:143:TLS', 'imap.contoso.com:993:SSL'],
          internal_connection_settings: ['imap.contoso.com:143:TLS', 'imap.contoso.com:993:SSL'],
        },
        [`${name}-certificate`],
      ]),
    );
  });

  test('have the name that is said nearest, protocol by protocol, published for its own servers', () => {
    const nearest = site({
      servers: [
        server(1),
        server(2, { datacentre: 'Porto' }),
        server(3, { datacentre: 'porto', mailProtocols: { pop: { host: 'pop3.contoso.com' } } }),
      ],
      datacentres: { porto: { mailProtocols: { imap: { host: 'imap-opo.contoso.com' } } } },
      mailProtocols: { imap: { host: 'imap.contoso.com' }, pop: { host: 'pop.contoso.com' } },
      certificate: wildcard,
    });
    expect(resolveSite(nearest).diagnostics).toEqual([]);
    expect(answers(nearest)).toMatchObject({
      imap: ['192.0.2.1'],
      'imap-opo': ['192.0.2.2', '192.0.2.3'],
      pop: ['192.0.2.1', '192.0.2.2'],
      pop3: ['192.0.2.3'],
    });
    expect(purposesOf(nearest)).toMatchObject({
      'imap-opo.contoso.com': 'datacentres.porto.mailProtocols.imap',
      'pop3.contoso.com': 'servers.EX03.mailProtocols.pop',
    });
    const settings = elementsOf(resolveSite(nearest).elements, 'exchange-object').filter(
      ({ definition }) => definition.kind === 'mail-protocol',
    );
    expect(settings.map(({ id, attributes }) => [id, attributes['certificate_name']])).toEqual([
      ['EX01-pop', 'pop.contoso.com'],
      ['EX01-imap', 'imap.contoso.com'],
      ['EX02-pop', 'pop.contoso.com'],
      ['EX02-imap', 'imap-opo.contoso.com'],
      ['EX03-pop', 'pop3.contoso.com'],
      ['EX03-imap', 'imap-opo.contoso.com'],
    ]);
    expect(settings.at(-1)?.origin['certificate_name']).toEqual(
      path('datacentres', 'porto', 'mailProtocols', 'imap', 'host'),
    );
  });

  test('must have a name on the certificate of the servers that have it, and of no others', () => {
    const own = (names: readonly string[]) =>
      site({
        servers: [server(1), server(2, { mailProtocols: { imap: { host: 'imap.fabrikam.com' } } })],
        mailProtocols: { imap: { host: 'imap.contoso.com' } },
        certificate: {
          first: { ...wildcard, servers: ['EX01'] },
          second: { ...wildcard, pfxFile: 'd.pfx', names, servers: ['EX02'] },
        },
        dns: { zones: [{ name: 'contoso.com' }, { name: 'fabrikam.com' }] },
      });
    expect(errorsOf(own(['*.contoso.com', '*.fabrikam.com']))).toEqual([]);
    expect(errorsOf(own(['*.contoso.com']))).toEqual([
      "certificate-coverage: 'imap.fabrikam.com' is not on the certificate second (it has *.contoso.com)",
    ]);
  });

  test('stay as they are where they are not declared', () => {
    const { elements } = resolveSite(site({ certificate: wildcard }));
    expect(elements.filter(({ id }) => /-(pop|imap)$/.test(id))).toEqual([]);
  });
});

describe('an unbound model', () => {
  test('has each name stand for its addresses in both datacentres', () => {
    const publish = (net: string) => ({
      virtualIp: `${net}.100`,
      virtualIps: { 'oa.contoso.com': `${net}.101`, 'EWS.contoso.com': `${net}.102` },
    });
    const declared = site({
      servers: [server(1, { datacentre: 'redmond' }), server(2, { datacentre: 'portland' })],
      namespaces: {
        client: 'mail.contoso.com',
        autodiscover: 'autodiscover.contoso.com',
        services: { outlookAnywhere: 'oa.contoso.com', mapi: 'oa.contoso.com', ews: 'ews.contoso.com' },
      },
      datacentres: { redmond: { publish: publish('10.1.0') }, portland: { publish: publish('10.2.0') } },
      certificate: wildcard,
    });
    expect(errorsOf(declared)).toEqual([]);
    expect(answers(declared)).toEqual({
      mail: ['10.1.0.100', '10.2.0.100'],
      autodiscover: ['10.1.0.100', '10.2.0.100'],
      oa: ['10.1.0.101', '10.2.0.101'],
      ews: ['10.1.0.102', '10.2.0.102'],
    });
  });
});

describe('the most specific counts', () => {
  const declared = site({
    servers: [
      server(1, { datacentre: 'lisbon' }),
      server(2, {
        datacentre: 'lisbon',
        namespaces: { client: 'legacy.contoso.com', autodiscover: 'old.contoso.com' },
      }),
      server(3),
    ],
    namespaces: {
      client: 'mail.contoso.com',
      autodiscover: 'autodiscover.contoso.com',
      services: { ews: 'ews.contoso.com', owa: 'owa.contoso.com', powershell: 'ps.contoso.com' },
    },
    datacentres: {
      lisbon: { namespaces: { client: 'lis.contoso.com', services: { owa: 'owa-lis.contoso.com' } } },
    },
    certificate: wildcard,
  });

  test('of a server before its datacentre, and of that before the site, for one service as for all', () => {
    expect(given(declared)).toEqual({
      EX01: all('lis', { owa: 'owa-lis', powershell: 'ps' }),
      EX02: all('legacy', { scp: 'old', powershell: 'ps' }),
      EX03: all('mail', { ews: 'ews', owa: 'owa', powershell: 'ps' }),
    });
  });

  test('and DNS holds each name for the servers that give it', () => {
    expect(answers(declared)).toEqual({
      mail: ['192.0.2.3'],
      autodiscover: ['192.0.2.1', '192.0.2.3'],
      ews: ['192.0.2.3'],
      owa: ['192.0.2.3'],
      ps: ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
      lis: ['192.0.2.1'],
      'owa-lis': ['192.0.2.1'],
      legacy: ['192.0.2.2'],
      old: ['192.0.2.2'],
    });
  });

  test('a further name is published for the servers of its place', () => {
    const further = {
      ...declared,
      datacentres: { lisbon: { namespaces: { alsoPublished: ['before.contoso.com'] } } },
    };
    // EX02 has names of its own, with further ones of its own.
    expect(answers(further)).toMatchObject({ before: ['192.0.2.1'] });
    expect(publishedHosts(further).find(({ host }) => host === 'before.contoso.com')?.place).toBe(
      'datacentres.lisbon.alsoPublished',
    );
  });

  test('a further name of the site is none of servers with a client name of their own', () => {
    const retired = ['before.contoso.com'];
    const further = { ...declared, namespaces: { ...declared.namespaces, alsoPublished: retired } };
    expect(answers(further)).toMatchObject({ before: ['192.0.2.3'] });
    // Where it was theirs too, it stands in their place besides.
    const both = {
      ...further,
      datacentres: {
        lisbon: { namespaces: { ...declared.datacentres?.['lisbon']?.namespaces, alsoPublished: retired } },
      },
    };
    expect(errorsOf(both)).toEqual([]);
    expect(answers(both)).toMatchObject({ before: ['192.0.2.1', '192.0.2.3'] });
  });

  test('a further name of the site is one of all where each has a client name of its own', () => {
    const further = {
      ...declared,
      servers: declared.servers.map((one) => ({ ...one, datacentre: 'lisbon' })),
      namespaces: { ...declared.namespaces, alsoPublished: ['discover.contoso.com'] },
    };
    expect(answers(further)).toMatchObject({ discover: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] });
  });

  test('a name of Outlook Anywhere stands for the servers that have it', () => {
    const V2010 = ExchangeVersion.V2010;
    const old = site({
      servers: [server(1, { version: V2010 }), server(2, { version: V2010, outlookAnywhere: 'enabled' })],
      namespaces: {
        client: 'mail.contoso.com',
        autodiscover: 'mail.contoso.com',
        services: { outlookAnywhere: 'oa.contoso.com' },
      },
      certificate: wildcard,
    });
    expect(answers(old)).toMatchObject({ oa: ['192.0.2.2'] });
  });

  test('its own name a server registers itself', () => {
    const own = site({
      servers: [
        server(1),
        server(2, {
          namespaces: { client: { internal: 'EX02.contoso.com', external: null } },
          fqdn: 'ex02.contoso.com',
        }),
      ],
      certificate: wildcard,
    });
    expect(errorsOf(own)).toEqual([]);
    expect(Object.keys(answers(own))).toEqual(['mail', 'autodiscover']);
    expect(given(own)['EX02']?.['owa']).toBe('ex02 ');
  });
});

describe('two views of DNS', () => {
  const views = {
    internal: {
      zones: [
        { name: 'contoso.com', server: 'dns1.contoso.local' },
        { name: 'contoso.local', server: 'dns1.contoso.local' },
      ],
      publish: { virtualIp: '10.1.0.100' },
    },
    external: {
      zones: [{ name: 'contoso.com', server: 'ns1.contoso.com' }],
      publish: { virtualIp: '203.0.113.3' },
      ttlSeconds: 3600,
    },
  };
  const declared = site({
    namespaces: {
      client: { internal: 'mail.contoso.local', external: 'mail.contoso.com' },
      autodiscover: 'autodiscover.contoso.com',
      alsoPublished: ['legacy.contoso.com'],
    },
    certificate: {
      ...wildcard,
      names: ['*.contoso.com', '*.contoso.local'],
      accepted: { 'private-authority': 'ours' },
    },
    dns: views,
  });

  test('answer each side with its names and addresses; inside those for outside too, where a zone has them', () => {
    expect(errorsOf(declared)).toEqual([]);
    expect(answers(declared)).toEqual({
      'mail.contoso.local': ['10.1.0.100'],
      mail: ['10.1.0.100'],
      autodiscover: ['10.1.0.100'],
      legacy: ['10.1.0.100'],
      'mail outside': ['203.0.113.3'],
      'autodiscover outside': ['203.0.113.3'],
      'legacy outside': ['203.0.113.3'],
    });
  });

  test('hold a further name for one side on that side, and what is for outside inside too', () => {
    const further = {
      ...declared,
      namespaces: {
        ...declared.namespaces,
        alsoPublished: [{ internal: 'old.contoso.com' }, { external: 'former.contoso.com' }],
      },
    };
    expect(errorsOf(further)).toEqual([]);
    const held = Object.keys(answers(further));
    expect(held).toEqual(expect.arrayContaining(['old', 'former', 'former outside']));
    expect(held).not.toContain('old outside');
    expect(purposesOf(further)).toMatchObject({
      'old.contoso.com': 'alsoPublished.internal',
      'former.contoso.com': 'alsoPublished.external',
    });
    // Only the side that it is for must have a zone for it.
    const elsewhere = { ...further.namespaces, alsoPublished: [{ internal: 'mail.corp' }] };
    expect(errorsOf({ ...further, namespaces: elsewhere })).toEqual([
      expect.stringContaining(
        "'mail.corp' lies in none of the declared zones (contoso.com, contoso.local) of the internal",
      ),
      expect.stringContaining("'mail.corp' is not on the certificate"),
    ]);
  });

  test('have ids and a TTL of their own, and what is imported is that of the view', () => {
    const records = dnsRecords({
      ...declared,
      dns: { ...views, external: { ...views.external, existingRecords: ['Mail.contoso.com'] } },
    }).filter(({ host }) => host === 'mail.contoso.com');
    expect(records).toMatchObject([
      { id: 'mail_contoso_com-A', view: 'internal', ttlSeconds: 300, existing: false },
      { id: 'mail_contoso_com-A-external', view: 'external', ttlSeconds: 3600, existing: true },
    ]);
    expect(publishedNamesOf(declared, records)).toMatchObject({
      addresses: { 'mail.contoso.com': ['10.1.0.100'] },
      external_addresses: { 'mail.contoso.com': ['203.0.113.3'] },
      external_existing: ['mail.contoso.com'],
    });
  });

  test('leave out what the declaration says with a reason', () => {
    const without = {
      ...declared,
      dns: {
        ...views,
        external: { ...views.external, notPublished: { 'LEGACY.contoso.com': 'at the provider' } },
      },
    };
    expect(errorsOf(without)).toEqual([]);
    expect(Object.keys(answers(without))).not.toContain('legacy outside');
    expect(Object.keys(answers(without))).toContain('legacy');
  });

  test('have a server stand for another address on each side', () => {
    const proxied = {
      ...declared,
      servers: [
        server(1, { publish: { external: { virtualIp: '203.0.113.4' } } }),
        server(2, { publish: 'round-robin' as const }),
      ],
      dns: { ...views, external: { ...views.external, publish: { virtualIp: '203.0.113.3' } } },
    };
    expect(answers(proxied)).toMatchObject({
      mail: ['10.1.0.100', '192.0.2.2'],
      'mail outside': ['203.0.113.4', '192.0.2.2'],
    });
  });

  test('have only those servers stand for a name whose clients on that side are given it', () => {
    const inner = {
      ...declared,
      servers: [
        server(1, { namespaces: { client: { internal: 'mail.contoso.com', external: null } } }),
        server(2),
      ],
      namespaces: { client: 'mail.contoso.com', autodiscover: 'autodiscover.contoso.com' },
      dns: { internal: { zones: views.internal.zones }, external: { zones: views.external.zones } },
    };
    expect(answers(inner)).toMatchObject({ mail: ['192.0.2.1', '192.0.2.2'], 'mail outside': ['192.0.2.2'] });
  });

  test('hold the own name of a server outside, where nobody else does', () => {
    const own = {
      ...declared,
      servers: [
        server(1),
        server(2, { fqdn: 'ex02.contoso.com', namespaces: { client: 'ex02.contoso.com' } }),
      ],
    };
    expect(answers(own)).toMatchObject({ 'ex02 outside': ['203.0.113.3'] });
    expect(Object.keys(answers(own))).not.toContain('ex02');
  });

  test('where there is an internal view alone, it is for everybody', () => {
    const alone = { ...declared, dns: { internal: views.internal } };
    expect(answers(alone)).toMatchObject({ mail: ['10.1.0.100'], autodiscover: ['10.1.0.100'] });
    expect(errorsOf({ ...alone, dns: { internal: { zones: [{ name: 'contoso.local' }] } } })).toEqual([
      expect.stringContaining("namespace-zone: 'mail.contoso.com' lies in none"),
      expect.stringContaining("namespace-zone: 'autodiscover.contoso.com' lies in none"),
      expect.stringContaining("namespace-zone: 'legacy.contoso.com' lies in none"),
    ]);
  });
});
