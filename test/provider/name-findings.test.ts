import type { DnsRecord } from '../../dns/record';
import { DnsZones, type NameAnswer } from '../../provider/dns-zones';
import { nameFindings, type Publication } from '../../provider/name-findings';
import { path, type Diagnostic } from '../../schema';
import { type DnsRig, newKey } from '../dns/rig';
import { describeEachServer } from '../dns/servers';

const ZONE = 'contoso.com.';
const key = newKey();
const at = (name: string, data: DnsRecord['data'], ttl = 300): DnsRecord => ({
  name: `${name}.${ZONE}`,
  ttl,
  data,
});
const a = (address: string): DnsRecord['data'] => ({ type: 'A', address });
const aaaa = (address: string): DnsRecord['data'] => ({ type: 'AAAA', address });

const records: readonly DnsRecord[] = [
  at('mail', a('192.0.2.11')),
  at('mail', a('192.0.2.99')),
  at('mail', aaaa('2001:db8::99'), 600),
  at('alias', { type: 'CNAME', target: 'mail.fabrikam.com.' }),
  at('moved', { type: 'DNAME', target: 'fabrikam.com.' }),
  at('deleg', { type: 'NS', target: 'ns.fabrikam.com.' }),
  at('*.wild', a('192.0.2.21')),
  at('*.wild', a('192.0.2.20')),
  at('*.aliases', { type: 'CNAME', target: 'mail.fabrikam.com.' }),
];

