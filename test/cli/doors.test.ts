import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { Door, DoorFinding } from '../../cli/doctor/doors/door';
import { lookForDoors, type Doors } from '../../cli/doctor/doors/doors';
import type { Ports } from '../../cli/doctor/doors/place';
import { endpointCertificate } from '../../lab/wsman/certificate';
import { settingsFrom } from '../../provider/configuration';
import type { Endpoint } from '../../provider/endpoint';
import type { Environment } from '../../provider/environment';
import { CANARY, closedPort, containing, stranger, useRig } from './rig';

const folder = mkdtempSync(join(tmpdir(), 'doors-'));
const certificate = endpointCertificate(folder, ['localhost']);
const rig = useRig();
const closers: (() => void)[] = [];
/** Where nobody listens. */
let nobody: number;

beforeAll(async () => {
  nobody = await closedPort();
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answering {
  readonly status: number;
  /** The connection ends in place of an answer. */
  readonly isCut?: boolean;
  readonly headers?: { readonly [name: string]: string | readonly string[] };
}

/** A web server that answers everything alike; its port, and what it was asked. */
async function web(
  { status, isCut = false, headers = {} }: Answering,
  tls?: TlsOptions,
): Promise<{ readonly port: number; readonly heard: { readonly request: IncomingMessage; body: string }[] }> {
  const heard: { request: IncomingMessage; body: string }[] = [];
  const server: Server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('request', (request: IncomingMessage, response) => {
    const entry = { request, body: '' };
    heard.push(entry);
    request.on('data', (chunk: Buffer) => (entry.body += chunk.toString()));
    request.on('end', () => {
      if (isCut) request.socket.destroy();
      response.writeHead(status, headers as { [name: string]: string }).end('<html></html>');
    });
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, heard };
}

async function other(answer: (socket: Socket) => void): Promise<number> {
  const running = await stranger(answer);
  closers.push(() => running.close());
  return running.port;
}

const asking = (...schemes: readonly string[]): Answering => ({
  status: 401,
  headers: { 'WWW-Authenticate': schemes },
});

/** The endpoint that stands in the environment; nothing listens there unless a port says so. */
function endpointAt(url: string, more: Environment = {}): Endpoint {
  const environment = {
    EXCHANGE_ENDPOINT: url,
    EXCHANGE_USER: 'contoso\\admin',
    EXCHANGE_PASSWORD: CANARY,
    EXCHANGE_CA_FILE: certificate.caFile,
    ...more,
  };
  const { settings, diagnostics } = settingsFrom({}, environment);
  expect(diagnostics).toEqual([]);
  return settings!.endpoint;
}

/** Ports where nobody listens. */
function nowhere(): Ports {
  return { http: nobody, https: nobody, ssh: nobody, 'windows-https': nobody, 'windows-http': nobody };
}

async function doors(
  ports: Partial<Ports>,
  {
    host = 'localhost',
    environment = {},
    timeoutMs = 10_000,
  }: {
    readonly host?: string;
    readonly environment?: Environment;
    readonly timeoutMs?: number;
  } = {},
): Promise<Doors> {
  const all: Ports = { ...nowhere(), ...ports };
  const found = await lookForDoors(
    endpointAt(`https://${host}:${all.https}/PowerShell/`, environment),
    environment,
    { ports: all, timeoutMs },
  );
  expect(JSON.stringify(found)).not.toContain(CANARY);
  return found;
}

function at({ found }: Doors, door: Door): DoorFinding {
  const finding = found.find((one) => one.door === door);
  if (finding === undefined) throw new Error(`${door} is not among ${JSON.stringify(found)}`);
  return finding;
}

describe('HTTP encrypted by Kerberos', () => {
  test.each([[['Kerberos']], [['Negotiate']], [['Negotiate', 'NTLM']], [['Basic realm="x"', 'Kerberos']]])(
    'is open where the challenge is %j',
    async (schemes) => {
      const { port } = await web(asking(...schemes));
      const seen = await doors({ http: port });
      const address = `http://localhost:${port}/PowerShell/`;
      expect(at(seen, 'http-kerberos')).toMatchObject({ state: 'open', address, port });
      expect(seen.advice).toContain(`EXCHANGE_ENDPOINT=${address} `);
    },
  );

  test.each<[string, Answering, string, string]>([
    [
      'only other schemes',
      asking('Basic realm="x"', 'NTLM'),
      'it does not offer Kerberos; it offers Basic, NTLM',
      'kerbauth',
    ],
    ['no scheme', { status: 401 }, 'it does not offer Kerberos; it offers nothing', 'kerbauth'],
    [
      'a redirection',
      { status: 302, headers: { Location: 'https://mail.contoso.com/owa' } },
      'https://mail.contoso.com/owa (HTTP 302)',
      'Remove the redirection from',
    ],
    ['TLS that is required', { status: 403 }, 'as it does if TLS is required', 'Require SSL off'],
    ['no such directory', { status: 404 }, 'it has no /PowerShell/ (HTTP 404)', 'Name an Exchange server'],
    ['a pool that is stopped', { status: 503 }, 'it fails (HTTP 503)', 'application pool'],
    ['a site that lets everybody in', { status: 200 }, 'does not ask for a sign-in', 'proxy'],
  ])('is faulty with %s', async (_, answer, detail, remedy) => {
    const { port } = await web(answer);
    const seen = await doors({ http: port });
    expect(at(seen, 'http-kerberos')).toMatchObject({
      state: 'faulty',
      detail: containing(detail),
      remedy: containing(remedy),
    });
    expect(seen.advice).toMatch(/^No way is open\. The best one to repair is HTTP encrypted by Kerberos\. /);
  });

  test('is faulty where the server is named by its address', async () => {
    const { port } = await web(asking('Kerberos'));
    const seen = await doors({ http: port }, { host: '127.0.0.1' });
    expect(at(seen, 'http-kerberos')).toMatchObject({
      state: 'faulty',
      detail: containing('127.0.0.1 is an address'),
      remedy: containing('full name in EXCHANGE_ENDPOINT'),
    });
  });

  test('is closed where nothing listens, and where another protocol is spoken', async () => {
    expect(at(await doors({}), 'http-kerberos')).toMatchObject({
      state: 'closed',
      detail: containing('ECONNREFUSED'),
    });
    const port = await other((socket) => socket.end('SSH-2.0-x\r\n'));
    expect(at(await doors({ http: port }), 'http-kerberos')).toMatchObject({
      state: 'closed',
      detail: containing('another protocol'),
    });
  });

  test('is faulty where the connection is cut', async () => {
    const port = await other((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(at(await doors({ http: port }), 'http-kerberos')).toMatchObject({
      state: 'faulty',
      detail: containing('closes the connection: ECONNRESET'),
      remedy: containing('firewall'),
    });
  });

  test('is faulty where nothing is said in time', async () => {
    const port = await other(() => undefined);
    expect(at(await doors({ http: port }, { timeoutMs: 300 }), 'http-kerberos')).toMatchObject({
      state: 'faulty',
      detail: containing('accepts connections, but does not answer'),
    });
  });
});

describe('HTTPS', () => {
  const open = (schemes: readonly string[], tls: TlsOptions = {}, isCut = false) =>
    web({ ...asking(...schemes), isCut }, { cert: certificate.cert, key: certificate.key, ...tls });

  test('has both doors where both are offered', async () => {
    const { port } = await open(['Negotiate', 'Basic realm="x"']);
    const seen = await doors({ https: port });
    expect(at(seen, 'https-kerberos').state).toBe('open');
    expect(at(seen, 'https-basic').state).toBe('open');
    expect(seen.advice).toMatch(/^Use HTTPS with Kerberos: .*EXCHANGE_AUTHENTICATION=negotiate/);
  });

  test('has the one that is offered', async () => {
    const basic = await doors({ https: (await open(['Basic realm="x"'])).port });
    expect(at(basic, 'https-kerberos')).toMatchObject({ state: 'closed', detail: 'it offers Basic' });
    expect(basic.advice).toMatch(/^The endpoint already uses the best way that is open, HTTPS with Basic/);
    const kerberos = await doors({ https: (await open(['Kerberos'])).port });
    expect(at(kerberos, 'https-basic')).toMatchObject({
      state: 'closed',
      detail: containing('Basic is off'),
    });
  });

  test('is another door than that of an endpoint with a client certificate', async () => {
    const environment = {
      EXCHANGE_AUTHENTICATION: 'certificate',
      EXCHANGE_USER: '',
      EXCHANGE_PASSWORD: '',
      EXCHANGE_CLIENT_CERTIFICATE_FILE: join(folder, 'client.pfx'),
    };
    const kerberos = await doors({ https: (await open(['Kerberos'])).port }, { environment });
    expect(kerberos.advice).toMatch(/^Use HTTPS with Kerberos: .*EXCHANGE_AUTHENTICATION=negotiate/);
    const basic = await doors({ https: (await open(['Basic realm="x"'])).port }, { environment });
    expect(basic.advice).toMatch(/^Use HTTPS with Basic: .*EXCHANGE_AUTHENTICATION=basic/);
  });

  test('tells a certificate that is not trusted, and what is behind it', async () => {
    const { port } = await open(['Kerberos']);
    const seen = await doors({ https: port }, { environment: { EXCHANGE_CA_FILE: '' } });
    expect(at(seen, 'https-kerberos')).toMatchObject({
      state: 'faulty',
      detail: containing('a certificate that is not trusted'),
      remedy: containing('EXCHANGE_CA_FILE'),
    });
    expect(at(seen, 'https-basic').state).toBe('closed');
  });

  test('tells a certificate for other names', async () => {
    const names = endpointCertificate(mkdtempSync(join(folder, 'names-')), ['mail.contoso.com']);
    const { port } = await open(['Basic realm="x"'], { cert: names.cert, key: names.key });
    const seen = await doors({ https: port }, { environment: { EXCHANGE_CA_FILE: names.caFile } });
    expect(at(seen, 'https-basic')).toMatchObject({
      state: 'faulty',
      detail: containing('for other names'),
      remedy: containing('mail.contoso.com'),
    });
  });

  test('tells TLS that is too old', async () => {
    const old: TlsOptions = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
    const { port } = await open(['Kerberos'], old);
    expect(at(await doors({ https: port }), 'https')).toMatchObject({
      state: 'faulty',
      detail: containing('no version of TLS that the provider may use'),
      remedy: containing('Turn TLS 1.2 on'),
    });
  });

  test('tells a port without TLS, and a handshake that does not end', async () => {
    const { port } = await web(asking('Kerberos'));
    expect(at(await doors({ https: port }), 'https')).toMatchObject({
      state: 'faulty',
      detail: containing('does not speak TLS'),
    });
    const silent = await other(() => undefined);
    expect(at(await doors({ https: silent }, { timeoutMs: 300 }), 'https')).toMatchObject({
      state: 'faulty',
      detail: containing('accepts connections, but does not answer'),
    });
  });

  test('tells a connection that is cut when the question is there', async () => {
    const { port } = await open(['Kerberos'], {}, true);
    expect(at(await doors({ https: port }), 'https')).toMatchObject({
      state: 'faulty',
      detail: containing('closes the connection'),
    });
  });

  test('fails as HTTP does', async () => {
    const { port } = await web({ status: 404 }, { cert: certificate.cert, key: certificate.key });
    expect(at(await doors({ https: port }), 'https')).toMatchObject({ detail: containing('HTTP 404') });
  });

  test('goes through the proxy, alone', async () => {
    const asked: string[] = [];
    const proxy = await other((socket) =>
      socket.once('data', (chunk: Buffer) => {
        asked.push(chunk.toString().split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      }),
    );
    const seen = await doors({}, { environment: { HTTPS_PROXY: `http://u:${CANARY}@127.0.0.1:${proxy}` } });
    expect(asked.sort()).toEqual(Array(2).fill(`CONNECT localhost:${nobody} HTTP/1.1`));
    expect(at(seen, 'https')).toMatchObject({ state: 'closed', detail: containing('the proxy refuses') });
    expect(at(seen, 'http-kerberos').detail).toContain('ECONNREFUSED');
  });
});

describe("Windows' own WSMan", () => {
  test('is open, and said to have no cmdlets of Exchange', async () => {
    const { port, heard } = await web(asking('Negotiate'));
    const seen = await doors({ 'windows-http': port });
    expect(at(seen, 'windows-http')).toMatchObject({ state: 'open', detail: containing('snap-in') });
    expect(heard.map(({ request }) => request.url)).toEqual(['/wsman']);
    expect(seen.advice).toMatch(/Microsoft\.PowerShell.*EXCHANGE_SNAP_IN/);
  });

  test('is faulty without Kerberos, and where another service listens', async () => {
    const tls = { cert: certificate.cert, key: certificate.key };
    const { port } = await web(asking('Basic realm="x"'), tls);
    expect(at(await doors({ 'windows-https': port }), 'windows-https')).toMatchObject({
      state: 'faulty',
      remedy: containing('winrm get winrm/config/service/auth'),
    });
    const elsewhere = await web({ status: 404 }, tls);
    expect(at(await doors({ 'windows-https': elsewhere.port }), 'windows-https')).toMatchObject({
      state: 'faulty',
      remedy: containing('not the WS-Management service'),
    });
  });
});

describe('SSH', () => {
  test('is open where it greets, also behind a banner', async () => {
    const port = await other((socket) => socket.write('Authorized use only\r\nSSH-2.0-OpenSSH_9.5\r\n'));
    const seen = await doors({ ssh: port });
    expect(at(seen, 'ssh')).toMatchObject({
      state: 'open',
      address: `ssh://localhost:${port}`,
      detail: containing('OpenSSH_9.5'),
    });
    expect(seen.advice).toContain(`EXCHANGE_ENDPOINT=ssh://user@localhost:${port}`);
  });

  test('is closed where something else greets, and faulty where nobody does', async () => {
    const mail = await other((socket) => socket.end('220 mail.contoso.com ESMTP\r\n'));
    expect(at(await doors({ ssh: mail }), 'ssh')).toMatchObject({
      state: 'closed',
      detail: containing("it sent '220 mail"),
    });
    const endless = await other((socket) => socket.write('x'.repeat(100_000)));
    expect(at(await doors({ ssh: endless }), 'ssh').state).toBe('closed');
    const mute = await other((socket) => socket.end());
    expect(at(await doors({ ssh: mute }), 'ssh')).toMatchObject({
      state: 'faulty',
      detail: containing('it sent no greeting'),
    });
  });
});

test('the best of several open doors is to be taken', async () => {
  const kerberos = await web(asking('Kerberos'));
  const tls = { cert: certificate.cert, key: certificate.key };
  const basic = await web(asking('Basic realm="x"'), tls);
  const negotiate = { EXCHANGE_AUTHENTICATION: 'negotiate', EXCHANGE_USER: 'admin@CONTOSO.COM' };
  const elsewhere = await doors({ https: basic.port }, { environment: negotiate });
  expect(elsewhere.advice).toMatch(
    /^Use HTTPS with Basic: .*EXCHANGE_AUTHENTICATION=basic, .*EXCHANGE_USER and EXCHANGE_PASSWORD_FILE/,
  );
  const greeting = await other((socket) => socket.write('SSH-2.0-x\r\n'));
  const ssh = await doors({ ssh: greeting, 'windows-http': kerberos.port });
  expect(ssh.advice).toMatch(/^Use SSH: /);
  const all = await doors({ ssh: greeting, 'windows-http': kerberos.port, http: kerberos.port });
  expect(all.advice).toMatch(/^Use HTTP encrypted by Kerberos: /);
  expect((await doors({})).advice).toBeUndefined();
});

test('nothing leaves but an empty question without Authorization', async () => {
  const plain = await web(asking('Kerberos'));
  const secured = await web(asking('Basic realm="x"'), { cert: certificate.cert, key: certificate.key });
  const said: string[] = [];
  const ssh = await other((socket) => {
    socket.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    socket.write('SSH-2.0-x\r\n');
  });
  await doors({ http: plain.port, https: secured.port, ssh });
  expect(said).toEqual([]);
  for (const { heard } of [plain, secured]) {
    expect(heard).toHaveLength(1);
    const [{ request, body } = { request: undefined, body: '' }] = heard;
    expect([request?.method, request?.url, body]).toEqual(['POST', '/PowerShell/', '']);
    expect(request?.headers['content-length']).toBe('0');
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(JSON.stringify(request?.rawHeaders)).not.toContain(CANARY);
  }
});

test('all doors are looked at side by side', async () => {
  // Each answers only when all of them were called.
  let waiting: Socket[] = [];
  const port = await other((socket) => {
    waiting.push(socket);
    if (waiting.length === 5) for (const one of waiting) one.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  const seen = await doors({
    http: port,
    https: port,
    ssh: port,
    'windows-http': port,
    'windows-https': port,
  });
  expect(waiting).toHaveLength(5);
  expect(at(seen, 'http-kerberos').detail).toContain('HTTP 404');
  waiting = [];
});

test('from an endpoint over SSH, HTTPS may show the names of the site as well', async () => {
  const names = endpointCertificate(mkdtempSync(join(folder, 'site-')), ['mail.contoso.com']);
  const { port } = await web(asking('Basic realm="x"'), { cert: names.cert, key: names.key });
  const endpoint = endpointAt('ssh://admin@localhost');
  const ports: Ports = { ...nowhere(), https: port };
  const environment = { EXCHANGE_CA_FILE: names.caFile };
  const site = [{ names: ['mail.contoso.com'], hosts: ['localhost'] }];
  const seen = await lookForDoors(endpoint, environment, { ports, names: site });
  expect(at(seen, 'https-basic').state).toBe('open');
  const elsewhere = [{ names: ['mail.contoso.com'], hosts: ['ex9'] }];
  const other = await lookForDoors(endpoint, environment, { ports, names: elsewhere });
  expect(at(other, 'https-basic').state).toBe('faulty');
});

test('an endpoint over SSH has its own port; a process has no doors', async () => {
  const { ssh } = rig();
  const endpoint = endpointAt(String(ssh['EXCHANGE_ENDPOINT']), ssh);
  const ports = nowhere();
  const seen = await lookForDoors(endpoint, ssh, { ports });
  expect(at(seen, 'ssh')).toMatchObject({ state: 'open', address: containing('ssh://127.0.0.1:') });
  expect(seen.found).toHaveLength(5);
  const local = await lookForDoors(endpointAt('process:'), {}, { ports });
  expect(local).toEqual({ found: [] });
});
