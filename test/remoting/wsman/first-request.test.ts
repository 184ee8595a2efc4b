import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SecureText } from '../../../powershell/invocation';
import { openSession } from '../../../remoting/session';
import { HeaderAuthenticator } from '../../../remoting/transports/wsman/header-authenticator';
import { HttpChannel } from '../../../remoting/transports/wsman/http-channel';
import { readTrust } from '../../../remoting/transports/wsman/tls';
import { wsmanTransport } from '../../../remoting/transports/wsman/transport';
import { certificate, PASSWORD, removeCertificate, USER } from './lab';

/** What IIS keeps of the first body of a connection while it begins TLS anew. */
const KEPT_BYTES = 49_152;
const PAGE = '<html>The request is not supported. (0x80070032)</html>';

/** IIS where its directory asks for a certificate with the first request of a connection, as Exchange's does. */
const seen: { readonly version: string | null; readonly first: boolean; readonly bytes: number }[] = [];
/** What it does at TLS 1.3, which the client cannot answer. */
let late: 'reset' | 'failure' = 'reset';
let status = 404;
let statusOfEmpty = 200;
const { cert, key, caFile } = certificate();
const known = new WeakSet<object>();
/** TCP beneath each connection, which alone can be reset, by the client's port. */
const beneath = new Map<number | undefined, Socket>();
const server = createServer({ cert, key }, (request, response) => {
  const socket = request.socket as TLSSocket;
  const version = socket.getProtocol();
  const first = !known.has(socket);
  known.add(socket);
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => {
    seen.push({ version, first, bytes });
    if (version === 'TLSv1.3' && late === 'reset') beneath.get(socket.remotePort)?.resetAndDestroy();
    else if (version === 'TLSv1.3') response.writeHead(500, { 'Content-Type': 'text/html' }).end(PAGE);
    else response.writeHead(first && bytes > KEPT_BYTES ? 413 : bytes === 0 ? statusOfEmpty : status).end();
  });
});
server.on('connection', (socket: Socket) => beneath.set(socket.remotePort, socket));
let url: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://localhost:${(server.address() as AddressInfo).port}/PowerShell/`;
});
beforeEach(() => {
  seen.splice(0);
  status = 404;
  statusOfEmpty = 200;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  removeCertificate();
});

const WINDOWS = 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell';

async function refusal(shell: { readonly shellResource?: string }): Promise<unknown> {
  const password = new SecureText(PASSWORD, 'password');
  const authentication = { kind: 'basic', user: USER, password } as const;
  const opening = openSession(wsmanTransport({ url, authentication, trust: { caFile }, ...shell }));
  return opening.catch((reason: unknown) => reason);
}

describe('at Exchange’s shell', () => {
  test.each([
    ['left out', {}],
    ['in other letters', { shellResource: 'HTTP://schemas.microsoft.com/powershell/microsoft.exchange' }],
  ])('no TLS later than 1.2 is offered: %s', async (_what, shell) => {
    expect(await refusal(shell)).toMatchObject({ kind: 'not-wsman' });
    expect(seen).toMatchObject([{ version: 'TLSv1.2' }]);
  });
});

describe('at another shell, with TLS 1.3', () => {
  test('a first request that is broken off says so', async () => {
    late = 'reset';
    expect(await refusal({ shellResource: WINDOWS })).toMatchObject({
      kind: 'closed',
      facts: { code: 'ECONNRESET', tlsVersion: 'TLSv1.3' },
    });
    expect(seen[0]).toMatchObject({ version: 'TLSv1.3', first: true });
  });

  test('a first request that fails says so, with the error of Windows', async () => {
    late = 'failure';
    expect(await refusal({ shellResource: WINDOWS })).toMatchObject({
      kind: 'closed',
      facts: { httpStatus: 500, code: '0x80070032', tlsVersion: 'TLSv1.3' },
    });
  });
});

describe('the first body of a connection', () => {
  function channelWith(isCertificate: boolean): HttpChannel {
    return new HttpChannel({
      url: new URL(url),
      tls: { ...readTrust({ caFile }), maxVersion: 'TLSv1.2' },
      authenticator: new HeaderAuthenticator('Basic eDp5', { certificate: isCertificate }),
      maxAnswerBytes: 1000,
    });
  }

  async function post(channel: HttpChannel, bytes: number): Promise<number> {
    const { signal } = new AbortController();
    const body = 'x'.repeat(bytes);
    return (await channel.post(body, { timeoutMs: 5_000, bound: 'timeoutMs', signal })).status;
  }

  test.each([
    ['of Basic that IIS keeps goes at once', false, KEPT_BYTES, [KEPT_BYTES]],
    [
      'of Basic that IIS does not keep goes behind an empty request',
      false,
      KEPT_BYTES + 1,
      [0, KEPT_BYTES + 1],
    ],
    ['with a certificate goes behind an empty request', true, 10, [0, 10]],
  ])('%s', async (_what, isCertificate, bytes, expected) => {
    const channel = channelWith(isCertificate);
    expect(await post(channel, bytes)).toBe(404);
    expect(await post(channel, 60_000)).toBe(404);
    expect(seen.map((request) => request.bytes)).toEqual([...expected, 60_000]);
    channel.destroy();
  });

  test('goes on where the empty one is refused for being none', async () => {
    statusOfEmpty = 400;
    const channel = channelWith(true);
    expect(await post(channel, 10)).toBe(404);
    expect(seen.map(({ bytes }) => bytes)).toEqual([0, 10]);
    channel.destroy();
  });

  test('is not sent where the empty request is refused', async () => {
    const channel = channelWith(true);
    const handler = server.listeners('request')[0] as () => void;
    server.removeAllListeners('request');
    server.once('request', (_request, response: { writeHead(code: number): { end(): void } }) =>
      response.writeHead(403).end(),
    );
    const { signal } = new AbortController();
    let sent = false;
    const answer = await channel.post('<a/>', {
      timeoutMs: 5_000,
      bound: 'timeoutMs',
      signal,
      onSend: () => (sent = true),
    });
    server.on('request', handler);
    expect(answer).toMatchObject({ status: 403, atSignIn: true });
    expect(sent).toBe(false);
    channel.destroy();
  });
});
