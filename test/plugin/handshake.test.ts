import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { createRunCertificate } from '../../plugin/wire/certificate';
import { handshakeLine, listen, readLaunch, type Launch } from '../../plugin/wire/handshake';
import { createPinnedTlsServer } from '../../plugin/wire/pinned-tls';

jest.mock('../../plugin/wire/log', () => ({ log: jest.fn() }));

const COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
const environment = {
  TF_PLUGIN_MAGIC_COOKIE: COOKIE,
  PLUGIN_PROTOCOL_VERSIONS: '5,6',
  PLUGIN_CLIENT_CERT: 'pem',
};

describe('the launch', () => {
  test('is read from the environment', () => {
    expect(readLaunch({ ...environment, PLUGIN_MIN_PORT: '10000', PLUGIN_MAX_PORT: '25000' })).toEqual({
      clientCertificate: 'pem',
      ports: { from: 10000, to: 25000 },
    });
    expect(readLaunch({ ...environment, PLUGIN_MIN_PORT: 'x' })).toMatchObject({ ports: undefined });
  });

  test.each([
    ['no cookie', { ...environment, TF_PLUGIN_MAGIC_COOKIE: undefined }, /Terraform starts it/],
    ['other protocols', { ...environment, PLUGIN_PROTOCOL_VERSIONS: '4,5,16' }, /speaks 6/],
    ['no client certificate', { ...environment, PLUGIN_CLIENT_CERT: '' }, /PLUGIN_CLIENT_CERT/],
  ])('is refused with %s', (_what, given, sentence) => {
    expect(readLaunch(given)).toMatch(sentence);
  });
});

describe('the certificate of a run', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  test('is one that a strict parser takes, for localhost, signed by itself', () => {
    const { der, pem, keyPem } = createRunCertificate(now);
    const parsed = new X509Certificate(der);
    expect(parsed.subject).toBe('CN=localhost');
    expect(parsed.issuer).toBe('CN=localhost');
    expect(parsed.subjectAltName).toBe('DNS:localhost');
    expect(parsed.ca).toBe(true);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(parsed.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.validFrom).toBe('Nov 21 11:00:00 2026 GMT');
    expect(parsed.validTo).toBe('Nov 21 12:00:00 2027 GMT');
    expect(new X509Certificate(pem).raw).toEqual(der);
    expect(keyPem).toContain('PRIVATE KEY');
  });

  test('has a serial of its own and holds beyond 2049', () => {
    const [one, other] = [createRunCertificate(now), createRunCertificate(now)].map(
      ({ der }) => new X509Certificate(der),
    );
    expect(one?.serialNumber).toHaveLength(32);
    expect(one?.serialNumber).not.toBe(other?.serialNumber);
    const late = new X509Certificate(createRunCertificate(new Date('2049-12-31T12:00:00Z')).der);
    expect(late.validTo).toBe('Dec 31 12:00:00 2050 GMT');
  });

  test('is announced in base64 without padding', () => {
    expect(handshakeLine('unix|/tmp/x', Buffer.from([1, 2, 3, 4]))).toBe('1|6|unix|/tmp/x|grpc|AQIDBA\n');
  });
});

describe('the listener', () => {
  const launch: Launch = { clientCertificate: '', ports: undefined };

  test('is a socket in a folder for the user alone, and is gone afterwards', async () => {
    const listener = await listen(createServer(), launch, 'linux');
    const socket = listener.address.replace('unix|', '');
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    listener.close();
    expect(existsSync(dirname(socket))).toBe(false);
    listener.close();
  });

  test('is a loopback port on Windows, the first free one of those that Terraform allows', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const listener = await listen(
      createServer(),
      { ...launch, ports: { from: port, to: port + 20 } },
      'win32',
    );
    const chosen = Number(listener.address.replace('tcp|127.0.0.1:', ''));
    expect(chosen).toBeGreaterThan(port);
    expect(chosen).toBeLessThanOrEqual(port + 20);
    listener.close();
    await expect(
      listen(createServer(), { ...launch, ports: { from: port, to: port } }, 'win32'),
    ).rejects.toThrow(/EADDRINUSE/);
    taken.close();
  });
});

describe('the connection', () => {
  const own = createRunCertificate(new Date());
  const client = createRunCertificate(new Date());
  const stranger = createRunCertificate(new Date());

  async function accepted(shown: typeof client | undefined): Promise<boolean> {
    let served = false;
    const server = createPinnedTlsServer(own, client.pem, (socket) => {
      served = true;
      socket.end('welcome');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket: TLSSocket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: own.pem,
      ALPNProtocols: ['h2'],
      ...(shown === undefined ? {} : { cert: shown.pem, key: shown.keyPem }),
    });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    return served && text === 'welcome';
  }

  test('is for the one client that Terraform named', async () => {
    expect(await accepted(client)).toBe(true);
  });

  test('is refused to a stranger, and to who shows nothing', async () => {
    expect(await accepted(stranger)).toBe(false);
    expect(await accepted(undefined)).toBe(false);
  });
});
