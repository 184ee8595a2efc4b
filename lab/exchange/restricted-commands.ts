import type { CatalogCmdlet } from '../../exchange/versions';
import type { ParameterFact } from '../../exchange/versions/delta';
import type { PowerShellObject, PowerShellValue } from '../../powershell/outcome';
import type { ClientHost, CommandArgument, HostValue } from '../../remoting/server/command-host';
import { bind, bindArguments, type Bound } from './binding';
import { helpNotFound } from './cmdlet-error';
import { powerShellCommand } from './powershell-command';
import { withPreferences, type Given } from './preferences';
import { shownLines } from './shown-lines';

const INPUT: { readonly [name: string]: ParameterFact } = { InputObject: { type: 'Object', pipeline: true } };

/**
 * The commands that a restricted endpoint offers so that a session can be imported and entered, with the parameters
 * that it allows: CommandMetadata.GetRestrictedCommands in PowerShell's source. That Exchange's endpoint has them all
 * is (unverified); Microsoft documents that its sessions are imported.
 */
export const GET_COMMAND = powerShellCommand('Get-Command', {
  Name: { type: 'String[]', position: 1 },
  Module: { type: 'String[]' },
  FullyQualifiedModule: { type: 'String[]' },
  ArgumentList: { type: 'Object[]' },
  CommandType: { type: 'CommandTypes' },
  ListImported: { type: 'SwitchParameter' },
  ShowCommandInfo: { type: 'SwitchParameter' },
});

const GET_HELP = powerShellCommand('Get-Help', {
  Name: { type: 'String', position: 1 },
  Category: { type: 'String[]' },
});

const GET_FORMAT_DATA = powerShellCommand('Get-FormatData', {
  TypeName: { type: 'String[]', position: 1 },
  PowerShellVersion: { type: 'Version' },
});

const MEASURE_OBJECT = powerShellCommand('Measure-Object', INPUT);
const OUT_DEFAULT = powerShellCommand('Out-Default', INPUT);
const EXIT_SESSION = powerShellCommand('Exit-PSSession', {});

export const RESTRICTED_COMMANDS: readonly CatalogCmdlet[] = [
  EXIT_SESSION,
  GET_COMMAND,
  GET_FORMAT_DATA,
  GET_HELP,
  MEASURE_OBJECT,
  OUT_DEFAULT,
  powerShellCommand('Select-Object', { Property: { type: 'String[]', position: 1 }, ...INPUT }),
];

type Work = (bound: Bound, input: readonly HostValue[], client: ClientHost) => Given | Promise<Given>;

/**
 * One of these commands, ready to run; undefined where the name is not one of them.
 *
 * @param offered names of the commands of the session, in any letter case
 */
export function restrictedCommand(
  name: string,
  args: readonly CommandArgument[],
  offered: (name: string) => string | undefined,
): ((input: readonly HostValue[], client: ClientHost) => Promise<Given>) | undefined {
  const works: readonly (readonly [CatalogCmdlet, Work])[] = [
    [GET_FORMAT_DATA, () => shown([])],
    [GET_HELP, (bound) => help(bound, offered)],
    [MEASURE_OBJECT, (_, input) => shown([measured(input.length)])],
    [OUT_DEFAULT, (_, input, client) => formattedForHost(input, client)],
    [EXIT_SESSION, (_, __, client) => client.leaveSession().then(() => shown([]))],
  ];
  const found = works.find(([{ name: own }]) => own.toLowerCase() === name.toLowerCase());
  if (found === undefined) return undefined;
  const [cmdlet, work] = found;
  const takesInput = cmdlet.parameter('InputObject') !== undefined;
  const bound = takesInput ? bindArguments(cmdlet, args) : bind(cmdlet, args);
  return async (input, client) => withPreferences(cmdlet.name, bound, await work(bound, input, client));
}

/** Makes the text for a person who entered the session, and sends it to the host at their end. */
async function formattedForHost(input: readonly HostValue[], client: ClientHost): Promise<Given> {
  for (const line of input.flatMap(shownLines)) await client.writeLine(line);
  return shown([]);
}

function shown(output: readonly PowerShellValue[]): Given {
  return { output, warnings: [], errors: [] };
}

/** The object that becomes CommandMetadataCount (MS-PSRP 2.2.3.21). */
function measured(count: number): PowerShellObject {
  return {
    typeNames: [
      'Microsoft.PowerShell.Commands.GenericMeasureInfo',
      'Microsoft.PowerShell.Commands.MeasureInfo',
      'System.Object',
    ],
    text: 'Microsoft.PowerShell.Commands.GenericMeasureInfo',
    properties: { Count: count, Average: null, Sum: null, Maximum: null, Minimum: null, Property: null },
  };
}

/** Without help files PowerShell shows only the name of a command. */
function help(bound: Bound, offered: (name: string) => string | undefined): Given {
  const wanted = bound.get('Name');
  const name = typeof wanted === 'string' ? wanted : 'default';
  const found = offered(name);
  if (found === undefined) return { ...shown([]), errors: [helpNotFound(name).record] };
  return shown([
    {
      typeNames: ['HelpInfoShort', 'System.Object'],
      text: found,
      properties: {
        Name: found,
        Category: 'Cmdlet',
        Synopsis: found,
        Component: '',
        Role: '',
        Functionality: '',
      },
    },
  ]);
}
