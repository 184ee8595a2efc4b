import { dnsRecords } from '../../exchange/dns-records';
import { publishedAfter, publishedNamesOf, sameAddresses } from '../../exchange/published-names';
import { server, site } from './sites';

describe('what a declaration publishes', () => {
  test('is each name in lower case with its addresses of both types', () => {
    const declared = site({
      namespaces: { client: 'Mail.contoso.com', autodiscover: 'autodiscover.contoso.com' },
      servers: [server(1, { address: ['192.0.2.11', '2001:db8::11'] }), server(2, { address: '192.0.2.12' })],
    });
    const addresses = ['192.0.2.11', '192.0.2.12', '2001:db8::11'];
    expect(publishedNamesOf(declared, dnsRecords(declared)).addresses).toEqual({
      'mail.contoso.com': addresses,
      'autodiscover.contoso.com': addresses,
    });
  });

  test('names the record sets that are imported', () => {
    const { dns } = site();
    const declared = site({ dns: { ...dns, existingRecords: ['MAIL.contoso.com'] } });
    expect(publishedNamesOf(declared, dnsRecords(declared)).existing).toEqual(['mail.contoso.com']);
  });
});

test('where service connection points hand out nothing, the places that clear them are published, too', () => {
  const cleared = { namespaces: { autodiscover: null } };
  const declared = site({
    servers: [server(1, cleared), server(2, { datacentre: 'lisbon' })],
    datacentres: { lisbon: cleared },
  });
  expect(publishedNamesOf(declared, dnsRecords(declared))['cleared']).toEqual([
    'datacentres.lisbon.autodiscover',
    'servers.EX01.autodiscover',
  ]);
  expect(publishedNamesOf(site(), dnsRecords(site()))).not.toHaveProperty('cleared');
});

describe('what a state has published', () => {
  const one = { mail: ['192.0.2.11'] };
  const two = { mail: ['192.0.2.12', '192.0.2.11'] };

  test('is at first what is declared', () => {
    expect(publishedAfter(null, two)).toEqual({ mail: ['192.0.2.11', '192.0.2.12'] });
  });

  test('keeps what was declared before, since a deploy that fails leaves it in DNS', () => {
    const prior = { addresses: two, published: publishedAfter(null, two) };
    expect(publishedAfter(prior, one)).toEqual({ mail: ['192.0.2.11', '192.0.2.12'] });
    expect(publishedAfter(prior, { autodiscover: ['192.0.2.11'] })).toEqual({
      autodiscover: ['192.0.2.11'],
      mail: ['192.0.2.11', '192.0.2.12'],
    });
  });

  test('stays while the declaration does, in every spelling and order', () => {
    const published = { mail: ['192.0.2.11', '192.0.2.12', '192.0.2.13'] };
    const prior = { addresses: two, published };
    expect(publishedAfter(prior, { mail: ['192.0.2.11', '192.0.2.12'] })).toBe(published);
  });

  test('forgets what was declared two declarations ago', () => {
    const prior = { addresses: one, published: { mail: ['192.0.2.11', '192.0.2.12'] } };
    expect(publishedAfter(prior, { mail: ['192.0.2.11', '192.0.2.13'] })).toEqual({
      mail: ['192.0.2.11', '192.0.2.13'],
    });
  });

  test('has an IPv6 address once, however it is spelled', () => {
    const prior = { addresses: { mail: ['2001:DB8:0::11'] }, published: { mail: ['2001:DB8:0::11'] } };
    const addresses = { mail: ['2001:db8::11', '192.0.2.11'] };
    expect(publishedAfter(prior, addresses)['mail']).toHaveLength(2);
    expect(sameAddresses({ mail: ['2001:DB8:0::11'] }, { mail: ['2001:db8::11'] })).toBe(true);
    expect(sameAddresses({ mail: ['2001:db8::11'] }, { autodiscover: ['2001:db8::11'] })).toBe(false);
  });
});
