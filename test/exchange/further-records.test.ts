import { elementsOf } from '../../exchange/element';
import { recordTexts, reverseName } from '../../exchange/further-records';
import { resolveSite } from '../../exchange/resolve-site';
import type { FurtherRecords } from '../../exchange/site';
import { site } from './sites';

const further = (records: FurtherRecords, existingRecords: readonly string[] = []) => {
  const state = resolveSite(site({ dns: { zones: [{ name: 'Contoso.com' }], records, existingRecords } }));
  expect(state.diagnostics).toEqual([]);
  return elementsOf(state.elements, 'further-record');
};

test.each([
  ['192.0.2.11', '11.2.0.192.in-addr.arpa'],
  ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ['2001:DB8:1:2:3:4:5:6789', '9.8.7.6.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ['::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa'],
  ['mail.contoso.com', undefined],
])('%s is looked up as %s', (address, name) => expect(reverseName(address)).toBe(name));

test('a record is written as in a zone file', () => {
  expect(recordTexts({ recordType: 'CNAME', target: 'mail.contoso.com' })).toEqual(['mail.contoso.com.']);
  expect(recordTexts({ recordType: 'TXT', texts: ['a b', 'x'.repeat(256)] })).toEqual([
    '"a b"',
    `"${'x'.repeat(255)}" "x"`,
  ]);
  const exchangers = [{ preference: 10, exchange: 'mail.contoso.com.' }];
  expect(recordTexts({ recordType: 'MX', exchangers })).toEqual(['10 mail.contoso.com.']);
  const hosts = [{ priority: 0, weight: 5, port: 443, target: 'mail.contoso.com' }];
  expect(recordTexts({ recordType: 'SRV', hosts })).toEqual(['0 5 443 mail.contoso.com.']);
});

test('names are whole in the declaration, and relative to their zone in DNS', () => {
  const records = further({
    txt: { 'CONTOSO.com': ['x'] },
    srv: { '_sip._tcp.contoso.com.': [{ priority: 0, weight: 0, port: 5061, target: 'mail.contoso.com' }] },
  });
  expect(records.map(({ id, name, content }) => [id, name, content.recordType])).toEqual([
    ['_5Fsip__5Ftcp_contoso_com-SRV', '_sip._tcp', 'SRV'],
    ['contoso_com-TXT', null, 'TXT'],
  ]);
});

test('they come after the addresses of the names, with the TTL of the view, and are imported where they are there', () => {
  const [alias, text] = further(
    { cname: { 'www.contoso.com': 'mail.contoso.com' }, txt: { 'contoso.com': ['x'] } },
    ['Contoso.com'],
  );
  expect(alias).toMatchObject({ ttlSeconds: 300, existing: false });
  expect(alias?.dependsOn).toEqual([
    'EX01-health',
    'EX02-health',
    'mail_contoso_com-A',
    'autodiscover_contoso_com-A',
  ]);
  expect(text?.existing).toBe(true);
});

test('no two names have one id, and those that are there may be spelled in another way', () => {
  const records = further(
    { txt: { 'a._b.contoso.com': ['x'], 'a_.b.contoso.com': ['y'], 'z.contoso.com': ['z'] } },
    ['Z.contoso.com'],
  );
  expect(new Set(records.map(({ id }) => id)).size).toBe(3);
  expect(records.map(({ existing }) => existing)).toEqual([false, false, true]);
});
