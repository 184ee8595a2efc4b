import { CLASSES, RCODES, TYPES } from '../../../dns/codes';
import { decodeMessage, encodeMessage } from '../../../dns/message';
import type { DnsRecord, RecordType } from '../../../dns/record';
import { describeEachServer } from '../../dns/servers';
import { clientOf, type DnsRig, newKey } from '../../dns/rig';
import { messageText } from '../../dns/transcript';
import { overUdp } from '../../dns/raw';

const ZONE = 'contoso.com.';
const key = newKey();
const at = (name: string, data: DnsRecord['data']): DnsRecord => ({ name: `${name}${ZONE}`, ttl: 300, data });

const records: readonly DnsRecord[] = [
  at('mail.', { type: 'A', address: '192.0.2.11' }),
  at('mail.', { type: 'AAAA', address: '2001:db8::11' }),
  at('www.', { type: 'CNAME', target: `mail.${ZONE}` }),
  at('circle.', { type: 'CNAME', target: `circle.${ZONE}` }),
  at('away.', { type: 'CNAME', target: 'mail.fabrikam.com.' }),
  at('lost.', { type: 'CNAME', target: `nobody.${ZONE}` }),
  at('', { type: 'MX', preference: 10, exchange: `mail.${ZONE}` }),
  at('_sip._tcp.', { type: 'SRV', priority: 0, weight: 5, port: 5061, target: `mail.${ZONE}` }),
  at('child.', { type: 'NS', target: `ns.child.${ZONE}` }),
  at('child.', { type: 'NS', target: `ns1.${ZONE}` }),
  at('ns.child.', { type: 'A', address: '192.0.2.53' }),
  at('a.b.c.', { type: 'TXT', strings: [Buffer.from('deep')] }),
  at('*.wild.', { type: 'A', address: '192.0.2.21' }),
  at('own.wild.', { type: 'TXT', strings: [Buffer.from('own')] }),
  at('*.aliases.', { type: 'CNAME', target: 'mail.fabrikam.com.' }),
  at('moved.', { type: 'DNAME', target: 'fabrikam.com.' }),
  at('renamed.', { type: 'DNAME', target: 'wild.contoso.com.' }),
];

const NS = 'contoso.com. 3600 IN NS ns1.contoso.com.';
const NS_ADDRESS = 'ns1.contoso.com. 3600 IN A 127.0.0.1';
const SOA = 'contoso.com. 60 IN SOA ns1.contoso.com. hostmaster.contoso.com. 1 3600 600 86400 60';
const MAIL = ['mail.contoso.com. 300 IN A 192.0.2.11', 'mail.contoso.com. 300 IN AAAA 2001:db8::11'];
const CHILD = [
  'child.contoso.com. 300 IN NS ns.child.contoso.com.',
  'child.contoso.com. 300 IN NS ns1.contoso.com.',
];

type Row = readonly [string, string, RecordType, string, string, string[], string[], string[]];
const TABLE: readonly Row[] = [
  ['a name with addresses', 'mail.', 'A', 'NOERROR', 'QR AA', [MAIL[0] as string], [NS], [NS_ADDRESS]],
  [
    'an alias, followed',
    'www.',
    'A',
    'NOERROR',
    'QR AA',
    [MAIL[0] as string, 'www.contoso.com. 300 IN CNAME mail.contoso.com.'],
    [NS],
    [NS_ADDRESS],
  ],
  [
    'an alias itself',
    'www.',
    'CNAME',
    'NOERROR',
    'QR AA',
    ['www.contoso.com. 300 IN CNAME mail.contoso.com.'],
    [NS],
    [NS_ADDRESS],
  ],
  [
    'an alias to nowhere',
    'lost.',
    'A',
    'NXDOMAIN',
    'QR AA',
    ['lost.contoso.com. 300 IN CNAME nobody.contoso.com.'],
    [SOA],
    [],
  ],
  [
    'mail exchangers',
    '',
    'MX',
    'NOERROR',
    'QR AA',
    ['contoso.com. 300 IN MX 10 mail.contoso.com.'],
    [NS],
    [...MAIL, NS_ADDRESS],
  ],
  [
    'a service',
    '_sip._tcp.',
    'SRV',
    'NOERROR',
    'QR AA',
    ['_sip._tcp.contoso.com. 300 IN SRV 0 5 5061 mail.contoso.com.'],
    [NS],
    [...MAIL, NS_ADDRESS],
  ],
  ['the name servers', '', 'NS', 'NOERROR', 'QR AA', [NS], [], [NS_ADDRESS]],
  ['the address of the name server', 'ns1.', 'A', 'NOERROR', 'QR AA', [NS_ADDRESS], [NS], []],
  ['no records of a type', 'mail.', 'TXT', 'NOERROR', 'QR AA', [], [SOA], []],
  ['a name that only leads to others', 'b.c.', 'A', 'NOERROR', 'QR AA', [], [SOA], []],
  [
    'a name that a wildcard answers for',
    'new.wild.',
    'A',
    'NOERROR',
    'QR AA',
    ['new.wild.contoso.com. 300 IN A 192.0.2.21'],
    [NS],
    [NS_ADDRESS],
  ],
  ['a type that a wildcard does not have', 'new.wild.', 'TXT', 'NOERROR', 'QR AA', [], [SOA], []],
  ['a name that is there beside a wildcard', 'own.wild.', 'A', 'NOERROR', 'QR AA', [], [SOA], []],
  ['a name below one that is there', 'new.own.wild.', 'A', 'NXDOMAIN', 'QR AA', [], [SOA], []],
  [
    'a name that a wildcard makes an alias',
    'new.aliases.',
    'A',
    'NOERROR',
    'QR AA',
    ['new.aliases.contoso.com. 300 IN CNAME mail.fabrikam.com.'],
    [],
    [],
  ],
  [
    'a name that is moved away',
    'mail.moved.',
    'A',
    'NOERROR',
    'QR AA',
    [
      'mail.moved.contoso.com. 300 IN CNAME mail.fabrikam.com.',
      'moved.contoso.com. 300 IN DNAME fabrikam.com.',
    ],
    [],
    [],
  ],
  [
    'a name that is moved to one that a wildcard answers for',
    'new.renamed.',
    'A',
    'NOERROR',
    'QR AA',
    [
      'new.renamed.contoso.com. 300 IN CNAME new.wild.contoso.com.',
      'new.wild.contoso.com. 300 IN A 192.0.2.21',
      'renamed.contoso.com. 300 IN DNAME wild.contoso.com.',
    ],
    [NS],
    [NS_ADDRESS],
  ],
  ['a name that does not exist', 'nobody.', 'A', 'NXDOMAIN', 'QR AA', [], [SOA], []],
  [
    'a delegated child',
    'host.child.',
    'A',
    'NOERROR',
    'QR',
    [],
    CHILD,
    ['ns.child.contoso.com. 300 IN A 192.0.2.53'],
  ],
  [
    'the name servers of a delegated child',
    'child.',
    'NS',
    'NOERROR',
    'QR',
    [],
    CHILD,
    ['ns.child.contoso.com. 300 IN A 192.0.2.53'],
  ],
];

