import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { capability } from '../../remoting/capability';
import { createPipeline } from '../../remoting/client/commands';
import { serialize, type ClixmlInput } from '../../remoting/clixml/serialize';
import { propertySet } from '../../remoting/enumeration';
import { Defragmenter, fragment } from '../../remoting/fragments';
import { EMPTY_GUID, newGuid } from '../../remoting/guid';
import { decodeMessage, encodeMessage, type Message, type MessageType } from '../../remoting/messages';
import { dataPacket, formatPacket, parsePacket } from '../../remoting/out-of-process';
import type { CommandHost } from '../../remoting/server/command-host';
import { serve, type ServeOptions } from '../../remoting/server/serve';
import { sampleHost } from './peers/sample-host';

const pool = newGuid();
let nextObject = 1n;

function line(
  type: MessageType,
  value: ClixmlInput,
  target: string = EMPTY_GUID,
  data = serialize(value),
): string {
  const message = encodeMessage({ destination: 'server', type, pool, pipeline: target, data });
  return fragment(nextObject++, message, 1 << 20)
    .map((bytes) => formatPacket(dataPacket(target, bytes)))
    .join('');
}

const HELLO = line('SESSION_CAPABILITY', capability());
const OPEN = HELLO + line('INIT_RUNSPACEPOOL', propertySet({ MinRunspaces: 1, MaxRunspaces: 1 }));

/** CREATE_PIPELINE of a command that waits for input. */
function taking(cmdlet: string): ClixmlInput {
  const without = createPipeline([[{ cmdlet, parameters: {} }]]);
  return { ...without, properties: { ...without.properties, NoInput: false } };
}

function start(pipeline: string, cmdlet: string): string {
  return (
    `<Command PSGuid='${pipeline}' />\n` +
    line('CREATE_PIPELINE', createPipeline([[{ cmdlet, parameters: {} }]]), pipeline)
  );
}

/** Serves a client that says `text` and, unless it stays, leaves. */
async function served(
  text: string,
  options: ServeOptions = {},
  host: CommandHost = sampleHost,
): Promise<{ readonly output: string }> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  let output = '';
  toClient.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  const serving = serve(host, toServer, toClient, options);
  toServer.end(text);
  await serving;
  await sleep(1);
  return { output };
}

describe('a client that misbehaves is refused', () => {
  const pipeline = newGuid();

  test.each([
    ['a line that is none', 'hello\n', {}, 'protocol'],
    ['data without bytes', `${HELLO}<Data PSGuid='${EMPTY_GUID}'></Data>\n`, {}, 'protocol'],
    ['an acknowledgement', `<DataAck PSGuid='${EMPTY_GUID}' />\n`, {}, 'protocol'],
    ['a line without end', 'a'.repeat(2_000_000), {}, 'too-large'],
    ['work before its version', line('INIT_RUNSPACEPOOL', propertySet({})), {}, 'protocol'],
    ['its version twice', HELLO + HELLO, {}, 'protocol'],
    ['an old version', line('SESSION_CAPABILITY', propertySet({ protocolversion: '1.0' })), {}, 'protocol'],
    ['a pool of no size', HELLO + line('INIT_RUNSPACEPOOL', propertySet({})), {}, 'protocol'],
    ['a pipeline before the pool', HELLO + start(pipeline, 'Get-Echo'), {}, 'protocol'],
    ['one pipeline twice', OPEN + `<Command PSGuid='${pipeline}' />\n`.repeat(2), {}, 'protocol'],
    [
      'too many pipelines',
      OPEN + Array.from({ length: 4 }, () => `<Command PSGuid='${newGuid()}' />\n`).join(''),
      { bounds: { maxPipelines: 3 } },
      'too-large',
    ],
    [
      'a secure string before a key',
      OPEN + `<Command PSGuid='${pipeline}' />\n` + line('CREATE_PIPELINE', null, pipeline, '<SS>AAAA</SS>'),
      {},
      'protocol',
    ],
    [
      'a public key that is none',
      OPEN + line('PUBLIC_KEY', propertySet({ PublicKey: 'AAAA' })),
      {},
      'protocol',
    ],
    [
      'a pipeline without commands',
      OPEN + `<Command PSGuid='${pipeline}' />\n` + line('CREATE_PIPELINE', null, pipeline),
      {},
      'protocol',
    ],
    ['an answer for a client', OPEN + line('PIPELINE_STATE', null), {}, 'protocol'],
  ])('for %s', async (_, text, options, kind) => {
    await expect(served(text, options)).rejects.toMatchObject({ name: 'RemotingError', kind });
  });

  test('and one that leaves stops what it started', async () => {
    let aborted = false;
    const host: CommandHost = {
      powerShellVersion: '5.1',
      async *run(_, signal) {
        yield { kind: 'output', value: 'started' };
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve();
          });
        });
      },
    };
    await served(OPEN + start(newGuid(), 'Wait-Long'), {}, host);
    expect(aborted).toBe(true);
  });

  test('and a host that does not stop does not keep the server', async () => {
    const host: CommandHost = {
      powerShellVersion: '5.1',
      // eslint-disable-next-line require-yield -- it hangs before it says anything
      async *run() {
        await new Promise(() => undefined);
      },
    };
    await served(OPEN + start(newGuid(), 'Wait-Long'), { stopTimeoutMs: 50 }, host);
  });
});

