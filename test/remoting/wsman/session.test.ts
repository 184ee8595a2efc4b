import { SecureText } from '../../../powershell/invocation';
import type { Outcome, PowerShellObject } from '../../../powershell/outcome';
import { removeCertificate, startLab, type Lab } from './lab';

function objects(outcome: Outcome): readonly PowerShellObject[] {
  if (outcome.kind !== 'objects') throw new Error(JSON.stringify(outcome));
  return outcome.objects;
}

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterEach(() => {
  // Every session of a test was closed, and left nothing behind.
  expect(lab.service.shells).toBe(0);
});
afterAll(async () => {
  await lab.stop();
  removeCertificate();
});

// What every transport must do is in ../session.test.ts; here is what WSMan adds.
test('opens, calls and closes with the fewest requests, on one connection', async () => {
  lab.operations();
  const session = await lab.connect();
  expect(lab.operations()).toEqual(['Create', 'Receive']);
  for (let call = 0; call < 3; call += 1) {
    const outcome = await session.invoke({ cmdlet: 'Get-Echo', parameters: { Identity: 'a & <b>' } });
    expect(objects(outcome)).toMatchObject([{ properties: { Name: 'Identity', Value: 'a & <b>' } }]);
    expect(lab.operations()).toEqual(['Command', 'Receive']);
  }
  await session.close();
  expect(lab.operations()).toEqual(['Delete']);
  expect(new Set(lab.traffic.map(({ connection }) => connection)).size).toBe(1);
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
