import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import {
  createGrpcServer,
  MAX_MESSAGE_BYTES,
  type GrpcServer,
  type UnaryHandler,
} from '../../plugin/wire/grpc';

jest.mock('../../plugin/wire/log', () => ({ log: jest.fn() }));

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('the gRPC server', () => {
  let listener: Server;
  let grpc: GrpcServer;
  let client: ClientHttp2Session;
  let idle: jest.Mock;
  /** Resolves when the server's end of the connection is closed. */
  let closed: Promise<unknown>;
  const gates = new Map<string, () => void>();

  beforeEach(async () => {
    idle = jest.fn();
    const unary = new Map<string, UnaryHandler>([
      ['/test/Echo', async (request) => request],
      ['/test/Fail', async () => Promise.reject(new Error('broken – here'))],
      [
        '/test/Wait',
        (request) =>
          new Promise((resolve) => gates.set(Buffer.from(request).toString(), () => resolve(request))),
      ],
    ]);
    grpc = createGrpcServer({ unary, silentStreams: new Set(['/test/Silent']), onIdle: idle });
    listener = createServer((socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      grpc.accept(socket);
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    client = connect(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    client.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });

  function frame(message: Buffer, compressed = 0): Buffer {
    const prefix = Buffer.alloc(5);
    prefix[0] = compressed;
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
  }

  async function call(path: string, sent: Buffer): Promise<Answer> {
    const stream = client.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on('response', (received: IncomingHttpHeaders) => (headers = received));
    stream.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(sent);
    await new Promise((resolve, reject) => {
      stream.once('end', resolve);
      stream.once('error', reject);
    });
    return { headers, trailers, body: Buffer.concat(chunks) };
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  test('answers with one message and status 0', async () => {
    const { headers, trailers, body } = await call('/test/Echo', frame(Buffer.from('hello')));
    expect(headers[':status']).toBe(200);
    expect(headers['content-type']).toBe('application/grpc');
    expect(trailers['grpc-status']).toBe('0');
    expect(body).toEqual(frame(Buffer.from('hello')));
  });

  test('carries messages of many megabytes both ways, several at a time', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 'abcdefg');
    const answers = await Promise.all([1, 2, 3].map(() => call('/test/Echo', frame(large))));
    expect(answers.map(({ body }) => body.subarray(5).equals(large))).toEqual([true, true, true]);
  });

  test('refuses a message over the limit with RESOURCE_EXHAUSTED, and goes on', async () => {
    const { headers } = await call('/test/Echo', frame(Buffer.alloc(MAX_MESSAGE_BYTES + 1)));
    expect(headers['grpc-status']).toBe('8');
    expect((await call('/test/Echo', frame(Buffer.from('next')))).trailers['grpc-status']).toBe('0');
  });

  test.each([
    ['a method that it does not have', '/test/Other', frame(Buffer.alloc(0)), '12', 'no method /test/Other'],
    ['a compressed message', '/test/Echo', frame(Buffer.from('x'), 1), '12', 'compressed'],
    ['a cut prefix', '/test/Echo', Buffer.from([0, 0]), '13', 'before its message'],
    ['a cut message', '/test/Echo', frame(Buffer.from('hello')).subarray(0, 7), '13', 'one whole message'],
    [
      'two messages',
      '/test/Echo',
      Buffer.concat([frame(Buffer.from('a')), frame(Buffer.from('b'))]),
      '13',
      'one whole',
    ],
    ['what a handler throws', '/test/Fail', frame(Buffer.alloc(0)), '13', 'broken – here'],
  ])('says %s in the status', async (_what, path, sent, status, sentence) => {
    const { headers, body } = await call(path, sent);
    expect(headers[':status']).toBe(200);
    expect(headers['grpc-status']).toBe(status);
    expect(decodeURIComponent(String(headers['grpc-message']))).toContain(sentence);
    expect(body.length).toBe(0);
  });

  test('answers in the order in which the work is done', async () => {
    const order: string[] = [];
    const calls = ['first', 'second'].map((name) =>
      call('/test/Wait', frame(Buffer.from(name))).then(() => order.push(name)),
    );
    await until(() => gates.has('first') && gates.has('second'));
    gates.get('second')?.();
    await calls[1];
    gates.get('first')?.();
    await Promise.all(calls);
    expect(order).toEqual(['second', 'first']);
  });

  test('finishes the operation in flight after the connection is gone, and only then is idle', async () => {
    gates.clear();
    void call('/test/Wait', frame(Buffer.from('late'))).catch(() => undefined);
    await until(() => gates.has('late'));
    client.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(idle).not.toHaveBeenCalled();
    gates.get('late')?.();
    await until(() => idle.mock.calls.length > 0);
    expect(idle).toHaveBeenCalledTimes(1);
  });

  test('ends silent streams and connections when it closes gently', async () => {
    const stream = client.request({ ':method': 'POST', ':path': '/test/Silent' }).end();
    await new Promise((resolve) => stream.once('response', resolve));
    stream.resume();
    const ended = new Promise((resolve) => stream.once('end', resolve));
    grpc.closeGently();
    await ended;
    await until(() => idle.mock.calls.length > 0);
  });
});
