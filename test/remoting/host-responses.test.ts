import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { capability } from '../../remoting/capability';
import { createPipeline } from '../../remoting/client/commands';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { serialize, type ClixmlObject } from '../../remoting/clixml/serialize';
import { propertySet } from '../../remoting/enumeration';
import { writeErrorRecord } from '../../remoting/error-record';
import { Defragmenter, fragment } from '../../remoting/fragments';
import { EMPTY_GUID, newGuid } from '../../remoting/guid';
import { decodeMessage, encodeMessage, type Message, type MessageType } from '../../remoting/messages';
import { dataPacket, formatPacket, LineReader, parsePacket } from '../../remoting/out-of-process';
import { serve } from '../../remoting/server/serve';
import type { StreamName } from '../../remoting/streams';
import { sampleHost } from './peers/sample-host';

interface HostInfo {
  readonly isNull?: boolean;
  readonly uiIsNull?: boolean;
  readonly usePool?: boolean;
}
const hostInfo = ({ isNull = false, uiIsNull = false, usePool = false }: HostInfo): ClixmlObject =>
  propertySet({
    _isHostNull: isNull,
    _isHostUINull: uiIsNull,
    _isHostRawUINull: true,
    _useRunspaceHost: usePool,
  });
const NONE = hostInfo({ isNull: true, uiIsNull: true, usePool: true });

/** A client that asks for `Request-Choice` and answers as the test says. */
class Client {
  readonly #toServer = new PassThrough();
  readonly #toClient = new PassThrough();
  readonly #serving: Promise<void>;
  readonly #pool = newGuid();
  readonly #pipeline = newGuid();
  readonly #told: Message[] = [];
  #nextObject = 1n;

