import { SecureText } from '../../../powershell/invocation';
import type { Outcome, PowerShellObject } from '../../../powershell/outcome';
import { removeCertificate, startLab, type Lab } from './lab';
import { Relay } from './relay';

function objects(outcome: Outcome): readonly PowerShellObject[] {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome.objects;
}

let lab: Lab;
/** A lab of a single test, which ends with it however it ends. */
let other: Lab | undefined;
let relay: Relay | undefined;
beforeAll(async () => {
  lab = await startLab();
});
afterEach(async () => {
  await other?.stop();
  other = undefined;
  relay?.stop();
  relay = undefined;
  // Every session of a test was closed, and left nothing behind.
  expect(lab.service.shells).toBe(0);
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

// What every transport must do is in ../session.test.ts; here is what WSMan adds.
test('opens, calls and closes with the fewest requests', async () => {
  const from = lab.traffic.length;
  const session = await lab.connect();
  expect(lab.operations()).toEqual(['Create', 'Receive']);
  for (let call = 0; call < 3; call += 1) {
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Identity: 'a & <b>' } });
    expect(objects(outcome)).toMatchObject([{ properties: { Name: 'Identity', Value: 'a & <b>' } }]);
    // The server lets go of the command before it was asked for the answer of the next one, or after.
    expect(lab.operations().filter((operation) => operation !== 'Signal')).toEqual(['Command', 'Receive']);
  }
  await session.close();
  // A signal that is on its way is answered before the shell is deleted.
  expect(lab.operations().filter((operation) => operation !== 'Signal')).toEqual(['Delete']);
  const signals = lab.traffic.slice(from).filter(({ operation }) => operation === 'Signal');
  // The last command ends with its shell, and so does the one before where the first signal waited for its connection.
  expect([1, 2]).toContain(signals.length);
});

/** Milliseconds after which the client gives up a signal that is not answered. */
const SIGNAL_GIVEN_UP_MS = 10_000;