describeEachServer('what a deploy would publish', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    rig = await start({ zones: [{ name: ZONE, records }], keys: [key] });
  });
  afterAll(() => rig.stop());
  const zones = () => {
    const { name, algorithm, secret } = key;
    const signature = { key_name: name, key_algorithm: algorithm, key_secret: secret };
    const way = { server: rig.address, port: rig.port, transport: null, timeout: null };
    return new DnsZones([{ zone: ZONE, ...way, ...signature }], {});
  };
  const where = () => `${rig.address} port ${rig.port}`;
  const findings = (host: string, addresses: readonly string[], more: Partial<Publication> = {}) =>
    nameFindings(
      {
        side: 'internal',
        declared: 'dns',
        addresses: { [host]: addresses },
        existing: [],
        published: {},
        ...more,
      },
      zones(),
    );

  test('is free to be, or there already', async () => {
    expect(await findings('new.contoso.com', ['192.0.2.11'])).toEqual([]);
    expect(await findings('www.fabrikam.com', ['192.0.2.11'])).toEqual([]);
    const all = ['192.0.2.11', '192.0.2.12', '192.0.2.99', '2001:DB8:0::99'];
    expect(await findings('mail.contoso.com', all)).toEqual([]);
  });

  test('cannot stand beside an alias', async () => {
    expect(await findings('alias.contoso.com', ['192.0.2.11'])).toEqual([
      {
        severity: 'error',
        summary: 'alias.contoso.com is an alias in DNS',
        detail: `${where()} has: alias.contoso.com. 300 IN CNAME mail.fabrikam.com.
A name with a CNAME record can have no address records (RFC 2136 section 3.4.2.2). The DNS server would report success for the update and change nothing.
Replace the CNAME record by the addresses that it leads to now. Do both in one update of the zone contoso.com, so that clients always find the name. With nsupdate, where TTL is the value of dns.ttlSeconds:
  update delete alias.contoso.com. CNAME
  update add alias.contoso.com. TTL A ADDRESS
  send
Then add alias.contoso.com to dns.existingRecords and plan again. Or take the name out of the declaration.`,
        path: path('addresses'),
      },
    ]);
    // An import would not help, and that it was an address before does not, either.
    const more = {
      existing: ['alias.contoso.com'],
      published: { 'alias.contoso.com': ['192.0.2.11'] },
    };
    expect(await findings('alias.contoso.com', ['192.0.2.11'], more)).toMatchObject([{ severity: 'error' }]);
  });

  test.each([
    [
      'mail.moved',
      'A DNAME record in DNS redirects mail.moved.contoso.com to another name',
      /has: moved\.contoso\.com\. 300 IN DNAME fabrikam\.com\.\n/,
    ],
    [
      'mail.deleg',
      'mail.deleg.contoso.com is not in the zone contoso.com, but in the zone deleg.contoso.com below it',
      /Declare the zone deleg\.contoso\.com in dns\.zones/,
    ],
  ])('cannot be seen under %s', async (name, summary, detail) => {
    expect(await findings(`${name}.contoso.com`, ['192.0.2.11'])).toMatchObject([
      { severity: 'error', summary, detail: expect.stringMatching(detail) as string },
    ]);
  });

  test.each([
    [
      'new.wild',
      '\n  new.wild.contoso.com. 300 IN A 192.0.2.20\n  new.wild.contoso.com. 300 IN A 192.0.2.21\n',
    ],
    ['new.aliases', 'new.aliases.contoso.com. 300 IN CNAME mail.fabrikam.com.\n'],
  ])('takes the place of a wildcard, which is said of %s', async (name, answer) => {
    expect(await findings(`${name}.contoso.com`, ['192.0.2.11'])).toMatchObject([
      {
        severity: 'warning',
        summary: `A wildcard answers for ${name}.contoso.com`,
        detail: expect.stringContaining(`no record of the name itself, and answers: ${answer}`) as string,
      },
    ]);
  });

  const summaries = (found: readonly Diagnostic[]) =>
    found.map(({ severity, summary }) => `${severity}: ${summary}`);
  const NOT_DECLARED = 'warning: mail.contoso.com has addresses in DNS that are not declared';
  const ours = (...addresses: readonly string[]) => ({ published: { 'mail.contoso.com': addresses } });

  test('stops at addresses that nobody declared, and names both ways on', async () => {
    const found = await findings('mail.contoso.com', ['192.0.2.11', '2001:db8::1']);
    expect(summaries(found)).toEqual([
      'error: mail.contoso.com has addresses in DNS that nobody declared',
      'error: mail.contoso.com has addresses in DNS that nobody declared',
    ]);
    expect(found[0]?.detail).toContain(`${where()} has: mail.contoso.com. 300 IN A 192.0.2.99\n`);
    expect(found[0]?.detail).not.toContain('192.0.2.11');
    expect(found[1]?.detail).toContain('mail.contoso.com. 600 IN AAAA 2001:db8::99');
    expect(found[1]?.detail).toContain('add mail.contoso.com to dns.existingRecords');
    expect(found[1]?.detail).toContain('dns.ttlSeconds: 600');
    expect(found[1]?.detail).toMatch(/Otherwise remove the addresses from the zone contoso\.com yourself\.$/);
  });

  test('says of addresses of a type that is not declared that they stay', async () => {
    const existing = ['mail.contoso.com'];
    const found = await findings('mail.contoso.com', ['192.0.2.11'], { existing });
    expect(summaries(found)).toEqual([NOT_DECLARED]);
    expect(found[0]?.detail).toContain('2001:db8::99');
    expect(found[0]?.detail).toContain('no AAAA records');
  });

  test('takes over what is imported', async () => {
    const existing = ['mail.contoso.com'];
    expect(await findings('mail.contoso.com', ['192.0.2.11', '2001:db8::1'], { existing })).toEqual([]);
  });

  test('takes away in silence what this state published before', async () => {
    const more = ours('192.0.2.11', '192.0.2.99', '2001:db8:0:0::99');
    expect(await findings('mail.contoso.com', ['192.0.2.11'], more)).toEqual([]);
  });

  test('says of what somebody added to a record set of ours that it goes', async () => {
    const found = await findings('mail.contoso.com', ['192.0.2.11'], ours('192.0.2.11'));
    expect(summaries(found)).toEqual([
      'warning: mail.contoso.com has addresses in DNS that no deploy put there',
      NOT_DECLARED,
    ]);
    expect(found[0]?.detail).toContain(
      'has: mail.contoso.com. 300 IN A 192.0.2.99\nThe deploy will remove them',
    );
  });
});

describe('names of which DNS does not tell', () => {
  const unanswered = (isReported: boolean): NameAnswer => ({
    kind: 'unanswered',
    zone: ZONE,
    server: '192.0.2.53 port 53',
    reason: 'the server answers REFUSED to a question about mail.contoso.com.',
    isReported,
  });
  const publication: Publication = {
    side: 'internal',
    declared: 'dns',
    addresses: { 'autodiscover.contoso.com': ['192.0.2.11'], 'mail.contoso.com': ['192.0.2.11'] },
    existing: [],
    published: {},
  };

  test('are warned of, once for each zone', async () => {
    expect(await nameFindings(publication, { standing: async () => unanswered(false) })).toEqual([
      {
        severity: 'warning',
        summary: 'The records of the zone contoso.com. could not be read',
        detail:
          'The question about autodiscover.contoso.com, mail.contoso.com to 192.0.2.53 port 53 failed: the server answers REFUSED to a question about mail.contoso.com.\n' +
          'A deploy publishes the DNS records last. Find the cause on the DNS server before you deploy.',
        path: path('addresses'),
      },
    ]);
  });

  test('are not spoken of twice', async () => {
    expect(await nameFindings(publication, { standing: async () => unanswered(true) })).toEqual([]);
    expect(await nameFindings(publication, undefined)).toEqual([]);
  });
});
