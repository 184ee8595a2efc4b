import { KeyRefused } from '../../../dns/dns-error';
import { CLASSES, rcodeName, RCODES, TSIG_ERRORS, TYPES } from '../../../dns/codes';
import { formatWireRecord, type Message, type WireRecord, wireRecord } from '../../../dns/message';
import type { RecordData, RecordType } from '../../../dns/record';
import { describeEachServer } from '../../dns/servers';
import { clientOf, type DnsRig, newKey } from '../../dns/rig';

const ZONE = 'contoso.com.';
const key = newKey();

const a = (address: string): RecordData => ({ type: 'A', address });
const add = (name: string, data: RecordData, ttl = 300): WireRecord => wireRecord({ name, ttl, data });
const removeRecord = (name: string, data: RecordData): WireRecord => ({
  name,
  type: TYPES[data.type],
  class: CLASSES.NONE,
  ttl: 0,
  data,
});
const removeSet = (name: string, type: RecordType | 'ANY'): WireRecord => ({
  name,
  type: TYPES[type],
  class: CLASSES.ANY,
  ttl: 0,
  data: undefined,
});

describeEachServer('an update', (start) => {
  let rig: DnsRig;
  beforeEach(async () => {
    rig = await start({
      zones: [
        {
          name: ZONE,
          records: [
            { name: `mail.${ZONE}`, ttl: 300, data: a('192.0.2.11') },
            { name: `www.${ZONE}`, ttl: 300, data: { type: 'CNAME', target: `mail.${ZONE}` } },
          ],
        },
      ],
      keys: [key],
    });
  });
  afterEach(() => rig.stop());

  const update = async (...changes: WireRecord[]): Promise<string> =>
    rcodeName((await clientOf(rig, key).update(ZONE, changes)).rcode);
  const ask = (name: string, type: RecordType): Promise<Message> => clientOf(rig, key).query(name, type);
  const lines = async (name: string, type: RecordType): Promise<string[]> =>
    (await ask(name, type)).answers.map(formatWireRecord).sort();
  const serial = async (): Promise<number> => {
    const data = (await ask(ZONE, 'SOA')).answers[0]?.data as { serial: number };
    return data.serial;
  };

  test('adds a record, and the serial goes up by one', async () => {
    expect(await serial()).toBe(1);
    expect(await update(add(`new.${ZONE}`, a('192.0.2.1')), add(`new.${ZONE}`, a('192.0.2.2')))).toBe(
      'NOERROR',
    );
    expect(await lines(`new.${ZONE}`, 'A')).toEqual([
      'new.contoso.com. 300 IN A 192.0.2.1',
      'new.contoso.com. 300 IN A 192.0.2.2',
    ]);
    expect(await serial()).toBe(2);
  });

  test('that changes nothing leaves the serial', async () => {
    expect(await update(add(`mail.${ZONE}`, a('192.0.2.11')))).toBe('NOERROR');
    expect(await update(removeSet(`nobody.${ZONE}`, 'A'))).toBe('NOERROR');
    expect(await serial()).toBe(1);
  });

  test('gives the whole set the TTL of the record that it adds', async () => {
    await update(add(`mail.${ZONE}`, a('192.0.2.12'), 600));
    expect(await lines(`mail.${ZONE}`, 'A')).toEqual([
      'mail.contoso.com. 600 IN A 192.0.2.11',
      'mail.contoso.com. 600 IN A 192.0.2.12',
    ]);
  });

  test('deletes one record, a set, or a name', async () => {
    await update(
      add(`mail.${ZONE}`, a('192.0.2.12')),
      add(`mail.${ZONE}`, { type: 'AAAA', address: '2001:db8::1' }),
    );
    await update(removeRecord(`MAIL.${ZONE}`, a('192.0.2.11')));
    expect(await lines(`mail.${ZONE}`, 'A')).toEqual(['mail.contoso.com. 300 IN A 192.0.2.12']);
    await update(removeSet(`mail.${ZONE}`, 'A'));
    expect(await lines(`mail.${ZONE}`, 'A')).toEqual([]);
    expect(await lines(`mail.${ZONE}`, 'AAAA')).toHaveLength(1);
    await update(removeSet(`mail.${ZONE}`, 'ANY'));
    expect(rcodeName((await ask(`mail.${ZONE}`, 'AAAA')).rcode)).toBe('NXDOMAIN');
  });

  test('is done as a whole or not at all', async () => {
    expect(await update(add(`new.${ZONE}`, a('192.0.2.1')), add('mail.fabrikam.com.', a('192.0.2.1')))).toBe(
      'NOTZONE',
    );
    expect(rcodeName((await ask(`new.${ZONE}`, 'A')).rcode)).toBe('NXDOMAIN');
  });

  test('passes over an alias beside other records, and other records beside an alias', async () => {
    expect(await update(add(`mail.${ZONE}`, { type: 'CNAME', target: `ns1.${ZONE}` }))).toBe('NOERROR');
    expect(await lines(`mail.${ZONE}`, 'A')).toEqual(['mail.contoso.com. 300 IN A 192.0.2.11']);
    expect(await update(add(`www.${ZONE}`, a('192.0.2.1')))).toBe('NOERROR');
    expect(await lines(`www.${ZONE}`, 'CNAME')).toEqual(['www.contoso.com. 300 IN CNAME mail.contoso.com.']);
    expect(await serial()).toBe(1);
  });

  test('takes a record that nobody sees: below a name that is moved away, or in a zone below', async () => {
    await update(
      add(`moved.${ZONE}`, { type: 'DNAME', target: 'fabrikam.com.' }),
      add(`deleg.${ZONE}`, { type: 'NS', target: 'ns.fabrikam.com.' }),
    );
    for (const name of [`mail.moved.${ZONE}`, `mail.deleg.${ZONE}`]) {
      const before = await serial();
      expect(await update(add(name, a('192.0.2.1')))).toBe('NOERROR');
      expect(await serial()).toBe(before + 1);
      expect((await lines(name, 'A')).filter((line) => line.includes('192.0.2.1'))).toEqual([]);
    }
  });

  test('puts a record in the place of what a wildcard answered', async () => {
    await update(add(`*.${ZONE}`, { type: 'CNAME', target: 'mail.fabrikam.com.' }));
    expect(await lines(`new.${ZONE}`, 'A')).toEqual(['new.contoso.com. 300 IN CNAME mail.fabrikam.com.']);
    await update(add(`new.${ZONE}`, a('192.0.2.1')));
    expect(await lines(`new.${ZONE}`, 'A')).toEqual(['new.contoso.com. 300 IN A 192.0.2.1']);
  });

  test('replaces what moves a name away by another, and leaves it out beside an alias', async () => {
    const moved = (name: string, target: string) => add(`${name}.${ZONE}`, { type: 'DNAME', target });
    await update(moved('moved', 'fabrikam.com.'), moved('www', 'fabrikam.com.'));
    await update(moved('moved', 'contoso.net.'));
    expect(await lines(`moved.${ZONE}`, 'DNAME')).toEqual(['moved.contoso.com. 300 IN DNAME contoso.net.']);
    expect(await lines(`www.${ZONE}`, 'CNAME')).toEqual(['www.contoso.com. 300 IN CNAME mail.contoso.com.']);
    expect((await ask(`host.www.${ZONE}`, 'A')).rcode).toBe(RCODES.NXDOMAIN);
  });

  test('replaces an alias by an address at once', async () => {
    const name = `www.${ZONE}`;
    expect(await update(removeSet(name, 'CNAME'), add(name, a('192.0.2.1')))).toBe('NOERROR');
    expect(await lines(name, 'A')).toEqual(['www.contoso.com. 300 IN A 192.0.2.1']);
    expect(await serial()).toBe(2);
  });

  test('replaces an alias by another', async () => {
    await update(add(`www.${ZONE}`, { type: 'CNAME', target: `ns1.${ZONE}` }));
    expect(await lines(`www.${ZONE}`, 'CNAME')).toEqual(['www.contoso.com. 300 IN CNAME ns1.contoso.com.']);
  });

  test('keeps the start of authority and the last name server of the zone', async () => {
    await update(removeSet(ZONE, 'ANY'));
    await update(removeSet(ZONE, 'NS'), removeSet(ZONE, 'SOA'));
    await update(removeRecord(ZONE, { type: 'NS', target: `ns1.${ZONE}` }));
    expect(await lines(ZONE, 'NS')).toEqual(['contoso.com. 3600 IN NS ns1.contoso.com.']);
    expect(await lines(ZONE, 'SOA')).toHaveLength(1);
  });

  test('takes a start of authority with a later serial, and no earlier one', async () => {
    const soa = {
      type: 'SOA',
      mname: `ns1.${ZONE}`,
      rname: `admin.${ZONE}`,
      refresh: 1,
      retry: 1,
      expire: 1,
      minimum: 5,
    } as const;
    await update(add(ZONE, { ...soa, serial: 50 }));
    expect(await serial()).toBe(50);
    await update(add(ZONE, { ...soa, serial: 40 }));
    expect(await serial()).toBe(50);
  });

  test('refuses a mail exchanger of the zone that has no address', async () => {
    expect(await update(add(ZONE, { type: 'MX', preference: 10, exchange: `nobody.${ZONE}` }))).toBe(
      'REFUSED',
    );
    expect(await update(add(ZONE, { type: 'MX', preference: 10, exchange: `mail.${ZONE}` }))).toBe('NOERROR');
    expect(await update(add(ZONE, { type: 'MX', preference: 20, exchange: 'mail.fabrikam.com.' }))).toBe(
      'NOERROR',
    );
    expect(await lines(ZONE, 'MX')).toEqual([
      'contoso.com. 300 IN MX 10 mail.contoso.com.',
      'contoso.com. 300 IN MX 20 mail.fabrikam.com.',
    ]);
  });

  test('carries quotes, backslashes and bytes in a text', async () => {
    const strings = [Buffer.from('two "quoted" \\words'), Buffer.from([0, 200, 255]), Buffer.from(';a')];
    await update(add(`txt.${ZONE}`, { type: 'TXT', strings }));
    const [record] = (await ask(`txt.${ZONE}`, 'TXT')).answers;
    expect(
      (record?.data as { readonly strings: readonly Buffer[] }).strings.map((each) => each.toString('hex')),
    ).toEqual(strings.map((each) => each.toString('hex')));
  });

  test.each([
    ['without a signature', undefined, 'REFUSED'],
    ['with a key of another name', newKey('hmac-sha256', 'other.'), 'BADKEY'],
    ['with another algorithm', newKey('hmac-sha512'), 'BADKEY'],
    ['with a wrong secret', newKey(), 'BADSIG'],
  ])('is refused %s', async (_, other, wanted) => {
    const attempt = clientOf(rig, other, 'udp', 1000).update(ZONE, [add(`new.${ZONE}`, a('192.0.2.1'))]);
    if (wanted in TSIG_ERRORS) await expect(attempt).rejects.toThrow(new KeyRefused(wanted as 'BADKEY'));
    else expect(rcodeName((await attempt).rcode)).toBe(wanted);
    expect(rcodeName((await ask(`new.${ZONE}`, 'A')).rcode)).toBe('NXDOMAIN');
  });

  test('without a change leaves the zone as it was', async () => {
    const serial = async () => (await ask(ZONE, 'SOA')).answers;
    const before = await serial();
    expect(rcodeName((await clientOf(rig, key).update(ZONE, [])).rcode)).toBe('NOERROR');
    expect(await serial()).toEqual(before);
  });

  test('of a zone that the server does not have is refused', async () => {
    expect(rcodeName((await clientOf(rig, key).update('fabrikam.com.', [])).rcode)).toBe('NOTAUTH');
  });
});
