import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecureText } from '../../../powershell/invocation';
import type { Outcome } from '../../../powershell/outcome';
import { openSession, type RemotingSession } from '../../../remoting/session';
import { wsmanTransport, type WsmanOptions } from '../../../remoting/transports/wsman/transport';
import { filesOf, missingReference, referenceFolder } from '../peers/reference';
import { PASSWORD, removeCertificate, USER } from './lab';
import { operationOf, startReplay, type RecordedExchange } from './replay';
import { describeWhere } from '../../requirement';

const WINDOWS = 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell';
const call = { cmdlet: 'Get-Item', parameters: { Path: 'x' } };

interface Play {
  /** What our client does in the session; outcomes of its calls. */
  readonly run?: (session: RemotingSession) => Promise<readonly Outcome[]>;
  readonly outcomes?: readonly object[];
  /** Recorded exchanges that our client has no reason for. */
  readonly without?: (exchange: RecordedExchange, index: number) => boolean;
  readonly wsman?: Partial<WsmanOptions>;
  readonly seconds?: number;
}

const one = async (session: RemotingSession): Promise<readonly Outcome[]> => [await session.invoke(call)];
/** Input for a pipeline: our calls have none. */
const isInput = ({ request }: RecordedExchange): boolean =>
  operationOf(request) === 'Send' && fragmentTypes(request).includes(0x00041003);

function fragmentTypes(request: string): readonly number[] {
  const bytes = Buffer.from(/<rsp:Stream[^>]*>([^<]*)</.exec(request)?.[1] ?? '', 'base64');
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += 21 + bytes.readUInt32BE(at + 17)) {
    if ((bytes.readUInt8(at + 16) & 1) === 1) types.push(bytes.readUInt32LE(at + 25));
  }
  return types;
}

const PLAYS: { readonly [name: string]: Play } = {
  'open-runspace.json': {},
  'run-protocol-version-2.1.json': { run: one, without: isInput, outcomes: [{ kind: 'objects' }] },
  'run-protocol-version-2.2.json': { run: one, without: isInput, outcomes: [{ kind: 'objects' }] },
  'run-protocol-version-2.3.json': { run: one, without: isInput, outcomes: [{ kind: 'objects' }] },
  'error-failed.json': {
    run: one,
    outcomes: [
      {
        kind: 'failed',
        error: { fullyQualifiedErrorId: 'Microsoft.PowerShell.Commands.WriteErrorException' },
      },
    ],
  },
  'stream-output-invocation.json': {
    run: one,
    outcomes: [
      { kind: 'objects', objects: [{ text: 'output stream' }], warnings: ['warning stream'], errors: [{}] },
    ],
  },
  // Two time-outs of the operation in the middle of the call.
  'long-running-cmdlet.json': {
    run: one,
    seconds: 5,
    outcomes: [{ kind: 'objects', objects: [{ text: 'hi' }] }],
  },
  'with-jea-configuration.json': {
    wsman: { shellResource: 'http://schemas.microsoft.com/powershell/JEARole' },
    run: async (session) => [await session.invoke(call), await session.invoke(call)],
    outcomes: [{ kind: 'objects' }, { kind: 'failed' }],
  },
  // The recorded client learned the size of the envelope from the server's configuration, which only
  // administrators may read; ours is told.
  'small-msg-size.json': {
    wsman: { maxEnvelopeBytes: 32_768 },
    without: (exchange) => operationOf(exchange.request) === 'Get' || isInput(exchange),
    run: async (session) => [
      await session.invoke({ cmdlet: 'Get-Item', parameters: { Path: 'x'.repeat(29_000) } }),
    ],
    outcomes: [{ kind: 'objects', objects: [{}, {}, {}] }],
  },
  // The key that comes at the end was sealed for another client.
  'multiple-commands.json': {
    without: ({ request }, index) => index > 4 && operationOf(request) !== 'Delete',
    run: async (session) => [
      await session.invoke({ cmdlet: 'Get-Item', parameters: { Password: new SecureText('x', 'secret') } }),
    ],
    outcomes: [{ kind: 'failed', notSent: 'protocol' }],
  },
  'key-exchange-timeout.json': {
    run: async (session) => [
      await session.invoke(
        { cmdlet: 'Get-Item', parameters: { Password: new SecureText('x', 'secret') } },
        { timeoutMs: 3000 },
      ),
    ],
    outcomes: [{ kind: 'failed', notSent: 'timeout' }],
  },
  'set-runspaces.json': {
    without: ({ request }, index) => index > 4 && operationOf(request) !== 'Delete',
    run: async (session) => {
      expect(await session.availableRunspaces()).toBe(1);
      return [];
    },
  },
  // Its last request is for a command that there never was.
  'receive-failure.json': {
    without: ({ request }, index) => index === 3 && operationOf(request) === 'Receive',
  },
};

