import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { RCODES, type Rcode } from '../../dns/codes';
import type { Environment } from '../../dns/update-settings';
import { decodeMessage, encodeMessage } from '../../dns/message';
import { DnsZones } from '../../provider/dns-zones';
import { path, UNKNOWN, type Values } from '../../schema';
import { newKey, type DnsRig } from '../dns/rig';
import { describeEachServer } from '../dns/servers';

const ZONE = 'contoso.com.';
const key = newKey();
const NOTHING = {
  server: null,
  port: null,
  transport: null,
  timeout: null,
  key_name: null,
  key_algorithm: null,
  key_secret: null,
};
const problemsOf = (updates: readonly Values[], environment: Environment, severity: 'error' | 'warning') =>
  new DnsZones(updates, environment).problems(severity);
const signedWith = ({ name, algorithm, secret }: typeof key) => ({
  key_name: name,
  key_algorithm: algorithm,
  key_secret: secret,
});

describeEachServer('before anything runs the server of a zone', (start) => {
  let rig: DnsRig;
  beforeAll(async () => {
    rig = await start({ zones: [{ name: ZONE }], keys: [key] });
  });
  afterAll(() => rig.stop());
  const here = () => ({ ...NOTHING, server: rig.address, port: rig.port });
  const ask = (update: Values, environment = {}) =>
    problemsOf([{ zone: ZONE, ...here(), ...update }], environment, 'error');

  test('that takes updates with the key is no problem', async () => {
    expect(await ask(signedWith(key))).toEqual([]);
    expect(await ask({ ...signedWith(key), zone: 'contoso.com', transport: 'tcp' })).toEqual([]);
  });

  test('is asked with the settings of the environment where the declaration has none', async () => {
    const environment = {
      DNS_UPDATE_SERVER: rig.address,
      DNS_UPDATE_PORT: String(rig.port),
      DNS_UPDATE_KEYNAME: key.name,
      DNS_UPDATE_KEYALGORITHM: key.algorithm,
      DNS_UPDATE_KEYSECRET: key.secret,
    };
    expect(await problemsOf([{ zone: ZONE, ...NOTHING }], environment, 'error')).toEqual([]);
    const wrong = { ...environment, DNS_UPDATE_KEYSECRET: newKey().secret };
    expect(await problemsOf([{ zone: ZONE, ...NOTHING }], wrong, 'error')).toHaveLength(1);
  });

  test.each([
    ['does not know the key', newKey('hmac-sha256', 'other.'), 'BADKEY', 'check both'],
    ['has another secret of the key', newKey(), 'BADSIG', 'check the secret'],
  ])('that %s is named with the remedy', async (_, other, code, remedy) => {
    const problems = await ask(signedWith(other));
    expect(problems).toEqual([
      {
        severity: 'error',
        summary: `DNS does not take updates of the zone ${ZONE}`,
        detail: expect.stringContaining(`${rig.address} port ${rig.port}`) as string,
        path: path('dns_update', 0),
      },
    ]);
    expect(problems[0]?.detail).toContain(`signed with the key ${other.name.replace(/\.$/, '')}`);
    expect(problems[0]?.detail).toContain(`(${code})`);
    expect(problems[0]?.detail).toContain(remedy);
    expect(problems[0]?.detail).toContain('Nothing was changed.');
    expect(JSON.stringify(problems)).not.toContain(other.secret);
  });

  test('that wants a signature is named where there is none', async () => {
    const [problem] = await ask({});
    expect(problem?.detail).toMatch(/answers REFUSED to an update unsigned\.\nSign the updates: set keyName/);
  });

  test('that does not have the zone is named', async () => {
    const problems = await problemsOf(
      [
        { zone: ZONE, ...here(), ...signedWith(key) },
        { zone: 'fabrikam.com.', ...here(), ...signedWith(key) },
      ],
      {},
      'error',
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: 'error', path: path('dns_update', 1) });
    expect(problems[0]?.detail).toMatch(/answers NOTAUTH.*\nThis server does not hold the zone/);
  });

  test('that refuses is warned of where the account only plans', async () => {
    const [problem] = await problemsOf([{ zone: ZONE, ...here() }], {}, 'warning');
    expect(problem).toMatchObject({
      severity: 'warning',
      summary: `DNS does not take updates of the zone ${ZONE}`,
    });
    expect(problem?.detail).not.toContain('Nothing was changed');
  });

  test('is not asked where a setting is not known yet', async () => {
    expect(await ask({ ...signedWith(newKey()), key_secret: UNKNOWN })).toEqual([]);
  });
});

describe('before anything runs a zone', () => {
  const ask = (update: Values) => problemsOf([{ zone: ZONE, ...NOTHING, ...update }], {}, 'error');

  test('of which nobody says the server is named', async () => {
    const [problem] = await ask({});
    expect(problem?.detail).toMatch(
      /^Neither the declaration nor the environment names the DNS server that takes the updates of the zone\.\nSet server in dns\.zones/,
    );
  });

  test('with half a key is named', async () => {
    const [problem] = await ask({ server: '127.0.0.1', key_name: 'update.' });
    expect(problem?.detail).toContain('only a part of key_name, key_algorithm and key_secret is set');
    expect(problem?.detail).toContain('DNS_UPDATE_KEYSECRET');
  });

  const answering = async (rcode: Rcode | undefined, update: Values = {}) => {
    const socket = createSocket('udp4');
    socket.on('message', (bytes, { port, address }) => {
      const { message } = decodeMessage(bytes);
      if (rcode === undefined) return;
      const answer = { ...message, flags: { response: true }, rcode: RCODES[rcode] };
      socket.send(encodeMessage(answer), port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    try {
      return await ask({ server: '127.0.0.1', port, timeout: '50ms', ...update });
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  };

  test('whose server takes no updates at all is named', async () => {
    const [problem] = await answering('NOTIMP');
    expect(problem).toMatchObject({ severity: 'error' });
    expect(problem?.detail).toContain('takes no dynamic updates');
  });

  test.each(['FORMERR', 'SERVFAIL'] as const)('whose server answers %s is warned of', async (rcode) => {
    const [problem] = await answering(rcode);
    expect(problem).toMatchObject({
      severity: 'warning',
      summary: `Whether DNS takes updates of the zone ${ZONE} is not known`,
    });
    expect(problem?.detail).toContain(rcode);
    expect(problem?.detail).not.toContain('Nothing was changed');
  });

  test('whose server says nothing is named', async () => {
    const [problem] = await answering(undefined);
    expect(problem).toMatchObject({ severity: 'error' });
    expect(problem?.detail).toMatch(/no answer from 127\.0\.0\.1 port \d+ within 50 ms/);
    expect(problem?.detail).toContain('DNS_UPDATE_SERVER, DNS_UPDATE_PORT');
  });

  test('whose server answers without a signature is not believed', async () => {
    const [problem] = await answering('NOERROR', signedWith(key));
    expect(problem).toMatchObject({ severity: 'error' });
    expect(problem?.detail).toContain('the answer NOERROR is not signed');
  });
});