describe('a command that has ended', () => {
  const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };

  function pause(milliseconds = 5): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /** Until the server keeps no command, and the client has heard of it. */
  async function letGo({ service }: Lab): Promise<void> {
    while (service.commands > 0) await pause();
    await pause(100);
  }

  function connections(of: Lab, from: number): number {
    return new Set(of.traffic.slice(from).map(({ connection }) => connection)).size;
  }

  test('is let go of, so that a session runs more of them than a server keeps', async () => {
    const from = lab.traffic.length;
    const session = await lab.connect();
    let mostKept = 0;
    for (let call = 0; call < 2_500; call += 1) {
      expect(objects(await session.invoke(echo))).toHaveLength(1);
      mostKept = Math.max(mostKept, lab.service.commands);
    }
    await letGo(lab);
    await session.close();
    expect(mostKept).toBeLessThanOrEqual(12);
    expect(connections(lab, from)).toBe(2);
    const operations = lab.traffic.slice(from).map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'Signal')).toHaveLength(2_500);
  }, 180_000);

  test.each([
    ['before', { kind: 'reset' }],
    ['during', { kind: 'reset' }],
    ['after', { kind: 'reset' }],
    ['before', { kind: 'status', status: 500 }],
    ['before', { kind: 'status', status: 503, headers: { 'Retry-After': '20' } }],
    ['before', { kind: 'fault', subcode: 'InternalError' }],
    // As PowerShell 2 answers now and then, with the shell still there (https://github.com/WinRb/WinRM/pull/267).
    ['before', { kind: 'fault', subcode: 'InvalidSelectors', windowsCode: 2150858843 }],
  ] as const)('fails nothing where its signal does: %s, %j', async (when, effect) => {
    const session = await lab.connect();
    lab.disturbances.arm({ operation: 'Signal', effect, when });
    for (let call = 0; call < 3; call += 1) {
      expect(objects(await session.invoke(echo))).toHaveLength(1);
      // The signal is on its way by then.
      await pause(20);
    }
    expect(lab.disturbances.waiting).toEqual([]);
    expect(session.failure).toBeUndefined();
    await session.close();
  });

  test('needs no connection beside that of the session where no other follows at once', async () => {
    const from = lab.traffic.length;
    const session = await lab.connect();
    for (let call = 0; call < 3; call += 1) {
      await session.invoke(echo);
      await letGo(lab);
    }
    await session.close();
    expect(connections(lab, from)).toBe(1);
  });

  test.each([1, 3])('needs one connection beside those of %i calls at once', async (runspaces) => {
    const from = lab.traffic.length;
    const session = await lab.connect({}, { runspaces });
    await Promise.all(Array.from({ length: 60 }, () => session.invoke(echo)));
    await letGo(lab);
    await session.close();
    expect(connections(lab, from)).toBeLessThanOrEqual(runspaces + 1);
  });

  test('keeps no further one waiting while the server takes its time with the signal', async () => {
    const session = await lab.connect();
    lab.disturbances.arm({ operation: 'Signal', effect: { kind: 'slow', delayMs: SIGNAL_GIVEN_UP_MS } });
    for (let call = 0; call < 8; call += 1) expect(objects(await session.invoke(echo))).toHaveLength(1);
    expect(lab.disturbances.waiting).toEqual([]);
    // All of them ended before the server took the first signal, behind which the others wait.
    expect(lab.service.commands).toBe(8);
    await session.close();
  });

  test('keeps further ones waiting before the server has too many to keep', async () => {
    const small = (other = await startLab({ commandsPerShell: 12 }));
    for (let at = 1; at <= 30; at += 1) {
      small.disturbances.arm({ operation: 'Signal', at, effect: { kind: 'slow', delayMs: 30 } });
    }
    const session = await small.connect();
    for (let call = 0; call < 30; call += 1) expect(objects(await session.invoke(echo))).toHaveLength(1);
    await session.close();
  });

  test('whose signal is on its way lets the session close on the connections that it has', async () => {
    const from = lab.traffic.length;
    const session = await lab.connect();
    await session.invoke(echo);
    lab.disturbances.arm({ operation: 'Signal', effect: { kind: 'slow', delayMs: 300 } });
    while (lab.disturbances.waiting.length > 0) await pause();
    await session.close();
    expect(connections(lab, from)).toBe(1);
    const operations = lab.traffic.slice(from).map(({ operation }) => operation);
    expect(operations.slice(-2)).toEqual(['Signal', 'Delete']);
  });

  test('whose signal is never answered does not keep the session from closing', async () => {
    const session = await lab.connect();
    lab.disturbances.arm({ operation: 'Signal', effect: { kind: 'silence' } });
    await session.invoke(echo);
    while (lab.disturbances.waiting.length > 0) await pause();
    const begin = performance.now();
    await session.close();
    expect(performance.now() - begin).toBeLessThan(SIGNAL_GIVEN_UP_MS / 2);
  });

  test.each([
    ['is waited for in vain', 30_000, 10],
    ['was given up', 1_000, 2],
  ])(
    'keeps no call waiting, and fails none, where a connection for signals %s',
    async (_what, ackTimeoutMs, most) => {
      relay = await new Relay(lab.port).start();
      const url = `https://localhost:${relay.port}/PowerShell/`;
      const session = await lab.connect({ url }, { ackTimeoutMs });
      relay.passing = () => 'never';
      let longest = 0;
      const until = performance.now() + 1_500;
      for (let now = performance.now(); now < until; now = performance.now()) {
        expect(objects(await session.invoke(echo))).toHaveLength(1);
        longest = Math.max(longest, performance.now() - now);
      }
      expect(longest).toBeLessThan(800);
      expect(relay.count).toBe(2);
      expect(lab.service.commands).toBeLessThanOrEqual(most);
      lab.operations();
      const begin = performance.now();
      await session.close();
      // What still waits for a connection has a second.
      expect(performance.now() - begin).toBeLessThan(2_000);
      expect(lab.operations().filter((operation) => operation !== 'Signal')).toEqual(['Delete']);
    },
  );

  test('in a shell that has gone meanwhile leaves it to the next call, which is not sent, to say so', async () => {
    const session = await lab.connect();
    lab.disturbances.arm({ operation: 'Signal', effect: { kind: 'end-shells' } });
    await session.invoke(echo);
    while (lab.service.shells > 0) await pause();
    expect(await session.invoke(echo)).toMatchObject({ kind: 'failed', notSent: 'closed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(session.failure).toMatchObject({ kind: 'closed', facts: { faultSubcode: 'InvalidSelectors' } });
    await session.close();
  });

  test('is kept by the server until then, and counts against its quota', async () => {
    const small = (other = await startLab({ commandsPerShell: 2 }));
    for (const at of [1, 2]) {
      small.disturbances.arm({ operation: 'Signal', at, effect: { kind: 'status', status: 500 } });
    }
    const session = await small.connect();
    for (let call = 0; call < 2; call += 1) expect(objects(await session.invoke(echo))).toHaveLength(1);
    while (small.disturbances.waiting.length > 0) await pause();
    expect(small.service.commands).toBe(2);
    expect(await session.invoke(echo)).toMatchObject({ kind: 'unknown', interruption: 'closed' });
    expect(session.failure).toMatchObject({ facts: { faultSubcode: 'InternalError' } });
    await session.close();
  });
});