  constructor(poolHost = NONE, pipelineHost = hostInfo({})) {
    const lines = new LineReader(DEFAULT_BOUNDS);
    this.#toClient.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const packet = parsePacket(line);
        if (packet.kind !== 'Data') continue;
        const messages = new Defragmenter(DEFAULT_BOUNDS).push(packet.data);
        this.#told.push(...messages.map((bytes) => decodeMessage(bytes, 'client')));
      }
    });
    this.#serving = serve(sampleHost, this.#toServer, this.#toClient);
    this.#send('SESSION_CAPABILITY', serialize(capability()), EMPTY_GUID);
    const init = propertySet({ MinRunspaces: 1, MaxRunspaces: 1, HostInfo: poolHost });
    this.#send('INIT_RUNSPACEPOOL', serialize(init), EMPTY_GUID);
    this.#toServer.write(`<Command PSGuid='${this.#pipeline}' />\n`);
    const create = createPipeline([[{ cmdlet: 'Request-Choice', parameters: {} }]]);
    const asking = propertySet({ ...create.properties, HostInfo: pipelineHost });
    this.#send('CREATE_PIPELINE', serialize(asking));
  }

  /** Data of the first message of a type, once it came. */
  async heard(type: MessageType): Promise<string> {
    for (;;) {
      const message = this.#told.find((candidate) => candidate.type === type);
      if (message !== undefined) return message.data;
      await sleep(1);
    }
  }

  has(type: MessageType): boolean {
    return this.#told.some((message) => message.type === type);
  }

  answer(
    xml: string,
    stream: StreamName = 'PromptResponse',
    type: MessageType = 'PIPELINE_HOST_RESPONSE',
  ): void {
    const target = type === 'PIPELINE_HOST_RESPONSE' ? this.#pipeline : EMPTY_GUID;
    this.#send(type, xml, target, stream);
  }

  stop(): void {
    this.#toServer.write(`<Signal PSGuid='${this.#pipeline}' />\n`);
  }

  async leave(): Promise<void> {
    this.#toServer.end();
    await this.#serving;
  }

  #send(type: MessageType, data: string, pipeline = this.#pipeline, stream: StreamName = 'Default'): void {
    const message = encodeMessage({ destination: 'server', type, pool: this.#pool, pipeline, data });
    for (const bytes of fragment(this.#nextObject++, message, 1 << 20)) {
      this.#toServer.write(formatPacket(dataPacket(pipeline, bytes, stream)));
    }
  }
}

const MI = '<Obj N="mi" RefId="9"><ToString>PromptForChoice</ToString><I32>26</I32></Obj>';
const answerWith = (result: string, call: number | string = 1, mi = MI): string =>
  `<Obj RefId="0"><MS>${result}<I64 N="ci">${call}</I64>${mi}</MS></Obj>`;
const number = (value: number): string => answerWith(`<I32 N="mr">${value}</I32>`);

let client: Client;
afterEach(() => client.leave());

/** PIPELINE_STATE and what was chosen. */
async function ended(): Promise<{ readonly state: string; readonly errorId: string }> {
  const state = await client.heard('PIPELINE_STATE');
  return {
    state: /<I32 N="PipelineState">(\d)</.exec(state)?.[1] ?? '',
    errorId: /<S N="FullyQualifiedErrorId">([^<]*)</.exec(state)?.[1] ?? '',
  };
}

test('asks in the form of a real server', async () => {
  client = new Client();
  const type = 'System.Management.Automation.Remoting.RemoteHostMethodId';
  expect(await client.heard('PIPELINE_HOST_CALL')).toBe(
    '<Obj RefId="0"><MS><I64 N="ci">1</I64>' +
      `<Obj N="mi" RefId="1"><TN RefId="0"><T>${type}</T><T>System.Enum</T><T>System.ValueType</T><T>System.Object</T>` +
      '</TN><ToString>PromptForChoice</ToString><I32>26</I32></Obj>' +
      '<Obj N="mp" RefId="2"><TN RefId="1"><T>System.Collections.ArrayList</T><T>System.Object</T></TN><LST>' +
      '<S>Confirm</S><S>Overwrite the thing A1?</S><Obj RefId="3"><TNRef RefId="1" /><LST>' +
      '<Obj RefId="4"><MS><S N="label">&amp;Yes</S><S N="helpMessage">Continue with only the next step of the operation.</S></MS></Obj>' +
      '<Obj RefId="5"><MS><S N="label">Yes to &amp;All</S><S N="helpMessage">Continue with all the steps of the operation.</S></MS></Obj>' +
      '<Obj RefId="6"><MS><S N="label">&amp;No</S><S N="helpMessage">Skip this operation and proceed with the next operation.</S></MS></Obj>' +
      '<Obj RefId="7"><MS><S N="label">No to A&amp;ll</S><S N="helpMessage">Skip this operation and all subsequent operations.</S></MS></Obj>' +
      '</LST></Obj><I32>0</I32></LST></Obj></MS></Obj>',
  );
  client.answer(number(2));
  expect(await ended()).toEqual({ state: '4', errorId: '' });
});

test.each<[string, ClixmlObject, ClixmlObject, boolean]>([
  ['the pool has a host that the pipeline uses', hostInfo({}), hostInfo({ usePool: true }), true],
  ['the pipeline alone has a host', NONE, hostInfo({}), true],
  ['the pipeline has a host and uses the pool, which has none', NONE, hostInfo({ usePool: true }), false],
  ['the pool alone has a host', hostInfo({}), hostInfo({ isNull: true }), false],
  ['nobody has a host', NONE, NONE, false],
  [
    'the host of the pool has no user interface',
    hostInfo({ uiIsNull: true }),
    hostInfo({ usePool: true }),
    false,
  ],
])('where %s', async (_, pool, pipeline, asks) => {
  client = new Client(pool, pipeline);
  if (asks) {
    await client.heard('PIPELINE_HOST_CALL');
    client.answer(number(0));
    expect(await ended()).toEqual({ state: '4', errorId: '' });
  } else {
    expect(await ended()).toEqual({
      state: '5',
      errorId: 'HostFunctionNotImplemented,Sample.RequestChoice',
    });
    expect(client.has('PIPELINE_HOST_CALL')).toBe(false);
  }
});

const WHOLE = writeErrorRecord({ fullyQualifiedErrorId: 'Unattended', message: 'nobody answers' });
const errorWithout = (field: string): string => {
  const properties = Object.fromEntries(Object.entries(WHOLE.properties).filter(([name]) => name !== field));
  return serialize(
    propertySet({
      me: { ...WHOLE, properties },
      ci: 1n,
      mi: { typeNames: ['RemoteHostMethodId'], text: 'PromptForChoice', number: 26, properties: {} },
    }),
  );
};

test.each([
  ['a number out of range', number(4), 'System.ArgumentOutOfRangeException,Sample.RequestChoice'],
  ['a negative number', number(-1), 'System.ArgumentOutOfRangeException,Sample.RequestChoice'],
  ['nothing', answerWith(''), 'System.NullReferenceException,Sample.RequestChoice'],
  ['null', answerWith('<Nil N="mr" />'), 'System.NullReferenceException,Sample.RequestChoice'],
  ['a text', answerWith('<S N="mr">1</S>'), 'System.InvalidCastException,Sample.RequestChoice'],
  ['a long number', answerWith('<I64 N="mr">1</I64>'), 'System.InvalidCastException,Sample.RequestChoice'],
  ['an error', errorWithout(''), 'Unattended'],
  ['an error without InvocationInfo', errorWithout('InvocationInfo'), 'Unattended'],
])('a command whose question is answered with %s fails', async (_, xml, errorId) => {
  client = new Client();
  await client.heard('PIPELINE_HOST_CALL');
  client.answer(xml);
  expect(await ended()).toEqual({ state: '5', errorId });
});

const MALFORMED: readonly (readonly [string, string, MessageType])[] = [
  ['to another call', answerWith('<I32 N="mr">1</I32>', 2), 'PIPELINE_HOST_RESPONSE'],
  ['without a call', '<Obj RefId="0"><MS><I32 N="mr">1</I32></MS></Obj>', 'PIPELINE_HOST_RESPONSE'],
  ['without a method', answerWith('<I32 N="mr">1</I32>', 1, ''), 'PIPELINE_HOST_RESPONSE'],
  ['of the pool', number(1), 'RUNSPACEPOOL_HOST_RESPONSE'],
];
const FIELDS = Object.keys(WHOLE.properties).filter((name) => name !== 'InvocationInfo');

test.each([
  ...MALFORMED,
  ...FIELDS.map(
    (field) => [`with an error that lacks ${field}`, errorWithout(field), 'PIPELINE_HOST_RESPONSE'] as const,
  ),
])('an answer %s is dropped, and the right one after it counts', async (_, xml, type) => {
  client = new Client();
  await client.heard('PIPELINE_HOST_CALL');
  client.answer(xml, 'PromptResponse', type);
  await sleep(20);
  expect(client.has('PIPELINE_STATE')).toBe(false);
  client.answer(number(3), 'Default');
  expect(await ended()).toEqual({ state: '4', errorId: '' });
});

test('a second answer, and one after the end, do no harm', async () => {
  client = new Client();
  await client.heard('PIPELINE_HOST_CALL');
  client.answer(number(2));
  client.answer(number(0));
  expect(await ended()).toEqual({ state: '4', errorId: '' });
  client.answer(number(0));
  await sleep(5);
});

test('a question that nobody answers waits until it is stopped', async () => {
  client = new Client();
  await client.heard('PIPELINE_HOST_CALL');
  client.stop();
  expect(await ended()).toMatchObject({ state: '3' });
});
