import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { OPCODES, RCODES } from '../../dns/codes';
import { decodeMessage, encodeMessage, type Message } from '../../dns/message';
import type { DnsRecord } from '../../dns/record';
import { DNS_UPDATE_BLOCK } from '../../provider/dns-update-block';
import { DnsZones } from '../../provider/dns-zones';
import { nameFindings } from '../../provider/name-findings';
import { UNKNOWN, type Values } from '../../schema';
import { type DnsRig, newKey } from '../dns/rig';
import { describeEachServer } from '../dns/servers';

const ZONE = 'contoso.com.';
const BRANCH = 'branch.contoso.com.';
const key = newKey();
const KEY = { key_name: key.name, key_algorithm: key.algorithm, key_secret: key.secret };
const NO_KEY = { key_name: null, key_algorithm: null, key_secret: null };
const NO_KERBEROS = { realm: null, username: null, password: null, keytab: null };
const NOTHING = { server: null, port: null, transport: null, timeout: null, ...NO_KEY, ...NO_KERBEROS };
const at = (name: string, address: string): DnsRecord => ({ name, ttl: 300, data: { type: 'A', address } });
/** A realm that no key distribution center is known of. */
const KERBEROS = {
  DNS_UPDATE_REALM: 'NOWHERE.TEST',
  DNS_UPDATE_USERNAME: 'exchange',
  DNS_UPDATE_PASSWORD: 'canary-nowhere',
};

describeEachServer('a name of a zone', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    rig = await start({
      zones: [
        { name: ZONE, records: [at(`mail.${ZONE}`, '192.0.2.11')] },
        { name: BRANCH, records: [at(`mail.${BRANCH}`, '192.0.2.12')] },
      ],
      keys: [key],
    });
  });
  afterAll(() => rig.stop());
  const block = (values: Values = {}) => ({
    ...NOTHING,
    zone: ZONE,
    server: rig.address,
    port: rig.port,
    ...KEY,
    ...values,
  });
  const told = (zone: string, address: string, name = `mail.${zone}`) => ({
    kind: 'answered',
    zone,
    server: `${rig.address} port ${rig.port}`,
    standing: { kind: 'addresses', records: [at(name, address)], isWildcard: false },
  });

  test('is looked up in the nearest of the zones, written in any way', async () => {
    const zones = new DnsZones([block(), block({ zone: 'Branch.Contoso.com' })], {});
    expect(await zones.standing('mail.contoso.com')).toEqual(told(ZONE, '192.0.2.11'));
    expect(await zones.standing('Mail.Branch.contoso.com.')).toEqual(told(BRANCH, '192.0.2.12'));
    expect(await zones.standing('www.contoso.com')).toMatchObject({ standing: { kind: 'free' } });
    expect(await zones.standing('mail.fabrikam.com')).toBeUndefined();
    expect(await zones.standing('mailcontoso.com')).toBeUndefined();
  });

  test('is not looked up while a setting of its zone is unknown', async () => {
    const zones = new DnsZones([block({ key_secret: UNKNOWN })], {});
    expect(await zones.standing('mail.contoso.com')).toBeUndefined();
  });

  test('is looked up without a signature where Kerberos signs the updates, also where it gives no ticket', async () => {
    const byName = { server: 'localhost', transport: 'udp4' };
    const zones = new DnsZones([block({ ...byName, key_secret: newKey().secret })], KERBEROS);
    const server = `localhost port ${rig.port}`;
    expect(await zones.standing('mail.contoso.com')).toEqual({ ...told(ZONE, '192.0.2.11'), server });
    const [problem] = await zones.problems('error');
    expect(problem?.detail).toMatch(/^Kerberos and DNS\/localhost@NOWHERE\.TEST: /);
  });

  test('is looked up where the account lacks the key to change it', async () => {
    const zones = new DnsZones([block(NO_KEY)], {});
    expect(await zones.standing('mail.contoso.com')).toEqual(told(ZONE, '192.0.2.11'));
    expect(await zones.problems('warning')).toHaveLength(1);
  });

  test('is not looked up where the server does not know the key, which the problems say', async () => {
    const zones = new DnsZones([block({ key_secret: newKey().secret, timeout: '200ms' })], {});
    const answer = await zones.standing('mail.contoso.com');
    expect(answer).toMatchObject({ kind: 'unanswered', zone: ZONE, isReported: true });
    expect(await zones.problems('error')).toHaveLength(1);
  });
});

describe('the view of a zone', () => {
  test('is named in what is to be set, where there are two', async () => {
    const blocks = [
      { ...NOTHING, zone: ZONE },
      { ...NOTHING, zone: ZONE, view: 'external' },
    ];
    expect(await new DnsZones(blocks, {}).problems('error')).toMatchObject([
      { detail: expect.stringContaining('Set server in dns.internal.zones of the declaration') as string },
      { detail: expect.stringContaining('Set server in dns.external.zones of the declaration') as string },
    ]);
  });

  test('is one of the two, as they are spelled', () => {
    const { problem } = DNS_UPDATE_BLOCK.schema.attributes['view'] ?? {};
    expect(problem?.('external')).toBeUndefined();
    expect(problem?.('internal')).toBeUndefined();
    expect(problem?.('External')?.problem).toBe("'External' is not a view of DNS");
  });
});

