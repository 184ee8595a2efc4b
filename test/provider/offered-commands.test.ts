import { offerOf, offerQuestion } from '../../provider/offered-commands';
import type { CommandHost } from '../../remoting/server/command-host';
import { openSession } from '../../remoting/session';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { loopback } from '../remoting/peers/loopback';
import { fragment } from '../../remoting/fragments';
import { EMPTY_GUID } from '../../remoting/guid';
import { encodeMessage } from '../../remoting/messages';
import { ClientRunspacePool } from '../../remoting/client/runspace-pool';
import { DEFAULT_BOUNDS } from '../../remoting/bounds';
import { wholeObject } from '../../remoting/client/call';
import type { PowerShellObject } from '../../powershell/outcome';

afterAll(removeFolders);

const NAMES = ['Get-OwaVirtualDirectory', 'Set-OwaVirtualDirectory'];

/** What our client makes of an object as PowerShell wrote it. */
function received(clixml: string): PowerShellObject {
  const pool = new ClientRunspacePool({ runspaces: 1, maxFragmentBytes: 1 << 20, bounds: DEFAULT_BOUNDS });
  const pipeline = '00000000-0000-0000-0000-000000000001';
  const message = encodeMessage({
    destination: 'client',
    type: 'PIPELINE_OUTPUT',
    pool: EMPTY_GUID,
    pipeline,
    data: clixml,
  });
  const [event] = pool.receive(pipeline, fragment(1n, message, 1 << 20)[0]!, 'Default');
  const object = event?.kind === 'output' ? wholeObject(event.output) : undefined;
  if (object === undefined) throw new Error('no object came');
  return object;
}

const entry = (name: string, value: string): string => `<En><S N="Key">${name}</S>${value}</En>`;
const dictionary = (entries: string): string =>
  '<Obj N="Parameters" RefId="1"><TN RefId="1"><T>System.Collections.Generic.Dictionary`2[[System.String],[ParameterMetadata]]</T>' +
  `<T>System.Object</T></TN><DCT>${entries}</DCT></Obj>`;
const text = '<S N="Value">System.Management.Automation.ParameterMetadata</S>';
const object =
  '<Obj N="Value" RefId="2"><TN RefId="2"><T>System.Management.Automation.ParameterMetadata</T></TN>' +
  '<ToString>System.Management.Automation.ParameterMetadata</ToString><Props><S N="Name">Identity</S>' +
  '<B N="SwitchParameter">false</B><Obj N="Attributes" RefId="3"><LST><S>Parameter</S></LST></Obj></Props></Obj>';

test.each([
  [
    'whole, where the values of the parameters are texts',
    '<Obj RefId="0"><TN RefId="0"><T>System.Management.Automation.CmdletInfo</T></TN><ToString>Set-OwaVirtualDirectory</ToString>' +
      `<Props><S N="Name">Set-OwaVirtualDirectory</S>${dictionary(entry('Identity', text))}</Props></Obj>`,
  ],
  [
    'after a Select-Object, where they are objects',
    '<Obj RefId="0"><TN RefId="0"><T>Selected.System.Management.Automation.CmdletInfo</T><T>System.Management.Automation.PSCustomObject</T></TN>' +
      `<MS><S N="Name">Set-OwaVirtualDirectory</S>${dictionary(entry('Identity', object))}</MS></Obj>`,
  ],
])('a command is read %s', (_, clixml) => {
  const offer = offerOf({ kind: 'objects', objects: [received(clixml)], warnings: [], errors: [] });
  if (offer?.kind !== 'offered') throw new Error('nothing was offered');
  const call = (parameter: string) => ({
    cmdlet: 'Set-OwaVirtualDirectory',
    parameters: { [parameter]: 'x' },
  });
  expect(offer.commands.has('set-owavirtualdirectory')).toBe(true);
  expect(offer.commands.lacking(call('identity'))).toEqual([]);
  expect(offer.commands.lacking(call('ExternalUrl'))).toEqual(['ExternalUrl']);
});

describe('the question', () => {
  const restricted = new Set(['name', 'parameters', 'commandtype']);
  const refusal = { fullyQualifiedErrorId: 'ParameterArgumentValidationError,Select-Object', message: 'no' };

  test.each<[string, (names: readonly string[]) => boolean, string[]]>([
    ['with the real Select-Object', () => true, ['Get-Command|Select-Object']],
    [
      'with that of a restricted endpoint, also after it has refused something else',
      (names) => names.every((name) => restricted.has(name.toLowerCase())),
      ['Get-ExchangeServer|Select-Object', 'Get-ExchangeServer', 'Get-Command|Select-Object'],
    ],
    ['where nothing is selected', () => false, ['Get-Command|Select-Object', 'Get-Command']],
  ])('is answered %s', async (_, takes, expected) => {
    const lab = twoServers().host('BSAEX01');
    const seen: string[] = [];
    const host: CommandHost = {
      powerShellVersion: lab.powerShellVersion,
      async *run(pipeline, signal) {
        const [[first, selection] = []] = pipeline.statements;
        seen.push([first, selection].flatMap((command) => command?.name ?? []).join('|'));
        const names = selection?.args[0]?.value as readonly string[] | undefined;
        if (names !== undefined && !takes(names)) yield { kind: 'failed', error: refusal };
        else yield* lab.run(pipeline, signal);
      },
    };
    const session = await openSession(loopback(host));
    if (expected.length === 3) {
      await session.invoke({
        cmdlet: 'Get-ExchangeServer',
        parameters: {},
        properties: ['AdminDisplayVersion'],
      });
    }
    const outcome = await session.invoke(offerQuestion([...NAMES, 'Get-NoSuchThing']));
    await session.close();
    if (outcome.kind !== 'objects') throw new Error(outcome.kind);
    expect(outcome.errors).toHaveLength(1);
    expect(outcome.objects.map(({ properties }) => Object.keys(properties))).toEqual(
      NAMES.map(() => ['Name', 'Parameters']),
    );
    const offer = offerOf(outcome);
    expect(
      offer?.kind === 'offered' && [...NAMES, 'Get-NoSuchThing'].filter((name) => offer.commands.has(name)),
    ).toEqual(NAMES);
    expect(seen).toEqual(expected);
  });

  test('asks for what is read, and for no more', () => {
    expect(offerQuestion(NAMES).properties).toEqual(['Name', 'Parameters']);
  });
});
