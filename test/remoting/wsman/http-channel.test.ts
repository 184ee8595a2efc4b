import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect, createServer as createRelay, type AddressInfo, type Socket } from 'node:net';
import { readTrust } from '../../../remoting/transports/wsman/tls';
import {
  emptyPost,
  type Authenticator,
  type SignInOptions,
  type SignInOutcome,
} from '../../../remoting/transports/wsman/authenticator';
import type { Connection } from '../../../remoting/transports/wsman/connection';
import { HeaderAuthenticator } from '../../../remoting/transports/wsman/header-authenticator';
import { HttpChannel } from '../../../remoting/transports/wsman/http-channel';
import { certificate, PASSWORD, removeCertificate, startLab, USER, type Lab } from './lab';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;

/** Proves itself once for each connection, until it is told that the server does not remember. */
class OncePerConnection implements Authenticator {
  each = false;
  proofs = 0;
  readonly #used = new WeakSet<Connection>();

  signIn(_connection: Connection, _options: SignInOptions): Promise<SignInOutcome> {
    return Promise.resolve({ kind: 'ready' });
  }

  authorization(connection: Connection): Promise<string | undefined> {
    const isUsed = this.#used.has(connection);
    this.#used.add(connection);
    if (isUsed && !this.each) return Promise.resolve(undefined);
    this.proofs += 1;
    return Promise.resolve(BASIC);
  }

  forgotten(): void {
    this.each = true;
  }
}

function channelTo({ url, caFile }: Pick<Lab, 'url' | 'caFile'>): HttpChannel {
  return new HttpChannel({
    url: new URL(url),
    tls: readTrust({ caFile }),
    authenticator: new HeaderAuthenticator(BASIC, { certificate: false }),
    maxAnswerBytes: 100_000,
  });
}

async function postTo(channel: HttpChannel, bytes = 4): Promise<number> {
  const { signal } = new AbortController();
  const { status } = await channel.post('x'.repeat(bytes), {
    timeoutMs: 5_000,
    bound: 'timeoutMs',
    signal,
  });
  return status;
}

test.each([
  // It goes a second before the server says, which leaves nothing of this one.
  ['not kept for longer than the server says', 1_000, [1, 2, 3]],
  ['used again where the server keeps it for long enough', 30_000, [1, 1, 1]],
])('a connection is %s', async (_name, keptMs, connections) => {
  const keeping = await startLab({ keptMs });
  const channel = channelTo(keeping);
  try {
    for (let count = 0; count < 3; count += 1) await postTo(channel);
    expect(keeping.traffic.map(({ connection }) => connection)).toEqual(connections);
  } finally {
    channel.destroy();
    await keeping.stop();
  }
});

test('a server that forgets who a connection is for is proved to with every request from then on', async () => {
  const authenticator = new OncePerConnection();
  const channel = new HttpChannel({
    url: new URL(lab.url),
    tls: readTrust({ caFile: lab.caFile }),
    authenticator,
    maxAnswerBytes: 100_000,
  });
  let sent = 0;
  const post = async (): Promise<number> => {
    const { signal } = new AbortController();
    const times = { timeoutMs: 5_000, bound: 'timeoutMs' };
    const { status } = await channel.post('<a/>', { ...times, signal, onSend: () => (sent += 1) });
    return status;
  };
  // The lab forgets users of Basic, and has a fault for what is no envelope.
  expect([await post(), await post(), await post()]).toEqual([500, 500, 500]);
  expect(authenticator.proofs).toBe(3);
  expect(sent).toBe(4);
  expect(new Set(lab.traffic.map(({ connection }) => connection)).size).toBe(1);
  channel.destroy();
});