test('asks again while a long command has nothing to say', async () => {
  const session = await lab.connect({ operationTimeoutMs: 150 });
  lab.operations();
  const outcome = await session.invoke({ cmdlet: 'Wait-Short', parameters: { Milliseconds: 500, Tag: 'x' } });
  expect(objects(outcome)).toHaveLength(1);
  const receives = lab.operations().filter((name) => name === 'Receive').length;
  expect(receives).toBeGreaterThanOrEqual(3);
  expect(receives).toBeLessThanOrEqual(6);
  await session.close();
});

test('answers a question on the stream for it, of the command that asked', async () => {
  const session = await lab.connect();
  lab.operations();
  const handle = jest.spyOn(lab.service, 'handle');
  const question = { text: 'Overwrite the thing A1?', names: 'A1', answer: 'no' } as const;
  expect(objects(await session.invoke({ cmdlet: 'Request-Choice', parameters: {}, question }))).toHaveLength(
    2,
  );
  const sends = handle.mock.calls.map(([, , text]) => text).filter((text) => text.includes('<rsp:Send'));
  handle.mockRestore();
  expect(sends).toHaveLength(1);
  expect(sends[0]).toMatch(/<rsp:Stream Name="pr" CommandId="[0-9A-F-]{36}">/);
  expect(lab.operations()).toEqual(expect.arrayContaining(['Command', 'Receive', 'Send']));
  await session.close();
});

test('stops a command on the server and stays of use', async () => {
  const session = await lab.connect();
  lab.operations();
  const stopping = new AbortController();
  const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} }, { signal: stopping.signal });
  setTimeout(() => stopping.abort(), 200);
  expect(await running).toMatchObject({ kind: 'unknown', interruption: 'stopped' });
  expect(lab.operations()).toContain('Signal');
  expect(objects(await session.invoke({ cmdlet: 'Get-Echo', parameters: { A: 1 } }))).toHaveLength(1);
  expect(session.failure).toBeUndefined();
  await session.close();
});

test('deletes the shell although a command still runs', async () => {
  const session = await lab.connect();
  const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await session.close();
  expect(await running).toMatchObject({ kind: 'unknown' });
});

test.each([undefined, 32_768])('keeps to the envelope in both directions: %p', async (maxEnvelopeBytes) => {
  const session = await lab.connect(maxEnvelopeBytes === undefined ? {} : { maxEnvelopeBytes });
  const from = lab.traffic.length;
  const bytes = new Uint8Array(1_500_000).fill(9);
  const sent = await session.invoke({ cmdlet: 'Get-Echo', parameters: { FileData: bytes } });
  const [echo] = objects(sent);
  expect(Buffer.from(echo?.properties['Value'] as Uint8Array).equals(bytes)).toBe(true);
  const sizes = lab.traffic.slice(from).map(({ requestBytes }) => requestBytes);
  const limit = maxEnvelopeBytes ?? 512_000;
  expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
  expect(Math.max(...sizes)).toBeGreaterThan(limit * 0.99);
  await session.close();
});

test('agrees on a key and sends a secure string', async () => {
  const session = await lab.connect();
  lab.operations();
  const invocation = { cmdlet: 'Get-Echo', parameters: { Password: new SecureText('s3cret', 'password') } };
  expect(objects(await session.invoke(invocation))).toMatchObject([
    { properties: { Value: 's3cret', Secure: true } },
  ]);
  expect(lab.operations()).toEqual(['Send', 'Receive', 'Command', 'Receive']);
  await session.close();
});
