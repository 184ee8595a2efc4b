import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../powershell/outcome';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { serialize, type ClixmlInput } from '../../remoting/clixml/serialize';
import { capability } from '../../remoting/capability';
import { propertySet } from '../../remoting/enumeration';
import { Defragmenter, fragment } from '../../remoting/fragments';
import { EMPTY_GUID } from '../../remoting/guid';
import { decodeMessage, encodeMessage, type MessageType } from '../../remoting/messages';
import {
  dataPacket,
  formatPacket,
  LineReader,
  parsePacket,
  type Packet,
} from '../../remoting/out-of-process';
import { openSession, type SessionOptions } from '../../remoting/session';
import { pair, transportTo, type Pair } from './peers/loopback';

let nextObject = 1n;

function lineOf(type: MessageType, value: ClixmlInput, target: string = EMPTY_GUID): string {
  return rawLineOf(type, serialize(value), target);
}

function rawLineOf(type: MessageType, data: string, target: string): string {
  const message = encodeMessage({ destination: 'client', type, pool: EMPTY_GUID, pipeline: target, data });
  return fragment(nextObject++, message, 1 << 20)
    .map((data) => formatPacket(dataPacket(target, data)))
    .join('');
}

const OPENED =
  lineOf('SESSION_CAPABILITY', capability()) +
  lineOf('RUNSPACEPOOL_STATE', propertySet({ RunspaceState: 2 }));

type Answer = (packet: Packet, connection: Pair) => string | undefined;

/** A server that acknowledges everything and opens the pool, but for what `answer` says instead. */
function peer(answer: Answer): ReturnType<typeof transportTo> {
  return transportTo((connection) => {
    const lines = new LineReader(DEFAULT_BOUNDS);
    let data = 0;
    connection.fromClient.on('error', () => undefined);
    connection.fromClient.on('end', () => connection.toClient.end());
    connection.fromClient.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const packet = parsePacket(line);
        const usual = `<${packet.kind}Ack PSGuid='${packet.target}' />\n`;
        const opening = packet.target === EMPTY_GUID && packet.kind === 'Data' && ++data === 2 ? OPENED : '';
        connection.toClient.write(answer(packet, connection) ?? usual + opening);
      }
    });
  });
}

/** A server that misbehaves once a pipeline's data has come. */
function onCall(
  misbehave: (target: string, connection: Pair) => string | undefined,
): ReturnType<typeof transportTo> {
  return peer((packet, connection) => {
    if (packet.kind !== 'Data' || packet.target === EMPTY_GUID) return undefined;
    return misbehave(packet.target, connection);
  });
}

const call = { cmdlet: 'Get-Thing', parameters: {} };
const ack = (target: string): string => `<DataAck PSGuid='${target}' />\n`;

async function outcomeWith(
  transport: ReturnType<typeof transportTo>,
  options: SessionOptions = {},
): Promise<unknown> {
  const session = await openSession(transport, options);
  const outcome = await session.invoke(call);
  const failure = session.failure;
  await session.close();
  return { outcome, failure };
}

