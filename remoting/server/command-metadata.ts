import { isList, property } from '../property';
import type { Command, CommandArgument, HostValue, Pipeline } from './command-host';

/** What PowerShell's own server selects: CommandMetadata (MS-PSRP 2.2.3.22), and what later versions added. */
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
 * GET_COMMAND_METADATA (MS-PSRP 2.2.2.14), by which a client learns the commands of a session to import or enter it, as
 * the pipeline that answers it: how many there are (CommandMetadataCount, 2.2.3.21), then each of them. The host runs it
 * as any other, so that it needs Get-Command, Measure-Object and Select-Object.
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
        // The names that are unknown are told once, by the second.
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

/** Undefined where there is no list, or an empty one. */
function listed(value: HostValue | undefined): readonly HostValue[] | undefined {
  return isList(value) && value.length > 0 ? value : undefined;
}