describe('a zone of which nobody knows whom to ask', () => {
  const publication = {
    side: 'internal' as const,
    declared: 'dns',
    addresses: { 'mail.contoso.com': ['192.0.2.11'] },
    existing: [],
    published: {},
  };

  test.each([
    [
      'no server is named',
      {},
      'Neither the declaration nor the environment names the DNS server',
      'Set server in dns.zones of the declaration, or DNS_UPDATE_SERVER.',
    ],
    [
      'a setting is wrong',
      { server: '192.0.2.53', transport: 'pigeon' },
      "The settings for its updates are wrong: transport 'pigeon' is not known; take one of",
      'Correct them in dns.zones of the declaration',
    ],
    [
      'Kerberos is to know a server by its address',
      { server: '192.0.2.53', realm: 'CONTOSO.LOCAL' },
      "Kerberos is to sign the updates, and knows servers only by name, but '192.0.2.53' is an address; name the server by its host name",
      'Correct them in dns.zones of the declaration',
    ],
    [
      'Kerberos has a user without a key',
      { server: 'dc1.contoso.local', realm: 'CONTOSO.LOCAL', username: 'svc-dns' },
      'username is set, but neither password nor keytab; set one of them, or leave username out',
      'DNS_UPDATE_PASSWORD',
    ],
    [
      'Kerberos has a password without a user',
      { server: 'dc1.contoso.local', realm: 'CONTOSO.LOCAL', password: 'canary' },
      'password or keytab is set, but username is not; set username, or neither password nor keytab',
      'DNS_UPDATE_USERNAME',
    ],
    [
      'Kerberos has no realm',
      { server: 'dc1.contoso.local', username: 'svc-dns', keytab: '/run/dns.keytab' },
      'Kerberos is to sign the updates, but no realm is set; set realm, as CONTOSO.LOCAL',
      'DNS_UPDATE_REALM',
    ],
  ])('says so once: %s', async (_title, values, reason, remedy) => {
    const zones = new DnsZones([{ ...NOTHING, zone: ZONE, ...values }], {});
    const problems = await zones.problems('error');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.detail).toContain(reason);
    expect(problems[0]?.detail).toContain(remedy);
    expect(problems[0]?.detail).not.toContain('canary');
    expect(await nameFindings(publication, zones)).toEqual([]);
  });
});

describe('a server that takes updates', () => {
  /** @param answer what becomes of a question; an update is taken */
  const answering = async <Result>(
    answer: (question: Message) => Partial<Message> | undefined,
    ask: (zones: DnsZones, asked: readonly string[]) => Promise<Result>,
  ): Promise<Result> => {
    const asked: string[] = [];
    const socket = createSocket('udp4');
    socket.on('message', (bytes, { port, address }) => {
      const { message } = decodeMessage(bytes);
      asked.push(message.opcode === OPCODES.UPDATE ? 'update' : (message.questions[0]?.name ?? ''));
      const response = message.opcode === OPCODES.UPDATE ? {} : answer(message);
      if (response === undefined) return;
      socket.send(encodeMessage({ ...message, flags: { response: true }, ...response }), port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const where = { ...NOTHING, zone: ZONE, server: '127.0.0.1', port: socket.address().port };
    try {
      return await ask(new DnsZones([{ ...where, timeout: '50ms' }], { DNS_UPDATE_RETRIES: '0' }), asked);
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  };

  test('is asked for each name once, until names are forgotten', async () => {
    await answering(
      () => ({ rcode: RCODES.NXDOMAIN }),
      async (zones, asked) => {
        await Promise.all([zones.problems('error'), zones.standing('mail.contoso.com')]);
        await Promise.all([zones.standing('MAIL.contoso.com.'), zones.problems('error')]);
        expect(asked).toEqual(['update', `mail.${ZONE}`, `mail.${ZONE}`]);
        zones.forgetNames();
        await zones.standing('mail.contoso.com');
        expect(asked).toHaveLength(5);
      },
    );
  });

  test.each(['REFUSED', 'SERVFAIL'] as const)('and answers %s to a question does not tell', async (code) => {
    await answering(
      () => ({ rcode: RCODES[code] }),
      async (zones) => {
        expect(await zones.problems('error')).toEqual([]);
        expect(await zones.standing('mail.contoso.com')).toMatchObject({
          kind: 'unanswered',
          reason: `the server answers ${code} to a question about mail.${ZONE}`,
          isReported: false,
        });
      },
    );
  });

  test('and says nothing to a question does not tell', async () => {
    await answering(
      () => undefined,
      async (zones) => {
        expect(await zones.standing('mail.contoso.com')).toMatchObject({
          kind: 'unanswered',
          reason: expect.stringMatching(/^no answer from 127\.0\.0\.1 port \d+ within 50 ms$/) as string,
          isReported: false,
        });
      },
    );
  });
});
