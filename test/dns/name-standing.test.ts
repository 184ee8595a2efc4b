import { DnsError } from '../../dns/dns-error';
import { nameStanding } from '../../dns/name-standing';
import { type DnsRecord, formatRecord } from '../../dns/record';
import { clientOf, type DnsRig, newKey } from './rig';
import { describeEachServer } from './servers';

const ZONE = 'contoso.com.';
const CHILD = `child.${ZONE}`;
const key = newKey();
const at = (name: string, data: DnsRecord['data']): DnsRecord => ({ name: `${name}${ZONE}`, ttl: 300, data });
const a = (address: string): DnsRecord['data'] => ({ type: 'A', address });
const ELSEWHERE = 'mail.fabrikam.com.';

const records: readonly DnsRecord[] = [
  at('', a('192.0.2.1')),
  at('mail.', a('192.0.2.11')),
  at('mail.', a('192.0.2.12')),
  at('mail.', { type: 'AAAA', address: '2001:db8::11' }),
  at('six.', { type: 'AAAA', address: '2001:db8::6' }),
  at('texts.', { type: 'TXT', strings: [Buffer.from('v=spf1 -all')] }),
  at('alias.', { type: 'CNAME', target: ELSEWHERE }),
  at('near.', { type: 'CNAME', target: `mail.${ZONE}` }),
  at('tochild.', { type: 'CNAME', target: `mail.deleg.${ZONE}` }),
  at('moved.', { type: 'DNAME', target: 'fabrikam.com.' }),
  at('moved.', a('192.0.2.13')),
  at('deleg.', { type: 'NS', target: 'ns.fabrikam.com.' }),
  at('*.wild.', a('192.0.2.21')),
  at('own.wild.', a('192.0.2.21')),
  at('*.aliases.', { type: 'CNAME', target: ELSEWHERE }),
  at('own.aliases.', { type: 'CNAME', target: ELSEWHERE }),
  at('*.below.', a('192.0.2.31')),
  at('below.', a('192.0.2.31')),
  at('*.six.wild.', { type: 'AAAA', address: '2001:db8::7' }),
  at('a.there.wild.', a('192.0.2.22')),
];

describeEachServer('what stands under a name', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    const child = { name: `mail.${CHILD}`, ttl: 300, data: a('192.0.2.41') };
    rig = await start({
      zones: [
        { name: ZONE, records },
        { name: CHILD, records: [child] },
      ],
      keys: [key],
    });
  });
  afterAll(() => rig.stop());
  const standing = async (name: string, client = clientOf(rig, key)) => {
    const found = await nameStanding(client, ZONE, `${name}${ZONE}`);
    switch (found.kind) {
      case 'addresses':
        return [
          found.isWildcard ? 'wildcard' : 'own',
          ...found.records.map((record) => formatRecord(record).split(' ')[4]).sort(),
        ];
      case 'alias':
        return [found.isWildcard ? 'wildcard' : 'own', formatRecord(found.record)];
      case 'redirected':
        return [found.kind, formatRecord(found.record)];
      case 'delegated':
        return [found.kind, found.zone];
      case 'free':
        return [found.kind];
    }
  };

  test.each([
    ['nobody.', ['free']],
    // Other records are not in the way of an address.
    ['texts.', ['free']],
    // Only a name below it is there.
    ['there.wild.', ['free']],
    ['', ['own', '192.0.2.1']],
    ['mail.', ['own', '192.0.2.11', '192.0.2.12', '2001:db8::11']],
    ['six.', ['own', '2001:db8::6']],
    ['MAIL.', ['own', '192.0.2.11', '192.0.2.12', '2001:db8::11']],
  ])('%s tells its own addresses', async (name, expected) => {
    expect(await standing(name)).toEqual(expected);
  });

  test.each([
    ['alias.', ['own', `alias.${ZONE} 300 IN CNAME ${ELSEWHERE}`]],
    ['near.', ['own', `near.${ZONE} 300 IN CNAME mail.${ZONE}`]],
    ['tochild.', ['own', `tochild.${ZONE} 300 IN CNAME mail.deleg.${ZONE}`]],
    ['own.aliases.', ['own', `own.aliases.${ZONE} 300 IN CNAME ${ELSEWHERE}`]],
    ['new.aliases.', ['wildcard', `new.aliases.${ZONE} 300 IN CNAME ${ELSEWHERE}`]],
  ])('%s is an alias', async (name, expected) => {
    expect(await standing(name)).toEqual(expected);
  });

  test.each([
    ['new.wild.', ['wildcard', '192.0.2.21']],
    // Nothing between it and the wildcard exists.
    ['very.new.wild.', ['wildcard', '192.0.2.21']],
    ['new.six.wild.', ['wildcard', '2001:db8::7']],
    // Its own record is the same as that of the wildcard beside it, or of the one below it.
    ['own.wild.', ['own', '192.0.2.21']],
    ['below.', ['own', '192.0.2.31']],
  ])('%s is told apart from a wildcard', async (name, expected) => {
    expect(await standing(name)).toEqual(expected);
  });

  test.each([
    ['mail.moved.', ['redirected', `moved.${ZONE} 300 IN DNAME fabrikam.com.`]],
    ['moved.', ['own', '192.0.2.13']],
    ['mail.deleg.', ['delegated', `deleg.${ZONE}`]],
    ['deleg.', ['delegated', `deleg.${ZONE}`]],
    // The server has the zone below too.
    ['mail.child.', ['delegated', CHILD]],
    ['nobody.child.', ['delegated', CHILD]],
  ])('%s is told where it belongs elsewhere', async (name, expected) => {
    expect(await standing(name)).toEqual(expected);
  });

  test('is not told by a server that refuses the question', async () => {
    const refused = nameStanding(clientOf(rig, key), 'fabrikam.com.', ELSEWHERE);
    await expect(refused).rejects.toBeInstanceOf(DnsError);
    await expect(refused).rejects.toThrow(`answers REFUSED to a question about ${ELSEWHERE}`);
  });
});
