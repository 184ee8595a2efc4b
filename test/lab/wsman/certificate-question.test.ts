import { connect as connectTcp } from 'node:net';
import type { AgentOptions } from 'node:https';
import { connect } from 'node:tls';
import { offersPostHandshakeAuth } from '../../../lab/wsman/client-hello';
import { startExchangeEndpoint } from '../../../lab/wsman/exchange-endpoint';
import { PASSWORD, removeCertificate, startLab, USER, type Lab } from '../../remoting/wsman/lab';
import { removeFolders, twoServers } from '../exchange/session';
import { asked } from './kerberos-door';
import { RawClient } from './raw-client';

const BASIC = { Authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` };
const TLS_12 = { maxVersion: 'TLSv1.2' } as const;
const TLS_13 = { minVersion: 'TLSv1.3' } as const;
const READ_AHEAD = 49_152;

describe('the question for a certificate in the middle of a connection', () => {
  let lab: Lab | undefined;
  let client: RawClient | undefined;
  afterEach(async () => {
    client?.end();
    await lab?.stop();
  });
  afterAll(() => {
    removeCertificate();
    removeFolders();
  });

  async function begin(windows: 2019 | 2022 | 2025 | undefined, tls: AgentOptions): Promise<RawClient> {
    lab = await startLab(windows === undefined ? {} : { windows });
    return (client = new RawClient(lab.url, { rejectUnauthorized: false, ...tls }));
  }

  test('2022 resets a client of TLS 1.3 that cannot be asked', async () => {
    const client = await begin(2022, TLS_13);
    await expect(client.post(asked('Create'), BASIC)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(lab?.service.shells).toBe(0);
  });

  test('2025 answers it HTTP 500, and does nothing', async () => {
    const client = await begin(2025, TLS_13);
    const { status, headers } = await client.post(asked('Create'), BASIC);
    expect([status, headers['content-type']]).toEqual([500, 'text/html']);
    expect(lab?.service.shells).toBe(0);
  });

  test('2019 has no TLS 1.3', async () => {
    const client = await begin(2019, TLS_13);
    await expect(client.post('', BASIC)).rejects.toMatchObject({
      code: expect.stringMatching(/ALERT|EPROTO/) as string,
    });
  });

  test('the endpoint of an Exchange server asks as 2022 does', async () => {
    const organization = twoServers();
    const endpoint = await startExchangeEndpoint({
      organization: () => organization,
      server: 'BSAEX01',
      authentication: { basic: () => true },
    });
    try {
      const url = `https://localhost:${endpoint.port}/PowerShell/`;
      client = new RawClient(url, { rejectUnauthorized: false, ...TLS_13 });
      await expect(client.post(asked('Create'), BASIC)).rejects.toMatchObject({ code: 'ECONNRESET' });
    } finally {
      await endpoint.close();
    }
  });

  test('where nothing asks, TLS 1.3 is as good as any', async () => {
    const client = await begin(undefined, TLS_13);
    expect((await client.post(asked('Create'), BASIC)).status).toBe(200);
  });

  test.each([2019, 2022, 2025] as const)('%d renegotiates once within TLS 1.2', async (windows) => {
    let handshakes = 0;
    lab = await startLab({ windows });
    const socket = connect({ port: lab.port, rejectUnauthorized: false, ...TLS_12 });
    socket.on('keylog', () => (handshakes += 1));
    const answers: string[] = [];
    socket.on('data', (data: Buffer) => answers.push(data.toString()));
    const ask = async (): Promise<void> => {
      const from = answers.length;
      socket.write(`POST /PowerShell/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
      while (!answers.slice(from).join('').includes('</html>'))
        await new Promise((next) => socket.once('data', next));
    };
    await ask();
    expect(handshakes).toBe(2);
    await ask();
    expect(handshakes).toBe(2);
    expect(answers.join('')).toMatch(/^HTTP\/1.1 401/);
    socket.destroy();
  });

  test.each([
    [READ_AHEAD, 500],
    [READ_AHEAD + 1, 413],
  ])('a first body of %d bytes is answered %d', async (bytes, status) => {
    const client = await begin(2022, TLS_12);
    const answer = await client.post('x'.repeat(bytes), BASIC);
    expect(answer.status).toBe(status);
    expect(answer.headers.connection).toBe(status === 413 ? 'close' : 'keep-alive');
  });

  test('a later body may be larger', async () => {
    const client = await begin(2022, TLS_12);
    expect((await client.post('', BASIC)).status).toBe(200);
    expect((await client.post('x'.repeat(READ_AHEAD + 1), BASIC)).status).toBe(500);
    expect(lab?.traffic.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  test.each(['', 'no hello at all', '\x16\x03\x01\x02\x00half a hello'])(
    'a client that says %j and goes leaves nothing behind',
    async (words) => {
      lab = await startLab({ windows: 2022 });
      const socket = connectTcp(lab.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.end(words);
      await new Promise((resolve) => socket.once('close', resolve).resume());
      expect((await new RawClient(lab.url, { rejectUnauthorized: false, ...TLS_12 }).post()).status).toBe(
        401,
      );
    },
  );

  test('an endpoint ends while a client has said nothing yet', async () => {
    const silent = await startLab({ windows: 2022 });
    const socket = connectTcp(silent.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve).resume());
    await silent.stop();
    await closed;
  });
});

describe('a hello', () => {
  /** As RFC 8446, section 4.1.2, with extensions of these types, each of two bytes. */
  function hello(...types: number[]): Buffer {
    const extensions = types.map((type) => Buffer.from([type >> 8, type & 255, 0, 2, 9, 9]));
    const all = Buffer.concat(extensions);
    const body = Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32, 7),
      Buffer.from([4, 1, 2, 3, 4]),
      Buffer.from([0, 2, 0x13, 1]),
      Buffer.from([1, 0]),
      Buffer.from([all.length >> 8, all.length & 255]),
      all,
    ]);
    const length = body.length + 4;
    return Buffer.concat([Buffer.from([22, 3, 1, length >> 8, length & 255, 1, 0, 0, body.length]), body]);
  }

  test.each([
    ['with the extension last', hello(0, 43, 49), true],
    ['with it first', hello(49, 43), true],
    ['without it', hello(0, 43, 51), false],
    ['with no extension', hello(), false],
    ['cut before it', hello(0, 43, 49).subarray(0, -7), false],
    ['that is none', Buffer.from('GET / HTTP/1.1'), false],
    ['that is empty', Buffer.alloc(0), false],
  ])('%s', (_what, record, offers) => {
    expect(offersPostHandshakeAuth(record)).toBe(offers);
  });
});