describe('opening with a peer that misbehaves', () => {
  const short = { openTimeoutMs: 300, ackTimeoutMs: 150 };

  test.each<[string, Answer, object]>([
    ['never answers', () => '', { kind: 'timeout', facts: { bound: 'ackTimeoutMs' } }],
    [
      'acknowledges and never opens',
      (packet) => ack(packet.target),
      { kind: 'timeout', facts: { bound: 'openTimeoutMs' } },
    ],
    ['prints a banner', () => 'Welcome to the server!\n', { kind: 'protocol' }],
    ['sends broken base64', () => `<Data PSGuid='${EMPTY_GUID}'>a</b</Data>\n`, { kind: 'protocol' }],
    ['sends data without bytes', () => `<Data PSGuid='${EMPTY_GUID}'></Data>\n`, { kind: 'protocol' }],
    ['acknowledges what was not sent', () => `<SignalAck PSGuid='${EMPTY_GUID}' />\n`, { kind: 'protocol' }],
    ['asks like a client', () => `<Close PSGuid='${EMPTY_GUID}' />\n`, { kind: 'protocol' }],
    [
      'sends a line without end',
      () => 'a'.repeat(2_000_000),
      { kind: 'too-large', facts: { bound: 'maxLineBytes' } },
    ],
    [
      'sends a huge message',
      () => {
        const huge = Buffer.alloc(21);
        huge.writeUInt8(1, 16);
        huge.writeUInt32BE(0xf0000000, 17);
        return formatPacket(dataPacket(EMPTY_GUID, huge));
      },
      { kind: 'too-large', facts: { bound: 'maxMessageBytes' } },
    ],
    [
      'speaks another protocol version',
      () => lineOf('SESSION_CAPABILITY', propertySet({ protocolversion: '3.0' })),
      { kind: 'protocol' },
    ],
    [
      'opens before it says its version',
      () => lineOf('RUNSPACEPOOL_STATE', propertySet({ RunspaceState: 2 })),
      { kind: 'protocol' },
    ],
    [
      'reports a broken pool',
      () =>
        lineOf(
          'RUNSPACEPOOL_STATE',
          propertySet({
            RunspaceState: 5,
            ExceptionAsErrorRecord: propertySet({ FullyQualifiedErrorId: 'Denied' }),
          }),
        ),
      { kind: 'refused', facts: { fullyQualifiedErrorId: 'Denied' } },
    ],
    ['sends a message for a server', () => lineOf('PUBLIC_KEY', null), { kind: 'protocol' }],
  ])('that %s', async (_, answer, expected) => {
    await expect(openSession(peer(answer), short)).rejects.toMatchObject(expected);
  });

  test('that hangs up tells how it ended', async () => {
    const transport = peer((_, { cut }) => {
      cut({ exitCode: 3, stderr: 'no such subsystem' });
      return undefined;
    });
    await expect(openSession(transport)).rejects.toMatchObject({
      kind: 'closed',
      facts: { exitCode: 3, stderr: 'no such subsystem' },
    });
  });

  test('can be given up', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(
      openSession(
        peer(() => ''),
        { signal: stop.signal },
      ),
    ).rejects.toMatchObject({ kind: 'closed' });
  });

  test('leaves nothing behind', async () => {
    const connections: Pair[] = [];
    const transport = transportTo((connection) => connections.push(connection));
    await expect(openSession(transport, { openTimeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout' });
    expect(connections[0]?.fromClient.destroyed).toBe(true);
  });

  test('a transport that connects too late is closed', async () => {
    const late = pair();
    const inner = transportTo(() => undefined);
    const closed: string[] = [];
    const transport = {
      connect: async (...args: Parameters<typeof inner.connect>) => {
        await sleep(100);
        const carrier = await inner.connect(...args);
        carrier.close = async () => void closed.push('closed');
        return carrier;
      },
    };
    await expect(openSession(transport, { openTimeoutMs: 30 })).rejects.toMatchObject({ kind: 'timeout' });
    await sleep(120);
    expect(closed).toEqual(['closed']);
    late.cut();
  });
});

describe('a call to a peer that misbehaves', () => {
  test('is unknown where the connection drops after it was sent', async () => {
    const transport = onCall((_, { cut }) => {
      cut();
      return '';
    });
    expect(await outcomeWith(transport)).toMatchObject({
      outcome: { kind: 'unknown', interruption: 'closed' },
      failure: { kind: 'closed' },
    });
  });

  test('is certainly without effect where the connection drops before its last fragment', async () => {
    let parts = 0;
    const transport = onCall((target, { cut }) => {
      if (++parts < 3) return ack(target);
      cut();
      return '';
    });
    const session = await openSession(transport, { maxFragmentBytes: 256 });
    expect(await session.invoke(call)).toMatchObject({
      kind: 'failed',
      notSent: 'closed',
      error: { fullyQualifiedErrorId: 'CallNotSent,closed' },
    });
    await session.close();
  });

  test('is unknown where it is never acknowledged, and later calls are not sent', async () => {
    const session = await openSession(
      onCall(() => ''),
      { ackTimeoutMs: 100 },
    );
    const [first, second] = await Promise.all([session.invoke(call), session.invoke(call)]);
    expect(first).toMatchObject({ kind: 'unknown', interruption: 'timeout' });
    expect(second).toMatchObject({ kind: 'failed', notSent: 'timeout' });
    expect(session.failure).toMatchObject({ kind: 'timeout', facts: { bound: 'ackTimeoutMs', limit: 100 } });
    await session.close();
  });

  test('is unknown where the peer babbles', async () => {
    const transport = onCall((target) => `${ack(target)}no element\n`);
    expect(await outcomeWith(transport)).toMatchObject({
      outcome: { kind: 'unknown', interruption: 'protocol' },
      failure: { kind: 'protocol' },
    });
  });

  test.each<[string, string, unknown]>([
    ['$null, as real PowerShell sends it', '', null],
    ['$null, as an element', '<Nil />', null],
    ['U+FFFF and U+FFFE, as real PowerShell sends them', '<S>a&#xFFFF;&#xFFFE;</S>', 'a\uffff\ufffe'],
    ['U+FFFF and U+FFFE, raw', '<S>a\uffff\ufffe</S>', 'a\uffff\ufffe'],
  ])('takes %s', async (_, data, value) => {
    const transport = onCall(
      (target) =>
        ack(target) +
        rawLineOf('PIPELINE_OUTPUT', data, target) +
        lineOf('PIPELINE_STATE', propertySet({ PipelineState: 4 }), target),
    );
    expect(await outcomeWith(transport)).toMatchObject({
      outcome: { kind: 'objects', objects: [{ properties: { Value: value } }] },
      failure: undefined,
    });
  });

  test('is unknown where broken XML comes', async () => {
    const transport = onCall((target) => {
      const message = encodeMessage({
        destination: 'client',
        type: 'PIPELINE_OUTPUT',
        pool: EMPTY_GUID,
        pipeline: target,
        data: '<!DOCTYPE a [<!ENTITY b "b">]><S>&b;</S>',
      });
      const [data] = fragment(1n, message, 1 << 20);
      return ack(target) + formatPacket(dataPacket(target, data ?? Buffer.alloc(0)));
    });
    expect(await outcomeWith(transport)).toMatchObject({
      outcome: { kind: 'unknown', interruption: 'protocol' },
    });
  });

  test('is stopped where its answer has no end, and the session lives on', async () => {
    const calls = new Set<string>();
    const transport = peer((packet, { toClient }) => {
      const { kind, target } = packet;
      if (target === EMPTY_GUID || kind !== 'Data') return undefined;
      calls.add(target);
      if (calls.size > 1)
        return ack(target) + lineOf('PIPELINE_STATE', propertySet({ PipelineState: 4 }), target);
      for (let index = 0; index < 100; index++)
        toClient.write(lineOf('PIPELINE_OUTPUT', 'x'.repeat(1000), target));
      return ack(target);
    });
    const session = await openSession(transport, { bounds: { maxCallBytes: 10_000 } });
    expect(await session.invoke(call)).toMatchObject({ kind: 'unknown', interruption: 'too-large' });
    expect(await session.invoke(call)).toMatchObject({ kind: 'objects' });
    await session.close();
  });

  test('is given up where a stop is not confirmed, and keeps its runspace', async () => {
    const transport = peer(({ kind, target }) => {
      if (kind === 'Signal' || (kind === 'Close' && target !== EMPTY_GUID)) return '';
      return undefined;
    });
    const session = await openSession(transport, { stopTimeoutMs: 50 });
    expect(await session.invoke(call, { timeoutMs: 50 })).toMatchObject({
      kind: 'unknown',
      interruption: 'timeout',
    });
    expect(await session.invoke(call, { timeoutMs: 50 })).toMatchObject({
      kind: 'failed',
      notSent: 'timeout',
    });
    await session.close();
  });

  test('is stopped where it asks a question', async () => {
    const method = { typeNames: ['RemoteHostMethodId'], text: 'PromptForChoice', number: 26, properties: {} };
    const transport = onCall(
      (target) =>
        ack(target) + lineOf('PIPELINE_HOST_CALL', propertySet({ ci: 1, mi: method, mp: [] }), target),
    );
    expect(await outcomeWith(transport)).toMatchObject({
      outcome: {
        kind: 'unknown',
        interruption: 'prompt',
        message: expect.stringContaining('PromptForChoice') as string,
      },
      failure: undefined,
    });
  });

  describe('that expects a question', () => {
    const method = (text: string, number: number): ClixmlInput => ({
      typeNames: ['RemoteHostMethodId'],
      text,
      number,
      properties: {},
    });
    const choices = ['&Yes', 'Yes to &All', '&No', 'No to A&ll'].map((label) => propertySet({ label }));
    const asked = (ci: number): ClixmlInput =>
      propertySet({ ci, mi: method('PromptForChoice', 26), mp: ['Confirm', 'Overwrite A1?', choices, 0] });
    const other = (name: string, number: number): ClixmlInput =>
      propertySet({ ci: 1, mi: method(name, number), mp: ['Name:'] });
    const asking = {
      cmdlet: 'Set-Thing',
      parameters: {},
      question: { text: 'Overwrite A1?', names: 'A1', answer: 'no' },
    } as const;
    const state = (target: string, number: number): string =>
      lineOf('PIPELINE_STATE', propertySet({ PipelineState: number }), target);

    /** Asks, then does to each answer, which is kept, what `then` says. */
    function questioner(
      questions: readonly ClixmlInput[],
      then: (target: string, answer: number) => string,
    ): { readonly transport: ReturnType<typeof transportTo>; readonly answers: string[] } {
      const answers: string[] = [];
      const transport = peer((packet) => {
        const { kind, target } = packet;
        if (kind !== 'Data' || target === EMPTY_GUID) return undefined;
        if (packet.stream === 'PromptResponse') {
          const [message] = new Defragmenter(DEFAULT_BOUNDS).push(packet.data);
          answers.push(decodeMessage(message ?? Buffer.alloc(0), 'server').data);
          return ack(target) + then(target, answers.length);
        }
        return ack(target) + questions.map((call) => lineOf('PIPELINE_HOST_CALL', call, target)).join('');
      });
      return { transport, answers };
    }
    async function outcomeOf(
      transport: ReturnType<typeof transportTo>,
      options: SessionOptions = {},
    ): Promise<Outcome> {
      const session = await openSession(transport, options);
      const outcome = await session.invoke(asking);
      expect(session.failure).toBeUndefined();
      await session.close();
      return outcome;
    }
    const mi =
      '<Obj N="mi" RefId="1"><TN RefId="0"><T>System.Management.Automation.Remoting.RemoteHostMethodId</T>' +
      '<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN><ToString>PromptForChoice</ToString>' +
      '<I32>26</I32></Obj>';

    test('answers it in the form of a real client', async () => {
      const { transport, answers } = questioner([asked(1)], (target) => state(target, 4));
      expect(await outcomeOf(transport)).toMatchObject({ kind: 'objects' });
      expect(answers).toEqual([`<Obj RefId="0"><MS><I32 N="mr">2</I32><I64 N="ci">1</I64>${mi}</MS></Obj>`]);
    });

    test('answers it once: the same again is refused with an error that has every field', async () => {
      const { transport, answers } = questioner([asked(1), asked(2)], (target, count) =>
        count === 2 ? state(target, 5) : '',
      );
      expect(await outcomeOf(transport)).toMatchObject({
        kind: 'failed',
        unexpectedQuestion: 'PromptForChoice: Confirm Overwrite A1?',
      });
      expect(answers[0]).toContain('<I32 N="mr">2</I32>');
      expect(answers[1]).not.toContain('N="mr"');
      expect(answers[1]).toContain('<I64 N="ci">2</I64>');
      for (const field of [
        '<Obj N="Exception"',
        '<S N="Message">',
        '<Nil N="TargetObject" />',
        '<S N="FullyQualifiedErrorId">UnexpectedQuestion</S>',
        '<I32 N="ErrorCategory_Category">7</I32>',
        '<S N="ErrorCategory_Activity"></S>',
        '<S N="ErrorCategory_Reason">',
        '<S N="ErrorCategory_TargetName"></S>',
        '<S N="ErrorCategory_TargetType"></S>',
        '<S N="ErrorCategory_Message">',
        '<B N="SerializeExtendedInfo">false</B>',
      ]) {
        expect(answers[1]).toContain(field);
      }
    });

    test.each([
      ['ReadLine', 11],
      ['ReadLineAsSecureString', 12],
      ['Prompt', 23],
      ['PromptForCredential2', 25],
      ['PromptForChoiceMultipleSelection', 56],
      ['ReadKey', 46],
      ['GetName', 1],
      ['', 99],
    ])('refuses %s', async (name, number) => {
      const { transport, answers } = questioner([other(name, number)], (target) => state(target, 5));
      expect(await outcomeOf(transport)).toMatchObject({
        kind: 'failed',
        unexpectedQuestion: `${name}: Name:`,
      });
      expect(answers).toHaveLength(1);
      expect(answers[0]).toContain('N="me"');
      expect(answers[0]).toContain(`<I32>${number}</I32>`);
    });

    test('answers nothing to what only prints or sets, whatever it is called', async () => {
      const silent = [
        ['WriteLine2', 16],
        ['WriteProgress', 20],
        ['SetWindowTitle', 42],
        ['FlushInputBuffer', 47],
        ['SomethingNew', 99],
      ] as const;
      const calls = silent.map(([name, number]) =>
        propertySet({ ci: -100, mi: method(name, number), mp: ['x'] }),
      );
      const { transport, answers } = questioner([...calls, asked(1)], (target) => state(target, 4));
      expect(await outcomeOf(transport)).toMatchObject({ kind: 'objects' });
      expect(answers).toHaveLength(1);
    });

    test('does not know what a command did that got over the refusal', async () => {
      const { transport } = questioner([other('ReadLine', 11)], (target) => state(target, 4));
      expect(await outcomeOf(transport)).toEqual({
        kind: 'unknown',
        interruption: 'prompt',
        message: 'Set-Thing asked an unexpected question: ReadLine: Name:',
      });
    });

    test('stops a command that does not take the refusal', async () => {
      const { transport } = questioner([other('ReadLine', 11)], () => '');
      expect(await outcomeOf(transport, { stopTimeoutMs: 50 })).toMatchObject({
        kind: 'unknown',
        interruption: 'prompt',
        message: 'Set-Thing asked an unexpected question: ReadLine: Name:',
      });
    });

    test.each<[string, ClixmlInput]>([
      ['no number', propertySet({ mi: method('PromptForChoice', 26), mp: [] })],
      ['no method', propertySet({ ci: 1, mp: [] })],
    ])('gives up a server whose host call has %s', async (_, hostCall) => {
      const { transport } = questioner([hostCall], () => '');
      const session = await openSession(transport);
      expect(await session.invoke(asking)).toMatchObject({ kind: 'unknown', interruption: 'protocol' });
      await session.close();
    });
  });

  test('without an expected question takes what only prints for no question', async () => {
    const title = { typeNames: ['RemoteHostMethodId'], text: 'SetWindowTitle', number: 42, properties: {} };
    const transport = onCall((target, { toClient }) => {
      // Time enough to be stopped in.
      setTimeout(() => {
        toClient.write(lineOf('PIPELINE_STATE', propertySet({ PipelineState: 4 }), target));
      }, 50);
      const hostCall = propertySet({ ci: -100, mi: title, mp: ['x'] });
      return ack(target) + lineOf('PIPELINE_HOST_CALL', hostCall, target);
    });
    expect(await outcomeWith(transport)).toMatchObject({ outcome: { kind: 'objects' }, failure: undefined });
  });

  test('keeps its outcome where the end comes together with the stop', async () => {
    const transport = peer(({ kind, target }) => {
      if (kind !== 'Signal') return undefined;
      return (
        lineOf('PIPELINE_STATE', propertySet({ PipelineState: 4 }), target) +
        `<SignalAck PSGuid='${target}' />\n`
      );
    });
    const session = await openSession(transport);
    expect(await session.invoke(call, { timeoutMs: 50 })).toMatchObject({ kind: 'objects' });
    await session.close();
  });
});