test('what connecting takes is taken from the time for a token', async () => {
  const { hostname, port } = new URL(lab.url);
  const slow = createRelay((socket) => {
    const far = connect(Number(port), hostname);
    setTimeout(() => socket.pipe(far).pipe(socket), 500);
    for (const end of [socket, far]) end.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const url = new URL(lab.url);
  url.port = String((slow.address() as AddressInfo).port);
  let left = Infinity;
  const channel = new HttpChannel({
    url,
    tls: readTrust({ caFile: lab.caFile }),
    authenticator: {
      signIn: (_connection, { tokenBy }) => {
        left = tokenBy - performance.now();
        return Promise.resolve({ kind: 'ready' });
      },
      authorization: () => Promise.resolve(BASIC),
      forgotten: () => undefined,
    },
    maxAnswerBytes: 100_000,
  });
  const { signal } = new AbortController();
  await channel.post('<a/>', { timeoutMs: 10_000, bound: 'timeoutMs', signal });
  channel.destroy();
  slow.close();
  expect(left).toBeLessThan(0.9 * 10_000 - 450);
});

describe('over connections of its own', () => {
  const { cert, key, caFile } = certificate();
  /** Header of Authorization, and whether a body came, of each request. */
  const seen: (readonly [authorization: string | undefined, hasBody: boolean])[] = [];
  let keeps = false;
  let switches = false;
  /** What each request with a body must have in Authorization. */
  let demands: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer({ cert, key }, (request, response) => {
    const last = [request.headers.authorization, request.headers['content-length'] !== '0'] as const;
    seen.push(last);
    request.resume();
    if (switches) {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      return;
    }
    request.on('end', () => {
      const [authorization, hasBody] = last;
      const isRefused = hasBody && demands !== undefined && authorization !== demands;
      response.writeHead(isRefused ? 401 : 200, keeps ? {} : { Connection: 'close' }).end();
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => seen.splice(0));
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  function channel(authenticator: Authenticator): HttpChannel {
    const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/`);
    return new HttpChannel({ url, tls: readTrust({ caFile }), authenticator, maxAnswerBytes: 1_000 });
  }

  /** Signs in with an empty request, and with each where the server forgets. */
  class EmptyFirst extends OncePerConnection {
    override async signIn(connection: Connection, options: SignInOptions): Promise<SignInOutcome> {
      if (!this.each) await emptyPost(connection, 'first', options);
      return { kind: 'ready' };
    }

    override authorization(): Promise<string | undefined> {
      return Promise.resolve(this.each ? 'each' : undefined);
    }
  }

  test('a server that ends each after one answer is proved to with the request itself', async () => {
    keeps = false;
    const posting = channel(new EmptyFirst());
    await postTo(posting);
    await postTo(posting);
    expect(seen).toEqual([
      ['first', false],
      ['each', true],
      ['each', true],
    ]);
    posting.destroy();
  });

  test.each([
    ['a long body', false, 60_000],
    ['a certificate', true, 10],
  ])(
    'the request of %s is not kept from a server that ends each after one answer',
    async (_what, isCertificate, bytes) => {
      keeps = false;
      const posting = channel(new HeaderAuthenticator(BASIC, { certificate: isCertificate }));
      expect([await postTo(posting, bytes), await postTo(posting, bytes)]).toEqual([200, 200]);
      expect(seen).toEqual([
        [BASIC, false],
        [BASIC, true],
        [BASIC, true],
      ]);
      posting.destroy();
    },
  );

  test('requests that are refused at once, since the server forgot who they are from, are all sent again', async () => {
    keeps = true;
    const posting = channel(new EmptyFirst());
    const both = () => Promise.all([postTo(posting), postTo(posting)]);
    expect(await both()).toEqual([200, 200]);
    seen.splice(0);
    demands = 'each';
    expect(await both()).toEqual([200, 200]);
    expect(seen.map(([authorization]) => authorization).sort()).toEqual([
      'each',
      'each',
      undefined,
      undefined,
    ]);
    demands = undefined;
    posting.destroy();
  });

  test('a request that was refused with its proof is not sent again', async () => {
    keeps = true;
    demands = 'another';
    const authenticator = new EmptyFirst();
    authenticator.forgotten();
    const posting = channel(authenticator);
    expect(await postTo(posting)).toBe(401);
    expect(seen).toEqual([['each', true]]);
    demands = undefined;
    posting.destroy();
  });

  test('an answer that goes over to another protocol ends the request at once', async () => {
    switches = true;
    const posting = channel(new HeaderAuthenticator(BASIC, { certificate: false }));
    const error: unknown = await postTo(posting).catch((reason: unknown) => reason);
    switches = false;
    // A request that waited for an answer would end by `timeout`.
    expect(error).toMatchObject({ kind: 'closed' });
    expect(error).not.toHaveProperty('facts.noEffect');
    posting.destroy();
  });

  test('one ends whose request cannot be proved', async () => {
    keeps = true;
    const authenticator = new HeaderAuthenticator(BASIC, { certificate: false });
    const posting = channel(authenticator);
    jest.spyOn(authenticator, 'authorization').mockRejectedValueOnce(new Error('no ticket'));
    await expect(postTo(posting)).rejects.toMatchObject({ kind: 'closed', facts: { noEffect: true } });
    while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await postTo(posting);
    expect(seen).toHaveLength(1);
    posting.destroy();
  });
});

/** Answers each request with the number of its connection, in a process of its own. */
const ELSEWHERE = `
  const { createServer } = require('node:https');
  let connections = 0;
  const server = createServer({ cert: process.env.CERT, key: process.env.KEY }, (request, response) => {
    request.resume().once('end', () => response.end(String(request.socket.number)));
  });
  server.on('secureConnection', (socket) => (socket.number = connections += 1));
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

test('a connection whose answer is here before Node says that all is written is kept', async () => {
  const { cert, key, caFile } = certificate();
  const server = spawn(process.execPath, ['-e', ELSEWHERE], {
    env: { CERT: String(cert), KEY: String(key) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const posting = channelTo({ url: `https://localhost:${port.toString()}/`, caFile });
  /** Lets a busy machine stand still between the request and the next look at what has come. */
  const standStill = (): void => {
    process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200));
  };
  const seen: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const { signal } = new AbortController();
    const options = { timeoutMs: 20_000, bound: 'timeoutMs', signal, onSend: standStill } as const;
    seen.push((await posting.post('text', options)).body.toString());
  }
  posting.destroy();
  server.kill();
  await once(server, 'close');
  expect(seen).toEqual(['1', '1', '1']);
});