/** A word of MS-PSRP 3.1.5.3.9, which the recorded client spells in its own way. */
const normal = (exchange: RecordedExchange): RecordedExchange => ({
  ...exchange,
  request: exchange.request.replace('powershell/signal/ctrl_c', 'powershell/signal/crtl_c'),
});

async function play(conversation: readonly RecordedExchange[], options: Play): Promise<readonly Outcome[]> {
  const { run, wsman, seconds = 20, without = () => false } = options;
  const recorded = conversation.filter((exchange, index) => !without(exchange, index)).map(normal);
  const replay = await startReplay(recorded);
  try {
    const session = await openSession(
      wsmanTransport({
        url: replay.url,
        authentication: { kind: 'basic', user: USER, password: new SecureText(PASSWORD, 'password') },
        trust: { caFile: replay.caFile },
        shellResource: WINDOWS,
        operationTimeoutMs: seconds * 1000,
        ...wsman,
      }),
      { ackTimeoutMs: seconds * 1000 },
    );
    const outcomes = (await run?.(session)) ?? [];
    await session.close();
    for (const { ours, theirs } of replay.pairs) expect(ours).toEqual(theirs);
    expect(replay.left()).toBe(0);
    return outcomes;
  } finally {
    await replay.stop();
  }
}

afterAll(removeCertificate);

test('opens and closes a session as a recorded client did', async () => {
  const file = join(__dirname, '../fixtures/wsman-opening.json');
  const { conversation } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly conversation: readonly RecordedExchange[];
  };
  await play(conversation, {});
});

const folder = referenceFolder('wsman');

describeWhere(missingReference(folder), 'whole recorded conversations', () => {
  const files = filesOf(folder, '.json');

  test('are all played', () => {
    // One has a test of its own below; the other only asks whether a shell is alive, which our client never does.
    const apart = ['is-alive-http-error.json', 'nested-command.json'];
    expect(files.map(({ name }) => name).sort()).toEqual([...Object.keys(PLAYS), ...apart].sort());
  });

  test.each(Object.entries(PLAYS))('%s', async (name, options) => {
    const text = files.find((file) => file.name === name)?.text ?? '[]';
    const outcomes = await play(JSON.parse(text) as RecordedExchange[], options);
    expect(outcomes).toMatchObject(options.outcomes ?? []);
  });

  test('nested-command.json: one command runs, another one beside it, the first is stopped', async () => {
    const recording = files.find(({ name }) => name === 'nested-command.json')?.text ?? '[]';
    // One runspace took both, since the second was nested; ours never nest, and run one after the other.
    const without = (_exchange: RecordedExchange, index: number): boolean => index === 4 || index === 5;
    const run = async (session: RemotingSession): Promise<readonly Outcome[]> => [
      await session.invoke(call, { timeoutMs: 400 }),
    ];
    const outcomes = await play(JSON.parse(recording) as RecordedExchange[], { run, without });
    expect(outcomes).toMatchObject([{ kind: 'unknown', interruption: 'timeout' }]);
  });
});
