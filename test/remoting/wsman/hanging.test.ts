import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { connectionError } from '../../../remoting/transports/wsman/tls';
import type { Operation } from '../../../remoting/transports/wsman/names';
import { RemotingError } from '../../../remoting/remoting-error';
import type { Disturbance } from '../../../lab/wsman/disturbances';
import { removeCertificate, startLab, type Lab } from './lab';

const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };
const SHORT = { ackTimeoutMs: 400 };
const QUICK = { operationTimeoutMs: 400 };

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab.stop());
afterAll(removeCertificate);

/** What a server can do that never answers, and how the request ends. */
const HANGS: readonly (readonly [string, Disturbance['effect'], object])[] = [
  ['says nothing', { kind: 'silence' }, { kind: 'timeout', facts: { bound: 'ackTimeoutMs' } }],
  ['ends its half of the connection', { kind: 'half-close' }, { kind: 'closed' }],
  [
    'never ends the head of its answer',
    { kind: 'endless', part: 'head' },
    { kind: 'timeout', facts: { bound: 'ackTimeoutMs' } },
  ],
  [
    'never ends the body of its answer',
    { kind: 'endless', part: 'body' },
    { kind: 'timeout', facts: { bound: 'ackTimeoutMs' } },
  ],
];

describe.each(HANGS)('a server that %s', (_what, effect, ending) => {
  test('to Create fails the opening with a bound that is named', async () => {
    lab.disturbances.arm({ operation: 'Create', effect });
    await expect(lab.connect(QUICK, SHORT)).rejects.toMatchObject(ending);
  });

  test.each(['Command', 'Receive'] as const)(
    'to %s ends the call, and the session closes',
    async (operation) => {
      const session = await lab.connect(QUICK, SHORT);
      lab.disturbances.arm({ operation, effect });
      expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown' });
      expect(session.failure).toMatchObject(ending);
      await session.close();
    },
  );

  test('to Delete does not keep the session from closing', async () => {
    // As long as a server may take for any other answer, so that it is the Delete's own time that ends.
    const session = await lab.connect();
    expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
    lab.disturbances.arm({ operation: 'Delete', effect });
    lab.disturbances.arm({ operation: 'Delete', effect, at: 2 });
    await session.close();
    expect(lab.operations()).toContain('Delete');
  });
});

test('a head of an answer that is too large ends the request at once', async () => {
  const headers = { 'X-Filler': 'x'.repeat(20_000) };
  lab.disturbances.arm({ operation: 'Create', effect: { kind: 'status', status: 200, headers } });
  await expect(lab.connect()).rejects.toMatchObject({
    kind: 'too-large',
    facts: { bound: 'maxHeaderBytes', limit: 16_384 },
  });
});

describe('a server that accepts connections and speaks no TLS', () => {
  const sockets = new Set<Socket>();
  let mute: Server;
  let port: number;
  beforeEach(async () => {
    mute = createTcpServer((socket) => {
      sockets.add(socket);
      // Reads and drops, or it would not hear that the other side has gone.
      socket.resume().on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    mute.listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    port = (mute.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  test('when a lost session is to be closed does not keep it from closing', async () => {
    let isMute = false;
    const relay = createTcpServer((socket) => {
      const upstream = connect(isMute ? port : lab.port, '127.0.0.1');
      upstream.pipe(socket).pipe(upstream);
      for (const end of [socket, upstream]) end.on('error', () => undefined);
    });
    relay.listen(0, '127.0.0.1');
    await new Promise((resolve) => relay.once('listening', resolve));
    const url = `https://localhost:${(relay.address() as AddressInfo).port}/PowerShell/`;
    const session = await lab.connect({ url });
    lab.disturbances.arm({ operation: 'Receive', effect: { kind: 'reset' } });
    isMute = true;
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    await session.close();
    relay.close();
    await until(() => sockets.size === 0);
  });

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('fails the opening with a bound that is named, and no connection stays behind', async () => {
    const url = `https://localhost:${port}/PowerShell/`;
    await expect(lab.connect({ url }, SHORT)).rejects.toMatchObject({
      kind: 'timeout',
      facts: { bound: 'ackTimeoutMs', noEffect: true },
    });
    await until(() => sockets.size === 0);
  });

  test('behind a proxy does the same', async () => {
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    await expect(lab.connect({ environment }, SHORT)).rejects.toMatchObject({
      kind: 'timeout',
      facts: { bound: 'ackTimeoutMs', noEffect: true },
    });
    await until(() => sockets.size === 0);
  });
});

describe('a reason for a connection that ended', () => {
  const port = 443;
  const code = (value: unknown) => Object.assign(new Error('broken'), { code: value });

  test.each([
    ['with a number for its code, as AbortSignal.timeout gives it', new DOMException('late', 'TimeoutError')],
    ['with a symbol for its code', code(Symbol('code'))],
    ['without a code', new Error('broken')],
    ['with a code that is undefined', code(undefined)],
    ['with a code of Node', code('ECONNREFUSED')],
    ['with no message', Object.assign(new AggregateError([]), { code: 'ETIMEDOUT' })],
    ['that is a text', 'broken'],
    ['that is a number', 7],
    ['that is nothing', undefined],
    ['that is null', null],
    ['that is an object without a prototype', Object.create(null)],
    ['whose certificate is a text', Object.assign(new Error('broken'), { cert: 'x' })],
  ])('%s becomes a typed error', (_what, reason: unknown) => {
    const error = connectionError(reason, 'ex1', port);
    expect(error).toBeInstanceOf(RemotingError);
    expect(error.facts).toMatchObject({ host: 'ex1', port, noEffect: true });
    expect(['string', 'undefined']).toContain(typeof error.facts.code);
    expect(error.message).toMatch(/^ex1:443 \S.*: \S/);
  });

  test('that is typed already stays as it is', () => {
    const typed = new RemotingError('timeout', 'late');
    expect(connectionError(typed, 'ex1', port)).toBe(typed);
  });
});

const OPERATIONS: readonly Operation[] = ['Create', 'Command', 'Receive', 'Delete'];

test.each(OPERATIONS)('a server that resets during %s leaves the process alone', async (operation) => {
  for (const when of ['before', 'during', 'after'] as const) {
    lab.disturbances.arm({ operation, effect: { kind: 'reset' }, when });
    const session = await lab.connect(QUICK, SHORT).catch(() => undefined);
    await session?.invoke(echo);
    await session?.close();
    expect(lab.disturbances.waiting).toEqual([]);
  }
});
