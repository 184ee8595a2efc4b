import { removeCertificate, startLab, type Lab } from './lab';
import { Relay } from './relay';

const LATE_MS = 700;
const echo = { cmdlet: 'Get-Echo', parameters: { A: 1 } };
/** Too long for the Command alone where an envelope has 32 KB: one Send follows. */
const long = { cmdlet: 'Get-Echo', parameters: { FileData: new Uint8Array(20_000).fill(9) } };

let lab: Lab;
let relay: Relay;
afterEach(async () => {
  relay.stop();
  await lab.stop();
});
afterAll(removeCertificate);

/** @param keptMs for which the server keeps a connection; left out, for long enough */
async function begin(keptMs?: number): Promise<string> {
  lab = await startLab(keptMs === undefined ? {} : { keptMs });
  relay = await new Relay(lab.port).start();
  return `https://localhost:${relay.port}/PowerShell/`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const UNSENT = { kind: 'failed', notSent: 'timeout' };

test('a call whose time is over when its connection stands is not sent any more', async () => {
  const url = await begin();
  const session = await lab.connect({ url });
  lab.operations();
  relay.dropConnections();
  await pause(50);
  relay.passing = () => LATE_MS;
  expect(await session.invoke(echo, { timeoutMs: 200 })).toMatchObject(UNSENT);
  await pause(2 * LATE_MS);
  expect(lab.operations()).toEqual([]);
  relay.passing = () => 0;
  expect(await session.invoke(echo)).toMatchObject({ kind: 'objects' });
  await session.close();
});

test('nor is the rest of one that was sent in part, which the server lets go of', async () => {
  // It goes a second before the server says, so that each request takes a connection of its own.
  const url = await begin(1_000);
  const session = await lab.connect({ url, maxEnvelopeBytes: 32_768 });
  lab.operations();
  const before = relay.count;
  relay.passing = () => (relay.count === before + 1 ? 0 : LATE_MS);
  expect(await session.invoke(long, { timeoutMs: 300 })).toMatchObject(UNSENT);
  await pause(2 * LATE_MS);
  relay.passing = () => 0;
  await pause(LATE_MS);
  expect(lab.operations()).toEqual(['Command', 'Signal']);
  expect(session.failure).toBeUndefined();
  await session.close();
});

test('a call that waits for its connection when the session fails is not sent', async () => {
  const url = await begin();
  const session = await lab.connect({ url, operationTimeoutMs: 300 }, { runspaces: 2 });
  const running = session.invoke({ cmdlet: 'Wait-Long', parameters: {} });
  await pause(100);
  lab.disturbances.arm({ operation: 'Receive', effect: { kind: 'reset' } });
  relay.passing = () => LATE_MS;
  lab.operations();
  const waiting = session.invoke(echo);
  expect(await running).toMatchObject({ kind: 'unknown' });
  expect(await waiting).toMatchObject({ kind: 'failed', notSent: 'closed' });
  await pause(2 * LATE_MS);
  expect(lab.operations()).toEqual(['Receive']);
  await session.close();
});
