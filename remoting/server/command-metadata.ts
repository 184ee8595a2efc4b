import { isList, property } from '../property';
import type { Command, CommandArgument, HostValue, Pipeline } from './command-host';

/**
 * The properties that PowerShell's own server selects: those of CommandMetadata (MS-PSRP 2.2.3.22), and those that
 * later versions added.
 */
const SELECTED = [
  'Name',
  'Namespace',
  'HelpUri',
  'CommandType',
  'ResolvedCommandName',
  'OutputType',
  'Parameters',
];

/**
 * The pipeline that answers GET_COMMAND_METADATA (MS-PSRP 2.2.2.14), by which a client learns the commands of a session
 * that it imports or enters. It gives the number of commands (CommandMetadataCount, 2.2.3.21), and then each of them.
 * The host runs it like any other pipeline, so the host must have Get-Command, Measure-Object and Select-Object.
 */
export function metadataPipeline(request: HostValue): Pipeline {
  const asked = [
    argument('Name', listed(property(request, 'Name')) ?? ['*']),
    argument('CommandType', property(request, 'CommandType') ?? null),
    argument('Module', listed(property(request, 'Namespace')) ?? ['']),
    argument('ArgumentList', property(request, 'ArgumentList') ?? null),
  ].filter(({ value }) => value !== null);
  return {
    statements: [
      [
        // Unknown names are reported only once: by the second Get-Command.
        command('Get-Command', [...asked, argument('ErrorAction', 'SilentlyContinue')]),
        command('Measure-Object', []),
        command('Select-Object', [argument('Property', ['Count'])]),
      ],
      [command('Get-Command', asked), command('Select-Object', [argument('Property', SELECTED)])],
    ],
  };
}

function command(name: string, args: readonly CommandArgument[]): Command {
  return { name, isScript: false, args };
}

function argument(name: string, value: HostValue): CommandArgument {
  return { name, value };
}

/** `undefined` where there is no list, or an empty one. */
function listed(value: HostValue | undefined): readonly HostValue[] | undefined {
  return isList(value) && value.length > 0 ? value : undefined;
}
