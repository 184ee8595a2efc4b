import { FIRST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../capability';
import { isList, property } from '../property';
import { protocolError } from '../remoting-error';
import type { Command, CommandArgument, HostValue, Pipeline } from './command-host';

/**
 * The commands of CREATE_PIPELINE (MS-PSRP 2.2.2.10). Several statements are all in `ExtraCmds`; `Cmds` then repeats
 * one of them for older servers, which know only that.
 */
export function readPipeline(value: HostValue, protocolVersion = PROTOCOL_VERSION): Pipeline {
  const shell = property(value, 'PowerShell');
  const extra = protocolVersion === FIRST_PROTOCOL_VERSION ? undefined : property(shell, 'ExtraCmds');
  const statements = isList(extra) && extra.length > 0 ? extra : [shell];
  return { statements: statements.map((statement) => readStatement(property(statement, 'Cmds'))) };
}

/** False where the client will send objects into the pipeline. */
export function expectsNoInput(value: HostValue): boolean {
  return property(value, 'NoInput') !== false;
}

/** Whether there is anybody to ask behind a client's HostInfo (MS-PSRP 2.2.3.14). */
export function hasHost(hostInfo: HostValue | undefined): boolean {
  return property(hostInfo, '_isHostNull') === false && property(hostInfo, '_isHostUINull') === false;
}

/** Whether a pipeline may ask questions: through its own host, or through that of its pool where it says so. */
export function mayAsk(value: HostValue, poolHasHost: boolean): boolean {
  const hostInfo = property(value, 'HostInfo');
  return property(hostInfo, '_useRunspaceHost') === false ? hasHost(hostInfo) : poolHasHost;
}

function readStatement(commands: HostValue | undefined): readonly Command[] {
  if (!isList(commands) || commands.length === 0) throw protocolError('a statement holds no command');
  return commands.map(readCommand);
}

function readCommand(value: HostValue): Command {
  const name = property(value, 'Cmd');
  const args = property(value, 'Args');
  if (typeof name !== 'string') throw protocolError('a command has no name');
  return {
    name,
    isScript: property(value, 'IsScript') === true,
    args: isList(args) ? args.map(readArgument) : [],
  };
}

function readArgument(value: HostValue): CommandArgument {
  const name = property(value, 'N');
  return { name: typeof name === 'string' ? name : null, value: property(value, 'V') ?? null };
}
