import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { capability, checkCapability } from '../../remoting/capability';
import { createPipeline } from '../../remoting/client/commands';
import { ClientRunspacePool } from '../../remoting/client/runspace-pool';
import { deserialize, deserializeDocument } from '../../remoting/clixml/deserialize';
import { parseElement, type Element } from '../../remoting/clixml/element';
import { serialize, type ClixmlInput } from '../../remoting/clixml/serialize';
import { Defragmenter } from '../../remoting/fragments';
import { decodeMessage } from '../../remoting/messages';
import type { HostValue } from '../../remoting/server/command-host';
import { readPipeline } from '../../remoting/server/read-pipeline';
import { property } from '../../remoting/property';
import { messagesOf, recordedData, type Exchange, type RecordedData } from './peers/recording';
import { filesOf, missingReference, referenceFolder } from './peers/reference';
import { describeWhere } from '../requirement';

const recorded = JSON.parse(readFileSync(join(__dirname, 'fixtures/recorded.json'), 'utf8')) as {
  readonly command: readonly RecordedData[];
  readonly runspaces: readonly RecordedData[];
};

function meaning(value: ClixmlInput): HostValue {
  return deserialize(serialize(value), { bounds: DEFAULT_BOUNDS }).value;
}

describe('what real peers said', () => {
  const toServer = messagesOf(recorded.command, 'server');
  const toClient = messagesOf(recorded.command, 'client');

  test('is understood', () => {
    expect(toServer.map((message) => message.type)).toEqual([
      'SESSION_CAPABILITY',
      'INIT_RUNSPACEPOOL',
      'CREATE_PIPELINE',
    ]);
    expect(toClient.map((message) => message.type)).toEqual([
      'SESSION_CAPABILITY',
      'APPLICATION_PRIVATE_DATA',
      'RUNSPACEPOOL_STATE',
      'PIPELINE_OUTPUT',
      'PIPELINE_STATE',
    ]);
    expect(checkCapability(toClient[0]?.value ?? null)).toBe('2.3');
    expect(toClient[3]?.value).toMatchObject({
      text: 'System.Management.Automation.PSVariable',
      properties: { Name: 'i', Value: 376241, Attributes: [] },
    });
    expect(messagesOf(recorded.runspaces, 'client').map((message) => message.value)).toMatchObject([
      { properties: { SetMinMaxRunspacesResponse: true, ci: 3 } },
      { properties: { SetMinMaxRunspacesResponse: false, ci: 4 } },
      { properties: { SetMinMaxRunspacesResponse: false, ci: 5 } },
    ]);
  });

  test('means the same as what we say', () => {
    expect(meaning(capability())).toEqual(toServer[0]?.value);
    const pool = new ClientRunspacePool({ runspaces: 1, maxFragmentBytes: 32_768, bounds: DEFAULT_BOUNDS });
    const [, init] = new Defragmenter(DEFAULT_BOUNDS).push(Buffer.concat(pool.open()));
    const ours = decodeMessage(init ?? new Uint8Array(), 'server');
    expect(deserialize(ours.data, { bounds: DEFAULT_BOUNDS }).value).toEqual(toServer[1]?.value);
  });

  test('starts a command as we start it', () => {
    const theirs = toServer[2]?.value ?? null;
    const ours = meaning(createPipeline([[{ cmdlet: 'Get-Variable', parameters: { Name: 'i' } }]]));
    const shell = property(theirs, 'PowerShell');
    expect(property(property(ours, 'PowerShell'), 'Cmds')).toEqual(property(shell, 'Cmds'));
    expect(Object.keys((ours as { properties: object }).properties)).toEqual(
      Object.keys((theirs as { properties: object }).properties),
    );
    expect(readPipeline(theirs)).toEqual({
      statements: [[{ name: 'Get-Variable', isScript: false, args: [{ name: 'Name', value: 'i' }] }]],
    });
  });
});

const conversations = referenceFolder('wsman');

describeWhere(missingReference(conversations), 'whole recorded conversations', () => {
  const files = filesOf(conversations, '.json');
  const messages = (name: string, destination: 'client' | 'server'): ReturnType<typeof messagesOf> => {
    const text = files.find((file) => file.name === name)?.text ?? '[]';
    return messagesOf(recordedData(JSON.parse(text) as Exchange[]), destination);
  };

  test.each(files.map(({ name }) => name))('%s is understood in both directions', (name) => {
    expect(
      messages(name, 'server')
        .slice(0, 2)
        .map(({ type }) => type),
    ).toEqual(['SESSION_CAPABILITY', 'INIT_RUNSPACEPOOL']);
    expect(messages(name, 'client').length).toBeGreaterThanOrEqual(3);
  });

  test('several statements stand in ExtraCmds, and Cmds repeats the first', () => {
    const create = messages('multiple-commands.json', 'server').find(
      ({ type }) => type === 'CREATE_PIPELINE',
    );
    const { statements } = readPipeline(create?.value ?? null);
    expect(statements.map(([command]) => command?.name.slice(0, 12))).toHaveLength(10);
    const older = readPipeline({
      typeNames: [],
      properties: {
        PowerShell: {
          typeNames: [],
          properties: { Cmds: property(property(create?.value, 'PowerShell'), 'Cmds') ?? null },
        },
      },
    });
    expect(older.statements).toEqual(statements.slice(0, 1));
  });
});

const captured = referenceFolder('captured');

describeWhere(missingReference(captured), 'what real Exchange servers returned', () => {
  test.each(filesOf(captured, '.xml'))('$name is read whole', ({ text }) => {
    const objects = deserializeDocument(text, { bounds: DEFAULT_BOUNDS });
    const { children } = parseElement(text, DEFAULT_BOUNDS);
    expect(objects.map(({ value }) => namesOf(value))).toEqual(children.map(namesIn));
    expect(objects.length).toBeGreaterThan(0);
  });
});

/** Names of the properties of an object as they stand in the text. */
function namesIn(element: Element): string[] {
  const members = element.children.filter(({ name }) => name === 'Props' || name === 'MS');
  return members.flatMap(({ children }) => children.map((child) => child.attributes['N'] ?? '')).toSorted();
}

function namesOf(value: HostValue): string[] {
  return typeof value === 'object' && value !== null && 'properties' in value
    ? Object.keys(value.properties).toSorted()
    : [];
}