describeEachServer('a question', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    rig = await start({ zones: [{ name: ZONE, records }], keys: [key] });
  });
  afterAll(() => rig.stop());

  test.each(TABLE)('about %s', async (_, name, type, rcode, flags, answers, authorities, additionals) => {
    const { sections, ...rest } = messageText(await clientOf(rig, key).query(`${name}${ZONE}`, type));
    expect(rest).toEqual({ opcode: 'QUERY', rcode, flags });
    expect(sections.slice(1)).toEqual([answers, authorities, additionals]);
  });

  test('is answered without a signature and over TCP too', async () => {
    const plain = messageText(await clientOf(rig).query(`mail.${ZONE}`, 'A'));
    expect(plain.sections[1]).toEqual([MAIL[0]]);
    expect(messageText(await clientOf(rig, key, 'tcp').query(`mail.${ZONE}`, 'A'))).toEqual(plain);
  });

  test('without regard to letter case', async () => {
    const { sections } = messageText(await clientOf(rig, key).query('MAIL.Contoso.COM.', 'A'));
    expect(sections[1]?.map((line) => line.toLowerCase())).toEqual([MAIL[0]?.toLowerCase()]);
  });

  test('for the zone of a name that does not exist is not to be remembered', async () => {
    const { sections } = messageText(await clientOf(rig, key).query(`nobody.${ZONE}`, 'SOA'));
    expect(sections[2]).toEqual([SOA.replace(' 60 IN', ' 0 IN')]);
    const known = messageText(await clientOf(rig, key).query(`mail.${ZONE}`, 'SOA'));
    expect(known.sections[2]).toEqual([SOA]);
  });

  test('about another zone is refused', async () => {
    const text = messageText(await clientOf(rig, key).query('mail.fabrikam.com.', 'A'));
    expect(text).toMatchObject({ rcode: 'REFUSED', flags: 'QR' });
  });

  test('about an alias in a circle ends', async () => {
    const { sections } = messageText(await clientOf(rig, key).query(`circle.${ZONE}`, 'A'));
    expect(sections[1]).toContain('circle.contoso.com. 300 IN CNAME circle.contoso.com.');
    expect(sections.slice(2)).toEqual([[], []]);
  });

  test('about an alias out of the zones gives the alias', async () => {
    const { sections } = messageText(await clientOf(rig, key).query(`away.${ZONE}`, 'A'));
    expect(sections.slice(1)).toEqual([['away.contoso.com. 300 IN CNAME mail.fabrikam.com.'], [], []]);
  });

  test('for a transfer is refused', async () => {
    const question = { name: ZONE, type: TYPES.AXFR, class: CLASSES.IN };
    const nothing = { answers: [], authorities: [], additionals: [], flags: {}, rcode: 0, opcode: 0 };
    const response = await overUdp(rig, encodeMessage({ ...nothing, id: 7, questions: [question] }));
    const { message } = decodeMessage(response);
    expect(message.answers).toEqual([]);
    expect([RCODES.REFUSED, RCODES.FORMERR]).toContain(message.rcode);
  });
});
