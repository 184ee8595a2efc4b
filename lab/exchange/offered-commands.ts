import { CatalogCmdlet, type Catalog } from '../../exchange/versions';
import type { ErrorRecord, PowerShellObject } from '../../powershell/outcome';
import type { CommandArgument, HostValue } from '../../remoting/server/command-host';
import { bindingError } from './cmdlet-error';
import { enumeration } from './objects/value';

export interface OfferedCommands {
  readonly objects: readonly PowerShellObject[];
  /** One for each name that is not offered; the others are answered all the same. */
  readonly errors: readonly ErrorRecord[];
}

/** Where a restricted endpoint's own Get-Command ends: CommandMetadata.GetRestrictedGetCommand in PowerShell's source. */
const MOST_NAMES = 1000;
/** What is left of a parameter at the depth to which PowerShell serializes an object (PSSerializer, depth 1). */
const PARAMETER_METADATA = 'System.Management.Automation.ParameterMetadata';

/**
 * `Get-Command -Name a,b`: which cmdlets a session of this account offers, by their whole names. How Exchange's own
 * sessions show one (as CmdletInfo, or as FunctionInfo where a role allows only some parameters) is unverified; readers
 * go by the name and the names of the parameters.
 *
 * @param denied what no role of the account holds, see `permitted`
 */
export function offeredCommands(
  args: readonly CommandArgument[],
  catalog: Catalog,
  denied: ReadonlySet<string>,
): OfferedCommands {
  const offered = catalog.cmdlets.flatMap((cmdlet) => permitted(cmdlet, denied) ?? []);
  const names = namesOf(args);
  if (names === undefined) return { objects: offered.map(commandInfo), errors: [] };
  const objects: PowerShellObject[] = [];
  const errors: ErrorRecord[] = [];
  for (const wanted of names) {
    const found = offered.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (found === undefined) errors.push(notOffered(wanted));
    else objects.push(commandInfo(found));
  }
  return { objects, errors };
}

/**
 * The cmdlet as the roles of an account leave it: a role holds cmdlets, each with some or all of its parameters.
 *
 * @param denied in lower case: `set-owavirtualdirectory`, or `set-owavirtualdirectory -externalurl` for a parameter alone
 * @returns undefined where no role holds it
 */
export function permitted(cmdlet: CatalogCmdlet, denied: ReadonlySet<string>): CatalogCmdlet | undefined {
  const name = cmdlet.name.toLowerCase();
  if (denied.has(name)) return undefined;
  const held = cmdlet.parameters.filter(
    (parameter) => !denied.has(`${name} -${parameter.name.toLowerCase()}`),
  );
  if (held.length === cmdlet.parameters.length) return cmdlet;
  const facts = held.filter(({ common }) => !common).map((fact) => [fact.name, fact] as const);
  return new CatalogCmdlet(cmdlet.name, cmdlet.asks, cmdlet.partial, new Map(facts));
}

/** Undefined where no name was given: all commands. */
function namesOf(args: readonly CommandArgument[]): readonly string[] | undefined {
  const values = args.flatMap(({ name, value }): readonly HostValue[] => {
    if (name !== null && !'name'.startsWith(name.replace(/^-|:$/g, '').toLowerCase())) {
      throw bindingError.parameterNotFound('Get-Command', name);
    }
    return value === null ? [] : Array.isArray(value) ? (value as readonly HostValue[]) : [value];
  });
  if (values.length > MOST_NAMES) {
    throw bindingError.validation('Get-Command', 'Name', `More than ${MOST_NAMES} arguments were supplied.`);
  }
  if (!values.every((value) => typeof value === 'string' && !/[*?[]/.test(value))) {
    throw bindingError.validation('Get-Command', 'Name', 'The lab takes whole names of commands alone.');
  }
  return values.length === 0 ? undefined : (values as readonly string[]);
}

function commandInfo({ name, parameters }: CatalogCmdlet): PowerShellObject {
  const shown = parameters.map((parameter) => [parameter.name, PARAMETER_METADATA]);
  return {
    typeNames: [
      'System.Management.Automation.CmdletInfo',
      'System.Management.Automation.CommandInfo',
      'System.Object',
    ],
    text: name,
    properties: {
      // CommandTypes.Cmdlet
      CommandType: enumeration('System.Management.Automation.CommandTypes', 'Cmdlet', 8),
      Name: name,
      Verb: name.split('-')[0] ?? '',
      Noun: name.split('-')[1] ?? '',
      Parameters: { entries: Object.fromEntries(shown) as { readonly [name: string]: string } },
    },
  };
}

function notOffered(name: string): ErrorRecord {
  return {
    fullyQualifiedErrorId: 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand',
    category: 'ObjectNotFound',
    message: bindingError.commandNotFound(name).message,
  };
}