test('a server leaves its streams to their owner', async () => {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  let output = '';
  toClient.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  toServer.write(`${OPEN}<Close PSGuid='${EMPTY_GUID}' />\n`);
  await serve(sampleHost, toServer, toClient);
  await sleep(1);
  expect(toServer.destroyed).toBe(false);
  expect(toClient.writableFinished).toBe(true);
  expect(output).toMatch(/<CloseAck PSGuid='0{8}-0{4}-0{4}-0{4}-0{12}' \/>\n$/);
});

test('a server takes $null and U+FFFF from a client, and sends $null as real PowerShell does', async () => {
  const pipeline = newGuid();
  const create = serialize(createPipeline([[{ cmdlet: 'Get-Input', parameters: {} }]])).replace(
    '<B N="NoInput">true</B>',
    '<B N="NoInput">false</B>',
  );
  const input = (data: string): string => line('PIPELINE_INPUT', null, pipeline, data);
  const { output } = await served(
    OPEN +
      `<Command PSGuid='${pipeline}' />\n` +
      line('CREATE_PIPELINE', null, pipeline, create) +
      [input(''), input('<Nil />'), input('<S>&#xFFFF;\ufffe</S>')].join('') +
      line('END_OF_PIPELINE_INPUT', null, pipeline, ''),
  );
  const said = messagesIn(output, pipeline);
  expect(said.map(({ type, data }) => [type, data]).slice(0, 3)).toEqual([
    ['PIPELINE_OUTPUT', ''],
    ['PIPELINE_OUTPUT', ''],
    ['PIPELINE_OUTPUT', '<S>_xFFFF__xFFFE_</S>'],
  ]);
  expect(said).toHaveLength(4);
});

/** What the server said of a pipeline, each message in one fragment. */
function messagesIn(output: string, pipeline: string): readonly Message[] {
  return output
    .split('\n')
    .filter((text) => text.startsWith('<Data') && text.includes(pipeline))
    .map(parsePacket)
    .flatMap((packet) => (packet.kind === 'Data' ? new Defragmenter(DEFAULT_BOUNDS).push(packet.data) : []))
    .map((bytes) => decodeMessage(bytes, 'client'));
}

describe('a pipeline whose client sends more than a bound allows fails, and no other', () => {
  const [large, other] = [newGuid(), newGuid()];
  const command = `<Command PSGuid='${large}' />\n`;
  const nulls = Array.from({ length: 60 }, () => null);
  const input = (count: number): string =>
    command +
    line('CREATE_PIPELINE', taking('Get-Input'), large) +
    line('PIPELINE_INPUT', nulls, large).repeat(count);
  const wide = serialize(createPipeline([[{ cmdlet: 'Get-Echo', parameters: { Text: 'x'.repeat(9_000) } }]]));

  test.each<[string, string, ServeOptions['bounds'], string]>([
    [
      'a message of its own',
      command + line('CREATE_PIPELINE', null, large, wide),
      { maxMessageBytes: 8000 },
      'maxMessageBytes',
    ],
    ['a message of input', input(1), { maxMessageBytes: 8000, maxValues: 50 }, 'maxValues'],
    ['values of its input', input(2), { maxCallValues: 100 }, 'maxCallValues'],
    ['bytes of its input', input(3), { maxCallBytes: 1500 }, 'maxCallBytes'],
  ])('%s', async (_, text, bounds = {}, bound) => {
    const late = line('PIPELINE_INPUT', 'late', large) + line('END_OF_PIPELINE_INPUT', null, large, '');
    const { output } = await served(OPEN + text + late + start(other, 'Get-Many'), { bounds });
    const said = messagesIn(output, large);
    expect(said.map(({ type }) => type)).toEqual(['PIPELINE_STATE']);
    expect(said[0]?.data).toContain(`TooLarge,${bound}`);
    expect(messagesIn(output, other).map(({ type }) => type)).toEqual(['PIPELINE_STATE']);
  });
});
